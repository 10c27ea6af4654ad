/* sessions.c - a host and a server that both have sessions: everything passes
 * as it is (T-190 to T-193).
 *
 * What the host does not see: a session that is lost is opened again, and what
 * it was told that holds is told to the next one (T-053, T-054); and a server
 * of 2024-11-05 answers on a stream that is opened for it (T-170 to T-172). */
#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"
#include "bridge/pair.h"
#include "mcp/httpsse.h"
#include "mcp/legacy.h"
#include "mcp/refusal.h"

typedef enum {
    CLOSED,     /* the host has not begun */
    FINDING,    /* the stream that says where to POST (T-170) */
    OPENING,    /* initialize is on its way */
    AGREED,     /* and answered */
    CONFIRMING, /* notifications/initialized is on its way */
    OPEN
} stage;

typedef struct {
    stage stage;
    ma_errand *opening; /* initialize, while it is not answered */
    ma_errand *stream;  /* of what the server says unasked; NULL: none */
    ma_buf hello;       /* the params of initialize */
    char *version;      /* as it was agreed on first; NULL: not yet */
    bool reopens;       /* the opening under way is ours */
    ma_standing *standing;
    ma_pair_refusal refusal; /* why Streamable HTTP was given up */
} sessions;

static mcpauth_status begin(ma_crossing *crossing, mcpauth_error *err)
{
    sessions *own = ma_calloc(1, sizeof *own);
    if (!own)
        return ma_error_nomem(err);
    crossing->own = own;
    own->hello = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    own->standing = ma_standing_new();
    return own->standing ? MCPAUTH_OK : ma_error_nomem(err);
}

static void done(ma_crossing *crossing)
{
    sessions *own = crossing->own;
    if (!own)
        return;
    if (own->stream)
        ma_crossing_finish(crossing, own->stream);
    if (own->opening && own->opening->ours)
        ma_crossing_finish(crossing, own->opening);
    ma_buf_done(&own->hello);
    ma_standing_free(own->standing);
    mcpauth_error_free(own->refusal.why);
    ma_free(own->version);
    ma_free(own);
}

/* --- opening ------------------------------------------------------------- */

static mcpauth_status speak(
    ma_crossing *crossing, const ma_era *era, mcpauth_error *err)
{
    const ma_crossing_options *given = &crossing->options;
    const ma_session_options options = {
        .server = given->server,
        .client_name = given->client_name,
        .client_version = given->client_version,
    };
    return ma_upstream_speak(&crossing->upstream, era, &options, err);
}

/* The server does not know it yet, or not any more. */
static bool is_held(const ma_errand *call)
{
    return !call->sent && !call->accepted;
}

/* initialize, of the host or once more of ours. */
static mcpauth_status send_opening(ma_crossing *crossing, mcpauth_error *err)
{
    sessions *own = crossing->own;
    own->stage = OPENING;
    mcpauth_status st = MCPAUTH_OK;
    if (!own->opening)
        st = ma_crossing_ask(crossing, MA_EXCHANGE_FOR_REQUEST, "initialize",
            ma_buf_span(&own->hello), &own->opening, err);
    return st || !is_held(own->opening)
               ? st
               : ma_crossing_send(crossing, own->opening, err);
}

static mcpauth_status open_stream(ma_crossing *crossing, mcpauth_error *err)
{
    sessions *own = crossing->own;
    if (own->stream)
        return MCPAUTH_OK;
    mcpauth_status st =
        ma_crossing_open(crossing, MA_EXCHANGE_FOR_STREAM, &own->stream, err);
    return st ? st : ma_crossing_send(crossing, own->stream, err);
}

/* Where the server names the place to POST, that comes first. */
static mcpauth_status start_opening(ma_crossing *crossing, mcpauth_error *err)
{
    sessions *own = crossing->own;
    if (!crossing->upstream.era->streamed)
        return send_opening(crossing, err);
    own->stage = FINDING;
    return open_stream(crossing, err);
}

static mcpauth_status fail_accepted(ma_crossing *crossing,
    mcpauth_status status, const mcpauth_error *why, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    for (ma_errand *at; !st && (at = ma_calls_accepted(&crossing->calls));)
        st = ma_crossing_fail(crossing, at, status, why, err);
    return st;
}

/* What it was to bring does not come any more.  Not to be called for what it
 * brings. */
static mcpauth_status leave_stream(ma_crossing *crossing, mcpauth_error *err)
{
    sessions *own = crossing->own;
    if (!own->stream)
        return MCPAUTH_OK;
    ma_crossing_finish(crossing, ma_move(&own->stream));
    mcpauth_status st = ma_error_set(crossing->why, MCPAUTH_E_NETWORK,
        "the session ended before the MCP server answered on its stream");
    return fail_accepted(crossing, st, crossing->why, err);
}

static mcpauth_status reopen(ma_crossing *crossing, mcpauth_error *err)
{
    sessions *own = crossing->own;
    ma_crossing_log(crossing, 1, "session",
        "the server has lost the session; opening another one");
    ma_upstream_reset(&crossing->upstream);
    own->reopens = true;
    mcpauth_status st = leave_stream(crossing, err);
    return st ? st : start_opening(crossing, err);
}

/* T-054 */
static mcpauth_status tell_standing(ma_crossing *crossing, mcpauth_error *err)
{
    const sessions *own = crossing->own;
    mcpauth_status st = MCPAUTH_OK;
    const char *method = NULL;
    ma_span params;
    for (size_t i = 0;
         !st && ma_standing_at(own->standing, i, &method, &params); i++) {
        ma_errand *errand = NULL;
        st = ma_crossing_ask(
            crossing, MA_EXCHANGE_FOR_REQUEST, method, params, &errand, err);
        if (!st)
            st = ma_crossing_send(crossing, errand, err);
    }
    return st;
}

static mcpauth_status send_held(ma_crossing *crossing, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    for (ma_errand *at; !st && (at = ma_errands_take(&crossing->held));)
        st = ma_crossing_send(crossing, at, err);
    return st;
}

/* T-191: the server knows that we are ready before anything else is said. */
static mcpauth_status opened(ma_crossing *crossing, mcpauth_error *err)
{
    sessions *own = crossing->own;
    mcpauth_status st = MCPAUTH_OK;
    own->stage = OPEN;
    if (own->reopens)
        st = tell_standing(crossing, err);
    own->reopens = false;
    if (!st)
        st = send_held(crossing, err);
    return st ? st : open_stream(crossing, err);
}

/* --- the answer to initialize ------------------------------------------- */

/* The host was told one version and cannot be told another (T-190). */
static mcpauth_status keep_version(ma_crossing *crossing, mcpauth_error *err)
{
    sessions *own = crossing->own;
    const char *version = crossing->upstream.peer.version;
    if (own->reopens && !ma_span_is(ma_span_of(version), own->version))
        return ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
            "the MCP server spoke %s, and after it lost the session speaks %s; "
            "restart the host to go on",
            own->version, version);
    char *copy = ma_strdup(version);
    if (!copy)
        return ma_error_nomem(err);
    ma_free(own->version);
    own->version = copy;
    return MCPAUTH_OK;
}

static mcpauth_status confirm(ma_crossing *crossing, mcpauth_error *err)
{
    sessions *own = crossing->own;
    ma_errand *errand = NULL;
    own->stage = CONFIRMING;
    crossing->initialized = false;
    mcpauth_status st = ma_crossing_ask(crossing, MA_EXCHANGE_FOR_NOTICE,
        "notifications/initialized", ma_span_make(NULL, 0), &errand, err);
    return st ? st : ma_crossing_send(crossing, errand, err);
}

/* What waited for a session that will not be there; a later request tries
 * again. */
static mcpauth_status give_up(ma_crossing *crossing, mcpauth_status status,
    const mcpauth_error *why, mcpauth_error *err)
{
    sessions *own = crossing->own;
    mcpauth_status st = MCPAUTH_OK;
    own->stage = CLOSED;
    for (ma_errand *at; !st && (at = ma_errands_take(&crossing->held));)
        st = ma_crossing_fail(crossing, at, status, why, err);
    return st;
}

static mcpauth_status opening_failed(ma_crossing *crossing, ma_errand *errand,
    mcpauth_status status, const mcpauth_error *why, mcpauth_error *err)
{
    sessions *own = crossing->own;
    own->opening = NULL;
    mcpauth_status st = give_up(crossing, status, why, err);
    return st ? st : ma_crossing_fail(crossing, errand, status, why, err);
}

static bool is_confirming(const ma_crossing *crossing, const ma_errand *errand)
{
    const sessions *own = crossing->own;
    return own->stage == CONFIRMING &&
           ma_errand_is(errand, "notifications/initialized");
}

/* No session is open before the server has heard that we are ready. */
static mcpauth_status errand_failed(ma_crossing *crossing, ma_errand *errand,
    mcpauth_status status, const mcpauth_error *why, mcpauth_error *err)
{
    bool confirms = is_confirming(crossing, errand);
    mcpauth_status st = ma_crossing_fail(crossing, errand, status, why, err);
    return st || !confirms ? st : give_up(crossing, status, why, err);
}

static mcpauth_status take_opening(ma_crossing *crossing, ma_errand *errand,
    const ma_envelope *message, const ma_secret *session_id, mcpauth_error *err)
{
    sessions *own = crossing->own;
    mcpauth_error *why = crossing->why;
    mcpauth_status st = ma_upstream_agree(
        &crossing->upstream, message->result, session_id, why);
    if (!st)
        st = keep_version(crossing, why);
    if (st)
        return opening_failed(crossing, errand, st, why, err);
    own->opening = NULL;
    own->stage = AGREED;
    bool ours = errand->ours;
    st = ours ? MCPAUTH_OK : ma_crossing_say(crossing, message->text, err);
    ma_crossing_finish(crossing, errand);
    bool confirms = ours || crossing->initialized;
    return st || !confirms ? st : confirm(crossing, err);
}

/* --- what the server refuses --------------------------------------------- */

/* What it said to that is what the host is told, should it be none. */
static mcpauth_status try_era(ma_crossing *crossing, const ma_era *era,
    ma_errand *errand, mcpauth_error *err)
{
    sessions *own = crossing->own;
    mcpauth_status st = leave_stream(crossing, err);
    if (!st)
        st = speak(crossing, era, err);
    if (st)
        return st;
    ma_buf_clear(&own->hello);
    ma_buf_add_span(&own->hello, ma_errand_params(errand));
    own->opening = errand;
    own->reopens = false;
    return start_opening(crossing, err);
}

/* T-170: after Streamable HTTP of any era comes that of before. */
mcpauth_status ma_sessions_adopt(ma_crossing *crossing, ma_errand *initialize,
    ma_pair_refusal *refusal, mcpauth_error *err)
{
    ma_crossing_change(crossing, &ma_pair_sessions);
    mcpauth_status st = begin(crossing, err);
    if (st)
        return st;
    sessions *own = crossing->own;
    own->refusal = *refusal;
    *refusal = (ma_pair_refusal){0};
    const ma_era *era = own->refusal.status ? &ma_httpsse_era : &ma_legacy_era;
    return try_era(crossing, era, initialize, err);
}

/* It may be a server without sessions, or one of before Streamable HTTP. */
static mcpauth_status try_other(ma_crossing *crossing, ma_errand *errand,
    const ma_inbound *from, mcpauth_error *err)
{
    sessions *own = crossing->own;
    ma_pair_refusal refusal = {.why = mcpauth_error_new()};
    if (!refusal.why)
        return ma_error_nomem(err);
    refusal.status = ma_inbound_failure(from, refusal.why);
    own->opening = NULL;
    mcpauth_status st = ma_lifting_adopt(crossing, errand, &refusal, err);
    mcpauth_error_free(refusal.why);
    return st;
}

static mcpauth_status opening_refused(ma_crossing *crossing, ma_errand *errand,
    const ma_exchange_event *event, const ma_inbound *from, mcpauth_error *err)
{
    sessions *own = crossing->own;
    const ma_upstream *upstream = &crossing->upstream;
    ma_era_verdict verdict =
        upstream->era->judge_refusal(upstream->state, event);
    bool other = verdict == MA_ERA_OLDER || verdict == MA_ERA_NEWER ||
                 event->message.code == MA_ENVELOPE_METHOD_NOT_FOUND;
    if (other && upstream->era == &ma_legacy_era && !own->reopens &&
        !errand->ours && !crossing->options.protocol_version)
        return try_other(crossing, errand, from, err);
    own->opening = NULL;
    mcpauth_status why = ma_inbound_failure(from, crossing->why);
    mcpauth_status st = give_up(crossing, why, crossing->why, err);
    return st ? st
              : ma_crossing_pass_refusal(crossing, errand, event, from, err);
}

/* --- from the host ------------------------------------------------------- */

/* The server is known, or said, to have no sessions (T-074). */
static bool is_expected_without(const ma_crossing *crossing)
{
    const ma_crossing_options *given = &crossing->options;
    const ma_revision *revision =
        ma_revision_named(given->protocol_version ? given->protocol_version
                                                  : given->known_version);
    return revision && revision->stateless;
}

static mcpauth_status heard_initialize(
    ma_crossing *crossing, const ma_envelope *message, mcpauth_error *err)
{
    sessions *own = crossing->own;
    ma_errand *errand = NULL;
    if (own->opening)
        return ma_crossing_refuse(crossing, message->id,
            MA_ENVELOPE_INVALID_REQUEST, "initialize is under way already",
            err);
    mcpauth_status st = ma_crossing_take(crossing, message, &errand, err);
    if (st || !errand)
        return st;
    ma_pair_refusal none = {0};
    return is_expected_without(crossing)
               ? ma_lifting_adopt(crossing, errand, &none, err)
               : try_era(crossing, &ma_legacy_era, errand, err);
}

/* Marks the call that it names; true: it was never sent, and all is done. */
static bool take_back(ma_crossing *crossing, const ma_envelope *message)
{
    sessions *own = crossing->own;
    ma_errand *call = ma_calls_find(
        &crossing->calls, ma_value_member(message->params, "requestId"));
    if (!call || call == own->opening)
        return false;
    call->cancelled = true;
    bool held = is_held(call);
    if (held) {
        ma_errands_drop(&crossing->held, call);
        ma_crossing_finish(crossing, call);
    }
    return held;
}

/* There is no session; of what the host says, a request is worth one. */
static mcpauth_status pass_without(
    ma_crossing *crossing, ma_errand *errand, mcpauth_error *err)
{
    const sessions *own = crossing->own;
    bool closed = own->stage == CLOSED;
    if (closed && errand->purpose != MA_EXCHANGE_FOR_REQUEST) {
        ma_crossing_finish(crossing, errand);
        return MCPAUTH_OK;
    }
    ma_errands_put(&crossing->held, errand);
    return closed && own->hello.len ? reopen(crossing, err) : MCPAUTH_OK;
}

static mcpauth_status pass_on(
    ma_crossing *crossing, const ma_envelope *message, mcpauth_error *err)
{
    sessions *own = crossing->own;
    ma_errand *errand = NULL;
    mcpauth_status st = ma_crossing_take(crossing, message, &errand, err);
    if (st || !errand)
        return st;
    if (ma_errand_is(errand, "notifications/initialized"))
        own->stage = CONFIRMING;
    else if (own->stage != OPEN && own->stage != AGREED)
        return pass_without(crossing, errand, err);
    return ma_crossing_send(crossing, errand, err);
}

/* Nobody can say anything before initialize (T-010). */
static mcpauth_status heard_too_early(
    ma_crossing *crossing, const ma_envelope *message, mcpauth_error *err)
{
    if (message->kind != MA_ENVELOPE_REQUEST)
        return MCPAUTH_OK;
    return ma_crossing_refuse(crossing, message->id,
        MA_ENVELOPE_INVALID_REQUEST, "initialize comes first", err);
}

static mcpauth_status heard(
    ma_crossing *crossing, const ma_envelope *message, mcpauth_error *err)
{
    mcpauth_status st = crossing->own ? MCPAUTH_OK : begin(crossing, err);
    if (st)
        return st;
    const sessions *own = crossing->own;
    if (ma_envelope_is(message, "initialize"))
        return heard_initialize(crossing, message, err);
    if (ma_envelope_is(message, "ping") && own->stage < AGREED &&
        message->kind == MA_ENVELOPE_REQUEST)
        return ma_crossing_answer(crossing, message->id, ma_span_of("{}"), err);
    if (!own->hello.len)
        return heard_too_early(crossing, message, err);
    if (ma_envelope_is(message, "notifications/initialized") &&
        own->stage < AGREED) {
        crossing->initialized = true;
        return MCPAUTH_OK;
    }
    if (ma_envelope_is(message, "notifications/cancelled") &&
        take_back(crossing, message))
        return MCPAUTH_OK;
    return pass_on(crossing, message, err);
}

/* --- from the server ----------------------------------------------------- */

/* A result, wherever it came. */
static mcpauth_status take_result(ma_crossing *crossing, ma_errand *errand,
    const ma_exchange_event *event, mcpauth_error *err)
{
    const sessions *own = crossing->own;
    if (!errand->ours)
        ma_standing_note(
            own->standing, errand->method, ma_errand_params(errand));
    return ma_crossing_pass_result(crossing, errand, event, err);
}

/* An error that came elsewhere: of the request, not of the stream. */
static mcpauth_status take_error(ma_crossing *crossing, ma_errand *errand,
    const ma_envelope *message, mcpauth_error *err)
{
    sessions *own = crossing->own;
    mcpauth_status why = ma_refusal_of_message(message, 0, crossing->why);
    mcpauth_status st = MCPAUTH_OK;
    if (errand == own->opening) {
        own->opening = NULL;
        st = give_up(crossing, why, crossing->why, err);
    }
    if (st || errand->ours || errand->cancelled)
        return st ? st
                  : ma_crossing_fail(crossing, errand, why, crossing->why, err);
    st = ma_crossing_say(crossing, message->text, err);
    ma_crossing_finish(crossing, errand);
    return st;
}

/* T-171: what answers a request on the stream. */
static mcpauth_status take_elsewhere(
    ma_crossing *crossing, const ma_exchange_event *event, mcpauth_error *err)
{
    sessions *own = crossing->own;
    const ma_envelope *message = &event->message;
    ma_errand *errand = ma_calls_find(&crossing->calls, message->id);
    if (!errand && own->opening &&
        ma_envelope_same_id(message->id, ma_span_of(own->opening->id)))
        errand = own->opening;
    if (!errand || !message->id.at || is_held(errand))
        return MCPAUTH_OK; /* T-004 */
    if (message->kind == MA_ENVELOPE_ERROR)
        return take_error(crossing, errand, message, err);
    if (ma_errand_is(errand, "initialize"))
        return take_opening(crossing, errand, message, NULL, err);
    return take_result(crossing, errand, event, err);
}

static mcpauth_status take_endpoint(
    ma_crossing *crossing, const ma_exchange_event *event, mcpauth_error *err)
{
    const sessions *own = crossing->own;
    const ma_upstream *upstream = &crossing->upstream;
    if (own->stage != FINDING)
        return MCPAUTH_OK;
    mcpauth_status st = upstream->era->set_endpoint(
        upstream->state, event->message.text, crossing->why);
    if (st)
        return opening_failed(crossing, own->opening, st, crossing->why, err);
    return send_opening(crossing, err);
}

static mcpauth_status stream_ended(ma_crossing *crossing, mcpauth_status status,
    const mcpauth_error *why, mcpauth_error *err);

/* T-053: once for each message.  That we are ready is said by the opening
 * itself. */
static mcpauth_status lost(
    ma_crossing *crossing, ma_errand *errand, mcpauth_error *err)
{
    sessions *own = crossing->own;
    if (errand->again || errand == own->opening || errand->ours) {
        mcpauth_status st = ma_error_set(crossing->why, MCPAUTH_E_HTTP,
            "the MCP server does not know a session that it has just opened");
        if (ma_errand_is(errand, "initialize"))
            return opening_failed(crossing, errand, st, crossing->why, err);
        return errand_failed(crossing, errand, st, crossing->why, err);
    }
    errand->again = true;
    if (is_confirming(crossing, errand)) {
        ma_crossing_finish(crossing, errand);
        return reopen(crossing, err);
    }
    bool known = errand->session == crossing->upstream.session;
    if (!known && own->stage == OPEN)
        return ma_crossing_send(crossing, errand, err);
    ma_errands_put(&crossing->held, errand);
    return known || own->stage == CLOSED ? reopen(crossing, err) : MCPAUTH_OK;
}

static mcpauth_status accepted(
    ma_crossing *crossing, ma_errand *errand, mcpauth_error *err)
{
    bool opens = ma_errand_is(errand, "notifications/initialized");
    if (errand->purpose == MA_EXCHANGE_FOR_REQUEST) {
        errand->accepted = true;
        return MCPAUTH_OK;
    }
    ma_crossing_finish(crossing, errand);
    return opens ? opened(crossing, err) : MCPAUTH_OK;
}

static mcpauth_status refused(ma_crossing *crossing, ma_errand *errand,
    const ma_exchange_event *event, const ma_inbound *from, mcpauth_error *err)
{
    if (!is_confirming(crossing, errand))
        return ma_crossing_pass_refusal(crossing, errand, event, from, err);
    mcpauth_status st = ma_inbound_failure(from, crossing->why);
    return errand_failed(crossing, errand, st, crossing->why, err);
}

static mcpauth_status take_final(ma_crossing *crossing, ma_errand *errand,
    const ma_exchange_event *event, const ma_inbound *from, mcpauth_error *err)
{
    bool opening = ma_errand_is(errand, "initialize");
    switch (event->kind) {
    case MA_EXCHANGE_RESPONSE:
        return opening ? take_opening(crossing, errand, &event->message,
                             ma_inbound_session_id(from), err)
                       : take_result(crossing, errand, event, err);
    case MA_EXCHANGE_ACCEPTED:
        return accepted(crossing, errand, err);
    case MA_EXCHANGE_SESSION_LOST:
        return lost(crossing, errand, err);
    default:
        return opening ? opening_refused(crossing, errand, event, from, err)
                       : refused(crossing, errand, event, from, err);
    }
}

static mcpauth_status came(ma_crossing *crossing, ma_errand *errand,
    const ma_exchange_event *event, const ma_inbound *from, mcpauth_error *err)
{
    const sessions *own = crossing->own;
    switch (event->kind) {
    case MA_EXCHANGE_NOTIFICATION:
    case MA_EXCHANGE_SERVER_REQUEST:
        return ma_crossing_say(crossing, event->message.text, err);
    case MA_EXCHANGE_OTHER:
        return take_elsewhere(crossing, event, err);
    case MA_EXCHANGE_ENDPOINT:
        return take_endpoint(crossing, event, err);
    default:
        break;
    }
    if (errand != own->stream)
        return take_final(crossing, errand, event, from, err);
    mcpauth_status st = ma_inbound_failure(from, crossing->why);
    return stream_ended(crossing, st, crossing->why, err);
}

/* --- what ends without an answer ----------------------------------------- */

/* Without its stream a server of 2024-11-05 can answer nothing (T-172); any
 * other only says no more unasked (T-193). */
static mcpauth_status stream_ended(ma_crossing *crossing, mcpauth_status status,
    const mcpauth_error *why, mcpauth_error *err)
{
    sessions *own = crossing->own;
    ma_crossing_finish(crossing, ma_move(&own->stream));
    ma_crossing_log(crossing, 1, "stream",
        "the server says nothing unasked: %s", mcpauth_error_message(why));
    if (!crossing->upstream.era->streamed)
        return MCPAUTH_OK;
    const ma_pair_refusal *refusal = &own->refusal;
    bool found = own->stage != FINDING || !refusal->status;
    mcpauth_status st = own->opening ? opening_failed(crossing, own->opening,
                                           found ? status : refusal->status,
                                           found ? why : refusal->why, err)
                                     : give_up(crossing, status, why, err);
    return st ? st : fail_accepted(crossing, status, why, err);
}

static mcpauth_status failed(ma_crossing *crossing, ma_errand *errand,
    mcpauth_status status, const mcpauth_error *why, mcpauth_error *err)
{
    const sessions *own = crossing->own;
    if (errand == own->stream)
        return stream_ended(crossing, status, why, err);
    if (errand == own->opening)
        return opening_failed(crossing, errand, status, why, err);
    return errand_failed(crossing, errand, status, why, err);
}

/* --- the end ------------------------------------------------------------- */

/* T-052 */
static mcpauth_status end(ma_crossing *crossing, mcpauth_error *err)
{
    sessions *own = crossing->own;
    ma_exchange_rules rules = {0};
    ma_errand *errand = NULL;
    if (!own || !crossing->upstream.era)
        return MCPAUTH_OK;
    if (own->opening && !own->opening->ours)
        own->opening = NULL;
    if (own->stream)
        ma_crossing_finish(crossing, ma_move(&own->stream));
    ma_upstream_set_rules(&crossing->upstream, &rules);
    if (!crossing->upstream.open || !rules.in_session)
        return MCPAUTH_OK;
    mcpauth_status st =
        ma_crossing_open(crossing, MA_EXCHANGE_FOR_CLOSE, &errand, err);
    return st ? st : ma_crossing_send(crossing, errand, err);
}

const ma_pair ma_pair_sessions = {
    .name = "sessions",
    .heard = heard,
    .came = came,
    .failed = failed,
    .end = end,
    .done = done,
};
