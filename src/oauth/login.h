/* login.h - a person's part: from the address of the callback to a code. */
#ifndef MA_OAUTH_LOGIN_H
#define MA_OAUTH_LOGIN_H

#include "oauth/authorize.h"
#include "oauth/flowstate.h"

/* A code is needed.  Checks what can be checked before anybody is bothered:
 * that a person may be asked, that the server takes S256, that there
 * is a client or a way to register one. */
mcpauth_status ma_login_start(mcpauth_flow *flow, mcpauth_error *err);

/* A person may be sent to the browser once more for what is wanted. */
bool ma_login_may_browse(const mcpauth_flow *flow);

mcpauth_status ma_login_ask_callback(mcpauth_flow *flow, mcpauth_error *err);
mcpauth_status ma_login_got_callback(mcpauth_flow *flow, mcpauth_status status,
    const char *redirect_uri, const mcpauth_error *why, mcpauth_error *err);

/* The client and the address are known: the person is sent, after the request
 * was pushed if the server insists on that. */
void ma_login_send(mcpauth_flow *flow);

/* Room for a code challenge. */
enum { MA_LOGIN_CHALLENGE_MAX = 256 };

/* Fills in an authorization request, with all that is random in it drawn anew
 * lends from flow and challenge, which is written. */
mcpauth_status ma_login_draw(mcpauth_flow *flow, ma_buf *challenge,
    ma_authorize_request *out_request, mcpauth_error *err);

/* err, of status E_REFUSED, is the answer to an authorization request: what
 * can be asked for otherwise is.  OK: the flow goes on. */
mcpauth_status ma_login_refused(
    mcpauth_flow *flow, mcpauth_status status, mcpauth_error *err);

mcpauth_status ma_login_ask_redirect(mcpauth_flow *flow, mcpauth_error *err);

/* E_STATE: not an answer to this request; nothing has changed. */
mcpauth_status ma_login_got_redirect(
    mcpauth_flow *flow, const char *query, mcpauth_error *err);
mcpauth_status ma_login_redirect_failed(mcpauth_flow *flow,
    mcpauth_status status, const mcpauth_error *why, mcpauth_error *err);

#endif
