/* plain_test.c - a host and a server that both have no sessions. */
#include "bridge/host_test.h"

#define META                                                                   \
    "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","   \
    "\"io.modelcontextprotocol/clientCapabilities\":{}}"
#define ASKS(id, method, params)                                               \
    "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"" method                  \
    "\",\"params\":{" params META "}}"
#define CALL(id)   ASKS(id, "tools/call", "\"name\":\"t\",")
#define ANSWER(id) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"result\":{\"n\":1.10}}"
#define LIST       "{\"tools\":[{\"name\":\"t\"}]}"
#define CANCELS(id)                                                            \
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","             \
    "\"params\":{\"requestId\":" id "}}"

static void check_field(host *h, const char *name, const char *value)
{
    assert_string_equal(mcpauth_headers_get(h->headers, name), value);
}

/* Answers the list that a call waits for. */
static void give_list(host *h)
{
    reply r = host_open(h, "tools/list");
    MA_SCOPED(ma_buf) body = ma_buf_init(4096);
    assert_non_null(strstr(ma_buf_text(&r.errand->body), META));
    ma_buf_addf(&body, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":" LIST "}",
        r.errand->id);
    reply_head(&r, 200, "application/json", NULL);
    reply_feed(&r, ma_buf_text(&body));
    reply_end(&r);
}

static void fields_say_what_the_message_says_T_061_T_062_T_220(void **state)
{
    host h;
    (void)state;
    host_begin(&h, "2026-07-28");
    host_says(&h, ASKS("1", "resources/read", "\"uri\":\"u:x\","));
    reply r = host_open(&h, "resources/read");
    assert_string_equal(ma_buf_text(&r.errand->body),
        ASKS("1", "resources/read", "\"uri\":\"u:x\","));
    check_field(&h, "MCP-Protocol-Version", "2026-07-28");
    check_field(&h, "Mcp-Method", "resources/read");
    check_field(&h, "Mcp-Name", "u:x");
    reply_head(&r, 200, "application/json", NULL);
    reply_feed(&r, ANSWER("1"));
    reply_end(&r);
    host_heard(&h, ANSWER("1") "\n");
    host_end(&h);
}

/* What is asked for that is shown to nobody. */
static void a_first_call_waits_for_a_list_T_069_T_182(void **state)
{
    host h;
    (void)state;
    host_begin(&h, "2026-07-28");
    host_says(&h, CALL("1"));
    host_says(&h, CALL("2"));
    assert_int_equal(h.sent_count, 1);
    give_list(&h);
    host_heard(&h, "");
    server_says(&h, "tools/call", 200, NULL, ANSWER("1"));
    server_says(&h, "tools/call", 200, NULL, ANSWER("2"));
    host_says(&h, CALL("3"));
    assert_null(host_find(&h, "tools/list"));
    server_says(&h, "tools/call", 200, NULL, ANSWER("3"));
    host_heard(&h, ANSWER("1") "\n" ANSWER("2") "\n" ANSWER("3") "\n");
    host_end(&h);
}

static void without_a_list_the_call_goes_all_the_same_T_069(void **state)
{
    host h;
    (void)state;
    host_begin(&h, "2026-07-28");
    host_says(&h, CALL("1"));
    server_fails(&h, "tools/list", "cut off");
    server_says(&h, "tools/call", 200, NULL, ANSWER("1"));
    host_heard(&h, ANSWER("1") "\n");
    host_end(&h);
}

static void a_stale_list_is_renewed_once_T_069(void **state)
{
    static const char stale[] =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32020,"
        "\"message\":\"header mismatch\"}}";
    host h;
    (void)state;
    host_begin(&h, "2026-07-28");
    host_says(&h, CALL("1"));
    give_list(&h);
    server_says(&h, "tools/call", 400, NULL, stale);
    host_heard(&h, "");
    give_list(&h);
    server_says(&h, "tools/call", 400, NULL, stale);
    MA_SCOPED(ma_buf) line = ma_buf_init(1024);
    ma_buf_addf(&line, "%s\n", stale);
    host_heard(&h, ma_buf_text(&line));
    host_end(&h);
}

static void hanging_up_is_how_a_server_is_told_T_110_T_221(void **state)
{
    host h;
    (void)state;
    host_begin(&h, "2026-07-28");
    host_says(&h, ASKS("1", "tools/list", ""));
    host_says(&h, CANCELS("1"));
    assert_int_equal(h.sent_count, 0);
    assert_true(ma_crossing_is_idle(h.crossing));
    host_says(&h, CALL("2"));
    host_says(&h, CANCELS("2"));
    give_list(&h);
    assert_int_equal(h.sent_count, 0);
    host_heard(&h, "");
    host_end(&h);
}

static void news_that_break_off_end_their_subscription_T_102_T_220(void **state)
{
    host h;
    (void)state;
    host_begin(&h, "2026-07-28");
    host_says(&h, ASKS("\"s\"", "subscriptions/listen", ""));
    reply r = host_open(&h, "subscriptions/listen");
    reply_head(&r, 200, "text/event-stream", NULL);
    reply_feed(&r, "data: {\"jsonrpc\":\"2.0\",\"method\":\"n\"}\n\n");
    host_heard(&h, "{\"jsonrpc\":\"2.0\",\"method\":\"n\"}\n");
    ma_inbound_free(r.from);
    server_fails(&h, "subscriptions/listen", "cut off");
    host_heard(&h, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/"
                   "cancelled\",\"params\":{\"requestId\":\"s\",\"reason\":"
                   "\"the stream broke off\"}}\n");
    assert_true(ma_crossing_is_idle(h.crossing));
    host_end(&h);
}

static void a_host_that_answers_is_not_heard_T_156(void **state)
{
    host h;
    (void)state;
    host_begin(&h, "2026-07-28");
    host_says(&h, ASKS("1", "tools/list", ""));
    host_says(&h, ANSWER("9"));
    assert_int_equal(h.sent_count, 1);
    host_end(&h);
}

/* It is a host without sessions all the same, and the server is asked whether
 * it has some in words of our own. */
static void what_a_host_forgets_to_say_the_server_tells_T_072_T_210(
    void **state)
{
    static const char bare[] = "{\"jsonrpc\":\"2.0\",\"id\":1,"
                               "\"method\":\"server/discover\"}";
    static const char error[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":"
                                "{\"code\":-32602,\"message\":\"_meta\"}}";
    host h;
    (void)state;
    host_begin(&h, NULL);
    host_says(&h, bare);
    reply r = host_open(&h, "server/discover");
    MA_SCOPED(ma_buf) body = ma_buf_init(4096);
    assert_non_null(strstr(ma_buf_text(&r.errand->body), META));
    ma_buf_addf(&body,
        "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"supportedVersions\":"
        "[\"2026-07-28\"],\"capabilities\":{}}}",
        r.errand->id);
    reply_head(&r, 200, "application/json", NULL);
    reply_feed(&r, ma_buf_text(&body));
    reply_end(&r);
    reply asked = host_open(&h, "server/discover");
    assert_string_equal(ma_buf_text(&asked.errand->body), bare);
    reply_head(&asked, 400, "application/json", NULL);
    reply_feed(&asked, error);
    reply_end(&asked);
    MA_SCOPED(ma_buf) line = ma_buf_init(1024);
    ma_buf_addf(&line, "%s\n", error);
    host_heard(&h, ma_buf_text(&line));
    host_end(&h);
}

static void what_waits_for_a_list_is_answered_at_the_end_T_153(void **state)
{
    host h;
    (void)state;
    host_begin(&h, "2026-07-28");
    host_says(&h, CALL("1"));
    host_says(&h, CALL("2"));
    host_end_waiting(&h, "\"id\":1,\"error\"", "\"id\":2,\"error\"");
}

static void what_waits_for_the_era_is_answered_at_the_end_T_153(void **state)
{
    host h;
    (void)state;
    host_begin(&h, NULL);
    host_says(&h, CALL("1"));
    host_says(&h, CALL("2"));
    host_end_waiting(&h, "\"id\":1,\"error\"", "\"id\":2,\"error\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_say_what_the_message_says_T_061_T_062_T_220),
        cmocka_unit_test(
            what_a_host_forgets_to_say_the_server_tells_T_072_T_210),
        cmocka_unit_test(a_first_call_waits_for_a_list_T_069_T_182),
        cmocka_unit_test(without_a_list_the_call_goes_all_the_same_T_069),
        cmocka_unit_test(a_stale_list_is_renewed_once_T_069),
        cmocka_unit_test(hanging_up_is_how_a_server_is_told_T_110_T_221),
        cmocka_unit_test(
            news_that_break_off_end_their_subscription_T_102_T_220),
        cmocka_unit_test(a_host_that_answers_is_not_heard_T_156),
        cmocka_unit_test(what_waits_for_a_list_is_answered_at_the_end_T_153),
        cmocka_unit_test(what_waits_for_the_era_is_answered_at_the_end_T_153),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
