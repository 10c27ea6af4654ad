/* logout.h - revoke, unregister, forget. */
#ifndef MA_OAUTH_LOGOUT_H
#define MA_OAUTH_LOGOUT_H

#include "oauth/flowstate.h"

/* The record is read and locked: goes to the first thing that is to be undone
 * at the server, or straight to forgetting.  What fails there is logged and
 * does not keep the record alive. */
mcpauth_status ma_logout_start(mcpauth_flow *flow, mcpauth_error *err);

mcpauth_status ma_logout_ask_revocation(mcpauth_flow *flow, mcpauth_error *err);
mcpauth_status ma_logout_got_revocation(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err);

mcpauth_status ma_logout_ask_unregistration(
    mcpauth_flow *flow, mcpauth_error *err);
mcpauth_status ma_logout_got_unregistration(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err);

#endif
