/* jwk_test.c - which members make a key, and which do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>

#include "base/error.h"
#include "base/jwk.h"
#include "base/keys_test.h"

MA_AUTO_DEFINE(EVP_PKEY, EVP_PKEY_free)

#define EC(rest) "{\"kty\":\"EC\",\"crv\":\"P-256\"," rest "}"

static mcpauth_status read_jwk(
    const char *text, EVP_PKEY **out, mcpauth_error *err)
{
    MA_AUTO(ma_json) jwk = NULL;
    assert_int_equal(
        ma_json_parse_object(ma_span_of(text), &jwk, NULL), MCPAUTH_OK);
    return ma_jwk_read(jwk, out, err);
}

static void every_kind_is_read_A_183(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *type;
    } rows[] = {
        {EC_JWK, "EC"},
        {RSA_JWK, "RSA"},
        {"{\"kty\":\"RSA\"," RSA_PUBLIC "," RSA_PRIVATE "}", "RSA"},
        {ED_JWK, "ED25519"},
        {EC("\"use\":\"sig\"," EC_PUBLIC "," EC_PRIVATE), "EC"},
        {EC("\"key_ops\":[\"sign\"]," EC_PUBLIC "," EC_PRIVATE), "EC"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(EVP_PKEY) pkey = NULL;
        assert_int_equal(read_jwk(rows[i].text, &pkey, NULL), MCPAUTH_OK);
        assert_true(EVP_PKEY_is_a(pkey, rows[i].type));
    }
}

static void what_makes_no_key_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        mcpauth_status status;
        const char *words;
    } rows[] = {
        {"{}", MCPAUTH_E_USAGE, "no `d`"},
        {EC(EC_PUBLIC), MCPAUTH_E_USAGE, "no `d`"},
        {"{\"kty\":\"oct\",\"k\":\"AAAA\"}", MCPAUTH_E_UNSUPPORTED, "\"oct\""},
        {"{\"kty\":\"EC\",\"crv\":\"P-384\"," EC_PRIVATE "}",
            MCPAUTH_E_UNSUPPORTED, "\"P-384\""},
        {"{\"kty\":\"OKP\",\"crv\":\"X25519\"," ED_PRIVATE "}",
            MCPAUTH_E_UNSUPPORTED, "\"X25519\""},
        {EC(EC_PRIVATE), MCPAUTH_E_USAGE, "`x`"},
        {EC(EC_PUBLIC ",\"d\":\"AAAA\""), MCPAUTH_E_USAGE, "`d`"},
        {EC(EC_PUBLIC ",\"d\":\"!!\""), MCPAUTH_E_USAGE, "`d`"},
        {EC("\"use\":\"enc\"," EC_PUBLIC "," EC_PRIVATE), MCPAUTH_E_USAGE,
            "`use`"},
        {EC("\"key_ops\":[\"verify\"]," EC_PUBLIC "," EC_PRIVATE),
            MCPAUTH_E_USAGE, "`key_ops`"},
        {"{\"kty\":\"RSA\"," RSA_PRIVATE "}", MCPAUTH_E_USAGE, "`n`"},
        {"{\"kty\":\"RSA\"," RSA_PUBLIC "," RSA_PRIVATE ",\"p\":\"AQ\"}",
            MCPAUTH_E_USAGE, "`q`"},
        {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\"," ED_PRIVATE "}",
            MCPAUTH_E_USAGE, "`x`"},
        {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\"," ED_PRIVATE
         ",\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
            MCPAUTH_E_USAGE, "not the public key"},
        {EC("\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
            "\"y\":"
            "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"," EC_PRIVATE),
            MCPAUTH_E_USAGE, "make no key"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        EVP_PKEY *pkey = NULL;
        assert_int_equal(read_jwk(rows[i].text, &pkey, err), rows[i].status);
        assert_null(pkey);
        if (!strstr(mcpauth_error_message(err), rows[i].words))
            assert_string_equal(mcpauth_error_message(err), rows[i].words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_read_A_183),
        cmocka_unit_test(what_makes_no_key_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
