/* endpoint_test.c - URLs made from ARNs, and recognised again. */
#include "agentcore/endpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

#define ARN    "arn:aws:bedrock-agentcore:us-west-2:123456789012:"
#define ARN_GV "arn:aws-us-gov:bedrock-agentcore:us-gov-west-1:123456789012:"
#define ARN_CN "arn:aws-cn:bedrock-agentcore:cn-north-1:123456789012:"
#define ARN_NO "arn:aws:bedrock-agentcore::123456789012:"
#define HOST   "https://bedrock-agentcore.us-west-2.amazonaws.com"
#define ENC    "arn%3Aaws%3Abedrock-agentcore%3Aus-west-2%3A123456789012%3A"

/* seed-25: the exact text; seed-26: the region; seed-45: both services. */
static void arns_become_urls_seed_25_seed_26_seed_45(void **state)
{
    (void)state;
    static const struct row {
        const char *arn;
        mcpauth_agentcore_options options;
        const char *url;
    } rows[] = {
        {ARN "runtime/my-server", {0},
            HOST "/runtimes/" ENC
                 "runtime%2Fmy-server/invocations?qualifier=DEFAULT"},
        {ARN "runtime/my_mcp_server-xyz123", {.qualifier = ""},
            HOST "/runtimes/" ENC "runtime%2Fmy_mcp_server-xyz123/invocations"
                 "?qualifier=DEFAULT"},
        {ARN "runtime/a", {.qualifier = "7"},
            HOST "/runtimes/" ENC "runtime%2Fa/invocations?qualifier=7"},
        {ARN "runtime/a", {.qualifier = "a&b=c"},
            HOST "/runtimes/" ENC
                 "runtime%2Fa/invocations?qualifier=a%26b%3Dc"},
        {ARN "runtime/a", {.region = "eu-west-1"},
            HOST "/runtimes/" ENC "runtime%2Fa/invocations?qualifier=DEFAULT"},
        {ARN_NO "runtime/a", {.region = "eu-west-1"},
            "https://bedrock-agentcore.eu-west-1.amazonaws.com/runtimes/"
            "arn%3Aaws%3Abedrock-agentcore%3A%3A123456789012%3Aruntime%2Fa/"
            "invocations?qualifier=DEFAULT"},
        {ARN_NO "runtime/a", {0},
            HOST "/runtimes/"
                 "arn%3Aaws%3Abedrock-agentcore%3A%3A123456789012%3A"
                 "runtime%2Fa/invocations?qualifier=DEFAULT"},
        {ARN_GV "runtime/a", {0},
            "https://bedrock-agentcore.us-gov-west-1.amazonaws.com/runtimes/"
            "arn%3Aaws-us-gov%3Abedrock-agentcore%3Aus-gov-west-1%3A"
            "123456789012%3Aruntime%2Fa/invocations?qualifier=DEFAULT"},
        {ARN_CN "runtime/a", {0},
            "https://bedrock-agentcore.cn-north-1.amazonaws.com.cn/runtimes/"
            "arn%3Aaws-cn%3Abedrock-agentcore%3Acn-north-1%3A"
            "123456789012%3Aruntime%2Fa/invocations?qualifier=DEFAULT"},
        {ARN "runtime/a", {.endpoint = "http://127.0.0.1:8080"},
            "http://127.0.0.1:8080/runtimes/" ENC
            "runtime%2Fa/invocations?qualifier=DEFAULT"},
        {ARN "runtime/a", {.endpoint = "https://Proxy.Example/aws//"},
            "https://proxy.example/aws/runtimes/" ENC
            "runtime%2Fa/invocations?qualifier=DEFAULT"},
        {ARN "gateway/tools-abcdefghij", {0},
            "https://tools-abcdefghij.gateway.bedrock-agentcore.us-west-2"
            ".amazonaws.com/mcp"},
        {ARN_CN "gateway/tools-abcdefghij", {0},
            "https://tools-abcdefghij.gateway.bedrock-agentcore.cn-north-1"
            ".amazonaws.com.cn/mcp"},
        {ARN "gateway/tools-abcdefghij", {.endpoint = "http://localhost:1"},
            "http://localhost:1/mcp"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ma_arn arn = {0};
        assert_int_equal(
            ma_arn_parse(ma_span_of(rows[i].arn), &arn, NULL), MCPAUTH_OK);
        MA_SCOPED(ma_buf) url = ma_buf_init(MA_URL_MAX);
        assert_int_equal(
            ma_endpoint_write(&url, &arn, &rows[i].options, NULL), MCPAUTH_OK);
        assert_string_equal(ma_buf_text(&url), rows[i].url);
    }
}

static void a_runtime_has_a_form_without_its_arn(void **state)
{
    (void)state;
    static const mcpauth_agentcore_options options = {.qualifier = "prod"};
    ma_arn arn = {0};
    assert_int_equal(
        ma_arn_parse(ma_span_of(ARN "runtime/my_mcp-abcdefghij"), &arn, NULL),
        MCPAUTH_OK);
    MA_SCOPED(ma_buf) url = ma_buf_init(MA_URL_MAX);
    assert_int_equal(
        ma_endpoint_write_by_id(&url, &arn, &options, NULL), MCPAUTH_OK);
    assert_string_equal(ma_buf_text(&url),
        HOST "/runtimes/my_mcp-abcdefghij/invocations"
             "?accountId=123456789012&qualifier=prod");
}

static void bad_options_are_refused(void **state)
{
    (void)state;
    static const mcpauth_agentcore_options rows[] = {
        {.region = "evil.test/"},
        {.region = "us west"},
        {.endpoint = "bedrock.example"},
        {.endpoint = "https://bedrock.example?a=b"},
        {.endpoint = "https://bedrock.example/#a"},
        {.endpoint = "ftp://bedrock.example"},
    };
    ma_arn arn = {0};
    assert_int_equal(
        ma_arn_parse(ma_span_of(ARN_NO "runtime/a"), &arn, NULL), MCPAUTH_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_SCOPED(ma_buf) url = ma_buf_init(MA_URL_MAX);
        assert_int_equal(
            ma_endpoint_write(&url, &arn, &rows[i], err), MCPAUTH_E_USAGE);
        assert_true(strlen(mcpauth_error_message(err)) > 0);
    }
}

#define GATEWAY                                                                \
    "https://tools-abcdefghij.gateway.bedrock-agentcore.us-east-1"             \
    ".amazonaws.com"
#define WELL_KNOWN "/.well-known/oauth-protected-resource"

/* what counts as AgentCore.  seed-48: where its metadata is. */
static void urls_are_recognised_A_011_seed_48(void **state)
{
    (void)state;
    static const struct row {
        const char *url;
        ma_endpoint_kind kind;
        const char *region, *metadata;
    } rows[] = {
        {HOST "/runtimes/" ENC "runtime%2Fa/invocations?qualifier=DEFAULT",
            MA_ENDPOINT_RUNTIME, "us-west-2",
            HOST "/runtimes/" ENC "runtime%2Fa/invocations" WELL_KNOWN
                 "?qualifier=DEFAULT"},
        {HOST "/runtimes/" ENC "runtime%2Fa/invocations", MA_ENDPOINT_RUNTIME,
            "us-west-2",
            HOST "/runtimes/" ENC "runtime%2Fa/invocations" WELL_KNOWN},
        {HOST "/runtimes/a-1/invocations?accountId=1&qualifier=Q",
            MA_ENDPOINT_RUNTIME, "us-west-2",
            HOST "/runtimes/a-1/invocations" WELL_KNOWN
                 "?accountId=1&qualifier=Q"},
        {"https://bedrock-agentcore.cn-north-1.amazonaws.com.cn/runtimes/a/"
         "invocations",
            MA_ENDPOINT_RUNTIME, "cn-north-1",
            "https://bedrock-agentcore.cn-north-1.amazonaws.com.cn/runtimes/a/"
            "invocations" WELL_KNOWN},
        {"https://vpce-0a.bedrock-agentcore.us-east-1.vpce.amazonaws.com/"
         "runtimes/a/invocations",
            MA_ENDPOINT_RUNTIME, "us-east-1",
            "https://vpce-0a.bedrock-agentcore.us-east-1.vpce.amazonaws.com/"
            "runtimes/a/invocations" WELL_KNOWN},
        {"http://127.0.0.1:8080/runtimes/" ENC "runtime%2Fa/invocations?q=1",
            MA_ENDPOINT_RUNTIME, "",
            "http://127.0.0.1:8080/runtimes/" ENC
            "runtime%2Fa/invocations" WELL_KNOWN "?q=1"},
        {"https://p.example/x/runtimes/arn%3aaws/invocations",
            MA_ENDPOINT_RUNTIME, "",
            "https://p.example/x/runtimes/arn%3aaws/invocations" WELL_KNOWN},
        {GATEWAY "/mcp", MA_ENDPOINT_GATEWAY, "us-east-1", GATEWAY WELL_KNOWN},
        {GATEWAY "/target/invocations?a=b", MA_ENDPOINT_GATEWAY, "us-east-1",
            GATEWAY WELL_KNOWN},
        {HOST "/registry/r1/mcp", MA_ENDPOINT_OTHER, "us-west-2", ""},
        {HOST "/runtimes/arn:aws:x/runtime/a/invocations", MA_ENDPOINT_OTHER,
            "us-west-2", ""},
        {HOST, MA_ENDPOINT_OTHER, "us-west-2", ""},
        {"https://mcp.example/mcp", MA_ENDPOINT_NONE, "", ""},
        {"https://mcp.example/runtimes/a/invocations", MA_ENDPOINT_NONE, "",
            ""},
        {HOST ".evil.test/mcp", MA_ENDPOINT_NONE, "", ""},
        {"https://bedrock-agentcore.s3.amazonaws.com/x", MA_ENDPOINT_NONE, "",
            ""},
        {"https://bedrock-agentcore.s3-us-west-2.amazonaws.com/x",
            MA_ENDPOINT_NONE, "", ""},
        {"https://my-bedrock-agentcore.us-west-2.amazonaws.com/x",
            MA_ENDPOINT_NONE, "", ""},
        {"https://evil.bedrock-agentcore.us-west-2.amazonaws.com/x",
            MA_ENDPOINT_NONE, "us-west-2", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_url) url = {0};
        assert_int_equal(
            ma_url_parse(ma_span_of(rows[i].url), &url, NULL), MCPAUTH_OK);
        ma_endpoint_kind kind = ma_endpoint_find(&url);
        assert_int_equal(kind, rows[i].kind);
        assert_true(ma_span_is(ma_endpoint_region(&url), rows[i].region));
        MA_SCOPED(ma_buf) metadata = ma_buf_init(MA_URL_MAX);
        ma_endpoint_write_metadata(&metadata, &url, kind);
        assert_string_equal(ma_buf_text(&metadata), rows[i].metadata);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arns_become_urls_seed_25_seed_26_seed_45),
        cmocka_unit_test(a_runtime_has_a_form_without_its_arn),
        cmocka_unit_test(bad_options_are_refused),
        cmocka_unit_test(urls_are_recognised_A_011_seed_48),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
