/* clock.c - two clocks of Linux. */
#include "base/clock.h"

#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec now = {0};
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t ma_clock_now_ms(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t ma_clock_boot_ms(void)
{
    return read_clock(CLOCK_BOOTTIME);
}
