/* turn.h - a lock for what takes long: waiting for it has an end. */
#ifndef MA_CLIENT_TURN_H
#define MA_CLIENT_TURN_H

#include <mcpauth/cancel.h>
#include <stdint.h>

typedef struct ma_turn ma_turn;

/* Nobody's.  NULL: out of memory, or of descriptors. */
ma_turn *ma_turn_new(void);

/* NULL is allowed. */
void ma_turn_free(ma_turn *turn);

/* Waits until it is nobody's, and takes it; not for the thread that has it.
 * timeout_ms 0: no limit.  Without words:
 * E_CANCELLED: cancel was asked before (NULL: nobody cancels).
 * E_TIMEOUT: it took too long. */
mcpauth_status ma_turn_take(
    ma_turn *turn, const mcpauth_cancel *cancel, int64_t timeout_ms);

void ma_turn_give(ma_turn *turn);

#endif
