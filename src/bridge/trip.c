/* trip.c - one HTTP request after the other, until there is an answer. */
#include "bridge/trip.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/headers.h"
#include "bridge/outfit.h"
#include "bridge/pour.h"
#include "client/caller.h"
#include "client/patience.h"

enum {
    LAST_WORDS_MS = 1000,    /* for the end of a stream that was answered */
    REFUSAL_MAX = 64 * 1024, /* kept of a 401 or 403, for the words in it */
    STREAM_PAUSE_MIN_MS = 100
};

struct ma_trip {
    ma_road *road;
    ma_errand *errand; /* NULL: nobody waits for it any more */

    /* A token. */
    mcpauth_caller *caller; /* NULL: none is needed, or none was taken yet */
    ma_desk_wish wish;
    mcpauth_answer answer;
    bool wishes; /* the desk has the wish */

    /* One request. */
    ma_outfit outfit;
    ma_inbound *inbound;
    ma_multi_transfer *transfer; /* NULL: there is none */
    mcpauth_headers *head;       /* of a 401 or 403 */
    ma_buf refusal;              /* its body */
    bool began;                  /* a good answer did */
    bool said;                   /* and there was something in it */
    bool done;                   /* a final event was taken */
    ma_exchange_event final;
    ma_pour pour; /* of a long response */
    ma_buf late;  /* came when it was blocked already */
    size_t share; /* of what is held of all answers */

    /* The next one. */
    ma_patience patience;
    bool resumes;    /* it asks for the rest of a stream */
    char *resume_id; /* where that broke off; NULL: nowhere */
    int64_t due_ms;

    ma_trip *next; /* in one of the road's lists */
    ma_trip **at;  /* what points to it; NULL: it is in none */
};

/* --- lists --------------------------------------------------------------- */

static void enlist(ma_trip *trip, ma_trip **list)
{
    trip->next = *list;
    trip->at = list;
    if (trip->next)
        trip->next->at = &trip->next;
    *list = trip;
}

static void unlist(ma_trip *trip)
{
    if (!trip->at)
        return;
    *trip->at = trip->next;
    if (trip->next)
        trip->next->at = trip->at;
    trip->at = NULL;
}

static void wait_until(ma_trip *trip, int64_t due_ms)
{
    unlist(trip);
    trip->due_ms = due_ms;
    enlist(trip, &trip->road->waiting);
}

/* --- life ---------------------------------------------------------------- */

static void hold(ma_trip *trip, size_t len)
{
    ma_budget_hold(&trip->road->budget, trip, &trip->share, len);
}

static void forget_request(ma_trip *trip)
{
    hold(trip, 0);
    mcpauth_headers_free(ma_move(&trip->head));
    ma_inbound_free(ma_move(&trip->inbound));
    ma_outfit_done(&trip->outfit);
    ma_buf_done(&trip->refusal);
    ma_buf_done(&trip->late);
}

/* What follows stands on a line of its own. */
static void end_line(ma_trip *trip)
{
    if (!trip->pour.open)
        return;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    ma_road_fail(trip->road, ma_pour_end(&trip->pour, err), err);
}

static void free_trip(ma_trip *trip)
{
    unlist(trip);
    end_line(trip);
    forget_request(trip);
    ma_road_put_caller(trip->road, trip->caller);
    mcpauth_error_free(trip->wish.why);
    ma_free(trip->resume_id);
    ma_free(trip);
}

static ma_errand *detach(ma_trip *trip)
{
    ma_errand *errand = ma_move(&trip->errand);
    if (errand)
        errand->carrier = NULL;
    return errand;
}

/* The errand failed; its trip is over. */
static void fail(ma_trip *trip, mcpauth_status status, const mcpauth_error *why)
{
    ma_road *road = trip->road;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    ma_errand *errand = detach(trip);
    end_line(trip);
    if (errand)
        ma_road_fail(road,
            ma_crossing_failed(road->crossing, errand, status, why, err), err);
    free_trip(trip);
}

/* --- what arrives -------------------------------------------------------- */

/* What the trip acts on itself, for there is a way to go on. */
static bool is_ours(const ma_trip *trip, const ma_exchange_event *event)
{
    if (event->kind == MA_EXCHANGE_NEED_AUTH)
        return trip->caller;
    return event->kind == MA_EXCHANGE_RETRY_LATER ||
           event->kind == MA_EXCHANGE_CLOSED ||
           (event->kind == MA_EXCHANGE_SESSION_LOST && trip->resumes);
}

/* The host has it, to its end. */
static mcpauth_status take_last_piece(ma_trip *trip, mcpauth_error *err)
{
    ma_errand *errand = detach(trip);
    mcpauth_status st = ma_pour_end(&trip->pour, err);
    return st || !errand
               ? st
               : ma_crossing_answered(trip->road->crossing, errand, err);
}

static mcpauth_status take_event(
    ma_trip *trip, const ma_exchange_event *event, mcpauth_error *err)
{
    ma_road *road = trip->road;
    bool final = event->kind >= MA_EXCHANGE_RESPONSE;
    trip->said = true;
    if (event->kind == MA_EXCHANGE_PIECE) {
        trip->pour.rest = event->message.text;
        return ma_pour_go_on(&trip->pour, err);
    }
    if (final) {
        trip->done = true;
        trip->final = *event;
    }
    if (event->kind == MA_EXCHANGE_PIECED)
        return take_last_piece(trip, err);
    if (!trip->errand || (final && is_ours(trip, event)))
        return MCPAUTH_OK;
    ma_errand *errand = final ? detach(trip) : trip->errand;
    return ma_crossing_came(road->crossing, errand, event, trip->inbound, err);
}

static bool is_unanswered(const ma_trip *trip)
{
    return trip->errand && !trip->done;
}

/* The host has to read before more is taken for it. */
static bool is_blocked(const ma_trip *trip)
{
    return is_unanswered(trip) && (ma_pour_is_stuck(&trip->pour) ||
                                      !ma_outlet_room(trip->road->outlet));
}

/* As far as the host reads. */
static mcpauth_status take_events(ma_trip *trip, mcpauth_error *err)
{
    mcpauth_status st = ma_pour_go_on(&trip->pour, err);
    while (!st && !is_blocked(trip)) {
        const ma_exchange_event *event = NULL;
        if (trip->errand && trip->errand->whole)
            ma_inbound_hold(trip->inbound);
        st = ma_inbound_next(trip->inbound, &event, err);
        if (!st && event)
            st = take_event(trip, event, err);
        if (!event)
            break;
    }
    return st;
}

static mcpauth_status on_head(
    void *ctx, int status, const mcpauth_headers *headers, mcpauth_error *err)
{
    ma_trip *trip = ctx;
    mcpauth_status st = MCPAUTH_OK;
    trip->began = status / 100 == 2;
    if (status == 401 || status == 403)
        st = ma_headers_dup(headers, &trip->head, err);
    else if (trip->caller)
        ma_caller_note(trip->caller, headers);
    return st ? st : ma_inbound_head(trip->inbound, status, headers, err);
}

/* Others have to come to an end before more is taken for it. */
static bool is_behind(const ma_trip *trip)
{
    ma_budget *budget = &trip->road->budget;
    return is_unanswered(trip) && !trip->pour.open &&
           ma_budget_is_strained(budget, trip->share) &&
           !ma_budget_favours(budget, trip, ma_clock_boot_ms());
}

static void note_held(ma_trip *trip)
{
    hold(trip, ma_inbound_held(trip->inbound) + trip->late.len);
}

static mcpauth_status hold_back(ma_trip *trip, mcpauth_error *err)
{
    ma_road *road = trip->road;
    note_held(trip);
    if (!is_blocked(trip) && !is_behind(trip))
        return MCPAUTH_OK;
    unlist(trip);
    enlist(trip, &road->paused);
    road->net->pause(road->multi, trip->transfer, true);
    return ma_inbound_keep(trip->inbound, err);
}

/* An event stream that brought the answer ends soon: its connection can be
 * kept then. */
static void expect_end(ma_trip *trip)
{
    if (trip->done && !trip->errand && ma_inbound_streams(trip->inbound) &&
        !trip->at)
        wait_until(trip, ma_clock_boot_ms() + LAST_WORDS_MS);
}

static mcpauth_status feed(ma_trip *trip, ma_span bytes, mcpauth_error *err)
{
    if (trip->head && trip->refusal.len + bytes.len <= REFUSAL_MAX)
        ma_buf_add_span(&trip->refusal, bytes);
    mcpauth_status st = ma_inbound_feed(trip->inbound, bytes, err);
    return st ? st : take_events(trip, err);
}

/* What comes when the host has no room for it, and what comes behind that:
 * others filled the room, or libcurl hands out what it holds before it heeds a
 * pause. */
static mcpauth_status keep_late(
    ma_trip *trip, const char *bytes, size_t len, mcpauth_error *err)
{
    ma_buf_add(&trip->late, bytes, len);
    return ma_buf_status(&trip->late, "the MCP server's answer", err);
}

static mcpauth_status on_body(
    void *ctx, const char *bytes, size_t len, mcpauth_error *err)
{
    ma_trip *trip = ctx;
    mcpauth_status st = trip->late.len || is_blocked(trip)
                            ? keep_late(trip, bytes, len, err)
                            : feed(trip, ma_span_make(bytes, len), err);
    if (st)
        return st;
    expect_end(trip);
    return hold_back(trip, err);
}

/* What waited while it was blocked. */
static mcpauth_status take_late(ma_trip *trip, mcpauth_error *err)
{
    mcpauth_status st = take_events(trip, err);
    if (st || !trip->late.len || is_blocked(trip))
        return st;
    MA_SCOPED(ma_buf) late = trip->late;
    trip->late = ma_buf_init(SIZE_MAX);
    st = feed(trip, ma_buf_span(&late), err);
    return st ? st : ma_inbound_keep(trip->inbound, err);
}

/* --- sending ------------------------------------------------------------- */

static void on_done(void *ctx, mcpauth_status status, const mcpauth_error *why);

static mcpauth_status build(ma_trip *trip, mcpauth_error *err)
{
    const ma_road *road = trip->road;
    const ma_outfit_facts facts = {
        .crossing = road->crossing,
        .errand = trip->errand,
        .server = road->server,
        .own = road->headers,
        .caller = trip->caller,
        .resumes = trip->resumes,
        .resume_id = trip->resume_id,
    };
    forget_request(trip);
    trip->refusal = ma_buf_init(REFUSAL_MAX);
    trip->late = ma_buf_init(SIZE_MAX);
    trip->began = trip->said = trip->done = false;
    trip->final = (ma_exchange_event){0};
    mcpauth_status st = ma_outfit_make(&facts, &trip->outfit, err);
    return st ? st
              : ma_inbound_new(trip->errand->purpose, ma_outfit_is_get(&facts),
                    trip->errand->id, &trip->outfit.rules, &trip->inbound, err);
}

static mcpauth_status fly(ma_trip *trip, mcpauth_error *err)
{
    ma_road *road = trip->road;
    const ma_multi_sink sink = {{on_head, on_body, trip}, on_done, trip};
    return road->net->start(
        road->multi, &trip->outfit.request, &sink, &trip->transfer, err);
}

/* Sends what is due, or fails. */
static void send_now(ma_trip *trip)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    mcpauth_status st = build(trip, err);
    if (!st)
        st = fly(trip, err);
    if (st)
        fail(trip, st, err);
}

/* --- a token, first ------------------------------------------------------ */

static void granted(void *ctx);

static void ask_desk(ma_trip *trip, const mcpauth_answer *answer)
{
    trip->wish = (ma_desk_wish){
        .caller = trip->caller,
        .answer = answer,
        .granted = granted,
        .ctx = trip,
        .why = trip->wish.why,
    };
    mcpauth_error_clear(trip->wish.why);
    trip->wishes = true;
    ma_desk_ask(trip->road->desk, &trip->wish);
}

static void set_out(ma_trip *trip)
{
    if (trip->caller && !ma_caller_is_ready(trip->caller))
        ask_desk(trip, NULL);
    else
        send_now(trip);
}

/* An answer that the provider has nothing to do with is the host's. */
static void hand_over(ma_trip *trip)
{
    ma_road *road = trip->road;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    ma_errand *errand = detach(trip);
    ma_road_fail(road,
        ma_crossing_came(
            road->crossing, errand, &trip->final, trip->inbound, err),
        err);
    free_trip(trip);
}

/* No token is to be had. */
static void refuse(ma_trip *trip)
{
    const ma_road *road = trip->road;
    if (road->advise)
        road->advise(road->advise_ctx, trip->wish.status, trip->wish.why);
    fail(trip, trip->wish.status, trip->wish.why);
}

static void granted(void *ctx)
{
    ma_trip *trip = ctx;
    const ma_desk_wish *wish = &trip->wish;
    trip->wishes = false;
    if (!trip->errand)
        free_trip(trip);
    else if (wish->status)
        refuse(trip);
    else if (wish->answer && !wish->again)
        hand_over(trip);
    else
        send_now(trip);
}

static void judge(ma_trip *trip)
{
    trip->answer = (mcpauth_answer){
        .http_status = trip->final.http_status,
        .headers = trip->head,
        .body = ma_buf_text(&trip->refusal),
        .body_len = trip->refusal.len,
    };
    ask_desk(trip, &trip->answer);
}

/* --- going on ------------------------------------------------------------ */

static void be_patient(ma_trip *trip)
{
    int64_t delay_ms = trip->final.retry_after_ms;
    bool harmless = trip->errand->repeatable || trip->final.message.code ||
                    delay_ms >= 0 || trip->resumes;
    if (ma_patience_waits(&trip->patience, harmless, delay_ms, &delay_ms))
        wait_until(trip, ma_clock_boot_ms() + delay_ms);
    else
        hand_over(trip);
}

static bool is_stream(const ma_trip *trip)
{
    return trip->errand->purpose == MA_EXCHANGE_FOR_STREAM;
}

/* T-042, T-044: a stream of the server's own is asked for anew. */
static bool may_resume(ma_trip *trip, mcpauth_status status)
{
    bool broke = status == MCPAUTH_E_NETWORK || status == MCPAUTH_E_TIMEOUT ||
                 (!status && trip->final.kind == MA_EXCHANGE_CLOSED);
    bool placed = trip->resume_id ||
                  ma_inbound_last_event_id(trip->inbound).len ||
                  is_stream(trip);
    return broke && placed && !trip->pour.open && trip->outfit.rules.resumes &&
           !trip->outfit.rules.elsewhere &&
           ma_patience_resumes(&trip->patience, trip->began, trip->said);
}

static mcpauth_status keep_place(ma_trip *trip, mcpauth_error *err)
{
    ma_span id = ma_inbound_last_event_id(trip->inbound);
    if (!id.len)
        return MCPAUTH_OK;
    char *copy = ma_strndup(id.at, id.len);
    if (!copy)
        return ma_error_nomem(err);
    ma_free(trip->resume_id);
    trip->resume_id = copy;
    return MCPAUTH_OK;
}

static void resume(ma_trip *trip)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    int64_t delay_ms = ma_patience_resume_ms(
        &trip->patience, ma_inbound_retry_ms(trip->inbound));
    mcpauth_status st = keep_place(trip, err);
    if (st) {
        fail(trip, st, err);
        return;
    }
    if (is_stream(trip) && delay_ms < STREAM_PAUSE_MIN_MS)
        delay_ms = STREAM_PAUSE_MIN_MS;
    trip->resumes = !is_stream(trip);
    wait_until(trip, ma_clock_boot_ms() + delay_ms);
}

static void lose_place(ma_trip *trip)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_NETWORK,
        "the stream broke off, and its session has ended");
    fail(trip, st, err);
}

/* What is to be done about a final event that is no answer. */
static void act(ma_trip *trip)
{
    switch (trip->final.kind) {
    case MA_EXCHANGE_NEED_AUTH:
        judge(trip);
        return;
    case MA_EXCHANGE_RETRY_LATER:
        be_patient(trip);
        return;
    case MA_EXCHANGE_SESSION_LOST:
        lose_place(trip);
        return;
    default:
        hand_over(trip);
    }
}

static void conclude(
    ma_trip *trip, mcpauth_status status, const mcpauth_error *why)
{
    if (!trip->errand)
        free_trip(trip);
    else if (may_resume(trip, status))
        resume(trip);
    else if (status)
        fail(trip, status, why);
    else
        act(trip);
}

/* Behind the end of the request: takes what it left, as the host reads. */
static void go_on(ma_trip *trip)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    mcpauth_status st = take_late(trip, err);
    if (!st && is_blocked(trip)) {
        enlist(trip, &trip->road->paused);
        return;
    }
    if (!st) {
        ma_inbound_end(trip->inbound);
        st = take_events(trip, err);
    }
    if (!st && is_blocked(trip))
        enlist(trip, &trip->road->paused);
    else
        conclude(trip, st, err);
}

static void on_done(void *ctx, mcpauth_status status, const mcpauth_error *why)
{
    ma_trip *trip = ctx;
    trip->transfer = NULL;
    unlist(trip);
    if (status) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        ma_error_copy(err, why);
        conclude(trip, status, err);
        return;
    }
    go_on(trip);
}

/* --- from outside -------------------------------------------------------- */

mcpauth_status ma_trip_start(
    ma_road *road, ma_errand *errand, mcpauth_error *err)
{
    ma_trip *trip = ma_calloc(1, sizeof *trip);
    if (!trip)
        return ma_error_nomem(err);
    trip->road = road;
    trip->errand = errand;
    trip->pour.outlet = road->outlet;
    trip->wish.why = mcpauth_error_new();
    errand->carrier = trip;
    mcpauth_status st = trip->wish.why
                            ? ma_road_take_caller(road, &trip->caller, err)
                            : ma_error_nomem(err);
    if (st) {
        detach(trip);
        free_trip(trip);
        return st;
    }
    wait_until(
        trip, errand->delay_ms ? ma_clock_boot_ms() + errand->delay_ms : 0);
    return MCPAUTH_OK;
}

void ma_trip_drop(ma_road *road, ma_errand *errand)
{
    ma_trip *trip = errand->carrier;
    if (!trip)
        return;
    detach(trip);
    if (trip->transfer)
        road->net->stop(road->multi, ma_move(&trip->transfer));
    if (!trip->wishes)
        free_trip(trip);
}

int64_t ma_trip_due_ms(const ma_road *road)
{
    int64_t due_ms = INT64_MAX;
    if (road->paused && road->budget.favoured)
        due_ms = road->budget.until_ms;
    for (const ma_trip *at = road->waiting; at; at = at->next)
        if (at->due_ms < due_ms)
            due_ms = at->due_ms;
    return due_ms;
}

/* The end of its stream does not come. */
static void hang_up(ma_trip *trip)
{
    ma_road *road = trip->road;
    if (trip->transfer)
        road->net->stop(road->multi, ma_move(&trip->transfer));
    free_trip(trip);
}

void ma_trip_end_all(ma_road *road)
{
    while (road->waiting)
        hang_up(road->waiting);
    while (road->paused)
        hang_up(road->paused);
}

void ma_trip_go_on(ma_road *road, int64_t now_ms)
{
    ma_trip *due = NULL;
    for (ma_trip *at = road->waiting, *next; at; at = next) {
        next = at->next;
        if (at->due_ms > now_ms)
            continue;
        unlist(at);
        enlist(at, &due);
    }
    while (due) {
        ma_trip *trip = due;
        unlist(trip);
        if (trip->transfer)
            hang_up(trip);
        else
            set_out(trip);
    }
}

static void unpause(ma_trip *trip)
{
    const ma_road *road = trip->road;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    if (!trip->transfer) {
        go_on(trip);
        return;
    }
    mcpauth_status st = take_late(trip, err);
    note_held(trip);
    if (st) {
        road->net->stop(road->multi, ma_move(&trip->transfer));
        conclude(trip, st, err);
        return;
    }
    expect_end(trip);
    if (is_blocked(trip))
        enlist(trip, &trip->road->paused);
    else
        road->net->pause(road->multi, trip->transfer, false);
}

static bool may_go_on(const ma_trip *trip)
{
    bool room = ma_pour_is_stuck(&trip->pour)
                    ? ma_pour_can_go_on(&trip->pour)
                    : ma_outlet_room(trip->road->outlet) > 0;
    return room && (!trip->transfer || !is_behind(trip));
}

/* False: nobody could. */
static bool resume_some(ma_road *road)
{
    ma_trip *ready = NULL;
    for (ma_trip *at = road->paused, *next; at; at = next) {
        next = at->next;
        if (!may_go_on(at))
            continue;
        unlist(at);
        enlist(at, &ready);
    }
    bool some = ready;
    while (ready) {
        ma_trip *trip = ready;
        unlist(trip);
        unpause(trip);
    }
    return some;
}

/* One that went on and came to its end has made way for others. */
void ma_trip_resume(ma_road *road)
{
    if (road->budget.favoured)
        ma_budget_lapse(&road->budget, ma_clock_boot_ms());
    if (resume_some(road))
        (void)resume_some(road);
}
