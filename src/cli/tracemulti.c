/* tracemulti.c - see tracemulti.h.
 *
 * To who uses it, a wrapping is a ma_multi and a flight a ma_multi_transfer:
 * nobody but their own functions looks into one. */
#include "cli/tracemulti.h"

#include "base/alloc.h"
#include "base/error.h"

typedef struct flight flight;

typedef struct {
    ma_trace *trace;
    const ma_multi_ops *ops;
    ma_multi *inner;
    flight *flights;
} wrapping;

struct flight {
    wrapping *around;
    mcpauth_http_request request;
    ma_passage passage;
    ma_multi_sink to;
    ma_multi_transfer *inner;
    flight *next;
    flight **at; /* what points to it */
};

static wrapping *wrapping_of(ma_multi *multi)
{
    return (wrapping *)(void *)multi;
}

static flight *flight_of(ma_multi_transfer *transfer)
{
    return (flight *)(void *)transfer;
}

/* --- one request --------------------------------------------------------- */

static flight *begin_flight(wrapping *around,
    const mcpauth_http_request *request, const ma_multi_sink *to)
{
    flight *made = ma_calloc(1, sizeof *made);
    if (!made)
        return NULL;
    made->around = around;
    made->request = *request;
    made->to = *to;
    made->passage = ma_passage_init(&made->request, &to->answer);
    made->next = around->flights;
    made->at = &around->flights;
    if (made->next)
        made->next->at = &made->next;
    around->flights = made;
    return made;
}

static void free_flight(flight *one)
{
    *one->at = one->next;
    if (one->next)
        one->next->at = one->at;
    ma_passage_done(&one->passage);
    ma_free(one);
}

static void note(flight *one, const char *failure)
{
    ma_passage_end(&one->passage, failure);
    ma_trace_note(one->around->trace, &one->passage);
}

static void on_done(void *ctx, mcpauth_status status, const mcpauth_error *why)
{
    flight *one = ctx;
    const ma_multi_sink to = one->to;
    note(one, status ? mcpauth_error_message(why) : NULL);
    free_flight(one);
    to.done(to.ctx, status, why);
}

/* --- as ma_multi_ops ----------------------------------------------------- */

static mcpauth_status start_one(ma_multi *multi,
    const mcpauth_http_request *request, const ma_multi_sink *sink,
    ma_multi_transfer **out, mcpauth_error *err)
{
    wrapping *around = wrapping_of(multi);
    flight *one = begin_flight(around, request, sink);
    if (!one)
        return ma_error_nomem(err);
    const ma_multi_sink noting = {ma_passage_sink(&one->passage), on_done, one};
    mcpauth_status st =
        around->ops->start(around->inner, request, &noting, &one->inner, err);
    if (st)
        free_flight(one);
    else
        *out = (ma_multi_transfer *)(void *)one;
    return st;
}

static void stop_one(ma_multi *multi, ma_multi_transfer *transfer)
{
    wrapping *around = wrapping_of(multi);
    flight *one = flight_of(transfer);
    note(one, NULL);
    around->ops->stop(around->inner, one->inner);
    free_flight(one);
}

static void pause_one(ma_multi *multi, ma_multi_transfer *transfer, bool on)
{
    wrapping *around = wrapping_of(multi);
    around->ops->pause(around->inner, flight_of(transfer)->inner, on);
}

static mcpauth_status wait_for_all(ma_multi *multi, struct pollfd *extra,
    size_t count, int64_t timeout_ms, mcpauth_error *err)
{
    wrapping *around = wrapping_of(multi);
    return around->ops->wait(around->inner, extra, count, timeout_ms, err);
}

/* What is on its way then is noted, too. */
static void free_wrapping(ma_multi *multi)
{
    wrapping *around = wrapping_of(multi);
    if (!around)
        return;
    while (around->flights)
        stop_one(multi, (ma_multi_transfer *)(void *)around->flights);
    around->ops->free(around->inner);
    ma_free(around);
}

const ma_multi_ops ma_tracemulti_ops = {
    start_one, stop_one, pause_one, wait_for_all, free_wrapping};

mcpauth_status ma_tracemulti_wrap(ma_trace *trace, const ma_multi_ops *inner,
    ma_multi **multi, mcpauth_error *err)
{
    wrapping *around = ma_calloc(1, sizeof *around);
    if (!around)
        return ma_error_nomem(err);
    *around = (wrapping){.trace = trace, .ops = inner, .inner = *multi};
    *multi = (ma_multi *)(void *)around;
    return MCPAUTH_OK;
}
