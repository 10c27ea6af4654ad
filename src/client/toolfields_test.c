/* toolfields_test.c - arguments that also go as header fields. */
#include "client/toolfields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cancel.h"
#include "base/error.h"
#include "talk.h"

#define TOOL(name, header)                                                     \
    "{'name':'" name "','inputSchema':{'type':'object','properties':{'a':{"    \
    "'type':'string','x-mcp-header':'" header "'}}}}"
#define CALL(name)   "{\"name\":\"" name "\",\"arguments\":{\"a\":\"v\"}}"
#define LISTS(tools) ANSWERS("'tools/list'", "{'tools':[" tools "]}")
#define TAKES_CALLS  ANSWERS("'tools/call'", "{'content':[]}")
#define LISTS_ONCE(more, tools)                                                \
    {                                                                          \
        MCP, 200, RESULT("{'tools':[" tools "]" more "}"),                     \
            .when = "'tools/list'", .times = 1                                 \
    }
#define MISMATCH                                                               \
    {                                                                          \
        MCP, 400, FAILURE("-32020"), .when = "'tools/call'", .times = 1        \
    }

static void tools_are_listed_before_the_first_call_T_065_T_069(void **state)
{
    static const fakehttp_row rows[] = {DISCOVERS,
        {MCP, 200, RESULT("{'tools':[" TOOL("u", "U") "]}"),
            .when = "'cursor':'2'"},
        {MCP, 200,
            RESULT("{'tools':[" TOOL("t", "Where") "],'nextCursor':'2'}"),
            .when = "'tools/list'"},
        TAKES_CALLS};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(talk_ask(&t, "tools/call", CALL("t")), 0);
    assert_int_equal(talk_ask(&t, "tools/call", CALL("u")), 0);
    assert_int_equal(talk_ask(&t, "tools/call", CALL("other")), 0);
    assert_int_equal(talk_sent(&t, "'tools/list'"), 2);
    assert_int_equal(talk_sent(&t, "Mcp-Param-Where: v\n"), 1);
    assert_int_equal(talk_sent(&t, "Mcp-Param-U: v\n"), 1);
    assert_int_equal(talk_sent(&t, "Mcp-Param-"), 2);
    assert_int_equal(talk_sent(&t, "'tools/call'"), 3);
    talk_close(&t);
}

static void older_servers_get_no_fields_T_065(void **state)
{
    static const fakehttp_row rows[] = {
        GREETS, NOTES, LISTS(TOOL("t", "bad name")), TAKES_CALLS};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(talk_ask(&t, "tools/call", CALL("t")), 0);
    assert_int_equal(talk_sent(&t, "'tools/list'"), 0);
    assert_int_equal(talk_ask(&t, "tools/list", NULL), 0);
    assert_non_null(strstr(t.text, "\"t\""));
    assert_int_equal(talk_ask(&t, "tools/call", CALL("t")), 0);
    assert_int_equal(talk_sent(&t, "Mcp-Param"), 0);
    talk_close(&t);
}

static void dropped(void *ctx, const char *tool, const char *why)
{
    char line[500];
    int len = snprintf(line, sizeof line, "%s: %s", tool, why);
    talk_note(ctx, line, (size_t)len);
}

static void bad_tool_is_left_out_and_not_called_T_068(void **state)
{
    static const fakehttp_row rows[] = {DISCOVERS,
        LISTS(TOOL("t", "T") "," TOOL("bad", "a b") "," TOOL("u", "U")),
        TAKES_CALLS};
    talk t;
    (void)state;
    TALK(&t, rows, .dropped = dropped);
    assert_int_equal(talk_ask(&t, "tools/list", NULL), 0);
    assert_null(strstr(t.text, "bad"));
    assert_non_null(strstr(t.text, "\"t\""));
    assert_non_null(strstr(t.text, "\"u\""));
    assert_true(talk_has(&t, "bad: "));
    assert_int_equal(
        talk_ask(&t, "tools/call", CALL("bad")), MCPAUTH_E_UNSUPPORTED);
    assert_non_null(strstr(mcpauth_error_message(t.err), "\"bad\""));
    assert_non_null(mcpauth_error_hint(t.err));
    assert_int_equal(talk_sent(&t, "'tools/call'"), 0);
    assert_int_equal(talk_ask(&t, "tools/call", CALL("t")), 0);
    talk_close(&t);
}

static void mismatch_has_the_tools_listed_anew_T_069(void **state)
{
    static const fakehttp_row rows[] = {DISCOVERS,
        LISTS_ONCE("", TOOL("t", "Old")), LISTS(TOOL("t", "New")), MISMATCH,
        TAKES_CALLS};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(talk_ask(&t, "tools/call", CALL("t")), 0);
    assert_int_equal(talk_sent(&t, "Mcp-Param-Old: v\n"), 1);
    assert_int_equal(talk_sent(&t, "Mcp-Param-New: v\n"), 1);
    assert_int_equal(talk_sent(&t, "'tools/call'"), 2);
    talk_close(&t);
}

/* However long the server said that its list would hold. */
static void stale_list_is_not_taken_from_the_cache_T_069_T_081(void **state)
{
    static const fakehttp_row rows[] = {DISCOVERS,
        LISTS_ONCE(",'ttlMs':600000", TOOL("t", "Old")),
        LISTS(TOOL("t", "New")), MISMATCH, TAKES_CALLS};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(talk_ask(&t, "tools/call", CALL("t")), 0);
    assert_int_equal(talk_sent(&t, "'tools/list'"), 2);
    assert_int_equal(talk_sent(&t, "Mcp-Param-New: v\n"), 1);
    talk_close(&t);
}

static void mismatch_that_stays_is_told_T_069(void **state)
{
    static const fakehttp_row rows[] = {DISCOVERS, LISTS(TOOL("t", "T")),
        {MCP, 400, FAILURE("-32020"), .when = "'tools/call'"}};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(talk_ask(&t, "tools/call", CALL("t")), MCPAUTH_E_RPC);
    assert_string_equal(mcpauth_error_server_code(t.err), "-32020");
    assert_int_equal(talk_sent(&t, "'tools/call'"), 2);
    assert_int_equal(talk_sent(&t, "'tools/list'"), 2);
    talk_close(&t);
}

static void changed_list_is_learned_anew_T_069(void **state)
{
    static const fakehttp_row rows[] = {DISCOVERS,
        LISTS_ONCE("", TOOL("t", "Old")), LISTS(TOOL("t", "New")),
        {MCP, 200,
            EVENT(NOTIFY("notifications/tools/list_changed", "{}"))
                EVENT(RESULT("{}")),
            STREAM, .when = "'x'"},
        TAKES_CALLS};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(talk_ask(&t, "tools/call", CALL("t")), 0);
    assert_int_equal(talk_ask(&t, "x", NULL), 0);
    assert_int_equal(talk_ask(&t, "tools/call", CALL("t")), 0);
    assert_int_equal(talk_sent(&t, "Mcp-Param-Old: v\n"), 1);
    assert_int_equal(talk_sent(&t, "Mcp-Param-New: v\n"), 1);
    talk_close(&t);
}

static void call_can_be_cancelled_while_tools_are_listed_T_114(void **state)
{
    static const fakehttp_row rows[] = {
        DISCOVERS, {MCP, .when = "'tools/list'", .hold = true}};
    MA_AUTO(mcpauth_cancel) cancel = mcpauth_cancel_new();
    talk t;
    talk_call call;
    (void)state;
    TALK(&t, rows, 0);
    talk_start(&call, &t,
        &(mcpauth_call){
            .method = "tools/call", .params = CALL("t"), .cancel = cancel});
    fakehttp_wait(t.net, MCP, "'tools/list'", 1);
    mcpauth_cancel_ask(cancel);
    assert_int_equal(talk_join(&call), MCPAUTH_E_CANCELLED);
    assert_int_equal(talk_sent(&t, "'tools/call'"), 0);
    talk_call_done(&call);
    talk_close(&t);
}

static void failure_to_list_says_what_it_was_for_T_069(void **state)
{
    static const fakehttp_row rows[] = {
        DISCOVERS, {MCP, 500, "", .when = "'tools/list'"}, TAKES_CALLS};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(talk_ask(&t, "tools/call", CALL("t")), MCPAUTH_E_HTTP);
    assert_non_null(strstr(mcpauth_error_message(t.err),
        "learning which arguments go as fields: "));
    assert_int_equal(talk_sent(&t, "'tools/call'"), 0);
    talk_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tools_are_listed_before_the_first_call_T_065_T_069),
        cmocka_unit_test(older_servers_get_no_fields_T_065),
        cmocka_unit_test(bad_tool_is_left_out_and_not_called_T_068),
        cmocka_unit_test(mismatch_has_the_tools_listed_anew_T_069),
        cmocka_unit_test(stale_list_is_not_taken_from_the_cache_T_069_T_081),
        cmocka_unit_test(mismatch_that_stays_is_told_T_069),
        cmocka_unit_test(changed_list_is_learned_anew_T_069),
        cmocka_unit_test(call_can_be_cancelled_while_tools_are_listed_T_114),
        cmocka_unit_test(failure_to_list_says_what_it_was_for_T_069),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
