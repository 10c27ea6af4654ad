/* session.c - the order of things: open, talk, lose, open again, close. */
#include "mcp/session.h"

#include <inttypes.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/headers.h"
#include "base/json.h"
#include "mcp/legacy.h"

/* A stage is what the session waits for. */
typedef enum { WAIT_OPENING, WAIT_OPENED, OPEN } stage;

struct ma_session {
    const ma_era *era;
    void *state; /* the era's */
    stage stage;
    uint64_t last_id;    /* never goes back: ids are used once (T-001) */
    unsigned generation; /* counts the sessions that were forgotten */
    ma_exchange_rules rules;
    ma_buf greeting; /* the result of the opening, which server points into */
    ma_session_peer server;
};

void ma_session_free(ma_session *session)
{
    if (!session)
        return;
    session->era->free(session->state);
    ma_buf_done(&session->greeting);
    ma_free(session);
}

mcpauth_status ma_session_new(
    const ma_session_options *options, ma_session **out, mcpauth_error *err)
{
    MA_AUTO(ma_session) session = ma_calloc(1, sizeof *session);
    if (!session)
        return ma_error_nomem(err);
    session->era = &ma_legacy_era;
    session->rules.message_max =
        options->message_max ? options->message_max : MA_SESSION_MESSAGE_MAX;
    for (size_t i = 0; i < MA_EXCHANGE_RETRY_CODES; i++)
        session->rules.retry_codes[i] = options->retry_codes[i];
    session->greeting = ma_buf_init(session->rules.message_max);
    mcpauth_status st = session->era->new (options, &session->state, err);
    if (st)
        return st;
    *out = ma_move(&session);
    return MCPAUTH_OK;
}

const ma_session_peer *ma_session_server(const ma_session *session)
{
    return &session->server;
}

/* --- making exchanges ---------------------------------------------------- */

mcpauth_status ma_session_renew(
    ma_session *session, ma_exchange *exchange, mcpauth_error *err)
{
    ma_exchange_rules rules = session->rules;
    session->era->set_rules(session->state, &rules);
    mcpauth_status st = ma_exchange_prepare(
        exchange, ++session->last_id, session->generation, &rules, err);
    if (st)
        return st;
    return session->era->add_headers(
        session->state, ma_exchange_headers(exchange), err);
}

static mcpauth_status make_exchange(ma_session *session,
    ma_exchange_purpose purpose, ma_buf *content, ma_exchange **out,
    mcpauth_error *err)
{
    MA_AUTO(ma_exchange) exchange = NULL;
    mcpauth_status st = ma_exchange_new(purpose, content, &exchange, err);
    if (!st)
        st = ma_session_renew(session, exchange, err);
    if (st)
        return st;
    *out = ma_move(&exchange);
    return MCPAUTH_OK;
}

static mcpauth_status write_call(ma_session *session,
    ma_exchange_purpose purpose, const char *method, ma_span params,
    ma_exchange **out, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) content = ma_buf_init(session->rules.message_max);
    ma_buf_add_text(&content, ",\"method\":");
    ma_json_write_string(&content, ma_span_of(method));
    if (params.at)
        ma_buf_add_text(&content, ",\"params\":");
    ma_buf_add_span(&content, params);
    ma_buf_add_byte(&content, '}');
    return make_exchange(session, purpose, &content, out, err);
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
    ma_exchange_purpose purpose, const char *method, ma_span params,
    ma_exchange **out, mcpauth_error *err)
{
    mcpauth_status st = check_object(&params, "params", err);
    if (st)
        return ma_error_in(err, st, "%s", method);
    if (session->stage != OPEN)
        return ma_error_set(
            err, MCPAUTH_E_STATE, "%s: the session is not open", method);
    return write_call(session, purpose, method, params, out, err);
}

mcpauth_status ma_session_write_request(ma_session *session, const char *method,
    ma_span params, ma_exchange **out_exchange, mcpauth_error *err)
{
    return write_checked_call(
        session, MA_EXCHANGE_FOR_REQUEST, method, params, out_exchange, err);
}

mcpauth_status ma_session_write_notification(ma_session *session,
    const char *method, ma_span params, ma_exchange **out_exchange,
    mcpauth_error *err)
{
    return write_checked_call(
        session, MA_EXCHANGE_FOR_NOTICE, method, params, out_exchange, err);
}

/* --- answering the server ------------------------------------------------ */

static void begin_answer(ma_buf *content, const ma_envelope *request)
{
    ma_buf_add_text(content, ",\"id\":");
    ma_buf_add_span(content, request->id);
}

mcpauth_status ma_session_write_result(ma_session *session,
    const ma_envelope *request, ma_span result, ma_exchange **out_exchange,
    mcpauth_error *err)
{
    mcpauth_status st = check_object(&result, "members of a result", err);
    if (st)
        return st;
    MA_SCOPED(ma_buf) content = ma_buf_init(session->rules.message_max);
    begin_answer(&content, request);
    ma_buf_add_text(&content, ",\"result\":");
    ma_buf_add_span(&content, result.at ? result : ma_span_of("{}"));
    ma_buf_add_byte(&content, '}');
    return make_exchange(
        session, MA_EXCHANGE_FOR_NOTICE, &content, out_exchange, err);
}

mcpauth_status ma_session_write_error(ma_session *session,
    const ma_envelope *request, int64_t code, const char *message,
    ma_exchange **out_exchange, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) content = ma_buf_init(session->rules.message_max);
    begin_answer(&content, request);
    ma_buf_addf(
        &content, ",\"error\":{\"code\":%" PRId64 ",\"message\":", code);
    ma_json_write_string(&content, ma_span_of(message));
    ma_buf_add_text(&content, "}}");
    return make_exchange(
        session, MA_EXCHANGE_FOR_NOTICE, &content, out_exchange, err);
}

mcpauth_status ma_session_write_default(ma_session *session,
    const ma_envelope *request, ma_exchange **out_exchange, mcpauth_error *err)
{
    if (ma_envelope_is(request, "ping"))
        return ma_session_write_result(
            session, request, ma_span_make(NULL, 0), out_exchange, err);
    return ma_session_write_error(session, request,
        MA_ENVELOPE_METHOD_NOT_FOUND, "Method not found", out_exchange, err);
}

/* --- opening and ending -------------------------------------------------- */

mcpauth_status ma_session_open_next(
    ma_session *session, ma_exchange **out_exchange, mcpauth_error *err)
{
    const ma_era *era = session->era;
    if (session->stage == WAIT_OPENED && era->opened)
        return write_call(session, MA_EXCHANGE_FOR_NOTICE, era->opened,
            ma_span_make(NULL, 0), out_exchange, err);
    if (session->stage != WAIT_OPENING) {
        session->stage = OPEN;
        *out_exchange = NULL;
        return MCPAUTH_OK;
    }
    MA_SCOPED(ma_buf) params = ma_buf_init(session->rules.message_max);
    era->write_opening(session->state, &params);
    mcpauth_status st = ma_buf_status(&params, "the first message", err);
    if (st)
        return st;
    return write_call(session, MA_EXCHANGE_FOR_REQUEST, era->opening,
        ma_buf_span(&params), out_exchange, err);
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
        st = session->era->read_opening(session->state,
            ma_buf_span(&session->greeting), ma_exchange_session_id(exchange),
            &server, err);
    if (st) {
        ma_session_reset(session);
        return st;
    }
    session->server = server;
    session->stage = WAIT_OPENED;
    return MCPAUTH_OK;
}

mcpauth_status ma_session_open_got(ma_session *session,
    const ma_exchange *exchange, const ma_exchange_event *event,
    mcpauth_error *err)
{
    bool greeting = session->stage == WAIT_OPENING;
    if (greeting && event->kind == MA_EXCHANGE_RESPONSE)
        return got_greeting(session, exchange, event->message.result, err);
    if (greeting && event->kind == MA_EXCHANGE_ERROR)
        return session->era->retry_opening(session->state, &event->message)
                   ? MCPAUTH_OK
                   : ma_exchange_failure(exchange, err);
    if (session->stage != WAIT_OPENED || event->kind != MA_EXCHANGE_ACCEPTED)
        return ma_error_set(err, MCPAUTH_E_STATE,
            "this event does not belong to the opening of a session");
    session->stage = OPEN;
    return MCPAUTH_OK;
}

void ma_session_reset(ma_session *session)
{
    session->era->reset(session->state);
    session->generation++;
    session->stage = WAIT_OPENING;
    session->server = (ma_session_peer){.version = NULL};
    ma_buf_clear(&session->greeting);
}

void ma_session_lost(ma_session *session, const ma_exchange *exchange)
{
    if (ma_exchange_generation(exchange) == session->generation)
        ma_session_reset(session);
}

mcpauth_status ma_session_write_close(
    ma_session *session, ma_exchange **out_exchange, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) content = ma_buf_init(0);
    ma_exchange *exchange = NULL;
    ma_exchange_rules rules = session->rules;
    session->era->set_rules(session->state, &rules);
    mcpauth_status st = MCPAUTH_OK;
    if (rules.in_session)
        st = make_exchange(
            session, MA_EXCHANGE_FOR_CLOSE, &content, &exchange, err);
    if (st)
        return st;
    ma_session_reset(session);
    *out_exchange = exchange;
    return MCPAUTH_OK;
}
