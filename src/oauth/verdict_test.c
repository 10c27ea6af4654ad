/* verdict_test.c - successes, refusals, and everything else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/headers.h"
#include "oauth/verdict.h"

static mcpauth_status judge(int http_status, bool creates, const char *body,
    ma_json **out_document, mcpauth_error *err)
{
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    assert_int_equal(
        mcpauth_headers_add(headers, "Content-Type", "text/html", NULL),
        MCPAUTH_OK);
    const ma_verdict_answer answer = {
        .from = "the endpoint",
        .creates = creates,
        .http_status = http_status,
        .headers = headers,
        .body = ma_span_of(body),
    };
    return ma_verdict_read(&answer, out_document, err);
}

static void answers_are_sorted_A_124(void **state)
{
    (void)state;
    static const struct {
        int http_status;
        bool creates;
        const char *body;
        mcpauth_status status;
    } rows[] = {
        {200, false, "{}", MCPAUTH_OK},
        {200, true, "{\"error\":null}", MCPAUTH_OK},
        {201, true, "{\"a\":1}", MCPAUTH_OK},
        {201, false, "{}", MCPAUTH_E_HTTP},
        {204, true, "", MCPAUTH_E_HTTP},
        {302, true, "{}", MCPAUTH_E_HTTP},
        {400, true, "{}", MCPAUTH_E_HTTP},
        {500, true, "", MCPAUTH_E_HTTP},
        {200, true, "", MCPAUTH_E_PROTOCOL},
        {201, true, "[]", MCPAUTH_E_PROTOCOL},
        {200, false, "<html>", MCPAUTH_E_PROTOCOL},
        {200, false, "{\"error\":{}}", MCPAUTH_E_PROTOCOL},
        {200, false, "{\"error\":\"x\"}", MCPAUTH_E_REFUSED},
        {201, true, "{\"error\":\"x\"}", MCPAUTH_E_REFUSED},
        {400, false, "{\"error\":\"x\"}", MCPAUTH_E_REFUSED},
        {503, false, "{\"error\":\"x\"}", MCPAUTH_E_REFUSED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_AUTO(ma_json) document = NULL;
        mcpauth_status st = judge(
            rows[i].http_status, rows[i].creates, rows[i].body, &document, err);
        if (st != rows[i].status)
            fail_msg("%d %s: %s", rows[i].http_status, rows[i].body,
                mcpauth_status_name(st));
        assert_int_equal(document != NULL, !st);
        assert_int_equal(
            mcpauth_error_http_status(err), st ? rows[i].http_status : 0);
    }
}

static void a_refusal_is_in_the_servers_words_A_124(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_AUTO(ma_json) document = NULL;
    assert_int_equal(judge(400, true,
                         "{\"error\":\"invalid_request\","
                         "\"error_description\":\"no such thing\","
                         "\"error_uri\":\"https://as.example/e\"}",
                         &document, err),
        MCPAUTH_E_REFUSED);
    assert_string_equal(mcpauth_error_server_code(err), "invalid_request");
    assert_string_equal(mcpauth_error_server_description(err), "no such thing");
    assert_string_equal(mcpauth_error_server_uri(err), "https://as.example/e");
}

static void a_body_is_shown_where_it_holds_no_secret_S_054(void **state)
{
    (void)state;
    static const struct {
        int http_status;
        bool shown;
    } rows[] = {{404, true}, {302, false}, {202, false}, {200, false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_AUTO(ma_json) document = NULL;
        assert_int_not_equal(
            judge(rows[i].http_status, false, "gone away", &document, err), 0);
        const char *message = mcpauth_error_message(err);
        assert_non_null(strstr(message, "the endpoint answered"));
        assert_non_null(strstr(message, "(text/html)"));
        assert_int_equal(strstr(message, "gone away") != NULL, rows[i].shown);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_sorted_A_124),
        cmocka_unit_test(a_refusal_is_in_the_servers_words_A_124),
        cmocka_unit_test(a_body_is_shown_where_it_holds_no_secret_S_054),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
