/* choice.h - from validated metadata to what is asked for: which scope, which
 * client and which grant. */
#ifndef MA_OAUTH_CHOICE_H
#define MA_OAUTH_CHOICE_H

#include "oauth/flowstate.h"

/* Metadata is known: chooses client, scope and grant, and where to go. */
mcpauth_status ma_choice_make(mcpauth_flow *flow, mcpauth_error *err);

/* The document lacks an endpoint that can be configured: E_PROTOCOL, with what
 * to do about it. */
mcpauth_status ma_choice_no_endpoint(
    const mcpauth_flow *flow, const char *name, mcpauth_error *err);

/* The client is known (configured, stored or just registered): how it proves
 * itself.  key may be NULL. */
mcpauth_status ma_choice_use_client(mcpauth_flow *flow, const char *client_id,
    ma_span secret, const ma_key *key, const char *fixed_method,
    mcpauth_error *err);

/* The client to be used here: what is configured, then what is good
 * everywhere, then what was registered here; leaves client_id NULL when
 * there is none. */
mcpauth_status ma_choice_find_client(mcpauth_flow *flow, mcpauth_error *err);

/* The server would not have the scope: leaves out offline_access, or else what
 * is asked for only because it was before, once in a flow.
 * *out_narrowed false: there is nothing to leave out. */
mcpauth_status ma_choice_narrow_scope(
    mcpauth_flow *flow, bool *out_narrowed, mcpauth_error *err);

#endif
