/* moment.c - points in time for people and for machines. */
#include "cli/moment.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"

void ma_moment_write(int64_t at_ms, char out[MA_MOMENT_MAX])
{
    time_t seconds = at_ms / 1000;
    struct tm parts = {0};
    gmtime_r(&seconds, &parts);
    strftime(out, MA_MOMENT_MAX, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

/* "12 minutes", in the largest unit that is at least two. */
static void write_span(int64_t span_ms, char *out, size_t room)
{
    static const struct {
        const char *name;
        int64_t seconds;
    } units[] = {{"days", 86400}, {"hours", 3600}, {"minutes", 60}};
    long long seconds = span_ms / 1000;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (seconds < 2 * units[i].seconds)
            continue;
        snprintf(
            out, room, "%lld %s", seconds / units[i].seconds, units[i].name);
        return;
    }
    snprintf(out, room, "%lld second%s", seconds, seconds == 1 ? "" : "s");
}

void ma_moment_write_until(int64_t at_ms, char out[MA_MOMENT_MAX])
{
    if (!at_ms) {
        snprintf(out, MA_MOMENT_MAX, "at a time the server did not tell");
        return;
    }
    char when[MA_MOMENT_MAX];
    char span[MA_MOMENT_MAX / 4];
    int64_t left_ms = at_ms - ma_clock_now_ms();
    bool past = left_ms < 0;
    ma_moment_write(at_ms, when);
    write_span(past ? -left_ms : left_ms, span, sizeof span);
    snprintf(out, MA_MOMENT_MAX, "at %.24s (%s%s%s)", when, past ? "" : "in ",
        span, past ? " ago" : "");
}
