/* secret.c - allocate, copy, wipe, free; never a realloc. */
#include "base/secret.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/crypto.h"
#include "base/error.h"

struct ma_secret {
    size_t len;
    char at[];
};

ma_secret *ma_secret_new(ma_span bytes)
{
    if (bytes.len >= SIZE_MAX - sizeof(ma_secret))
        return NULL;
    ma_secret *secret = ma_malloc(sizeof *secret + bytes.len + 1);
    if (!secret)
        return NULL;
    secret->len = bytes.len;
    if (bytes.len)
        memcpy(secret->at, bytes.at, bytes.len);
    secret->at[bytes.len] = '\0';
    return secret;
}

void ma_secret_free(ma_secret *secret)
{
    if (secret)
        explicit_bzero(secret->at, secret->len);
    ma_free(secret);
}

mcpauth_status ma_secret_set(ma_secret **at, ma_span bytes, mcpauth_error *err)
{
    ma_secret *fresh = NULL;
    if (bytes.at) {
        fresh = ma_secret_new(bytes);
        if (!fresh)
            return ma_error_nomem(err);
    }
    ma_secret_free(*at);
    *at = fresh;
    return MCPAUTH_OK;
}

const char *ma_secret_text(const ma_secret *secret)
{
    return secret ? secret->at : NULL;
}

ma_span ma_secret_span(const ma_secret *secret)
{
    return secret ? ma_span_make(secret->at, secret->len)
                  : ma_span_make(NULL, 0);
}

bool ma_secret_eq(const ma_secret *a, const ma_secret *b)
{
    if (!a || !b)
        return a == b;
    return ma_crypto_equal(ma_secret_span(a), ma_secret_span(b));
}

bool ma_secret_is(const ma_secret *secret, ma_span bytes)
{
    return secret && ma_crypto_equal(ma_secret_span(secret), bytes);
}

void ma_secret_fingerprint(
    const ma_secret *secret, const char *kind, char out[MA_FINGERPRINT_MAX])
{
    char hex[MA_SHA256_HEX] = "none";
    if (secret && ma_crypto_sha256_hex(ma_secret_span(secret), hex, NULL))
        memcpy(hex, "????", sizeof "????");
    snprintf(out, MA_FINGERPRINT_MAX, "%.20s#%.4s", kind, hex);
}
