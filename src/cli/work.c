/* work.c - a clock beside the work. */
#include "cli/work.h"

#include <pthread.h>

#include "base/alloc.h"
#include "base/cancel.h"
#include "base/clock.h"

enum { TICK_MS = 1000 };

struct ma_work {
    ma_meter *meter;
    mcpauth_cancel *over;
    pthread_t clock;
};

static void *tick(void *ctx)
{
    const ma_work *work = ctx;
    while (ma_cancel_pause(work->over, TICK_MS))
        ma_meter_tick(work->meter, ma_clock_boot_ms());
    return NULL;
}

ma_work *ma_work_new(ma_meter *meter)
{
    ma_work *work = meter ? ma_calloc(1, sizeof *work) : NULL;
    if (!work)
        return NULL;
    work->meter = meter;
    work->over = mcpauth_cancel_new();
    ma_meter_begin(meter, ma_clock_boot_ms());
    if (work->over && !pthread_create(&work->clock, NULL, tick, work))
        return work;
    ma_meter_end(meter);
    mcpauth_cancel_free(work->over);
    ma_free(work);
    return NULL;
}

void ma_work_free(ma_work *work)
{
    if (!work)
        return;
    mcpauth_cancel_ask(work->over);
    pthread_join(work->clock, NULL);
    ma_meter_end(work->meter);
    mcpauth_cancel_free(work->over);
    ma_free(work);
}
