/* lowering_test.c - a host that has no sessions, and a server that has. */
#include <stdio.h>

#include "bridge/host_test.h"

#define SESSIONS "2025-11-25"
#define CAPABLE  "\"elicitation\":{\"form\":{}},\"roots\":{}"
#define META_OF(version, capabilities, more)                                   \
    "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"" version        \
    "\",\"io.modelcontextprotocol/clientCapabilities\":{" capabilities         \
    "},\"io.modelcontextprotocol/clientInfo\":{\"name\":\"h\"}" more "}"
#define META META_OF("2026-07-28", CAPABLE, "")
#define ASKS(id, method, params)                                               \
    "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"" method                  \
    "\",\"params\":{" params "}}"
#define READ(id, more) ASKS(id, "resources/read", "\"uri\":\"u:x\"," more META)
#define CANCELS(id)                                                            \
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","             \
    "\"params\":{\"requestId\":" id "}}"
#define GREETING                                                               \
    "\"result\":{\"protocolVersion\":\"" SESSIONS                              \
    "\",\"capabilities\":{\"tools\":{\"listChanged\":true},"                   \
    "\"resources\":{\"subscribe\":true},\"logging\":{},\"tasks\":{}},"         \
    "\"serverInfo\":{\"name\":\"s\"},\"instructions\":\"be kind\"}"
#define DISCOVERED(id)                                                         \
    "{\"jsonrpc\":\"2.0\",\"id\":" id                                          \
    ",\"result\":{\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{"   \
    "\"tools\":{\"listChanged\":true},\"resources\":{\"subscribe\":true},"     \
    "\"logging\":{}},\"instructions\":\"be kind\",\"resultType\":"             \
    "\"complete\",\"ttlMs\":0,\"cacheScope\":\"private\",\"_meta\":{"          \
    "\"io.modelcontextprotocol/serverInfo\":{\"name\":\"s\"}}}}"
#define NOTICE(method) "{\"jsonrpc\":\"2.0\",\"method\":\"" method "\"}"

/* Answers a request, whatever its id. */
static void give(host *h, const char *method, const char *what)
{
    reply r = host_open(h, method);
    MA_SCOPED(ma_buf) body = ma_buf_init(8192);
    ma_buf_addf(
        &body, "{\"jsonrpc\":\"2.0\",\"id\":%s,%s}", r.errand->id, what);
    reply_head(&r, 200, "application/json", "s1");
    reply_feed(&r, ma_buf_text(&body));
    reply_end(&r);
}

/* The server has greeted, and heard that we are ready. */
static void greet(host *h)
{
    give(h, "initialize", GREETING);
    server_says(h, "notifications/initialized", 202, NULL, "");
}

/* Begins at a server that is known to have sessions. */
static void open_known(host *h)
{
    host_begin(h, SESSIONS);
    host_says(h, ASKS("0", "server/discover", META));
    greet(h);
    host_heard(h, DISCOVERED("0") "\n");
}

static const char *body_of(const host *h, const char *method)
{
    const ma_errand *errand = host_find(h, method);
    assert_non_null(errand);
    return ma_buf_text(&errand->body);
}

/* --- opening ------------------------------------------------------------- */

static void a_known_server_is_opened_at_once_T_074_T_210(void **state)
{
    host h;
    (void)state;
    host_begin(&h, SESSIONS);
    host_says(&h, ASKS("0", "server/discover", META));
    assert_int_equal(h.sent_count, 1);
    assert_non_null(strstr(body_of(&h, "initialize"),
        "\"params\":{\"protocolVersion\":\"" SESSIONS
        "\",\"capabilities\":{" CAPABLE "},\"clientInfo\":{\"name\":\"h\"}}"));
    greet(&h);
    host_heard(&h, DISCOVERED("0") "\n");
    assert_string_equal(ma_crossing_protocol_version(h.crossing), SESSIONS);
    host_end(&h);
}

static void a_server_that_cannot_be_discovered_is_opened_T_072_T_210(
    void **state)
{
    host h;
    (void)state;
    host_begin(&h, NULL);
    host_says(&h, READ("1", ""));
    host_says(&h, ASKS("2", "server/discover", META));
    assert_int_equal(h.sent_count, 1);
    server_says(&h, "server/discover", 400, NULL, "no session");
    greet(&h);
    host_heard(&h, DISCOVERED("2") "\n");
    give(&h, "resources/read", "\"result\":{}");
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":1,\"result\""));
    assert_true(ma_crossing_is_idle(h.crossing));
    host_end(&h);
}

static void a_server_without_sessions_is_spoken_to_plainly_T_072(void **state)
{
    host h;
    (void)state;
    host_begin(&h, NULL);
    host_says(&h, READ("1", ""));
    give(&h, "server/discover",
        "\"result\":{\"supportedVersions\":[\"2026-07-28\"]}");
    assert_string_equal(body_of(&h, "resources/read"), READ("1", ""));
    host_end(&h);
}

static void what_cannot_be_opened_is_answered_once_T_183(void **state)
{
    host h;
    (void)state;
    host_begin(&h, SESSIONS);
    host_says(&h, ASKS("0", "server/discover", META));
    host_says(&h, READ("1", ""));
    server_fails(&h, "initialize", "gone");
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":0,\"error\""));
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":1,\"error\""));
    assert_true(ma_crossing_is_idle(h.crossing));
    ma_buf_clear(&h.said);
    host_says(&h, ASKS("2", "server/discover", META));
    greet(&h);
    host_heard(&h, DISCOVERED("2") "\n");
    host_end(&h);
}

static void what_a_request_lacks_is_told_T_210(void **state)
{
    host h;
    (void)state;
    open_known(&h);
    host_says(
        &h, ASKS("1", "resources/read", META_OF("2027-01-01", CAPABLE, "")));
    assert_non_null(strstr(ma_buf_text(&h.said), "\"code\":-32022"));
    assert_non_null(
        strstr(ma_buf_text(&h.said), "\"requested\":\"2027-01-01\""));
    ma_buf_clear(&h.said);
    host_says(&h, ASKS("2", "resources/read", "\"_meta\":{}"));
    assert_non_null(strstr(ma_buf_text(&h.said), "\"code\":-32602"));
    assert_true(ma_crossing_is_idle(h.crossing));
    host_end(&h);
}

/* --- requests and results ------------------------------------------------ */

static void each_hears_its_own_revision_T_211(void **state)
{
    host h;
    (void)state;
    open_known(&h);
    host_says(&h, ASKS("\"a\"", "resources/read",
                      "\"uri\":\"u:x\",\"n\":1.10,\"_meta\":{"
                      "\"progressToken\":1.0,"
                      "\"io.modelcontextprotocol/protocolVersion\":"
                      "\"2026-07-28\",\"io.modelcontextprotocol/"
                      "clientCapabilities\":{}}"));
    assert_string_equal(body_of(&h, "resources/read"),
        ASKS("\"a\"", "resources/read",
            "\"uri\":\"u:x\",\"n\":1.10,\"_meta\":{\"progressToken\":1.0}"));
    give(&h, "resources/read", "\"result\":{\"n\":1.10}");
    host_heard(&h,
        "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"result\":{\"n\":1.10,"
        "\"resultType\":\"complete\",\"ttlMs\":0,\"cacheScope\":\"private\"}}"
        "\n");
    host_says(&h, ASKS("4", "tools/call", "\"name\":\"t\"," META));
    give(&h, "tools/call", "\"result\":{}");
    host_heard(&h, "{\"jsonrpc\":\"2.0\",\"id\":4,\"result\":{"
                   "\"resultType\":\"complete\"}}\n");
    host_end(&h);
}

static void what_is_not_there_is_a_wrong_parameter_T_211(void **state)
{
    host h;
    (void)state;
    open_known(&h);
    host_says(&h, READ("1", ""));
    give(&h, "resources/read",
        "\"error\":{\"code\":-32002,\"message\":\"no\",\"data\":{\"x\":1.0}}");
    host_heard(&h, "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"message\":"
                   "\"no\",\"data\":{\"x\":1.0},\"code\":-32602}}\n");
    host_says(&h, READ("2", ""));
    give(&h, "resources/read", "\"error\":{\"code\":-7,\"message\":\"no\"}");
    host_heard(&h, "{\"jsonrpc\":\"2.0\",\"id\":2,\"error\":{\"code\":-7,"
                   "\"message\":\"no\"}}\n");
    host_end(&h);
}

static void pages_to_visit_first_are_questions_T_145_T_211(void **state)
{
    host h;
    (void)state;
    open_known(&h);
    host_says(&h, READ("1", ""));
    give(&h, "resources/read",
        "\"error\":{\"code\":-32042,\"message\":\"visit\",\"data\":{"
        "\"elicitations\":[{\"mode\":\"url\",\"url\":\"https://x\"}]}}");
    host_heard(&h,
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":"
        "\"input_required\",\"inputRequests\":{\"page0\":{\"method\":"
        "\"elicitation/create\",\"params\":{\"mode\":\"url\",\"url\":"
        "\"https://x\"}}}}}\n");
    host_end(&h);
}

static void what_may_have_been_done_is_not_asked_again_T_025(void **state)
{
    host h;
    (void)state;
    open_known(&h);
    host_says(&h, ASKS("5", "tools/call", "\"name\":\"t\"," META));
    server_fails(&h, "tools/call", "cut off");
    assert_null(host_find(&h, "tools/call"));
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":5,\"error\""));
    assert_true(ma_crossing_is_idle(h.crossing));
    host_end(&h);
}

static void a_lost_session_is_opened_again_behind_its_back_T_053(void **state)
{
    host h;
    (void)state;
    open_known(&h);
    host_says(&h, READ("1", ""));
    server_says(&h, "resources/read", 404, NULL, "");
    greet(&h);
    give(&h, "resources/read", "\"result\":{}");
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":1,\"result\""));
    host_end(&h);
}

/* --- time ---------------------------------------------------------------- */

static int64_t later_ms; /* than it is */

int64_t __real_ma_clock_boot_ms(void);
int64_t __wrap_ma_clock_boot_ms(void);

int64_t __wrap_ma_clock_boot_ms(void)
{
    return __real_ma_clock_boot_ms() + later_ms;
}

/* --- questions ----------------------------------------------------------- */

#define QUESTION(id)                                                           \
    "data: {\"jsonrpc\":\"2.0\",\"id\":" id                                    \
    ",\"method\":\"elicitation/create\",\"params\":{\"message\":\"?\"}}\n\n"

/* A call on whose stream the server has asked; the handle that the host got. */
static void ask_on_call(host *h, reply *r, char *handle, size_t max)
{
    host_says(h, READ("5", ""));
    *r = host_open(h, "resources/read");
    reply_head(r, 200, "text/event-stream", NULL);
    reply_feed(r, QUESTION("9"));
    const char *said = ma_buf_text(&h->said);
    assert_non_null(strstr(said, "\"id\":5,\"result\":{\"resultType\":"
                                 "\"input_required\",\"inputRequests\":{"
                                 "\"question\":{\"method\":"
                                 "\"elicitation/create\",\"params\":{"
                                 "\"message\":\"?\"}}}"));
    const char *at = strstr(said, "\"requestState\":\"");
    assert_non_null(at);
    snprintf(handle, max, "%.*s", (int)strcspn(at + 16, "\""), at + 16);
    ma_buf_clear(&h->said);
}

static void bring_answer(host *h, const char *id, const char *handle)
{
    MA_SCOPED(ma_buf) line = ma_buf_init(2048);
    ma_buf_addf(&line,
        "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"resources/read\","
        "\"params\":{\"uri\":\"u:x\",\"inputResponses\":{\"question\":{"
        "\"action\":\"accept\"}},\"requestState\":\"%s\"," META "}}",
        id, handle);
    host_says(h, ma_buf_text(&line));
}

static void a_question_is_an_answer_and_its_answer_a_call_T_212(void **state)
{
    char handle[64];
    host h;
    (void)state;
    reply r;
    open_known(&h);
    ask_on_call(&h, &r, handle, sizeof handle);
    bring_answer(&h, "6", handle);
    assert_string_equal(body_of(&h, ""),
        "{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{\"action\":\"accept\"}}");
    reply_feed(&r, "data: {\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{}}\n\n");
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":6,\"result\""));
    assert_true(ma_crossing_is_idle(h.crossing));
    ma_inbound_free(r.from);
    host_end(&h);
}

static void what_answers_another_request_comes_whole_T_212(void **state)
{
    char handle[64];
    host h;
    (void)state;
    reply r;
    open_known(&h);
    host_says(&h, READ("4", ""));
    assert_false(host_find(&h, "resources/read")->whole);
    server_says(&h, "resources/read", 200, NULL,
        "{\"jsonrpc\":\"2.0\",\"id\":4,\"result\":{}}");
    ma_buf_clear(&h.said);
    ask_on_call(&h, &r, handle, sizeof handle);
    assert_true(r.errand->whole);
    ma_inbound_free(r.from);
    host_end(&h);
}

static void an_id_is_taken_until_its_call_is_over_T_002_T_212(void **state)
{
    char handle[64];
    host h;
    (void)state;
    reply r;
    open_known(&h);
    ask_on_call(&h, &r, handle, sizeof handle);
    host_says(&h, READ("5", ""));
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":5,\"error\""));
    ma_buf_clear(&h.said);
    bring_answer(&h, "5", handle);
    reply_feed(&r, "data: {\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{}}\n\n");
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":5,\"result\""));
    assert_true(ma_crossing_is_idle(h.crossing));
    ma_inbound_free(r.from);
    host_end(&h);
}

static void a_call_whose_answer_nobody_brings_is_cancelled_T_212(void **state)
{
    char handle[64];
    host h;
    (void)state;
    reply r;
    open_known(&h);
    ask_on_call(&h, &r, handle, sizeof handle);
    later_ms += 11 * 60 * 1000;
    host_says(&h, READ("6", ""));
    assert_string_equal(body_of(&h, "notifications/cancelled"), CANCELS("5"));
    bring_answer(&h, "7", handle);
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":7,\"error\""));
    ma_inbound_free(r.from);
    host_end(&h);
}

static void a_handle_is_good_once_and_for_its_call_T_212(void **state)
{
    char handle[64];
    host h;
    (void)state;
    reply r;
    open_known(&h);
    ask_on_call(&h, &r, handle, sizeof handle);
    bring_answer(&h, "6", "00000000000000000000000000000000");
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":6,\"error\""));
    MA_SCOPED(ma_buf) line = ma_buf_init(2048);
    ma_buf_addf(&line,
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"resources/read\","
        "\"params\":{\"uri\":\"u:y\",\"requestState\":\"%s\"," META "}}",
        handle);
    host_says(&h, ma_buf_text(&line));
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":7,\"error\""));
    bring_answer(&h, "8", handle);
    ma_buf_clear(&h.said);
    bring_answer(&h, "10", handle);
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":10,\"error\""));
    ma_inbound_free(r.from);
    host_end(&h);
}

static void questions_wait_for_each_other_and_for_the_host_T_212(void **state)
{
    char handle[64];
    host h;
    (void)state;
    reply r;
    open_known(&h);
    ask_on_call(&h, &r, handle, sizeof handle);
    reply_feed(&r, QUESTION("10"));
    host_heard(&h, "");
    bring_answer(&h, "6", handle);
    const char *at = strstr(ma_buf_text(&h.said), "\"requestState\":\"");
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":6,\"result\""));
    assert_non_null(at);
    snprintf(handle, sizeof handle, "%.32s", at + 16);
    ma_buf_clear(&h.said);
    reply_feed(&r, "data: {\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{}}\n\n");
    host_heard(&h, "");
    bring_answer(&h, "7", handle);
    assert_non_null(strstr(ma_buf_text(&h.said), "\"id\":7,\"result\":{"
                                                 "\"resultType\":"
                                                 "\"complete\""));
    assert_true(ma_crossing_is_idle(h.crossing));
    ma_inbound_free(r.from);
    host_end(&h);
}

static void what_cannot_be_asked_is_refused_T_212(void **state)
{
    host h;
    (void)state;
    open_known(&h);
    reply news = host_open(&h, "GET");
    reply_head(&news, 200, "text/event-stream", NULL);
    reply_feed(&news, QUESTION("1"));
    assert_non_null(strstr(body_of(&h, ""), "\"id\":1,\"error\""));
    server_says(&h, "", 202, NULL, "");
    reply_feed(
        &news, "data: {\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}\n\n");
    assert_string_equal(
        body_of(&h, ""), "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}");
    server_says(&h, "", 202, NULL, "");
    host_says(&h, READ("5", ""));
    reply r = host_open(&h, "resources/read");
    reply_head(&r, 200, "text/event-stream", NULL);
    reply_feed(&r, "data: {\"jsonrpc\":\"2.0\",\"id\":3,\"method\":"
                   "\"sampling/createMessage\",\"params\":{}}\n\n");
    assert_non_null(strstr(body_of(&h, ""), "\"id\":3,\"error\""));
    host_heard(&h, "");
    ma_inbound_free(news.from);
    ma_inbound_free(r.from);
    host_end(&h);
}

static void a_cancelled_call_is_taken_back_under_its_first_id_T_214(
    void **state)
{
    char handle[64];
    host h;
    (void)state;
    reply r;
    open_known(&h);
    ask_on_call(&h, &r, handle, sizeof handle);
    bring_answer(&h, "6", handle);
    host_says(&h, CANCELS("6"));
    assert_string_equal(body_of(&h, "notifications/cancelled"), CANCELS("5"));
    assert_true(ma_crossing_is_idle(h.crossing));
    ma_inbound_free(r.from);
    host_end(&h);
}

/* --- news ---------------------------------------------------------------- */

#define LISTENS(id)                                                            \
    ASKS(id, "subscriptions/listen",                                           \
        "\"notifications\":{\"toolsListChanged\":true,"                        \
        "\"promptsListChanged\":true,\"resourceSubscriptions\":[\"u:x\"]}"     \
        "," META)
#define TAGGED(id)                                                             \
    "\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":" id "}"

static void who_listens_is_told_what_it_asked_for_T_213(void **state)
{
    host h;
    (void)state;
    open_known(&h);
    host_says(&h, LISTENS("\"l\""));
    host_heard(&h,
        "{\"jsonrpc\":\"2.0\",\"method\":"
        "\"notifications/subscriptions/acknowledged\",\"params\":{"
        "\"notifications\":{\"toolsListChanged\":true,"
        "\"resourceSubscriptions\":[\"u:x\"]}," TAGGED("\"l\"") "}}\n");
    assert_non_null(
        strstr(body_of(&h, "resources/subscribe"), "{\"uri\":\"u:x\"}"));
    give(&h, "resources/subscribe", "\"result\":{}");
    reply news = host_open(&h, "GET");
    reply_head(&news, 200, "text/event-stream", NULL);
    reply_feed(&news,
        "data: " NOTICE(
            "notifications/tools/list_changed") "\n\n"
                                                "data: " NOTICE(
                                                    "notifications/resources/"
                                                    "list_changed") "\n\n");
    host_heard(&h, "{\"jsonrpc\":\"2.0\",\"method\":"
                   "\"notifications/tools/list_changed\",\"params\":{" TAGGED(
                       "\"l\"") "}}\n");
    host_says(&h, CANCELS("\"l\""));
    assert_non_null(
        strstr(body_of(&h, "resources/unsubscribe"), "{\"uri\":\"u:x\"}"));
    reply_feed(
        &news, "data: " NOTICE("notifications/tools/list_changed") "\n\n");
    host_heard(&h, "");
    ma_inbound_free(news.from);
    host_end(&h);
}

static void the_log_is_for_who_asked_for_it_T_123_T_213(void **state)
{
    host h;
    (void)state;
    open_known(&h);
    host_says(&h, ASKS("1", "tools/call",
                      "\"name\":\"t\"," META_OF("2026-07-28", "",
                          ",\"io.modelcontextprotocol/logLevel\":\"debug\"")));
    assert_non_null(
        strstr(body_of(&h, "logging/setLevel"), "{\"level\":\"debug\"}"));
    give(&h, "logging/setLevel", "\"result\":{}");
    reply call = host_open(&h, "tools/call");
    reply_head(&call, 200, "text/event-stream", NULL);
    reply_feed(&call, "data: " NOTICE("notifications/message") "\n\n");
    host_heard(&h, NOTICE("notifications/message") "\n");
    host_says(&h, READ("2", ""));
    reply other = host_open(&h, "resources/read");
    reply_head(&other, 200, "text/event-stream", NULL);
    reply_feed(&other, "data: " NOTICE("notifications/message") "\n\n");
    host_heard(&h, "");
    ma_inbound_free(call.from);
    ma_inbound_free(other.from);
    host_end(&h);
}

static void what_waits_is_answered_at_the_end_T_153(void **state)
{
    host h;
    (void)state;
    host_begin(&h, SESSIONS);
    host_says(&h, ASKS("1", "server/discover", META));
    host_says(&h, READ("2", ""));
    host_end_waiting(&h, "\"id\":1,\"error\"", "\"id\":2,\"error\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_server_is_opened_at_once_T_074_T_210),
        cmocka_unit_test(
            a_server_that_cannot_be_discovered_is_opened_T_072_T_210),
        cmocka_unit_test(a_server_without_sessions_is_spoken_to_plainly_T_072),
        cmocka_unit_test(what_cannot_be_opened_is_answered_once_T_183),
        cmocka_unit_test(what_a_request_lacks_is_told_T_210),
        cmocka_unit_test(each_hears_its_own_revision_T_211),
        cmocka_unit_test(what_is_not_there_is_a_wrong_parameter_T_211),
        cmocka_unit_test(pages_to_visit_first_are_questions_T_145_T_211),
        cmocka_unit_test(what_may_have_been_done_is_not_asked_again_T_025),
        cmocka_unit_test(a_lost_session_is_opened_again_behind_its_back_T_053),
        cmocka_unit_test(a_question_is_an_answer_and_its_answer_a_call_T_212),
        cmocka_unit_test(what_answers_another_request_comes_whole_T_212),
        cmocka_unit_test(an_id_is_taken_until_its_call_is_over_T_002_T_212),
        cmocka_unit_test(a_call_whose_answer_nobody_brings_is_cancelled_T_212),
        cmocka_unit_test(a_handle_is_good_once_and_for_its_call_T_212),
        cmocka_unit_test(questions_wait_for_each_other_and_for_the_host_T_212),
        cmocka_unit_test(what_cannot_be_asked_is_refused_T_212),
        cmocka_unit_test(
            a_cancelled_call_is_taken_back_under_its_first_id_T_214),
        cmocka_unit_test(who_listens_is_told_what_it_asked_for_T_213),
        cmocka_unit_test(the_log_is_for_who_asked_for_it_T_123_T_213),
        cmocka_unit_test(what_waits_is_answered_at_the_end_T_153),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
