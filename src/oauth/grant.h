/* grant.h - the token request of a flow, and what comes of its answer. */
#ifndef MA_OAUTH_GRANT_H
#define MA_OAUTH_GRANT_H

#include "oauth/flowstate.h"

/* Whether `resource` belongs into this kind of request (MA_RESOURCE_...). */
bool ma_grant_sends_resource(const mcpauth_flow *flow, unsigned kind);

/* err is the one refusal that `resource` alone is to blame for, and the user
 * does not insist on it: from now on it is left out. */
bool ma_grant_drop_resource(
    mcpauth_flow *flow, unsigned kind, const mcpauth_error *err);

/* What this flow's tokens are bound to; they are asked for in the scope of the
 * flow, and are bound to no key. */
ma_record_grant ma_grant_describe(const mcpauth_flow *flow);

/* Puts the token of answer into the record and makes it the flow's.
 * obtained_at_ms: when it came.  E_NOMEM only. */
mcpauth_status ma_grant_keep(mcpauth_flow *flow, const ma_record_grant *grant,
    const ma_tokenanswer *answer, int64_t obtained_at_ms, mcpauth_error *err);

mcpauth_status ma_grant_ask(mcpauth_flow *flow, mcpauth_error *err);
mcpauth_status ma_grant_got(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err);

/* Sets the hint for a refusal of the token or authorization endpoint. */
void ma_grant_add_hint(const mcpauth_flow *flow, mcpauth_error *err);

#endif
