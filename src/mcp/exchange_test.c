/* exchange_test.c - what is sent, and sent again. */
#include "mcp/exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/headers.h"

#define JSON   "application/json"
#define SSE    "text/event-stream"
#define RESULT "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"n\":1.10}}"
#define OTHER  "{\"jsonrpc\":\"2.0\",\"id\":8,\"result\":{}}"

static const ma_exchange_rules rules = {
    .server_requests = true,
    .message_max = 200,
    .retry_codes = {-32003, -32005},
};

/* An exchange that waits for its answer; a request has id 7. */
static ma_exchange *make(
    ma_exchange_purpose purpose, const ma_exchange_rules *with)
{
    ma_exchange *exchange = NULL;
    MA_SCOPED(ma_buf) params = ma_buf_init(1000);
    assert_int_equal(
        ma_exchange_new(purpose, "x", &params, NULL, &exchange, NULL), 0);
    assert_int_equal(ma_exchange_prepare(exchange, 7, 1, with, NULL), 0);
    return exchange;
}

static mcpauth_status head(ma_exchange *exchange, int status, const char *name,
    const char *value, mcpauth_error *err)
{
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    if (name)
        assert_int_equal(mcpauth_headers_add(headers, name, value, NULL), 0);
    return ma_exchange_head(exchange, status, headers, err);
}

/* One letter for each event, in the order of ma_exchange_event_kind. */
static mcpauth_status take_events(
    ma_exchange *exchange, ma_buf *to, mcpauth_error *err)
{
    const ma_exchange_event *event;
    for (;;) {
        mcpauth_status st = ma_exchange_next(exchange, &event, err);
        if (st || !event)
            return st;
        ma_buf_add_byte(to, "NSPOREAULrFC"[event->kind]);
    }
}

/* Gives the answer in pieces of piece_len and writes the events of it. */
static mcpauth_status play(ma_exchange *exchange, ma_span body,
    size_t piece_len, ma_buf *to, mcpauth_error *err)
{
    while (body.len > 0) {
        size_t len = piece_len < body.len ? piece_len : body.len;
        mcpauth_status st =
            ma_exchange_feed(exchange, ma_span_make(body.at, len), err);
        if (!st)
            st = take_events(exchange, to, err);
        if (st)
            return st;
        body = ma_span_make(body.at + len, body.len - len);
    }
    ma_exchange_end(exchange);
    return take_events(exchange, to, err);
}

/* --- what events carry --------------------------------------------------- */

/* Plays the whole answer and lends the last event of it. */
static const ma_exchange_event *last_event(ma_exchange *exchange, int status,
    const char *name, const char *value, const char *body)
{
    const ma_exchange_event *event, *last = NULL;
    assert_int_equal(head(exchange, status, name, value, NULL), 0);
    assert_int_equal(ma_exchange_feed(exchange, ma_span_of(body), NULL), 0);
    ma_exchange_end(exchange);
    do {
        assert_int_equal(ma_exchange_next(exchange, &event, NULL), 0);
        last = event ? event : last;
    } while (event);
    return last;
}

/* --- resuming ------------------------------------------------------------ */

static const ma_exchange_rules resuming = {.resumes = true, .message_max = 200};

/* Plays a stream that breaks off. */
static void break_off(ma_exchange *exchange, const char *body)
{
    MA_SCOPED(ma_buf) events = ma_buf_init(100);
    assert_int_equal(head(exchange, 200, "Content-Type", SSE, NULL), 0);
    assert_int_equal(
        play(exchange, ma_span_of(body), 99, &events, NULL), MCPAUTH_E_NETWORK);
}

static void resume(ma_exchange *exchange, unsigned generation)
{
    assert_int_equal(ma_exchange_resume(exchange, NULL), 0);
    assert_int_equal(
        ma_exchange_prepare(exchange, 9, generation, &resuming, NULL), 0);
}

static const char *last_event_id(ma_exchange *exchange)
{
    return mcpauth_headers_get(ma_exchange_headers(exchange), "Last-Event-ID");
}

static void a_broken_stream_goes_on_where_it_was_T_032_T_042(void **state)
{
    MA_AUTO(ma_exchange) exchange = make(MA_EXCHANGE_FOR_REQUEST, &resuming);
    (void)state;
    assert_false(ma_exchange_resumable(exchange));
    assert_int_equal(ma_exchange_retry_ms(exchange), -1);
    break_off(exchange, "retry: 500\nid: e1\ndata:\n\n");
    assert_true(ma_exchange_resumable(exchange));
    resume(exchange, 1);
    assert_string_equal(ma_exchange_http_method(exchange), "GET");
    assert_string_equal(last_event_id(exchange), "e1");
    assert_string_equal(
        mcpauth_headers_get(ma_exchange_headers(exchange), "Accept"), SSE);
    assert_int_equal(ma_exchange_body(exchange).len, 0);
    assert_int_equal(ma_exchange_retry_ms(exchange), 500);
    /* The answer still has the id of the question. */
    assert_int_equal(
        last_event(exchange, 200, "Content-Type", SSE, "data: " RESULT "\n\n")
            ->kind,
        MA_EXCHANGE_RESPONSE);
}

static void what_the_rest_does_not_say_still_holds_T_042(void **state)
{
    MA_AUTO(ma_exchange) exchange = make(MA_EXCHANGE_FOR_REQUEST, &resuming);
    (void)state;
    break_off(exchange, "retry: 500\nid: e1\ndata:\n\n");
    resume(exchange, 1);
    break_off(exchange, ": nothing new\n\n");
    resume(exchange, 1);
    assert_string_equal(last_event_id(exchange), "e1");
    assert_int_equal(ma_exchange_retry_ms(exchange), 500);
    break_off(exchange, "retry: 700\nid: e2\ndata:\n\n");
    resume(exchange, 1);
    assert_string_equal(last_event_id(exchange), "e2");
    assert_int_equal(ma_exchange_retry_ms(exchange), 700);
}

static void a_place_in_another_session_is_none_T_043(void **state)
{
    MA_AUTO(ma_exchange) exchange = make(MA_EXCHANGE_FOR_REQUEST, &resuming);
    (void)state;
    break_off(exchange, "id: e1\ndata:\n\n");
    resume(exchange, 2);
    assert_null(last_event_id(exchange));
}

static void without_an_id_or_a_rule_nothing_is_resumed_T_041(void **state)
{
    MA_AUTO(ma_exchange) no_id = make(MA_EXCHANGE_FOR_REQUEST, &resuming);
    MA_AUTO(ma_exchange) no_rule = make(MA_EXCHANGE_FOR_REQUEST, &rules);
    (void)state;
    break_off(no_id, "data:\n\n");
    break_off(no_rule, "id: e1\ndata:\n\n");
    assert_false(ma_exchange_resumable(no_id));
    assert_false(ma_exchange_resumable(no_rule));
}

static void an_answer_may_come_elsewhere_T_171(void **state)
{
    ma_exchange_rules elsewhere = rules;
    const ma_exchange_event *event;
    elsewhere.elsewhere = true;
    elsewhere.url = "https://mcp.test/m?s=1";
    MA_AUTO(ma_exchange) exchange = make(MA_EXCHANGE_FOR_REQUEST, &elsewhere);
    (void)state;
    assert_string_equal(ma_exchange_url(exchange), elsewhere.url);
    assert_int_equal(last_event(exchange, 202, NULL, NULL, "Accepted")->kind,
        MA_EXCHANGE_ACCEPTED);
    assert_int_equal(ma_exchange_answer(exchange, ma_span_of(RESULT), NULL), 0);
    assert_int_equal(ma_exchange_next(exchange, &event, NULL), 0);
    assert_int_equal(event->kind, MA_EXCHANGE_RESPONSE);
}

/* --- what is sent -------------------------------------------------------- */

static void a_post_says_what_it_takes_T_020(void **state)
{
    MA_AUTO(ma_exchange) exchange = make(MA_EXCHANGE_FOR_NOTICE, &rules);
    const mcpauth_headers *headers = ma_exchange_headers(exchange);
    (void)state;
    assert_string_equal(ma_exchange_http_method(exchange), "POST");
    assert_string_equal(mcpauth_headers_get(headers, "accept"),
        "application/json, text/event-stream");
    assert_string_equal(
        mcpauth_headers_get(headers, "content-type"), "application/json");
    assert_true(ma_span_is(
        ma_exchange_body(exchange), "{\"jsonrpc\":\"2.0\",\"method\":\"x\""));
    assert_null(ma_exchange_id(exchange).at);
}

static void a_close_has_no_body_T_052(void **state)
{
    MA_AUTO(ma_exchange) exchange = make(MA_EXCHANGE_FOR_CLOSE, &rules);
    (void)state;
    assert_string_equal(ma_exchange_http_method(exchange), "DELETE");
    assert_int_equal(ma_exchange_body(exchange).len, 0);
    assert_null(
        mcpauth_headers_get(ma_exchange_headers(exchange), "Content-Type"));
}

static void prepared_again_it_is_new_T_001(void **state)
{
    MA_AUTO(ma_exchange) exchange = make(MA_EXCHANGE_FOR_REQUEST, &rules);
    mcpauth_headers *headers = ma_exchange_headers(exchange);
    (void)state;
    assert_true(ma_span_is(ma_exchange_id(exchange), "7"));
    assert_int_equal(
        mcpauth_headers_add(headers, "Authorization", "Bearer old", NULL), 0);
    last_event(exchange, 401, "Mcp-Session-Id", "s", "");
    assert_non_null(ma_exchange_session_id(exchange));

    assert_int_equal(ma_exchange_prepare(exchange, 8, 2, &rules, NULL), 0);
    assert_int_equal(ma_exchange_generation(exchange), 2);
    assert_true(ma_span_is(ma_exchange_body(exchange),
        "{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"x\""));
    assert_null(
        mcpauth_headers_get(ma_exchange_headers(exchange), "Authorization"));
    assert_null(ma_exchange_session_id(exchange));
    assert_false(ma_exchange_done(exchange));
    assert_int_equal(
        last_event(exchange, 200, "Content-Type", JSON, OTHER)->kind,
        MA_EXCHANGE_RESPONSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broken_stream_goes_on_where_it_was_T_032_T_042),
        cmocka_unit_test(what_the_rest_does_not_say_still_holds_T_042),
        cmocka_unit_test(a_place_in_another_session_is_none_T_043),
        cmocka_unit_test(without_an_id_or_a_rule_nothing_is_resumed_T_041),
        cmocka_unit_test(an_answer_may_come_elsewhere_T_171),
        cmocka_unit_test(a_post_says_what_it_takes_T_020),
        cmocka_unit_test(a_close_has_no_body_T_052),
        cmocka_unit_test(prepared_again_it_is_new_T_001),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
