/* outlet.h - what is said to the host: one line a message, one writer at a
 * time (T-150, T-151).
 *
 * A message that is too long to be held is said in pieces while it arrives; it
 * has the outlet for itself until it ends, and the others wait behind it. */
#ifndef MA_BRIDGE_OUTLET_H
#define MA_BRIDGE_OUTLET_H

#include "base/buf.h"

typedef struct ma_outlet ma_outlet;

/* fd is written to and never closed; it need not be non-blocking, for only
 * what poll(2) promises is written.  NULL: out of memory. */
ma_outlet *ma_outlet_new(int fd);

/* NULL is allowed. */
void ma_outlet_free(ma_outlet *outlet);
MA_AUTO_DEFINE(ma_outlet, ma_outlet_free)

/* Queues one message; the line ends in it, which stand between tokens only,
 * become blanks.  E_NOMEM, and then nothing of it is queued. */
mcpauth_status ma_outlet_say(
    ma_outlet *outlet, ma_span message, mcpauth_error *err);

/* Begins a message in pieces.  False: somebody else is at it; try again when
 * ma_outlet_is_free. */
bool ma_outlet_begin(ma_outlet *outlet, const void *who);
bool ma_outlet_is_free(const ma_outlet *outlet);

/* The next piece of who's message, and its end. */
mcpauth_status ma_outlet_piece(
    ma_outlet *outlet, ma_span piece, mcpauth_error *err);
mcpauth_status ma_outlet_end(ma_outlet *outlet, mcpauth_error *err);

/* How much waits to be written, in bytes. */
size_t ma_outlet_waiting(const ma_outlet *outlet);

/* How much more should, before the host has read some of it; 0: none. */
size_t ma_outlet_room(const ma_outlet *outlet);

/* Writes as much as can be written now, without waiting.
 * E_NETWORK: the host reads no more. */
mcpauth_status ma_outlet_flush(ma_outlet *outlet, mcpauth_error *err);

#endif
