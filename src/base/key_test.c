/* key_test.c - what it signs is verified by OpenSSL itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "base/base64.h"
#include "base/error.h"
#include "base/key.h"
#include "base/keys_test.h"
#include "base/pem.h"

MA_AUTO_DEFINE(EVP_PKEY, EVP_PKEY_free)
MA_AUTO_DEFINE(EVP_MD_CTX, EVP_MD_CTX_free)

static ma_key *read_key(const char *text)
{
    ma_key *key = NULL;
    assert_int_equal(ma_key_read(ma_span_of(text), &key, NULL), MCPAUTH_OK);
    return key;
}

static void assert_refused(
    const char *text, mcpauth_status status, const char *words)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    ma_key *key = NULL;
    assert_int_equal(ma_key_read(ma_span_of(text), &key, err), status);
    assert_null(key);
    if (!strstr(mcpauth_error_message(err), words))
        assert_string_equal(mcpauth_error_message(err), words);
}

/* --- reading ------------------------------------------------------------- */

static void a_jwk_keeps_its_id(void **state)
{
    (void)state;
    MA_AUTO(ma_key)
    named = read_key(" \n{\"kid\":\"2025\",\"kty\":\"EC\","
                     "\"crv\":\"P-256\"," EC_PUBLIC "," EC_PRIVATE "}\n");
    MA_AUTO(ma_key) nameless = read_key(EC_JWK);
    assert_string_equal(ma_key_id(named), "2025");
    assert_null(ma_key_id(nameless));
}

static void a_key_that_does_not_fit_itself_is_refused(void **state)
{
    (void)state;
    assert_refused("{\"kty\":\"EC\",\"crv\":\"P-256\"," EC_PUBLIC
                   ",\"d\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE\"}",
        MCPAUTH_E_USAGE, "damaged");
    assert_refused("{\"kty\":\"RSA\"," RSA_PUBLIC ",\"d\":\"AAAD\"}",
        MCPAUTH_E_USAGE, "damaged");
}

static void what_is_too_weak_or_strange_is_refused_A_183(void **state)
{
    (void)state;
    MA_AUTO(EVP_PKEY) short_rsa = EVP_RSA_gen(1024);
    MA_AUTO(EVP_PKEY) p384 = EVP_EC_gen("P-384");
    MA_AUTO(EVP_PKEY) x25519 = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
    const EVP_PKEY *const keys[] = {short_rsa, p384, x25519};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        MA_SCOPED(ma_buf) text = ma_buf_init(MA_KEY_TEXT_MAX);
        assert_int_equal(ma_pem_write(&text, keys[i], NULL), MCPAUTH_OK);
        assert_refused(ma_buf_text(&text), MCPAUTH_E_UNSUPPORTED,
            "neither P-256, Ed25519 nor RSA of 2048 to 8192 bits");
    }
}

static void a_text_without_a_key_is_refused(void **state)
{
    (void)state;
    assert_refused("", MCPAUTH_E_USAGE, "PEM");
    assert_refused("{", MCPAUTH_E_PROTOCOL, "reading the JWK: ");
    MA_SCOPED(ma_buf) text = ma_buf_init(2 * MA_KEY_TEXT_MAX);
    for (size_t i = 0; i <= MA_KEY_TEXT_MAX; i++)
        ma_buf_add_byte(&text, ' ');
    assert_refused(ma_buf_text(&text), MCPAUTH_E_LIMIT, "65536 bytes");
}

static void no_error_shows_the_key_A_235(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    ma_key *key = NULL;
    assert_int_not_equal(
        ma_key_read(ma_span_of("{\"kty\":\"EC\",\"crv\":\"P-256\",\"d\":"
                               "\"CANARY\",\"x\":\"CANARY\"}"),
            &key, err),
        MCPAUTH_OK);
    assert_null(strstr(mcpauth_error_message(err), "CANARY"));
    assert_int_not_equal(
        ma_key_read(ma_span_of("-----BEGIN PRIVATE KEY-----\nCANARY\n"
                               "-----END PRIVATE KEY-----\n"),
            &key, err),
        MCPAUTH_OK);
    assert_null(strstr(mcpauth_error_message(err), "CANARY"));
}

/* --- algorithms ---------------------------------------------------------- */

static void assert_chosen(
    const ma_key *key, const char *supported, const char *expected)
{
    MA_AUTO(ma_json) list = NULL;
    if (supported)
        assert_int_equal(
            ma_json_parse(ma_span_of(supported), 4, &list, NULL), MCPAUTH_OK);
    const char *chosen = ma_key_choose_alg(key, list);
    if (!expected)
        assert_null(chosen);
    else
        assert_string_equal(chosen ? chosen : "none", expected);
}

static void the_algorithm_is_one_of_both_sides_A_183(void **state)
{
    (void)state;
    MA_AUTO(ma_key) ec = read_key(EC_JWK);
    MA_AUTO(ma_key) rsa = read_key(RSA_JWK);
    MA_AUTO(ma_key) ed = read_key(ED_JWK);
    static const char *const symmetric = "[\"none\",\"HS256\",\"ES384\"]";
    assert_chosen(ec, NULL, "ES256");
    assert_chosen(ec, "[]", "ES256");
    assert_chosen(ec, "[\"RS256\",\"ES256\"]", "ES256");
    assert_chosen(ec, symmetric, NULL);
    assert_chosen(rsa, NULL, "RS256");
    assert_chosen(rsa, "[\"PS256\",\"ES256\"]", "PS256");
    assert_chosen(rsa, symmetric, NULL);
    assert_chosen(ed, NULL, "EdDSA");
    assert_chosen(ed, "[\"Ed25519\"]", "Ed25519");
    assert_chosen(ed, symmetric, NULL);
}

static void an_algorithm_is_found_by_its_name_A_183(void **state)
{
    (void)state;
    static const char *const good[] = {
        "ES256", "EdDSA", "Ed25519", "RS256", "PS256"};
    static const char *const bad[] = {"", "none", "HS256", "ES384", "es256"};
    MA_AUTO(ma_key) rsa = read_key(RSA_JWK);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        const char *found = ma_key_find_alg(rsa, good[i]);
        assert_true(ma_key_knows_alg(ma_span_of(good[i])));
        assert_int_equal(found != NULL, i >= 3);
        if (found)
            assert_string_equal(found, good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(ma_key_knows_alg(ma_span_of(bad[i])));
        assert_null(ma_key_find_alg(rsa, bad[i]));
    }
}

static void a_jwk_says_its_only_algorithm_A_183(void **state)
{
    (void)state;
    MA_AUTO(ma_key)
    rsa = read_key(
        "{\"kty\":\"RSA\",\"alg\":\"PS256\"," RSA_PUBLIC "," RSA_PRIVATE "}");
    assert_chosen(rsa, NULL, "PS256");
    assert_chosen(rsa, "[\"RS256\"]", NULL);
    assert_refused(
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"RS256\"," EC_PUBLIC
        "," EC_PRIVATE "}",
        MCPAUTH_E_UNSUPPORTED, "\"RS256\"");
}

static void algorithms_are_listed_for_a_message(void **state)
{
    (void)state;
    MA_AUTO(ma_key) rsa = read_key(RSA_JWK);
    MA_SCOPED(ma_buf) list = ma_buf_init(64);
    ma_key_write_algs(&list, rsa);
    assert_string_equal(ma_buf_text(&list), "RS256, PS256");
}

/* --- signing ------------------------------------------------------------- */

/* DER of the raw pair, for OpenSSL. */
static unsigned char *pair_der(ma_span raw, size_t *out_len)
{
    assert_int_equal(raw.len, 64);
    const unsigned char *bytes = (const unsigned char *)raw.at;
    ECDSA_SIG *pair = ECDSA_SIG_new();
    assert_true(ECDSA_SIG_set0(
        pair, BN_bin2bn(bytes, 32, NULL), BN_bin2bn(bytes + 32, 32, NULL)));
    unsigned char *der = NULL;
    *out_len = (size_t)i2d_ECDSA_SIG(pair, &der);
    ECDSA_SIG_free(pair);
    return der;
}

static bool verifies(EVP_PKEY *pkey, const char *digest, bool pss,
    ma_span message, const unsigned char *signature, size_t len)
{
    MA_AUTO(EVP_MD_CTX) context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *inner = NULL;
    assert_true(EVP_DigestVerifyInit_ex(
        context, &inner, digest, NULL, NULL, pkey, NULL));
    if (pss) {
        assert_true(
            EVP_PKEY_CTX_set_rsa_padding(inner, RSA_PKCS1_PSS_PADDING) > 0);
        assert_true(EVP_PKEY_CTX_set_rsa_pss_saltlen(inner, 32) > 0);
    }
    return EVP_DigestVerify(context, signature, len,
               (const unsigned char *)message.at, message.len) == 1;
}

static void assert_signs(EVP_PKEY *pkey, const char *alg, const char *digest)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_KEY_TEXT_MAX);
    MA_SCOPED(ma_buf) signature = ma_buf_init(1024);
    ma_span message = ma_span_of("a.b");
    assert_int_equal(ma_pem_write(&text, pkey, NULL), MCPAUTH_OK);
    MA_AUTO(ma_key) key = read_key(ma_buf_text(&text));
    assert_int_equal(
        ma_key_sign(&signature, key, alg, message, NULL), MCPAUTH_OK);
    bool pss = strcmp(alg, "PS256") == 0;
    if (strcmp(alg, "ES256") != 0) {
        assert_true(verifies(pkey, digest, pss, message,
            (const unsigned char *)signature.at, signature.len));
        return;
    }
    size_t len = 0;
    unsigned char *der = pair_der(ma_buf_span(&signature), &len);
    assert_true(verifies(pkey, digest, pss, message, der, len));
    OPENSSL_free(der);
}

static void openssl_verifies_what_is_signed_A_183(void **state)
{
    (void)state;
    MA_AUTO(EVP_PKEY) ec = EVP_EC_gen("P-256");
    MA_AUTO(EVP_PKEY) rsa = EVP_RSA_gen(2048);
    MA_AUTO(EVP_PKEY) ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    /* r or s of one in 128 is shorter than 32 bytes. */
    for (int i = 0; i < 1000; i++)
        assert_signs(ec, "ES256", "SHA256");
    assert_signs(rsa, "RS256", "SHA256");
    assert_signs(rsa, "PS256", "SHA256");
    assert_signs(ed, "EdDSA", NULL);
    assert_signs(ed, "Ed25519", NULL);
}

/* ECDSA signs the same text otherwise each time: what the standard prints is
 * verified by what was read as the key. */
static void es256_is_verified_as_rfc_7515_A_3_prints_it_A_183(void **state)
{
    (void)state;
    MA_AUTO(ma_key) key = read_key(EC_JWK);
    MA_SCOPED(ma_buf) pem = ma_buf_init(MA_KEY_TEXT_MAX);
    MA_SCOPED(ma_buf) raw = ma_buf_init(64);
    MA_AUTO(EVP_PKEY) pkey = NULL;
    size_t len = 0;
    assert_int_equal(ma_key_write_pem(&pem, key, NULL), MCPAUTH_OK);
    assert_int_equal(ma_pem_read(ma_buf_span(&pem), &pkey, NULL), MCPAUTH_OK);
    assert_true(ma_base64_read(&raw, ma_span_of(EC_SIGNATURE)));
    unsigned char *der = pair_der(ma_buf_span(&raw), &len);
    assert_true(
        verifies(pkey, "SHA256", false, ma_span_of(EC_INPUT), der, len));
    assert_false(
        verifies(pkey, "SHA256", false, ma_span_of(EC_INPUT "."), der, len));
    OPENSSL_free(der);
}

/* --- showing ------------------------------------------------------------- */

static void the_public_key_has_no_private_member_A_202(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *public;
    } rows[] = {
        {EC_JWK, "{\"crv\":\"P-256\",\"kty\":\"EC\"," EC_PUBLIC "}"},
        {ED_JWK, "{\"crv\":\"Ed25519\",\"kty\":\"OKP\"," ED_PUBLIC "}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(ma_key) key = read_key(rows[i].text);
        MA_SCOPED(ma_buf) jwk = ma_buf_init(4096);
        assert_int_equal(ma_key_write_jwk(&jwk, key, NULL), MCPAUTH_OK);
        assert_string_equal(ma_buf_text(&jwk), rows[i].public);
    }
    MA_AUTO(ma_key) rsa = read_key(RSA_JWK);
    MA_SCOPED(ma_buf) jwk = ma_buf_init(4096);
    MA_AUTO(ma_json) members = NULL;
    assert_int_equal(ma_key_write_jwk(&jwk, rsa, NULL), MCPAUTH_OK);
    assert_int_equal(
        ma_json_parse_object(ma_buf_span(&jwk), &members, NULL), MCPAUTH_OK);
    assert_int_equal(ma_json_count(members), 3);
    assert_non_null(strstr(RSA_PUBLIC, ma_json_text(members, "n")));
    assert_true(ma_span_starts(
        ma_buf_span(&jwk), "{\"e\":\"AQAB\",\"kty\":\"RSA\",\"n\":\"ofgW"));
}

static void thumbprint_is_the_vector_of_rfc_8037_A_3(void **state)
{
    (void)state;
    MA_AUTO(ma_key) key = read_key(ED_JWK);
    MA_SCOPED(ma_buf) thumbprint = ma_buf_init(64);
    assert_int_equal(
        ma_key_write_thumbprint(&thumbprint, key, NULL), MCPAUTH_OK);
    assert_string_equal(ma_buf_text(&thumbprint), ED_THUMBPRINT);
}

static void a_generated_key_comes_back_from_its_pem(void **state)
{
    (void)state;
    MA_AUTO(ma_key) first = NULL;
    MA_AUTO(ma_key) other = NULL;
    assert_int_equal(ma_key_generate(&first, NULL), MCPAUTH_OK);
    assert_int_equal(ma_key_generate(&other, NULL), MCPAUTH_OK);
    MA_SCOPED(ma_buf) pem = ma_buf_init(MA_KEY_TEXT_MAX);
    assert_int_equal(ma_key_write_pem(&pem, first, NULL), MCPAUTH_OK);
    MA_AUTO(ma_key) again = read_key(ma_buf_text(&pem));
    const ma_key *const keys[] = {first, again, other};
    char thumbprints[3][64];
    for (size_t i = 0; i < 3; i++) {
        MA_SCOPED(ma_buf) text = ma_buf_init(63);
        assert_int_equal(
            ma_key_write_thumbprint(&text, keys[i], NULL), MCPAUTH_OK);
        memcpy(thumbprints[i], ma_buf_text(&text), text.len + 1);
    }
    assert_string_equal(thumbprints[0], thumbprints[1]);
    assert_string_not_equal(thumbprints[0], thumbprints[2]);
    assert_chosen(first, NULL, "ES256");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_jwk_keeps_its_id),
        cmocka_unit_test(a_key_that_does_not_fit_itself_is_refused),
        cmocka_unit_test(what_is_too_weak_or_strange_is_refused_A_183),
        cmocka_unit_test(a_text_without_a_key_is_refused),
        cmocka_unit_test(no_error_shows_the_key_A_235),
        cmocka_unit_test(the_algorithm_is_one_of_both_sides_A_183),
        cmocka_unit_test(an_algorithm_is_found_by_its_name_A_183),
        cmocka_unit_test(a_jwk_says_its_only_algorithm_A_183),
        cmocka_unit_test(algorithms_are_listed_for_a_message),
        cmocka_unit_test(openssl_verifies_what_is_signed_A_183),
        cmocka_unit_test(es256_is_verified_as_rfc_7515_A_3_prints_it_A_183),
        cmocka_unit_test(the_public_key_has_no_private_member_A_202),
        cmocka_unit_test(thumbprint_is_the_vector_of_rfc_8037_A_3),
        cmocka_unit_test(a_generated_key_comes_back_from_its_pem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
