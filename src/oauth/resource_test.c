/* resource_test.c - whose metadata it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "oauth/resource.h"

static void parse_url(const char *text, ma_url *out)
{
    assert_int_equal(ma_url_parse(ma_span_of(text), out, NULL), MCPAUTH_OK);
}

#define RUNTIME                                                                \
    "https://bedrock-agentcore.us-east-1.amazonaws.com/runtimes/"              \
    "arn%3Aaws%3Abedrock-agentcore/invocations"

static bool covers(const char *resource, const ma_url *server)
{
    bool yes = false;
    assert_int_equal(
        ma_resource_covers(ma_span_of(resource), server, &yes, NULL),
        MCPAUTH_OK);
    return yes;
}

static const char *issuer_at(const ma_resource *resource, size_t position)
{
    const char *issuer = NULL;
    assert_int_equal(
        ma_resource_issuer(resource, position, &issuer, NULL), MCPAUTH_OK);
    return issuer;
}

static void only_the_server_or_its_parent_is_covered_A_036_S_027(void **state)
{
    (void)state;
    static const struct {
        const char *resource;
        const char *server;
        bool covers;
    } rows[] = {
        {"https://e.com/mcp", "https://e.com/mcp", true},
        {"https://e.com/mcp", "https://e.com/mcp/x", true},
        {"https://e.com/mcp/", "https://e.com/mcp", true},
        {"https://e.com/mcp", "https://e.com/mcp/", true},
        {"https://e.com", "https://e.com/mcp", true},
        {"https://e.com/", "https://e.com/mcp", true},
        {"https://e.com/", "https://e.com", true},
        {"HTTPS://E.COM:443/mcp", "https://e.com/mcp", true},
        {"https://e.com/mcp", "https://e.com/mcpx", false},
        {"https://e.com/mc", "https://e.com/mcp", false},
        {"https://e.com/mcp/x", "https://e.com/mcp", false},
        {"https://e.com/MCP", "https://e.com/mcp", false},
        {"https://e.com/other", "https://e.com/mcp", false},
        {"https://e.com:8443/mcp", "https://e.com/mcp", false},
        {"http://e.com/mcp", "https://e.com/mcp", false},
        {"https://evil.com/mcp", "https://e.com/mcp", false},
        {"https://e.com.evil.com/mcp", "https://e.com/mcp", false},
        {"https://e.com/mcp#x", "https://e.com/mcp", false},
        {"https://u@e.com/mcp", "https://e.com/mcp", false},
        {"/mcp", "https://e.com/mcp", false},
        {"", "https://e.com/mcp", false},
        {"urn:x", "https://e.com/mcp", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_url) server = {0};
        parse_url(rows[i].server, &server);
        if (covers(rows[i].resource, &server) != rows[i].covers)
            fail_msg("%s %s", rows[i].resource, rows[i].server);
    }
}

static void query_in_resource_seed_48(void **state)
{
    (void)state;
    static const struct {
        const char *resource;
        const char *server;
        bool covers;
    } rows[] = {
        {RUNTIME "?qualifier=DEFAULT", RUNTIME, true},
        {RUNTIME "?qualifier=DEFAULT", RUNTIME "?qualifier=DEFAULT", true},
        {RUNTIME, RUNTIME "?qualifier=DEFAULT", true},
        {RUNTIME "?qualifier=DEFAULT", RUNTIME "?qualifier=2", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_url) server = {0};
        parse_url(rows[i].server, &server);
        assert_int_equal(covers(rows[i].resource, &server), rows[i].covers);
    }
}

static void agentcore_document_is_read_seed_48(void **state)
{
    (void)state;
    MA_SCOPED(ma_url) server = {0};
    parse_url(RUNTIME, &server);
    MA_SCOPED(ma_resource) resource = {0};
    assert_int_equal(
        ma_resource_parse(
            ma_span_of("{\"authorization_servers\":[\"https://"
                       "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbC\"],"
                       "\"resource\":\"" RUNTIME "?qualifier=DEFAULT\","
                       "\"scopes_supported\":[\"mcp/read\"]}"),
            &server, &resource, NULL),
        MCPAUTH_OK);
    assert_string_equal(resource.resource, RUNTIME "?qualifier=DEFAULT");
    assert_string_equal(issuer_at(&resource, 0),
        "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbC");
    assert_null(issuer_at(&resource, 1));
    assert_int_equal(ma_json_count(resource.scopes_supported), 1);
}

static void bad_issuers_are_skipped_A_037(void **state)
{
    (void)state;
    MA_SCOPED(ma_url) server = {0};
    parse_url("https://e.com/mcp", &server);
    MA_SCOPED(ma_resource) resource = {0};
    assert_int_equal(
        ma_resource_parse(
            ma_span_of("{\"resource\":\"https://e.com/mcp\","
                       "\"authorization_servers\":[1, \"http://a.com\", "
                       "\"https://a.com/?q=1\", \"https://a.com/#f\", "
                       "\"https://u@a.com\", \"https://good.com/t\", "
                       "\"http://127.0.0.1:9\", null]}"),
            &server, &resource, NULL),
        MCPAUTH_OK);
    for (size_t i = 0; i < 5; i++)
        assert_null(issuer_at(&resource, i));
    assert_string_equal(issuer_at(&resource, 5), "https://good.com/t");
    assert_string_equal(issuer_at(&resource, 6), "http://127.0.0.1:9");
    assert_null(issuer_at(&resource, 7));
}

static void unusable_documents_A_035(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "",
        "<html>",
        "[]",
        "{}",
        "{\"resource\":\"https://e.com/mcp\"}",
        "{\"resource\":1,\"authorization_servers\":[\"https://a.com\"]}",
        "{\"authorization_servers\":[\"https://a.com\"]}",
        "{\"resource\":\"https://e.com/mcp\",\"authorization_servers\":[]}",
        "{\"resource\":\"https://e.com/mcp\","
        "\"authorization_servers\":\"https://a.com\"}",
        "{\"resource\":\"https://e.com/mcp\","
        "\"authorization_servers\":[\"http://a.com\"]}",
    };
    MA_SCOPED(ma_url) server = {0};
    parse_url("https://e.com/mcp", &server);
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_SCOPED(ma_resource) resource = {0};
        assert_int_equal(
            ma_resource_parse(ma_span_of(bodies[i]), &server, &resource, err),
            MCPAUTH_E_PROTOCOL);
        assert_null(resource.document);
        assert_string_not_equal(mcpauth_error_message(err), "");
    }
}

static void mismatch_prints_both_and_escapes_seed_44_S_022(void **state)
{
    (void)state;
    MA_SCOPED(ma_url) server = {0};
    parse_url("https://e.com/mcp", &server);
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(ma_resource) resource = {0};
    assert_int_equal(
        ma_resource_parse(
            ma_span_of("{\"resource\":\"https://evil.com/\\u001b[2J\","
                       "\"authorization_servers\":[\"https://a.com\"]}"),
            &server, &resource, err),
        MCPAUTH_E_UNTRUSTED);
    const char *message = mcpauth_error_message(err);
    assert_non_null(strstr(message, "https://evil.com/\\x1b[2J"));
    assert_non_null(strstr(message, "https://e.com/mcp"));
    assert_non_null(mcpauth_error_hint(err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_server_or_its_parent_is_covered_A_036_S_027),
        cmocka_unit_test(query_in_resource_seed_48),
        cmocka_unit_test(agentcore_document_is_read_seed_48),
        cmocka_unit_test(bad_issuers_are_skipped_A_037),
        cmocka_unit_test(unusable_documents_A_035),
        cmocka_unit_test(mismatch_prints_both_and_escapes_seed_44_S_022),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
