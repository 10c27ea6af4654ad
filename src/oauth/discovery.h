/* discovery.h - which authorization server, and what it can do: the states of
 * a flow from a challenge to validated metadata. */
#ifndef MA_OAUTH_DISCOVERY_H
#define MA_OAUTH_DISCOVERY_H

#include "oauth/flowstate.h"

/* Decides where to begin: with the configured authorization server (its
 * resource metadata is then injected, seed row 21), with the challenge, with
 * the issuer of the stored token, or with the well-known places. */
mcpauth_status ma_discovery_start(mcpauth_flow *flow, mcpauth_error *err);

/* Begins with whoever issued the stored token, which must have an issuer.
 * E_USAGE: another one is configured. */
mcpauth_status ma_discovery_start_stored(
    mcpauth_flow *flow, mcpauth_error *err);

/* RFC 9728 and RFC 8414 documents share how they are asked for. */
mcpauth_status ma_discovery_ask(mcpauth_flow *flow, mcpauth_error *err);

mcpauth_status ma_discovery_got_resource(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err);
mcpauth_status ma_discovery_got_server(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err);

#endif
