/* pem.c - one block after another, until one is a private key. */
#include "base/pem.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"

MA_AUTO_DEFINE(BIO, BIO_free)

/* One block; what it holds may be a key. */
typedef struct {
    char *name;
    char *header;
    unsigned char *data;
    long len;
} block;

static void drop_block(block *at)
{
    OPENSSL_secure_clear_free(at->data, (size_t)at->len);
    OPENSSL_secure_free(at->name);
    OPENSSL_secure_free(at->header);
    *at = (block){0};
}
MA_SCOPED_DEFINE(block, drop_block)

static bool next_block(BIO *from, block *out)
{
    return PEM_read_bio_ex(from, &out->name, &out->header, &out->data,
               &out->len, PEM_FLAG_SECURE) == 1;
}

/* "EC PARAMETERS" stands before a key that openssl ecparam made. */
static bool is_beside_a_key(const block *at)
{
    return ma_span_is(ma_span_of(at->name), PEM_STRING_ECPARAMETERS);
}

static mcpauth_status refuse_encrypted(mcpauth_error *err)
{
    mcpauth_status st =
        ma_error_set(err, MCPAUTH_E_UNSUPPORTED, "the key is encrypted");
    ma_error_hint(err, "give it without a passphrase, as `openssl pkey -in "
                       "FILE` writes it, in a file that only you can read");
    return st;
}

static mcpauth_status refuse_block(const block *at, mcpauth_error *err)
{
    MA_AUTO(ma_text) name = ma_quote(ma_span_of(at->name));
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_USAGE,
        "the PEM text holds \"%s\", not a private key", name ? name : "?");
    ma_error_hint(err, "give the key that begins with \"BEGIN PRIVATE KEY\"");
    return st;
}

static mcpauth_status read_block(
    const block *at, EVP_PKEY **out, mcpauth_error *err)
{
    ma_span name = ma_span_of(at->name);
    if (ma_span_is(name, PEM_STRING_PKCS8) || at->header[0])
        return refuse_encrypted(err);
    if (!ma_span_ends(name, PEM_STRING_PKCS8INF))
        return refuse_block(at, err);
    const unsigned char *bytes = at->data;
    *out = d2i_AutoPrivateKey(NULL, &bytes, at->len);
    ERR_clear_error();
    return *out ? MCPAUTH_OK
                : ma_error_set(err, MCPAUTH_E_USAGE,
                      "what the PEM text calls a private key is none");
}

mcpauth_status ma_pem_read(ma_span text, EVP_PKEY **out, mcpauth_error *err)
{
    int len = text.len > INT_MAX ? INT_MAX : (int)text.len;
    MA_AUTO(BIO) from = BIO_new_mem_buf(text.len ? text.at : "", len);
    if (!from)
        return ma_error_nomem(err);
    MA_SCOPED(block) at = {0};
    while (next_block(from, &at) && is_beside_a_key(&at))
        drop_block(&at);
    ERR_clear_error();
    if (at.name)
        return read_block(&at, out, err);
    return ma_error_set(
        err, MCPAUTH_E_USAGE, "the PEM text holds no whole block");
}

mcpauth_status ma_pem_write(ma_buf *to, const EVP_PKEY *key, mcpauth_error *err)
{
    MA_AUTO(BIO) text = BIO_new(BIO_s_secmem());
    if (!text ||
        !PEM_write_bio_PKCS8PrivateKey(text, key, NULL, NULL, 0, NULL, NULL)) {
        ERR_clear_error();
        return ma_error_set(
            err, MCPAUTH_E_STATE, "libcrypto cannot write a key as PEM");
    }
    char *at = NULL;
    long len = BIO_get_mem_data(text, &at);
    ma_buf_add(to, at, (size_t)len);
    return ma_buf_status(to, "a private key", err);
}
