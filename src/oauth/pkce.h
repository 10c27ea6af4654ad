/* pkce.h - proof key for code exchange (RFC 7636), S256 only. */
#ifndef MA_OAUTH_PKCE_H
#define MA_OAUTH_PKCE_H

#include <mcpauth/config.h>

#include "base/buf.h"
#include "base/secret.h"

/* 32 random bytes as 43 characters of base64url: a code verifier, and by the
 * same recipe a state or nonce. */
mcpauth_status ma_pkce_random(
    const mcpauth_config *config, ma_secret **out_text, mcpauth_error *err);

/* Appends BASE64URL(SHA256(ASCII(verifier))) (RFC 7636 4.2). */
mcpauth_status ma_pkce_write_challenge(
    ma_buf *to, ma_span verifier, mcpauth_error *err);

#endif
