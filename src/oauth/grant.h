/* grant.h - from validated metadata to a token: the choice of grant, client
 * and scope, and the token request of a flow. */
#ifndef MA_OAUTH_GRANT_H
#define MA_OAUTH_GRANT_H

#include "oauth/flowstate.h"

/* Metadata is known: chooses client, scope and grant, and where to go. */
mcpauth_status ma_grant_choose(mcpauth_flow *flow, mcpauth_error *err);

/* The client is known (configured, stored or just registered): how it proves
 * itself. */
mcpauth_status ma_grant_use_client(mcpauth_flow *flow, const char *client_id,
    ma_span secret, const char *fixed_method, mcpauth_error *err);

/* Whether `resource` belongs into this kind of request (MA_RESOURCE_...). */
bool ma_grant_sends_resource(const mcpauth_flow *flow, unsigned kind);

mcpauth_status ma_grant_ask(mcpauth_flow *flow, mcpauth_error *err);
mcpauth_status ma_grant_got(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err);

/* Sets the hint for a refusal of the token or authorization endpoint. */
void ma_grant_add_hint(const mcpauth_flow *flow, mcpauth_error *err);

#endif
