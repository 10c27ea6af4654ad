/* lifting_test.c - a host with sessions, and a server that has none. */
#include <stdio.h>

#include "bridge/host_test.h"
#include "mcp/rounds.h"

#define MODERN "2026-07-28"
#define CAPABILITIES                                                           \
    "\"roots\":{\"listChanged\":true},\"sampling\":{\"x\":1.10},"              \
    "\"elicitation\":{},\"tasks\":{}"
#define INFO "{\"name\":\"h\",\"title\":\"H\",\"version\":\"1\"}"
#define INITIALIZE_AS(version, capabilities)                                   \
    "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{"     \
    "\"protocolVersion\":\"" version "\",\"capabilities\":{" capabilities      \
    "},\"clientInfo\":" INFO "}}"
#define INITIALIZE INITIALIZE_AS("2025-06-18", CAPABILITIES)
#define INITIALIZED                                                            \
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"
#define META                                                                   \
    "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"" MODERN         \
    "\",\"io.modelcontextprotocol/clientCapabilities\":{\"sampling\":{\"x\":"  \
    "1.10},\"roots\":{},\"elicitation\":{\"form\":{}}},"                       \
    "\"io.modelcontextprotocol/clientInfo\":" INFO
#define DISCOVERED                                                             \
    "{\"supportedVersions\":[\"" MODERN "\"],\"capabilities\":{\"tools\":{"    \
    "\"listChanged\":true},\"resources\":{\"subscribe\":true},\"tasks\":{}},"  \
    "\"instructions\":\"be kind\",\"_meta\":{"                                 \
    "\"io.modelcontextprotocol/serverInfo\":{\"name\":\"s\"}}}"
#define GREETING                                                               \
    "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{\"protocolVersion\":"           \
    "\"2025-06-18\",\"capabilities\":{\"tools\":{\"listChanged\":true},"       \
    "\"resources\":{\"subscribe\":true}},\"serverInfo\":{\"name\":\"s\"},"     \
    "\"instructions\":\"be kind\"}}"
#define UNSUPPORTED                                                            \
    "{\"jsonrpc\":\"2.0\",\"id\":0,\"error\":{\"code\":-32022,\"message\":"    \
    "\"no\",\"data\":{\"supported\":[\"" MODERN "\"]}}}"
#define ASKS(id, method, params)                                               \
    "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"" method                  \
    "\",\"params\":{" params "}}"
#define READ(id)       ASKS(id, "resources/read", "\"uri\":\"u:x\"")
#define ANSWER(id)     "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"result\":{\"n\":1.10}}"
#define NOTICE(method) "{\"jsonrpc\":\"2.0\",\"method\":\"" method "\"}"
#define CANCELS(id)                                                            \
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","             \
    "\"params\":{\"requestId\":" id "}}"

/* Answers a request of ours, whatever its id. */
static void give(host *h, const char *method, const char *what)
{
    reply r = host_open(h, method);
    MA_SCOPED(ma_buf) body = ma_buf_init(8192);
    ma_buf_addf(
        &body, "{\"jsonrpc\":\"2.0\",\"id\":%s,%s}", r.errand->id, what);
    reply_head(&r, 200, "application/json", NULL);
    reply_feed(&r, ma_buf_text(&body));
    reply_end(&r);
}

/* Begins with a server that is known to have no sessions. */
static void open_known(host *h)
{
    host_begin(h, MODERN);
    host_says(h, INITIALIZE);
    give(h, "server/discover", "\"result\":" DISCOVERED);
    host_heard(h, GREETING "\n");
}

static void has_body(const host *h, const char *method, const char *part)
{
    const ma_errand *errand = host_find(h, method);
    assert_non_null(errand);
    assert_non_null(strstr(ma_buf_text(&errand->body), part));
}

/* --- opening ------------------------------------------------------------- */

static void what_is_known_is_asked_at_once_T_074_T_200(void **state)
{
    host h;
    (void)state;
    host_begin(&h, MODERN);
    host_says(&h, INITIALIZE);
    assert_int_equal(h.sent_count, 1);
    has_body(&h, "server/discover", META "}}");
    give(&h, "server/discover", "\"result\":" DISCOVERED);
    host_heard(&h, GREETING "\n");
    assert_string_equal(ma_crossing_protocol_version(h.crossing), MODERN);
    host_end(&h);
}

static void a_refused_initialize_leads_there_T_072_T_200(void **state)
{
    static const struct {
        int status;
        const char *body;
    } refusals[] = {
        {400, UNSUPPORTED},
        {404, "{\"jsonrpc\":\"2.0\",\"id\":0,\"error\":{\"code\":-32601,"
              "\"message\":\"no such method\"}}"},
        {400, "{\"jsonrpc\":\"2.0\",\"id\":0,\"error\":{\"code\":-32602,"
              "\"message\":\"_meta is missing\"}}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        host h;
        host_begin(&h, NULL);
        host_says(&h, INITIALIZE);
        assert_string_equal(
            ma_buf_text(&host_find(&h, "initialize")->body), INITIALIZE);
        server_says(
            &h, "initialize", refusals[i].status, NULL, refusals[i].body);
        give(&h, "server/discover", "\"result\":" DISCOVERED);
        host_heard(&h, GREETING "\n");
        host_end(&h);
    }
}

static void a_server_that_has_sessions_again_is_opened_T_072(void **state)
{
    host h;
    (void)state;
    host_begin(&h, MODERN);
    host_says(&h, INITIALIZE);
    give(&h, "server/discover",
        "\"error\":{\"code\":-32601,\"message\":\"no such method\"}");
    assert_string_equal(
        ma_buf_text(&host_find(&h, "initialize")->body), INITIALIZE);
    server_says(&h, "initialize", 200, "s1", GREETING);
    host_heard(&h, GREETING "\n");
    host_end(&h);
}

static void a_pinned_version_is_not_given_up_T_072(void **state)
{
    host h;
    (void)state;
    host_begin_pinned(&h, NULL, MODERN);
    host_says(&h, INITIALIZE);
    give(&h, "server/discover",
        "\"error\":{\"code\":-32601,\"message\":\"unknown\"}");
    assert_int_equal(h.sent_count, 0);
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":0,\"error\""));
    host_end(&h);
}

static void who_does_not_wait_is_served_in_order_T_010(void **state)
{
    host h;
    (void)state;
    host_begin(&h, NULL);
    host_says(&h, INITIALIZE);
    host_says(&h, INITIALIZED);
    host_says(&h, READ("1"));
    server_says(&h, "initialize", 400, NULL, UNSUPPORTED);
    give(&h, "server/discover", "\"result\":" DISCOVERED);
    has_body(&h, "resources/read", META);
    assert_non_null(host_find(&h, "subscriptions/listen"));
    server_says(&h, "resources/read", 200, NULL, ANSWER("1"));
    host_heard(&h, GREETING "\n" ANSWER("1") "\n");
    host_end(&h);
}

static void what_cannot_be_opened_is_answered_once_T_183(void **state)
{
    host h;
    (void)state;
    host_begin(&h, MODERN);
    host_says(&h, INITIALIZE);
    host_says(&h, READ("1"));
    server_fails(&h, "server/discover", "gone");
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":1,\"error\""));
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":0,\"error\""));
    assert_true(ma_crossing_is_idle(h.crossing));
    ma_buf_clear(&h.said);
    host_says(&h, INITIALIZE);
    give(&h, "server/discover", "\"result\":" DISCOVERED);
    host_heard(&h, GREETING "\n");
    host_end(&h);
}

/* --- requests ------------------------------------------------------------ */

static void requests_say_what_the_host_said_once_T_201(void **state)
{
    host h;
    (void)state;
    open_known(&h);
    host_says(&h, ASKS("\"a\"", "resources/read",
                      "\"uri\":\"u:x\",\"_meta\":{\"progressToken\":1.0}"));
    reply r = host_open(&h, "resources/read");
    assert_non_null(strstr(ma_buf_text(&r.errand->body),
        "\"uri\":\"u:x\",\"_meta\":{\"progressToken\":1.0,"));
    assert_string_equal(
        mcpauth_headers_get(h.headers, "MCP-Protocol-Version"), MODERN);
    assert_string_equal(mcpauth_headers_get(h.headers, "Mcp-Name"), "u:x");
    reply_head(&r, 200, "application/json", NULL);
    reply_feed(&r, "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"result\":{\"n\":1.10,"
                   "\"resultType\":\"complete\",\"ttlMs\":0}}");
    reply_end(&r);
    host_heard(&h, "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"result\":{\"n\":1.10,"
                   "\"ttlMs\":0}}\n");
    host_end(&h);
}

static void what_only_a_session_holds_is_held_here_T_202(void **state)
{
    host h;
    (void)state;
    open_known(&h);
    host_says(&h, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}");
    host_says(&h, ASKS("2", "logging/setLevel", "\"level\":\"debug\""));
    host_says(&h, NOTICE("notifications/roots/list_changed"));
    host_heard(&h, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n"
                   "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}\n");
    assert_int_equal(h.sent_count, 0);
    host_says(&h, READ("3"));
    has_body(
        &h, "resources/read", "\"io.modelcontextprotocol/logLevel\":\"debug\"");
    host_end(&h);
}

static void a_cancelled_request_is_hung_up_T_203(void **state)
{
    host h;
    (void)state;
    open_known(&h);
    host_says(&h, READ("1"));
    host_says(&h, CANCELS("1"));
    assert_int_equal(h.sent_count, 0);
    host_heard(&h, "");
    assert_true(ma_crossing_is_idle(h.crossing));
    host_end(&h);
}

static void codes_of_its_own_stay_with_it_T_205(void **state)
{
    host h;
    (void)state;
    open_known(&h);
    host_says(&h, READ("1"));
    server_says(&h, "resources/read", 400, NULL,
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32021,"
        "\"message\":\"wants more\",\"data\":{\"x\":1}}}");
    assert_null(strstr(ma_buf_text(&h.said), "\"code\":-32021,"));
    assert_non_null(strstr(ma_buf_text(&h.said), "wants more"));
    ma_buf_clear(&h.said);
    host_says(&h, READ("2"));
    server_says(&h, "resources/read", 200, NULL,
        "{\"jsonrpc\":\"2.0\",\"id\":2,\"error\":{\"code\":-32602,"
        "\"message\":\"no such resource\"}}");
    host_heard(&h, "{\"jsonrpc\":\"2.0\",\"id\":2,\"error\":{\"code\":-32602,"
                   "\"message\":\"no such resource\"}}\n");
    host_end(&h);
}

static void tasks_are_unknown_to_it_T_202(void **state)
{
    host h;
    (void)state;
    open_known(&h);
    host_says(&h, ASKS("1", "tasks/get", "\"taskId\":\"t\""));
    host_heard(&h, "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32601,"
                   "\"message\":\"Method not found\"}}\n");
    assert_int_equal(h.sent_count, 0);
    host_end(&h);
}

static void pages_are_not_for_a_host_that_knows_none_T_093_T_201(void **state)
{
    host h;
    (void)state;
    host_begin(&h, MODERN);
    host_says(&h, INITIALIZE_AS("2025-06-18", "\"elicitation\":{\"url\":{}}"));
    has_body(&h, "server/discover", "\"elicitation\":{\"form\":{}}");
    give(&h, "server/discover", "\"result\":" DISCOVERED);
    ma_buf_clear(&h.said);
    host_says(&h, READ("5"));
    give(&h, "resources/read",
        "\"result\":{\"resultType\":\"input_required\",\"inputRequests\":{"
        "\"a\":{\"method\":\"elicitation/create\",\"params\":{\"mode\":"
        "\"url\",\"url\":\"https://x\"}}}}");
    host_heard(&h, "");
    has_body(&h, "resources/read", "{\"a\":{\"action\":\"cancel\"}}");
    host_end(&h);
}

/* --- news ---------------------------------------------------------------- */

#define ACKNOWLEDGED                                                           \
    "data: {\"jsonrpc\":\"2.0\",\"method\":"                                   \
    "\"notifications/subscriptions/acknowledged\",\"params\":{\"_meta\":{}}}"  \
    "\n\n"
#define CHANGED "notifications/tools/list_changed"

static void open_news(host *h, reply *r)
{
    *r = host_open(h, "subscriptions/listen");
    reply_head(r, 200, "text/event-stream", NULL);
    reply_feed(r, ACKNOWLEDGED);
}

static void what_the_server_says_unasked_is_heard_T_100_T_202_T_205(
    void **state)
{
    host h;
    (void)state;
    open_known(&h);
    host_says(&h, INITIALIZED);
    has_body(&h, "subscriptions/listen",
        "{\"notifications\":{\"toolsListChanged\":true,"
        "\"resourceSubscriptions\":[]},");
    reply r;
    open_news(&h, &r);
    reply_feed(&r, "data: {\"jsonrpc\":\"2.0\",\"method\":\"" CHANGED
                   "\",\"params\":{\"_meta\":{"
                   "\"io.modelcontextprotocol/subscriptionId\":\"x\"}}}\n\n");
    host_heard(
        &h, "{\"jsonrpc\":\"2.0\",\"method\":\"" CHANGED "\",\"params\":{}}\n");
    ma_inbound_free(r.from);
    host_end(&h);
}

static void another_wish_is_another_stream_T_103_T_202(void **state)
{
    host h;
    (void)state;
    open_known(&h);
    host_says(&h, INITIALIZED);
    reply first;
    open_news(&h, &first);
    host_says(&h, ASKS("1", "resources/subscribe", "\"uri\":\"u:x\""));
    host_heard(&h, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n");
    assert_int_equal(h.sent_count, 2);
    host_forget(&h, first.errand);
    has_body(&h, "subscriptions/listen", "[\"u:x\"]");
    reply second;
    open_news(&h, &second);
    host_says(&h, ASKS("2", "resources/unsubscribe", "\"uri\":\"u:x\""));
    host_forget(&h, second.errand);
    has_body(&h, "subscriptions/listen", "[]");
    ma_inbound_free(first.from);
    ma_inbound_free(second.from);
    host_end(&h);
}

static void what_was_missed_is_looked_up_T_102(void **state)
{
    host h;
    (void)state;
    open_known(&h);
    host_says(&h, INITIALIZED);
    reply r;
    open_news(&h, &r);
    ma_inbound_free(r.from);
    server_fails(&h, "subscriptions/listen", "gone");
    assert_true(host_find(&h, "subscriptions/listen")->delay_ms > 0);
    host_heard(&h, "");
    open_news(&h, &r);
    host_heard(&h, NOTICE(CHANGED) "\n");
    ma_inbound_free(r.from);
    host_end(&h);
}

static void who_knows_no_subscriptions_is_asked_once_T_102(void **state)
{
    host h;
    (void)state;
    open_known(&h);
    host_says(&h, INITIALIZED);
    give(&h, "subscriptions/listen",
        "\"error\":{\"code\":-32601,\"message\":\"no such method\"}");
    assert_int_equal(h.sent_count, 0);
    host_heard(&h, "");
    host_end(&h);
}

/* --- questions ----------------------------------------------------------- */

#define WANTS(requests)                                                        \
    "\"result\":{\"resultType\":\"input_required\",\"inputRequests\":"         \
    "{" requests "},\"requestState\":\"s\\/1\"}"
#define FORM                                                                   \
    "\"a\":{\"method\":\"elicitation/create\",\"params\":{\"message\":\"?\"}}"
#define ROOTS "\"b\":{\"method\":\"roots/list\"}"

/* The id of the question that the host was asked last; it is said. */
static void take_question(host *h, const char *rest, char *id, size_t max)
{
    const char *at = strstr(ma_buf_text(&h->said), "\"id\":\"mcpauth-");
    assert_non_null(at);
    size_t len = strcspn(at + 5, ",");
    snprintf(id, max, "%.*s", (int)len, at + 5);
    assert_non_null(strstr(at, rest));
    ma_buf_clear(&h->said);
}

static void answer_question(host *h, const char *id, const char *what)
{
    MA_SCOPED(ma_buf) line = ma_buf_init(1024);
    ma_buf_addf(&line, "{\"jsonrpc\":\"2.0\",\"id\":%s,%s}", id, what);
    host_says(h, ma_buf_text(&line));
}

static void questions_go_to_the_host_and_back_T_091_T_204(void **state)
{
    char id[128];
    host h;
    (void)state;
    open_known(&h);
    host_says(&h, READ("5"));
    give(&h, "resources/read", WANTS(FORM "," ROOTS));
    take_question(&h, "\"elicitation/create\",\"params\":{\"message\":\"?\"}",
        id, sizeof id);
    answer_question(&h, id, "\"result\":{\"action\":\"accept\"}");
    take_question(&h, "\"roots/list\",\"params\":{}", id, sizeof id);
    answer_question(&h, "\"nobody's\"", "\"result\":{}");
    answer_question(&h, id, "\"result\":{\"roots\":[]}");
    const ma_errand *retry = host_find(&h, "resources/read");
    assert_true(retry->ours);
    has_body(&h, "resources/read",
        "\"inputResponses\":{\"a\":{\"action\":\"accept\"},"
        "\"b\":{\"roots\":[]}},\"requestState\":\"s\\/1\"");
    has_body(&h, "resources/read", META);
    give(&h, "resources/read", "\"result\":{\"n\":1.10}");
    host_heard(&h, ANSWER("5") "\n");
    assert_true(ma_crossing_is_idle(h.crossing));
    assert_int_equal(h.sent_count, 0);
    host_end(&h);
}

static void what_the_host_refuses_is_a_no_or_an_error_T_093_T_204(void **state)
{
    char id[128];
    host h;
    (void)state;
    open_known(&h);
    host_says(&h, READ("5"));
    give(&h, "resources/read", WANTS(FORM "," ROOTS));
    take_question(&h, "elicitation", id, sizeof id);
    answer_question(&h, id, "\"error\":{\"code\":-32601,\"message\":\"no\"}");
    take_question(&h, "roots", id, sizeof id);
    answer_question(&h, id, "\"error\":{\"code\":-32601,\"message\":\"no\"}");
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":5,\"error\""));
    assert_true(ma_crossing_is_idle(h.crossing));
    assert_int_equal(h.sent_count, 0);
    host_end(&h);
}

static void a_round_without_questions_waits_a_little_T_092(void **state)
{
    host h;
    (void)state;
    open_known(&h);
    host_says(&h, READ("5"));
    give(&h, "resources/read",
        "\"result\":{\"resultType\":\"input_required\","
        "\"requestState\":\"s\"}");
    assert_true(host_find(&h, "resources/read")->delay_ms > 0);
    server_fails(&h, "resources/read", "gone");
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":5,\"error\""));
    assert_true(ma_crossing_is_idle(h.crossing));
    host_end(&h);
}

static void a_server_that_never_has_enough_is_given_up_on_S_011(void **state)
{
    host h;
    int rounds = 0;
    (void)state;
    open_known(&h);
    host_says(&h, READ("5"));
    for (; host_find(&h, "resources/read"); rounds++)
        give(&h, "resources/read",
            "\"result\":{\"resultType\":\"input_required\","
            "\"requestState\":\"s\"}");
    assert_int_equal(rounds, MA_ROUNDS_MAX + 1);
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":5,\"error\""));
    assert_true(ma_crossing_is_idle(h.crossing));
    host_end(&h);
}

static void a_cancelled_call_takes_its_question_back_T_204(void **state)
{
    char id[128];
    host h;
    (void)state;
    open_known(&h);
    host_says(&h, READ("5"));
    give(&h, "resources/read", WANTS(FORM));
    take_question(&h, "elicitation", id, sizeof id);
    host_says(&h, CANCELS("5"));
    assert_non_null(strstr(ma_buf_text(&h.said), id));
    assert_non_null(strstr(ma_buf_text(&h.said), "notifications/cancelled"));
    assert_true(ma_crossing_is_idle(h.crossing));
    host_end(&h);
}

#define CALL(id) ASKS(id, "tools/call", "\"name\":\"t\",\"arguments\":{}")
#define TOOLS(schema)                                                          \
    "\"result\":{\"tools\":[{\"name\":\"t\",\"inputSchema\":{"                 \
    "\"type\":\"object\"" schema "}}]}"

static void a_list_has_no_words_of_its_revision_T_205(void **state)
{
    host h;
    (void)state;
    open_known(&h);
    host_says(&h, ASKS("5", "tools/list", ""));
    give(&h, "tools/list",
        "\"result\":{\"resultType\":\"complete\",\"tools\":[],\"ttlMs\":0}");
    host_heard(&h, "{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{\"tools\":[],"
                   "\"ttlMs\":0}}\n");
    assert_true(ma_crossing_is_idle(h.crossing));
    host_end(&h);
}

static void calls_at_once_wait_for_one_list_T_069(void **state)
{
    host h;
    (void)state;
    open_known(&h);
    host_says(&h, CALL("5"));
    host_says(&h, CALL("6"));
    host_says(&h, CALL("7"));
    host_says(&h, CANCELS("6"));
    assert_int_equal(h.sent_count, 1);
    give(&h, "tools/list", TOOLS(""));
    assert_int_equal(h.sent_count, 2);
    give(&h, "tools/call", "\"result\":{\"n\":1.10}");
    give(&h, "tools/call", "\"result\":{\"n\":1.10}");
    host_heard(&h, ANSWER("5") "\n" ANSWER("7") "\n");
    assert_true(ma_crossing_is_idle(h.crossing));
    host_end(&h);
}

/* A call, answered with a question; its answer is refused as the tool is
 * another one by now, and the tools are listed anew. */
static void call_a_changing_tool(host *h)
{
    open_known(h);
    host_says(h, CALL("5"));
    give(h, "tools/list", TOOLS(""));
    give(h, "tools/call",
        "\"result\":{\"resultType\":\"input_required\","
        "\"requestState\":\"s\"}");
    give(h, "tools/call",
        "\"error\":{\"code\":-32020,\"message\":\"other fields\"}");
    assert_null(host_find(h, "tools/call"));
    assert_non_null(host_find(h, "tools/list"));
    host_heard(h, "");
}

static void an_answer_goes_to_the_tool_as_it_is_by_now_T_069_T_205(void **state)
{
    host h;
    (void)state;
    call_a_changing_tool(&h);
    give(&h, "tools/list", TOOLS(""));
    has_body(&h, "tools/call", "\"requestState\":\"s\"");
    give(&h, "tools/call", "\"result\":{\"n\":1.10}");
    host_heard(&h, ANSWER("5") "\n");
    assert_true(ma_crossing_is_idle(h.crossing));
    host_end(&h);
}

static void the_call_may_end_while_its_tool_is_listed_T_203_T_205(void **state)
{
    host h;
    (void)state;
    call_a_changing_tool(&h);
    host_says(&h, CANCELS("5"));
    assert_true(ma_crossing_is_idle(h.crossing));
    give(&h, "tools/list", TOOLS(""));
    assert_null(host_find(&h, "tools/call"));
    host_heard(&h, "");
    host_end(&h);
    call_a_changing_tool(&h);
    host_end(&h);
}

static void pages_have_an_id_for_who_knows_them_T_144_T_204(void **state)
{
    char id[128];
    host h;
    (void)state;
    host_begin(&h, MODERN);
    host_says(&h, INITIALIZE_AS("2025-11-25", "\"elicitation\":{\"url\":{}}"));
    give(&h, "server/discover", "\"result\":" DISCOVERED);
    ma_buf_clear(&h.said);
    host_says(&h, READ("5"));
    give(&h, "resources/read",
        WANTS("\"a\":{\"method\":\"elicitation/create\",\"params\":{"
              "\"mode\":\"url\",\"url\":\"https://x\"}}"));
    take_question(&h, "\"elicitationId\":\"mcpauth-", id, sizeof id);
    host_end(&h);
}

static void what_waits_is_answered_at_the_end_T_153(void **state)
{
    host h;
    (void)state;
    host_begin(&h, MODERN);
    host_says(&h, INITIALIZE);
    host_says(&h, READ("5"));
    host_end_waiting(&h, "\"id\":0,\"error\"", "\"id\":5,\"error\"");
    open_known(&h);
    host_says(&h, CALL("5"));
    host_says(&h, CALL("6"));
    host_end_waiting(&h, "\"id\":5,\"error\"", "\"id\":6,\"error\"");
}

static void a_host_may_begin_anew_T_183(void **state)
{
    char id[128];
    host h;
    (void)state;
    open_known(&h);
    host_says(&h, READ("4"));
    give(&h, "resources/read", WANTS(FORM));
    take_question(&h, "elicitation", id, sizeof id);
    host_says(&h, CALL("5"));
    host_says(&h, INITIALIZE);
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":4,\"error\""));
    give(&h, "server/discover", "\"result\":" DISCOVERED);
    assert_non_null(strstr(ma_buf_text(&h.said), GREETING));
    ma_buf_clear(&h.said);
    give(&h, "tools/list", TOOLS(""));
    give(&h, "tools/call", "\"result\":{\"n\":1.10}");
    host_heard(&h, ANSWER("5") "\n");
    assert_true(ma_crossing_is_idle(h.crossing));
    host_end(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_known_is_asked_at_once_T_074_T_200),
        cmocka_unit_test(a_refused_initialize_leads_there_T_072_T_200),
        cmocka_unit_test(a_server_that_has_sessions_again_is_opened_T_072),
        cmocka_unit_test(a_pinned_version_is_not_given_up_T_072),
        cmocka_unit_test(who_does_not_wait_is_served_in_order_T_010),
        cmocka_unit_test(what_cannot_be_opened_is_answered_once_T_183),
        cmocka_unit_test(requests_say_what_the_host_said_once_T_201),
        cmocka_unit_test(what_only_a_session_holds_is_held_here_T_202),
        cmocka_unit_test(a_cancelled_request_is_hung_up_T_203),
        cmocka_unit_test(codes_of_its_own_stay_with_it_T_205),
        cmocka_unit_test(
            what_the_server_says_unasked_is_heard_T_100_T_202_T_205),
        cmocka_unit_test(another_wish_is_another_stream_T_103_T_202),
        cmocka_unit_test(tasks_are_unknown_to_it_T_202),
        cmocka_unit_test(pages_are_not_for_a_host_that_knows_none_T_093_T_201),
        cmocka_unit_test(who_knows_no_subscriptions_is_asked_once_T_102),
        cmocka_unit_test(what_was_missed_is_looked_up_T_102),
        cmocka_unit_test(questions_go_to_the_host_and_back_T_091_T_204),
        cmocka_unit_test(what_the_host_refuses_is_a_no_or_an_error_T_093_T_204),
        cmocka_unit_test(a_round_without_questions_waits_a_little_T_092),
        cmocka_unit_test(a_server_that_never_has_enough_is_given_up_on_S_011),
        cmocka_unit_test(a_cancelled_call_takes_its_question_back_T_204),
        cmocka_unit_test(a_list_has_no_words_of_its_revision_T_205),
        cmocka_unit_test(calls_at_once_wait_for_one_list_T_069),
        cmocka_unit_test(
            an_answer_goes_to_the_tool_as_it_is_by_now_T_069_T_205),
        cmocka_unit_test(the_call_may_end_while_its_tool_is_listed_T_203_T_205),
        cmocka_unit_test(pages_have_an_id_for_who_knows_them_T_144_T_204),
        cmocka_unit_test(what_waits_is_answered_at_the_end_T_153),
        cmocka_unit_test(a_host_may_begin_anew_T_183),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
