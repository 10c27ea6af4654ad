/* yamlscalar_test.c - one scalar at a time, as the core schema has it. */
#include "mcp/yamlscalar.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void plain_scalars_have_the_types_of_the_core_schema_T_242(void **state)
{
    static const struct {
        const char *yaml;
        const char *json; /* NULL: not read */
    } rows[] = {
        {"", "null"},
        {"Null", "null"},
        {"nULL", "\"nULL\""},
        {"TRUE", "true"},
        {"tRUE", "\"tRUE\""},
        {"no", "\"no\""},
        {"0", "0"},
        {"-0", "-0"},
        {"+12", "12"},
        {"1.", "1"},
        {"-.5", "-0.5"},
        {"1.50", "1.50"},
        {"1E+3", "1e+3"},
        {"1e", "\"1e\""},
        {".", "\".\""},
        {"+", "\"+\""},
        {"-1-", "\"-1-\""},
        {"1_000", "\"1_000\""},
        {"1.2.3", "\"1.2.3\""},
        {"12:30:45", "\"12:30:45\""},
        {"0x", "\"0x\""},
        {"0xG", "\"0xG\""},
        {"a\\b", "\"a\\\\b\""},
        {"-a", "\"-a\""},
        {":a", "\":a\""},
        {"007", NULL},
        {"00.5", NULL},
        {"0x1f", NULL},
        {"0o7", NULL},
        {"-.INF", NULL},
        {".nan", NULL},
        {"&a", NULL},
        {"*a", NULL},
        {"!a", NULL},
        {"- a", NULL},
        {"-", NULL},
        {"? a", NULL},
        {"a: b", NULL},
        {"a:", NULL},
        {"a\tb", NULL},
        {"[a", NULL},
        {"%a", NULL},
        {"@a", NULL},
        {"`a", NULL},
        {"\"a", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) read = ma_buf_init(100);
        const char *why =
            ma_yamlscalar_write_plain(&read, ma_span_of(rows[i].yaml));
        if (rows[i].json)
            assert_string_equal(ma_buf_text(&read), rows[i].json);
        assert_int_equal(why == NULL, rows[i].json != NULL);
    }
}

static void quoted_scalars_end_in_their_line_T_242(void **state)
{
    static const struct {
        const char *yaml;
        const char *said; /* NULL: not read */
        const char *rest;
    } rows[] = {
        {"'a'b", "a", "b"},
        {"''''", "'", ""},
        {"'' ''", "", " ''"},
        {"\"a\\\"\"b", "a\"", "b"},
        {"\"\\\\\"", "\\", ""},
        {"\"'\"", "'", ""},
        {"'\"'", "\"", ""},
        {"'a", NULL, NULL},
        {"'a''", NULL, NULL},
        {"\"a\\\"", NULL, NULL},
        {"'a\n'", NULL, NULL},
        {"\"\\e\"", NULL, NULL},
        {"\"", NULL, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) said = ma_buf_init(100);
        ma_span in = ma_span_of(rows[i].yaml);
        assert_true(ma_yamlscalar_is_quoted(in));
        const char *why = ma_yamlscalar_take_quoted(&said, &in);
        assert_int_equal(why == NULL, rows[i].said != NULL);
        if (why)
            continue;
        assert_string_equal(ma_buf_text(&said), rows[i].said);
        assert_true(ma_span_is(in, rows[i].rest));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_scalars_have_the_types_of_the_core_schema_T_242),
        cmocka_unit_test(quoted_scalars_end_in_their_line_T_242),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
