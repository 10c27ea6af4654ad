/* register.h - dynamic client registration (RFC 7591). */
#ifndef MA_OAUTH_REGISTER_H
#define MA_OAUTH_REGISTER_H

#include <mcpauth/http.h>
#include <stdint.h>

#include "base/json.h"

typedef struct {
    const char *client_name;
    const char *redirect_uri;
    const char *application_type; /* NULL: left out, as is */
    const char *scope;
    bool dpop; /* all its tokens are bound to a key (RFC 9449 5.2) */
    const ma_json *auth_methods; /* token_endpoint_auth_methods_supported */
} ma_register_request;

/* Appends the JSON body of A-074: a native application with the code and
 * refresh grants; the method by A-075. */
mcpauth_status ma_register_write(
    const ma_register_request *request, ma_buf *to, mcpauth_error *err);

/* Reads the answer (RFC 7591 3.2.1) into a new object with the members worth
 * keeping: client_id, client_secret, client_secret_expires_at (seconds),
 * token_endpoint_auth_method, redirect_uris, registration_client_uri,
 * registration_access_token.
 * E_REFUSED: the server's error.  E_HTTP: another status than 200 and 201.
 * E_PROTOCOL: no usable client_id (S-035), or redirect_uris without ours. */
mcpauth_status ma_register_parse(int http_status,
    const mcpauth_headers *headers, ma_span body, const char *redirect_uri,
    ma_json **out_client, mcpauth_error *err);

/* The same from the answer's JSON object; redirect_uri NULL: any will do. */
mcpauth_status ma_register_keep(const ma_json *answer, const char *redirect_uri,
    ma_json **out_client, mcpauth_error *err);

/* The secret of a registered client has an end and now is past it. */
bool ma_register_expired(const ma_json *client, int64_t now_ms);

#endif
