/* httpsse_test.c - the endpoint of 2024-11-05, by the table alone. */
#include "mcp/httpsse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/headers.h"

#define SERVER "https://mcp.test/sse?a=1"

static void *make(void)
{
    void *state = NULL;
    const ma_session_options options = {
        .server = SERVER, .client_name = "c", .client_version = "1"};
    assert_int_equal(ma_httpsse_era.new(&options, &state, NULL), 0);
    return state;
}

static const char *endpoint_of(const void *httpsse)
{
    static ma_exchange_rules rules;
    ma_httpsse_era.set_rules(httpsse, &rules);
    return rules.url;
}

static void an_endpoint_is_resolved_against_the_stream_T_171(void **state)
{
    static const struct {
        const char *endpoint, *url;
    } rows[] = {
        {"/m?s=1", "https://mcp.test/m?s=1"},
        {"m", "https://mcp.test/m"},
        {"?s=1", "https://mcp.test/sse?s=1"},
        {"https://mcp.test/m", "https://mcp.test/m"},
        {"https://MCP.test:443/m", "https://MCP.test:443/m"},
        {"//mcp.test/m", "https://mcp.test/m"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        void *httpsse = make();
        assert_null(endpoint_of(httpsse));
        assert_int_equal(ma_httpsse_era.set_endpoint(
                             httpsse, ma_span_of(rows[i].endpoint), NULL),
            0);
        assert_string_equal(endpoint_of(httpsse), rows[i].url);
        ma_httpsse_era.free(httpsse);
    }
}

static void an_endpoint_elsewhere_gets_no_token_T_171(void **state)
{
    static const struct {
        const char *endpoint;
        mcpauth_status st;
    } rows[] = {
        {"https://evil.test/m?key=hush", MCPAUTH_E_UNTRUSTED},
        {"//evil.test/m?key=hush", MCPAUTH_E_UNTRUSTED},
        {"https://mcp.test:444/m?key=hush", MCPAUTH_E_UNTRUSTED},
        {"http://mcp.test/m?key=hush", MCPAUTH_E_UNTRUSTED},
        {"https://mcp.test@evil.test/m?key=hush", MCPAUTH_E_PROTOCOL},
        {"ftp://mcp.test/m?key=hush", MCPAUTH_E_PROTOCOL},
        {"https://", MCPAUTH_E_PROTOCOL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        void *httpsse = make();
        assert_int_equal(ma_httpsse_era.set_endpoint(
                             httpsse, ma_span_of(rows[i].endpoint), err),
            rows[i].st);
        assert_null(endpoint_of(httpsse));
        assert_null(strstr(mcpauth_error_message(err), "hush"));
        if (rows[i].st == MCPAUTH_E_UNTRUSTED)
            assert_non_null(strstr(mcpauth_error_message(err), "mcp.test"));
        ma_httpsse_era.free(httpsse);
    }
}

/* It is offered alone, but servers on newer libraries say here, too, what they
 * speak best, or repeat what a host has offered. */
static void the_oldest_revision_is_offered_T_170(void **state)
{
    MA_SCOPED(ma_buf) params = ma_buf_init(1000);
    void *httpsse = make();
    ma_session_peer server = {.version = NULL};
    (void)state;
    for (size_t i = 0; ma_revision_at(i); i++)
        assert_int_equal(ma_httpsse_era.speaks(ma_revision_at(i)),
            !strcmp(ma_revision_at(i)->name, "2024-11-05"));
    ma_httpsse_era.write_opening(httpsse, &params);
    assert_non_null(
        strstr(ma_buf_text(&params), "\"protocolVersion\":\"2024-11-05\""));
    assert_int_equal(ma_httpsse_era.read_opening(httpsse,
                         ma_span_of("{\"protocolVersion\":\"2026-07-28\"}"),
                         NULL, &server, NULL),
        MCPAUTH_E_UNSUPPORTED);
    assert_int_equal(ma_httpsse_era.read_opening(httpsse,
                         ma_span_of("{\"protocolVersion\":\"2025-03-26\"}"),
                         NULL, &server, NULL),
        0);
    assert_string_equal(server.version, "2025-03-26");
    ma_httpsse_era.reset(httpsse);
    assert_int_equal(ma_httpsse_era.read_opening(httpsse,
                         ma_span_of("{\"protocolVersion\":\"2024-11-05\"}"),
                         NULL, &server, NULL),
        0);
    assert_string_equal(server.version, "2024-11-05");
    ma_httpsse_era.free(httpsse);
}

/* There is no session but the stream, so an id in a field is nobody's. */
static void its_messages_carry_no_fields_T_171(void **state)
{
    void *httpsse = make();
    ma_exchange_rules rules = {.in_session = false};
    ma_session_peer server = {.version = NULL};
    MA_AUTO(ma_secret) id = ma_secret_new(ma_span_of("s-1"));
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    (void)state;
    assert_int_equal(ma_httpsse_era.read_opening(httpsse,
                         ma_span_of("{\"protocolVersion\":\"2024-11-05\"}"), id,
                         &server, NULL),
        0);
    assert_int_equal(
        ma_httpsse_era.add_headers(httpsse, NULL, headers, NULL), 0);
    assert_int_equal(mcpauth_headers_count(headers), 0);
    ma_httpsse_era.set_rules(httpsse, &rules);
    assert_true(rules.elsewhere);
    assert_true(rules.batches);
    assert_true(rules.server_requests);
    assert_false(rules.in_session);
    assert_false(rules.resumes);
    ma_httpsse_era.free(httpsse);
}

static void a_reset_forgets_the_endpoint_T_172(void **state)
{
    void *httpsse = make();
    (void)state;
    assert_int_equal(
        ma_httpsse_era.set_endpoint(httpsse, ma_span_of("/a"), NULL), 0);
    assert_int_equal(
        ma_httpsse_era.set_endpoint(httpsse, ma_span_of("/b"), NULL), 0);
    assert_string_equal(endpoint_of(httpsse), "https://mcp.test/b");
    ma_httpsse_era.reset(httpsse);
    assert_null(endpoint_of(httpsse));
    ma_httpsse_era.free(httpsse);
    ma_httpsse_era.free(NULL);
}

static void a_refusal_is_final_T_170(void **state)
{
    const ma_exchange_event event = {MA_EXCHANGE_REFUSED, .http_status = 404};
    (void)state;
    assert_int_equal(ma_httpsse_era.judge_refusal(NULL, &event), MA_ERA_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_endpoint_is_resolved_against_the_stream_T_171),
        cmocka_unit_test(an_endpoint_elsewhere_gets_no_token_T_171),
        cmocka_unit_test(the_oldest_revision_is_offered_T_170),
        cmocka_unit_test(its_messages_carry_no_fields_T_171),
        cmocka_unit_test(a_reset_forgets_the_endpoint_T_172),
        cmocka_unit_test(a_refusal_is_final_T_170),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
