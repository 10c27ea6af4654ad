/* callback.h - the loopback listener that a browser is sent back to
 * (RFC 8252 7.3).
 *
 * It listens from ma_callback_listen on, on loopback addresses only, and is
 * served while ma_callback_wait runs, in the caller's thread.  It judges the
 * transport (address, Host, method, path); what a query means is for the
 * caller's judge.  Nothing of a request is ever echoed. */
#ifndef MA_NET_CALLBACK_H
#define MA_NET_CALLBACK_H

#include <mcpauth/client.h>

#include "base/auto.h"

typedef struct ma_callback ma_callback;

/* Listens for redirect_uri, which stays as it is byte for byte, or, when it is
 * NULL, for http://127.0.0.1:<port>/callback; port 0 takes any free one.
 * E_UNSUPPORTED: redirect_uri is not http on a loopback host, so a person must
 * paste the result.  E_STATE: the port is taken. */
mcpauth_status ma_callback_listen(const char *redirect_uri, int port,
    ma_callback **out_callback, mcpauth_error *err);

/* Closes everything at once.  NULL is allowed. */
void ma_callback_free(ma_callback *callback);
MA_AUTO_DEFINE(ma_callback, ma_callback_free)

/* Lent by callback. */
const char *ma_callback_redirect_uri(const ma_callback *callback);

/* Gives judge the query of every request to the exact path.  E_STATE: it is
 * not for this login; whoever sent it is told 400, and waiting goes on.  Any
 * other verdict is final and returned once the browser has its page. E_TIMEOUT:
 * deadline_ms (ma_clock_boot_ms) passed. E_CANCELLED: cancel_fd became
 * readable; -1 for none. */
mcpauth_status ma_callback_wait(ma_callback *callback, int64_t deadline_ms,
    int cancel_fd, mcpauth_redirect_fn *judge, void *ctx, mcpauth_error *err);

#endif
