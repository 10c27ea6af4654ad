/* jwk.c - members of base64url become what libcrypto calls parameters. */
#include "base/jwk.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <string.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "base/error.h"
#include "base/key.h"
#include "base/quote.h"

MA_AUTO_DEFINE(EVP_PKEY_CTX, EVP_PKEY_CTX_free)

enum {
    FIELD_LEN = 32, /* of P-256 and of Ed25519 */
    NUMBERS = 8,
    NUMBER_MAX = MA_KEY_RSA_MAX / 8
};

/* The builder reads the numbers and the point only at its end. */
typedef struct {
    OSSL_PARAM_BLD *builder;
    BIGNUM *numbers[NUMBERS];
    size_t count;
    char point[1 + 2 * FIELD_LEN];
} parts;

static void drop_parts(parts *at)
{
    OSSL_PARAM_BLD_free(at->builder);
    for (size_t i = 0; i < at->count; i++)
        BN_clear_free(at->numbers[i]);
}
MA_SCOPED_DEFINE(parts, drop_parts)

static mcpauth_status refuse_member(const char *name, mcpauth_error *err)
{
    return ma_error_set(err, MCPAUTH_E_USAGE,
        "the JWK has no usable `%s`: base64url of the right length is wanted",
        name);
}

/* Appends the bytes of a member: exactly len, or for 0 at least one. */
static mcpauth_status read_bytes(ma_buf *to, const ma_json *jwk,
    const char *name, size_t len, mcpauth_error *err)
{
    ma_span text = ma_span_of(ma_json_text(jwk, name));
    bool read = text.len && ma_base64_read(to, text);
    if (to->failed == MCPAUTH_E_NOMEM)
        return ma_error_nomem(err);
    if (!read || !to->len || (len && to->len != len))
        return refuse_member(name, err);
    return MCPAUTH_OK;
}

/* --- parts --------------------------------------------------------------- */

static mcpauth_status add_number(
    parts *to, const char *param, ma_span bytes, mcpauth_error *err)
{
    BIGNUM *number = BN_secure_new();
    if (!number)
        return ma_error_nomem(err);
    to->numbers[to->count++] = number;
    if (!BN_bin2bn((const unsigned char *)bytes.at, (int)bytes.len, number) ||
        !OSSL_PARAM_BLD_push_BN(to->builder, param, number))
        return ma_error_nomem(err);
    return MCPAUTH_OK;
}

static mcpauth_status add_member(parts *to, const ma_json *jwk,
    const char *name, const char *param, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) bytes = ma_buf_init(NUMBER_MAX);
    mcpauth_status st = read_bytes(&bytes, jwk, name, 0, err);
    return st ? st : add_number(to, param, ma_buf_span(&bytes), err);
}

static mcpauth_status build(
    parts *from, const char *type, EVP_PKEY **out, mcpauth_error *err)
{
    MA_AUTO(EVP_PKEY_CTX)
    context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(from->builder);
    bool built = context && params && EVP_PKEY_fromdata_init(context) > 0 &&
                 EVP_PKEY_fromdata(context, out, EVP_PKEY_KEYPAIR, params) > 0;
    OSSL_PARAM_free(params);
    ERR_clear_error();
    return built ? MCPAUTH_OK
                 : ma_error_set(err, MCPAUTH_E_USAGE,
                       "the members of the JWK make no key");
}

/* --- kinds --------------------------------------------------------------- */

static mcpauth_status refuse_curve(const ma_json *jwk, mcpauth_error *err)
{
    MA_AUTO(ma_text) curve = ma_quote(ma_span_of(ma_json_text(jwk, "crv")));
    return ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
        "the JWK is on the curve \"%s\", not on P-256 or Ed25519",
        curve ? curve : "?");
}

static bool is_curve(const ma_json *jwk, const char *curve)
{
    return ma_span_is(ma_span_of(ma_json_text(jwk, "crv")), curve);
}

/* RFC 7518 6.2.1.2: each coordinate has its full length. */
static mcpauth_status add_point(
    parts *to, const ma_json *jwk, mcpauth_error *err)
{
    static const char *const names[] = {"x", "y"};
    to->point[0] = POINT_CONVERSION_UNCOMPRESSED;
    for (size_t i = 0; i < 2; i++) {
        MA_SCOPED(ma_buf) bytes = ma_buf_init(FIELD_LEN);
        mcpauth_status st = read_bytes(&bytes, jwk, names[i], FIELD_LEN, err);
        if (st)
            return st;
        memcpy(to->point + 1 + i * FIELD_LEN, bytes.at, FIELD_LEN);
    }
    if (OSSL_PARAM_BLD_push_utf8_string(
            to->builder, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) &&
        OSSL_PARAM_BLD_push_octet_string(
            to->builder, OSSL_PKEY_PARAM_PUB_KEY, to->point, sizeof to->point))
        return MCPAUTH_OK;
    return ma_error_nomem(err);
}

static mcpauth_status read_ec(
    const ma_json *jwk, EVP_PKEY **out, mcpauth_error *err)
{
    if (!is_curve(jwk, "P-256"))
        return refuse_curve(jwk, err);
    MA_SCOPED(parts) made = {.builder = OSSL_PARAM_BLD_new()};
    if (!made.builder)
        return ma_error_nomem(err);
    MA_SCOPED(ma_buf) secret = ma_buf_init(FIELD_LEN);
    mcpauth_status st = read_bytes(&secret, jwk, "d", FIELD_LEN, err);
    if (!st)
        st = add_point(&made, jwk, err);
    if (!st)
        st = add_number(
            &made, OSSL_PKEY_PARAM_PRIV_KEY, ma_buf_span(&secret), err);
    return st ? st : build(&made, "EC", out, err);
}

/* RFC 7518 6.3.2: the five that speed it up come together, or not at all. */
static mcpauth_status read_rsa(
    const ma_json *jwk, EVP_PKEY **out, mcpauth_error *err)
{
    static const struct {
        const char *name;
        const char *param;
    } members[NUMBERS] = {
        {"n", OSSL_PKEY_PARAM_RSA_N},
        {"e", OSSL_PKEY_PARAM_RSA_E},
        {"d", OSSL_PKEY_PARAM_RSA_D},
        {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
        {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},
        {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
        {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2},
        {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
    };
    MA_SCOPED(parts) made = {.builder = OSSL_PARAM_BLD_new()};
    if (!made.builder)
        return ma_error_nomem(err);
    size_t count = ma_json_get(jwk, "p") ? NUMBERS : 3;
    for (size_t i = 0; i < count; i++) {
        mcpauth_status st =
            add_member(&made, jwk, members[i].name, members[i].param, err);
        if (st)
            return st;
    }
    return build(&made, "RSA", out, err);
}

static mcpauth_status refuse_pair(mcpauth_error *err)
{
    return ma_error_set(err, MCPAUTH_E_USAGE,
        "the `x` of the JWK is not the public key of its `d`");
}

static mcpauth_status read_okp(
    const ma_json *jwk, EVP_PKEY **out, mcpauth_error *err)
{
    if (!is_curve(jwk, "Ed25519"))
        return refuse_curve(jwk, err);
    MA_SCOPED(ma_buf) secret = ma_buf_init(FIELD_LEN);
    MA_SCOPED(ma_buf) public = ma_buf_init(FIELD_LEN);
    mcpauth_status st = read_bytes(&secret, jwk, "d", FIELD_LEN, err);
    if (!st)
        st = read_bytes(&public, jwk, "x", FIELD_LEN, err);
    if (st)
        return st;
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(
        EVP_PKEY_ED25519, NULL, (const unsigned char *)secret.at, secret.len);
    unsigned char derived[FIELD_LEN];
    size_t len = sizeof derived;
    if (!key || !EVP_PKEY_get_raw_public_key(key, derived, &len) ||
        memcmp(derived, public.at, sizeof derived) != 0) {
        EVP_PKEY_free(key);
        return refuse_pair(err);
    }
    *out = key;
    return MCPAUTH_OK;
}

/* RFC 7517 4.2: a key for encryption signs nothing. */
static mcpauth_status judge_use(const ma_json *jwk, mcpauth_error *err)
{
    const char *use = ma_json_text(jwk, "use");
    const ma_json *operations = ma_json_get_array(jwk, "key_ops");
    if ((use && !ma_span_is(ma_span_of(use), "sig")) ||
        (operations && !ma_json_has(operations, "sign")))
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "the JWK is meant for something else than signing (`use`, "
            "`key_ops`)");
    if (!ma_json_text(jwk, "d") && !ma_json_text(jwk, "k"))
        return ma_error_set(
            err, MCPAUTH_E_USAGE, "the JWK is no private key: it has no `d`");
    return MCPAUTH_OK;
}

mcpauth_status ma_jwk_read(
    const ma_json *jwk, EVP_PKEY **out, mcpauth_error *err)
{
    mcpauth_status st = judge_use(jwk, err);
    if (st)
        return st;
    ma_span type = ma_span_of(ma_json_text(jwk, "kty"));
    if (ma_span_is(type, "EC"))
        return read_ec(jwk, out, err);
    if (ma_span_is(type, "RSA"))
        return read_rsa(jwk, out, err);
    if (ma_span_is(type, "OKP"))
        return read_okp(jwk, out, err);
    MA_AUTO(ma_text) quoted = ma_quote(type);
    return ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
        "the JWK is of type \"%s\", not EC, RSA or OKP", quoted ? quoted : "?");
}
