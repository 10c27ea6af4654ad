/* keeper_test.c - sessions that are lost while nobody asks anything. */
#include "client/keeper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "talk.h"

#define CHANGED  NOTIFY("notifications/tools/list_changed", "{}")
#define WANTED   "{\"toolsListChanged\":true}"
#define ENDPOINT "POST https://mcp.test/m?s=1"
#define GREETS_AS(id)                                                          \
    {                                                                          \
        MCP, 200, RESULT("{'protocolVersion':'2025-11-25'}"),                  \
            JSON "\nMcp-Session-Id: " id, .when = "'initialize'", .times = 1   \
    }
#define STREAMS_ONCE                                                           \
    {                                                                          \
        LISTENS, 200, "retry: 0\n\n", STREAM, .times = 1                       \
    }
#define LOST                                                                   \
    {                                                                          \
        LISTENS, 404, "", .times = 1                                           \
    }

static void who_listens_hears_on_in_the_next_session_T_044_T_053(void **state)
{
    static const fakehttp_row rows[] = {GREETS_AS("s1"), GREETS_AS("s2"), NOTES,
        STREAMS_ONCE, LOST, {LISTENS, 200, "", STREAM, .hold = true}};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(mcpauth_client_listen(t.client, WANTED, t.err), 0);
    fakehttp_push(t.net, "Mcp-Session-Id: s2\n", EVENT(CHANGED));
    assert_true(talk_has(&t, "list_changed"));
    assert_int_equal(talk_sent(&t, "'initialize'"), 2);
    assert_int_equal(fakehttp_count(t.net, LISTENS, NULL), 3);
    talk_close(&t);
}

static void server_that_is_not_back_yet_is_tried_again_T_053(void **state)
{
    static const fakehttp_row rows[] = {GREETS_AS("s1"),
        {MCP, .failure = MCPAUTH_E_NETWORK, .when = "'initialize'", .times = 1},
        GREETS_AS("s2"), NOTES, STREAMS_ONCE, LOST,
        {LISTENS, 200, "", STREAM, .hold = true}};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(mcpauth_client_listen(t.client, WANTED, t.err), 0);
    fakehttp_push(t.net, "Mcp-Session-Id: s2\n", EVENT(CHANGED));
    assert_true(talk_has(&t, "list_changed"));
    talk_close(&t);
}

static void stream_of_the_oldest_is_opened_again_T_172(void **state)
{
    static const fakehttp_row rows[] = {
        {LISTENS, 200, "event: endpoint\ndata: /m?s=1\n\n", STREAM,
            .hold = true},
        {ENDPOINT, 202, ""}};
    static const char *const agrees[] = {
        EVENT("{'jsonrpc':'2.0','id':4,'result':{'protocolVersion':"
              "'2024-11-05'}}"),
        EVENT("{'jsonrpc':'2.0','id':8,'result':{'protocolVersion':"
              "'2024-11-05'}}")};
    talk t;
    talk_call call;
    (void)state;
    TALK(&t, rows, 0);
    talk_start(&call, &t, &(mcpauth_call){.method = "x"});
    fakehttp_wait(t.net, ENDPOINT, "'id':4,'method':'initialize'", 1);
    fakehttp_push(t.net, "event-stream", agrees[0]);
    fakehttp_wait(t.net, ENDPOINT, "'id':6,'method':'x'", 1);
    assert_int_equal(mcpauth_client_listen(t.client, WANTED, t.err), 0);
    fakehttp_end(t.net, "event-stream", MCPAUTH_E_NETWORK);
    assert_int_equal(talk_join(&call), MCPAUTH_E_NETWORK);
    fakehttp_wait(t.net, ENDPOINT, "'id':8,'method':'initialize'", 1);
    fakehttp_push(t.net, "event-stream", agrees[1]);
    fakehttp_wait(t.net, ENDPOINT, "notifications/initialized", 2);
    talk_call_done(&call);
    talk_close(&t);
}

/* A stream that only the client's serve is there for is no reason either. */
static void serve(void *ctx, const char *method, const char *params, size_t len,
    mcpauth_reply *reply)
{
    (void)ctx, (void)method, (void)params, (void)len, (void)reply;
}

static void where_nobody_listens_nothing_is_opened(void **state)
{
    static const fakehttp_row rows[] = {GREETS_AS("s1"), GREETS_AS("s2"), NOTES,
        STREAMS_ONCE, LOST, ANSWERS("'x'", "{}")};
    talk t;
    (void)state;
    TALK(&t, rows, .serve = serve);
    assert_int_equal(mcpauth_client_open(t.client, NULL), 0);
    fakehttp_wait(t.net, LISTENS, NULL, 2);
    ma_keeper *keeper = ma_keeper_new(t.client);
    ma_keeper_wake(keeper);
    ma_keeper_free(keeper);
    ma_keeper_free(NULL);
    assert_int_equal(talk_sent(&t, "'initialize'"), 1);
    talk_close(&t);
}

static void behind_the_stop_nobody_is_woken(void **state)
{
    static const fakehttp_row rows[] = {DISCOVERS};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    ma_keeper *keeper = ma_keeper_new(t.client);
    ma_keeper_stop(keeper);
    ma_keeper_wake(keeper);
    ma_keeper_stop(keeper);
    ma_keeper_free(keeper);
    assert_int_equal(talk_sent(&t, NULL), 0);
    talk_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_listens_hears_on_in_the_next_session_T_044_T_053),
        cmocka_unit_test(server_that_is_not_back_yet_is_tried_again_T_053),
        cmocka_unit_test(stream_of_the_oldest_is_opened_again_T_172),
        cmocka_unit_test(where_nobody_listens_nothing_is_opened),
        cmocka_unit_test(behind_the_stop_nobody_is_woken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
