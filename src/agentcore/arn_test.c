/* arn_test.c - ARNs taken, and refused by the part that is wrong. */
#include "agentcore/arn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

static void good_arns_fall_into_parts_seed_25(void **state)
{
    (void)state;
    static const struct row {
        const char *text;
        ma_arn_kind kind;
        const char *partition, *region, *id;
    } rows[] = {
        {"arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/my-server",
            MA_ARN_RUNTIME, "aws", "us-west-2", "my-server"},
        {"arn:aws:bedrock-agentcore:us-east-1:123456789012:"
         "runtime/my_mcp_server-xyz1234567",
            MA_ARN_RUNTIME, "aws", "us-east-1", "my_mcp_server-xyz1234567"},
        {"arn:aws-us-gov:bedrock-agentcore:us-gov-west-1:123456789012:"
         "runtime/a",
            MA_ARN_RUNTIME, "aws-us-gov", "us-gov-west-1", "a"},
        {"arn:aws-cn:bedrock-agentcore:cn-north-1:123456789012:runtime/a",
            MA_ARN_RUNTIME, "aws-cn", "cn-north-1", "a"},
        {"arn:aws:bedrock-agentcore:us-west-2:123456789012:"
         "gateway/tools-abcdefghij",
            MA_ARN_GATEWAY, "aws", "us-west-2", "tools-abcdefghij"},
        {"arn:aws:bedrock-agentcore::123456789012:runtime/no_region",
            MA_ARN_RUNTIME, "aws", "", "no_region"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ma_arn arn = {0};
        assert_int_equal(
            ma_arn_parse(ma_span_of(rows[i].text), &arn, NULL), MCPAUTH_OK);
        assert_int_equal(arn.kind, rows[i].kind);
        assert_true(ma_span_is(arn.text, rows[i].text));
        assert_true(ma_span_is(arn.partition, rows[i].partition));
        assert_true(ma_span_is(arn.region, rows[i].region));
        assert_true(ma_span_is(arn.account, "123456789012"));
        assert_true(ma_span_is(arn.id, rows[i].id));
    }
}

static void bad_arns_are_refused_by_part(void **state)
{
    (void)state;
    static const struct row {
        const char *text, *said;
    } rows[] = {
        {"urn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/a",
            "first part is \"urn\""},
        {"arn:azure:bedrock-agentcore:us-west-2:123456789012:runtime/a",
            "partition is \"azure\""},
        {"arn:aws-:bedrock-agentcore:us-west-2:123456789012:gateway",
            "resource is \"gateway\""},
        {"arn:aws:lambda:us-west-2:123456789012:function:a",
            "service is \"lambda\""},
        {"arn:aws:bedrock-agentcore:US West:123456789012:runtime/a",
            "region is \"US West\""},
        {"arn:aws:bedrock-agentcore:evil.test/:123456789012:runtime/a",
            "region is \"evil.test/\""},
        {"arn:aws:bedrock-agentcore:us-west-2:12345:runtime/a",
            "account is \"12345\""},
        {"arn:aws:bedrock-agentcore:us-west-2:<account>:runtime/a",
            "account is \"<account>\""},
        {"arn:aws:bedrock-agentcore:us-west-2:123456789012",
            "resource is \"\""},
        {"arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/",
            "resource is \"runtime/\""},
        {"arn:aws:bedrock-agentcore:us-west-2:123456789012:memory/a",
            "resource is \"memory/a\""},
        {"arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/a b",
            "resource is \"runtime/a b\""},
        {"arn:aws:bedrock-agentcore:us-west-2:123456789012:gateway/a_b",
            "resource is \"gateway/a_b\""},
        {"arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/a:1",
            "resource is \"runtime/a:1\""},
        {"arn:", "partition is \"\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        ma_arn arn = {.id = ma_span_of("untouched")};
        assert_int_equal(
            ma_arn_parse(ma_span_of(rows[i].text), &arn, err), MCPAUTH_E_USAGE);
        assert_non_null(strstr(mcpauth_error_message(err), rows[i].said));
        assert_non_null(strstr(mcpauth_error_hint(err), "arn:aws:bedrock"));
        assert_true(ma_span_is(arn.id, "untouched"));
    }
}

static void an_endpoint_arn_is_told_to_be_a_qualifier(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    ma_arn arn = {0};
    assert_int_equal(
        ma_arn_parse(
            ma_span_of("arn:aws:bedrock-agentcore:us-west-2:123456789012:"
                       "runtime/a/runtime-endpoint/prod"),
            &arn, err),
        MCPAUTH_E_USAGE);
    assert_non_null(strstr(mcpauth_error_hint(err), "qualifier"));
}

static void a_monstrous_arn_is_refused(void **state)
{
    (void)state;
    char text[MA_ARN_MAX + 2];
    memset(text, 'a', sizeof text);
    ma_arn arn = {0};
    assert_int_equal(ma_arn_parse(ma_span_make(text, sizeof text), &arn, NULL),
        MCPAUTH_E_USAGE);
}

static void regions_are_told_from_other_labels(void **state)
{
    (void)state;
    static const struct row {
        const char *text;
        bool is;
    } rows[] = {{"us-west-2", true}, {"us-gov-west-1", true},
        {"ap-southeast-12", true}, {"eusc-de-east-1", true}, {"", false},
        {"s3", false}, {"s3-us-west-2", false}, {"us", false},
        {"us-west", false}, {"us-west-", false}, {"us--west-2", false},
        {"us-west-2a", false}, {"US-WEST-2", false}, {"us-2-west", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(
            ma_arn_is_region(ma_span_of(rows[i].text)), rows[i].is);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_arns_fall_into_parts_seed_25),
        cmocka_unit_test(bad_arns_are_refused_by_part),
        cmocka_unit_test(an_endpoint_arn_is_told_to_be_a_qualifier),
        cmocka_unit_test(a_monstrous_arn_is_refused),
        cmocka_unit_test(regions_are_told_from_other_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
