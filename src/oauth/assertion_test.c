/* assertion_test.c - what a client's assertion says, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/form.h"
#include "base/jws.h"
#include "oauth/assertion.h"
#include "oauth/segments_test.h"

#define CLAIMS                                                                 \
    "{\"iss\":\"me\",\"sub\":\"me\",\"aud\":\"https://as.example\","           \
    "\"jti\":\"unique\",\"iat\":1700000000,\"exp\":1700000240}"

static ma_assertion make(const ma_key *key)
{
    return (ma_assertion){.key = key,
        .alg = "ES256",
        .client_id = "me",
        .audience = "https://as.example",
        .jti = "unique",
        .now_ms = INT64_C(1700000000999)};
}

static void it_is_about_the_client_and_for_the_issuer_A_183(void **state)
{
    (void)state;
    MA_AUTO(ma_key) key = read_key(EC_JWK);
    const ma_assertion assertion = make(key);
    MA_SCOPED(ma_buf) jwt = ma_buf_init(MA_JWS_MAX);
    assert_int_equal(ma_assertion_write(&jwt, &assertion, NULL), MCPAUTH_OK);
    assert_segment(
        &jwt, 0, "{\"typ\":\"client-authentication+jwt\",\"alg\":\"ES256\"}");
    assert_segment(&jwt, 1, CLAIMS);
}

static void a_key_names_itself_and_the_type_can_be_the_older_A_183(void **state)
{
    (void)state;
    MA_AUTO(ma_key)
    key = read_key("{\"kid\":\"k\\\"1\",\"kty\":\"EC\","
                   "\"crv\":\"P-256\"," EC_PUBLIC "," EC_PRIVATE "}");
    ma_assertion assertion = make(key);
    assertion.type = "JWT";
    MA_SCOPED(ma_buf) jwt = ma_buf_init(MA_JWS_MAX);
    assert_int_equal(ma_assertion_write(&jwt, &assertion, NULL), MCPAUTH_OK);
    assert_segment(
        &jwt, 0, "{\"kid\":\"k\\\"1\",\"typ\":\"JWT\",\"alg\":\"ES256\"}");
}

static void it_lasts_five_minutes_at_most_A_183(void **state)
{
    (void)state;
    assert_true(MA_ASSERTION_LIFE_S > 60 && MA_ASSERTION_LIFE_S <= 300);
}

static void it_stands_in_the_form_without_a_client_id_A_182(void **state)
{
    (void)state;
    MA_AUTO(ma_key) key = read_key(EC_JWK);
    const ma_assertion assertion = make(key);
    MA_SCOPED(ma_buf) form = ma_buf_init(MA_JWS_MAX);
    MA_SCOPED(ma_buf) found = ma_buf_init(MA_JWS_MAX);
    ma_buf_add_text(&form, "grant_type=client_credentials");
    assert_int_equal(ma_assertion_apply(&form, &assertion, NULL), MCPAUTH_OK);
    ma_span pairs = ma_buf_span(&form);
    assert_int_equal(ma_form_find(pairs, "client_assertion_type", &found), 1);
    assert_string_equal(ma_buf_text(&found),
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    ma_buf_clear(&found);
    assert_int_equal(ma_form_find(pairs, "client_assertion", &found), 1);
    assert_segment(&found, 1, CLAIMS);
    assert_int_equal(ma_form_find(pairs, "client_id", &found), 0);
    assert_int_equal(ma_form_find(pairs, "assertion", &found), 0);
}

static void a_form_that_is_full_is_an_error(void **state)
{
    (void)state;
    MA_AUTO(ma_key) key = read_key(EC_JWK);
    const ma_assertion assertion = make(key);
    MA_SCOPED(ma_buf) form = ma_buf_init(100);
    assert_int_equal(
        ma_assertion_apply(&form, &assertion, NULL), MCPAUTH_E_LIMIT);
}

static void without_a_common_algorithm_both_are_named_A_183(void **state)
{
    (void)state;
    MA_AUTO(ma_key) key = read_key(EC_JWK);
    MA_AUTO(ma_json) supported = NULL;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    const char *alg = NULL;
    assert_int_equal(
        ma_json_parse(ma_span_of("[\"RS256\",\"HS256\"]"), 4, &supported, NULL),
        MCPAUTH_OK);
    assert_int_equal(ma_assertion_choose_alg(key, supported, NULL, &alg, err),
        MCPAUTH_E_UNSUPPORTED);
    assert_null(alg);
    assert_non_null(
        strstr(mcpauth_error_message(err), "(ES256), but RS256, HS256"));
    assert_int_equal(
        ma_assertion_choose_alg(key, NULL, NULL, &alg, err), MCPAUTH_OK);
    assert_string_equal(alg, "ES256");
}

static void the_algorithm_may_be_told_A_183(void **state)
{
    (void)state;
    MA_AUTO(ma_key) key = read_key(RSA_JWK);
    MA_AUTO(ma_json) supported = NULL;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    const char *alg = NULL;
    assert_int_equal(
        ma_json_parse(ma_span_of("[\"RS256\"]"), 4, &supported, NULL),
        MCPAUTH_OK);
    assert_int_equal(
        ma_assertion_choose_alg(key, NULL, "PS256", &alg, err), MCPAUTH_OK);
    assert_string_equal(alg, "PS256");
    assert_int_equal(
        ma_assertion_choose_alg(key, supported, "PS256", &alg, err),
        MCPAUTH_E_UNSUPPORTED);
    assert_non_null(strstr(mcpauth_error_message(err), "(PS256), but RS256"));
    assert_int_equal(
        ma_assertion_choose_alg(key, supported, "ES256", &alg, err),
        MCPAUTH_E_UNSUPPORTED);
    assert_non_null(strstr(mcpauth_error_message(err),
        "does not sign by ES256, but by RS256, PS256"));
    assert_string_equal(alg, "PS256");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_about_the_client_and_for_the_issuer_A_183),
        cmocka_unit_test(
            a_key_names_itself_and_the_type_can_be_the_older_A_183),
        cmocka_unit_test(it_lasts_five_minutes_at_most_A_183),
        cmocka_unit_test(it_stands_in_the_form_without_a_client_id_A_182),
        cmocka_unit_test(a_form_that_is_full_is_an_error),
        cmocka_unit_test(without_a_common_algorithm_both_are_named_A_183),
        cmocka_unit_test(the_algorithm_may_be_told_A_183),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
