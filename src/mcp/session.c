/* session.c - the order of things: open, talk, lose, open again, close. */
#include "mcp/session.h"

#include <inttypes.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/json.h"
#include "mcp/httpsse.h"
#include "mcp/legacy.h"
#include "mcp/modern.h"

/* Newest first. */
static const ma_era *const eras[] = {
    &ma_modern_era, &ma_legacy_era, &ma_httpsse_era};

enum { ERAS = sizeof eras / sizeof *eras };

/* A stage is what the session waits for. */
typedef enum { WAIT_ENDPOINT, WAIT_OPENING, WAIT_OPENED, OPEN } stage;

/* What is known of one era at this server. */
struct seat {
    void *state;  /* NULL: not to be spoken */
    bool refused; /* in the opening under way */
};

struct ma_session {
    struct seat seats[ERAS];
    const ma_revision *pinned; /* NULL: whatever both speak */
    size_t first; /* where an opening begins: the era last agreed on */
    size_t at;
    stage stage;
    uint64_t last_id;    /* never goes back: ids are used once (T-001) */
    unsigned generation; /* counts the sessions that were forgotten */
    ma_exchange_rules rules;
    ma_buf greeting; /* the result of the opening, which server points into */
    ma_session_peer server;
    mcpauth_error *refusal; /* why the era before the present one was left */
    mcpauth_status refused_with;
};

static const ma_era *era_of(const ma_session *session)
{
    return eras[session->at];
}

static void *state_of(const ma_session *session)
{
    return session->seats[session->at].state;
}

/* --- life ---------------------------------------------------------------- */

static void enter(ma_session *session, size_t at)
{
    session->at = at;
    session->stage = era_of(session)->streamed ? WAIT_ENDPOINT : WAIT_OPENING;
    era_of(session)->reset(state_of(session));
}

void ma_session_free(ma_session *session)
{
    if (!session)
        return;
    for (size_t i = 0; i < ERAS; i++)
        eras[i]->free(session->seats[i].state);
    ma_buf_done(&session->greeting);
    mcpauth_error_free(session->refusal);
    ma_free(session);
}

/* Every era that may be spoken. */
static mcpauth_status fill_seats(
    ma_session *session, const ma_session_options *options, mcpauth_error *err)
{
    mcpauth_status st = ma_era_pinned(options, &session->pinned, err);
    for (size_t i = ERAS; !st && i-- > 0;) {
        if (session->pinned && !eras[i]->speaks(session->pinned))
            continue;
        st = eras[i]->new (options, &session->seats[i].state, err);
        session->first = i;
    }
    return st;
}

void ma_session_expect(ma_session *session, const char *known_version)
{
    const ma_revision *known = ma_revision_named(known_version);
    for (size_t i = ERAS; known && i-- > 0;)
        if (session->seats[i].state && eras[i]->speaks(known))
            session->first = i;
    if (session->last_id == 0)
        enter(session, session->first);
}

mcpauth_status ma_session_new(
    const ma_session_options *options, ma_session **out, mcpauth_error *err)
{
    MA_AUTO(ma_session) session = ma_calloc(1, sizeof *session);
    if (!session)
        return ma_error_nomem(err);
    session->refusal = mcpauth_error_new();
    if (!session->refusal)
        return ma_error_nomem(err);
    session->rules.message_max =
        options->message_max ? options->message_max : MA_SESSION_MESSAGE_MAX;
    for (size_t i = 0; i < MA_EXCHANGE_RETRY_CODES; i++)
        session->rules.retry_codes[i] = options->retry_codes[i];
    session->greeting = ma_buf_init(session->rules.message_max);
    mcpauth_status st = fill_seats(session, options, err);
    if (st)
        return st;
    enter(session, session->first);
    ma_session_expect(session, options->known_version);
    *out = ma_move(&session);
    return MCPAUTH_OK;
}

const ma_session_peer *ma_session_server(const ma_session *session)
{
    return &session->server;
}

bool ma_session_is_open(const ma_session *session)
{
    return session->stage == OPEN;
}

ma_session_channel ma_session_listens(const ma_session *session)
{
    return era_of(session)->channel;
}

/* --- making exchanges ---------------------------------------------------- */

static mcpauth_status finish_body(
    const ma_session *session, ma_exchange *exchange, mcpauth_error *err)
{
    ma_buf *body = ma_exchange_body_to(exchange);
    ma_span params = ma_exchange_params(exchange);
    mcpauth_status st = MCPAUTH_OK;
    if (!ma_exchange_method(exchange) || ma_exchange_resumes(exchange))
        return MCPAUTH_OK;
    if (ma_exchange_for(exchange) == MA_EXCHANGE_FOR_REQUEST)
        st =
            era_of(session)->write_params(state_of(session), params, body, err);
    else
        st = ma_era_write_plain_params(NULL, params, body, err);
    ma_buf_add_byte(body, '}');
    return st ? st : ma_buf_status(body, "the message", err);
}

mcpauth_status ma_session_renew(
    ma_session *session, ma_exchange *exchange, mcpauth_error *err)
{
    ma_exchange_rules rules = session->rules;
    era_of(session)->set_rules(state_of(session), &rules);
    mcpauth_status st = ma_exchange_prepare(
        exchange, ++session->last_id, session->generation, &rules, err);
    if (!st)
        st = finish_body(session, exchange, err);
    if (st)
        return st;
    const ma_session_call message = {ma_exchange_method(exchange),
        ma_exchange_params(exchange), ma_exchange_fields(exchange)};
    return era_of(session)->add_headers(
        state_of(session), &message, ma_exchange_headers(exchange), err);
}

/* T-043, T-054: what was due in a session that is gone will never come. */
mcpauth_status ma_session_resume(
    ma_session *session, ma_exchange *exchange, mcpauth_error *err)
{
    if (!ma_session_has(session, exchange))
        return ma_error_set(err, MCPAUTH_E_NETWORK,
            "the stream broke off, and its session has ended");
    mcpauth_status st = ma_exchange_resume(exchange, err);
    return st ? st : ma_session_renew(session, exchange, err);
}

/* content is moved out of the buf. */
static mcpauth_status make_exchange(ma_session *session,
    ma_exchange_purpose purpose, const char *method, ma_buf *content,
    const mcpauth_headers *fields, ma_exchange **out, mcpauth_error *err)
{
    MA_AUTO(ma_exchange) exchange = NULL;
    mcpauth_status st =
        ma_exchange_new(purpose, method, content, fields, &exchange, err);
    if (!st)
        st = ma_session_renew(session, exchange, err);
    if (st)
        return st;
    *out = ma_move(&exchange);
    return MCPAUTH_OK;
}

static mcpauth_status write_call(ma_session *session,
    ma_exchange_purpose purpose, const ma_session_call *call, ma_exchange **out,
    mcpauth_error *err)
{
    MA_SCOPED(ma_buf) params = ma_buf_init(session->rules.message_max);
    ma_buf_add_span(&params, call->params);
    return make_exchange(
        session, purpose, call->method, &params, call->fields, out, err);
}

/* Trims *object to itself, once it is known to be one. */
static mcpauth_status check_object(
    ma_span *object, const char *what, mcpauth_error *err)
{
    if (!object->at)
        return MCPAUTH_OK;
    if (!ma_value_parse(*object, object, NULL) && ma_value_is_object(*object))
        return MCPAUTH_OK;
    return ma_error_set(
        err, MCPAUTH_E_USAGE, "the %s are not a JSON object", what);
}

static mcpauth_status write_checked_call(ma_session *session,
    ma_exchange_purpose purpose, const ma_session_call *call, ma_exchange **out,
    mcpauth_error *err)
{
    ma_session_call checked = *call;
    mcpauth_status st = check_object(&checked.params, "params", err);
    if (st)
        return ma_error_in(err, st, "%s", call->method);
    if (session->stage != OPEN)
        return ma_error_set(
            err, MCPAUTH_E_STATE, "%s: the session is not open", call->method);
    return write_call(session, purpose, &checked, out, err);
}

mcpauth_status ma_session_write_request(ma_session *session,
    const ma_session_call *call, ma_exchange **out_exchange, mcpauth_error *err)
{
    return write_checked_call(
        session, MA_EXCHANGE_FOR_REQUEST, call, out_exchange, err);
}

mcpauth_status ma_session_write_notification(ma_session *session,
    const ma_session_call *call, ma_exchange **out_exchange, mcpauth_error *err)
{
    return write_checked_call(
        session, MA_EXCHANGE_FOR_NOTICE, call, out_exchange, err);
}

mcpauth_status ma_session_write_cancelled(ma_session *session,
    const ma_exchange *request, ma_exchange **out_exchange, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) params = ma_buf_init(1024);
    bool known = session->stage == OPEN && ma_session_has(session, request);
    *out_exchange = NULL;
    if (!known || !era_of(session)->cancel_is_said)
        return MCPAUTH_OK;
    ma_buf_add_text(&params, "{\"requestId\":");
    ma_buf_add_span(&params, ma_exchange_id(request));
    ma_buf_add_byte(&params, '}');
    const ma_session_call call = {
        "notifications/cancelled", ma_buf_span(&params), NULL};
    return write_call(
        session, MA_EXCHANGE_FOR_NOTICE, &call, out_exchange, err);
}

static mcpauth_status write_bare(ma_session *session,
    ma_exchange_purpose purpose, ma_exchange **out, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) nothing = ma_buf_init(0);
    return make_exchange(session, purpose, NULL, &nothing, NULL, out, err);
}

mcpauth_status ma_session_write_stream(
    ma_session *session, ma_exchange **out_exchange, mcpauth_error *err)
{
    return write_bare(session, MA_EXCHANGE_FOR_STREAM, out_exchange, err);
}

/* --- answering the server ------------------------------------------------ */

/* content: what follows `"jsonrpc":"2.0"`. */
static mcpauth_status write_answer(ma_session *session, ma_buf *content,
    ma_exchange **out_exchange, mcpauth_error *err)
{
    return make_exchange(session, MA_EXCHANGE_FOR_NOTICE, NULL, content, NULL,
        out_exchange, err);
}

static void begin_answer(ma_buf *content, ma_span id)
{
    ma_buf_add_text(content, ",\"id\":");
    ma_buf_add_span(content, id);
}

mcpauth_status ma_session_write_result(ma_session *session, ma_span id,
    ma_span result, ma_exchange **out_exchange, mcpauth_error *err)
{
    mcpauth_status st = check_object(&result, "members of a result", err);
    if (st)
        return st;
    MA_SCOPED(ma_buf) content = ma_buf_init(session->rules.message_max);
    begin_answer(&content, id);
    ma_buf_add_text(&content, ",\"result\":");
    ma_buf_add_span(&content, result.at ? result : ma_span_of("{}"));
    ma_buf_add_byte(&content, '}');
    return write_answer(session, &content, out_exchange, err);
}

mcpauth_status ma_session_write_error(ma_session *session, ma_span id,
    int64_t code, const char *message, ma_exchange **out_exchange,
    mcpauth_error *err)
{
    MA_SCOPED(ma_buf) content = ma_buf_init(session->rules.message_max);
    begin_answer(&content, id);
    ma_buf_addf(
        &content, ",\"error\":{\"code\":%" PRId64 ",\"message\":", code);
    ma_json_write_string(&content, ma_span_of(message));
    ma_buf_add_text(&content, "}}");
    return write_answer(session, &content, out_exchange, err);
}

mcpauth_status ma_session_write_default(ma_session *session,
    const ma_envelope *request, ma_exchange **out_exchange, mcpauth_error *err)
{
    if (ma_envelope_is(request, "ping"))
        return ma_session_write_result(
            session, request->id, ma_span_make(NULL, 0), out_exchange, err);
    return ma_session_write_error(session, request->id,
        MA_ENVELOPE_METHOD_NOT_FOUND, "Method not found", out_exchange, err);
}

/* --- opening ------------------------------------------------------------- */

/* The era at hand is the one to begin with from now on (T-074). */
static mcpauth_status take_seat(ma_session *session)
{
    session->stage = OPEN;
    session->first = session->at;
    return MCPAUTH_OK;
}

mcpauth_status ma_session_open_next(
    ma_session *session, ma_exchange **out_exchange, mcpauth_error *err)
{
    const ma_era *era = era_of(session);
    const ma_session_call opened = {era->opened, {NULL, 0}, NULL};
    if (session->stage == WAIT_ENDPOINT)
        return write_bare(session, MA_EXCHANGE_FOR_STREAM, out_exchange, err);
    if (session->stage == WAIT_OPENED && era->opened)
        return write_call(
            session, MA_EXCHANGE_FOR_NOTICE, &opened, out_exchange, err);
    if (session->stage != WAIT_OPENING) {
        *out_exchange = NULL;
        return take_seat(session);
    }
    MA_SCOPED(ma_buf) params = ma_buf_init(session->rules.message_max);
    era->write_opening(state_of(session), &params);
    mcpauth_status st = ma_buf_status(&params, "the first message", err);
    if (st)
        return st;
    const ma_session_call opening = {era->opening, ma_buf_span(&params), NULL};
    return write_call(
        session, MA_EXCHANGE_FOR_REQUEST, &opening, out_exchange, err);
}

/* The nearest era on that side that has not refused yet; ERAS: none. */
static size_t find_seat(const ma_session *session, ma_era_verdict side)
{
    size_t at = session->at;
    if (side == MA_ERA_NEWER) {
        while (at-- > 0)
            if (session->seats[at].state && !session->seats[at].refused)
                return at;
        return ERAS;
    }
    while (++at < ERAS)
        if (session->seats[at].state && !session->seats[at].refused)
            return at;
    return ERAS;
}

/* The server has no part in it. */
static bool is_ours(mcpauth_status status)
{
    return status == MCPAUTH_E_NOMEM || status == MCPAUTH_E_CANCELLED;
}

/* The opening is over: the next begins where this one did. */
static mcpauth_status give_up(
    ma_session *session, mcpauth_status status, mcpauth_error *err)
{
    /* T-170: that nothing older is there either says less than the refusal
     * that made us look. */
    if (session->stage == WAIT_ENDPOINT && session->refused_with &&
        !is_ours(status)) {
        ma_error_copy(err, session->refusal);
        status = session->refused_with;
    }
    ma_session_reset(session);
    return status;
}

/* T-076: what was refused may be all that is allowed.  A server that listed
 * what it speaks is told of already. */
static mcpauth_status blame_pin(
    const ma_session *session, mcpauth_status status, mcpauth_error *err)
{
    bool refused = status == MCPAUTH_E_HTTP || status == MCPAUTH_E_PROTOCOL ||
                   status == MCPAUTH_E_RPC;
    if (!session->pinned || !refused)
        return status;
    ma_error_hint(err, "leave the protocol version open, so that it can be "
                       "negotiated");
    return ma_error_in(err, MCPAUTH_E_UNSUPPORTED,
        "the MCP server does not seem to speak protocol version %s, and no "
        "other was allowed",
        session->pinned->name);
}

/* The present era is not spoken here; status and err say how that showed. */
static mcpauth_status leave_era(ma_session *session, ma_era_verdict side,
    mcpauth_status status, mcpauth_error *err)
{
    session->seats[session->at].refused = true;
    size_t next = find_seat(session, side);
    /* What was not asked because something else was known is asked now. */
    if (next == ERAS)
        next = find_seat(session, MA_ERA_NEWER);
    if (next == ERAS)
        return give_up(session, blame_pin(session, status, err), err);
    if (!era_of(session)->streamed) {
        ma_error_copy(session->refusal, err);
        session->refused_with = status;
    }
    mcpauth_error_clear(err);
    enter(session, next);
    return MCPAUTH_OK;
}

static mcpauth_status got_greeting(ma_session *session,
    const ma_exchange *exchange, ma_span result, mcpauth_error *err)
{
    ma_session_peer server = {.version = NULL};
    ma_buf_clear(&session->greeting);
    ma_buf_add_span(&session->greeting, result);
    mcpauth_status st =
        ma_buf_status(&session->greeting, "the server's greeting", err);
    if (!st)
        st = era_of(session)->read_opening(state_of(session),
            ma_buf_span(&session->greeting), ma_exchange_session_id(exchange),
            &server, err);
    if (st)
        return give_up(session, st, err);
    if (!server.version)
        return leave_era(session, MA_ERA_OLDER,
            ma_error_set(err, MCPAUTH_E_PROTOCOL,
                "the MCP server does not say which protocol versions it "
                "speaks"),
            err);
    session->server = server;
    session->stage = WAIT_OPENED;
    return MCPAUTH_OK;
}

/* What the server said, or, when it listed what it speaks, both sides. */
static mcpauth_status explain_refusal(const ma_session *session,
    const ma_exchange *exchange, const ma_exchange_event *event,
    mcpauth_error *err)
{
    bool unsupported = event->kind == MA_EXCHANGE_ERROR &&
                       event->message.code == MA_ENVELOPE_UNSUPPORTED_VERSION;
    ma_span theirs = ma_value_member(event->message.data, "supported");
    mcpauth_status st = ma_exchange_failure(exchange, err);
    return unsupported && ma_value_is_array(theirs)
               ? ma_revision_refuse(theirs, session->pinned, err)
               : st;
}

static mcpauth_status got_refusal(ma_session *session,
    const ma_exchange *exchange, const ma_exchange_event *event,
    mcpauth_error *err)
{
    ma_era_verdict verdict =
        era_of(session)->judge_refusal(state_of(session), event);
    if (verdict == MA_ERA_AGAIN)
        return MCPAUTH_OK;
    mcpauth_status st = explain_refusal(session, exchange, event, err);
    return verdict == MA_ERA_FAILED ? give_up(session, st, err)
                                    : leave_era(session, verdict, st, err);
}

static mcpauth_status got_endpoint(
    ma_session *session, ma_span endpoint, mcpauth_error *err)
{
    mcpauth_status st =
        era_of(session)->set_endpoint(state_of(session), endpoint, err);
    if (st) {
        ma_session_reset(session);
        return st;
    }
    session->stage = WAIT_OPENING;
    return MCPAUTH_OK;
}

mcpauth_status ma_session_open_got(ma_session *session,
    const ma_exchange *exchange, const ma_exchange_event *event,
    mcpauth_error *err)
{
    bool refused =
        event->kind == MA_EXCHANGE_ERROR || event->kind == MA_EXCHANGE_REFUSED;
    switch (session->stage) {
    case WAIT_ENDPOINT:
        if (event->kind == MA_EXCHANGE_ENDPOINT)
            return got_endpoint(session, event->message.text, err);
        break;
    case WAIT_OPENING:
        if (event->kind == MA_EXCHANGE_RESPONSE)
            return got_greeting(session, exchange, event->message.result, err);
        break;
    case WAIT_OPENED:
        if (refused)
            return give_up(session, ma_exchange_failure(exchange, err), err);
        if (event->kind == MA_EXCHANGE_ACCEPTED)
            return take_seat(session);
        break;
    default:
        break;
    }
    if (refused && session->stage != OPEN)
        return got_refusal(session, exchange, event, err);
    return ma_error_set(err, MCPAUTH_E_STATE,
        "this event does not belong to the opening of a session");
}

/* T-072: what is no answer at all may be an older server's, and so may an error
 * that says "not now" (T-073); that there is no network tells nothing. */
mcpauth_status ma_session_open_failed(
    ma_session *session, mcpauth_status status, mcpauth_error *err)
{
    bool probing = session->stage == WAIT_OPENING &&
                   era_of(session)->channel == MA_SESSION_CHANNEL_SUBSCRIPTION;
    bool garbled = status == MCPAUTH_E_PROTOCOL || status == MCPAUTH_E_RPC;
    bool streamed = session->stage == WAIT_ENDPOINT;
    if ((probing && garbled) || (streamed && !is_ours(status)))
        return leave_era(session, MA_ERA_OLDER, status, err);
    return give_up(session, status, err);
}

/* --- ending -------------------------------------------------------------- */

void ma_session_reset(ma_session *session)
{
    for (size_t i = 0; i < ERAS; i++)
        session->seats[i].refused = false;
    session->generation++;
    session->refused_with = MCPAUTH_OK;
    session->server = (ma_session_peer){.version = NULL};
    ma_buf_clear(&session->greeting);
    enter(session, session->first);
}

bool ma_session_has(const ma_session *session, const ma_exchange *exchange)
{
    return ma_exchange_generation(exchange) == session->generation;
}

void ma_session_lost(ma_session *session, const ma_exchange *exchange)
{
    if (ma_session_has(session, exchange))
        ma_session_reset(session);
}

mcpauth_status ma_session_write_close(
    ma_session *session, ma_exchange **out_exchange, mcpauth_error *err)
{
    MA_AUTO(ma_exchange) exchange = NULL;
    ma_exchange_rules rules = session->rules;
    era_of(session)->set_rules(state_of(session), &rules);
    mcpauth_status st = MCPAUTH_OK;
    if (rules.in_session)
        st = write_bare(session, MA_EXCHANGE_FOR_CLOSE, &exchange, err);
    if (st)
        return st;
    ma_session_reset(session);
    *out_exchange = ma_move(&exchange);
    return MCPAUTH_OK;
}
