/* carry_test.c - streams that break, sessions that go, calls that nobody waits
 * for any more. */
#include "client/carry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/cancel.h"
#include "base/error.h"
#include "talk.h"

#define IN_SESSION "MCP-Protocol-Version: 2025-11-25\n"

/* The request behind discover, initialize and initialized. */
#define FOURTH(text) "{'jsonrpc':'2.0','id':4,'result':" text "}"
#define PRIMED       "retry: 0\nid: e1\ndata:\n\n"

/* --- streams that break off ---------------------------------------------- */

static void broken_stream_is_asked_for_its_rest_T_042(void **state)
{
    static const mcpauth_status failures[] = {MCPAUTH_OK, MCPAUTH_E_NETWORK};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const fakehttp_row rows[] = {GREETS, NOTES,
            {MCP, 200, PRIMED, STREAM, failures[i], "'x'"},
            {LISTENS, 200, "id: e2\ndata:\n\n", STREAM, failures[i],
                .when = "Last-Event-ID: e1\n"},
            {LISTENS, 200, EVENT(FOURTH("{'ok':1}")), STREAM,
                .when = "Last-Event-ID: e2\n"}};
        talk t;
        TALK(&t, rows, 0);
        assert_int_equal(talk_ask(&t, "x", NULL), 0);
        assert_string_equal(t.text, "{\"ok\":1}");
        assert_int_equal(talk_sent(&t, "'x'"), 1);
        assert_int_equal(fakehttp_count(t.net, LISTENS, IN_SESSION), 2);
        assert_int_equal(
            fakehttp_count(t.net, LISTENS, "Mcp-Session-Id: s1\n"), 2);
        assert_int_equal(
            fakehttp_count(t.net, LISTENS, "Accept: text/event-stream\n"), 2);
        talk_close(&t);
    }
}

static void without_an_id_the_rest_is_lost_T_042_T_025(void **state)
{
    static const fakehttp_row rows[] = {GREETS, NOTES,
        {MCP, 200, EVENT(NOTIFY("n", "{}")), STREAM, .when = "'x'"}};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(talk_ask(&t, "x", NULL), MCPAUTH_E_NETWORK);
    assert_int_equal(talk_sent(&t, "'x'"), 1);
    assert_int_equal(fakehttp_count(t.net, LISTENS, NULL), 0);
    talk_close(&t);
}

static void server_that_refuses_the_rest_is_quoted_T_042(void **state)
{
    static const fakehttp_row rows[] = {GREETS, NOTES,
        {MCP, 200, PRIMED, STREAM, .when = "'x'"},
        {LISTENS, 405, "{'message':'only once'}"}};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(talk_ask(&t, "x", NULL), MCPAUTH_E_HTTP);
    assert_string_equal(mcpauth_error_server_description(t.err), "only once");
    assert_non_null(strstr(
        mcpauth_error_message(t.err), "asking for the rest of the answer: "));
    assert_int_equal(fakehttp_count(t.net, LISTENS, NULL), 1);
    talk_close(&t);
}

/* Asking for a rest harms nobody, whatever it is the rest of. */
static void busy_server_is_asked_for_the_rest_again_T_024_T_042(void **state)
{
    static const fakehttp_row rows[] = {GREETS, NOTES,
        {MCP, 200, PRIMED, STREAM, .when = "tools/call"},
        {LISTENS, 503, "", .times = 1},
        {LISTENS, 200, EVENT(FOURTH("{}")), STREAM}};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(talk_ask(&t, "tools/call", NULL), 0);
    assert_int_equal(fakehttp_count(t.net, LISTENS, NULL), 2);
    talk_close(&t);
}

static void streams_that_say_nothing_come_to_an_end_T_042(void **state)
{
    static const fakehttp_row rows[] = {GREETS, NOTES,
        {MCP, 200, PRIMED, STREAM, .when = "'x'"}, {LISTENS, 200, "", STREAM}};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(talk_ask(&t, "x", NULL), MCPAUTH_E_NETWORK);
    assert_int_equal(fakehttp_count(t.net, LISTENS, NULL), 100);
    talk_close(&t);
}

static void streams_with_news_may_be_many_T_042(void **state)
{
    static const fakehttp_row rows[] = {GREETS, NOTES,
        {MCP, 200, PRIMED, STREAM, .when = "'x'"},
        {LISTENS, 200, EVENT(NOTIFY("n", "{}")), STREAM, .times = 150},
        {LISTENS, 200, EVENT(FOURTH("{}")), STREAM}};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(talk_ask(&t, "x", NULL), 0);
    assert_int_equal(fakehttp_count(t.net, LISTENS, NULL), 151);
    talk_close(&t);
}

/* --- sessions that go ---------------------------------------------------- */

#define GREETS_AS(id)                                                          \
    {                                                                          \
        MCP, 200, RESULT("{'protocolVersion':'2025-11-25'}"),                  \
            JSON "\nMcp-Session-Id: " id, .when = "'initialize'", .times = 1   \
    }

static void what_was_due_in_a_lost_session_fails_T_043_T_054(void **state)
{
    static const fakehttp_row rows[] = {GREETS_AS("s1"), GREETS_AS("s2"), NOTES,
        {MCP, 200, PRIMED, STREAM, .when = "'slow'", .hold = true},
        {MCP, 404, "", .when = "'fast'", .times = 1}, ANSWERS("'fast'", "{}"),
        {LISTENS, 200, "", STREAM}};
    talk t;
    talk_call slow;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(mcpauth_client_open(t.client, NULL), 0);
    talk_start(&slow, &t, &(mcpauth_call){.method = "slow"});
    fakehttp_wait(t.net, MCP, "'slow'", 1);
    assert_int_equal(talk_ask(&t, "fast", NULL), 0);
    fakehttp_end(t.net, "'slow'", MCPAUTH_OK);
    assert_int_equal(talk_join(&slow), MCPAUTH_E_NETWORK);
    assert_int_equal(fakehttp_count(t.net, LISTENS, NULL), 0);
    talk_call_done(&slow);
    talk_close(&t);
}

enum { CALLS = 4 };

static void meet(void *ctx)
{
    pthread_barrier_wait(ctx);
}

static void call_together(talk *t, mcpauth_status expected)
{
    talk_call calls[CALLS];
    assert_int_equal(mcpauth_client_open(t->client, NULL), 0);
    for (int i = 0; i < CALLS; i++)
        talk_start(&calls[i], t, &(mcpauth_call){.method = "x"});
    for (int i = 0; i < CALLS; i++) {
        assert_int_equal(talk_join(&calls[i]), expected);
        talk_call_done(&calls[i]);
    }
}

static void session_lost_to_many_is_opened_once_T_053(void **state)
{
    pthread_barrier_t barrier;
    const fakehttp_row rows[] = {GREETS_AS("s1"), GREETS_AS("s2"), NOTES,
        {MCP, 404, "", .when = "Mcp-Session-Id: s1\n", .before = meet,
            .ctx = &barrier},
        ANSWERS("'x'", "{}")};
    talk t;
    (void)state;
    pthread_barrier_init(&barrier, NULL, CALLS);
    TALK(&t, rows, 0);
    call_together(&t, MCPAUTH_OK);
    assert_int_equal(talk_sent(&t, "'initialize'"), 2);
    assert_int_equal(talk_sent(&t, "'x'"), 2 * CALLS);
    talk_close(&t);
    pthread_barrier_destroy(&barrier);
}

static void server_that_turned_older_is_opened_once_T_074(void **state)
{
    pthread_barrier_t barrier;
    const fakehttp_row rows[] = {
        {MCP, 200, RESULT("{'supportedVersions':['2026-07-28']}"),
            .when = "'server/discover'", .times = 1},
        GREETS_AS("s1"), NOTES,
        {MCP, 405, "", .when = "Mcp-Method: x\n", .before = meet,
            .ctx = &barrier},
        ANSWERS("'x'", "{}")};
    talk t;
    (void)state;
    pthread_barrier_init(&barrier, NULL, CALLS);
    TALK(&t, rows, 0);
    call_together(&t, MCPAUTH_OK);
    assert_int_equal(talk_sent(&t, "'server/discover'"), 2);
    assert_int_equal(talk_sent(&t, "'initialize'"), 1);
    assert_string_equal(
        mcpauth_client_protocol_version(t.client), "2025-11-25");
    talk_close(&t);
    pthread_barrier_destroy(&barrier);
}

static void server_that_turned_newer_is_asked_anew_T_070_T_074(void **state)
{
    static const fakehttp_row rows[] = {
        {MCP, 405, "", .when = "'server/discover'", .times = 1},
        GREETS_AS("s1"), NOTES,
        {MCP, 400,
            "{'jsonrpc':'2.0','id':$ID,'error':{'code':-32022,'message':'m',"
            "'data':{'supported':['2026-07-28']}}}",
            .when = "MCP-Protocol-Version: 2025"},
        {MCP, 400,
            "{'jsonrpc':'2.0','id':$ID,'error':{'code':-32022,'message':'m',"
            "'data':{'supported':['2026-07-28']}}}",
            .when = "'initialize'"},
        DISCOVERS, ANSWERS("'x'", "{}")};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(talk_ask(&t, "x", NULL), 0);
    assert_int_equal(talk_sent(&t, "'x'"), 2);
    assert_int_equal(talk_sent(&t, "Mcp-Method: x\n"), 1);
    assert_string_equal(
        mcpauth_client_protocol_version(t.client), "2026-07-28");
    talk_close(&t);
}

/* --- cancellation -------------------------------------------------------- */

/* Starts a call, cancels it once the server holds it, and waits for its end. */
static void cancel_held(talk *t)
{
    MA_AUTO(mcpauth_cancel) cancel = mcpauth_cancel_new();
    talk_call call;
    assert_int_equal(mcpauth_client_open(t->client, NULL), 0);
    talk_start(&call, t, &(mcpauth_call){.method = "x", .cancel = cancel});
    fakehttp_wait(t->net, MCP, "'x'", 1);
    mcpauth_cancel_ask(cancel);
    assert_int_equal(talk_join(&call), MCPAUTH_E_CANCELLED);
    fakehttp_wait_free(t->net, "'x'");
    assert_null(call.text);
    talk_call_done(&call);
}

static void cancelled_request_is_named_to_an_older_server_T_111(void **state)
{
    static const fakehttp_row held[] = {
        {MCP, 200, "", STREAM, .when = "'x'", .hold = true},
        {MCP, .when = "'x'", .hold = true}};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const fakehttp_row rows[] = {GREETS, NOTES, held[i],
            {MCP, 202, "", .when = "notifications/cancelled"}};
        talk t;
        TALK(&t, rows, 0);
        cancel_held(&t);
        assert_int_equal(talk_sent(&t, "'notifications/cancelled','params':{"
                                       "'requestId':4}"),
            1);
        assert_int_equal(talk_sent(&t, IN_SESSION), 3);
        talk_close(&t);
    }
}

static void cancelled_request_is_hung_up_on_a_newer_one_T_110(void **state)
{
    static const fakehttp_row held[] = {
        {MCP, 200, "", STREAM, .when = "'x'", .hold = true},
        {MCP, .when = "'x'", .hold = true}};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const fakehttp_row rows[] = {DISCOVERS, held[i]};
        talk t;
        TALK(&t, rows, 0);
        cancel_held(&t);
        assert_int_equal(talk_sent(&t, NULL), 2);
        talk_close(&t);
    }
}

static void request_that_took_too_long_is_cancelled_T_114(void **state)
{
    static const fakehttp_row rows[] = {GREETS, NOTES,
        {MCP, .failure = MCPAUTH_E_TIMEOUT, .when = "'x'"},
        {MCP, .failure = MCPAUTH_E_NETWORK, .when = "notifications/cancelled"}};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(talk_ask(&t, "x", NULL), MCPAUTH_E_TIMEOUT);
    assert_int_equal(talk_sent(&t, "'requestId':4}"), 1);
    talk_close(&t);
}

static void opening_is_cancelled_without_a_word_T_010_T_111(void **state)
{
    static const fakehttp_row rows[] = {
        {MCP, .when = "'initialize'", .hold = true}};
    MA_AUTO(mcpauth_cancel) cancel = mcpauth_cancel_new();
    talk t;
    talk_call call;
    (void)state;
    TALK(&t, rows, 0);
    talk_start(&call, &t, &(mcpauth_call){.method = "x", .cancel = cancel});
    fakehttp_wait(t.net, MCP, "'initialize'", 1);
    mcpauth_cancel_ask(cancel);
    assert_int_equal(talk_join(&call), MCPAUTH_E_CANCELLED);
    assert_int_equal(talk_sent(&t, "cancelled"), 0);
    assert_int_equal(talk_sent(&t, NULL), 2);
    talk_call_done(&call);
    talk_close(&t);
}

static void ask_to_cancel(void *ctx)
{
    mcpauth_cancel_ask(ctx);
}

/* These would last a minute, a day and a second. */
static void pauses_end_when_nobody_waits_T_024_T_042(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        MA_AUTO(mcpauth_cancel) cancel = mcpauth_cancel_new();
        const fakehttp_row busy = {MCP, 503, "", "Retry-After: 60",
            .when = "'x'", .before = ask_to_cancel, .ctx = cancel};
        const fakehttp_row broken = {MCP, 200,
            "retry: 300000\nid: e\ndata:\n\n", STREAM, .when = "'x'",
            .before = ask_to_cancel, .ctx = cancel};
        const fakehttp_row primed = {MCP, 200, PRIMED, STREAM, .when = "'x'"};
        const fakehttp_row lost = {LISTENS, .failure = MCPAUTH_E_NETWORK,
            .before = ask_to_cancel, .ctx = cancel};
        const fakehttp_row rows[] = {GREETS, NOTES,
            i == 0   ? busy
            : i == 1 ? broken
                     : primed,
            lost};
        talk t;
        talk_call call;
        TALK(&t, rows, 0);
        talk_start(&call, &t, &(mcpauth_call){.method = "x", .cancel = cancel});
        assert_int_equal(talk_join(&call), MCPAUTH_E_CANCELLED);
        assert_int_equal(talk_sent(&t, "'x'"), 1);
        talk_call_done(&call);
        talk_close(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_stream_is_asked_for_its_rest_T_042),
        cmocka_unit_test(without_an_id_the_rest_is_lost_T_042_T_025),
        cmocka_unit_test(server_that_refuses_the_rest_is_quoted_T_042),
        cmocka_unit_test(busy_server_is_asked_for_the_rest_again_T_024_T_042),
        cmocka_unit_test(streams_that_say_nothing_come_to_an_end_T_042),
        cmocka_unit_test(streams_with_news_may_be_many_T_042),
        cmocka_unit_test(what_was_due_in_a_lost_session_fails_T_043_T_054),
        cmocka_unit_test(session_lost_to_many_is_opened_once_T_053),
        cmocka_unit_test(server_that_turned_older_is_opened_once_T_074),
        cmocka_unit_test(server_that_turned_newer_is_asked_anew_T_070_T_074),
        cmocka_unit_test(cancelled_request_is_named_to_an_older_server_T_111),
        cmocka_unit_test(cancelled_request_is_hung_up_on_a_newer_one_T_110),
        cmocka_unit_test(request_that_took_too_long_is_cancelled_T_114),
        cmocka_unit_test(opening_is_cancelled_without_a_word_T_010_T_111),
        cmocka_unit_test(pauses_end_when_nobody_waits_T_024_T_042),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
