/* bridge.c - the loop: everything is waited for in one place. */
#include "bridge/bridge.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "bridge/desk.h"
#include "bridge/lines.h"
#include "bridge/outlet.h"
#include "bridge/trip.h"

enum {
    LINE_MAX_LEN = 64 * 1024 * 1024,
    READ_LEN = 64 * 1024,
    OUTLET_MAX = 4 * 1024 * 1024, /* more, and the host is not heard */
    CALLS_MAX = 4096,             /* likewise */
    GRACE_MS = 1200,              /* for what is under way */
    FAREWELL_MS = 1800            /* and for the end of the session */
};

typedef enum { RUNNING, CLOSING, LEAVING } stage;

typedef struct {
    const ma_bridge_options *options;
    ma_lines lines;
    ma_outlet *outlet;
    ma_desk *desk;
    ma_crossing *crossing;
    ma_road road;
    stage stage;
    int64_t closing_since_ms;
    bool in_ended;
    bool deaf;    /* the host reads no more */
    bool learned; /* and said which version it is */
} bridge;

/* --- what the crossing has done ------------------------------------------ */

static void log_line(void *ctx, int level, const char *event, const char *text)
{
    const bridge *b = ctx;
    if (b->options->log)
        b->options->log(b->options->ctx, level, event, text);
}

static void flush(bridge *b)
{
    MA_AUTO(mcpauth_error) why = mcpauth_error_new();
    if (b->deaf || !ma_outlet_flush(b->outlet, why))
        return;
    b->deaf = true;
    log_line(b, 0, "bridge", mcpauth_error_message(why));
}

/* A host that waits for nothing else is not kept waiting; for one that waits
 * for much, as much as there is goes out at once. */
static mcpauth_status say(void *ctx, ma_span message, mcpauth_error *err)
{
    bridge *b = ctx;
    mcpauth_status st = ma_outlet_say(b->outlet, message, err);
    if (!st && ma_crossing_waiting(b->crossing) <= 1)
        flush(b);
    return st;
}

static mcpauth_status send(void *ctx, ma_errand *errand, mcpauth_error *err)
{
    bridge *b = ctx;
    return ma_trip_start(&b->road, errand, err);
}

static void drop(void *ctx, ma_errand *errand)
{
    bridge *b = ctx;
    ma_trip_drop(&b->road, errand);
}

/* --- life ---------------------------------------------------------------- */

static mcpauth_status start_crossing(bridge *b, mcpauth_error *err)
{
    static const ma_crossing_ops ops = {say, send, drop, log_line};
    return ma_crossing_new(&b->options->crossing, &ops, b, &b->crossing, err);
}

static mcpauth_status start(bridge *b, mcpauth_error *err)
{
    const ma_bridge_options *options = b->options;
    b->lines = ma_lines_init(LINE_MAX_LEN);
    b->outlet = ma_outlet_new(options->out_fd);
    b->road.why = mcpauth_error_new();
    if (!b->outlet || !b->road.why)
        return ma_error_nomem(err);
    mcpauth_status st = start_crossing(b, err);
    if (!st && options->provider)
        st = ma_desk_new(&b->desk, err);
    if (st)
        return st;
    b->road.crossing = b->crossing;
    b->road.outlet = b->outlet;
    b->road.net = options->net;
    b->road.multi = options->multi;
    b->road.desk = b->desk;
    b->road.provider = options->provider;
    b->road.server = options->crossing.server;
    b->road.headers = options->headers;
    b->road.advise = options->advise;
    b->road.advise_ctx = options->ctx;
    return MCPAUTH_OK;
}

/* Whoever is at the desk keeps it, and what he works with. */
static void finish(bridge *b, bool *out_busy)
{
    ma_crossing_free(b->crossing);
    ma_trip_end_all(&b->road);
    *out_busy = b->desk && !ma_desk_is_idle(b->desk);
    if (!*out_busy) {
        ma_desk_free(b->desk);
        ma_road_done(&b->road);
    }
    ma_outlet_free(b->outlet);
    ma_lines_done(&b->lines);
    mcpauth_error_free(b->road.why);
}

/* --- the host ------------------------------------------------------------ */

static mcpauth_status hear_lines(bridge *b, mcpauth_error *err)
{
    ma_span line;
    bool too_long = false;
    mcpauth_status st = MCPAUTH_OK;
    while (!st && ma_lines_next(&b->lines, &line, &too_long))
        st = too_long ? ma_crossing_heard_too_much(b->crossing, err)
                      : ma_crossing_heard(b->crossing, line, err);
    return st;
}

static mcpauth_status end_hearing(bridge *b, mcpauth_error *err)
{
    ma_span line;
    mcpauth_status st = MCPAUTH_OK;
    b->in_ended = true;
    if (ma_lines_last(&b->lines, &line))
        st = ma_crossing_heard(b->crossing, line, err);
    return st ? st : ma_crossing_close(b->crossing, err);
}

/* What poll(2) calls readable is read without waiting. */
static mcpauth_status hear(bridge *b, mcpauth_error *err)
{
    char bytes[READ_LEN];
    ssize_t len = read(b->options->in_fd, bytes, sizeof bytes);
    if (len < 0 && (errno == EINTR || errno == EAGAIN))
        return MCPAUTH_OK;
    if (len <= 0)
        return end_hearing(b, err);
    mcpauth_status st =
        ma_lines_feed(&b->lines, ma_span_make(bytes, (size_t)len), err);
    return st ? st : hear_lines(b, err);
}

static bool hears(const bridge *b)
{
    return !b->in_ended && b->stage == RUNNING &&
           ma_outlet_waiting(b->outlet) <= OUTLET_MAX &&
           ma_crossing_waiting(b->crossing) <= CALLS_MAX;
}

/* --- the end ------------------------------------------------------------- */

static void begin_closing(bridge *b)
{
    if (b->stage != RUNNING)
        return;
    b->stage = CLOSING;
    b->closing_since_ms = ma_clock_boot_ms();
}

static int64_t left_ms(const bridge *b, int64_t limit_ms)
{
    int64_t left = b->closing_since_ms + limit_ms - ma_clock_boot_ms();
    return left > 0 ? left : 0;
}

/* What is under way goes on for a while, then the session is ended. */
static mcpauth_status step_down(bridge *b, mcpauth_error *err)
{
    bool idle = ma_crossing_is_idle(b->crossing);
    if (b->stage != CLOSING || (!idle && !b->deaf && left_ms(b, GRACE_MS)))
        return MCPAUTH_OK;
    b->stage = LEAVING;
    return ma_crossing_end(b->crossing, err);
}

static bool is_over(const bridge *b)
{
    bool said = b->deaf || !ma_outlet_waiting(b->outlet);
    bool gone = ma_crossing_is_done(b->crossing);
    return b->stage == LEAVING && ((said && gone) || !left_ms(b, FAREWELL_MS));
}

/* --- waiting ------------------------------------------------------------- */

static int64_t wait_ms(const bridge *b)
{
    int64_t due_ms = ma_trip_due_ms(&b->road);
    int64_t now_ms = ma_clock_boot_ms();
    int64_t wait = due_ms == INT64_MAX ? -1 : due_ms - now_ms;
    if (due_ms != INT64_MAX && wait < 0)
        wait = 0;
    if (b->stage == RUNNING)
        return wait;
    int64_t left = left_ms(b, b->stage == CLOSING ? GRACE_MS : FAREWELL_MS) + 1;
    return wait < 0 || wait > left ? left : wait;
}

enum { IN, OUT, DESK, STOP, ALSO_STOP, FDS };

static mcpauth_status wait_for_news(bridge *b, mcpauth_error *err)
{
    const ma_bridge_options *options = b->options;
    bool running = b->stage == RUNNING;
    bool writes = !b->deaf && ma_outlet_waiting(b->outlet);
    struct pollfd fds[FDS] = {
        [IN] = {hears(b) ? options->in_fd : -1, POLLIN, 0},
        [OUT] = {b->deaf ? -1 : options->out_fd, writes ? POLLOUT : 0, 0},
        [DESK] = {b->desk ? ma_desk_fd(b->desk) : -1, POLLIN, 0},
        [STOP] = {running ? options->stop_fds[0] : -1, POLLIN, 0},
        [ALSO_STOP] = {running ? options->stop_fds[1] : -1, POLLIN, 0},
    };
    mcpauth_status st =
        options->net->wait(options->multi, fds, FDS, wait_ms(b), err);
    if (!st && fds[IN].revents)
        st = hear(b, err);
    if (fds[OUT].revents & (POLLERR | POLLHUP))
        b->deaf = true;
    if (b->desk && fds[DESK].revents)
        ma_desk_grant(b->desk);
    if (fds[STOP].revents || fds[ALSO_STOP].revents || b->deaf || b->in_ended)
        begin_closing(b);
    return st;
}

static void tell_version(bridge *b)
{
    const ma_bridge_options *options = b->options;
    const char *version = ma_crossing_protocol_version(b->crossing);
    if (b->learned || !version)
        return;
    b->learned = true;
    if (options->learned)
        options->learned(options->ctx, version);
}

static mcpauth_status turn(bridge *b, mcpauth_error *err)
{
    mcpauth_status st = wait_for_news(b, err);
    if (!st)
        st = step_down(b, err);
    if (st)
        return st;
    ma_trip_go_on(&b->road, ma_clock_boot_ms());
    flush(b);
    ma_trip_resume(&b->road);
    tell_version(b);
    if (b->road.failed)
        ma_error_copy(err, b->road.why);
    return b->road.failed;
}

mcpauth_status ma_bridge_run(
    const ma_bridge_options *options, bool *out_busy, mcpauth_error *err)
{
    bridge b = {.options = options};
    mcpauth_status st = start(&b, err);
    while (!st && !is_over(&b))
        st = turn(&b, err);
    finish(&b, out_busy);
    return st;
}
