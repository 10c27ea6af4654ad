/* key.c - what a private key can sign, and how it is known to others. */
#include "base/key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <string.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "base/crypto.h"
#include "base/error.h"
#include "base/jwk.h"
#include "base/pem.h"
#include "base/quote.h"

MA_AUTO_DEFINE(BIGNUM, BN_free)
MA_AUTO_DEFINE(ECDSA_SIG, ECDSA_SIG_free)
MA_AUTO_DEFINE(EVP_MD_CTX, EVP_MD_CTX_free)

enum {
    FIELD_LEN = 32,
    SIGNATURE_MAX = MA_KEY_RSA_MAX / 8,
    JWK_MAX = 4 * SIGNATURE_MAX
};

typedef enum { EC, RSA_PLAIN, ED25519 } kind;

typedef struct {
    const char *name;
    kind kind;
    bool pss;
} algorithm;

/* First what is asked for where a server lists nothing.  Ed25519 is the newer
 * name of EdDSA with such a key (RFC 9864 2.2). */
static const algorithm algorithms[] = {
    {"ES256", EC, false},
    {"EdDSA", ED25519, false},
    {"Ed25519", ED25519, false},
    {"RS256", RSA_PLAIN, false},
    {"PS256", RSA_PLAIN, true},
};

enum { ALGORITHMS = sizeof algorithms / sizeof *algorithms };

struct ma_key {
    EVP_PKEY *pkey;
    kind kind;
    char *id;              /* NULL: none */
    const algorithm *only; /* NULL: all of its kind */
};

void ma_key_free(ma_key *key)
{
    if (!key)
        return;
    EVP_PKEY_free(key->pkey);
    ma_free(key->id);
    ma_free(key);
}

const char *ma_key_id(const ma_key *key)
{
    return key->id;
}

static mcpauth_status refuse(const char *what, mcpauth_error *err)
{
    ERR_clear_error();
    mcpauth_status st =
        ma_error_set(err, MCPAUTH_E_STATE, "libcrypto cannot %s", what);
    ma_error_hint(err, "check OpenSSL's configuration (openssl version -d)");
    return st;
}

/* --- algorithms ---------------------------------------------------------- */

static bool signs(const ma_key *key, const algorithm *with)
{
    return with->kind == key->kind &&
           (!key->only || key->only->pss == with->pss);
}

static const algorithm *find_algorithm(const ma_key *key, const char *name)
{
    for (size_t i = 0; i < ALGORITHMS; i++)
        if (signs(key, &algorithms[i]) &&
            ma_span_is(ma_span_of(name), algorithms[i].name))
            return &algorithms[i];
    return NULL;
}

const char *ma_key_choose_alg(const ma_key *key, const ma_json *supported)
{
    for (size_t i = 0; i < ALGORITHMS; i++)
        if (signs(key, &algorithms[i]) &&
            (!ma_json_count(supported) ||
                ma_json_has(supported, algorithms[i].name)))
            return algorithms[i].name;
    return NULL;
}

const char *ma_key_find_alg(const ma_key *key, const char *name)
{
    const algorithm *found = find_algorithm(key, name);
    return found ? found->name : NULL;
}

bool ma_key_knows_alg(ma_span name)
{
    for (size_t i = 0; i < ALGORITHMS; i++)
        if (ma_span_is(name, algorithms[i].name))
            return true;
    return false;
}

void ma_key_write_algs(ma_buf *to, const ma_key *key)
{
    const char *between = "";
    for (size_t i = 0; i < ALGORITHMS; i++) {
        if (!signs(key, &algorithms[i]))
            continue;
        ma_buf_add_text(to, between);
        ma_buf_add_text(to, algorithms[i].name);
        between = ", ";
    }
}

/* --- signing ------------------------------------------------------------- */

/* RFC 7518 3.5: the salt is as long as the digest. */
static bool set_padding(EVP_PKEY_CTX *context, const algorithm *with)
{
    return !with->pss ||
           (EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
               EVP_PKEY_CTX_set_rsa_pss_saltlen(
                   context, RSA_PSS_SALTLEN_DIGEST) > 0);
}

/* EdDSA hashes by itself. */
static const char *digest_of(const algorithm *with)
{
    return with->kind == ED25519 ? NULL : "SHA256";
}

static bool sign(const ma_key *key, const algorithm *with, ma_span message,
    unsigned char out[SIGNATURE_MAX], size_t *out_len)
{
    MA_AUTO(EVP_MD_CTX) digest = EVP_MD_CTX_new();
    EVP_PKEY_CTX *context = NULL;
    return digest &&
           EVP_DigestSignInit_ex(digest, &context, digest_of(with), NULL, NULL,
               key->pkey, NULL) > 0 &&
           set_padding(context, with) &&
           EVP_DigestSign(digest, out, out_len,
               (const unsigned char *)message.at, message.len) > 0;
}

static bool verify(const ma_key *key, const algorithm *with, ma_span message,
    const unsigned char *signature, size_t len)
{
    MA_AUTO(EVP_MD_CTX) digest = EVP_MD_CTX_new();
    EVP_PKEY_CTX *context = NULL;
    return digest &&
           EVP_DigestVerifyInit_ex(digest, &context, digest_of(with), NULL,
               NULL, key->pkey, NULL) > 0 &&
           set_padding(context, with) &&
           EVP_DigestVerify(digest, signature, len,
               (const unsigned char *)message.at, message.len) > 0;
}

/* RFC 7518 3.4: r and s one behind the other, each of full length, where
 * libcrypto writes DER. */
static bool write_raw(ma_buf *to, const unsigned char *der, size_t len)
{
    MA_AUTO(ECDSA_SIG) pair = d2i_ECDSA_SIG(NULL, &der, (long)len);
    unsigned char raw[2 * FIELD_LEN];
    if (!pair ||
        BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, FIELD_LEN) != FIELD_LEN ||
        BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + FIELD_LEN, FIELD_LEN) !=
            FIELD_LEN)
        return false;
    ma_buf_add(to, raw, sizeof raw);
    return true;
}

static bool write_signature(
    ma_buf *to, const algorithm *by, const unsigned char *bytes, size_t len)
{
    if (by->kind == EC)
        return write_raw(to, bytes, len);
    ma_buf_add(to, bytes, len);
    return true;
}

mcpauth_status ma_key_sign(ma_buf *to, const ma_key *key, const char *alg,
    ma_span message, mcpauth_error *err)
{
    unsigned char bytes[SIGNATURE_MAX];
    size_t len = sizeof bytes;
    const algorithm *with = find_algorithm(key, alg);
    if (!with)
        return ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
            "this key does not sign by the algorithm that was asked for");
    if (!sign(key, with, message, bytes, &len) ||
        !write_signature(to, with, bytes, len))
        return refuse("sign", err);
    return ma_buf_status(to, "a signature", err);
}

/* --- judging ------------------------------------------------------------- */

static bool is_p256(const EVP_PKEY *pkey)
{
    char name[32] = "";
    size_t len = 0;
    return EVP_PKEY_get_group_name(pkey, name, sizeof name, &len) > 0 &&
           (ma_span_is(ma_span_of(name), "prime256v1") ||
               ma_span_is(ma_span_of(name), "P-256"));
}

static bool find_kind(const EVP_PKEY *pkey, kind *out)
{
    int bits = EVP_PKEY_get_bits(pkey);
    if (EVP_PKEY_is_a(pkey, "EC") && is_p256(pkey))
        *out = EC;
    else if (EVP_PKEY_is_a(pkey, "ED25519"))
        *out = ED25519;
    else if (EVP_PKEY_is_a(pkey, "RSA") && bits >= MA_KEY_RSA_MIN &&
             bits <= MA_KEY_RSA_MAX)
        *out = RSA_PLAIN;
    else
        return false;
    return true;
}

static mcpauth_status refuse_kind(const EVP_PKEY *pkey, mcpauth_error *err)
{
    const char *type = EVP_PKEY_get0_type_name(pkey);
    return ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
        "the key (%s, %d bits) is neither P-256, Ed25519 nor RSA of %d to %d "
        "bits",
        type ? type : "?", EVP_PKEY_get_bits(pkey), MA_KEY_RSA_MIN,
        MA_KEY_RSA_MAX);
}

/* Parts that do not belong together show here, not at a server. */
static mcpauth_status try_out(const ma_key *key, mcpauth_error *err)
{
    unsigned char bytes[SIGNATURE_MAX];
    size_t len = sizeof bytes;
    ma_span message = ma_span_of("mcpauth");
    const algorithm *with = find_algorithm(key, ma_key_choose_alg(key, NULL));
    bool fits = sign(key, with, message, bytes, &len) &&
                verify(key, with, message, bytes, len);
    ERR_clear_error();
    return fits ? MCPAUTH_OK
                : ma_error_set(err, MCPAUTH_E_USAGE,
                      "the key is damaged: it cannot verify what it signs");
}

/* Takes over pkey, also when it fails. */
static mcpauth_status adopt(EVP_PKEY *pkey, ma_key **out, mcpauth_error *err)
{
    MA_AUTO(ma_key) key = ma_calloc(1, sizeof *key);
    if (!key) {
        EVP_PKEY_free(pkey);
        return ma_error_nomem(err);
    }
    key->pkey = pkey;
    if (!find_kind(pkey, &key->kind))
        return refuse_kind(pkey, err);
    *out = ma_move(&key);
    return MCPAUTH_OK;
}

/* --- life ---------------------------------------------------------------- */

static mcpauth_status read_pem(ma_span text, ma_key **out, mcpauth_error *err)
{
    EVP_PKEY *pkey = NULL;
    mcpauth_status st = ma_pem_read(text, &pkey, err);
    return st ? st : adopt(pkey, out, err);
}

/* RFC 7517 4.4: the algorithm that the key is meant for. */
static mcpauth_status keep_alg(ma_key *key, const char *alg, mcpauth_error *err)
{
    key->only = alg ? find_algorithm(key, alg) : NULL;
    if (!alg || key->only)
        return MCPAUTH_OK;
    MA_AUTO(ma_text) quoted = ma_quote(ma_span_of(alg));
    return ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
        "the JWK is meant for `alg` \"%s\", which is not supported with such a "
        "key",
        quoted ? quoted : "?");
}

static mcpauth_status keep_id(ma_key *key, const char *id, mcpauth_error *err)
{
    key->id = ma_strdup(id);
    return id && !key->id ? ma_error_nomem(err) : MCPAUTH_OK;
}

static mcpauth_status read_jwk(ma_span text, ma_key **out, mcpauth_error *err)
{
    MA_AUTO(ma_json) jwk = NULL;
    MA_AUTO(ma_key) key = NULL;
    EVP_PKEY *pkey = NULL;
    mcpauth_status st = ma_json_parse_object(text, &jwk, err);
    if (st)
        return ma_error_in(err, st, "reading the JWK");
    st = ma_jwk_read(jwk, &pkey, err);
    if (!st)
        st = adopt(pkey, &key, err);
    if (!st)
        st = keep_alg(key, ma_json_text(jwk, "alg"), err);
    if (!st)
        st = keep_id(key, ma_json_text(jwk, "kid"), err);
    if (st)
        return st;
    *out = ma_move(&key);
    return MCPAUTH_OK;
}

static ma_span skip_space(ma_span text)
{
    while (text.len && strchr(" \t\r\n", *text.at))
        text = ma_span_make(text.at + 1, text.len - 1);
    return text;
}

static mcpauth_status read_either(
    ma_span text, ma_key **out, mcpauth_error *err)
{
    if (text.len > MA_KEY_TEXT_MAX)
        return ma_error_set(err, MCPAUTH_E_LIMIT,
            "a key of more than %d bytes is not read", MA_KEY_TEXT_MAX);
    if (ma_span_starts(skip_space(text), "{"))
        return read_jwk(text, out, err);
    return read_pem(text, out, err);
}

mcpauth_status ma_key_read(ma_span text, ma_key **out, mcpauth_error *err)
{
    MA_AUTO(ma_key) key = NULL;
    mcpauth_status st = read_either(text, &key, err);
    if (!st)
        st = try_out(key, err);
    if (st)
        return st;
    *out = ma_move(&key);
    return MCPAUTH_OK;
}

mcpauth_status ma_key_generate(ma_key **out, mcpauth_error *err)
{
    EVP_PKEY *pkey = EVP_EC_gen("P-256");
    return pkey ? adopt(pkey, out, err) : refuse("make a P-256 key", err);
}

/* --- showing ------------------------------------------------------------- */

/* Writes a number as base64url: of len bytes, or for 0 of as few as it needs.
 */
static bool write_number(
    ma_buf *to, const ma_key *key, const char *param, int len)
{
    BIGNUM *found = NULL;
    unsigned char bytes[SIGNATURE_MAX];
    if (!EVP_PKEY_get_bn_param(key->pkey, param, &found))
        return false;
    MA_AUTO(BIGNUM) number = found;
    len = len ? len : BN_num_bytes(number);
    if (len > SIGNATURE_MAX || BN_bn2binpad(number, bytes, len) != len)
        return false;
    ma_base64_write_url(to, ma_span_make((const char *)bytes, (size_t)len));
    return true;
}

static bool write_ec(ma_buf *to, const ma_key *key)
{
    ma_buf_add_text(to, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"");
    if (!write_number(to, key, OSSL_PKEY_PARAM_EC_PUB_X, FIELD_LEN))
        return false;
    ma_buf_add_text(to, "\",\"y\":\"");
    return write_number(to, key, OSSL_PKEY_PARAM_EC_PUB_Y, FIELD_LEN);
}

static bool write_rsa(ma_buf *to, const ma_key *key)
{
    ma_buf_add_text(to, "{\"e\":\"");
    if (!write_number(to, key, OSSL_PKEY_PARAM_RSA_E, 0))
        return false;
    ma_buf_add_text(to, "\",\"kty\":\"RSA\",\"n\":\"");
    return write_number(to, key, OSSL_PKEY_PARAM_RSA_N, 0);
}

static bool write_okp(ma_buf *to, const ma_key *key)
{
    unsigned char bytes[FIELD_LEN];
    size_t len = sizeof bytes;
    if (!EVP_PKEY_get_raw_public_key(key->pkey, bytes, &len))
        return false;
    ma_buf_add_text(to, "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"");
    ma_base64_write_url(to, ma_span_make((const char *)bytes, len));
    return true;
}

mcpauth_status ma_key_write_jwk(
    ma_buf *to, const ma_key *key, mcpauth_error *err)
{
    static bool (*const writers[])(ma_buf *, const ma_key *) = {
        [EC] = write_ec, [RSA_PLAIN] = write_rsa, [ED25519] = write_okp};
    if (!writers[key->kind](to, key))
        return refuse("show a public key", err);
    ma_buf_add_text(to, "\"}");
    return ma_buf_status(to, "a public key", err);
}

mcpauth_status ma_key_write_thumbprint(
    ma_buf *to, const ma_key *key, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) jwk = ma_buf_init(JWK_MAX);
    unsigned char digest[MA_SHA256_LEN];
    mcpauth_status st = ma_key_write_jwk(&jwk, key, err);
    if (!st)
        st = ma_crypto_sha256(ma_buf_span(&jwk), digest, err);
    if (st)
        return st;
    ma_base64_write_url(to, ma_span_make((const char *)digest, sizeof digest));
    return ma_buf_status(to, "a thumbprint", err);
}

mcpauth_status ma_key_write_pem(
    ma_buf *to, const ma_key *key, mcpauth_error *err)
{
    return ma_pem_write(to, key->pkey, err);
}
