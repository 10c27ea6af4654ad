/* adoption.h - taking over a login that another program has made: the way of a
 * flow that is to ADOPT.
 *
 * Where such a login came from is for the MCP server to say, not for whoever
 * kept it: metadata is looked up as for a new login, and the token is bound to
 * the issuer that it names (S-031). */
#ifndef MA_OAUTH_ADOPTION_H
#define MA_OAUTH_ADOPTION_H

#include "oauth/flowstate.h"

/* As mcpauth_flow_set_adoption. */
mcpauth_status ma_adoption_set(
    mcpauth_flow *flow, const mcpauth_adoption *adoption, mcpauth_error *err);

/* Metadata is known: keeps the login, or the one that is there. */
mcpauth_status ma_adoption_take(mcpauth_flow *flow, mcpauth_error *err);

#endif
