/* span_test.c - views compared, trimmed and cut. */
#include "base/span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void equality_is_by_bytes(void **state)
{
    (void)state;
    ma_span none = {0};
    assert_true(ma_span_eq(none, ma_span_of("")));
    assert_true(ma_span_is(none, ""));
    assert_true(ma_span_is(none, NULL));
    assert_true(ma_span_is(ma_span_make("abcd", 3), "abc"));
    assert_false(ma_span_is(ma_span_of("abc"), "abd"));
    assert_false(ma_span_is(ma_span_make("a\0b", 3), "a"));
}

static void case_is_ignored_in_ASCII_alone(void **state)
{
    (void)state;
    assert_true(ma_span_is_nocase(ma_span_of("BeArEr"), "bearer"));
    assert_false(ma_span_is_nocase(ma_span_of("bearer "), "bearer"));
    assert_false(ma_span_is_nocase(ma_span_of("@["), "`{"));
    assert_false(ma_span_is_nocase(ma_span_of("\xC4"), "\xE4"));
}

static void both_ends_are_matched(void **state)
{
    (void)state;
    ma_span none = {0};
    ma_span text = ma_span_of("abc");
    assert_true(ma_span_starts(text, "ab"));
    assert_true(ma_span_starts(text, ""));
    assert_false(ma_span_starts(text, "abcd"));
    assert_false(ma_span_starts(ma_span_make("abcd", 3), "abcd"));
    assert_false(ma_span_starts(text, "b"));
    assert_true(ma_span_ends(text, "bc"));
    assert_true(ma_span_ends(text, ""));
    assert_false(ma_span_ends(text, "zabc"));
    assert_false(ma_span_ends(text, "b"));
    assert_true(ma_span_starts(none, ""));
    assert_true(ma_span_ends(none, ""));
    assert_false(ma_span_ends(none, "a"));
}

static void blanks_are_trimmed_RFC_9110_5_6_3(void **state)
{
    (void)state;
    ma_span none = {0};
    assert_true(ma_span_is(ma_span_trim(ma_span_of(" \ta b\t ")), "a b"));
    assert_true(ma_span_is(ma_span_trim(ma_span_of(" \t ")), ""));
    assert_true(ma_span_is(ma_span_trim(ma_span_of("\na")), "\na"));
    assert_true(ma_span_is(ma_span_trim(none), ""));
}

static void every_piece_is_visited(void **state)
{
    (void)state;
    ma_span rest = ma_span_of("a,,b,");
    static const char *const pieces[] = {"a", "", "b", ""};
    size_t count = 0;
    while (rest.at) {
        assert_true(count < 4);
        assert_true(ma_span_is(ma_span_cut(&rest, ','), pieces[count]));
        count++;
    }
    assert_int_equal(count, 4);
    assert_true(ma_span_is(ma_span_cut(&rest, ','), ""));
}

static void a_byte_is_found_or_the_length_returned(void **state)
{
    (void)state;
    ma_span none = {0};
    assert_int_equal(ma_span_find(ma_span_of("abcb"), 'b'), 1);
    assert_int_equal(ma_span_find(ma_span_of("abc"), 'x'), 3);
    assert_int_equal(ma_span_find(ma_span_make("a\0b", 3), '\0'), 1);
    assert_int_equal(ma_span_find(none, 'x'), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equality_is_by_bytes),
        cmocka_unit_test(case_is_ignored_in_ASCII_alone),
        cmocka_unit_test(both_ends_are_matched),
        cmocka_unit_test(blanks_are_trimmed_RFC_9110_5_6_3),
        cmocka_unit_test(every_piece_is_visited),
        cmocka_unit_test(a_byte_is_found_or_the_length_returned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
