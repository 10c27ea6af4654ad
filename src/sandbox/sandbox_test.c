/* sandbox_test.c - the life of a sandbox. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>

#include "sandbox/caller.h"
#include "sandbox/module.h"

static mcpauth_status try_options(
    const ma_sandbox_options *options, ma_sandbox **out)
{
    return ma_sandbox_module_get()->sandbox_new(options, out, NULL);
}

static void bad_options_are_refused(void **state)
{
    (void)state;
    static const char *const faults[] = {"no-such-fault"};
    const ma_sandbox_options fault = {.faults = faults, .fault_count = 1};
    const ma_sandbox_options profile = {.profile = "none"};
    ma_sandbox *sandbox = NULL;
    assert_int_equal(try_options(&fault, &sandbox), MCPAUTH_E_USAGE);
    assert_int_equal(try_options(&profile, &sandbox), MCPAUTH_E_USAGE);
    assert_null(sandbox);
}

static void options_take_effect(void **state)
{
    (void)state;
    static const char *const faults[] = {"token-type=mac", "sse"};
    static const char *const redirects[] = {
        "http://localhost:4000/cb", "http://localhost:3000"};
    const ma_sandbox_options options = {.profile = "interactive",
        .faults = faults,
        .fault_count = 2,
        .token_lifetime_s = 77,
        .redirects = redirects,
        .redirect_count = 2};
    MA_AUTO(ma_sandbox) sandbox = NULL;
    assert_int_equal(try_options(&options, &sandbox), MCPAUTH_OK);
    MA_SCOPED(ma_buf) lines = ma_buf_init(CALLER_TEXT_MAX);
    ma_sandbox_write_environment(sandbox, &lines);
    assert_non_null(strstr(ma_buf_text(&lines),
        "export MCPAUTH_REDIRECT_URI='http://localhost:4000/cb'\n"));
    MA_SCOPED(answer)
    got = ask_token(sandbox, MA_SANDBOX_COGNITO,
        "grant_type=client_credentials&client_id=sandbox-m2m&client_"
        "secret=" MA_WORLD_M2M_SECRET);
    assert_non_null(
        strstr(got.body, "\"expires_in\":77,\"token_type\":\"mac\""));
}

static void a_base_port_gives_five_in_a_row(void **state)
{
    const char *first = ma_sandbox_origin(*state, MA_SANDBOX_COGNITO);
    const ma_sandbox_options taken = {
        .port = (int)strtol(strrchr(first, ':') + 1, NULL, 10)};
    ma_sandbox *second = NULL;
    assert_int_equal(try_options(&taken, &second), MCPAUTH_E_STATE);
    assert_null(second);
    MA_AUTO(ma_sandbox) row = NULL;
    ma_sandbox_options options = {.port = 20000 + (int)(getpid() % 20000)};
    while (try_options(&options, &row) == MCPAUTH_E_STATE)
        options.port += MA_SANDBOX_SERVERS;
    assert_non_null(row);
    for (int i = 0; i < MA_SANDBOX_SERVERS; i++) {
        const char *origin = ma_sandbox_origin(row, (ma_sandbox_server)i);
        assert_int_equal(
            strtol(strrchr(origin, ':') + 1, NULL, 10), options.port + i);
    }
}

static void only_mcp_servers_have_an_endpoint(void **state)
{
    assert_null(ma_sandbox_mcp_url(*state, MA_SANDBOX_COGNITO));
    assert_null(ma_sandbox_mcp_url(*state, MA_SANDBOX_STANDARD));
    assert_non_null(ma_sandbox_mcp_url(*state, MA_SANDBOX_RUNTIME));
    assert_non_null(ma_sandbox_mcp_url(*state, MA_SANDBOX_GATEWAY));
    assert_non_null(ma_sandbox_mcp_url(*state, MA_SANDBOX_RESOURCE));
}

static void it_runs_until_it_is_told(void **state)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(ma_sandbox_run(*state, ends[0], NULL), MCPAUTH_OK);
    close(ends[0]);
    close(ends[1]);
    assert_int_equal(ma_sandbox_run(*state, ends[0], NULL), MCPAUTH_E_USAGE);
}

static void late_answers_do_not_outlive_it_S_012(void **state)
{
    (void)state;
    static const char *const faults[] = {"slow=600"};
    const ma_sandbox_options options = {.faults = faults, .fault_count = 1};
    ma_sandbox *sandbox = NULL;
    assert_int_equal(try_options(&options, &sandbox), MCPAUTH_OK);
    int fd = connect_to(ma_sandbox_origin(sandbox, MA_SANDBOX_COGNITO));
    const char request[] = "GET / HTTP/1.1\r\nHost: s\r\n\r\n";
    assert_int_equal(send(fd, request, sizeof request - 1, MSG_NOSIGNAL),
        (ssize_t)(sizeof request - 1));
    ma_sandbox_free(sandbox);
    close(fd);
}

enum { THREADS = 8, CALLS = 25 };

static void *ask_often(void *ctx)
{
    for (int i = 0; i < CALLS; i++)
        ma_free(machine_field(ctx, MA_SANDBOX_COGNITO, "sandbox-m2m"));
    return NULL;
}

static void many_may_ask_at_once(void **state)
{
    pthread_t threads[THREADS];
    MA_SCOPED(answer) cleared = call_control(*state, "DELETE", "/_sandbox/log");
    assert_int_equal(cleared.status, 204);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, ask_often, *state), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    MA_SCOPED(answer) log = call_control(*state, "GET", "/_sandbox/log");
    MA_AUTO(ma_json) json = json_of(&log);
    assert_int_equal(ma_json_count(json), THREADS * CALLS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_options_are_refused),
        cmocka_unit_test(options_take_effect),
        cmocka_unit_test(a_base_port_gives_five_in_a_row),
        cmocka_unit_test(only_mcp_servers_have_an_endpoint),
        cmocka_unit_test(it_runs_until_it_is_told),
        cmocka_unit_test(late_answers_do_not_outlive_it_S_012),
        cmocka_unit_test(many_may_ask_at_once),
    };
    return cmocka_run_group_tests(tests, start_sandbox, stop_sandbox);
}
