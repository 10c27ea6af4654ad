/* crypto.h - the few primitives OAuth needs, from libcrypto. */
#ifndef MA_BASE_CRYPTO_H
#define MA_BASE_CRYPTO_H

#include <mcpauth/error.h>
#include <stdbool.h>

#include "base/span.h"

enum { MA_SHA256_LEN = 32, MA_SHA256_HEX = 65, MA_MD5_HEX = 33 };

mcpauth_status ma_crypto_sha256(
    ma_span bytes, unsigned char out[MA_SHA256_LEN], mcpauth_error *err);

/* Lower-case hexadecimal, NUL-terminated. */
mcpauth_status ma_crypto_sha256_hex(
    ma_span bytes, char out[MA_SHA256_HEX], mcpauth_error *err);

mcpauth_status ma_crypto_hmac_sha256(ma_span key, ma_span message,
    unsigned char out[MA_SHA256_LEN], mcpauth_error *err);

/* For names that others have made so; it protects nothing.  The same form. */
mcpauth_status ma_crypto_md5_hex(
    ma_span bytes, char out[MA_MD5_HEX], mcpauth_error *err);

/* Fills out from getrandom(2); fails hard, never falls back (S-080). */
mcpauth_status ma_crypto_random(void *out, size_t len, mcpauth_error *err);

/* Takes time that depends on the lengths only (S-081). */
bool ma_crypto_equal(ma_span a, ma_span b);

#endif
