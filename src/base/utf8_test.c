/* utf8_test.c - sequences at the edges of RFC 3629. */
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void sequences_are_decoded_or_refused_S_018(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        uint32_t code;
    } rows[] = {
        {"", 0, 0},
        {"a", 1, 'a'},
        {"\x7f", 1, 0x7F},
        {"\xC2\x80z", 2, 0x80},
        {"\xDF\xBF", 2, 0x7FF},
        {"\xE0\xA0\x80", 3, 0x800},
        {"\xED\x9F\xBF", 3, 0xD7FF},
        {"\xEE\x80\x80", 3, 0xE000},
        {"\xEF\xBF\xBF", 3, 0xFFFF},
        {"\xF0\x90\x80\x80", 4, 0x10000},
        {"\xF4\x8F\xBF\xBF", 4, 0x10FFFF},
        {"\x80", 0, 0},
        {"\xBF", 0, 0},
        {"\xC0\x80", 0, 0},
        {"\xC1\xBF", 0, 0},
        {"\xC2", 0, 0},
        {"\xC2z", 0, 0},
        {"\xC2\xC2", 0, 0},
        {"\xE0\x9F\xBF", 0, 0},
        {"\xE2\x82", 0, 0},
        {"\xE2\x82z", 0, 0},
        {"\xED\xA0\x80", 0, 0},
        {"\xED\xBF\xBF", 0, 0},
        {"\xF0\x8F\xBF\xBF", 0, 0},
        {"\xF4\x90\x80\x80", 0, 0},
        {"\xF5\x80\x80\x80", 0, 0},
        {"\xFF", 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t code = 0;
        assert_int_equal(
            ma_utf8_next(ma_span_of(rows[i].text), &code), rows[i].len);
        assert_int_equal(code, rows[i].code);
    }
}

static void a_text_is_valid_as_a_whole(void **state)
{
    (void)state;
    assert_true(ma_utf8_valid(ma_span_of("")));
    assert_true(ma_utf8_valid(ma_span_of("a\xC3\xA4\xF0\x9F\x98\x80")));
    assert_true(ma_utf8_valid(ma_span_make("a\0b", 3)));
    assert_false(ma_utf8_valid(ma_span_of("a\xC3\xA4\xF0\x9F\x98")));
}

static void controls_are_known_S_022(void **state)
{
    (void)state;
    static const uint32_t controls[] = {0, 0x1F, 0x7F, 0x80, 0x9F, 0x61C,
        0x200E, 0x200F, 0x2028, 0x202A, 0x202E, 0x2066, 0x2069};
    static const uint32_t visible[] = {0x20, 0x7E, 0xA0, 0x61B, 0x61D, 0x200D,
        0x2010, 0x2027, 0x202F, 0x2065, 0x206A, 0x1F600};
    for (size_t i = 0; i < sizeof controls / sizeof *controls; i++)
        assert_true(ma_utf8_is_control(controls[i]));
    for (size_t i = 0; i < sizeof visible / sizeof *visible; i++)
        assert_false(ma_utf8_is_control(visible[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sequences_are_decoded_or_refused_S_018),
        cmocka_unit_test(a_text_is_valid_as_a_whole),
        cmocka_unit_test(controls_are_known_S_022),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
