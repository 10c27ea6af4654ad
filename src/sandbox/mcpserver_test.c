/* mcpserver_test.c - Streamable HTTP at Runtime, Gateway and the pair. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sandbox/caller.h"

#define INIT                                                                   \
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{"     \
    "\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},"                  \
    "\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}"
#define PING "{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}"
#define PONG "{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"result\":{}}"

static char *field;

static int start(void **state)
{
    int failed = start_sandbox(state);
    if (!failed)
        field = machine_field(*state, MA_SANDBOX_COGNITO, "sandbox-m2m");
    return failed;
}

static int stop(void **state)
{
    ma_free(field);
    return stop_sandbox(state);
}

static answer post(ma_sandbox *sandbox, const char *more, const char *message)
{
    return post_mcp(sandbox, MA_SANDBOX_RUNTIME, field, more, message);
}

/* The session of a new initialize, as a field, for ma_free. */
static char *open_session(ma_sandbox *sandbox)
{
    MA_SCOPED(answer) got = post(sandbox, "", INIT);
    MA_AUTO(ma_text) id = field_of(&got, "Mcp-Session-Id");
    assert_non_null(id);
    MA_SCOPED(ma_buf) session = ma_buf_init(CALLER_TEXT_MAX);
    ma_buf_addf(&session, "Mcp-Session-Id: %s\r\n", id);
    return ma_buf_take(&session);
}

static void initialize_negotiates_T_011(void **state)
{
    MA_SCOPED(answer) got = post(*state, "", INIT);
    assert_int_equal(got.status, 200);
    assert_field(&got, "Content-Type", "application/json");
    MA_AUTO(ma_json) json = json_of(&got);
    const ma_json *result = ma_json_get_object(json, "result");
    assert_string_equal(ma_json_text(result, "protocolVersion"), "2025-06-18");
    MA_SCOPED(answer)
    newer = post(*state, "",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\","
        "\"params\":{\"protocolVersion\":\"2030-01-01\"}}");
    assert_non_null(strstr(newer.body, "\"protocolVersion\":\"2025-11-25\""));
}

static void a_runtime_always_gives_a_session(void **state)
{
    MA_SCOPED(answer) got = post(*state, "", PING);
    MA_AUTO(ma_text) id = field_of(&got, "Mcp-Session-Id");
    assert_string_equal(got.body, PONG);
    assert_non_null(id);
}

static void a_gateway_gives_none(void **state)
{
    MA_SCOPED(answer)
    got = post_mcp(*state, MA_SANDBOX_GATEWAY, field, "", INIT);
    assert_int_equal(got.status, 200);
    assert_field(&got, "Mcp-Session-Id", NULL);
}

static void the_pair_demands_one_T_050(void **state)
{
    MA_AUTO(ma_text)
    other = machine_field(*state, MA_SANDBOX_STANDARD, "sandbox-m2m");
    MA_SCOPED(answer)
    got = post_mcp(*state, MA_SANDBOX_RESOURCE, other, "", PING);
    assert_int_equal(got.status, 400);
}

static void a_notification_gets_202_T_021(void **state)
{
    MA_AUTO(ma_text) session = open_session(*state);
    MA_SCOPED(answer)
    got = post(*state, session,
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
    assert_int_equal(got.status, 202);
    assert_string_equal(got.body, "");
}

static void a_lost_session_gets_404_T_053(void **state)
{
    MA_AUTO(ma_text) session = open_session(*state);
    set_fault(*state, "session-lost");
    MA_SCOPED(answer) lost = post(*state, session, PING);
    assert_int_equal(lost.status, 404);
    MA_SCOPED(answer) still = post(*state, session, PING);
    assert_int_equal(still.status, 404);
    MA_SCOPED(answer)
    never = post(*state, "Mcp-Session-Id: never-issued\r\n", PING);
    assert_int_equal(never.status, 404);
}

static void delete_ends_a_session_T_052(void **state)
{
    MA_AUTO(ma_text) session = open_session(*state);
    MA_SCOPED(ma_buf) fields = ma_buf_init(CALLER_TEXT_MAX);
    ma_buf_addf(&fields, "%s%s", field, session);
    const char *origin = ma_sandbox_origin(*state, MA_SANDBOX_RUNTIME);
    MA_SCOPED(answer)
    got = call(
        origin, "DELETE", MA_WORLD_RUNTIME_PATH, ma_buf_text(&fields), NULL);
    assert_int_equal(got.status, 200);
    MA_SCOPED(answer) after = post(*state, session, PING);
    assert_int_equal(after.status, 404);
}

static void the_server_opens_no_stream_T_044(void **state)
{
    const char *origin = ma_sandbox_origin(*state, MA_SANDBOX_RUNTIME);
    MA_SCOPED(answer)
    got = call(origin, "GET", MA_WORLD_RUNTIME_PATH, field, NULL);
    assert_int_equal(got.status, 405);
}

static void fields_are_demanded_T_020(void **state)
{
    static const struct {
        const char *fields;
        const char *body;
        int status;
    } rows[] = {
        {"Content-Type: application/json\r\nAccept: application/json\r\n", PING,
            406},
        {"Content-Type: application/json\r\n", PING, 406},
        {"Accept: application/json, text/event-stream\r\n", PING, 415},
        {MCP "MCP-Protocol-Version: 2026-07-28\r\n", PING, 400},
        {MCP "MCP-Protocol-Version: 2025-11-25\r\n", PING, 200},
        {MCP, "{", 400},
        {MCP, "[]", 400},
    };
    const char *origin = ma_sandbox_origin(*state, MA_SANDBOX_RUNTIME);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) fields = ma_buf_init(CALLER_TEXT_MAX);
        ma_buf_addf(&fields, "%s%s", field, rows[i].fields);
        MA_SCOPED(answer)
        got = call(origin, "POST", MA_WORLD_RUNTIME_PATH, ma_buf_text(&fields),
            rows[i].body);
        assert_int_equal(got.status, rows[i].status);
        if (rows[i].status == 406)
            assert_non_null(strstr(got.body, "\"code\":-32011"));
    }
}

static void answers_can_be_streams_seed_36(void **state)
{
    set_fault(*state, "sse");
    MA_SCOPED(answer) got = post(*state, "", PING);
    assert_field(&got, "Content-Type", "text/event-stream");
    assert_string_equal(got.body, "event: message\ndata: " PONG "\n\n");
    clear_faults(*state);
}

static void trouble_comes_in_http_200_once(void **state)
{
    set_fault(*state, "throttled");
    MA_SCOPED(answer) throttled = post(*state, "", PING);
    assert_int_equal(throttled.status, 200);
    assert_string_equal(throttled.body,
        "{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"error\":{\"code\":-32003,"
        "\"message\":\"Rate limit exceeded - Too many requests\"}}");
    set_fault(*state, "conflict");
    MA_SCOPED(answer) conflict = post(*state, "", PING);
    assert_string_equal(conflict.body,
        "{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"error\":{\"code\":-32005,"
        "\"message\":\"Session operation in progress, please retry\"}}");
    MA_SCOPED(answer) after = post(*state, "", PING);
    assert_string_equal(after.body, PONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(initialize_negotiates_T_011),
        cmocka_unit_test(a_runtime_always_gives_a_session),
        cmocka_unit_test(a_gateway_gives_none),
        cmocka_unit_test(the_pair_demands_one_T_050),
        cmocka_unit_test(a_notification_gets_202_T_021),
        cmocka_unit_test(a_lost_session_gets_404_T_053),
        cmocka_unit_test(delete_ends_a_session_T_052),
        cmocka_unit_test(the_server_opens_no_stream_T_044),
        cmocka_unit_test(fields_are_demanded_T_020),
        cmocka_unit_test(answers_can_be_streams_seed_36),
        cmocka_unit_test(trouble_comes_in_http_200_once),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
