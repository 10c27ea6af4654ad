/* progress.h - who is told of the progress of which call (T-120).
 *
 * Not thread-safe: the client's telling lock is held. */
#ifndef MA_CLIENT_PROGRESS_H
#define MA_CLIENT_PROGRESS_H

#include <mcpauth/client.h>

#include "base/buf.h"
#include "mcp/envelope.h"

/* A call that wants to be told; part of that call. */
typedef struct ma_progress_call {
    const mcpauth_call *call;
    int64_t token;
    struct ma_progress_call *next;
} ma_progress_call;

typedef struct {
    int64_t last_token;
    ma_progress_call *calls;
} ma_progress;

/* Gives *at a token of its own. */
void ma_progress_begin(
    ma_progress *progress, ma_progress_call *at, const mcpauth_call *call);

/* Nothing is told behind it. */
void ma_progress_end(ma_progress *progress, const ma_progress_call *at);

/* Tells a notifications/progress to the call whose token it has; other
 * messages, and tokens of nobody, are passed over. */
void ma_progress_tell(const ma_progress *progress, const ma_envelope *message);

#endif
