/* listener_test.c - what servers say unasked, in all three ways. */
#include "client/listener.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "talk.h"

#define CHANGED  NOTIFY("notifications/tools/list_changed", "{}")
#define SUBS     "'subscriptions/listen'"
#define WANTED   "{\"toolsListChanged\":true}"
#define ACK      EVENT(NOTIFY("notifications/subscriptions/acknowledged", "{}"))
#define ENDPOINT "POST https://mcp.test/m?s=1"

static void serve(void *ctx, const char *method, const char *params, size_t len,
    mcpauth_reply *reply)
{
    mcpauth_status st = mcpauth_reply_result(reply, "{\"served\":1}", NULL);
    (void)params, (void)len, (void)st;
    talk_note(ctx, method, strlen(method));
}

/* --- a stream of the server's own ---------------------------------------- */

static void stream_begins_behind_the_handshake_T_044_T_045(void **state)
{
    static const fakehttp_row rows[] = {GREETS, NOTES,
        {LISTENS, 200, "", STREAM, .hold = true},
        {MCP, 202, "", .when = "'id':'q'"}};
    talk t;
    (void)state;
    TALK(&t, rows, .serve = serve);
    assert_int_equal(mcpauth_client_open(t.client, NULL), 0);
    assert_int_equal(
        fakehttp_count(t.net, LISTENS, "MCP-Protocol-Version: 2025-11-25\n"),
        1);
    assert_int_equal(fakehttp_count(t.net, LISTENS, "Mcp-Session-Id: s1\n"), 1);
    assert_int_equal(fakehttp_count(t.net, LISTENS, "Last-Event-ID"), 0);
    assert_non_null(strstr(fakehttp_text(t.net, 3), "GET "));
    fakehttp_push(t.net, "event-stream", EVENT(CHANGED));
    assert_true(talk_has(&t, "'notifications/tools/list_changed'"));
    fakehttp_push(
        t.net, "event-stream", EVENT("{'jsonrpc':'2.0','id':9,'result':{}}"));
    fakehttp_push(
        t.net, "event-stream", EVENT(ASKS("'q'", "roots/list", "{}")));
    fakehttp_wait(t.net, MCP, "'id':'q','result':{'served':1}", 1);
    mcpauth_client_close(t.client);
    fakehttp_wait_free(t.net, "event-stream");
    assert_int_equal(fakehttp_count(t.net, LISTENS, NULL), 1);
    talk_close(&t);
}

/* Nothing was asked for, so nothing is missing. */
static void server_without_a_stream_is_no_error_T_044(void **state)
{
    static const fakehttp_row answers[] = {
        {LISTENS, 405, ""},
        {LISTENS, 404, ""},
        {LISTENS, 400, "{}"},
        {LISTENS, 401, ""},
        {LISTENS, 403, "{'message':'Missing Authentication Token'}"},
        {LISTENS, 500, ""},
        {LISTENS, 503, ""},
        {LISTENS, 200, "{}"},
        {LISTENS, 200, "<html>", "Content-Type: text/html"},
        {LISTENS, .failure = MCPAUTH_E_NETWORK},
    };
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        const fakehttp_row rows[] = {
            GREETS, NOTES, answers[i], ANSWERS("'x'", "{}")};
        talk t;
        TALK(&t, rows, .serve = serve);
        assert_int_equal(talk_ask(&t, "x", NULL), 0);
        assert_int_equal(fakehttp_count(t.net, LISTENS, NULL), 1);
        assert_int_equal(mcpauth_client_listen(t.client, NULL, NULL), 0);
        talk_close(&t);
    }
}

static void what_is_wanted_and_not_to_be_had_is_an_error(void **state)
{
    static const struct {
        fakehttp_row row;
        mcpauth_status st;
        const char *words;
    } answers[] = {
        {{LISTENS, 405, ""}, MCPAUTH_E_UNSUPPORTED, "405"},
        {{LISTENS, 403, "{'message':'not you'}"}, MCPAUTH_E_REFUSED, "not you"},
        {{LISTENS, 503, "{'message':'full'}"}, MCPAUTH_E_UNSUPPORTED, "full"},
        {{LISTENS, 200, "<html>", "Content-Type: text/html"},
            MCPAUTH_E_UNSUPPORTED, "text/html"},
        {{LISTENS, .failure = MCPAUTH_E_NETWORK}, MCPAUTH_E_NETWORK, "fake"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        const fakehttp_row rows[] = {
            GREETS, NOTES, answers[i].row, ANSWERS("'x'", "{}")};
        talk t;
        TALK(&t, rows, 0);
        assert_int_equal(
            mcpauth_client_listen(t.client, WANTED, t.err), answers[i].st);
        assert_non_null(strstr(mcpauth_error_message(t.err), answers[i].words));

        /* It is not wanted any more, and in nobody's way. */
        mcpauth_client_close(t.client);
        assert_int_equal(talk_ask(&t, "x", NULL), 0);
        assert_int_equal(fakehttp_count(t.net, LISTENS, NULL), 1);
        talk_close(&t);
    }
}

static void stream_that_ends_is_asked_for_again_T_044(void **state)
{
    static const fakehttp_row rows[] = {GREETS, NOTES,
        {LISTENS, 200, "retry: 0\nid: e1\ndata:\n\n" EVENT(CHANGED), STREAM,
            .times = 1},
        {LISTENS, 200, EVENT(CHANGED), STREAM, MCPAUTH_E_NETWORK, .times = 1},
        {LISTENS, 200, "", STREAM, .hold = true}};
    talk t;
    (void)state;
    TALK(&t, rows, .serve = serve);
    assert_int_equal(mcpauth_client_open(t.client, NULL), 0);
    fakehttp_wait(t.net, LISTENS, "Last-Event-ID: e1\n", 2);
    assert_int_equal(fakehttp_count(t.net, LISTENS, NULL), 3);
    talk_close(&t);
}

static void stream_is_listened_to_in_the_next_session_T_054(void **state)
{
    static const fakehttp_row rows[] = {GREETS, NOTES,
        {LISTENS, 200, "", STREAM, .hold = true},
        {MCP, 404, "", .when = "'x'", .times = 1}, ANSWERS("'x'", "{}"),
        ANSWERS("resources/subscribe", "{}")};
    static const char wanted[] = "{\"resourceSubscriptions\":[\"file:///a\"]}";
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(mcpauth_client_listen(t.client, wanted, t.err), 0);
    assert_int_equal(talk_sent(&t, "'params':{'uri':'file:///a'}"), 1);
    assert_int_equal(talk_ask(&t, "x", NULL), 0);
    assert_int_equal(fakehttp_count(t.net, LISTENS, NULL), 2);
    assert_int_equal(talk_sent(&t, "'params':{'uri':'file:///a'}"), 2);
    fakehttp_push(t.net, "event-stream", EVENT(CHANGED));
    talk_wait(&t, "list_changed");

    /* Until the client is closed. */
    mcpauth_client_close(t.client);
    assert_int_equal(talk_ask(&t, "x", NULL), 0);
    assert_int_equal(fakehttp_count(t.net, LISTENS, NULL), 2);
    assert_int_equal(talk_sent(&t, "'params':{'uri':'file:///a'}"), 2);
    talk_close(&t);
}

/* Whatever is wanted, one stream brings it; some servers refuse a second. */
static void one_stream_of_the_server_is_enough_T_044(void **state)
{
    static const fakehttp_row rows[] = {GREETS, NOTES,
        {LISTENS, 200, "", STREAM, .hold = true, .times = 1},
        {LISTENS, 409, "{'message':'only one'}"},
        ANSWERS("resources/subscribe", "{}"),
        ANSWERS("resources/unsubscribe", "{}")};
    talk t;
    (void)state;
    TALK(&t, rows, .serve = serve);
    assert_int_equal(mcpauth_client_open(t.client, NULL), 0);
    assert_int_equal(
        mcpauth_client_listen(
            t.client, "{\"resourceSubscriptions\":[\"x:a\",\"x:b\"]}", t.err),
        0);
    assert_int_equal(mcpauth_client_listen(t.client,
                         "{\"resourceSubscriptions\":[\"x:\\u0062\"]}", t.err),
        0);
    assert_int_equal(talk_sent(&t, "'resources/unsubscribe'"), 1);
    assert_int_equal(
        talk_sent(&t, "'resources/unsubscribe','params':{'uri':'x:a'}"), 1);
    assert_int_equal(mcpauth_client_listen(t.client, NULL, t.err), 0);
    assert_int_equal(talk_sent(&t, "'resources/unsubscribe'"), 2);
    fakehttp_push(t.net, "event-stream", EVENT(CHANGED));
    assert_true(talk_has(&t, "list_changed"));
    assert_int_equal(fakehttp_count(t.net, LISTENS, NULL), 1);
    talk_close(&t);
}

/* --- subscriptions ------------------------------------------------------- */

static void subscription_is_a_request_that_goes_on_T_100(void **state)
{
    static const fakehttp_row rows[] = {
        DISCOVERS, {MCP, 200, ACK, STREAM, .when = SUBS, .hold = true}};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(mcpauth_client_listen(t.client, WANTED, t.err), 0);
    assert_int_equal(
        talk_sent(&t, "'params':{'notifications':{'toolsListChanged':true},"
                      "'_meta':{"),
        1);
    assert_int_equal(talk_sent(&t, "Mcp-Method: subscriptions/listen\n"), 1);
    fakehttp_push(t.net, SUBS, EVENT(CHANGED));
    assert_true(talk_has(&t, "list_changed"));

    assert_int_equal(mcpauth_client_listen(t.client, NULL, t.err), 0);
    fakehttp_wait_free(t.net, SUBS);
    assert_int_equal(talk_sent(&t, NULL), 2);
    assert_int_equal(fakehttp_count(t.net, LISTENS, NULL), 0);
    talk_close(&t);
}

static void refused_subscription_is_an_error_T_100(void **state)
{
    static const fakehttp_row answers[] = {
        {MCP, 200, FAILURE("-32601"), .when = SUBS},
        {MCP, 404, FAILURE("-32601"), .when = SUBS},
        {MCP, 200, EVENT(FAILURE("-32601")), STREAM, .when = SUBS},
        {MCP, 200, EVENT(RESULT("{}")), STREAM, .when = SUBS},
        {MCP, 200, RESULT("{}"), .when = SUBS},
    };
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        const fakehttp_row rows[] = {
            DISCOVERS, answers[i], ANSWERS("'x'", "{}")};
        talk t;
        TALK(&t, rows, 0);
        assert_int_equal(mcpauth_client_listen(t.client, WANTED, t.err),
            MCPAUTH_E_UNSUPPORTED);
        if (i < 3)
            assert_non_null(strstr(mcpauth_error_message(t.err), "alas"));
        assert_int_equal(talk_ask(&t, "x", NULL), 0);
        assert_int_equal(talk_sent(&t, SUBS), 1);
        talk_close(&t);
    }
}

static void lost_subscription_is_made_again_T_102(void **state)
{
    static const fakehttp_row rows[] = {
        DISCOVERS, {MCP, 200, ACK, STREAM, .when = SUBS, .hold = true}};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(mcpauth_client_listen(t.client, WANTED, t.err), 0);
    fakehttp_push(t.net, SUBS, "retry: 0\n\n");
    fakehttp_end(t.net, SUBS, MCPAUTH_E_NETWORK);
    fakehttp_wait(t.net, MCP, SUBS, 2);
    assert_int_equal(talk_sent(&t, "'id':2,'method':" SUBS), 1);
    assert_int_equal(talk_sent(&t, "'id':3,'method':" SUBS), 1);
    assert_int_equal(talk_sent(&t, "Last-Event-ID"), 0);

    /* It ended as it should. */
    fakehttp_push(
        t.net, "'id':3", EVENT("{'jsonrpc':'2.0','id':3,'result':{}}"));
    fakehttp_wait_free(t.net, SUBS);
    assert_int_equal(talk_sent(&t, SUBS), 2);
    talk_close(&t);
}

static void *listen_for_prompts(void *ctx)
{
    talk *t = ctx;
    mcpauth_status st = mcpauth_client_listen(
        t->client, "{\"promptsListChanged\":true}", t->err);
    if (st)
        abort();
    return NULL;
}

static void next_subscription_stands_before_the_last_one_ends_T_103(
    void **state)
{
    static const fakehttp_row rows[] = {DISCOVERS,
        {MCP, 200, ACK, STREAM, .when = "'toolsListChanged'", .hold = true},
        {MCP, 200, "", STREAM, .when = "'promptsListChanged'", .hold = true}};
    talk t;
    pthread_t thread;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(mcpauth_client_listen(t.client, WANTED, t.err), 0);
    assert_int_equal(pthread_create(&thread, NULL, listen_for_prompts, &t), 0);
    fakehttp_wait(t.net, MCP, "'promptsListChanged'", 1);
    fakehttp_push(t.net, "'toolsListChanged'", EVENT(CHANGED));
    assert_true(talk_has(&t, "list_changed"));
    fakehttp_push(t.net, "'promptsListChanged'", ACK);
    fakehttp_wait_free(t.net, "'toolsListChanged'");
    pthread_join(thread, NULL);
    assert_int_equal(talk_sent(&t, SUBS), 2);
    talk_close(&t);
}

/* --- HTTP+SSE ------------------------------------------------------------ */

#define STREAMS                                                                \
    {                                                                          \
        LISTENS, 200, "event: endpoint\ndata: /m?s=1\n\n", STREAM,             \
            .hold = true                                                       \
    }
#define ACCEPTS                                                                \
    {                                                                          \
        ENDPOINT, 202, "Accepted"                                              \
    }
#define AGREES(id)                                                             \
    EVENT("{'jsonrpc':'2.0','id':" id                                          \
          ",'result':{'protocolVersion':'2024-11-05'}}")
#define GIVES(id) EVENT("{'jsonrpc':'2.0','id':" id ",'result':{'n':" id "}}")

/* Before the stream there were discover and initialize; it counts as well. */
static void start_oldest(talk_call *call, talk *t)
{
    talk_start(call, t, &(mcpauth_call){.method = "x"});
    fakehttp_wait(t->net, ENDPOINT, "'id':4,'method':'initialize'", 1);
    fakehttp_push(t->net, "event-stream", AGREES("4"));
    fakehttp_wait(t->net, ENDPOINT, "notifications/initialized", 1);
    fakehttp_wait(t->net, ENDPOINT, "'id':6,'method':'x'", 1);
}

static void answers_come_on_the_one_stream_T_170_T_171(void **state)
{
    static const fakehttp_row rows[] = {STREAMS, ACCEPTS};
    talk t;
    talk_call call;
    (void)state;
    TALK(&t, rows, .serve = serve);
    start_oldest(&call, &t);
    fakehttp_push(t.net, "event-stream",
        EVENT(CHANGED) EVENT(ASKS("'q'", "roots/list", "{}")) GIVES("9")
            GIVES("6"));
    assert_int_equal(talk_join(&call), 0);
    assert_string_equal(call.text, "{\"n\":6}");
    assert_true(talk_has(&t, "list_changed"));
    fakehttp_wait(t.net, ENDPOINT, "'id':'q','result':{'served':1}", 1);
    assert_string_equal(
        mcpauth_client_protocol_version(t.client), "2024-11-05");
    assert_int_equal(fakehttp_count(t.net, ENDPOINT, "Mcp-"), 0);
    assert_int_equal(fakehttp_count(t.net, ENDPOINT, "MCP-"), 0);
    talk_call_done(&call);

    mcpauth_client_close(t.client);
    fakehttp_wait_free(t.net, "event-stream");
    assert_int_equal(fakehttp_count(t.net, GOODBYE, NULL), 0);
    talk_close(&t);
}

static void lost_stream_ends_what_was_under_way_T_172(void **state)
{
    static const fakehttp_row rows[] = {STREAMS, ACCEPTS};
    talk t;
    talk_call call;
    (void)state;
    TALK(&t, rows, 0);
    start_oldest(&call, &t);
    fakehttp_end(t.net, "event-stream", MCPAUTH_E_NETWORK);
    assert_int_equal(talk_join(&call), MCPAUTH_E_NETWORK);
    talk_call_done(&call);

    /* The next request begins from scratch. */
    talk_start(&call, &t, &(mcpauth_call){.method = "x"});
    fakehttp_wait(t.net, LISTENS, NULL, 2);
    fakehttp_wait(t.net, ENDPOINT, "'id':8,'method':'initialize'", 1);
    fakehttp_push(t.net, "event-stream", AGREES("8"));
    fakehttp_wait(t.net, ENDPOINT, "'id':10,'method':'x'", 1);
    fakehttp_push(t.net, "event-stream", GIVES("10"));
    assert_int_equal(talk_join(&call), 0);
    assert_int_equal(talk_sent(&t, NULL), 2);
    talk_call_done(&call);
    talk_close(&t);
}

static void stream_that_ends_in_the_handshake_fails_it_T_172(void **state)
{
    static const fakehttp_row rows[] = {STREAMS, ACCEPTS};
    talk t;
    talk_call call;
    (void)state;
    TALK(&t, rows, 0);
    talk_start(&call, &t, &(mcpauth_call){.method = "x"});
    fakehttp_wait(t.net, ENDPOINT, "'initialize'", 1);
    fakehttp_end(t.net, "event-stream", MCPAUTH_OK);
    assert_int_equal(talk_join(&call), MCPAUTH_E_NETWORK);
    talk_call_done(&call);
    talk_close(&t);
}

static void stream_that_names_no_place_is_none_T_170(void **state)
{
    static const fakehttp_row streams[] = {
        {LISTENS, 200, "", STREAM},
        {LISTENS, 200, EVENT(CHANGED), STREAM},
        {LISTENS, 200, "{}"},
        {LISTENS, 405, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        const fakehttp_row rows[] = {
            {MCP, 405, "{'message':'first'}", .when = "'initialize'"},
            streams[i]};
        talk t;
        TALK(&t, rows, 0);
        assert_int_equal(mcpauth_client_open(t.client, t.err), MCPAUTH_E_HTTP);
        assert_int_equal(mcpauth_error_http_status(t.err), 405);
        assert_string_equal(mcpauth_error_server_description(t.err), "first");
        talk_close(&t);
    }
}

static void place_elsewhere_is_not_used_T_171(void **state)
{
    static const fakehttp_row rows[] = {{LISTENS, 200,
        "event: endpoint\ndata: https://evil.test/\n\n", STREAM, .hold = true}};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    mcpauth_status st = mcpauth_client_open(t.client, t.err);
    assert_int_equal(st, MCPAUTH_E_UNTRUSTED);
    assert_int_equal(fakehttp_count(t.net, "POST https://evil.test/", NULL), 0);
    talk_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stream_begins_behind_the_handshake_T_044_T_045),
        cmocka_unit_test(server_without_a_stream_is_no_error_T_044),
        cmocka_unit_test(what_is_wanted_and_not_to_be_had_is_an_error),
        cmocka_unit_test(stream_that_ends_is_asked_for_again_T_044),
        cmocka_unit_test(stream_is_listened_to_in_the_next_session_T_054),
        cmocka_unit_test(one_stream_of_the_server_is_enough_T_044),
        cmocka_unit_test(subscription_is_a_request_that_goes_on_T_100),
        cmocka_unit_test(refused_subscription_is_an_error_T_100),
        cmocka_unit_test(lost_subscription_is_made_again_T_102),
        cmocka_unit_test(
            next_subscription_stands_before_the_last_one_ends_T_103),
        cmocka_unit_test(answers_come_on_the_one_stream_T_170_T_171),
        cmocka_unit_test(lost_stream_ends_what_was_under_way_T_172),
        cmocka_unit_test(stream_that_ends_in_the_handshake_fails_it_T_172),
        cmocka_unit_test(stream_that_names_no_place_is_none_T_170),
        cmocka_unit_test(place_elsewhere_is_not_used_T_171),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
