/* control_test.c - the log and the levers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sandbox/caller.h"

static void the_log_tells_who_was_asked_for_what(void **state)
{
    MA_SCOPED(answer) cleared = call_control(*state, "DELETE", "/_sandbox/log");
    assert_int_equal(cleared.status, 204);
    MA_AUTO(ma_text)
    field = machine_field(*state, MA_SANDBOX_COGNITO, "sandbox-m2m");
    MA_SCOPED(answer)
    ping = post_mcp(*state, MA_SANDBOX_GATEWAY, field, "",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}");
    assert_int_equal(ping.status, 200);
    MA_SCOPED(answer) log = call_control(*state, "GET", "/_sandbox/log");
    MA_AUTO(ma_json) json = json_of(&log);
    assert_int_equal(ma_json_count(json), 2);
    const ma_json *token = ma_json_at(json, 0);
    assert_string_equal(ma_json_text(token, "server"), "cognito");
    assert_string_equal(ma_json_text(token, "path"), "/oauth2/token");
    assert_string_equal(
        ma_json_text(token, "grant_type"), "client_credentials");
    assert_true(
        ma_json_has(ma_json_get_array(token, "parameters"), "client_secret"));
    assert_int_equal(ma_json_int(token, "status", 0), 200);
    const ma_json *call = ma_json_at(json, 1);
    assert_string_equal(ma_json_text(call, "server"), "gateway");
    assert_string_equal(ma_json_text(call, "authorization"), "Bearer");
    assert_string_equal(ma_json_text(call, "rpc"), "ping");
    assert_true(ma_json_int(call, "token", 0) > 0);
    assert_null(strstr(log.body, MA_WORLD_M2M_SECRET));
}

static void bad_orders_are_refused(void **state)
{
    static const char *const targets[] = {
        "/_sandbox/fault?name=none",
        "/_sandbox/fault",
        "/_sandbox/clock?advance_s=x",
        "/_sandbox/clock?advance_s=99999999999",
        "/_sandbox/clock",
    };
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        MA_SCOPED(answer) got = call_control(*state, "POST", targets[i]);
        assert_int_equal(got.status, 400);
    }
}

static void the_environment_is_served_by_profile(void **state)
{
    MA_SCOPED(answer)
    got = call_control(*state, "GET", "/_sandbox/environment?profile=standard");
    assert_int_equal(got.status, 200);
    assert_true(ma_span_starts(ma_span_of(got.body), "# standard: "));
    MA_SCOPED(answer)
    none = call_control(*state, "GET", "/_sandbox/environment?profile=none");
    assert_int_equal(none.status, 400);
}

static void control_is_at_the_runtime_only(void **state)
{
    MA_SCOPED(answer)
    got = call(ma_sandbox_origin(*state, MA_SANDBOX_COGNITO), "GET",
        "/_sandbox/log", "", NULL);
    assert_int_equal(got.status, 404);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_log_tells_who_was_asked_for_what),
        cmocka_unit_test(bad_orders_are_refused),
        cmocka_unit_test(the_environment_is_served_by_profile),
        cmocka_unit_test(control_is_at_the_runtime_only),
    };
    return cmocka_run_group_tests(tests, start_sandbox, stop_sandbox);
}
