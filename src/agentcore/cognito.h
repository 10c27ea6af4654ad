/* cognito.h - what Amazon Cognito has beside OAuth: the login with username
 * and password of its own API, InitiateAuth.
 *
 * Of what it answers the access token is used, never the ID token: AgentCore
 * asks for the claim client_id, which only the access token carries. */
#ifndef MA_AGENTCORE_COGNITO_H
#define MA_AGENTCORE_COGNITO_H

#include "oauth/passwordgrant.h"

/* url is a user pool's issuer, or a document below it:
 * https://cognito-idp.<region>.amazonaws.com/<pool> */
bool ma_cognito_is_issuer(const char *url);

/* Appends the URL of the API that serves issuer: its origin, or for a
 * managed-login domain that of the region in its name.  E_USAGE: no URL. */
mcpauth_status ma_cognito_write_api(
    ma_buf *to, const char *issuer, mcpauth_error *err);

/* Appends base64(HMAC-SHA256(secret, username + client_id)), which an app
 * client with a secret must send. */
mcpauth_status ma_cognito_write_secret_hash(ma_buf *to, ma_span secret,
    ma_span username, ma_span client_id, mcpauth_error *err);

/* Builds the login of the configuration's user: USER_PASSWORD_AUTH.
 * E_USAGE: client_id, username or password is not set.
 * E_UNTRUSTED: discovery_url is not set, so nobody vouches for issuer. */
mcpauth_status ma_cognito_write_login(const mcpauth_config *config,
    const char *issuer, ma_request *request, mcpauth_error *err);

/* Reads the answer to it.
 * E_REFUSED: the service's error, its name without prefix as server_code.
 * E_LOGIN_REQUIRED: a challenge (MFA, a new password); server_code names it.
 * E_HTTP: throttled, or a failure that is none of Cognito's; its body is shown.
 * E_PROTOCOL: a success without a usable access token; nothing is shown. */
mcpauth_status ma_cognito_parse_answer(
    int http_status, ma_span body, ma_tokenanswer *out, mcpauth_error *err);

/* Login and answer, as the flow wants them. */
const ma_password_grant *ma_cognito_password_grant(void);

#endif
