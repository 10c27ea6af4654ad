/* crypto.c - the only file that knows libcrypto. */
#include "base/crypto.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sys/random.h>

#include "base/error.h"

static const char *bytes_of(ma_span span)
{
    return span.at ? span.at : "";
}

static mcpauth_status refuse(const char *what, mcpauth_error *err)
{
    mcpauth_status st =
        ma_error_set(err, MCPAUTH_E_STATE, "libcrypto cannot compute %s", what);
    ma_error_hint(err, "check OpenSSL's configuration (openssl version -d)");
    return st;
}

mcpauth_status ma_crypto_sha256(
    ma_span bytes, unsigned char out[MA_SHA256_LEN], mcpauth_error *err)
{
    size_t len = MA_SHA256_LEN;
    if (!EVP_Q_digest(
            NULL, "SHA256", NULL, bytes_of(bytes), bytes.len, out, &len))
        return refuse("SHA-256", err);
    return MCPAUTH_OK;
}

static void write_hex(const unsigned char *digest, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15];
    }
    out[2 * len] = '\0';
}

mcpauth_status ma_crypto_sha256_hex(
    ma_span bytes, char out[MA_SHA256_HEX], mcpauth_error *err)
{
    unsigned char digest[MA_SHA256_LEN];
    mcpauth_status st = ma_crypto_sha256(bytes, digest, err);
    if (!st)
        write_hex(digest, sizeof digest, out);
    return st;
}

mcpauth_status ma_crypto_md5_hex(
    ma_span bytes, char out[MA_MD5_HEX], mcpauth_error *err)
{
    unsigned char digest[MA_MD5_HEX / 2];
    size_t len = sizeof digest;
    if (!EVP_Q_digest(
            NULL, "MD5", NULL, bytes_of(bytes), bytes.len, digest, &len))
        return refuse("MD5", err);
    write_hex(digest, sizeof digest, out);
    return MCPAUTH_OK;
}

mcpauth_status ma_crypto_hmac_sha256(ma_span key, ma_span message,
    unsigned char out[MA_SHA256_LEN], mcpauth_error *err)
{
    size_t len = 0;
    if (!EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, bytes_of(key), key.len,
            (const unsigned char *)bytes_of(message), message.len, out,
            MA_SHA256_LEN, &len))
        return refuse("HMAC-SHA-256", err);
    return MCPAUTH_OK;
}

mcpauth_status ma_crypto_random(void *out, size_t len, mcpauth_error *err)
{
    unsigned char *at = out;
    while (len) {
        ssize_t got = getrandom(at, len, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return ma_error_set(err, MCPAUTH_E_STATE,
                "the kernel gave no random bytes (getrandom: error %d)", errno);
        at += got;
        len -= (size_t)got;
    }
    return MCPAUTH_OK;
}

bool ma_crypto_equal(ma_span a, ma_span b)
{
    return a.len == b.len &&
           CRYPTO_memcmp(bytes_of(a), bytes_of(b), a.len) == 0;
}
