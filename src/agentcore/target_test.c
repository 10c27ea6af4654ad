/* target_test.c - SERVER words and what they lead to. */
#include "agentcore/target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "oauth/config.h"

#define ARN  "arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/a"
#define HOST "https://bedrock-agentcore.us-west-2.amazonaws.com"
#define ENC                                                                    \
    "/runtimes/arn%3Aaws%3Abedrock-agentcore%3Aus-west-2%3A123456789012%3A"    \
    "runtime%2Fa/invocations"
#define WELL_KNOWN "/.well-known/oauth-protected-resource"
#define GATEWAY                                                                \
    "https://tools-abcdefghij.gateway.bedrock-agentcore.us-east-1"             \
    ".amazonaws.com"

static void assert_text(const char *found, const char *wanted)
{
    if (wanted)
        assert_string_equal(found, wanted);
    else
        assert_null(found);
}

static void words_lead_somewhere_seed_45(void **state)
{
    (void)state;
    static const struct row {
        const char *word;
        mcpauth_agentcore_options options;
        ma_endpoint_kind kind;
        const char *url, *metadata, *region;
    } rows[] = {
        {ARN, {0}, MA_ENDPOINT_RUNTIME, HOST ENC "?qualifier=DEFAULT",
            HOST ENC WELL_KNOWN "?qualifier=DEFAULT", "us-west-2"},
        {ARN, {.endpoint = "http://localhost:9000"}, MA_ENDPOINT_RUNTIME,
            "http://localhost:9000" ENC "?qualifier=DEFAULT",
            "http://localhost:9000" ENC WELL_KNOWN "?qualifier=DEFAULT",
            "us-west-2"},
        {ARN, {.by_id = true}, MA_ENDPOINT_RUNTIME,
            HOST "/runtimes/a/invocations?accountId=123456789012"
                 "&qualifier=DEFAULT",
            HOST "/runtimes/a/invocations" WELL_KNOWN
                 "?accountId=123456789012&qualifier=DEFAULT",
            "us-west-2"},
        {"tools-abcdefghij", {.region = "us-east-1"}, MA_ENDPOINT_GATEWAY,
            GATEWAY "/mcp", GATEWAY WELL_KNOWN, "us-east-1"},
        {"tools-abcdefghij", {.region = "cn-north-1"}, MA_ENDPOINT_GATEWAY,
            "https://tools-abcdefghij.gateway.bedrock-agentcore.cn-north-1"
            ".amazonaws.com.cn/mcp",
            "https://tools-abcdefghij.gateway.bedrock-agentcore.cn-north-1"
            ".amazonaws.com.cn" WELL_KNOWN,
            "cn-north-1"},
        {GATEWAY "/mcp", {0}, MA_ENDPOINT_GATEWAY, GATEWAY "/mcp",
            GATEWAY WELL_KNOWN, "us-east-1"},
        {"HTTPS://MCP.Example/mcp/", {.qualifier = "x"}, MA_ENDPOINT_NONE,
            "HTTPS://MCP.Example/mcp/", NULL, NULL},
        {"production", {.region = "us-east-1"}, MA_ENDPOINT_NONE, NULL, NULL,
            NULL},
        {"tools-abcdefghi", {.region = "us-east-1"}, MA_ENDPOINT_NONE, NULL,
            NULL, NULL},
        {"Tools-abcdefghij", {.region = "us-east-1"}, MA_ENDPOINT_NONE, NULL,
            NULL, NULL},
        {"-ools-abcdefghij", {.region = "us-east-1"}, MA_ENDPOINT_NONE, NULL,
            NULL, NULL},
        {"tools--abcdefghij", {.region = "us-east-1"}, MA_ENDPOINT_NONE, NULL,
            NULL, NULL},
        {"", {0}, MA_ENDPOINT_NONE, NULL, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_target) target = {0};
        assert_int_equal(
            ma_target_resolve(rows[i].word, &rows[i].options, &target, NULL),
            MCPAUTH_OK);
        assert_int_equal(target.kind, rows[i].kind);
        assert_text(target.url, rows[i].url);
        assert_text(target.metadata_url, rows[i].metadata);
        assert_text(target.region, rows[i].region);
        assert_null(target.warning);
    }
}

static void damaged_words_are_refused(void **state)
{
    (void)state;
    static const struct row {
        const char *word;
        mcpauth_agentcore_options options;
        const char *said;
    } rows[] = {
        {"arn:aws:bedrock-agentcore:us-west-2:12:runtime/a", {0}, "account"},
        {"https://a b/mcp", {0}, "the server's URL"},
        {"ftp://a.example/mcp", {0}, "the server's URL"},
        {"tools-abcdefghij", {0}, "needs a region"},
        {"tools-abcdefghij", {.region = "evil.test/"}, "region"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_SCOPED(ma_target) target = {0};
        assert_int_equal(
            ma_target_resolve(rows[i].word, &rows[i].options, &target, err),
            MCPAUTH_E_USAGE);
        assert_non_null(strstr(mcpauth_error_message(err), rows[i].said));
        assert_null(target.url);
    }
}

static void a_name_may_be_refused_too(void **state)
{
    (void)state;
    static const mcpauth_agentcore_options options = {0};
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(ma_target) target = {0};
    assert_int_equal(ma_target_require("production", &options, &target, err),
        MCPAUTH_E_USAGE);
    assert_non_null(strstr(mcpauth_error_message(err), "\"production\""));
}

/* seed-26: AGENTCORE_REGION against the ARN. */
static void a_contradicting_region_is_warned_of_seed_26(void **state)
{
    (void)state;
    static const mcpauth_agentcore_options options = {.region = "eu-west-1"};
    MA_SCOPED(ma_target) target = {0};
    assert_int_equal(
        ma_target_resolve(ARN, &options, &target, NULL), MCPAUTH_OK);
    assert_string_equal(target.url, HOST ENC "?qualifier=DEFAULT");
    assert_string_equal(target.warning,
        "the region \"eu-west-1\" is ignored: the ARN says us-west-2");

    static const mcpauth_agentcore_options same = {.region = "us-west-2"};
    MA_SCOPED(ma_target) agreed = {0};
    assert_int_equal(ma_target_resolve(ARN, &same, &agreed, NULL), MCPAUTH_OK);
    assert_null(agreed.warning);
}

static void a_runtime_url_with_a_bare_arn_is_warned_of(void **state)
{
    (void)state;
    static const mcpauth_agentcore_options options = {0};
    MA_SCOPED(ma_target) target = {0};
    assert_int_equal(ma_target_resolve(HOST "/runtimes/" ARN "/invocations",
                         &options, &target, NULL),
        MCPAUTH_OK);
    assert_non_null(strstr(target.warning, "percent-encoded"));
    assert_null(target.metadata_url);
}

static void keep_line(void *ctx, int level, const char *event, const char *text)
{
    snprintf(ctx, 256, "%d %s %s", level, event, text);
}

/* the server is AgentCore by host or ARN. */
static void a_configuration_learns_what_agentcore_needs_A_011(void **state)
{
    (void)state;
    static const mcpauth_agentcore_options options = {.region = "eu-west-1"};
    char line[256] = "";
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    mcpauth_config_set_log(config, keep_line, line);
    MA_SCOPED(ma_target) target = {0};
    assert_int_equal(
        ma_target_resolve(ARN, &options, &target, NULL), MCPAUTH_OK);
    assert_int_equal(ma_target_set(&target, config, NULL), MCPAUTH_OK);
    assert_string_equal(
        mcpauth_config_get(config, "server"), HOST ENC "?qualifier=DEFAULT");
    assert_string_equal(mcpauth_config_get(config, "resource_metadata"),
        HOST ENC WELL_KNOWN "?qualifier=DEFAULT");
    assert_string_equal(mcpauth_config_get(config, "challenge_403"), "always");
    assert_string_equal(mcpauth_config_get(config, "origin_fallback"), "never");
    assert_string_equal(line,
        "0 agentcore the region \"eu-west-1\" is ignored: the ARN says "
        "us-west-2");
}

static void what_a_user_configured_stays(void **state)
{
    (void)state;
    static const mcpauth_agentcore_options options = {0};
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    assert_int_equal(
        mcpauth_config_set(config, "challenge_403", "auto", NULL), MCPAUTH_OK);
    assert_int_equal(
        mcpauth_config_set(config, "origin_fallback", "auto", NULL),
        MCPAUTH_OK);
    assert_int_equal(mcpauth_config_set(config, "resource_metadata",
                         "https://m.example/doc", NULL),
        MCPAUTH_OK);
    MA_SCOPED(ma_target) target = {0};
    assert_int_equal(
        ma_target_resolve(ARN, &options, &target, NULL), MCPAUTH_OK);
    assert_int_equal(ma_target_set(&target, config, NULL), MCPAUTH_OK);
    assert_string_equal(mcpauth_config_get(config, "challenge_403"), "auto");
    assert_string_equal(mcpauth_config_get(config, "origin_fallback"), "auto");
    assert_string_equal(mcpauth_config_get(config, "resource_metadata"),
        "https://m.example/doc");
}

static void other_servers_get_no_agentcore_settings(void **state)
{
    (void)state;
    static const mcpauth_agentcore_options options = {0};
    MA_AUTO(mcpauth_config) config = mcpauth_config_new();
    MA_SCOPED(ma_target) target = {0};
    assert_int_equal(
        ma_target_resolve("https://mcp.example/mcp", &options, &target, NULL),
        MCPAUTH_OK);
    assert_int_equal(ma_target_set(&target, config, NULL), MCPAUTH_OK);
    assert_false(mcpauth_config_has(config, "challenge_403"));
    assert_false(mcpauth_config_has(config, "origin_fallback"));
    assert_false(mcpauth_config_has(config, "resource_metadata"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_lead_somewhere_seed_45),
        cmocka_unit_test(damaged_words_are_refused),
        cmocka_unit_test(a_name_may_be_refused_too),
        cmocka_unit_test(a_contradicting_region_is_warned_of_seed_26),
        cmocka_unit_test(a_runtime_url_with_a_bare_arn_is_warned_of),
        cmocka_unit_test(a_configuration_learns_what_agentcore_needs_A_011),
        cmocka_unit_test(what_a_user_configured_stays),
        cmocka_unit_test(other_servers_get_no_agentcore_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
