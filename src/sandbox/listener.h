/* listener.h - one loopback port, by libmicrohttpd, a thread per connection.
 *
 * The only file that knows how a visit travels: bodies are gathered before
 * anybody is asked, answers may be padded, cut off or late. */
#ifndef MA_SANDBOX_LISTENER_H
#define MA_SANDBOX_LISTENER_H

#include "sandbox/visit.h"

typedef struct ma_listener ma_listener;

/* Fills the answer of visit; called from many threads. */
typedef void ma_listener_fn(void *ctx, ma_visit *visit);

/* Reserves 127.0.0.1:port (0: any) and says which it is.  Nobody is answered
 * before ma_listener_start.  E_STATE: it is taken. */
mcpauth_status ma_listener_new(
    int port, ma_listener **out_listener, mcpauth_error *err);
int ma_listener_port(const ma_listener *listener);

mcpauth_status ma_listener_start(ma_listener *listener, ma_listener_fn *answer,
    void *ctx, mcpauth_error *err);

/* Stops; late answers are given at once.  NULL is allowed. */
void ma_listener_free(ma_listener *listener);
MA_AUTO_DEFINE(ma_listener, ma_listener_free)

#endif
