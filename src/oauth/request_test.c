/* request_test.c - what every request of a flow has in common. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/url.h"
#include "oauth/request.h"

static const mcpauth_http_request *view_good(
    ma_request *request, mcpauth_address_rule rule)
{
    const mcpauth_http_request *view = NULL;
    assert_int_equal(ma_request_view(request, rule, &view, NULL), MCPAUTH_OK);
    return view;
}

static void a_document_is_asked_for_without_credentials_A_034_A_234(
    void **state)
{
    (void)state;
    MA_SCOPED(ma_request) request = {0};
    assert_int_equal(
        ma_request_get(&request, "https://as.test/x", NULL), MCPAUTH_OK);
    const mcpauth_http_request *view =
        view_good(&request, MCPAUTH_ADDRESS_PUBLIC);
    assert_string_equal(view->method, "GET");
    assert_string_equal(view->url, "https://as.test/x");
    assert_int_equal(mcpauth_headers_count(view->headers), 1);
    assert_string_equal(
        mcpauth_headers_get(view->headers, "accept"), "application/json");
    assert_null(view->body);
    assert_int_equal(view->body_len, 0);
    assert_int_equal(view->body_max, 1 << 20);
    assert_int_equal(view->redirects, 3);
    assert_int_equal(view->address, MCPAUTH_ADDRESS_PUBLIC);
    assert_int_equal(view->connect_timeout_ms, 10000);
    assert_int_equal(view->timeout_ms, 30000);
}

static void what_carries_credentials_follows_no_redirect_S_007(void **state)
{
    (void)state;
    MA_SCOPED(ma_request) request = {0};
    /* After a document, too. */
    assert_int_equal(
        ma_request_get(&request, "https://as.test/x", NULL), MCPAUTH_OK);
    assert_int_equal(
        ma_request_post(&request, "https://as.test/token", "text/plain", NULL),
        MCPAUTH_OK);
    ma_buf_add_text(&request.body, "a=b");
    const mcpauth_http_request *view = view_good(&request, MCPAUTH_ADDRESS_ANY);
    assert_string_equal(view->method, "POST");
    assert_string_equal(view->url, "https://as.test/token");
    assert_string_equal(
        mcpauth_headers_get(view->headers, "Content-Type"), "text/plain");
    assert_string_equal(view->body, "a=b");
    assert_int_equal(view->body_len, 3);
    assert_int_equal(view->redirects, 0);
    assert_int_equal(view->address, MCPAUTH_ADDRESS_ANY);
}

/* On a dying connection the HTTP library would send it a second time. */
static void what_carries_credentials_is_sent_once_S_042(void **state)
{
    (void)state;
    MA_SCOPED(ma_request) request = {0};
    assert_int_equal(
        ma_request_post(&request, "https://as.test/token", "text/plain", NULL),
        MCPAUTH_OK);
    assert_true(view_good(&request, MCPAUTH_ADDRESS_ANY)->once);
    assert_int_equal(
        ma_request_get(&request, "https://as.test/x", NULL), MCPAUTH_OK);
    assert_false(view_good(&request, MCPAUTH_ADDRESS_ANY)->once);
}

static void the_next_request_starts_empty(void **state)
{
    (void)state;
    MA_SCOPED(ma_request) request = {0};
    assert_int_equal(
        ma_request_post(&request, "https://as.test/token", "text/plain", NULL),
        MCPAUTH_OK);
    ma_buf_add_text(&request.body, "CANARY");
    assert_int_equal(
        mcpauth_headers_add(request.headers, "Authorization", "CANARY", NULL),
        MCPAUTH_OK);
    assert_int_equal(
        ma_request_get(&request, "https://as.test/x", NULL), MCPAUTH_OK);
    const mcpauth_http_request *view = view_good(&request, MCPAUTH_ADDRESS_ANY);
    assert_null(view->body);
    assert_null(mcpauth_headers_get(view->headers, "Authorization"));
    assert_null(mcpauth_headers_get(view->headers, "Content-Type"));
}

static void what_is_too_long_is_not_sent(void **state)
{
    (void)state;
    MA_SCOPED(ma_request) request = {0};
    const mcpauth_http_request *view = NULL;
    static char text[MA_REQUEST_BODY_MAX + 2];
    memset(text, 'a', sizeof text - 1);
    assert_int_equal(
        ma_request_post(&request, "https://as.test", "text/plain", NULL),
        MCPAUTH_OK);
    ma_buf_add_text(&request.body, text);
    assert_int_equal(
        ma_request_view(&request, MCPAUTH_ADDRESS_ANY, &view, NULL),
        MCPAUTH_E_LIMIT);
    text[MA_URL_MAX + 1] = '\0';
    assert_int_equal(ma_request_get(&request, text, NULL), MCPAUTH_OK);
    assert_int_equal(
        ma_request_view(&request, MCPAUTH_ADDRESS_ANY, &view, NULL),
        MCPAUTH_E_LIMIT);
    assert_null(view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_document_is_asked_for_without_credentials_A_034_A_234),
        cmocka_unit_test(what_carries_credentials_follows_no_redirect_S_007),
        cmocka_unit_test(what_carries_credentials_is_sent_once_S_042),
        cmocka_unit_test(the_next_request_starts_empty),
        cmocka_unit_test(what_is_too_long_is_not_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
