/* moment_test.c - points in time for people and for machines. */
#include "cli/moment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

int64_t __wrap_ma_clock_now_ms(void);

/* 2026-11-23T09:30:00Z */
static const int64_t now_ms = INT64_C(1795426200) * 1000;

int64_t __wrap_ma_clock_now_ms(void)
{
    return now_ms;
}

static void machines_get_rfc_3339(void **state)
{
    (void)state;
    char text[MA_MOMENT_MAX];
    ma_moment_write(now_ms + 999, text);
    assert_string_equal(text, "2026-11-23T09:30:00Z");
    ma_moment_write(0, text);
    assert_string_equal(text, "1970-01-01T00:00:00Z");
}

static void people_get_the_distance_too(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        const char *text;
    } rows[] = {
        {0, "at 2026-11-23T09:30:00Z (in 0 seconds)"},
        {1, "at 2026-11-23T09:30:01Z (in 1 second)"},
        {119, "at 2026-11-23T09:31:59Z (in 119 seconds)"},
        {120, "at 2026-11-23T09:32:00Z (in 2 minutes)"},
        {7200, "at 2026-11-23T11:30:00Z (in 2 hours)"},
        {-10800, "at 2026-11-23T06:30:00Z (3 hours ago)"},
        {30 * 86400, "at 2026-12-23T09:30:00Z (in 30 days)"},
    };
    char text[MA_MOMENT_MAX];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ma_moment_write_until(now_ms + rows[i].seconds * 1000, text);
        assert_string_equal(text, rows[i].text);
    }
    ma_moment_write_until(0, text);
    assert_string_equal(text, "at a time the server did not tell");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(machines_get_rfc_3339),
        cmocka_unit_test(people_get_the_distance_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
