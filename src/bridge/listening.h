/* listening.h - the subscriptions of a host that has no sessions, at a server
 * that has: each is told what it asked for, out of the one stream (T-213). */
#ifndef MA_BRIDGE_LISTENING_H
#define MA_BRIDGE_LISTENING_H

#include "bridge/pair.h"

/* Those under way, by next; each is the host's subscriptions/listen. */
typedef struct {
    ma_errands list;
} ma_listening;

void ma_listening_done(ma_listening *listening, ma_crossing *crossing);

/* Confirms one: what of it a server with these capabilities can tell.  From
 * then on it is told. */
mcpauth_status ma_listening_begin(ma_listening *listening,
    ma_crossing *crossing, ma_errand *errand, ma_span capabilities,
    mcpauth_error *err);

/* It is one of them: then it is ended, and taken out. */
bool ma_listening_end(
    ma_listening *listening, ma_crossing *crossing, ma_errand *errand);

/* None is told any more; they stay calls of the host. */
void ma_listening_stop(ma_listening *listening);

/* Somebody subscribes to that resource, a string value. */
bool ma_listening_wants(const ma_listening *listening, ma_span uri);

/* Tells a notification to whoever asked for it. */
mcpauth_status ma_listening_tell(const ma_listening *listening,
    ma_crossing *crossing, const ma_envelope *message, mcpauth_error *err);

#endif
