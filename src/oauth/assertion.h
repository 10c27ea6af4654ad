/* assertion.h - a client that proves itself by its key: private_key_jwt
 * (RFC 7523 2.2, OpenID Connect Core 9; ). */
#ifndef MA_OAUTH_ASSERTION_H
#define MA_OAUTH_ASSERTION_H

#include <stdint.h>

#include "base/key.h"

/* What `typ` says, unless a server knows only plain JWT. */
#define MA_ASSERTION_TYPE "client-authentication+jwt"

/* How long one is good.  Five minutes are allowed; a server whose clock is a
 * little behind would see more. */
enum { MA_ASSERTION_LIFE_S = 240 };

/* What one says.  Each request has its own, repeated ones too. */
typedef struct {
    const ma_key *key;
    const char *alg; /* of ma_assertion_choose_alg */
    const char *client_id;
    const char *audience; /* the issuer; for some servers the endpoint */
    const char *type;     /* `typ`; NULL: MA_ASSERTION_TYPE */
    const char *jti;      /* 128 random bits or more, as ma_pkce_random makes */
    int64_t now_ms;
} ma_assertion;

/* supported: token_endpoint_auth_signing_alg_values_supported; NULL or empty:
 * whatever the key can.  fixed: the one that is to be used; NULL: any.
 * E_UNSUPPORTED: nothing is common to all. */
mcpauth_status ma_assertion_choose_alg(const ma_key *key,
    const ma_json *supported, const char *fixed, const char **out_alg,
    mcpauth_error *err);

/* Appends the signed JWT. */
mcpauth_status ma_assertion_write(
    ma_buf *to, const ma_assertion *assertion, mcpauth_error *err);

/* Adds client_assertion_type and client_assertion to a request; its client_id
 * is then left out. */
mcpauth_status ma_assertion_apply(
    ma_buf *form, const ma_assertion *assertion, mcpauth_error *err);

#endif
