/* session_test.c - the life of a session, with the test as its transport. */
#include "mcp/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/headers.h"

#define NONE ma_span_make(NULL, 0)

static const ma_session_options options = {.server = "https://mcp.test/mcp",
    .client_name = "c",
    .client_version = "1",
    .known_version = "2025-11-25",
    .retry_codes = {-32003}};

static ma_session *make(void)
{
    ma_session *session = NULL;
    assert_int_equal(ma_session_new(&options, &session, NULL), 0);
    return session;
}

/* Answers exchange and lends the event it ended with. */
static const ma_exchange_event *answer(
    ma_exchange *exchange, int status, const char *session_id, const char *body)
{
    const ma_exchange_event *event;
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    assert_int_equal(
        mcpauth_headers_add(headers, "Content-Type", "application/json", NULL),
        0);
    if (session_id)
        assert_int_equal(
            mcpauth_headers_add(headers, "MCP-Session-Id", session_id, NULL),
            0);
    assert_int_equal(ma_exchange_head(exchange, status, headers, NULL), 0);
    assert_int_equal(ma_exchange_feed(exchange, ma_span_of(body), NULL), 0);
    ma_exchange_end(exchange);
    assert_int_equal(ma_exchange_next(exchange, &event, NULL), 0);
    assert_non_null(event);
    return event;
}

/* The member of a message with the id of exchange and this rest. */
static const ma_exchange_event *answer_id(
    ma_exchange *exchange, int status, const char *session_id, const char *rest)
{
    MA_SCOPED(ma_buf) body = ma_buf_init(1000);
    ma_buf_add_text(&body, "{\"jsonrpc\":\"2.0\",\"id\":");
    ma_buf_add_span(&body, ma_exchange_id(exchange));
    ma_buf_addf(&body, ",%s}", rest);
    return answer(exchange, status, session_id, ma_buf_text(&body));
}

static ma_exchange *open_next(ma_session *session)
{
    ma_exchange *exchange = NULL;
    assert_int_equal(ma_session_open_next(session, &exchange, NULL), 0);
    return exchange;
}

static void open_session(
    ma_session *session, const char *version, const char *session_id)
{
    MA_SCOPED(ma_buf) rest = ma_buf_init(1000);
    MA_AUTO(ma_exchange) initialize = open_next(session);
    ma_buf_addf(&rest, "\"result\":{\"protocolVersion\":\"%s\"}", version);
    assert_int_equal(
        ma_session_open_got(session, initialize,
            answer_id(initialize, 200, session_id, ma_buf_text(&rest)), NULL),
        0);
    MA_AUTO(ma_exchange) initialized = open_next(session);
    assert_int_equal(ma_session_open_got(session, initialized,
                         answer(initialized, 202, NULL, ""), NULL),
        0);
    assert_null(open_next(session));
}

static ma_exchange *request(ma_session *session, const char *params)
{
    ma_exchange *exchange = NULL;
    const ma_session_call call = {"tools/list", ma_span_of(params), NULL};
    assert_int_equal(
        ma_session_write_request(session, &call, &exchange, NULL), 0);
    return exchange;
}

static const char *header(ma_exchange *exchange, const char *name)
{
    return mcpauth_headers_get(ma_exchange_headers(exchange), name);
}

static void assert_body(ma_exchange *exchange, const char *expected)
{
    MA_SCOPED(ma_buf) body = ma_buf_init(1000);
    ma_buf_add_span(&body, ma_exchange_body(exchange));
    assert_string_equal(ma_buf_text(&body), expected);
}

/* --- opening ------------------------------------------------------------- */

static void a_session_opens_in_two_steps_T_010_T_050_T_055(void **state)
{
    MA_AUTO(ma_session) session = make();
    MA_AUTO(ma_exchange) first = open_next(session);
    (void)state;
    assert_body(first, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":"
                       "\"initialize\",\"params\":{\"protocolVersion\":"
                       "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":"
                       "{\"name\":\"c\",\"version\":\"1\"}}}");
    assert_null(header(first, "Mcp-Session-Id"));
    assert_null(header(first, "MCP-Protocol-Version"));
    assert_int_equal(ma_session_open_got(session, first,
                         answer_id(first, 200, "s-1",
                             "\"result\":{\"protocolVersion\":\"2025-06-18\","
                             "\"serverInfo\":{\"name\":\"x\"}}"),
                         NULL),
        0);

    MA_AUTO(ma_exchange) second = open_next(session);
    assert_body(second, "{\"jsonrpc\":\"2.0\",\"method\":"
                        "\"notifications/initialized\"}");
    assert_string_equal(header(second, "Mcp-Session-Id"), "s-1");
    assert_string_equal(header(second, "MCP-Protocol-Version"), "2025-06-18");
    assert_int_equal(ma_session_open_got(
                         session, second, answer(second, 202, NULL, ""), NULL),
        0);
    assert_null(open_next(session));

    /* What the server said outlives the exchange that brought it. */
    const ma_session_peer *server = ma_session_server(session);
    assert_string_equal(server->version, "2025-06-18");
    assert_true(ma_span_is(server->info, "{\"name\":\"x\"}"));
}

static void nothing_is_asked_before_it_is_open_T_010(void **state)
{
    MA_AUTO(ma_session) session = make();
    const ma_session_call call = {"x", NONE, NULL};
    ma_exchange *exchange = NULL;
    (void)state;
    assert_int_equal(ma_session_write_request(session, &call, &exchange, NULL),
        MCPAUTH_E_STATE);
    assert_int_equal(
        ma_session_write_notification(session, &call, &exchange, NULL),
        MCPAUTH_E_STATE);
    assert_null(exchange);
}

static void a_refused_opening_keeps_the_servers_words(void **state)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_AUTO(ma_session) session = make();
    MA_AUTO(ma_exchange) first = open_next(session);
    (void)state;
    const ma_exchange_event *event = answer_id(first, 500, NULL,
        "\"error\":{\"code\":-32600,\"message\":\"not today\"}");
    assert_int_equal(
        ma_session_open_got(session, first, event, err), MCPAUTH_E_RPC);
    assert_string_equal(mcpauth_error_server_description(err), "not today");
    assert_int_equal(mcpauth_error_http_status(err), 500);
}

static void another_version_is_offered_when_one_is_listed_T_011(void **state)
{
    MA_AUTO(ma_session) session = make();
    MA_AUTO(ma_exchange) first = open_next(session);
    (void)state;
    const ma_exchange_event *event = answer_id(first, 400, NULL,
        "\"error\":{\"code\":-32602,\"message\":\"m\",\"data\":{"
        "\"supported\":[\"2025-03-26\"]}}");
    assert_int_equal(ma_session_open_got(session, first, event, NULL), 0);
    MA_AUTO(ma_exchange) second = open_next(session);
    MA_SCOPED(ma_buf) body = ma_buf_init(1000);
    ma_buf_add_span(&body, ma_exchange_body(second));
    assert_non_null(
        strstr(ma_buf_text(&body), "\"protocolVersion\":\"2025-03-26\""));
}

static void a_bad_greeting_leaves_no_session_behind_T_050(void **state)
{
    MA_AUTO(ma_session) session = make();
    MA_AUTO(ma_exchange) first = open_next(session);
    (void)state;
    const ma_exchange_event *event = answer_id(
        first, 200, "s-1", "\"result\":{\"protocolVersion\":\"1999-01-01\"}");
    assert_int_equal(ma_session_open_got(session, first, event, NULL),
        MCPAUTH_E_UNSUPPORTED);
    MA_AUTO(ma_exchange) again = open_next(session);
    assert_null(header(again, "Mcp-Session-Id"));
    assert_null(ma_session_server(session)->version);
}

static void other_events_do_not_open_a_session(void **state)
{
    MA_AUTO(ma_session) session = make();
    MA_AUTO(ma_exchange) first = open_next(session);
    (void)state;
    const ma_exchange_event *event = answer(first, 401, NULL, "");
    assert_int_equal(event->kind, MA_EXCHANGE_NEED_AUTH);
    assert_int_equal(
        ma_session_open_got(session, first, event, NULL), MCPAUTH_E_STATE);
    assert_int_equal(ma_session_renew(session, first, NULL), 0);
    assert_true(ma_span_is(ma_exchange_id(first), "2"));
}

/* --- which era (T-072) --------------------------------------------------- */

/* What is asked next: a method, or GET; "open" when nothing is. */
static const char *asked(ma_exchange *exchange)
{
    if (!exchange)
        return "open";
    const char *method = ma_exchange_method(exchange);
    return method ? method : ma_exchange_http_method(exchange);
}

static ma_session *make_with(const char *known, const char *pinned)
{
    ma_session *session = NULL;
    ma_session_options own = options;
    own.known_version = known;
    own.protocol_version = pinned;
    assert_int_equal(ma_session_new(&own, &session, NULL), 0);
    return session;
}

/* Takes an answer as a client does; $ in body is the id of exchange. */
static mcpauth_status take_answer(ma_session *session, ma_exchange *exchange,
    int status, const char *type, const char *body, mcpauth_error *err)
{
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    MA_SCOPED(ma_buf) text = ma_buf_init(4096);
    const ma_exchange_event *event = NULL;
    for (; *body; body++) {
        if (*body == '$')
            ma_buf_add_span(&text, ma_exchange_id(exchange));
        else
            ma_buf_add_byte(&text, *body == '\'' ? '"' : *body);
    }
    assert_int_equal(
        mcpauth_headers_add(headers, "Content-Type", type, NULL), 0);
    mcpauth_status st = ma_exchange_head(exchange, status, headers, err);
    if (!st)
        st = ma_exchange_feed(exchange, ma_buf_span(&text), err);
    if (!st)
        ma_exchange_end(exchange);
    if (!st)
        st = ma_exchange_next(exchange, &event, err);
    if (st)
        return ma_session_open_failed(session, st, err);
    return ma_session_open_got(session, exchange, event, err);
}

#define JSON      "application/json"
#define SSE       "text/event-stream"
#define MODERN    NULL, NULL, "server/discover"
#define LEGACY    "2025-11-25", NULL, "initialize"
#define OLDEST    "2024-11-05", NULL, "initialize"
#define RESULT(r) "{'jsonrpc':'2.0','id':$,'result':" r "}"
#define ERROR(code, data)                                                      \
    "{'jsonrpc':'2.0','id':$,'error':{'code':" code ",'message':'m'" data "}}"
#define LISTS(versions)  ",'data':{'supported':[" versions "]}"
#define SPEAKS(versions) RESULT("{'supportedVersions':[" versions "]}")
#define AGREES           RESULT("{'protocolVersion':'2025-06-18'}")

/* The first message of an opening, how it is answered, and what follows. */
static const struct {
    const char *known, *pinned, *first;
    int status;
    const char *type, *body;
    mcpauth_status st;
    const char *next;
} openings[] = {
    /* modern */
    {MODERN, 200, JSON, SPEAKS("'2026-07-28'"), 0, "open"},
    {MODERN, 200, SSE, "data: " SPEAKS("'2026-07-28'") "\n\n", 0, "open"},
    {MODERN, 400, JSON, ERROR("-32022", LISTS("'2026-07-28'")), 0,
        "server/discover"},
    {MODERN, 400, JSON, ERROR("-32022", LISTS("'2099-01-01'")),
        MCPAUTH_E_UNSUPPORTED, NULL},
    {MODERN, 400, JSON, ERROR("-32022", ""), MCPAUTH_E_RPC, NULL},
    {MODERN, 400, JSON, ERROR("-32021", ""), MCPAUTH_E_RPC, NULL},
    {MODERN, 400, JSON, ERROR("-32020", ""), MCPAUTH_E_RPC, NULL},
    /* modern, but not in a version of ours */
    {MODERN, 200, JSON, SPEAKS("'2025-06-18'"), 0, "initialize"},
    {MODERN, 400, JSON, ERROR("-32022", LISTS("'2025-06-18'")), 0,
        "initialize"},
    {MODERN, 200, JSON, SPEAKS("'2099-01-01'"), MCPAUTH_E_UNSUPPORTED, NULL},
    /* legacy */
    {MODERN, 400, JSON, ERROR("-32602", ""), 0, "initialize"},
    {MODERN, 404, JSON, ERROR("-32601", ""), 0, "initialize"},
    {MODERN, 200, JSON, ERROR("-32601", ""), 0, "initialize"},
    {MODERN, 200, SSE, "data: " ERROR("-32602", "") "\n\n", 0, "initialize"},
    {MODERN, 200, JSON, ERROR("-32000", ""), 0, "initialize"},
    {MODERN, 200, JSON, RESULT("{}"), 0, "initialize"},
    {MODERN, 400, JSON,
        "{'jsonrpc':'2.0','id':null,'error':{'code':-32000,'message':'m'}}", 0,
        "initialize"},
    {MODERN, 400, JSON, ERROR("-32600", ""), 0, "initialize"},
    {MODERN, 404, "text/html", "<html>", 0, "initialize"},
    {MODERN, 405, JSON, "", 0, "initialize"},
    {MODERN, 406, JSON, "", 0, "initialize"},
    {MODERN, 415, JSON, "", 0, "initialize"},
    {MODERN, 422, JSON, "{}", 0, "initialize"},
    {MODERN, 200, "text/html", "<html>", 0, "initialize"},
    {MODERN, 202, JSON, "", 0, "initialize"},
    {MODERN, 200, JSON, "", 0, "initialize"},
    /* T-073: numbers of before the final text */
    {MODERN, 400, JSON, ERROR("-32001", ""), 0, "initialize"},
    {MODERN, 400, JSON, ERROR("-32003", ""), 0, "initialize"},
    {MODERN, 400, JSON, ERROR("-32004", LISTS("'2026-07-28'")), 0,
        "initialize"},
    /* no conclusion */
    {MODERN, 500, JSON, "", MCPAUTH_E_HTTP, NULL},
    {MODERN, 502, "text/html", "<html>", MCPAUTH_E_HTTP, NULL},
    {MODERN, 500, JSON, ERROR("-32603", ""), MCPAUTH_E_RPC, NULL},
    {MODERN, 200, SSE, "", MCPAUTH_E_NETWORK, NULL},
    /* T-074: what was legacy is asked so, and may be modern by now */
    {LEGACY, 200, JSON, AGREES, 0, "notifications/initialized"},
    {LEGACY, 400, JSON, ERROR("-32022", LISTS("'2026-07-28'")), 0,
        "server/discover"},
    {LEGACY, 400, JSON, ERROR("-32021", ""), 0, "server/discover"},
    {LEGACY, 400, JSON, ERROR("-32020", ""), 0, "server/discover"},
    {LEGACY, 500, JSON, ERROR("-32603", ""), MCPAUTH_E_RPC, NULL},
    {LEGACY, 200, "text/html", "<html>", MCPAUTH_E_PROTOCOL, NULL},
    /* T-170 */
    {LEGACY, 400, JSON, "", 0, "GET"},
    {LEGACY, 404, JSON, ERROR("-32601", ""), 0, "GET"},
    {LEGACY, 405, JSON, "", 0, "GET"},
    {LEGACY, 406, JSON, "", MCPAUTH_E_HTTP, NULL},
    {LEGACY, 500, JSON, "", MCPAUTH_E_HTTP, NULL},
    {OLDEST, 404, JSON, "", 0, "GET"},
    /* T-076: nothing else is tried when one is pinned */
    {NULL, "2026-07-28", "server/discover", 404, JSON, "",
        MCPAUTH_E_UNSUPPORTED, NULL},
    {NULL, "2026-07-28", "server/discover", 400, JSON, ERROR("-32601", ""),
        MCPAUTH_E_UNSUPPORTED, NULL},
    {NULL, "2026-07-28", "server/discover", 200, JSON, RESULT("{}"),
        MCPAUTH_E_UNSUPPORTED, NULL},
    {NULL, "2026-07-28", "server/discover", 500, JSON, "", MCPAUTH_E_HTTP,
        NULL},
    {NULL, "2026-07-28", "server/discover", 400, JSON,
        ERROR("-32022", LISTS("'2025-06-18'")), MCPAUTH_E_UNSUPPORTED, NULL},
    {NULL, "2025-06-18", "initialize", 404, JSON, "", MCPAUTH_E_UNSUPPORTED,
        NULL},
    {NULL, "2025-06-18", "initialize", 400, JSON,
        ERROR("-32022", LISTS("'2026-07-28'")), MCPAUTH_E_UNSUPPORTED, NULL},
    {NULL, "2024-11-05", "initialize", 404, JSON, "", 0, "GET"},
    {"2025-11-25", "2026-07-28", "server/discover", 200, JSON,
        SPEAKS("'2026-07-28'"), 0, "open"},
};

static void every_answer_to_an_opening_T_070_T_072_T_073_T_074_T_076_T_170(
    void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_AUTO(ma_session)
        session = make_with(openings[i].known, openings[i].pinned);
        MA_AUTO(ma_exchange) first = open_next(session);
        assert_string_equal(asked(first), openings[i].first);
        assert_int_equal(take_answer(session, first, openings[i].status,
                             openings[i].type, openings[i].body, err),
            openings[i].st);
        assert_int_equal(mcpauth_error_status(err), openings[i].st);
        MA_AUTO(ma_exchange) next = open_next(session);
        assert_string_equal(
            asked(next), openings[i].st ? openings[i].first : openings[i].next);
    }
}

static void what_is_pinned_and_what_was_said_are_told_T_076(void **state)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_AUTO(ma_session) session = make_with(NULL, "2026-07-28");
    MA_AUTO(ma_exchange) exchange = open_next(session);
    (void)state;
    assert_int_equal(
        take_answer(session, exchange, 400, JSON, ERROR("-32601", ""), err),
        MCPAUTH_E_UNSUPPORTED);
    assert_ptr_equal(
        strstr(mcpauth_error_message(err),
            "the MCP server does not seem to speak protocol version "
            "2026-07-28, and no other was allowed: "),
        mcpauth_error_message(err));
    assert_string_equal(mcpauth_error_server_code(err), "-32601");
    assert_non_null(strstr(mcpauth_error_hint(err), "leave"));
}

/* Answers one opening after the other with 404, until there is nothing left
 * to try. */
static void an_opening_that_failed_says_so_of_the_first_try_T_170(void **state)
{
    static const char *const tried[] = {"server/discover", "initialize", "GET"};
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_AUTO(ma_session) session = make_with(NULL, NULL);
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        MA_AUTO(ma_exchange) exchange = open_next(session);
        assert_string_equal(asked(exchange), tried[i]);
        if (i < 2)
            assert_int_equal(take_answer(session, exchange, 404, JSON,
                                 ERROR("-32601", ",'data':1"), err),
                0);
    }
    assert_int_equal(
        ma_error_set(err, MCPAUTH_E_NETWORK, "no stream"), MCPAUTH_E_NETWORK);
    assert_int_equal(
        ma_session_open_failed(session, MCPAUTH_E_NETWORK, err), MCPAUTH_E_RPC);
    assert_int_equal(mcpauth_error_http_status(err), 404);
    assert_string_equal(mcpauth_error_server_code(err), "-32601");
    MA_AUTO(ma_exchange) again = open_next(session);
    assert_string_equal(asked(again), tried[0]);
}

/* Our own troubles say nothing of the server. */
static void only_what_the_server_did_leads_elsewhere_T_072(void **state)
{
    static const struct {
        const char *known;
        mcpauth_status status;
        const char *next;
    } rows[] = {
        {NULL, MCPAUTH_E_PROTOCOL, "initialize"},
        {NULL, MCPAUTH_E_RPC, "initialize"},
        {NULL, MCPAUTH_E_NETWORK, NULL},
        {NULL, MCPAUTH_E_TIMEOUT, NULL},
        {NULL, MCPAUTH_E_CANCELLED, NULL},
        {NULL, MCPAUTH_E_NOMEM, NULL},
        {NULL, MCPAUTH_E_REFUSED, NULL},
        {NULL, MCPAUTH_E_LOGIN_REQUIRED, NULL},
        {"2025-11-25", MCPAUTH_E_PROTOCOL, NULL},
        {"2025-11-25", MCPAUTH_E_RPC, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_AUTO(ma_session) session = make_with(rows[i].known, NULL);
        assert_int_equal(
            ma_error_set(err, rows[i].status, "x"), rows[i].status);
        assert_int_equal(ma_session_open_failed(session, rows[i].status, err),
            rows[i].next ? MCPAUTH_OK : rows[i].status);
        assert_int_equal(mcpauth_error_status(err),
            rows[i].next ? MCPAUTH_OK : rows[i].status);
        MA_AUTO(ma_exchange) next = open_next(session);
        assert_true(!rows[i].next || !strcmp(asked(next), rows[i].next));
    }
}

static void open_modern(ma_session *session)
{
    MA_AUTO(ma_exchange) discover = open_next(session);
    assert_int_equal(
        take_answer(session, discover, 200, JSON, SPEAKS("'2026-07-28'"), NULL),
        0);
    assert_null(open_next(session));
}

static void the_era_agreed_on_is_asked_first_again_T_074(void **state)
{
    MA_AUTO(ma_session) session = make_with(NULL, NULL);
    (void)state;
    MA_AUTO(ma_exchange) discover = open_next(session);
    assert_int_equal(take_answer(session, discover, 405, JSON, "", NULL), 0);
    open_session(session, "2025-06-18", "s-1");
    ma_session_reset(session);
    MA_AUTO(ma_exchange) initialize = open_next(session);
    assert_string_equal(asked(initialize), "initialize");

    /* It was made anew meanwhile. */
    assert_int_equal(take_answer(session, initialize, 400, JSON,
                         ERROR("-32022", LISTS("'2026-07-28'")), NULL),
        0);
    open_modern(session);
    ma_session_reset(session);
    MA_AUTO(ma_exchange) again = open_next(session);
    assert_string_equal(asked(again), "server/discover");
}

/* What was asked of the newest era is not asked again in the same opening. */
static void two_eras_do_not_send_each_other_about_T_070(void **state)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_AUTO(ma_session) session = make_with("2025-11-25", NULL);
    MA_AUTO(ma_exchange) initialize = open_next(session);
    (void)state;
    assert_int_equal(take_answer(session, initialize, 400, JSON,
                         ERROR("-32022", LISTS("'2026-07-28'")), err),
        0);
    MA_AUTO(ma_exchange) discover = open_next(session);
    assert_int_equal(take_answer(session, discover, 400, JSON,
                         ERROR("-32022", LISTS("'2025-11-25'")), err),
        0);
    MA_AUTO(ma_exchange) stream = open_next(session);
    assert_string_equal(asked(stream), "GET");
    assert_int_equal(take_answer(session, stream, 405, JSON, "", err),
        MCPAUTH_E_UNSUPPORTED);
}

static void a_modern_session_is_one_exchange_T_060_T_064_T_071(void **state)
{
    ma_exchange *exchange = NULL;
    MA_AUTO(ma_session) session = make_with(NULL, NULL);
    (void)state;
    open_modern(session);
    assert_string_equal(ma_session_server(session)->version, "2026-07-28");
    assert_int_equal(
        ma_session_listens(session), MA_SESSION_CHANNEL_SUBSCRIPTION);
    MA_AUTO(ma_exchange) one = request(session, NULL);
    assert_non_null(strstr(ma_exchange_body(one).at,
        "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\""));
    assert_string_equal(header(one, "MCP-Protocol-Version"), "2026-07-28");
    assert_string_equal(header(one, "Mcp-Method"), "tools/list");
    assert_int_equal(
        ma_session_write_cancelled(session, one, &exchange, NULL), 0);
    assert_null(exchange);
    assert_int_equal(ma_session_write_close(session, &exchange, NULL), 0);
    assert_null(exchange);
}

static void the_oldest_session_begins_with_a_stream_T_170_T_171(void **state)
{
    static const char endpoint[] = "event: endpoint\ndata: /m?s=1\n\n";
    MA_AUTO(ma_session) session = make_with(NULL, "2024-11-05");
    MA_AUTO(ma_exchange) initialize = open_next(session);
    (void)state;
    assert_int_equal(take_answer(session, initialize, 405, JSON, "", NULL), 0);
    MA_AUTO(ma_exchange) stream = open_next(session);
    assert_null(ma_exchange_url(stream));
    assert_int_equal(take_answer(session, stream, 200, SSE, endpoint, NULL), 0);
    MA_AUTO(ma_exchange) second = open_next(session);
    assert_string_equal(asked(second), "initialize");
    assert_string_equal(ma_exchange_url(second), "https://mcp.test/m?s=1");
    assert_int_equal(ma_session_listens(session), MA_SESSION_CHANNEL_ENDPOINT);
    assert_int_equal(answer(second, 202, NULL, "")->kind, MA_EXCHANGE_ACCEPTED);
    MA_SCOPED(ma_buf) reply = ma_buf_init(1000);
    ma_buf_add_text(&reply, "{\"jsonrpc\":\"2.0\",\"result\":{"
                            "\"protocolVersion\":\"2024-11-05\"},\"id\":");
    ma_buf_add_span(&reply, ma_exchange_id(second));
    ma_buf_add_byte(&reply, '}');
    const ma_exchange_event *event;
    assert_int_equal(ma_exchange_answer(second, ma_buf_span(&reply), NULL), 0);
    assert_int_equal(ma_exchange_next(second, &event, NULL), 0);
    assert_int_equal(ma_session_open_got(session, second, event, NULL), 0);
    MA_AUTO(ma_exchange) initialized = open_next(session);
    assert_int_equal(ma_session_open_got(session, initialized,
                         answer(initialized, 202, NULL, ""), NULL),
        0);
    assert_null(open_next(session));
}

static void an_endpoint_elsewhere_ends_the_opening_T_171(void **state)
{
    MA_AUTO(ma_session) session = make_with(NULL, "2024-11-05");
    MA_AUTO(ma_exchange) initialize = open_next(session);
    (void)state;
    assert_int_equal(take_answer(session, initialize, 405, JSON, "", NULL), 0);
    MA_AUTO(ma_exchange) stream = open_next(session);
    assert_int_equal(take_answer(session, stream, 200, SSE,
                         "event: endpoint\ndata: https://evil.test/\n\n", NULL),
        MCPAUTH_E_UNTRUSTED);
    MA_AUTO(ma_exchange) again = open_next(session);
    assert_string_equal(asked(again), "initialize");
}

/* --- talking ------------------------------------------------------------- */

static void ids_are_used_once_T_001(void **state)
{
    MA_AUTO(ma_session) session = make();
    (void)state;
    open_session(session, "2025-06-18", "s-1");
    MA_AUTO(ma_exchange) one = request(session, NULL);
    MA_AUTO(ma_exchange) two = request(session, NULL);
    assert_false(ma_span_eq(ma_exchange_id(one), ma_exchange_id(two)));
    ma_session_reset(session);
    open_session(session, "2025-06-18", "s-2");
    MA_AUTO(ma_exchange) three = request(session, NULL);
    assert_false(ma_span_eq(ma_exchange_id(one), ma_exchange_id(three)));
    assert_false(ma_span_eq(ma_exchange_id(two), ma_exchange_id(three)));
}

static void params_go_out_byte_for_byte_T_007(void **state)
{
    MA_SCOPED(ma_buf) expected = ma_buf_init(1000);
    MA_AUTO(ma_session) session = make();
    (void)state;
    open_session(session, "2025-06-18", NULL);
    MA_AUTO(ma_exchange) exchange = request(session, " { \"n\": 1.10 }\n");
    ma_buf_add_text(&expected, "{\"jsonrpc\":\"2.0\",\"id\":");
    ma_buf_add_span(&expected, ma_exchange_id(exchange));
    ma_buf_add_text(
        &expected, ",\"method\":\"tools/list\",\"params\":{ \"n\": 1.10 }}");
    assert_body(exchange, ma_buf_text(&expected));
}

static void params_are_an_object_T_001(void **state)
{
    static const char *const params[] = {
        "[]", "1", "{", "", "{},\"id\":1", "null"};
    MA_AUTO(ma_session) session = make();
    (void)state;
    open_session(session, "2025-06-18", NULL);
    for (size_t i = 0; i < sizeof params / sizeof *params; i++) {
        ma_exchange *exchange = NULL;
        const ma_session_call call = {"x", ma_span_of(params[i]), NULL};
        assert_int_equal(
            ma_session_write_request(session, &call, &exchange, NULL),
            MCPAUTH_E_USAGE);
        assert_null(exchange);
    }
}

static void without_a_session_id_none_is_sent_T_050(void **state)
{
    MA_AUTO(ma_session) session = make();
    (void)state;
    open_session(session, "2025-03-26", NULL);
    MA_AUTO(ma_exchange) exchange = request(session, NULL);
    assert_null(header(exchange, "Mcp-Session-Id"));
    assert_null(header(exchange, "MCP-Protocol-Version"));
}

static void requests_of_the_server_are_answered_T_003_T_045_T_121(void **state)
{
    static const struct {
        const char *id, *method, *body;
    } rows[] = {
        {"\"s\"", "ping", "{\"jsonrpc\":\"2.0\",\"id\":\"s\",\"result\":{}}"},
        {"12345678901234567890123", "roots/list",
            "{\"jsonrpc\":\"2.0\",\"id\":12345678901234567890123,\"error\":"
            "{\"code\":-32601,\"message\":\"Method not found\"}}"},
    };
    MA_AUTO(ma_session) session = make();
    (void)state;
    open_session(session, "2025-06-18", "s-1");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ma_envelope message;
        ma_exchange *exchange = NULL;
        MA_SCOPED(ma_buf) text = ma_buf_init(1000);
        ma_buf_addf(&text, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"%s\"}",
            rows[i].id, rows[i].method);
        assert_int_equal(
            ma_envelope_parse(ma_buf_span(&text), &message, NULL), 0);
        assert_int_equal(
            ma_session_write_default(session, &message, &exchange, NULL), 0);
        assert_body(exchange, rows[i].body);
        assert_string_equal(header(exchange, "Mcp-Session-Id"), "s-1");
        assert_int_equal(
            answer(exchange, 202, NULL, "")->kind, MA_EXCHANGE_ACCEPTED);
        ma_exchange_free(exchange);
    }
}

static void a_result_is_an_object_T_002(void **state)
{
    ma_exchange *exchange = NULL;
    MA_AUTO(ma_session) session = make();
    (void)state;
    assert_int_equal(ma_session_write_result(session, ma_span_of("1"),
                         ma_span_of("[]"), &exchange, NULL),
        MCPAUTH_E_USAGE);
    assert_int_equal(ma_session_write_result(session, ma_span_of("1"),
                         ma_span_of("{\"roots\":[]}"), &exchange, NULL),
        0);
    assert_body(
        exchange, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"roots\":[]}}");
    ma_exchange_free(exchange);
}

static void a_passing_error_is_retried_with_a_new_id(void **state)
{
    MA_AUTO(ma_session) session = make();
    (void)state;
    open_session(session, "2025-06-18", NULL);
    MA_AUTO(ma_exchange) exchange = request(session, NULL);
    MA_SCOPED(ma_buf) id = ma_buf_init(100);
    ma_buf_add_span(&id, ma_exchange_id(exchange));
    assert_int_equal(
        answer_id(exchange, 200, NULL,
            "\"error\":{\"code\":-32003,\"message\":\"Rate limit\"}")
            ->kind,
        MA_EXCHANGE_RETRY_LATER);
    assert_int_equal(ma_session_renew(session, exchange, NULL), 0);
    assert_false(ma_span_eq(ma_exchange_id(exchange), ma_buf_span(&id)));
    assert_int_equal(answer_id(exchange, 200, NULL, "\"result\":{}")->kind,
        MA_EXCHANGE_RESPONSE);
}

/* Breaks the stream of exchange off behind an event with an id. */
static void break_off(ma_exchange *exchange)
{
    const ma_exchange_event *event;
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    assert_int_equal(
        mcpauth_headers_add(headers, "Content-Type", SSE, NULL), 0);
    assert_int_equal(ma_exchange_head(exchange, 200, headers, NULL), 0);
    assert_int_equal(
        ma_exchange_feed(exchange, ma_span_of("id: e1\ndata:\n\n"), NULL), 0);
    assert_int_equal(ma_exchange_next(exchange, &event, NULL), 0);
}

static void the_rest_of_a_stream_is_asked_for_in_its_session_T_042_T_054(
    void **state)
{
    MA_AUTO(ma_session) session = make();
    (void)state;
    open_session(session, "2025-11-25", "s-1");
    MA_AUTO(ma_exchange) one = request(session, NULL);
    MA_AUTO(ma_exchange) two = request(session, NULL);
    break_off(one);
    break_off(two);
    assert_int_equal(ma_session_resume(session, one, NULL), 0);
    assert_string_equal(ma_exchange_http_method(one), "GET");
    assert_string_equal(header(one, "Last-Event-ID"), "e1");
    assert_string_equal(header(one, "Mcp-Session-Id"), "s-1");
    assert_string_equal(header(one, "MCP-Protocol-Version"), "2025-11-25");
    ma_session_reset(session);
    open_session(session, "2025-11-25", "s-2");
    assert_int_equal(ma_session_resume(session, two, NULL), MCPAUTH_E_NETWORK);
}

static void a_cancelled_request_is_named_T_111(void **state)
{
    ma_exchange *exchange = NULL;
    MA_AUTO(ma_session) session = make();
    (void)state;
    open_session(session, "2025-06-18", "s-1");
    MA_AUTO(ma_exchange) one = request(session, NULL);
    assert_int_equal(
        ma_session_write_cancelled(session, one, &exchange, NULL), 0);
    MA_SCOPED(ma_buf) expected = ma_buf_init(1000);
    ma_buf_add_text(&expected, "{\"jsonrpc\":\"2.0\",\"method\":"
                               "\"notifications/cancelled\",\"params\":{"
                               "\"requestId\":");
    ma_buf_add_span(&expected, ma_exchange_id(one));
    ma_buf_add_text(&expected, "}}");
    assert_body(exchange, ma_buf_text(&expected));
    ma_exchange_free(exchange);

    /* The next session knows nothing of it. */
    exchange = NULL;
    ma_session_reset(session);
    open_session(session, "2025-06-18", "s-2");
    assert_int_equal(
        ma_session_write_cancelled(session, one, &exchange, NULL), 0);
    assert_null(exchange);
}

/* --- losing and ending --------------------------------------------------- */

static void a_lost_session_is_opened_once_for_all_T_053(void **state)
{
    MA_AUTO(ma_session) session = make();
    (void)state;
    open_session(session, "2025-06-18", "s-1");
    MA_AUTO(ma_exchange) one = request(session, NULL);
    MA_AUTO(ma_exchange) two = request(session, NULL);
    assert_int_equal(
        answer(one, 404, NULL, "")->kind, MA_EXCHANGE_SESSION_LOST);
    ma_session_lost(session, one);
    open_session(session, "2025-06-18", "s-2");

    assert_int_equal(
        answer(two, 404, NULL, "")->kind, MA_EXCHANGE_SESSION_LOST);
    ma_session_lost(session, two);
    assert_null(open_next(session));

    assert_int_equal(ma_session_renew(session, one, NULL), 0);
    assert_int_equal(ma_session_renew(session, two, NULL), 0);
    assert_string_equal(header(one, "Mcp-Session-Id"), "s-2");
    assert_string_equal(header(two, "Mcp-Session-Id"), "s-2");
    assert_false(ma_span_eq(ma_exchange_id(one), ma_exchange_id(two)));
}

static void a_stale_session_id_is_dropped_T_050(void **state)
{
    MA_AUTO(ma_session) session = make();
    (void)state;
    open_session(session, "2025-06-18", "s-1");
    ma_session_reset(session);
    MA_AUTO(ma_exchange) initialize = open_next(session);
    assert_null(header(initialize, "Mcp-Session-Id"));
    assert_null(header(initialize, "MCP-Protocol-Version"));
    open_session(session, "2025-06-18", NULL);
    MA_AUTO(ma_exchange) exchange = request(session, NULL);
    assert_null(header(exchange, "Mcp-Session-Id"));
}

static void only_the_greeting_names_the_session_T_050(void **state)
{
    MA_AUTO(ma_session) session = make();
    (void)state;
    open_session(session, "2025-06-18", "s-1");
    MA_AUTO(ma_exchange) one = request(session, NULL);
    answer_id(one, 200, "s-evil", "\"result\":{}");
    MA_AUTO(ma_exchange) two = request(session, NULL);
    assert_string_equal(header(two, "Mcp-Session-Id"), "s-1");
}

static void a_session_is_closed_by_name_T_052(void **state)
{
    ma_exchange *exchange = NULL;
    MA_AUTO(ma_session) session = make();
    (void)state;
    open_session(session, "2025-06-18", "s-1");
    assert_int_equal(ma_session_write_close(session, &exchange, NULL), 0);
    assert_string_equal(ma_exchange_http_method(exchange), "DELETE");
    assert_string_equal(header(exchange, "Mcp-Session-Id"), "s-1");
    assert_string_equal(header(exchange, "MCP-Protocol-Version"), "2025-06-18");
    assert_int_equal(
        answer(exchange, 405, NULL, "")->kind, MA_EXCHANGE_ACCEPTED);
    ma_exchange_free(exchange);
    assert_int_equal(ma_session_write_close(session, &exchange, NULL), 0);
    assert_null(exchange);
}

static void without_a_session_there_is_nothing_to_close_T_052(void **state)
{
    ma_exchange *exchange = NULL;
    MA_AUTO(ma_session) session = make();
    (void)state;
    open_session(session, "2025-06-18", NULL);
    assert_int_equal(ma_session_write_close(session, &exchange, NULL), 0);
    assert_null(exchange);
}

static void batches_are_for_2025_03_26_alone_T_005(void **state)
{
    MA_AUTO(ma_session) session = make();
    MA_SCOPED(ma_buf) body = ma_buf_init(1000);
    (void)state;
    open_session(session, "2025-03-26", NULL);
    MA_AUTO(ma_exchange) exchange = request(session, NULL);
    ma_buf_add_text(&body, "[{\"jsonrpc\":\"2.0\",\"result\":{},\"id\":");
    ma_buf_add_span(&body, ma_exchange_id(exchange));
    ma_buf_add_text(&body, "}]");
    assert_int_equal(answer(exchange, 200, NULL, ma_buf_text(&body))->kind,
        MA_EXCHANGE_RESPONSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_opens_in_two_steps_T_010_T_050_T_055),
        cmocka_unit_test(nothing_is_asked_before_it_is_open_T_010),
        cmocka_unit_test(a_refused_opening_keeps_the_servers_words),
        cmocka_unit_test(another_version_is_offered_when_one_is_listed_T_011),
        cmocka_unit_test(a_bad_greeting_leaves_no_session_behind_T_050),
        cmocka_unit_test(other_events_do_not_open_a_session),
        cmocka_unit_test(
            every_answer_to_an_opening_T_070_T_072_T_073_T_074_T_076_T_170),
        cmocka_unit_test(what_is_pinned_and_what_was_said_are_told_T_076),
        cmocka_unit_test(an_opening_that_failed_says_so_of_the_first_try_T_170),
        cmocka_unit_test(only_what_the_server_did_leads_elsewhere_T_072),
        cmocka_unit_test(the_era_agreed_on_is_asked_first_again_T_074),
        cmocka_unit_test(two_eras_do_not_send_each_other_about_T_070),
        cmocka_unit_test(a_modern_session_is_one_exchange_T_060_T_064_T_071),
        cmocka_unit_test(the_oldest_session_begins_with_a_stream_T_170_T_171),
        cmocka_unit_test(an_endpoint_elsewhere_ends_the_opening_T_171),
        cmocka_unit_test(ids_are_used_once_T_001),
        cmocka_unit_test(params_go_out_byte_for_byte_T_007),
        cmocka_unit_test(params_are_an_object_T_001),
        cmocka_unit_test(without_a_session_id_none_is_sent_T_050),
        cmocka_unit_test(requests_of_the_server_are_answered_T_003_T_045_T_121),
        cmocka_unit_test(a_result_is_an_object_T_002),
        cmocka_unit_test(a_passing_error_is_retried_with_a_new_id),
        cmocka_unit_test(
            the_rest_of_a_stream_is_asked_for_in_its_session_T_042_T_054),
        cmocka_unit_test(a_cancelled_request_is_named_T_111),
        cmocka_unit_test(a_lost_session_is_opened_once_for_all_T_053),
        cmocka_unit_test(a_stale_session_id_is_dropped_T_050),
        cmocka_unit_test(only_the_greeting_names_the_session_T_050),
        cmocka_unit_test(a_session_is_closed_by_name_T_052),
        cmocka_unit_test(without_a_session_there_is_nothing_to_close_T_052),
        cmocka_unit_test(batches_are_for_2025_03_26_alone_T_005),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
