/* Tests of keepalive.c. */
#include "net/keepalive.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/headers.h"

static int64_t said(const char *value)
{
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    assert_non_null(headers);
    if (value)
        assert_int_equal(
            mcpauth_headers_add(headers, "keep-alive", value, NULL), 0);
    return ma_keepalive_ms(headers);
}

static void the_server_says_how_long_it_waits_T_025(void **state)
{
    (void)state;
    assert_int_equal(said("timeout=5"), 4000);
    assert_int_equal(said("timeout=20, max=1000"), 19000);
    assert_int_equal(said("max=3 ,Timeout=2"), 1000);
    assert_int_equal(said("timeout=1"), 500);
    assert_int_equal(said("timeout=0"), 0);
    assert_int_equal(said("timeout=99999999999999999999"), 3599000);
}

static void without_its_word_it_is_not_long_T_025(void **state)
{
    static const char *const rows[] = {
        NULL, "", "max=5", "timeout", "timeout=", "timeout=-1", "x=timeout=1"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(said(rows[i]), 4000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_server_says_how_long_it_waits_T_025),
        cmocka_unit_test(without_its_word_it_is_not_long_T_025),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
