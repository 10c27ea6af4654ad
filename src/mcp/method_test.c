/* method_test.c - what a method is about, and whether it may come twice. */
#include "mcp/method.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void what_only_asks_may_come_twice_T_025(void **state)
{
    (void)state;
    assert_true(ma_method_repeatable("tools/list"));
    assert_true(ma_method_repeatable("resources/read"));
    assert_true(ma_method_repeatable("initialize"));
    assert_false(ma_method_repeatable("tools/call"));
    assert_false(ma_method_repeatable("tasks/cancel"));
    assert_false(ma_method_repeatable("vendor/anything"));
    assert_false(ma_method_repeatable("Tools/list"));
    assert_false(ma_method_repeatable(""));
}

static void a_param_names_what_it_is_about_T_062(void **state)
{
    ma_span params =
        ma_span_of("{\"name\":\"n\",\"uri\":\"u\",\"taskId\":\"t\"}");
    (void)state;
    assert_true(ma_span_is(ma_method_name("tools/call", params), "\"n\""));
    assert_true(ma_span_is(ma_method_name("prompts/get", params), "\"n\""));
    assert_true(ma_span_is(ma_method_name("resources/read", params), "\"u\""));
    assert_true(ma_span_is(ma_method_name("tasks/get", params), "\"t\""));
    assert_null(ma_method_name("tools/list", params).at);
    assert_null(ma_method_name("vendor/anything", params).at);
    assert_null(ma_method_name("tools/call", ma_span_make(NULL, 0)).at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_only_asks_may_come_twice_T_025),
        cmocka_unit_test(a_param_names_what_it_is_about_T_062),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
