/* pkce_test.c - RFC 7636, with its own vector. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <mcpauth/config.h>

#include "base/error.h"
#include "oauth/config.h"
#include "oauth/pkce.h"

static void challenge_is_the_vector_of_rfc_7636_A_090(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) challenge = ma_buf_init(64);
    assert_int_equal(
        ma_pkce_write_challenge(&challenge,
            ma_span_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), NULL),
        MCPAUTH_OK);
    assert_string_equal(
        ma_buf_text(&challenge), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

/* The octets of RFC 7636 appendix B, whose text is the verifier above. */
static mcpauth_status give_rfc_octets(
    void *ctx, void *out, size_t len, mcpauth_error *err)
{
    static const unsigned char octets[] = {116, 24, 223, 180, 151, 153, 224, 37,
        79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105, 214, 191,
        240, 91, 88, 5, 88, 83, 132, 141, 121};
    (void)ctx;
    (void)err;
    assert_int_equal(len, sizeof octets);
    memcpy(out, octets, sizeof octets);
    return MCPAUTH_OK;
}

static void verifier_is_32_random_bytes_A_090(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    mcpauth_config_set_random(config, give_rfc_octets, NULL);
    MA_AUTO(ma_secret) verifier = NULL;
    assert_int_equal(ma_pkce_random(config, &verifier, NULL), MCPAUTH_OK);
    assert_string_equal(ma_secret_text(verifier),
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

static void two_verifiers_differ_A_090_A_101(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    MA_AUTO(ma_secret) one = NULL;
    MA_AUTO(ma_secret) other = NULL;
    assert_int_equal(ma_pkce_random(config, &one, NULL), MCPAUTH_OK);
    assert_int_equal(ma_pkce_random(config, &other, NULL), MCPAUTH_OK);
    assert_int_equal(ma_secret_span(one).len, 43);
    assert_false(ma_secret_eq(one, other));
}

static mcpauth_status give_nothing(
    void *ctx, void *out, size_t len, mcpauth_error *err)
{
    (void)ctx;
    (void)out;
    (void)len;
    return mcpauth_error_set(err, MCPAUTH_E_STATE, "no randomness");
}

static void failing_random_source_fails_hard_S_080_A_240(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    mcpauth_config_set_random(config, give_nothing, NULL);
    MA_AUTO(ma_secret) verifier = NULL;
    assert_int_equal(ma_pkce_random(config, &verifier, NULL), MCPAUTH_E_STATE);
    assert_null(verifier);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(challenge_is_the_vector_of_rfc_7636_A_090),
        cmocka_unit_test(verifier_is_32_random_bytes_A_090),
        cmocka_unit_test(two_verifiers_differ_A_090_A_101),
        cmocka_unit_test(failing_random_source_fails_hard_S_080_A_240),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
