/* progress.c - tokens are numbers that are not used again. */
#include "client/progress.h"

#include "base/alloc.h"

void ma_progress_begin(
    ma_progress *progress, ma_progress_call *at, const mcpauth_call *call)
{
    *at = (ma_progress_call){call, ++progress->last_token, progress->calls};
    progress->calls = at;
}

void ma_progress_end(ma_progress *progress, const ma_progress_call *at)
{
    ma_progress_call **link = &progress->calls;
    while (*link && *link != at)
        link = &(*link)->next;
    if (*link)
        *link = at->next;
}

void ma_progress_tell(const ma_progress *progress, const ma_envelope *message)
{
    ma_span token = ma_value_member(message->params, "progressToken");
    int64_t number = 0;
    if (!ma_envelope_is(message, "notifications/progress") ||
        !ma_value_integer(token, &number))
        return;
    for (ma_progress_call *at = progress->calls; at; at = at->next)
        if (at->token == number)
            at->call->progress(
                at->call->ctx, message->params.at, message->params.len);
}
