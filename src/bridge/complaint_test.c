/* complaint_test.c - errors of our own, in JSON-RPC. */
#include "bridge/complaint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

static void what_to_do_stands_in_the_message_T_023_T_181(void **state)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(ma_buf) text = ma_buf_init(4096);
    (void)state;
    mcpauth_status st =
        ma_error_set(err, MCPAUTH_E_LOGIN_REQUIRED, "a \"login\" is needed");
    ma_error_hint(err, "run: mcpauth login it");
    ma_complaint_write(&text, ma_span_of("\"x\""), st, err);
    assert_string_equal(ma_buf_text(&text),
        "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"error\":{\"code\":-31001,"
        "\"message\":\"mcpauth: a \\\"login\\\" is needed; run: mcpauth login "
        "it\",\"data\":{\"status\":\"E_LOGIN_REQUIRED\"}}}");
}

static void the_servers_words_are_data_T_023(void **state)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(ma_buf) text = ma_buf_init(4096);
    (void)state;
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_HTTP, "no");
    ma_error_http_status(err, 418);
    ma_error_server(
        err, ma_span_of("c"), ma_span_of("d"), ma_span_make(NULL, 0));
    ma_error_data(err, ma_span_of("{\"n\":1.10}"));
    ma_complaint_write(&text, ma_span_of("1"), st, err);
    assert_string_equal(ma_buf_text(&text),
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-31006,"
        "\"message\":\"mcpauth: no (c: \\\"d\\\")\",\"data\":{\"status\":"
        "\"E_HTTP\",\"http_status\":418,\"server_code\":\"c\","
        "\"server_description\":\"d\",\"server_data\":{\"n\":1.10}}}}");
}

static void nobodys_code_is_taken_for_the_servers_T_105(void **state)
{
    (void)state;
    for (int st = 1; st <= MCPAUTH_E_MISMATCH; st++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_SCOPED(ma_buf) text = ma_buf_init(4096);
        assert_int_equal(ma_error_set(err, (mcpauth_status)st, "no"), st);
        ma_complaint_write(&text, ma_span_of("1"), (mcpauth_status)st, err);
        assert_non_null(strstr(ma_buf_text(&text), "\"code\":-310"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_to_do_stands_in_the_message_T_023_T_181),
        cmocka_unit_test(the_servers_words_are_data_T_023),
        cmocka_unit_test(nobodys_code_is_taken_for_the_servers_T_105),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
