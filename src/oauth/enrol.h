/* enrol.h - becoming a client of an authorization server, and becoming one
 * anew: a flow's side of RFC 7591. */
#ifndef MA_OAUTH_ENROL_H
#define MA_OAUTH_ENROL_H

#include "oauth/flowstate.h"

mcpauth_status ma_enrol_ask(mcpauth_flow *flow, mcpauth_error *err);

/* A refusal is met once by asking for less, or for the other name of
 * loopback. */
mcpauth_status ma_enrol_got(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err);

/* err, of status st, says that the server no longer knows the client we
 * registered, and no other was registered in this flow. */
bool ma_enrol_is_forgotten(
    const mcpauth_flow *flow, mcpauth_status st, const mcpauth_error *err);

/* Drops that client and begins again with another. */
mcpauth_status ma_enrol_again(mcpauth_flow *flow, mcpauth_error *err);

#endif
