/* fallback.h - a server from before resource metadata (revision 2025-03-26):
 * its own origin is its authorization server, at fixed places if it publishes
 * no document at all. */
#ifndef MA_OAUTH_FALLBACK_H
#define MA_OAUTH_FALLBACK_H

#include "oauth/flowstate.h"

/* The revision whose rules are followed here. */
#define MA_FALLBACK_REVISION "2025-03-26"

/* Nobody has switched it off, no authorization server is configured, and this
 * server has never had resource metadata: what is gone now may have been taken
 * away by somebody. */
bool ma_fallback_allowed(const mcpauth_flow *flow);

/* The server's origin becomes the issuer, its URL the resource. */
mcpauth_status ma_fallback_take_origin(mcpauth_flow *flow, mcpauth_error *err);

/* issuer is the origin of the MCP server. */
mcpauth_status ma_fallback_is_origin(const mcpauth_flow *flow,
    const char *issuer, bool *out_is, mcpauth_error *err);

/* The origin publishes no document: /authorize, /token and /register,
 * for a person.  E_USAGE: a machine's secret is sent to a configured
 * token_endpoint only. */
mcpauth_status ma_fallback_take_places(mcpauth_flow *flow, mcpauth_error *err);

/* What to do about a failure that may come of asking the wrong server. */
void ma_fallback_add_hint(const mcpauth_flow *flow, mcpauth_error *err);

#endif
