/* identity.h - the company's identity provider, which vouches for a person at
 * the authorization servers of others: enterprise-managed authorization
 * (draft-ietf-oauth-identity-assertion-authz-grant).
 *
 * Who a person is, is a login like any other, at the identity provider itself:
 * one serves every MCP server of the company.  Its token is the ID token, which
 * nobody is ever sent but the identity provider. */
#ifndef MA_OAUTH_IDENTITY_H
#define MA_OAUTH_IDENTITY_H

#include "oauth/flowstate.h"
#include "oauth/tokenanswer.h"

/* Makes the ID token of an answer the token of this login, good as long as it
 * says (OpenID Connect Core 3.1.3.7).
 * E_PROTOCOL: there is none.  E_UNTRUSTED: it is for somebody else, or of
 * another login. */
mcpauth_status ma_identity_take(
    const mcpauth_flow *flow, ma_tokenanswer *answer, mcpauth_error *err);

/* Appends the parameters of the exchange (RFC 8693 2.1, A-191). */
void ma_identity_write_exchange(const mcpauth_flow *flow, ma_buf *form);

/* The answer holds the assertion that was asked for, and that may be sent to
 * whom it is for. */
mcpauth_status ma_identity_check_exchange(
    const mcpauth_flow *flow, const ma_tokenanswer *answer, mcpauth_error *err);

#endif
