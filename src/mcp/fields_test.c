/* fields_test.c - two trees are the same, or differ at a place. */
#include "mcp/fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

/* "same", "PLACE: ONE, OTHER", or why they could not be compared. */
static void compare(const char *one, const char *other, ma_buf *out)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(ma_fields) a = ma_fields_init();
    MA_SCOPED(ma_fields) b = ma_fields_init();
    ma_fields_difference found = {0};
    mcpauth_status st = ma_fields_add_json(&a, ma_span_of(one), err);
    if (!st)
        st = ma_fields_add_json(&b, ma_span_of(other), err);
    if (!st)
        st = ma_fields_compare(&a, &b, &found, err);
    if (st)
        ma_buf_add_text(out, mcpauth_error_message(err));
    else if (!found.place.at)
        ma_buf_add_text(out, "same");
    else
        ma_buf_addf(out, "%.*s: %.*s, %.*s", (int)found.place.len,
            found.place.at, (int)found.one.len,
            found.one.at ? found.one.at : "", (int)found.other.len,
            found.other.at ? found.other.at : "");
}

static void assert_compares(
    const char *one, const char *other, const char *expected)
{
    MA_SCOPED(ma_buf) out = ma_buf_init(1 << 20);
    compare(one, other, &out);
    assert_string_equal(ma_buf_text(&out), expected);
}

static void order_and_spelling_do_not_count_T_242(void **state)
{
    (void)state;
    assert_compares("{}", "{ }", "same");
    assert_compares("{\"a\":1,\"b\":[true,null,{}]}",
        "{\"b\":[true,null,{}],\"a\":1.0}", "same");
    assert_compares(
        "{\"\\u0061\":\"\\u00e9\"}", "{\"a\":\"\xC3\xA9\"}", "same");
    assert_compares("{\"n\":1e400}", "{\"n\":10e399}", "same");
    assert_compares("[1,[2]]", "[1,[2]]", "same");
}

static void the_first_difference_is_named_T_242(void **state)
{
    (void)state;
    assert_compares("{\"a\":1}", "{\"a\":2}", ".a: 1, 2");
    assert_compares("{\"a\":1}", "{\"a\":\"1\"}", ".a: 1, \"1\"");
    assert_compares("{\"a\":true}", "{\"a\":\"true\"}", ".a: true, \"true\"");
    assert_compares("{\"a\":1}", "{}", ".a: 1, ");
    assert_compares("{}", "{\"a\":1}", ".a: , 1");
    assert_compares("{\"a\":{}}", "{\"a\":[]}", ".a: {, [");
    assert_compares("{\"a\":[1,2]}", "{\"a\":[2,1]}", ".a[0]: 1, 2");
    assert_compares("{\"a\":[1]}", "{\"a\":[1,2]}", ".a[1]: , 2");
    assert_compares(
        "{\"a b\":{\"\":1}}", "{\"a b\":{\"\":2}}", "[\"a b\"][\"\"]: 1, 2");
    assert_compares("{\"a\":{\"b\":1}}", "{\"a.b\":1}", ".a: {, ");
    assert_compares("{\"a\":[0]}", "{\"a[0]\":0}", ".a: [, ");
    assert_compares("{\"n\":9007199254740993}", "{\"n\":9007199254740992}",
        ".n: 9007199254740993, 9007199254740992");
}

static void a_name_twice_is_an_error_S_016(void **state)
{
    (void)state;
    assert_compares("{\"a\":1,\"\\u0061\":1}", "{\"a\":1}", "it has .a twice");
    assert_compares(
        "{}", "{\"a\":{\"b\":1},\"a\":{\"c\":1}}", "it has .a twice");
}

static void nesting_and_number_have_limits_S_011_S_015(void **state)
{
    MA_SCOPED(ma_buf) deep = ma_buf_init(1 << 20);
    MA_SCOPED(ma_buf) many = ma_buf_init(1 << 20);
    MA_SCOPED(ma_buf) out = ma_buf_init(1 << 20);
    (void)state;
    for (int i = 0; i < MA_FIELDS_DEPTH + 2; i++)
        ma_buf_add_byte(&deep, '[');
    for (int i = 0; i < MA_FIELDS_DEPTH + 2; i++)
        ma_buf_add_byte(&deep, ']');
    assert_compares(ma_buf_text(&deep), "[]", "it is nested more than 32 deep");
    ma_buf_add_text(&many, "[0");
    for (int i = 0; i < MA_FIELDS_MAX; i++)
        ma_buf_add_text(&many, ",0");
    ma_buf_add_byte(&many, ']');
    compare(ma_buf_text(&many), "[]", &out);
    assert_non_null(strstr(ma_buf_text(&out), "the list of fields"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_and_spelling_do_not_count_T_242),
        cmocka_unit_test(the_first_difference_is_named_T_242),
        cmocka_unit_test(a_name_twice_is_an_error_S_016),
        cmocka_unit_test(nesting_and_number_have_limits_S_011_S_015),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
