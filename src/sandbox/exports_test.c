/* exports_test.c - the lines for a shell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sandbox/caller.h"
#include "sandbox/exports.h"

static int start(void **state)
{
    static ma_world world;
    const ma_sandbox_options options = {0};
    if (ma_world_init(&world, &options, NULL))
        return 1;
    for (int i = 0; i < MA_SANDBOX_SERVERS; i++)
        if (ma_world_place(&world, (ma_sandbox_server)i, 9001 + i, NULL))
            return 1;
    *state = &world;
    return 0;
}

static int stop(void **state)
{
    ma_world_done(*state);
    return 0;
}

static char *write_lines(const ma_world *world, const char *profile)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(CALLER_TEXT_MAX);
    ma_exports_write(world, profile, &text);
    return ma_buf_take(&text);
}

static void machine_to_machine_comes_first_seed_27(void **state)
{
    MA_AUTO(ma_text) text = write_lines(*state, NULL);
    static const char expected[] =
        "# m2m: AgentCore Runtime behind Cognito, nobody present\n"
        "unset MCPAUTH_REDIRECT_URI OAUTH_TEST_USERNAME OAUTH_TEST_PASSWORD\n"
        "export MCPAUTH_SERVER='http://127.0.0.1:9002" MA_WORLD_RUNTIME_PATH
        "?qualifier=DEFAULT'\n"
        "export MCPAUTH_PROVIDER='cognito'\n"
        "export AGENTCORE_RUNTIME_ARN='" MA_WORLD_RUNTIME_ARN "'\n"
        "export MCPAUTH_AGENTCORE_ENDPOINT='http://127.0.0.1:9002'\n"
        "export OAUTH_DISCOVERY_URL='http://127.0.0.1:9001/us-east-1_Sandbox/"
        ".well-known/openid-configuration'\n"
        "export OAUTH_CLIENT_ID='sandbox-m2m'\n"
        "export OAUTH_CLIENT_SECRET='" MA_WORLD_M2M_SECRET "'\n"
        "export OAUTH_M2M_SCOPES='mcp-server/read mcp-server/write'\n"
        "export MCP_TEST_TOOL_NAME='add_numbers'\n"
        "export MCP_TEST_TOOL_PARAMS='{\"a\":2,\"b\":3}'\n"
        "\n# interactive: ";
    assert_true(ma_span_starts(ma_span_of(text), expected));
}

static void only_the_chosen_profile_takes_effect(void **state)
{
    ma_sandbox_word word;
    for (size_t i = 0; ma_sandbox_profile(i, &word); i++) {
        assert_true(ma_exports_knows(word.name));
        MA_AUTO(ma_text) text = write_lines(*state, word.name);
        ma_span rest = ma_span_of(text);
        ma_span first = ma_span_cut(&rest, '\n');
        assert_memory_equal(first.at + 2, word.name, strlen(word.name));
        int servers = 0;
        while (rest.at)
            servers += ma_span_starts(
                ma_span_cut(&rest, '\n'), "export MCPAUTH_SERVER=");
        assert_int_equal(servers, 1);
    }
}

static void an_interactive_login_has_no_secret_seed_13(void **state)
{
    MA_AUTO(ma_text) text = write_lines(*state, "interactive");
    const char *end = strstr(text, "\n\n");
    assert_non_null(end);
    MA_AUTO(ma_text) own = ma_strndup(text, (size_t)(end - text));
    assert_null(strstr(own, "export OAUTH_CLIENT_SECRET"));
    assert_non_null(strstr(own, "unset OAUTH_CLIENT_SECRET"));
    assert_non_null(
        strstr(own, "MCPAUTH_REDIRECT_URI='http://localhost:3000'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(machine_to_machine_comes_first_seed_27),
        cmocka_unit_test(only_the_chosen_profile_takes_effect),
        cmocka_unit_test(an_interactive_login_has_no_secret_seed_13),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
