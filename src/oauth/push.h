/* push.h - an authorization request that is told to the server before the
 * browser is sent there (RFC 9126), where the server insists. */
#ifndef MA_OAUTH_PUSH_H
#define MA_OAUTH_PUSH_H

#include "oauth/flowstate.h"

mcpauth_status ma_push_ask(mcpauth_flow *flow, mcpauth_error *err);

/* A refusal is met as one on the redirect would be: nobody has been bothered
 * yet. */
mcpauth_status ma_push_got(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err);

#endif
