/* clock_test.c - units and direction, never a duration. */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

static void now_is_milliseconds_since_1970(void **state)
{
    (void)state;
    time_t before = time(NULL);
    int64_t now_ms = ma_clock_now_ms();
    time_t after = time(NULL);
    assert_true(now_ms / 1000 >= before - 1);
    assert_true(now_ms / 1000 <= after + 1); /* time() may be a tick late */
}

static void boot_time_does_not_go_back(void **state)
{
    (void)state;
    int64_t first_ms = ma_clock_boot_ms();
    int64_t second_ms = ma_clock_boot_ms();
    assert_true(first_ms > 0);
    assert_true(second_ms >= first_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(now_is_milliseconds_since_1970),
        cmocka_unit_test(boot_time_does_not_go_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
