/* clientauth.h - how the client proves itself at the token endpoint
 * (RFC 6749 2.3; ). */
#ifndef MA_OAUTH_CLIENTAUTH_H
#define MA_OAUTH_CLIENTAUTH_H

#include <mcpauth/http.h>

#include "base/buf.h"
#include "base/json.h"

typedef enum {
    MA_CLIENTAUTH_NONE,
    MA_CLIENTAUTH_BASIC,
    MA_CLIENTAUTH_POST,
    MA_CLIENTAUTH_KEY,
    MA_CLIENTAUTH_TLS,            /* RFC 8705 2.1 */
    MA_CLIENTAUTH_SELF_SIGNED_TLS /* RFC 8705 2.2 */
} ma_clientauth_method;

/* As in the registry: "none", "client_secret_basic", "client_secret_post",
 * "private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth". */
const char *ma_clientauth_name(ma_clientauth_method method);

/* False when text names no method we have. */
bool ma_clientauth_parse(const char *text, ma_clientauth_method *out);

/* The client proves itself by a certificate, beneath HTTP. */
bool ma_clientauth_is_tls(ma_clientauth_method method);

/* The client's id stands in what ma_clientauth_apply adds to the form. */
bool ma_clientauth_names_client(ma_clientauth_method method);

/* Chooses by A-121: fixed (the text of a configured or registered method, or
 * NULL) when supported lists it or lists nothing; else the first of
 * private_key_jwt with a key, and basic and post with a secret, that is listed
 * or where no list exists; without either, or where only none is listed, none
 * (so a fixed method is not held to without what it needs).  One of RFC 8705 is
 * taken only when it is fixed.
 * E_UNSUPPORTED: the server lists only methods we do not have, or does not list
 * the only one that a client with a key, or a certificate, has. */
mcpauth_status ma_clientauth_choose(const ma_json *supported, const char *fixed,
    bool has_secret, bool has_key, ma_clientauth_method *out,
    mcpauth_error *err);

/* Adds the proof to one token request, of any method but private_key_jwt,
 * which is ma_assertion_apply's: an Authorization field in headers, or
 * client_id and client_secret in form (never both).  secret may be empty for
 * none, and so may id, where somebody else vouches. */
mcpauth_status ma_clientauth_apply(ma_clientauth_method method, ma_span id,
    ma_span secret, mcpauth_headers *headers, ma_buf *form, mcpauth_error *err);

#endif
