/* opening_test.c - the handshake, and what comes right behind it. */
#include "client/opening.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "scene.h"
#include "talk.h"

enum { CALLS = 4 };

static void newest_way_is_tried_first_T_072(void **state)
{
    static const fakehttp_row rows[] = {DISCOVERS, ANSWERS("'x'", "{}")};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(talk_ask(&t, "x", NULL), 0);
    assert_int_equal(talk_sent(&t, NULL), 2);
    assert_string_equal(
        mcpauth_client_protocol_version(t.client), "2026-07-28");
    mcpauth_client_close(t.client);
    assert_int_equal(fakehttp_count(t.net, GOODBYE, NULL), 0);
    talk_close(&t);
}

static void what_holds_is_told_to_the_next_session_T_054(void **state)
{
    static const fakehttp_row rows[] = {GREETS, NOTES,
        ANSWERS("logging/setLevel", "{}"), ANSWERS("resources/subscribe", "{}"),
        {MCP, 404, "", .when = "'x'", .times = 1}, ANSWERS("'x'", "{}")};
    static const char *const order[] = {"initialize\"", "initialized\"",
        "{\"level\":\"info\"}", "{\"uri\":\"file:///b\"}",
        "{\"uri\":\"file:///a\"}", "\"x\""};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(
        talk_ask(&t, "logging/setLevel", "{\"level\":\"debug\"}"), 0);
    assert_int_equal(
        talk_ask(&t, "resources/subscribe", "{\"uri\":\"file:///a\"}"), 0);
    assert_int_equal(
        talk_ask(&t, "logging/setLevel", "{\"level\":\"info\"}"), 0);
    assert_int_equal(
        talk_ask(&t, "resources/subscribe", "{\"uri\":\"file:///b\"}"), 0);
    assert_int_equal(
        talk_ask(&t, "resources/subscribe", "{\"uri\":\"file:///a\"}"), 0);
    assert_int_equal(talk_ask(&t, "x", NULL), 0);
    size_t at = 0;
    while (!strstr(fakehttp_text(t.net, at), "\"x\""))
        at++;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        assert_non_null(strstr(fakehttp_text(t.net, at + 1 + i), order[i]));
    assert_null(fakehttp_text(t.net, at + 1 + sizeof order / sizeof *order));
    talk_close(&t);
}

static void what_the_next_session_refuses_it_refuses_T_054(void **state)
{
    static const fakehttp_row rows[] = {GREETS, NOTES,
        {MCP, 200, RESULT("{}"), .when = "logging/setLevel", .times = 1},
        {MCP, 200, FAILURE("-32601"), .when = "logging/setLevel"},
        ANSWERS("resources/subscribe", "{}"),
        {MCP, 404, "", .when = "'x'", .times = 1}, ANSWERS("'x'", "{}")};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(
        talk_ask(&t, "logging/setLevel", "{\"level\":\"debug\"}"), 0);
    assert_int_equal(
        talk_ask(&t, "resources/subscribe", "{\"uri\":\"file:///a\"}"), 0);
    assert_int_equal(talk_ask(&t, "x", NULL), 0);
    assert_int_equal(talk_sent(&t, "logging/setLevel"), 2);
    assert_int_equal(talk_sent(&t, "resources/subscribe"), 2);
    talk_close(&t);
}

/* --- many at once -------------------------------------------------------- */

static void run_together(talk *t, gate *door, mcpauth_status expected)
{
    talk_call calls[CALLS];
    for (int i = 0; i < CALLS; i++)
        talk_start(&calls[i], t, &(mcpauth_call){.method = "x"});
    gate_wait_for(door, 1);
    gate_open(door);
    for (int i = 0; i < CALLS; i++) {
        assert_int_equal(talk_join(&calls[i]), expected);
        talk_call_done(&calls[i]);
    }
}

static void one_opens_for_all_T_053(void **state)
{
    gate door;
    const fakehttp_row rows[] = {
        {MCP, 200, RESULT("{'supportedVersions':['2026-07-28']}"),
            .when = "'server/discover'", .before = gate_pass, .ctx = &door},
        ANSWERS("'x'", "{}")};
    talk t;
    (void)state;
    gate_init(&door);
    TALK(&t, rows, 0);
    run_together(&t, &door, MCPAUTH_OK);
    assert_int_equal(talk_sent(&t, "'server/discover'"), 1);
    assert_int_equal(talk_sent(&t, "'x'"), CALLS);
    talk_close(&t);
    gate_done(&door);
}

static void who_waited_tries_for_himself(void **state)
{
    gate door;
    const fakehttp_row rows[] = {{MCP, .failure = MCPAUTH_E_NETWORK,
        .when = "'server/discover'", .before = gate_pass, .ctx = &door}};
    talk t;
    (void)state;
    gate_init(&door);
    TALK(&t, rows, 0);
    run_together(&t, &door, MCPAUTH_E_NETWORK);
    assert_int_equal(talk_sent(&t, "'server/discover'"), CALLS);
    talk_close(&t);
    gate_done(&door);
}

/* --- what the server says of itself -------------------------------------- */

static void what_was_lent_stays_when_the_server_changes(void **state)
{
    static const fakehttp_row rows[] = {
        {MCP, 200,
            RESULT("{'protocolVersion':'2025-11-25','serverInfo':{'name':'a'},"
                   "'instructions':'i'}"),
            JSON "\nMcp-Session-Id: s1", .when = "'initialize'", .times = 1},
        {MCP, 200,
            RESULT("{'protocolVersion':'2025-06-18','serverInfo':{'name':'b'},"
                   "'capabilities':{}}"),
            .when = "'initialize'"},
        NOTES, {MCP, 404, "", .when = "'x'", .times = 1}, ANSWERS("'x'", "{}")};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(mcpauth_client_open(t.client, NULL), 0);
    const char *info = mcpauth_client_server_info(t.client);
    assert_int_equal(talk_ask(&t, "x", NULL), 0);
    assert_string_equal(info, "{\"name\":\"a\"}");
    assert_string_equal(
        mcpauth_client_server_info(t.client), "{\"name\":\"b\"}");
    assert_string_equal(
        mcpauth_client_protocol_version(t.client), "2025-06-18");
    assert_null(mcpauth_client_server_instructions(t.client));
    assert_string_equal(mcpauth_client_server_capabilities(t.client), "{}");
    talk_close(&t);
}

static void failure_says_what_it_was_for(void **state)
{
    static const fakehttp_row rows[] = {{MCP, 500, "{'message':'broken'}"}};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(talk_ask(&t, "x", NULL), MCPAUTH_E_HTTP);
    assert_non_null(
        strstr(mcpauth_error_message(t.err), "opening a session: "));
    assert_string_equal(mcpauth_error_server_description(t.err), "broken");
    assert_int_equal(talk_sent(&t, NULL), 1);
    talk_close(&t);
}

/* An error that says "not now" is taken at its word, but not for ever. */
static void server_that_is_never_ready_may_be_older_T_073(void **state)
{
    static const fakehttp_row rows[] = {
        {MCP, 200, FAILURE("-32003"), JSON "\nRetry-After: 0",
            .when = "'server/discover'"},
        GREETS, NOTES, ANSWERS("'x'", "{}")};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(talk_ask(&t, "x", NULL), 0);
    assert_int_equal(talk_sent(&t, "'server/discover'"), 6);
    talk_close(&t);
}

/* --- who gives up ---------------------------------------------------------
 */

#define SILENT                                                                 \
    {                                                                          \
        MCP, 200, "", STREAM, .hold = true                                     \
    }

static void close_ends_what_is_being_opened_S_012(void **state)
{
    static const fakehttp_row rows[] = {SILENT};
    talk t;
    talk_call call;
    (void)state;
    TALK(&t, rows, 0);
    for (int turn = 1; turn <= 2; turn++) {
        talk_start(&call, &t, &(mcpauth_call){.method = "x"});
        fakehttp_wait(t.net, MCP, "server/discover", turn);
        mcpauth_client_close(t.client);
        assert_int_equal(talk_join(&call), MCPAUTH_E_CANCELLED);
        assert_string_equal(
            mcpauth_error_message(call.err), "opening a session: cancelled");
        talk_call_done(&call);
    }
    talk_close(&t);
}

static void who_waits_for_the_opening_of_another_can_give_up_T_114(void **state)
{
    static const fakehttp_row rows[] = {SILENT};
    mcpauth_cancel *cancel = mcpauth_cancel_new();
    talk t;
    talk_call first, second;
    (void)state;
    TALK(&t, rows, 0);
    talk_start(&first, &t, &(mcpauth_call){.method = "x"});
    fakehttp_wait(t.net, MCP, "server/discover", 1);
    talk_start(&second, &t, &(mcpauth_call){.method = "y", .timeout_ms = 1});
    assert_int_equal(talk_join(&second), MCPAUTH_E_TIMEOUT);
    assert_non_null(
        strstr(mcpauth_error_message(second.err), "was not done within 1 ms"));
    talk_call_done(&second);
    talk_start(&second, &t, &(mcpauth_call){.method = "y", .cancel = cancel});
    mcpauth_cancel_ask(cancel);
    assert_int_equal(talk_join(&second), MCPAUTH_E_CANCELLED);
    talk_call_done(&second);
    assert_int_equal(talk_sent(&t, NULL), 1);
    mcpauth_client_close(t.client);
    assert_int_equal(talk_join(&first), MCPAUTH_E_CANCELLED);
    talk_call_done(&first);
    mcpauth_cancel_free(cancel);
    talk_close(&t);
}

/* A stream of 2024-11-05 that never says where to POST. */
static void who_opens_a_silent_stream_can_give_up_T_114(void **state)
{
    static const fakehttp_row rows[] = {
        {LISTENS, 200, "", STREAM, .hold = true}};
    mcpauth_cancel *cancel = mcpauth_cancel_new();
    talk t;
    talk_call call;
    (void)state;
    TALK(&t, rows, 0);
    talk_start(&call, &t, &(mcpauth_call){.method = "x", .cancel = cancel});
    fakehttp_wait(t.net, LISTENS, NULL, 1);
    mcpauth_cancel_ask(cancel);
    assert_int_equal(talk_join(&call), MCPAUTH_E_CANCELLED);
    talk_call_done(&call);
    mcpauth_cancel_free(cancel);
    talk_close(&t);
}

static void cancel_of_the_client_is_for_all_but_calls_with_their_own_T_114(
    void **state)
{
    static const fakehttp_row rows[] = {DISCOVERS, ANSWERS("'x'", "{}")};
    mcpauth_cancel *all = mcpauth_cancel_new();
    mcpauth_cancel *own = mcpauth_cancel_new();
    talk t;
    talk_call call;
    (void)state;
    TALK(&t, rows, .cancel = all);
    mcpauth_cancel_ask(all);
    assert_int_equal(mcpauth_client_open(t.client, NULL), MCPAUTH_E_CANCELLED);
    talk_start(&call, &t, &(mcpauth_call){.method = "x", .cancel = own});
    assert_int_equal(talk_join(&call), MCPAUTH_OK);
    talk_call_done(&call);
    assert_int_equal(talk_ask(&t, "x", NULL), MCPAUTH_E_CANCELLED);
    assert_int_equal(
        mcpauth_client_list(t.client, "y/list", "y", &t.text, &t.len, NULL),
        MCPAUTH_E_CANCELLED);
    assert_int_equal(
        mcpauth_client_notify(t.client, "n", NULL, NULL), MCPAUTH_E_CANCELLED);
    assert_int_equal(
        mcpauth_client_listen(t.client, NULL, NULL), MCPAUTH_E_CANCELLED);
    talk_close(&t);
    mcpauth_cancel_free(own);
    mcpauth_cancel_free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(newest_way_is_tried_first_T_072),
        cmocka_unit_test(what_holds_is_told_to_the_next_session_T_054),
        cmocka_unit_test(what_the_next_session_refuses_it_refuses_T_054),
        cmocka_unit_test(one_opens_for_all_T_053),
        cmocka_unit_test(who_waited_tries_for_himself),
        cmocka_unit_test(what_was_lent_stays_when_the_server_changes),
        cmocka_unit_test(failure_says_what_it_was_for),
        cmocka_unit_test(server_that_is_never_ready_may_be_older_T_073),
        cmocka_unit_test(close_ends_what_is_being_opened_S_012),
        cmocka_unit_test(
            who_waits_for_the_opening_of_another_can_give_up_T_114),
        cmocka_unit_test(
            cancel_of_the_client_is_for_all_but_calls_with_their_own_T_114),
        cmocka_unit_test(who_opens_a_silent_stream_can_give_up_T_114),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
