/* signer_test.c - what was signed is known again, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sandbox/caller.h"

static ma_signer make_signer(void)
{
    ma_signer signer;
    assert_int_equal(ma_signer_init(&signer, NULL), MCPAUTH_OK);
    return signer;
}

static void a_seal_gives_its_numbers_back(void **state)
{
    (void)state;
    ma_signer signer = make_signer();
    MA_SCOPED(ma_buf) seal = ma_buf_init(1024);
    ma_signer_seal(&signer, "code", 7, 42, &seal);
    unsigned first = 0;
    unsigned second = 0;
    assert_true(
        ma_signer_unseal(&signer, "code", ma_buf_text(&seal), &first, &second));
    assert_int_equal(first, 7);
    assert_int_equal(second, 42);
}

static void a_seal_of_another_kind_key_or_number_is_refused(void **state)
{
    (void)state;
    ma_signer signer = make_signer();
    ma_signer other = make_signer();
    MA_SCOPED(ma_buf) seal = ma_buf_init(1024);
    ma_signer_seal(&signer, "code", 7, 42, &seal);
    unsigned n = 0;
    const char *text = ma_buf_text(&seal);
    assert_false(ma_signer_unseal(&signer, "refresh", text, &n, &n));
    assert_false(ma_signer_unseal(&other, "code", text, &n, &n));
    assert_false(ma_signer_unseal(&signer, "code", "", &n, &n));
    assert_false(ma_signer_unseal(&signer, "code", "code-CANARY-", &n, &n));
    seal.at[strlen("code-CANARY-")] = '8';
    assert_false(ma_signer_unseal(&signer, "code", text, &n, &n));
}

static void a_jwt_is_good_forged_or_none(void **state)
{
    (void)state;
    ma_signer signer = make_signer();
    ma_signer other = make_signer();
    MA_SCOPED(ma_buf) token = ma_buf_init(4096);
    ma_signer_write_jwt(&signer, ma_span_of("{\"a\":1}"), &token);
    MA_AUTO(ma_json) claims = NULL;
    MA_AUTO(ma_json) forged = NULL;
    MA_AUTO(ma_json) none = NULL;
    assert_int_equal(
        ma_signer_read_jwt(&signer, ma_buf_span(&token), &claims), MA_JWT_GOOD);
    assert_int_equal(ma_json_int(claims, "a", 0), 1);
    assert_int_equal(ma_signer_read_jwt(&other, ma_buf_span(&token), &forged),
        MA_JWT_FORGED);
    assert_int_equal(
        ma_signer_read_jwt(&signer, ma_span_of("not.a.jwt"), &none),
        MA_JWT_UNPARSABLE);
    assert_int_equal(ma_signer_read_jwt(&signer, ma_span_of("opaque"), &none),
        MA_JWT_UNPARSABLE);
    assert_null(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seal_gives_its_numbers_back),
        cmocka_unit_test(a_seal_of_another_kind_key_or_number_is_refused),
        cmocka_unit_test(a_jwt_is_good_forged_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
