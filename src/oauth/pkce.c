/* pkce.c - RFC 7636 4.1 and 4.2. */
#include "oauth/pkce.h"

#include <string.h>

#include "base/base64.h"
#include "base/crypto.h"
#include "base/error.h"
#include "oauth/config.h"

enum { RANDOM_LEN = 32, TEXT_LEN = 43 };

mcpauth_status ma_pkce_random(
    const mcpauth_config *config, ma_secret **out_text, mcpauth_error *err)
{
    unsigned char bytes[RANDOM_LEN];
    mcpauth_status st = ma_config_random(config, bytes, sizeof bytes, err);
    if (st)
        return st;
    MA_SCOPED(ma_buf) text = ma_buf_init(TEXT_LEN);
    ma_base64_write_url(&text, ma_span_make((const char *)bytes, sizeof bytes));
    explicit_bzero(bytes, sizeof bytes);
    st = ma_buf_status(&text, "a random text", err);
    if (st)
        return st;
    ma_secret *secret = ma_secret_new(ma_buf_span(&text));
    if (!secret)
        return ma_error_nomem(err);
    *out_text = secret;
    return MCPAUTH_OK;
}

mcpauth_status ma_pkce_write_challenge(
    ma_buf *to, ma_span verifier, mcpauth_error *err)
{
    unsigned char digest[MA_SHA256_LEN];
    mcpauth_status st = ma_crypto_sha256(verifier, digest, err);
    if (st)
        return st;
    ma_base64_write_url(to, ma_span_make((const char *)digest, sizeof digest));
    return MCPAUTH_OK;
}
