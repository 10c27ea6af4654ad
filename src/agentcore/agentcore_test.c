/* agentcore_test.c - the public face. */
#include <mcpauth/agentcore.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "oauth/config.h"

#define ARN "arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/my-server"
#define URL                                                                    \
    "https://bedrock-agentcore.us-west-2.amazonaws.com/runtimes/"              \
    "arn%3Aaws%3Abedrock-agentcore%3Aus-west-2%3A123456789012%3A"              \
    "runtime%2Fmy-server/invocations?qualifier=DEFAULT"

static void an_arn_becomes_its_url_seed_25(void **state)
{
    (void)state;
    char url[MCPAUTH_AGENTCORE_URL_MAX];
    assert_int_equal(
        mcpauth_agentcore_url(ARN, NULL, url, sizeof url, NULL), MCPAUTH_OK);
    assert_string_equal(url, URL);
}

static void room_is_respected(void **state)
{
    (void)state;
    char url[sizeof URL] = "untouched";
    assert_int_equal(
        mcpauth_agentcore_url(ARN, NULL, url, sizeof URL - 1, NULL),
        MCPAUTH_E_LIMIT);
    assert_string_equal(url, "untouched");
    assert_int_equal(
        mcpauth_agentcore_url(ARN, NULL, url, sizeof URL, NULL), MCPAUTH_OK);
    assert_string_equal(url, URL);
}

static void options_must_say_their_size(void **state)
{
    (void)state;
    mcpauth_agentcore_options options = {.qualifier = "prod"};
    char url[MCPAUTH_AGENTCORE_URL_MAX];
    assert_int_equal(
        mcpauth_agentcore_url(ARN, &options, url, sizeof url, NULL),
        MCPAUTH_E_USAGE);
    options.size = sizeof options;
    assert_int_equal(
        mcpauth_agentcore_url(ARN, &options, url, sizeof url, NULL),
        MCPAUTH_OK);
    assert_non_null(strstr(url, "?qualifier=prod"));
}

static void a_name_is_refused(void **state)
{
    (void)state;
    char url[MCPAUTH_AGENTCORE_URL_MAX];
    assert_int_equal(
        mcpauth_agentcore_url("production", NULL, url, sizeof url, NULL),
        MCPAUTH_E_USAGE);
}

static void agentcore_urls_are_told_from_others_A_011(void **state)
{
    (void)state;
    assert_true(mcpauth_agentcore_is_url(URL));
    assert_true(mcpauth_agentcore_is_url(
        "https://g-abcdefghij.gateway.bedrock-agentcore.us-east-1"
        ".amazonaws.com/mcp"));
    assert_false(mcpauth_agentcore_is_url("https://mcp.example/mcp"));
    assert_false(mcpauth_agentcore_is_url(ARN));
    assert_false(mcpauth_agentcore_is_url(""));
}

static void a_configuration_is_filled(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    assert_int_equal(
        mcpauth_agentcore_configure(config, ARN, NULL, NULL), MCPAUTH_OK);
    assert_string_equal(mcpauth_config_get(config, "server"), URL);
    assert_string_equal(mcpauth_config_get(config, "challenge_403"), "always");
}

static void the_process_environment_is_read_seed_27(void **state)
{
    (void)state;
    clearenv();
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    assert_int_equal(
        mcpauth_agentcore_read_environment(config, err), MCPAUTH_E_USAGE);
    assert_non_null(strstr(mcpauth_error_message(err), "OAUTH_DISCOVERY_URL"));
    assert_non_null(strstr(mcpauth_error_message(err), "OAUTH_CLIENT_ID"));
    assert_non_null(
        strstr(mcpauth_error_message(err), "AGENTCORE_RUNTIME_ARN"));
    setenv("AGENTCORE_RUNTIME_ARN", ARN, 1);
    assert_int_equal(
        mcpauth_agentcore_read_environment(config, err), MCPAUTH_OK);
    assert_string_equal(mcpauth_config_get(config, "server"), URL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_arn_becomes_its_url_seed_25),
        cmocka_unit_test(room_is_respected),
        cmocka_unit_test(options_must_say_their_size),
        cmocka_unit_test(a_name_is_refused),
        cmocka_unit_test(agentcore_urls_are_told_from_others_A_011),
        cmocka_unit_test(a_configuration_is_filled),
        cmocka_unit_test(the_process_environment_is_read_seed_27),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
