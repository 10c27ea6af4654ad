/* jws_test.c - the texts that RFC 7515 and RFC 8037 print. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/jws.h"
#include "base/keys_test.h"

static ma_key *read_key(const char *text)
{
    ma_key *key = NULL;
    assert_int_equal(ma_key_read(ma_span_of(text), &key, NULL), MCPAUTH_OK);
    return key;
}

static void assert_jws(const char *key_text, const char *alg,
    const char *header, const char *payload, const char *expected)
{
    MA_AUTO(ma_key) key = read_key(key_text);
    MA_SCOPED(ma_buf) jws = ma_buf_init(MA_JWS_MAX);
    assert_int_equal(ma_jws_write(&jws, key, alg, ma_span_of(header),
                         ma_span_of(payload), NULL),
        MCPAUTH_OK);
    assert_string_equal(ma_buf_text(&jws), expected);
}

static void rs256_is_the_vector_of_rfc_7515_A_2(void **state)
{
    (void)state;
    assert_jws(RSA_JWK, "RS256", "{\"alg\":\"RS256\"}", RSA_PAYLOAD, RSA_JWS);
}

static void eddsa_is_the_vector_of_rfc_8037_A_4(void **state)
{
    (void)state;
    assert_jws(ED_JWK, "EdDSA", "{\"alg\":\"EdDSA\"}", ED_PAYLOAD, ED_JWS);
}

static void a_text_that_is_too_long_is_not_signed(void **state)
{
    (void)state;
    MA_AUTO(ma_key) key = read_key(EC_JWK);
    MA_SCOPED(ma_buf) long_text = ma_buf_init(MA_JWS_MAX);
    for (size_t i = 0; i < MA_JWS_MAX; i++)
        ma_buf_add_byte(&long_text, ' ');
    MA_SCOPED(ma_buf) jws = ma_buf_init(4 * MA_JWS_MAX);
    assert_int_equal(ma_jws_write(&jws, key, "ES256", ma_span_of("{}"),
                         ma_buf_span(&long_text), NULL),
        MCPAUTH_E_LIMIT);
    assert_int_equal(jws.len, 0);
}

static void an_algorithm_of_another_key_signs_nothing_A_183(void **state)
{
    (void)state;
    static const char *const others[] = {"RS256", "HS256", "none", "ES384", ""};
    MA_AUTO(ma_key) key = read_key(EC_JWK);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        MA_SCOPED(ma_buf) jws = ma_buf_init(MA_JWS_MAX);
        assert_int_equal(ma_jws_write(&jws, key, others[i], ma_span_of("{}"),
                             ma_span_of("{}"), NULL),
            MCPAUTH_E_UNSUPPORTED);
        assert_int_equal(jws.len, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rs256_is_the_vector_of_rfc_7515_A_2),
        cmocka_unit_test(eddsa_is_the_vector_of_rfc_8037_A_4),
        cmocka_unit_test(a_text_that_is_too_long_is_not_signed),
        cmocka_unit_test(an_algorithm_of_another_key_signs_nothing_A_183),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
