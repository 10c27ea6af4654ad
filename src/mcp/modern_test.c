/* modern_test.c - discover, _meta and header fields, by the table alone. */
#include "mcp/modern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/headers.h"

#define META(name) "\"io.modelcontextprotocol/" name "\""
#define OURS                                                                   \
    META("protocolVersion")                                                    \
    ":\"2026-07-28\"," META("clientCapabilities") ":{}," META(                 \
        "clientInfo") ":{\"name\":\"c\",\"version\":\"1\"}"

static void *make(const char *protocol_version)
{
    void *state = NULL;
    const ma_session_options options = {.client_name = "c",
        .client_version = "1",
        .protocol_version = protocol_version};
    assert_int_equal(ma_modern_era.new(&options, &state, NULL), 0);
    return state;
}

/* --- server/discover ----------------------------------------------------- */

static mcpauth_status read_answer(const char *pinned, const char *result,
    ma_session_peer *out_server, mcpauth_error *err)
{
    void *modern = make(pinned);
    MA_AUTO(ma_secret) id = ma_secret_new(ma_span_of("s-1"));
    mcpauth_status st = ma_modern_era.read_opening(
        modern, ma_span_of(result), id, out_server, err);
    ma_modern_era.free(modern);
    return st;
}

static void who_does_not_list_versions_is_older_T_072(void **state)
{
    static const struct {
        const char *result, *pinned;
        mcpauth_status st;
        bool open;
    } rows[] = {
        {"{\"supportedVersions\":[\"2026-07-28\"]}", NULL, 0, true},
        {"{\"supportedVersions\":[\"2025-11-25\",\"2026-07-28\"]}", NULL, 0,
            true},
        {"{}", NULL, 0, false},
        {"{\"supportedVersions\":\"2026-07-28\"}", NULL, 0, false},
        {"{\"supportedVersions\":null}", NULL, 0, false},
        {"{\"supportedVersions\":[\"2025-11-25\"]}", NULL, 0, false},
        {"{\"supportedVersions\":[]}", NULL, MCPAUTH_E_UNSUPPORTED, false},
        {"{\"supportedVersions\":[\"2099-01-01\"]}", NULL,
            MCPAUTH_E_UNSUPPORTED, false},
        {"{\"supportedVersions\":[\"2025-11-25\"]}", "2026-07-28",
            MCPAUTH_E_UNSUPPORTED, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ma_session_peer server = {.version = NULL};
        assert_int_equal(
            read_answer(rows[i].pinned, rows[i].result, &server, NULL),
            rows[i].st);
        assert_int_equal(server.version != NULL, rows[i].open);
    }
}

static void the_server_describes_itself_in_meta_or_beside_T_071(void **state)
{
    static const struct {
        const char *members, *info;
    } rows[] = {
        {"\"_meta\":{" META("serverInfo") ":{\"name\":\"m\"}}",
            "{\"name\":\"m\"}"},
        {"\"serverInfo\":{\"name\":\"b\"}", "{\"name\":\"b\"}"},
        {"\"serverInfo\":{\"name\":\"b\"},\"_meta\":{" META(
             "serverInfo") ":{\"name\":\"m\"}}",
            "{\"name\":\"m\"}"},
        {"\"serverInfo\":\"b\",\"_meta\":[]", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char result[300];
        ma_session_peer server = {.version = NULL};
        snprintf(result, sizeof result,
            "{\"supportedVersions\":[\"2026-07-28\"],%s,\"capabilities\":{ },"
            "\"instructions\":\"i\"}",
            rows[i].members);
        assert_int_equal(read_answer(NULL, result, &server, NULL), 0);
        assert_int_equal(server.info.at != NULL, rows[i].info != NULL);
        if (rows[i].info)
            assert_true(ma_span_is(server.info, rows[i].info));
        assert_true(ma_span_is(server.capabilities, "{ }"));
        assert_true(ma_span_is(server.instructions, "\"i\""));
    }
}

/* The session id of the answer must not matter: there are no sessions. */
static void there_are_no_sessions_T_064(void **state)
{
    void *modern = make(NULL);
    ma_exchange_rules rules = {.in_session = false};
    ma_session_peer server = {.version = NULL};
    MA_AUTO(ma_secret) id = ma_secret_new(ma_span_of("a b"));
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    (void)state;
    assert_int_equal(ma_modern_era.read_opening(modern,
                         ma_span_of("{\"supportedVersions\":[\"2026-07-28\"]}"),
                         id, &server, NULL),
        0);
    ma_modern_era.set_rules(modern, &rules);
    assert_false(rules.in_session);
    assert_false(rules.resumes);
    assert_false(rules.batches);
    assert_false(rules.server_requests);
    const ma_session_call message = {.method = "ping"};
    assert_int_equal(
        ma_modern_era.add_headers(modern, &message, headers, NULL), 0);
    assert_null(mcpauth_headers_get(headers, "Mcp-Session-Id"));
    ma_modern_era.free(modern);
}

/* --- refusals ------------------------------------------------------------ */

static ma_era_verdict judge(void *modern, ma_exchange_event_kind kind,
    int http_status, int64_t code, const char *data)
{
    ma_exchange_event event = {.kind = kind, .http_status = http_status};
    event.message.code = code;
    event.message.data = ma_span_of(data);
    return ma_modern_era.judge_refusal(modern, &event);
}

static void refusals_tell_the_era_T_070_T_072_T_073(void **state)
{
    static const struct {
        ma_exchange_event_kind kind;
        int http_status;
        int64_t code;
        const char *data;
        ma_era_verdict verdict;
    } rows[] = {
        {MA_EXCHANGE_ERROR, 400, -32020, NULL, MA_ERA_FAILED},
        {MA_EXCHANGE_ERROR, 400, -32021, NULL, MA_ERA_FAILED},
        {MA_EXCHANGE_ERROR, 400, -32022, NULL, MA_ERA_FAILED},
        {MA_EXCHANGE_ERROR, 400, -32022, "{\"supported\":[\"2099-01-01\"]}",
            MA_ERA_FAILED},
        {MA_EXCHANGE_ERROR, 400, -32022, "{\"supported\":[\"2025-11-25\"]}",
            MA_ERA_OLDER},
        {MA_EXCHANGE_ERROR, 400, -32022,
            "{\"supported\":[\"2025-11-25\",\"2026-07-28\"]}", MA_ERA_AGAIN},
        {MA_EXCHANGE_ERROR, 400, -32602, NULL, MA_ERA_OLDER},
        {MA_EXCHANGE_ERROR, 404, -32601, NULL, MA_ERA_OLDER},
        {MA_EXCHANGE_ERROR, 200, -32601, NULL, MA_ERA_OLDER},
        {MA_EXCHANGE_ERROR, 200, -32602, NULL, MA_ERA_OLDER},
        {MA_EXCHANGE_ERROR, 200, -32000, NULL, MA_ERA_OLDER},
        {MA_EXCHANGE_ERROR, 400, -32001, NULL, MA_ERA_OLDER},
        {MA_EXCHANGE_ERROR, 400, -32003, NULL, MA_ERA_OLDER},
        {MA_EXCHANGE_ERROR, 400, -32004, "{\"supported\":[\"2026-07-28\"]}",
            MA_ERA_OLDER},
        {MA_EXCHANGE_ERROR, 500, -32603, NULL, MA_ERA_FAILED},
        {MA_EXCHANGE_REFUSED, 400, 0, NULL, MA_ERA_OLDER},
        {MA_EXCHANGE_REFUSED, 404, 0, NULL, MA_ERA_OLDER},
        {MA_EXCHANGE_REFUSED, 405, 0, NULL, MA_ERA_OLDER},
        {MA_EXCHANGE_REFUSED, 406, 0, NULL, MA_ERA_OLDER},
        {MA_EXCHANGE_REFUSED, 415, 0, NULL, MA_ERA_OLDER},
        {MA_EXCHANGE_REFUSED, 422, 0, NULL, MA_ERA_OLDER},
        {MA_EXCHANGE_REFUSED, 302, 0, NULL, MA_ERA_FAILED},
        {MA_EXCHANGE_REFUSED, 500, 0, NULL, MA_ERA_FAILED},
        {MA_EXCHANGE_REFUSED, 502, 0, NULL, MA_ERA_FAILED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        void *modern = make(NULL);
        assert_int_equal(judge(modern, rows[i].kind, rows[i].http_status,
                             rows[i].code, rows[i].data),
            rows[i].verdict);
        ma_modern_era.free(modern);
    }
}

static void the_same_version_is_asked_for_twice_at_most_T_070(void **state)
{
    static const char both[] =
        "{\"supported\":[\"2026-07-28\",\"2025-03-26\"]}";
    static const char ours[] = "{\"supported\":[\"2026-07-28\"]}";
    void *modern = make(NULL);
    (void)state;
    assert_int_equal(
        judge(modern, MA_EXCHANGE_ERROR, 400, -32022, ours), MA_ERA_AGAIN);
    assert_int_equal(
        judge(modern, MA_EXCHANGE_ERROR, 400, -32022, ours), MA_ERA_FAILED);
    assert_int_equal(
        judge(modern, MA_EXCHANGE_ERROR, 400, -32022, both), MA_ERA_OLDER);
    ma_modern_era.reset(modern);
    assert_int_equal(
        judge(modern, MA_EXCHANGE_ERROR, 400, -32022, both), MA_ERA_AGAIN);
    ma_modern_era.free(modern);
    ma_modern_era.free(NULL);
}

/* --- every request ------------------------------------------------------- */

static void every_request_says_who_asks_T_060_T_063(void **state)
{
    static const struct {
        const char *params, *expected;
    } rows[] = {
        {NULL, ",\"params\":{\"_meta\":{" OURS "}}"},
        {"{}", ",\"params\":{\"_meta\":{" OURS "}}"},
        {"{\"n\":1.10}", ",\"params\":{\"n\":1.10,\"_meta\":{" OURS "}}"},
        {"{\"_meta\":{\"progressToken\":7}}",
            ",\"params\":{\"_meta\":{\"progressToken\":7," OURS "}}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) text = ma_buf_init(1000);
        void *modern = make(NULL);
        assert_int_equal(ma_modern_era.write_params(
                             modern, ma_span_of(rows[i].params), &text, NULL),
            0);
        assert_string_equal(ma_buf_text(&text), rows[i].expected);
        ma_modern_era.free(modern);
    }
}

static mcpauth_status add_headers(const char *method, const char *params,
    const mcpauth_headers *fields, mcpauth_headers *to, mcpauth_error *err)
{
    const ma_session_call message = {method, ma_span_of(params), fields};
    void *modern = make(NULL);
    mcpauth_status st = ma_modern_era.add_headers(modern, &message, to, err);
    ma_modern_era.free(modern);
    return st;
}

static void fields_say_once_more_what_it_is_about_T_061_T_062_T_066(
    void **state)
{
    static const struct {
        const char *method, *params, *name;
    } rows[] = {
        {"ping", "{}", NULL},
        {"tools/list", "{\"name\":\"x\"}", NULL},
        {"tools/call", "{\"name\":\"t\",\"uri\":\"u\"}", "t"},
        {"prompts/get", "{\"name\":\"p\"}", "p"},
        {"resources/read", "{\"uri\":\"file:///a%20b?c#d\",\"name\":\"n\"}",
            "file:///a%20b?c#d"},
        {"tasks/get", "{\"taskId\":\"1\"}", "1"},
        {"tasks/update", "{\"taskId\":\"2\"}", "2"},
        {"tasks/cancel", "{\"taskId\":\"3\"}", "3"},
        {"tools/call", "{\"name\":\"Hello, \\u4e16\\u754c\"}",
            "=?base64?SGVsbG8sIOS4lueVjA==?="},
        {"tools/call", "{\"name\":\"\"}", ""},
        {"tools/call", "{\"name\":7}", NULL},
        {"tools/call", "", NULL},
        {"Tools/call", "{\"name\":\"t\"}", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
        assert_int_equal(
            add_headers(rows[i].method, rows[i].params, NULL, headers, NULL),
            0);
        const char *name = mcpauth_headers_get(headers, "Mcp-Name");
        assert_string_equal(
            mcpauth_headers_get(headers, "MCP-Protocol-Version"), "2026-07-28");
        assert_string_equal(
            mcpauth_headers_get(headers, "Mcp-Method"), rows[i].method);
        assert_int_equal(name != NULL, rows[i].name != NULL);
        if (name)
            assert_string_equal(name, rows[i].name);
        assert_int_equal(mcpauth_headers_count(headers), name ? 3 : 2);
    }
}

static void fields_of_the_call_go_along_T_065(void **state)
{
    MA_AUTO(mcpauth_headers) fields = mcpauth_headers_new();
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    (void)state;
    assert_int_equal(
        mcpauth_headers_add(fields, "Mcp-Param-Method", "m", NULL), 0);
    assert_int_equal(
        add_headers("tools/call", "{\"name\":\"t\"}", fields, headers, NULL),
        0);
    assert_string_equal(mcpauth_headers_get(headers, "Mcp-Param-Method"), "m");
    assert_string_equal(
        mcpauth_headers_get(headers, "Mcp-Method"), "tools/call");
}

static void a_name_has_its_limit_T_006(void **state)
{
    static char params[9000];
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    (void)state;
    snprintf(params, sizeof params, "{\"name\":\"%08500d\"}", 0);
    assert_int_equal(add_headers("tools/call", params, NULL, headers, NULL),
        MCPAUTH_E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_does_not_list_versions_is_older_T_072),
        cmocka_unit_test(the_server_describes_itself_in_meta_or_beside_T_071),
        cmocka_unit_test(there_are_no_sessions_T_064),
        cmocka_unit_test(refusals_tell_the_era_T_070_T_072_T_073),
        cmocka_unit_test(the_same_version_is_asked_for_twice_at_most_T_070),
        cmocka_unit_test(every_request_says_who_asks_T_060_T_063),
        cmocka_unit_test(
            fields_say_once_more_what_it_is_about_T_061_T_062_T_066),
        cmocka_unit_test(fields_of_the_call_go_along_T_065),
        cmocka_unit_test(a_name_has_its_limit_T_006),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
