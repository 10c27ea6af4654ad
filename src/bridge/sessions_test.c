/* sessions_test.c - a host and a server that both have sessions. */
#include "bridge/host_test.h"

#define INITIALIZE                                                             \
    "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{"     \
    "\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"x\":{}},"          \
    "\"clientInfo\":{\"name\":\"h\",\"version\":\"1\"}}}"
#define RESULT(version)                                                        \
    "\"result\":{\"protocolVersion\":\"" version                               \
    "\",\"capabilities\":{},\"serverInfo\":{\"name\":\"s\",\"version\":\"1\"}" \
    "}}"
#define AGREED "{\"jsonrpc\":\"2.0\",\"id\":0," RESULT("2025-06-18")
#define INITIALIZED                                                            \
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"
#define CALL(id)                                                               \
    "{\"jsonrpc\":\"2.0\",\"id\":" id                                          \
    ",\"method\":\"tools/call\",\"params\":{\"name\":\"t\"}}"
#define ANSWER(id) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"result\":{\"n\":1.10}}"

/* Opens a session of that id, NULL for none, up to its stream. */
static void open_session(host *h, const char *id)
{
    host_begin(h, NULL);
    host_says(h, INITIALIZE);
    server_says(h, "initialize", 200, id, AGREED);
    host_heard(h, AGREED "\n");
    host_says(h, INITIALIZED);
    server_says(h, "notifications/initialized", 202, NULL, "");
    assert_non_null(host_find(h, "GET"));
}

static void check_field(host *h, const char *name, const char *value)
{
    const char *got = mcpauth_headers_get(h->headers, name);
    if (!value)
        assert_null(got);
    else
        assert_string_equal(got, value);
}

static void everything_passes_as_it_is_T_180_T_190(void **state)
{
    host h;
    (void)state;
    host_begin(&h, NULL);
    host_says(&h, INITIALIZE);
    reply r = host_open(&h, "initialize");
    assert_string_equal(ma_buf_text(&r.errand->body), INITIALIZE);
    check_field(&h, "MCP-Protocol-Version", NULL);
    reply_head(&r, 200, "application/json", "s1");
    reply_feed(&r, AGREED);
    reply_end(&r);
    host_heard(&h, AGREED "\n");
    host_says(&h, INITIALIZED);
    host_says(&h, CALL("\"a b\""));
    assert_null(host_find(&h, "tools/call"));
    server_says(&h, "notifications/initialized", 202, NULL, "");
    check_field(&h, "Mcp-Session-Id", "s1");
    check_field(&h, "MCP-Protocol-Version", "2025-06-18");
    server_says(&h, "tools/call", 200, NULL, ANSWER("\"a b\""));
    host_heard(&h, ANSWER("\"a b\"") "\n");
    host_says(&h, CALL("1.50"));
    server_says(&h, "tools/call", 200, NULL, ANSWER("1.5"));
    host_heard(&h, ANSWER("1.5") "\n");
    assert_true(ma_crossing_is_idle(h.crossing));
    host_end(&h);
}

static void who_does_not_wait_is_sent_in_order_T_010(void **state)
{
    host h;
    (void)state;
    host_begin(&h, NULL);
    host_says(&h, INITIALIZE);
    host_says(&h, INITIALIZED);
    host_says(&h, CALL("3"));
    assert_null(host_find(&h, "notifications/initialized"));
    server_says(&h, "initialize", 200, "s1", AGREED);
    assert_null(host_find(&h, "tools/call"));
    server_says(&h, "notifications/initialized", 202, NULL, "");
    server_says(&h, "tools/call", 200, NULL, ANSWER("3"));
    host_heard(&h, AGREED "\n" ANSWER("3") "\n");
    host_end(&h);
}

static void the_server_is_heard_on_every_stream_T_191(void **state)
{
    host h;
    (void)state;
    open_session(&h, "s1");
    reply stream = host_open(&h, "GET");
    reply_head(&stream, 200, "text/event-stream", NULL);
    reply_feed(&stream, "data: {\"jsonrpc\":\"2.0\",\"method\":\"n\"}\n\n");
    host_heard(&h, "{\"jsonrpc\":\"2.0\",\"method\":\"n\"}\n");
    host_says(&h, CALL("7"));
    reply call = host_open(&h, "tools/call");
    reply_head(&call, 200, "text/event-stream", NULL);
    reply_feed(
        &call, "data: {\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"q\"}\n\n");
    host_heard(&h, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"q\"}\n");
    host_says(&h, "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}");
    reply_feed(&call, "data: " ANSWER("7") "\n\n");
    host_heard(&h, ANSWER("7") "\n");
    server_says(&h, "", 202, NULL, "");
    ma_inbound_free(call.from);
    ma_inbound_free(stream.from);
    host_end(&h);
}

static void errors_of_the_server_are_the_hosts_T_023(void **state)
{
    static const char error[] =
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32602,"
        "\"message\":\"no\",\"data\":{\"z\":1}}}";
    host h;
    (void)state;
    open_session(&h, NULL);
    host_says(&h, CALL("7"));
    server_says(&h, "tools/call", 400, NULL, error);
    MA_SCOPED(ma_buf) line = ma_buf_init(1024);
    ma_buf_addf(&line, "%s\n", error);
    host_heard(&h, ma_buf_text(&line));
    host_says(&h, CALL("8"));
    server_says(&h, "tools/call", 500, NULL, "{\"message\":\"broken\"}");
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":8,\"error\""));
    assert_non_null(strstr(ma_buf_text(&h.said), "broken"));
    assert_non_null(strstr(ma_buf_text(&h.said), "\"code\":-31006"));
    host_end(&h);
}

static void a_request_that_fails_is_answered_once_T_183(void **state)
{
    host h;
    (void)state;
    open_session(&h, NULL);
    host_says(&h, CALL("7"));
    host_says(&h, CALL("7"));
    assert_non_null(strstr(ma_buf_text(&h.said), "under way already"));
    ma_buf_clear(&h.said);
    server_fails(&h, "tools/call", "cut off");
    assert_non_null(strstr(ma_buf_text(&h.said), "\"code\":-31003"));
    assert_non_null(strstr(ma_buf_text(&h.said), "cut off"));
    assert_null(host_find(&h, "tools/call"));
    assert_true(ma_crossing_is_idle(h.crossing));
    host_end(&h);
}

/* The server says it once to each of two; both are sent again, in one new
 * session that the host knows nothing of. */
static void a_lost_session_is_opened_again_T_053_T_054_T_182(void **state)
{
    host h;
    (void)state;
    open_session(&h, "s1");
    host_says(&h, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":"
                  "\"logging/setLevel\",\"params\":{\"level\":\"error\"}}");
    server_says(&h, "logging/setLevel", 200, NULL, ANSWER("1"));
    host_heard(&h, ANSWER("1") "\n");
    host_says(&h, CALL("7"));
    host_says(&h, "{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"tools/list\"}");
    reply call = host_open(&h, "tools/call");
    reply list = host_open(&h, "tools/list");
    reply_head(&call, 404, "text/plain", NULL);
    reply_head(&list, 404, "text/plain", NULL);
    reply_end(&call);
    reply_end(&list);
    host_heard(&h, "");
    assert_null(host_find(&h, "tools/call"));
    reply r = host_open(&h, "initialize");
    assert_non_null(strstr(ma_buf_text(&r.errand->body), "\"x\":{}"));
    check_field(&h, "Mcp-Session-Id", NULL);
    MA_SCOPED(ma_buf) body = ma_buf_init(4096);
    ma_buf_addf(&body, "{\"jsonrpc\":\"2.0\",\"id\":%s,%s", r.errand->id,
        RESULT("2025-06-18"));
    reply_head(&r, 200, "application/json", "s2");
    reply_feed(&r, ma_buf_text(&body));
    reply_end(&r);
    server_says(&h, "notifications/initialized", 202, NULL, "");
    check_field(&h, "Mcp-Session-Id", "s2");
    host_heard(&h, "");
    assert_non_null(host_find(&h, "logging/setLevel"));
    assert_non_null(host_find(&h, "GET"));
    server_says(&h, "tools/call", 200, NULL, ANSWER("7"));
    check_field(&h, "Mcp-Session-Id", "s2");
    server_says(&h, "tools/list", 200, NULL, ANSWER("8"));
    host_heard(&h, ANSWER("7") "\n" ANSWER("8") "\n");
    host_end(&h);
}

static void a_session_that_is_lost_at_once_is_an_error_T_053(void **state)
{
    host h;
    (void)state;
    open_session(&h, "s1");
    host_says(&h, CALL("7"));
    server_says(&h, "tools/call", 404, NULL, "");
    reply r = host_open(&h, "initialize");
    MA_SCOPED(ma_buf) body = ma_buf_init(4096);
    ma_buf_addf(&body, "{\"jsonrpc\":\"2.0\",\"id\":%s,%s", r.errand->id,
        RESULT("2025-06-18"));
    reply_head(&r, 200, "application/json", "s2");
    reply_feed(&r, ma_buf_text(&body));
    reply_end(&r);
    server_says(&h, "notifications/initialized", 202, NULL, "");
    server_says(&h, "tools/call", 404, NULL, "");
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":7,\"error\""));
    host_end(&h);
}

/* The server answers initialize of ours. */
static void server_opens(host *h, const char *id)
{
    reply r = host_open(h, "initialize");
    MA_SCOPED(ma_buf) body = ma_buf_init(4096);
    ma_buf_addf(&body, "{\"jsonrpc\":\"2.0\",\"id\":%s,%s", r.errand->id,
        RESULT("2025-06-18"));
    reply_head(&r, 200, "application/json", id);
    reply_feed(&r, ma_buf_text(&body));
    reply_end(&r);
}

/* Whoever waits for a session is answered when there is none, and the next
 * request tries again. */
static void a_server_that_will_not_hear_we_are_ready_T_183(void **state)
{
    static const int refusals[] = {503, 400, 404};
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        host h;
        open_session(&h, "s1");
        host_says(&h, CALL("7"));
        server_says(&h, "tools/call", 404, NULL, "");
        server_opens(&h, "s2");
        host_says(&h, CALL("8"));
        server_says(&h, "notifications/initialized", refusals[i], NULL, "");
        assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":7,\"error\""));
        assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":8,\"error\""));
        assert_true(ma_crossing_is_idle(h.crossing));
        ma_buf_clear(&h.said);
        host_says(&h, CALL("9"));
        server_opens(&h, "s3");
        server_says(&h, "notifications/initialized", 202, NULL, "");
        server_says(&h, "tools/call", 200, NULL, ANSWER("9"));
        host_heard(&h, ANSWER("9") "\n");
        host_end(&h);
    }
}

/* The host's own word that it is ready is said once in each session. */
static void a_session_is_lost_before_it_is_open_T_053_T_191(void **state)
{
    host h;
    (void)state;
    host_begin(&h, NULL);
    host_says(&h, INITIALIZE);
    server_says(&h, "initialize", 200, "s1", AGREED);
    ma_buf_clear(&h.said);
    host_says(&h, INITIALIZED);
    host_says(&h, CALL("7"));
    server_says(&h, "notifications/initialized", 404, NULL, "");
    server_opens(&h, "s2");
    server_says(&h, "notifications/initialized", 202, NULL, "");
    assert_null(host_find(&h, "notifications/initialized"));
    server_says(&h, "tools/call", 200, NULL, ANSWER("7"));
    host_heard(&h, ANSWER("7") "\n");
    host_end(&h);
}

/* What was on its way in a session that was lost meanwhile, and could not be
 * opened again. */
static void who_hears_last_of_a_lost_session_opens_another_T_053(void **state)
{
    host h;
    (void)state;
    open_session(&h, "s1");
    host_says(&h, CALL("7"));
    host_says(&h, "{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"tools/list\"}");
    reply list = host_open(&h, "tools/list");
    server_says(&h, "tools/call", 404, NULL, "");
    server_fails(&h, "initialize", "cut off");
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":7,\"error\""));
    ma_buf_clear(&h.said);
    reply_head(&list, 404, "text/plain", NULL);
    reply_end(&list);
    server_opens(&h, "s2");
    server_says(&h, "notifications/initialized", 202, NULL, "");
    server_says(&h, "tools/list", 200, NULL, ANSWER("8"));
    host_heard(&h, ANSWER("8") "\n");
    host_end(&h);
}

/* The host was told one version, and a server that speaks another afterwards
 * cannot be told from it. */
static void a_session_of_another_version_is_an_error_T_190(void **state)
{
    host h;
    (void)state;
    open_session(&h, "s1");
    host_says(&h, CALL("7"));
    server_says(&h, "tools/call", 404, NULL, "");
    reply r = host_open(&h, "initialize");
    MA_SCOPED(ma_buf) body = ma_buf_init(4096);
    ma_buf_addf(&body, "{\"jsonrpc\":\"2.0\",\"id\":%s,%s", r.errand->id,
        RESULT("2025-03-26"));
    reply_head(&r, 200, "application/json", "s2");
    reply_feed(&r, ma_buf_text(&body));
    reply_end(&r);
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":7,\"error\""));
    assert_non_null(strstr(ma_buf_text(&h.said), "2025-03-26"));
    host_end(&h);
}

static void what_is_taken_back_fails_in_silence_T_192(void **state)
{
    static const char cancelled[] =
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
        "\"params\":{\"requestId\":7}}";
    host h;
    (void)state;
    open_session(&h, "s1");
    host_says(&h, CALL("7"));
    host_says(&h, cancelled);
    server_says(&h, "notifications/cancelled", 202, NULL, "");
    server_fails(&h, "tools/call", "cut off");
    host_heard(&h, "");
    host_end(&h);

    host_begin(&h, NULL);
    host_says(&h, INITIALIZE);
    host_says(&h, CALL("7"));
    host_says(&h, cancelled);
    server_says(&h, "initialize", 200, NULL, AGREED);
    host_says(&h, INITIALIZED);
    server_says(&h, "notifications/initialized", 202, NULL, "");
    assert_null(host_find(&h, "tools/call"));
    assert_null(host_find(&h, "notifications/cancelled"));
    host_end(&h);
}

static void a_batch_is_answered_one_by_one_T_192(void **state)
{
    host h;
    (void)state;
    open_session(&h, NULL);
    host_says(&h, "[" CALL("7") ", 1, [], " CALL("8") "]");
    server_says(&h, "tools/call", 200, NULL, ANSWER("7"));
    server_says(&h, "tools/call", 200, NULL, ANSWER("8"));
    host_heard(&h,
        "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,\"message\":"
        "\"Invalid Request\"}}\n"
        "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,\"message\":"
        "\"Invalid Request\"}}\n" ANSWER("7") "\n" ANSWER("8") "\n");
    host_end(&h);
}

static void a_bad_line_costs_nothing_else_T_154(void **state)
{
    host h;
    (void)state;
    open_session(&h, NULL);
    host_says(&h, "{\"jsonrpc\":");
    host_heard(&h, "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32700,"
                   "\"message\":\"Parse error\"}}\n");
    host_says(&h, "{\"id\":5}");
    host_heard(&h, "{\"jsonrpc\":\"2.0\",\"id\":5,\"error\":{\"code\":-32600,"
                   "\"message\":\"Invalid Request\"}}\n");
    assert_int_equal(ma_crossing_heard_too_much(h.crossing, NULL), 0);
    assert_non_null(strstr(ma_buf_text(&h.said), "too long"));
    ma_buf_clear(&h.said);
    host_says(&h, CALL("7"));
    server_says(&h, "tools/call", 200, NULL, ANSWER("7"));
    host_heard(&h, ANSWER("7") "\n");
    host_end(&h);
}

/* A server of 2024-11-05: its stream names the place, and brings all answers.
 */
static void an_older_server_answers_on_its_stream_T_170_T_171(void **state)
{
    host h;
    (void)state;
    host_begin(&h, NULL);
    host_says(&h, INITIALIZE);
    server_says(&h, "initialize", 405, NULL, "");
    server_says(&h, "server/discover", 405, NULL, "");
    reply stream = host_open(&h, "GET");
    reply_head(&stream, 200, "text/event-stream", NULL);
    reply_feed(&stream, "event: endpoint\ndata: /messages?s=1\n\n");
    reply post = host_open(&h, "initialize");
    assert_string_equal(post.rules.url, "https://mcp.example/messages?s=1");
    reply_head(&post, 202, "text/plain", NULL);
    reply_end(&post);
    reply_feed(&stream,
        "data: {\"jsonrpc\":\"2.0\",\"id\":0," RESULT("2024-11-05") "\n\n");
    host_heard(&h, "{\"jsonrpc\":\"2.0\",\"id\":0," RESULT("2024-11-05") "\n");
    host_says(&h, INITIALIZED);
    server_says(&h, "notifications/initialized", 202, NULL, "");
    host_says(&h, CALL("7"));
    host_says(&h, CALL("8"));
    server_says(&h, "tools/call", 202, NULL, "");
    server_says(&h, "tools/call", 202, NULL, "");
    assert_false(ma_crossing_is_idle(h.crossing));
    reply_feed(&stream, "data: " ANSWER("8") "\n\n");
    host_heard(&h, ANSWER("8") "\n");
    ma_inbound_free(stream.from);
    server_fails(&h, "GET", "gone");
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":7,\"error\""));
    assert_true(ma_crossing_is_idle(h.crossing));
    host_end(&h);
}

#define REFUSAL(id)                                                            \
    "{\"jsonrpc\":\"2.0\",\"id\":" id                                          \
    ",\"error\":{\"code\":-32601,\"message\":\"no\",\"data\":{\"z\":1.10}}}"

#define ENDPOINT(place) "event: endpoint\ndata: " place "\n\n"

/* Up to the stream of a server of 2024-11-05. */
static void find_older(host *h, reply *stream)
{
    host_says(h, INITIALIZE);
    server_says(h, "initialize", 405, NULL, "");
    server_says(h, "server/discover", 405, NULL, "");
    *stream = host_open(h, "GET");
    reply_head(stream, 200, "text/event-stream", NULL);
}

/* Up to the place where it takes what is sent. */
static void open_older(host *h, reply *stream)
{
    find_older(h, stream);
    reply_feed(stream, ENDPOINT("/messages?s=1"));
    server_says(h, "initialize", 202, NULL, "");
}

/* And until both are ready. */
static void greet_older(host *h, reply *stream)
{
    reply_feed(stream,
        "data: {\"jsonrpc\":\"2.0\",\"id\":0," RESULT("2024-11-05") "\n\n");
    ma_buf_clear(&h->said);
    host_says(h, INITIALIZED);
    server_says(h, "notifications/initialized", 202, NULL, "");
}

static void an_older_server_refuses_on_its_stream_T_171(void **state)
{
    host h;
    (void)state;
    host_begin(&h, NULL);
    reply refused;
    open_older(&h, &refused);
    reply_feed(&refused, "data: " REFUSAL("0") "\n\n");
    host_heard(&h, REFUSAL("0") "\n");
    reply stream;
    open_older(&h, &stream);
    greet_older(&h, &stream);
    host_says(&h, CALL("8"));
    server_says(&h, "tools/call", 202, NULL, "");
    reply_feed(&stream, "data: " REFUSAL("8") "\n\n");
    host_heard(&h, REFUSAL("8") "\n");
    assert_true(ma_crossing_is_idle(h.crossing));
    ma_inbound_free(refused.from);
    ma_inbound_free(stream.from);
    host_end(&h);
}

/* A host that begins anew waits for nothing of before. */
static void an_older_server_is_left_with_its_stream_T_172_T_183(void **state)
{
    host h;
    (void)state;
    host_begin(&h, NULL);
    reply stream;
    open_older(&h, &stream);
    greet_older(&h, &stream);
    host_says(&h, CALL("7"));
    server_says(&h, "tools/call", 202, NULL, "");
    ma_inbound_free(stream.from);
    open_older(&h, &stream);
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":7,\"error\""));
    ma_inbound_free(stream.from);
    host_end(&h);
}

static void where_there_is_no_stream_the_first_refusal_counts_T_170(
    void **state)
{
    host h;
    (void)state;
    host_begin(&h, NULL);
    host_says(&h, INITIALIZE);
    server_says(&h, "initialize", 405, NULL, "{\"message\":\"only GET\"}");
    server_says(&h, "server/discover", 405, NULL, "");
    server_says(&h, "GET", 404, NULL, "{\"message\":\"nothing\"}");
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":0,\"error\""));
    assert_non_null(strstr(ma_buf_text(&h.said), "only GET"));
    host_end(&h);
}

static void nothing_is_said_before_initialize_T_010(void **state)
{
    host h;
    (void)state;
    host_begin(&h, NULL);
    host_says(&h, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}");
    host_heard(&h, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n");
    host_says(&h, CALL("2"));
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":2,\"error\""));
    assert_int_equal(h.sent_count, 0);
    host_end(&h);
}

static void the_end_answers_what_is_open_T_052_T_183(void **state)
{
    host h;
    (void)state;
    open_session(&h, "s1");
    host_says(&h, CALL("7"));
    assert_int_equal(ma_crossing_close(h.crossing, NULL), 0);
    assert_false(ma_crossing_is_idle(h.crossing));
    assert_int_equal(ma_crossing_end(h.crossing, NULL), 0);
    assert_non_null(strstr(ma_buf_text(&h.said), "\"code\":-31007"));
    assert_null(host_find(&h, "GET"));
    assert_null(host_find(&h, "tools/call"));
    assert_false(ma_crossing_is_done(h.crossing));
    server_says(&h, "DELETE", 200, NULL, "");
    assert_true(ma_crossing_is_done(h.crossing));
    host_end(&h);

    open_session(&h, NULL);
    assert_int_equal(ma_crossing_end(h.crossing, NULL), 0);
    assert_null(host_find(&h, "DELETE"));
    assert_true(ma_crossing_is_done(h.crossing));
    host_end(&h);
}

static void what_waits_for_a_session_is_answered_at_the_end_T_153(void **state)
{
    host h;
    (void)state;
    host_begin(&h, NULL);
    host_says(&h, INITIALIZE);
    host_says(&h, INITIALIZED);
    host_says(&h, CALL("5"));
    host_end_waiting(&h, "\"id\":0,\"error\"", "\"id\":5,\"error\"");
}

static void what_was_not_sent_is_not_answered_T_004_T_171(void **state)
{
    host h;
    (void)state;
    host_begin(&h, NULL);
    reply stream;
    open_older(&h, &stream);
    host_says(&h, CALL("8"));
    reply_feed(&stream, "data: " ANSWER("8") "\n\n");
    host_heard(&h, "");
    greet_older(&h, &stream);
    server_says(&h, "tools/call", 202, NULL, "");
    reply_feed(&stream, "data: " ANSWER("8") "\n\n");
    host_heard(&h, ANSWER("8") "\n");
    ma_inbound_free(stream.from);
    host_end(&h);
}

static void a_place_named_twice_is_taken_once_T_171(void **state)
{
    host h;
    (void)state;
    host_begin(&h, NULL);
    reply stream;
    find_older(&h, &stream);
    for (int i = 0; i < 2; i++) {
        reply_feed(&stream, ENDPOINT("/messages?s=1"));
        assert_int_equal(h.sent_count, 2);
    }
    ma_inbound_free(stream.from);
    host_end(&h);
}

static void a_stream_may_end_before_it_opened_anything_T_171_T_183(void **state)
{
    host h;
    (void)state;
    host_begin(&h, NULL);
    reply stream;
    open_older(&h, &stream);
    ma_inbound_free(stream.from);
    server_fails(&h, "GET", "gone");
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":0,\"error\""));
    assert_true(ma_crossing_is_idle(h.crossing));
    host_end(&h);
}

static void a_place_elsewhere_is_no_news_to_a_session_T_171(void **state)
{
    host h;
    (void)state;
    host_begin(&h, NULL);
    reply stream;
    open_older(&h, &stream);
    greet_older(&h, &stream);
    reply_feed(&stream, ENDPOINT("https://evil.example/"));
    reply_feed(&stream, ENDPOINT("/messages?s=2"));
    assert_int_equal(h.sent_count, 1);
    ma_inbound_free(stream.from);
    host_end(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_passes_as_it_is_T_180_T_190),
        cmocka_unit_test(who_does_not_wait_is_sent_in_order_T_010),
        cmocka_unit_test(the_server_is_heard_on_every_stream_T_191),
        cmocka_unit_test(errors_of_the_server_are_the_hosts_T_023),
        cmocka_unit_test(a_request_that_fails_is_answered_once_T_183),
        cmocka_unit_test(a_lost_session_is_opened_again_T_053_T_054_T_182),
        cmocka_unit_test(a_session_that_is_lost_at_once_is_an_error_T_053),
        cmocka_unit_test(a_server_that_will_not_hear_we_are_ready_T_183),
        cmocka_unit_test(a_session_is_lost_before_it_is_open_T_053_T_191),
        cmocka_unit_test(who_hears_last_of_a_lost_session_opens_another_T_053),
        cmocka_unit_test(a_session_of_another_version_is_an_error_T_190),
        cmocka_unit_test(what_is_taken_back_fails_in_silence_T_192),
        cmocka_unit_test(a_batch_is_answered_one_by_one_T_192),
        cmocka_unit_test(a_bad_line_costs_nothing_else_T_154),
        cmocka_unit_test(an_older_server_answers_on_its_stream_T_170_T_171),
        cmocka_unit_test(an_older_server_refuses_on_its_stream_T_171),
        cmocka_unit_test(an_older_server_is_left_with_its_stream_T_172_T_183),
        cmocka_unit_test(
            where_there_is_no_stream_the_first_refusal_counts_T_170),
        cmocka_unit_test(nothing_is_said_before_initialize_T_010),
        cmocka_unit_test(the_end_answers_what_is_open_T_052_T_183),
        cmocka_unit_test(what_waits_for_a_session_is_answered_at_the_end_T_153),
        cmocka_unit_test(what_was_not_sent_is_not_answered_T_004_T_171),
        cmocka_unit_test(a_place_named_twice_is_taken_once_T_171),
        cmocka_unit_test(
            a_stream_may_end_before_it_opened_anything_T_171_T_183),
        cmocka_unit_test(a_place_elsewhere_is_no_news_to_a_session_T_171),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
