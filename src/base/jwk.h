/* jwk.h - a private key out of a JWK (RFC 7517, RFC 7518 6, RFC 8037 2). */
#ifndef MA_BASE_JWK_H
#define MA_BASE_JWK_H

#include "base/json.h"

struct evp_pkey_st;

/* Makes the key, for EVP_PKEY_free; whether its parts fit each other is not
 * looked at.
 * E_USAGE: a member is missing or malformed, or the key is public, or meant
 *   for something else than signing.
 * E_UNSUPPORTED: neither P-256, RSA nor Ed25519. */
mcpauth_status ma_jwk_read(
    const ma_json *jwk, struct evp_pkey_st **out, mcpauth_error *err);

#endif
