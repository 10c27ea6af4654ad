/* lines_test.c - lines, wherever the pieces end. */
#include "bridge/lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { LINE_MAX_LEN = 16 };

/* What comes of text in pieces of so many bytes: lines with | between, ! for
 * one that is too long, and what is left behind a >. */
static void check(const char *text, size_t piece, const char *expected)
{
    MA_SCOPED(ma_lines) lines = ma_lines_init(LINE_MAX_LEN);
    MA_SCOPED(ma_buf) got = ma_buf_init(1 << 16);
    ma_span line;
    bool too_long;
    for (size_t i = 0; i < strlen(text); i += piece) {
        size_t len = strlen(text) - i < piece ? strlen(text) - i : piece;
        assert_int_equal(
            ma_lines_feed(&lines, ma_span_make(text + i, len), NULL), 0);
        while (ma_lines_next(&lines, &line, &too_long)) {
            ma_buf_add_text(&got, got.len ? "|" : "");
            if (too_long)
                ma_buf_add_byte(&got, '!');
            ma_buf_add_span(&got, line);
        }
    }
    if (ma_lines_last(&lines, &line)) {
        ma_buf_add_byte(&got, '>');
        ma_buf_add_span(&got, line);
    }
    assert_string_equal(ma_buf_text(&got), expected);
}

static void lines_end_with_lf_or_crlf_T_150(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < 24; piece++) {
        check("one\ntwo\r\nthree\n", piece, "one|two|three");
        check("\n\r\n  \t\none\n\n", piece, "one");
        check("a\rb\n", piece, "a\rb");
        check("one\ntwo", piece, "one>two");
        check("one\n  ", piece, "one");
        check("", piece, "");
    }
}

static void a_line_that_is_too_long_is_skipped_T_154(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < 64; piece++) {
        check("0123456789abcdef\nx\n", piece, "0123456789abcdef|x");
        check("0123456789abcdefg\nx\n", piece, "!|x");
        check("0123456789abcdef0123456789abcdef0123456789\nx\n", piece, "!|x");
        check("0123456789abcdefg", piece, "!");
        check("x\n0123456789abcdefg\r\n\ny\n", piece, "x|!|y");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_end_with_lf_or_crlf_T_150),
        cmocka_unit_test(a_line_that_is_too_long_is_skipped_T_154),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
