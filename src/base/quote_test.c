/* quote_test.c - no byte of a server drives a terminal or passes for our words.
 */
#include "base/quote.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/alloc.h"

static const struct {
    const char *text;
    const char *quoted;
    const char *lines;
} rows[] = {
    {"", "", ""},
    {"plain \xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80",
        "plain \xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80",
        "plain \xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80"},
    {"a\nb\tc\r", "a\\x0ab\\x09c\\x0d", "a\nb\tc\\x0d"},
    {"\033[31m\a\b\x7f", "\\x1b[31m\\x07\\x08\\x7f",
        "\\x1b[31m\\x07\\x08\\x7f"},
    {"say \"\\n\"", "say \\x22\\x5cn\\x22", "say \"\\n\""},
    {"\xC2\x9b"
     "31m",
        "\\u{9b}31m", "\\u{9b}31m"},
    {"\x9b"
     "31m",
        "\\x9b31m", "\\x9b31m"},
    {"\xE2\x80\xAEgpj", "\\u{202e}gpj", "\\u{202e}gpj"},
    {"\xE2\x81\xA6x\xD8\x9C", "\\u{2066}x\\u{61c}", "\\u{2066}x\\u{61c}"},
    {"a\xE2\x80\xA8"
     "b",
        "a\\u{2028}b", "a\\u{2028}b"},
    {"\xC0\x9b\xED\xA0\x80", "\\xc0\\x9b\\xed\\xa0\\x80",
        "\\xc0\\x9b\\xed\\xa0\\x80"},
    {"\xE2\x82", "\\xe2\\x82", "\\xe2\\x82"},
};

static void controls_are_escaped_S_022(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(ma_text) quoted = ma_quote(ma_span_of(rows[i].text));
        MA_SCOPED(ma_buf) lines = ma_buf_init(1000);
        ma_quote_lines(&lines, ma_span_of(rows[i].text));
        assert_string_equal(quoted, rows[i].quoted);
        assert_string_equal(ma_buf_text(&lines), rows[i].lines);
    }
}

static void no_byte_is_left_that_acts_S_022(void **state)
{
    (void)state;
    char bytes[256];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)i;
    MA_AUTO(ma_text) quoted = ma_quote(ma_span_make(bytes, sizeof bytes));
    for (const char *at = quoted; *at; at++) {
        unsigned char c = (unsigned char)*at;
        assert_true(c >= 0x20 && c < 0x7F && c != '"');
    }
    assert_int_equal(bytes[0], 0);
    assert_memory_equal(quoted, "\\x00\\x01", 8);
}

static void the_cut_spares_characters(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t max_len;
        const char *quoted;
    } cuts[] = {
        {"abc", 3, "abc"},
        {"abc", 4, "abc"},
        {"abcd", 3, "abc..."},
        {"abc", 0, "..."},
        {"", 0, ""},
        {"ab\xC3\xA4", 3, "ab..."},
        {"ab\xC3\xA4", 4, "ab\xC3\xA4"},
        {"ab\xC3\xA4z", 4, "ab\xC3\xA4..."},
        {"ab\033z", 3, "ab\\x1b..."},
    };
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        MA_SCOPED(ma_buf) text = ma_buf_init(100);
        ma_quote_write(&text, ma_span_of(cuts[i].text), cuts[i].max_len);
        assert_string_equal(ma_buf_text(&text), cuts[i].quoted);
    }
}

static void the_longest_escapes_fit(void **state)
{
    (void)state;
    char words[MA_QUOTE_MAX + 1];
    memset(words, '\033', sizeof words);
    MA_AUTO(ma_text) quoted = ma_quote(ma_span_make(words, sizeof words));
    assert_non_null(quoted);
    assert_int_equal(strlen(quoted), 4 * MA_QUOTE_MAX + strlen("..."));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(controls_are_escaped_S_022),
        cmocka_unit_test(no_byte_is_left_that_acts_S_022),
        cmocka_unit_test(the_cut_spares_characters),
        cmocka_unit_test(the_longest_escapes_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
