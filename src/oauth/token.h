/* token.h - a token read from its record. */
#ifndef MA_OAUTH_TOKEN_H
#define MA_OAUTH_TOKEN_H

#include <mcpauth/token.h>

#include "base/auto.h"
#include "base/json.h"
#include "base/secret.h"

MA_AUTO_DEFINE(mcpauth_token, mcpauth_token_free)

/* From the `token` member of a record; *out_token is NULL when the member is
 * missing or holds no access token. */
mcpauth_status ma_token_from(
    const ma_json *json, mcpauth_token **out_token, mcpauth_error *err);

mcpauth_status ma_token_dup(
    const mcpauth_token *token, mcpauth_token **out_token, mcpauth_error *err);

/* Lent; NULL: none. */
const ma_secret *ma_token_refresh(const mcpauth_token *token);
ma_span ma_token_access_span(const mcpauth_token *token);

/* It is an ID token, of a login at an identity provider: for nobody else. */
bool ma_token_is_identity(const mcpauth_token *token);

/* It is good only with a proof of the key it is bound to. */
bool ma_token_is_bound(const mcpauth_token *token);

/* That key, PEM; NULL: it is not bound, or the key was lost. */
const ma_secret *ma_token_key(const mcpauth_token *token);

/* What was asked for, before the server granted `scope`; NULL: nothing. */
const char *ma_token_requested_scope(const mcpauth_token *token);

/* What the document of its issuer said instead, and trusted_issuer took
 * NULL: nothing else. */
const char *ma_token_trusted_issuer(const mcpauth_token *token);

const char *ma_token_revocation_endpoint(const mcpauth_token *token);

/* The client showed its certificate for it. */
bool ma_token_certified(const mcpauth_token *token);

/* How the client's assertion was made that it was asked for with: for whom, and
 * signed how; NULL without one. */
const char *ma_token_assertion_audience(const mcpauth_token *token);
const char *ma_token_assertion_alg(const mcpauth_token *token);

/* The MCP server refused it right after it was issued. */
bool ma_token_refused(const mcpauth_token *token);
void ma_token_mark_refused(mcpauth_token *token);

/* Its expiry is known and past. */
bool ma_token_expired(const mcpauth_token *token, int64_t now_ms);

/* Until when it is fresh without more being asked of it; INT64_MAX when its
 * expiry is unknown. */
int64_t ma_token_fresh_until_ms(const mcpauth_token *token);

/* Has it renewed later than usual, by up to half the time that there is for it
 * (delay 255), so that many who wake up together do not all renew. */
void ma_token_delay_renewal(mcpauth_token *token, unsigned char delay);

/* config would ask for this very token: of its mode, client and issuer, of the
 * scope the user named, and for a resource that covers its server.  One
 * of no known issuer fits nobody. */
mcpauth_status ma_token_fits(const mcpauth_token *token,
    const mcpauth_config *config, bool *out_fits, mcpauth_error *err);

#endif
