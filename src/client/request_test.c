/* request_test.c - rounds of questions, progress, and lists that went stale. */
#include "client/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cancel.h"
#include "base/error.h"
#include "client/limit.h"
#include "talk.h"

#define TOOL     "{\"name\":\"t\",\"n\":1.10}"
#define NO_TOOLS ANSWERS("'tools/list'", "{'tools':[]}")
#define ASKS_FOR(requests, state)                                              \
    RESULT("{'resultType':'input_required','inputRequests':{" requests         \
           "}" state "}")
#define FORM                                                                   \
    "{'method':'elicitation/create','params':{'message':'m',"                  \
    "'requestedSchema':{'type':'object','properties':{}}}}"
#define ROOTS "{'method':'roots/list'}"

/* Notes each question, and answers all but sampling. */
static void serve(void *ctx, const char *method, const char *params, size_t len,
    mcpauth_reply *reply)
{
    mcpauth_status st = MCPAUTH_OK;
    (void)params, (void)len;
    talk_note(ctx, method, strlen(method));
    if (!strcmp(method, "elicitation/create"))
        st = mcpauth_reply_result(reply, "{\"action\":\"decline\"}", NULL);
    if (!strcmp(method, "roots/list"))
        st = mcpauth_reply_result(reply, "{\"roots\":[ ]}", NULL);
    if (!strcmp(method, "sampling/createMessage"))
        st = mcpauth_reply_error(reply, -1, "no model here", NULL);
    if (st)
        abort();
}

/* --- rounds -------------------------------------------------------------- */

static void questions_are_answered_and_the_call_made_again_T_091_T_094(
    void **state)
{
    static const fakehttp_row rows[] = {DISCOVERS, NO_TOOLS,
        {MCP, 200,
            ASKS_FOR("'a':" FORM ",'b':" ROOTS, ",'requestState':'s\\u00e9'"),
            .when = "'tools/call'", .times = 1},
        {MCP, 200, ASKS_FOR("'c':" ROOTS, ""), .when = "'tools/call'",
            .times = 1},
        ANSWERS("'tools/call'", "{'ok':1}")};
    talk t;
    (void)state;
    TALK(&t, rows, .serve = serve, .capabilities = "{\"roots\":{}}");
    assert_int_equal(talk_ask(&t, "tools/call", TOOL), 0);
    assert_string_equal(t.text, "{\"ok\":1}");
    assert_string_equal(
        t.noted, "elicitation/create\nroots/list\nroots/list\n");
    assert_int_equal(talk_sent(&t, "'name':'t','n':1.10"), 3);
    assert_int_equal(talk_sent(&t, "Mcp-Name: t\n"), 3);
    assert_int_equal(
        talk_sent(&t, "'inputResponses':{'a':{'action':'decline'},"
                      "'b':{'roots':[ ]}},'requestState':'s\\u00e9'"),
        1);
    /* Nothing of the first round in the second. */
    assert_int_equal(talk_sent(&t, "'inputResponses':{'c':{'roots':[ ]}}"), 1);
    assert_int_equal(talk_sent(&t, "requestState"), 1);
    for (int i = 3; i <= 5; i++) {
        const char *const ids[] = {"'id':3,", "'id':4,", "'id':5,"};
        assert_int_equal(talk_sent(&t, ids[i - 3]), 1);
    }
    talk_close(&t);
}

static void elicitation_that_nobody_serves_is_cancelled_T_093(void **state)
{
    static const fakehttp_row rows[] = {DISCOVERS,
        {MCP, 200, ASKS_FOR("'a':" FORM, ""), .when = "'prompts/get'",
            .times = 1},
        ANSWERS("'prompts/get'", "{}")};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(talk_ask(&t, "prompts/get", TOOL), 0);
    assert_int_equal(
        talk_sent(&t, "'inputResponses':{'a':{'action':'cancel'}}"), 1);
    talk_close(&t);
}

static void other_questions_that_nobody_answers_end_the_call_T_093(void **state)
{
    static const struct {
        const char *request, *words;
        bool served;
    } table[] = {
        {ROOTS, "Method not found", false},
        {"{'method':'sampling/createMessage','params':{}}", "no model here",
            true},
    };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const fakehttp_row rows[] = {DISCOVERS,
            {MCP, 200,
                i ? ASKS_FOR(
                        "'a':{'method':'sampling/createMessage','params':{}}",
                        "")
                  : ASKS_FOR("'a':" ROOTS, ""),
                .when = "'resources/read'"}};
        talk t;
        TALK(&t, rows, .serve = table[i].served ? serve : NULL);
        assert_int_equal(talk_ask(&t, "resources/read", "{\"uri\":\"u\"}"),
            MCPAUTH_E_UNSUPPORTED);
        assert_non_null(strstr(mcpauth_error_message(t.err), table[i].words));
        assert_int_equal(talk_sent(&t, "'resources/read'"), 1);
        assert_null(t.text);
        talk_close(&t);
    }
}

static void questions_in_other_answers_are_none_T_080_T_090(void **state)
{
    static const fakehttp_row rows[] = {DISCOVERS,
        {MCP, 200, ASKS_FOR("'a':" ROOTS, ""), .when = "'x'"},
        ANSWERS("'y'", "{'resultType':'task'}")};
    talk t;
    (void)state;
    TALK(&t, rows, .serve = serve);
    assert_int_equal(talk_ask(&t, "x", NULL), MCPAUTH_E_PROTOCOL);
    assert_int_equal(talk_ask(&t, "y", NULL), MCPAUTH_E_PROTOCOL);
    assert_string_equal(t.noted, "");
    talk_close(&t);
}

static void server_cannot_ask_for_ever_T_092(void **state)
{
    static const fakehttp_row rows[] = {DISCOVERS, NO_TOOLS,
        {MCP, 200, ASKS_FOR("'a':" ROOTS, ""), .when = "'tools/call'"}};
    talk t;
    (void)state;
    TALK(&t, rows, .serve = serve);
    assert_int_not_equal(talk_ask(&t, "tools/call", TOOL), 0);
    assert_true(talk_sent(&t, "'tools/call'") <= 17);
    assert_true(talk_sent(&t, "'tools/call'") >= 16);
    talk_close(&t);
}

static void ask_to_cancel(void *ctx)
{
    mcpauth_cancel_ask(ctx);
}

/* A pause, and a question, between two rounds. */
static void rounds_end_when_nobody_waits_T_092_T_114(void **state)
{
    static const char *const answers[] = {
        RESULT("{'resultType':'input_required','requestState':'s'}"),
        ASKS_FOR("'a':" ROOTS, "")};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        MA_AUTO(mcpauth_cancel) cancel = mcpauth_cancel_new();
        const fakehttp_row rows[] = {DISCOVERS, NO_TOOLS,
            {MCP, 200, answers[i], .when = "'tools/call'",
                .before = ask_to_cancel, .ctx = cancel}};
        talk t;
        talk_call call;
        TALK(&t, rows, .serve = serve);
        talk_start(&call, &t,
            &(mcpauth_call){
                .method = "tools/call", .params = TOOL, .cancel = cancel});
        assert_int_equal(talk_join(&call), MCPAUTH_E_CANCELLED);
        assert_int_equal(talk_sent(&t, "'tools/call'"), 1);
        talk_call_done(&call);
        talk_close(&t);
    }
}

/* --- progress ------------------------------------------------------------ */

static void progress(void *ctx, const char *params, size_t len)
{
    talk_note(ctx, params, len);
}

#define PROGRESS(token, n)                                                     \
    EVENT(NOTIFY("notifications/progress",                                     \
        "{'progressToken':" token ",'progress':" n "}"))

static void call_is_told_of_its_progress_T_120(void **state)
{
    static const fakehttp_row rows[] = {GREETS, NOTES,
        {MCP, 200,
            PROGRESS("1", "0.50") PROGRESS("2", "7") PROGRESS("'1'", "8")
                EVENT(RESULT("{}")) PROGRESS("1", "1"),
            STREAM, .when = "'tools/call'"},
        {MCP, 200, PROGRESS("1", "9") EVENT(RESULT("{}")), STREAM,
            .when = "'x'"}};
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    const mcpauth_call call = {.size = sizeof call,
        .method = "tools/call",
        .params = "{\"_meta\":{\"a\":1}}",
        .progress = progress,
        .ctx = &t};
    assert_int_equal(
        mcpauth_client_call(t.client, &call, &t.text, &t.len, t.err), 0);
    assert_int_equal(talk_sent(&t, "{'_meta':{'a':1,'progressToken':1}}"), 1);
    assert_true(talk_has(&t, "{'progressToken':1,'progress':0.50}\n"));
    assert_false(talk_has(&t, "\n{'progressToken':2,"));
    assert_false(talk_has(&t, "\n{'progressToken':'1',"));
    assert_int_equal(talk_ask(&t, "x", NULL), 0);
    assert_int_equal(talk_sent(&t, "progressToken"), 1);
    assert_false(talk_has(&t, "\n{'progressToken':1,'progress':9}"));
    talk_close(&t);
}

static void rounds_share_their_token_T_094_T_120(void **state)
{
    static const fakehttp_row rows[] = {DISCOVERS, NO_TOOLS,
        {MCP, 200, ASKS_FOR("'a':" ROOTS, ""), .when = "'tools/call'",
            .times = 1},
        {MCP, 200, PROGRESS("1", "1") EVENT(RESULT("{}")), STREAM,
            .when = "'tools/call'"}};
    talk t;
    (void)state;
    TALK(&t, rows, .serve = serve);
    const mcpauth_call call = {.size = sizeof call,
        .method = "tools/call",
        .params = TOOL,
        .progress = progress,
        .ctx = &t};
    assert_int_equal(
        mcpauth_client_call(t.client, &call, &t.text, &t.len, t.err), 0);
    assert_int_equal(talk_sent(&t, "'progressToken':1"), 2);
    assert_true(talk_has(&t, "\n{'progressToken':1,'progress':1}\n"));
    talk_close(&t);
}

/* --- limits --------------------------------------------------------------
 */

/* A stream that sends its reader away for an hour, and does so again. */
static void limit_of_a_call_is_for_all_of_it_T_114(void **state)
{
    static const fakehttp_row rows[] = {GREETS, NOTES,
        {MCP, 200, "id: 1\nretry: 3600000\ndata:\n\n", STREAM, .when = "'x'"}};
    talk t;
    talk_call call;
    (void)state;
    TALK(&t, rows, .timeout_ms = 3600000);
    assert_int_equal(mcpauth_client_open(t.client, NULL), 0);
    talk_start(&call, &t, &(mcpauth_call){.method = "x", .timeout_ms = 20});
    assert_int_equal(talk_join(&call), MCPAUTH_E_TIMEOUT);
    assert_string_equal(
        mcpauth_error_message(call.err), "the call was not done within 20 ms");
    talk_call_done(&call);
    talk_close(&t);
}

static void limit_of_the_client_is_for_one_exchange_T_114(void **state)
{
    static const fakehttp_row rows[] = {{MCP, 200, "", STREAM, .hold = true}};
    talk t;
    (void)state;
    TALK(&t, rows, .timeout_ms = 1);
    assert_int_equal(talk_ask(&t, "x", NULL), MCPAUTH_E_TIMEOUT);
    assert_non_null(strstr(mcpauth_error_message(t.err),
        "the MCP server did not answer within 1 ms"));
    talk_close(&t);
}

/* Whatever has begun to run out does not while a person is asked. */
static void serve_in_no_time(void *ctx, const char *method, const char *params,
    size_t len, mcpauth_reply *reply)
{
    talk *t = ctx;
    ma_limit limit;
    (void)method, (void)params, (void)len;
    if (ma_limit_init(&limit, t->client, 1, NULL, NULL))
        abort();
    ma_limit_start(&limit);
    bool over = !ma_cancel_await(ma_limit_cancel(&limit), NULL, 20);
    ma_limit_done(&limit);
    talk_note(t, over ? "over" : "still", over ? 4 : 5);
    mcpauth_status st = mcpauth_reply_result(reply, "{\"roots\":[]}", NULL);
    (void)st;
}

static void time_stands_still_while_serve_runs_T_114(void **state)
{
    static const fakehttp_row rows[] = {DISCOVERS, NO_TOOLS,
        {MCP, 200, ASKS_FOR("'a':" ROOTS, ""), .when = "'tools/call'",
            .times = 1},
        ANSWERS("'tools/call'", "{}")};
    talk t;
    (void)state;
    TALK(&t, rows, .serve = serve_in_no_time);
    assert_int_equal(talk_ask(&t, "tools/call", TOOL), 0);
    assert_string_equal(t.noted, "still\n");
    talk_close(&t);
}

/* --- questions behind questions ------------------------------------------
 */

/* Makes a call of its own; whatever it is asked for it does not get. */
static void serve_by_a_call(void *ctx, const char *method, const char *params,
    size_t len, mcpauth_reply *reply)
{
    talk *t = ctx;
    char *text = NULL;
    size_t text_len = 0;
    (void)params, (void)len;
    talk_note(t, method, strlen(method));
    if (mcpauth_client_request(
            t->client, "prompts/get", TOOL, &text, &text_len, NULL) ||
        mcpauth_reply_result(reply, "{\"roots\":[]}", NULL))
        abort();
    talk_note(t, text, text_len);
    mcpauth_text_free(text);
}

static void call_out_of_serve_is_not_served_T_093(void **state)
{
    static const fakehttp_row rows[] = {DISCOVERS, NO_TOOLS,
        {MCP, 200, ASKS_FOR("'a':" ROOTS, ""), .when = "'tools/call'",
            .times = 1},
        ANSWERS("'tools/call'", "{'ok':1}"),
        {MCP, 200, ASKS_FOR("'b':" FORM, ""), .when = "'prompts/get'",
            .times = 1},
        ANSWERS("'prompts/get'", "{'nested':1}")};
    talk t;
    (void)state;
    TALK(&t, rows, .serve = serve_by_a_call);
    assert_int_equal(talk_ask(&t, "tools/call", TOOL), 0);
    assert_string_equal(t.noted, "roots/list\n{\"nested\":1}\n");
    assert_int_equal(
        talk_sent(&t, "'inputResponses':{'b':{'action':'cancel'}}"), 1);
    talk_close(&t);
}

static void nor_is_one_in_a_session_T_045(void **state)
{
    static const fakehttp_row rows[] = {GREETS, NOTES,
        {LISTENS, 200, EVENT(ASKS("'q'", "a", "{}")), STREAM, .hold = true},
        {MCP, 200, EVENT(ASKS("'n'", "b", "{}")) EVENT(RESULT("{'nested':1}")),
            STREAM, .when = "'prompts/get'"},
        {MCP, 202, ""}};
    talk t;
    (void)state;
    TALK(&t, rows, .serve = serve_by_a_call);
    assert_int_equal(mcpauth_client_open(t.client, NULL), 0);
    fakehttp_wait(t.net, MCP, "'id':'q','result'", 1);
    assert_int_equal(talk_sent(&t, "'id':'n','error':{'code':-32601"), 1);
    assert_string_equal(t.noted, "a\n{\"nested\":1}\n");
    talk_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limit_of_a_call_is_for_all_of_it_T_114),
        cmocka_unit_test(limit_of_the_client_is_for_one_exchange_T_114),
        cmocka_unit_test(time_stands_still_while_serve_runs_T_114),
        cmocka_unit_test(call_out_of_serve_is_not_served_T_093),
        cmocka_unit_test(nor_is_one_in_a_session_T_045),
        cmocka_unit_test(
            questions_are_answered_and_the_call_made_again_T_091_T_094),
        cmocka_unit_test(elicitation_that_nobody_serves_is_cancelled_T_093),
        cmocka_unit_test(
            other_questions_that_nobody_answers_end_the_call_T_093),
        cmocka_unit_test(questions_in_other_answers_are_none_T_080_T_090),
        cmocka_unit_test(server_cannot_ask_for_ever_T_092),
        cmocka_unit_test(rounds_end_when_nobody_waits_T_092_T_114),
        cmocka_unit_test(call_is_told_of_its_progress_T_120),
        cmocka_unit_test(rounds_share_their_token_T_094_T_120),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
