/* yamlflow_test.c - brackets are taken whole, and nothing behind them. */
#include "mcp/yamlflow.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void brackets_end_where_they_were_opened_T_242(void **state)
{
    static const struct {
        const char *yaml;
        size_t fields; /* 0: not read */
        const char *rest;
    } rows[] = {
        {"[]x", 1, "x"},
        {"{ } ", 1, " "},
        {"[a,b,]", 3, ""},
        {"[[],{}]]", 3, "]"},
        {"{a: 1, 'b':2}\nc: 3", 3, "\nc: 3"},
        {"{a: {b: [1, 2]}}", 5, ""},
        {"[http://a/b]", 2, ""},
        {"[a b , c]", 3, ""},
        {"[\"a\" , 'b']", 3, ""},
        {"[a", 0, ""},
        {"[a}", 0, ""},
        {"{a]", 0, ""},
        {"[a b: c]", 0, ""},
        {"{a: }", 0, ""},
        {"{: a}", 0, ""},
        {"{a: 1 b: 2}", 0, ""},
        {"[a, # x\nb]", 0, ""},
        {"[\"a\" b]", 0, ""},
        {"[&a b]", 0, ""},
        {"{? a: 1}", 0, ""},
        {"{!a b: 1}", 0, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_fields) fields = ma_fields_init();
        ma_span in = ma_span_of(rows[i].yaml);
        assert_true(ma_yamlflow_begins(in));
        const char *why = ma_yamlflow_take(&fields, &in);
        assert_int_equal(why == NULL, rows[i].fields > 0);
        if (why)
            continue;
        assert_int_equal(fields.count, rows[i].fields);
        assert_int_equal(fields.depth, 0);
        assert_true(ma_span_is(in, rows[i].rest));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(brackets_end_where_they_were_opened_T_242),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
