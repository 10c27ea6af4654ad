/* transfer_test.c - how far an answer is read, and what goes along. */
#include "client/transfer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "talk.h"

/* The stream would go on for ever. */
static void nobody_waits_behind_the_answer_T_040(void **state)
{
    static const char *const bodies[] = {EVENT(RESULT("{}")),
        EVENT(RESULT("{}")) EVENT(NOTIFY("late", "{}")),
        EVENT(FAILURE("-32010")) EVENT(NOTIFY("late", "{}"))};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const fakehttp_row rows[] = {DISCOVERS,
            {MCP, 200, bodies[i], STREAM, .when = "'x'", .hold = true}};
        talk t;
        TALK(&t, rows, 0);
        assert_int_equal(talk_ask(&t, "x", NULL), i == 2 ? MCPAUTH_E_RPC : 0);
        fakehttp_wait_free(t.net, "'x'");
        assert_int_equal(talk_has(&t, "'late'"), i > 0);
        if (i == 2)
            assert_string_equal(
                mcpauth_error_server_description(t.err), "alas");
        talk_close(&t);
    }
}

static void news_are_told_while_they_are_fresh_T_040(void **state)
{
    static const fakehttp_row rows[] = {
        DISCOVERS, {MCP, 200, "", STREAM, .when = "'x'", .hold = true}};
    talk t;
    talk_call call;
    (void)state;
    TALK(&t, rows, 0);
    talk_start(&call, &t, &(mcpauth_call){.method = "x"});
    fakehttp_push(t.net, "'x'", "data: {'jsonrpc':'2.0',");
    assert_false(talk_has(&t, "'n1'"));
    fakehttp_push(t.net, "'x'", "'method':'n1'}\n\n: still here\n\n");
    assert_true(talk_has(&t, "'n1'"));
    fakehttp_push(t.net, "'x'", EVENT(RESULT("{'n':1}")));
    assert_int_equal(talk_join(&call), 0);
    assert_string_equal(call.text, "{\"n\":1}");
    talk_call_done(&call);
    talk_close(&t);
}

/* One slow stream holds up nobody. */
static void requests_run_side_by_side_T_026(void **state)
{
    static const fakehttp_row rows[] = {DISCOVERS,
        {MCP, 200, "", STREAM, .when = "'slow'", .hold = true},
        ANSWERS("'fast'", "{}")};
    talk t;
    talk_call slow;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(mcpauth_client_open(t.client, NULL), 0);
    talk_start(&slow, &t, &(mcpauth_call){.method = "slow"});
    fakehttp_wait(t.net, MCP, "'slow'", 1);
    assert_int_equal(talk_ask(&t, "fast", NULL), 0);
    fakehttp_push(t.net, "'slow'", EVENT(RESULT("{}")));
    assert_int_equal(talk_join(&slow), 0);
    talk_call_done(&slow);
    talk_close(&t);
}

static void request_of_the_server_has_no_place_in_a_newer_answer_T_156(
    void **state)
{
    static const fakehttp_row rows[] = {DISCOVERS,
        {MCP, 200, EVENT(ASKS("1", "roots/list", "{}")) EVENT(RESULT("{}")),
            STREAM, .when = "'x'"}};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(talk_ask(&t, "x", NULL), MCPAUTH_E_PROTOCOL);
    assert_int_equal(talk_sent(&t, NULL), 2);
    talk_close(&t);
}

static void notification_is_sent_as_it_is_T_062(void **state)
{
    static const fakehttp_row rows[] = {
        DISCOVERS, {MCP, 202, "", .when = "'notifications/x'"}};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(mcpauth_client_notify(
                         t.client, "notifications/x", "{\"n\":1.10}", t.err),
        0);
    assert_int_equal(
        talk_sent(&t, "{'jsonrpc':'2.0','method':'notifications/x','params':"
                      "{'n':1.10}}"),
        1);
    assert_int_equal(talk_sent(&t, "Mcp-Method: notifications/x\n"), 1);
    talk_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_waits_behind_the_answer_T_040),
        cmocka_unit_test(news_are_told_while_they_are_fresh_T_040),
        cmocka_unit_test(requests_run_side_by_side_T_026),
        cmocka_unit_test(
            request_of_the_server_has_no_place_in_a_newer_answer_T_156),
        cmocka_unit_test(notification_is_sent_as_it_is_T_062),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
