/* form_test.c - pairs written and found. */
#include "base/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static void values_are_encoded_RFC_6749_2_3_1(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", ""},
        {"azAZ09-._~", "azAZ09-._~"},
        {"a b", "a+b"},
        {" ", "+"},
        {"  a ", "++a+"},
        {"a+b", "a%2Bb"},
        {"id:with%colon", "id%3Awith%25colon"},
        {"s/e=c&r#e?t", "s%2Fe%3Dc%26r%23e%3Ft"},
        {"\xC3\xA4", "%C3%A4"},
        {" %&+\xC2\xA3\xE2\x82\xAC", "+%25%26%2B%C2%A3%E2%82%AC"},
        {"\r\n*'()", "%0D%0A%2A%27%28%29"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) text = ma_buf_init(100);
        ma_form_write_value(&text, ma_span_of(rows[i][0]));
        assert_string_equal(ma_buf_text(&text), rows[i][1]);
    }
}

static void pairs_are_joined(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", "a=1&b=x+y"},
        {"https://a.test/?", "https://a.test/?a=1&b=x+y"},
        {"https://a.test/?q=1", "https://a.test/?q=1&a=1&b=x+y"},
        {"https://a.test/?q=1&", "https://a.test/?q=1&a=1&b=x+y"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) text = ma_buf_init(100);
        ma_buf_add_text(&text, rows[i][0]);
        ma_form_add(&text, "a", ma_span_of("1"));
        ma_form_add(&text, "b", ma_span_of("x y"));
        assert_string_equal(ma_buf_text(&text), rows[i][1]);
    }
}

static void a_missing_value_is_an_empty_one(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) text = ma_buf_init(100);
    ma_form_add(&text, "a b", ma_span_of(NULL));
    assert_string_equal(ma_buf_text(&text), "a+b=");
}

static void names_are_found_once_or_not_at_all(void **state)
{
    (void)state;
    static const struct {
        const char *pairs;
        int found;
        const char *value;
    } rows[] = {
        {"", 0, ""},
        {"&&", 0, ""},
        {"codes=1", 0, ""},
        {"cod=1", 0, ""},
        {"x=code", 0, ""},
        {"code=abc", 1, "abc"},
        {"code", 1, ""},
        {"code=", 1, ""},
        {"state=1&code=a%2Fb+c%3d", 1, "a/b c="},
        {"c%6Fde=abc&x=%zz", 1, "abc"},
        {"code=a=b", 1, "a=b"},
        {"%=1&code=ok&code%=2", 1, "ok"},
        {"code=1&code=2", -1, ""},
        {"code=1&c%6fde=1", -1, ""},
        {"code=1&x=2&code", -1, ""},
        {"code=%", -1, ""},
        {"code=ab%4", -1, ""},
        {"code=ab%4g", -1, ""},
        {"code=ab%g4", -1, ""},
        {"code=ab%00cd", -1, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) value = ma_buf_init(100);
        ma_buf_add_text(&value, "<");
        ma_span pairs = ma_span_of(rows[i].pairs);
        if (ma_form_find(pairs, "code", &value) != rows[i].found)
            fail_msg("%s: wrong verdict", rows[i].pairs);
        assert_string_equal(ma_buf_text(&value) + 1, rows[i].value);
    }
}

static void a_raw_nul_is_undecodable_S_017(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) value = ma_buf_init(100);
    ma_span pairs = ma_span_make("code=a\0b", 8);
    assert_int_equal(ma_form_find(pairs, "code", &value), -1);
    assert_int_equal(value.len, 0);
}

static void what_is_written_is_found(void **state)
{
    (void)state;
    char bytes[255];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i + 1);
    MA_SCOPED(ma_buf) text = ma_buf_init(1000);
    MA_SCOPED(ma_buf) value = ma_buf_init(1000);
    ma_form_add(&text, "v", ma_span_make(bytes, sizeof bytes));
    assert_int_equal(ma_form_find(ma_buf_span(&text), "v", &value), 1);
    assert_int_equal(value.len, sizeof bytes);
    assert_memory_equal(ma_buf_text(&value), bytes, sizeof bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_encoded_RFC_6749_2_3_1),
        cmocka_unit_test(pairs_are_joined),
        cmocka_unit_test(a_missing_value_is_an_empty_one),
        cmocka_unit_test(names_are_found_once_or_not_at_all),
        cmocka_unit_test(a_raw_nul_is_undecodable_S_017),
        cmocka_unit_test(what_is_written_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
