/* number_test.c - one number has many spellings, and none is rounded. */
#include "mcp/number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void whole_numbers_are_told_by_value(void **state)
{
    static const char *const whole[] = {"0", "-0", "-0.0", "0e5", "0.0e-9",
        "42", "-42", "42.0", "4.2e1", "420e-1", "100e-2", "0.5e1", "1e400",
        "1234567890123456789012345678901234567890", "1.50E+1"};
    static const char *const others[] = {"4.2", "42e-1", "-0.5", "1e-1",
        "1e-400", "105e-1", "1.000000000000000000000000001", "", "\"1\"",
        "true", "null", "[1]"};
    (void)state;
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        assert_true(ma_number_is_whole(ma_span_of(whole[i])));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(ma_number_is_whole(ma_span_of(others[i])));
}

static void whole_numbers_are_read_within_the_safe_range(void **state)
{
    static const struct {
        const char *text;
        bool fits;
        int64_t number;
    } rows[] = {
        {"0", true, 0},
        {"-0.0", true, 0},
        {"7", true, 7},
        {"-7", true, -7},
        {"42.0", true, 42},
        {"4.2e1", true, 42},
        {"4200e-2", true, 42},
        {"1.05e2", true, 105},
        {"1e15", true, 1000000000000000},
        {"9007199254740991", true, MA_NUMBER_SAFE_MAX},
        {"-9007199254740991.000", true, -MA_NUMBER_SAFE_MAX},
        {"9007199254740992", false, 0},
        {"-9007199254740992", false, 0},
        {"9999999999999999", false, 0},
        {"1e16", false, 0},
        {"1e99999999999999999999999999", false, 0},
        {"1e-99999999999999999999999999", false, 0},
        {"0e99999999999999999999999999", true, 0},
        {"42.5", false, 0},
        {"\"42\"", false, 0},
        {"", false, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t number = 0;
        assert_int_equal(
            ma_number_read(ma_span_of(rows[i].text), &number), rows[i].fits);
        assert_true(number == rows[i].number);
    }
}

static int order(const char *a, const char *b)
{
    int by = ma_number_compare(ma_span_of(a), ma_span_of(b));
    return (by > 0) - (by < 0);
}

static void numbers_are_ordered_exactly(void **state)
{
    static const char *const ascending[] = {"-1e400", "-1e2", "-99.5", "-1.01",
        "-1", "-0.1", "-1e-400", "0", "1e-400", "0.1", "0.11", "1", "1.01",
        "1.1", "9", "10", "99.5", "100", "9007199254740992", "9007199254740993",
        "1e400"};
    size_t count = sizeof ascending / sizeof *ascending;
    (void)state;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++)
            assert_int_equal(
                order(ascending[i], ascending[j]), (i > j) - (i < j));
    }
}

static void spellings_of_one_number_are_equal(void **state)
{
    static const char *const zero[] = {"0", "-0", "0.00", "0e9", "-0.0E-9"};
    static const char *const many[] = {
        "1200", "1200.0", "1.2e3", "12e2", "120000e-2", "0.0012E+6"};
    (void)state;
    for (size_t i = 0; i < sizeof zero / sizeof *zero; i++)
        assert_int_equal(order(zero[0], zero[i]), 0);
    for (size_t i = 0; i < sizeof many / sizeof *many; i++)
        assert_int_equal(order(many[0], many[i]), 0);
}

static void only_numbers_are_numbers(void **state)
{
    (void)state;
    assert_true(ma_number_is(ma_span_of("-1")));
    assert_true(ma_number_is(ma_span_of("0.5")));
    assert_false(ma_number_is(ma_span_of("\"0\"")));
    assert_false(ma_number_is(ma_span_of("false")));
    assert_false(ma_number_is(ma_span_make(NULL, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_are_told_by_value),
        cmocka_unit_test(whole_numbers_are_read_within_the_safe_range),
        cmocka_unit_test(numbers_are_ordered_exactly),
        cmocka_unit_test(spellings_of_one_number_are_equal),
        cmocka_unit_test(only_numbers_are_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
