/* introspection.h - what the issuer of a stored token says of it (RFC 7662). */
#ifndef MA_OAUTH_INTROSPECTION_H
#define MA_OAUTH_INTROSPECTION_H

#include "oauth/flowstate.h"

/* The record is read, without a lock, for nothing of it will be changed: goes
 * to the metadata of whoever issued its token.
 * E_LOGIN_REQUIRED: there is none. */
mcpauth_status ma_introspection_start(mcpauth_flow *flow, mcpauth_error *err);

/* The metadata is there: asks, or ends where nothing is offered. */
mcpauth_status ma_introspection_choose(mcpauth_flow *flow, mcpauth_error *err);

mcpauth_status ma_introspection_ask(mcpauth_flow *flow, mcpauth_error *err);
mcpauth_status ma_introspection_got(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err);

#endif
