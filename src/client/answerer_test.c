/* answerer_test.c - questions of the server, one after the other. */
#include "client/answerer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "scene.h"
#include "talk.h"

#define ACCEPTED                                                               \
    {                                                                          \
        MCP, 202, ""                                                           \
    }

/* A person who thinks until the door is opened, once and for all. */
static gate door;

static void serve(void *ctx, const char *method, const char *params, size_t len,
    mcpauth_reply *reply)
{
    char line[300];
    mcpauth_status st = mcpauth_reply_result(reply, "{\"served\":1}", NULL);
    (void)st;
    int used = snprintf(line, sizeof line, "%s %.*s", method, (int)len, params);
    talk_note(ctx, line, (size_t)used);
    gate_pass(&door);
}

static const fakehttp_row rows[] = {
    GREETS, NOTES, {LISTENS, 200, "", STREAM, .hold = true}, ACCEPTED};

static void open_served(talk *t)
{
    gate_init(&door);
    TALK(t, rows, .serve = serve);
    assert_int_equal(mcpauth_client_open(t->client, NULL), 0);
}

static void close_served(talk *t)
{
    talk_close(t);
    gate_done(&door);
}

static void push(talk *t, const char *events)
{
    fakehttp_push(t->net, "text/event-stream\nMcp-Session-Id", events);
}

static void answers_hold_up_nothing_T_045_T_121(void **state)
{
    talk t;
    (void)state;
    open_served(&t);
    push(&t, EVENT(ASKS("'q1'", "roots/list", "{ 'a':1 }")));
    gate_wait_for(&door, 1);
    push(&t, EVENT(NOTIFY("n", "{}")) EVENT(ASKS("'p'", "ping", "{}")));
    assert_true(talk_has(&t, "'method':'n'"));
    assert_int_equal(
        talk_sent(&t, "{'jsonrpc':'2.0','id':'p','result':{}}"), 1);
    assert_int_equal(talk_sent(&t, "'q1'"), 0);
    gate_open(&door);
    fakehttp_wait(
        t.net, MCP, "{'jsonrpc':'2.0','id':'q1','result':{'served':1}}", 1);
    assert_true(talk_has(&t, "roots/list { 'a':1 }"));
    close_served(&t);
}

static void questions_are_answered_in_turn_T_045(void **state)
{
    talk t;
    (void)state;
    open_served(&t);
    push(&t, EVENT(ASKS("1", "a", "{}")) EVENT(ASKS("'1'", "b", "{}")));
    gate_wait_for(&door, 1);
    assert_false(talk_has(&t, "b {}"));
    gate_open(&door);
    fakehttp_wait(t.net, MCP, "'id':1,'result'", 1);
    fakehttp_wait(t.net, MCP, "'id':'1','result'", 1);
    close_served(&t);
}

#define CANCELS(id)                                                            \
    EVENT(NOTIFY("notifications/cancelled", "{'requestId':" id "}"))

static void cancelled_question_is_not_answered_T_113(void **state)
{
    talk t;
    (void)state;
    open_served(&t);
    push(&t, EVENT(ASKS("1", "a", "{}")) EVENT(ASKS("2", "b", "{}"))
                 EVENT(ASKS("3", "c", "{}")));
    gate_wait_for(&door, 1);
    /* One is at hand, one in the line; the others are nobody's. */
    push(&t, CANCELS("1") CANCELS("2") CANCELS("2") CANCELS("'3'") CANCELS(
                 "null") EVENT(NOTIFY("notifications/cancelled", "[]")));
    gate_open(&door);
    fakehttp_wait(t.net, MCP, "'id':3,'result'", 1);
    assert_false(talk_has(&t, "b {}"));
    assert_int_equal(talk_sent(&t, "'id':1,'result'"), 0);
    assert_int_equal(talk_sent(&t, "'id':2,'result'"), 0);
    assert_int_equal(talk_sent(&t, "'id':2,'error'"), 0);
    close_served(&t);
}

static void who_finds_no_place_in_the_line_is_told_S_011(void **state)
{
    char event[100];
    talk t;
    (void)state;
    open_served(&t);
    push(&t, EVENT(ASKS("'q'", "a", "{}")));
    gate_wait_for(&door, 1);
    for (int i = 1000; i < 1064; i++) {
        snprintf(event, sizeof event,
            EVENT("{'jsonrpc':'2.0','id':%d,'method':'a'}"), i);
        push(&t, event);
    }
    assert_int_equal(talk_sent(&t, "-32601"), 0);
    push(&t, EVENT(ASKS("2000", "a", "{}")));
    assert_int_equal(talk_sent(&t, "'id':2000,'error':{'code':-32601"), 1);
    gate_open(&door);
    fakehttp_wait(t.net, MCP, "'result':{'served':1}", 65);
    close_served(&t);
}

static void nobody_serves_what_has_no_end_to_its_name_T_003(void **state)
{
    char event[3000];
    talk t;
    (void)state;
    open_served(&t);
    snprintf(event, sizeof event,
        EVENT("{'jsonrpc':'2.0','id':7,'method':'%02000d'}")
            EVENT(NOTIFY("n", "{}")),
        0);
    push(&t, event);
    assert_int_equal(talk_sent(&t, "'id':7,'error':{'code':-32601"), 1);
    assert_true(talk_has(&t, "'method':'n'"));
    close_served(&t);
}

static void nobody_waits_for_the_answer_in_another_session_T_054(void **state)
{
    talk t;
    (void)state;
    open_served(&t);
    push(&t, EVENT(ASKS("1", "a", "{}")));
    gate_wait_for(&door, 1);
    mcpauth_client_close(t.client);
    assert_int_equal(mcpauth_client_open(t.client, NULL), 0);
    push(&t, EVENT(ASKS("2", "b", "{}")));
    gate_open(&door);
    fakehttp_wait(t.net, MCP, "'id':2,'result'", 1);
    assert_int_equal(talk_sent(&t, "'id':1,'result'"), 0);
    close_served(&t);
}

/* Neither there, where its id may mean another question, nor anywhere. */
static void question_of_a_lost_session_is_not_answered_at_all_T_054(
    void **state)
{
    static const fakehttp_row lost[] = {GREETS, NOTES,
        {MCP, 200, "", STREAM, .when = "'slow'", .hold = true},
        {MCP, 404, "", .when = "'fast'", .times = 1}, ANSWERS("'fast'", "{}"),
        ACCEPTED};
    talk t;
    talk_call slow;
    (void)state;
    TALK(&t, lost, 0);
    talk_start(&slow, &t, &(mcpauth_call){.method = "slow"});
    fakehttp_wait(t.net, MCP, "'slow'", 1);
    fakehttp_push(t.net, "'slow'", EVENT(ASKS("'p1'", "ping", "{}")));
    assert_int_equal(talk_ask(&t, "fast", NULL), 0);
    fakehttp_push(t.net, "'slow'", EVENT(ASKS("'p2'", "ping", "{}")));
    fakehttp_end(t.net, "'slow'", MCPAUTH_E_NETWORK);
    assert_int_equal(talk_join(&slow), MCPAUTH_E_NETWORK);
    assert_int_equal(talk_sent(&t, "'p1'"), 1);
    assert_int_equal(talk_sent(&t, "'p2'"), 0);
    talk_call_done(&slow);
    talk_close(&t);
}

/* Would wait for the server, which does not take the answer. */
static void close_waits_for_no_answer_S_012(void **state)
{
    static const fakehttp_row deaf[] = {GREETS, NOTES,
        {LISTENS, 200, EVENT(ASKS("'p'", "ping", "{}")), STREAM, .hold = true},
        {MCP, 200, "", STREAM, .when = "'id':'p'", .hold = true},
        {GOODBYE, 200, ""}};
    talk t;
    (void)state;
    TALK(&t, deaf, .serve = serve);
    assert_int_equal(mcpauth_client_open(t.client, NULL), 0);
    fakehttp_wait(t.net, MCP, "'id':'p'", 1);
    mcpauth_client_close(t.client);
    fakehttp_wait_free(t.net, "'id':'p'");
    assert_int_equal(fakehttp_count(t.net, GOODBYE, NULL), 1);
    talk_close(&t);
}

static void *open_door(void *ctx)
{
    fakehttp_wait_free(ctx, "event-stream");
    gate_open(&door);
    return NULL;
}

/* Free waits for the serve under way, and for no other. */
static void what_is_in_the_line_dies_with_the_client(void **state)
{
    talk t;
    pthread_t opener;
    (void)state;
    open_served(&t);
    push(&t, EVENT(ASKS("1", "a", "{}")) EVENT(ASKS("2", "b", "{}")));
    gate_wait_for(&door, 1);
    assert_int_equal(pthread_create(&opener, NULL, open_door, t.net), 0);
    mcpauth_client_free(t.client);
    t.client = NULL;
    pthread_join(opener, NULL);
    assert_false(talk_has(&t, "b {}"));
    assert_int_equal(talk_sent(&t, "'result'"), 0);
    close_served(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_hold_up_nothing_T_045_T_121),
        cmocka_unit_test(questions_are_answered_in_turn_T_045),
        cmocka_unit_test(cancelled_question_is_not_answered_T_113),
        cmocka_unit_test(who_finds_no_place_in_the_line_is_told_S_011),
        cmocka_unit_test(nobody_serves_what_has_no_end_to_its_name_T_003),
        cmocka_unit_test(nobody_waits_for_the_answer_in_another_session_T_054),
        cmocka_unit_test(
            question_of_a_lost_session_is_not_answered_at_all_T_054),
        cmocka_unit_test(close_waits_for_no_answer_S_012),
        cmocka_unit_test(what_is_in_the_line_dies_with_the_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
