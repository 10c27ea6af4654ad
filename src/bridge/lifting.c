/* lifting.c - a host with sessions, and a server that has none: what the host
 * said when it began is said with every request, what only a session can hold
 * is held here, and questions go back and forth (T-200 to T-205). */
#include "base/alloc.h"
#include "base/error.h"
#include "bridge/asking.h"
#include "bridge/introduction.h"
#include "bridge/news.h"
#include "bridge/pair.h"
#include "bridge/stateless.h"
#include "client/standing.h"
#include "mcp/modern.h"
#include "mcp/params.h"

typedef struct {
    ma_stateless stateless;
    ma_introduction host;
    ma_errand *opening; /* initialize, while it is not answered */
    ma_errand *probe;   /* server/discover, ours; NULL: it was answered */
    ma_standing *standing;
    ma_buf meta;  /* an object: what _meta of each request has of ours */
    bool listens; /* the host is initialized */
    ma_news news;
    ma_askings askings;
    ma_pair_refusal refusal; /* what the server said to initialize */
} lifting;

/* --- life ---------------------------------------------------------------- */

static mcpauth_status begin(ma_crossing *crossing, mcpauth_error *err)
{
    const ma_crossing_options *given = &crossing->options;
    const ma_session_options options = {
        .server = given->server,
        .client_name = given->client_name,
        .client_version = given->client_version,
        .protocol_version = given->protocol_version,
    };
    lifting *own = ma_calloc(1, sizeof *own);
    if (!own)
        return ma_error_nomem(err);
    crossing->own = own;
    own->stateless = ma_stateless_init();
    own->host = ma_introduction_init();
    own->meta = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    own->standing = ma_standing_new();
    if (!own->standing)
        return ma_error_nomem(err);
    return ma_upstream_speak(
        &crossing->upstream, &ma_modern_era, &options, err);
}

/* Also those that are made again, and wait for a list. */
static void end_askings(ma_crossing *crossing)
{
    lifting *own = crossing->own;
    for (const ma_asking *at = own->askings.first; at; at = at->next)
        (void)ma_stateless_takes_back(&own->stateless, at->retry);
    ma_askings_done(&own->askings, crossing);
}

static void done(ma_crossing *crossing)
{
    lifting *own = crossing->own;
    if (!own)
        return;
    end_askings(crossing);
    ma_news_done(&own->news, crossing);
    ma_stateless_done(&own->stateless, crossing);
    if (own->probe)
        ma_crossing_finish(crossing, own->probe);
    ma_introduction_done(&own->host);
    ma_buf_done(&own->meta);
    ma_standing_free(own->standing);
    mcpauth_error_free(own->refusal.why);
    ma_free(own);
}

/* --- what goes with every request ---------------------------------------- */

/* The level of logging that the host has asked for, a string, or absent. */
static ma_span find_level(const ma_standing *standing)
{
    const char *method = NULL;
    ma_span params;
    for (size_t i = 0; ma_standing_at(standing, i, &method, &params); i++) {
        ma_span level = ma_value_member(params, "level");
        if (ma_value_is_string(level))
            return level;
    }
    return ma_span_make(NULL, 0);
}

static mcpauth_status write_meta(lifting *own, mcpauth_error *err)
{
    ma_buf_clear(&own->meta);
    ma_introduction_write_meta(&own->host, ma_revision_at(0)->name,
        find_level(own->standing), &own->meta);
    return ma_buf_status(&own->meta, "the host's introduction", err);
}

static mcpauth_status lift(
    const lifting *own, ma_errand *errand, mcpauth_error *err)
{
    ma_span given = ma_errand_params(errand);
    MA_SCOPED(ma_buf) params = ma_buf_init(given.len + own->meta.len + 1024);
    mcpauth_status st =
        ma_params_write_meta(&params, given, ma_buf_span(&own->meta), err);
    if (!st)
        st = ma_buf_status(&params, "the message", err);
    return st ? st : ma_errand_set_params(errand, ma_buf_span(&params), err);
}

/* What the host got wrong is its to know. */
static mcpauth_status send(
    ma_crossing *crossing, ma_errand *errand, mcpauth_error *err)
{
    lifting *own = crossing->own;
    mcpauth_status st = lift(own, errand, crossing->why);
    if (st)
        return ma_crossing_fail(crossing, errand, st, crossing->why, err);
    if (errand->purpose == MA_EXCHANGE_FOR_NOTICE)
        return ma_crossing_send(crossing, errand, err);
    return ma_stateless_send(
        &own->stateless, crossing, errand, ma_buf_span(&own->meta), err);
}

static mcpauth_status listen(ma_crossing *crossing, mcpauth_error *err)
{
    lifting *own = crossing->own;
    if (!own->listens || own->probe)
        return MCPAUTH_OK;
    return ma_news_ask(
        &own->news, crossing, own->standing, ma_buf_span(&own->meta), err);
}

/* --- opening ------------------------------------------------------------- */

static mcpauth_status send_probe(ma_crossing *crossing, mcpauth_error *err)
{
    lifting *own = crossing->own;
    MA_SCOPED(ma_buf) params = ma_buf_init(own->meta.len + 1024);
    mcpauth_status st = ma_params_write_meta(
        &params, ma_span_of("{}"), ma_buf_span(&own->meta), err);
    if (!st)
        st = ma_buf_status(&params, "the message", err);
    if (!st)
        st = ma_crossing_ask(crossing, MA_EXCHANGE_FOR_REQUEST,
            "server/discover", ma_buf_span(&params), &own->probe, err);
    return st ? st : ma_crossing_send(crossing, own->probe, err);
}

mcpauth_status ma_lifting_adopt(ma_crossing *crossing, ma_errand *initialize,
    ma_pair_refusal *refusal, mcpauth_error *err)
{
    ma_crossing_change(crossing, &ma_pair_lifting);
    mcpauth_status st = begin(crossing, err);
    if (st)
        return st;
    lifting *own = crossing->own;
    own->refusal = *refusal;
    *refusal = (ma_pair_refusal){0};
    own->opening = initialize;
    st = ma_introduction_read(&own->host, ma_errand_params(initialize), err);
    if (!st)
        st = write_meta(own, err);
    return st ? st : send_probe(crossing, err);
}

/* Of two refusals, the first says what is wrong. */
static bool says_more(mcpauth_status status)
{
    return status != MCPAUTH_E_HTTP && status != MCPAUTH_E_RPC &&
           status != MCPAUTH_E_PROTOCOL;
}

/* The server is none without sessions, or lets nobody in. */
static mcpauth_status opening_failed(ma_crossing *crossing,
    mcpauth_status status, const mcpauth_error *why, mcpauth_error *err)
{
    lifting *own = crossing->own;
    const ma_pair_refusal *first = &own->refusal;
    mcpauth_status st = MCPAUTH_OK;
    if (first->status && !says_more(status)) {
        status = first->status;
        why = first->why;
    }
    for (ma_errand *at; !st && (at = ma_errands_take(&crossing->held));)
        st = ma_crossing_fail(crossing, at, status, why, err);
    if (!st && own->opening)
        st = ma_crossing_fail(
            crossing, ma_move(&own->opening), status, why, err);
    return st;
}

/* T-072.  What is pinned is not given up. */
static mcpauth_status try_older(ma_crossing *crossing, mcpauth_status status,
    const mcpauth_error *why, mcpauth_error *err)
{
    lifting *own = crossing->own;
    if (crossing->options.protocol_version || !own->opening)
        return opening_failed(crossing, status, why, err);
    ma_pair_refusal refusal = own->refusal;
    own->refusal = (ma_pair_refusal){0};
    mcpauth_status st =
        ma_sessions_adopt(crossing, ma_move(&own->opening), &refusal, err);
    mcpauth_error_free(refusal.why);
    return st;
}

static mcpauth_status opened(ma_crossing *crossing, mcpauth_error *err)
{
    lifting *own = crossing->own;
    ma_errand *opening = ma_move(&own->opening);
    MA_SCOPED(ma_buf) result = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    ma_introduction_write_result(&own->host, &crossing->upstream.peer,
        crossing->options.server, &result);
    mcpauth_status st = ma_buf_status(&result, "the greeting", err);
    if (!st)
        st = ma_crossing_answer(
            crossing, ma_span_of(opening->id), ma_buf_span(&result), err);
    ma_crossing_finish(crossing, opening);
    for (ma_errand *at; !st && (at = ma_errands_take(&crossing->held));)
        st = send(crossing, at, err);
    own->listens = crossing->initialized;
    crossing->initialized = false;
    return st ? st : listen(crossing, err);
}

static mcpauth_status discovered(
    ma_crossing *crossing, const ma_envelope *message, mcpauth_error *err)
{
    lifting *own = crossing->own;
    mcpauth_error *why = crossing->why;
    mcpauth_status st =
        ma_upstream_agree(&crossing->upstream, message->result, NULL, why);
    ma_crossing_finish(crossing, ma_move(&own->probe));
    if (st)
        return opening_failed(crossing, st, why, err);
    if (crossing->upstream.open) {
        crossing->gate.fields = true;
        return opened(crossing, err);
    }
    st = ma_error_set(why, MCPAUTH_E_PROTOCOL,
        "the MCP server does not say which protocol versions it speaks");
    return try_older(crossing, st, why, err);
}

static mcpauth_status probe_refused(ma_crossing *crossing,
    const ma_exchange_event *event, const ma_inbound *from, mcpauth_error *err)
{
    lifting *own = crossing->own;
    const ma_upstream *upstream = &crossing->upstream;
    mcpauth_error *why = crossing->why;
    ma_era_verdict verdict =
        upstream->era->judge_refusal(upstream->state, event);
    mcpauth_status st = ma_inbound_failure(from, why);
    ma_crossing_finish(crossing, ma_move(&own->probe));
    switch (verdict) {
    case MA_ERA_AGAIN:
        return send_probe(crossing, err);
    case MA_ERA_OLDER:
        return try_older(crossing, st, why, err);
    default:
        return opening_failed(crossing, st, why, err);
    }
}

/* A call that is made again may wait for a list, too.  NULL is allowed. */
static mcpauth_status end_asking(
    ma_crossing *crossing, ma_asking *asking, mcpauth_error *err)
{
    lifting *own = crossing->own;
    if (!asking)
        return MCPAUTH_OK;
    (void)ma_stateless_takes_back(&own->stateless, asking->retry);
    return ma_asking_end(&own->askings, crossing, asking, err);
}

/* What a retry comes to is what the call does. */
static mcpauth_status fail_call(ma_crossing *crossing, ma_errand *errand,
    mcpauth_status status, const mcpauth_error *why, mcpauth_error *err)
{
    const lifting *own = crossing->own;
    ma_asking *asking = ma_askings_find(&own->askings, errand);
    ma_errand *call = asking ? asking->call : errand;
    mcpauth_status st = end_asking(crossing, asking, err);
    return st ? st : ma_crossing_fail(crossing, call, status, why, err);
}

/* The host begins anew: calls that wait for a list wait for what comes now, and
 * those with questions are over. */
static mcpauth_status begin_anew(ma_crossing *crossing, mcpauth_error *err)
{
    lifting *own = crossing->own;
    mcpauth_status st = MCPAUTH_OK;
    while (!st && own->askings.first) {
        mcpauth_status why = ma_error_set(crossing->why, MCPAUTH_E_CANCELLED,
            "the host began anew before it answered the MCP server's question");
        st = fail_call(
            crossing, own->askings.first->call, why, crossing->why, err);
    }
    for (ma_errand *at; (at = ma_errands_take(&own->stateless.waiting));)
        ma_errands_put(&crossing->held, at);
    return st;
}

/* --- from the host ------------------------------------------------------- */

static mcpauth_status heard_initialize(
    ma_crossing *crossing, const ma_envelope *message, mcpauth_error *err)
{
    ma_errand *errand = NULL;
    const lifting *own = crossing->own;
    if (own->opening)
        return ma_crossing_refuse(crossing, message->id,
            MA_ENVELOPE_INVALID_REQUEST, "initialize is under way already",
            err);
    mcpauth_status st = begin_anew(crossing, err);
    if (!st)
        st = ma_crossing_take(crossing, message, &errand, err);
    ma_pair_refusal none = {0};
    return st || !errand ? st : ma_lifting_adopt(crossing, errand, &none, err);
}

/* T-202: what only a session can hold. */
static bool is_held_here(const ma_envelope *message)
{
    static const char *const methods[] = {
        "logging/setLevel", "resources/subscribe", "resources/unsubscribe"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (ma_envelope_is(message, methods[i]))
            return true;
    return false;
}

static mcpauth_status hold_here(
    ma_crossing *crossing, const ma_envelope *message, mcpauth_error *err)
{
    lifting *own = crossing->own;
    MA_SCOPED(ma_buf) method = ma_buf_init(64);
    (void)ma_value_write_text(&method, message->method);
    ma_standing_note(own->standing, ma_buf_text(&method), message->params);
    mcpauth_status st = write_meta(own, err);
    if (!st)
        st = ma_crossing_answer(crossing, message->id, ma_span_of("{}"), err);
    bool leveled = ma_envelope_is(message, "logging/setLevel");
    return st || leveled ? st : listen(crossing, err);
}

/* Of the request that it names, nothing is heard any more (T-203). */
static mcpauth_status take_back(
    ma_crossing *crossing, const ma_envelope *message, mcpauth_error *err)
{
    lifting *own = crossing->own;
    ma_errand *call = ma_calls_find(
        &crossing->calls, ma_value_member(message->params, "requestId"));
    if (!call || call == own->opening)
        return MCPAUTH_OK;
    mcpauth_status st =
        end_asking(crossing, ma_askings_find(&own->askings, call), err);
    (void)ma_stateless_takes_back(&own->stateless, call);
    ma_errands_drop(&crossing->held, call);
    ma_crossing_finish(crossing, call);
    return st;
}

static mcpauth_status heard_request(
    ma_crossing *crossing, const ma_envelope *message, mcpauth_error *err)
{
    lifting *own = crossing->own;
    ma_errand *errand = NULL;
    if (ma_envelope_is(message, "initialize"))
        return heard_initialize(crossing, message, err);
    if (ma_envelope_is(message, "ping"))
        return ma_crossing_answer(crossing, message->id, ma_span_of("{}"), err);
    if (is_held_here(message))
        return hold_here(crossing, message, err);
    if (ma_span_starts(message->method, "\"tasks/"))
        return ma_crossing_refuse(crossing, message->id,
            MA_ENVELOPE_METHOD_NOT_FOUND, "Method not found", err);
    mcpauth_status st = ma_crossing_take(crossing, message, &errand, err);
    if (st || !errand)
        return st;
    if (own->opening) {
        ma_errands_put(&crossing->held, errand);
        return MCPAUTH_OK;
    }
    if (!crossing->upstream.open) {
        st = ma_error_set(crossing->why, MCPAUTH_E_STATE,
            "initialize failed, and nothing is open");
        return ma_crossing_fail(crossing, errand, st, crossing->why, err);
    }
    return send(crossing, errand, err);
}

static mcpauth_status heard_notice(
    ma_crossing *crossing, const ma_envelope *message, mcpauth_error *err)
{
    lifting *own = crossing->own;
    ma_errand *errand = NULL;
    if (ma_envelope_is(message, "notifications/cancelled"))
        return take_back(crossing, message, err);
    if (ma_envelope_is(message, "notifications/initialized")) {
        crossing->initialized = own->opening;
        own->listens = !own->opening;
        return listen(crossing, err);
    }
    if (ma_envelope_is(message, "notifications/roots/list_changed") ||
        ma_envelope_is(message, "notifications/progress") || own->opening)
        return MCPAUTH_OK;
    mcpauth_status st = ma_crossing_take(crossing, message, &errand, err);
    return st || !errand ? st : send(crossing, errand, err);
}

static mcpauth_status heard(
    ma_crossing *crossing, const ma_envelope *message, mcpauth_error *err)
{
    lifting *own = crossing->own;
    switch (message->kind) {
    case MA_ENVELOPE_REQUEST:
        return heard_request(crossing, message, err);
    case MA_ENVELOPE_NOTIFICATION:
        return heard_notice(crossing, message, err);
    default:
        return ma_asking_answered(
            &own->askings, crossing, &own->host, message, err);
    }
}

/* --- from the server ----------------------------------------------------- */

/* The result for the host, under the id of its request, without its kind, for
 * which that revision has no word (T-205). */
static mcpauth_status answer(ma_crossing *crossing, ma_errand *errand,
    ma_span result, mcpauth_error *err)
{
    static const char *const left_out[] = {"resultType", NULL};
    MA_SCOPED(ma_buf) text = ma_buf_init(result.len + 16);
    ma_params_write_without(&text, result, left_out);
    mcpauth_status st = ma_buf_status(&text, "the result", err);
    if (!st)
        st = ma_crossing_answer(
            crossing, ma_span_of(errand->id), ma_buf_span(&text), err);
    ma_crossing_finish(crossing, errand);
    return st;
}

static mcpauth_status answer_list(ma_crossing *crossing, ma_errand *errand,
    ma_span result, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) list = ma_buf_init(result.len + 1024);
    mcpauth_status st = ma_toolgate_write_list(&crossing->gate,
        ma_errand_params(errand), result, &list, crossing->why);
    return st ? ma_crossing_fail(crossing, errand, st, crossing->why, err)
              : answer(crossing, errand, ma_buf_span(&list), err);
}

static mcpauth_status take_result(ma_crossing *crossing, ma_errand *errand,
    const ma_exchange_event *event, mcpauth_error *err)
{
    lifting *own = crossing->own;
    ma_span result = event->message.result;
    ma_asking *asking = ma_askings_find(&own->askings, errand);
    if (ma_asking_is_due(result))
        return ma_asking_go_on(
            &own->askings, crossing, &own->host, errand, result, err);
    if (!asking)
        return ma_errand_is(errand, "tools/list")
                   ? answer_list(crossing, errand, result, err)
                   : answer(crossing, errand, result, err);
    ma_errand *call = asking->call;
    mcpauth_status st = answer(crossing, call, result, err);
    asking->call = NULL;
    return st ? st : ma_asking_end(&own->askings, crossing, asking, err);
}

/* The host does not know the codes of a revision that it does not speak. */
static bool is_foreign(const ma_exchange_event *event)
{
    return event->kind == MA_EXCHANGE_ERROR &&
           event->message.code <= MA_ENVELOPE_HEADER_MISMATCH &&
           event->message.code >= MA_ENVELOPE_UNSUPPORTED_VERSION;
}

static mcpauth_status take_refusal(ma_crossing *crossing, ma_errand *errand,
    const ma_exchange_event *event, const ma_inbound *from, mcpauth_error *err)
{
    const lifting *own = crossing->own;
    if (!is_foreign(event) && !ma_askings_find(&own->askings, errand))
        return ma_crossing_pass_refusal(crossing, errand, event, from, err);
    mcpauth_status st = ma_inbound_failure(from, crossing->why);
    return fail_call(crossing, errand, st, crossing->why, err);
}

static mcpauth_status news_ended(
    ma_crossing *crossing, ma_errand *errand, mcpauth_error *err)
{
    lifting *own = crossing->own;
    bool again = false;
    ma_news_ended(&own->news, crossing, errand, &again);
    return again ? listen(crossing, err) : MCPAUTH_OK;
}

/* A server that knows no subscriptions is not asked again and again. */
static bool is_unknown_there(const ma_exchange_event *event)
{
    return event->kind == MA_EXCHANGE_ERROR &&
           event->message.code == MA_ENVELOPE_METHOD_NOT_FOUND;
}

static mcpauth_status take_final(ma_crossing *crossing, ma_errand *errand,
    const ma_exchange_event *event, const ma_inbound *from, mcpauth_error *err)
{
    lifting *own = crossing->own;
    bool answered = event->kind == MA_EXCHANGE_RESPONSE;
    if (errand == own->probe)
        return answered ? discovered(crossing, &event->message, err)
                        : probe_refused(crossing, event, from, err);
    if (ma_news_owns(&own->news, errand)) {
        own->listens = own->listens && !is_unknown_there(event);
        return news_ended(crossing, errand, err);
    }
    if (errand == own->stateless.listing)
        return ma_stateless_listed(
            &own->stateless, crossing, answered ? &event->message : NULL, err);
    if (ma_stateless_is_stale(errand, event) &&
        (!errand->ours || ma_askings_find(&own->askings, errand)))
        return ma_stateless_refresh(
            &own->stateless, crossing, errand, ma_buf_span(&own->meta), err);
    if (answered)
        return take_result(crossing, errand, event, err);
    if (event->kind == MA_EXCHANGE_ACCEPTED) {
        ma_crossing_finish(crossing, errand);
        return MCPAUTH_OK;
    }
    return take_refusal(crossing, errand, event, from, err);
}

static mcpauth_status came(ma_crossing *crossing, ma_errand *errand,
    const ma_exchange_event *event, const ma_inbound *from, mcpauth_error *err)
{
    lifting *own = crossing->own;
    if (event->kind >= MA_EXCHANGE_RESPONSE)
        return take_final(crossing, errand, event, from, err);
    if (ma_news_owns(&own->news, errand))
        return ma_news_came(&own->news, crossing, errand, &event->message, err);
    bool hidden = errand->ours && !ma_askings_find(&own->askings, errand);
    return hidden ? MCPAUTH_OK
                  : ma_crossing_say(crossing, event->message.text, err);
}

static mcpauth_status failed(ma_crossing *crossing, ma_errand *errand,
    mcpauth_status status, const mcpauth_error *why, mcpauth_error *err)
{
    lifting *own = crossing->own;
    if (errand == own->probe) {
        ma_crossing_finish(crossing, ma_move(&own->probe));
        return opening_failed(crossing, status, why, err);
    }
    if (ma_news_owns(&own->news, errand))
        return news_ended(crossing, errand, err);
    if (errand == own->stateless.listing)
        return ma_stateless_listed(&own->stateless, crossing, NULL, err);
    return fail_call(crossing, errand, status, why, err);
}

static mcpauth_status end(ma_crossing *crossing, mcpauth_error *err)
{
    lifting *own = crossing->own;
    (void)err;
    if (!own)
        return MCPAUTH_OK;
    own->opening = NULL;
    if (own->probe)
        ma_crossing_finish(crossing, ma_move(&own->probe));
    end_askings(crossing);
    ma_news_done(&own->news, crossing);
    ma_stateless_stop(&own->stateless, crossing);
    return MCPAUTH_OK;
}

const ma_pair ma_pair_lifting = {
    .name = "lifting",
    .heard = heard,
    .came = came,
    .failed = failed,
    .end = end,
    .done = done,
};
