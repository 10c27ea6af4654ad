/* reply_test.c - what a program says, and what goes out of it. */
#include "client/reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

static void a_result_is_an_object_T_002(void **state)
{
    static const char *const bad[] = {NULL, "", "[]", "null", "{", "{}{}"};
    MA_SCOPED(mcpauth_reply) reply = ma_reply_init();
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(
            mcpauth_reply_result(&reply, bad[i], NULL), MCPAUTH_E_USAGE);
    assert_int_equal(reply.result.len, 0);
    assert_int_equal(mcpauth_reply_result(&reply, " {\"n\":1.10} ", NULL), 0);
    assert_string_equal(ma_buf_text(&reply.result), "{\"n\":1.10}");
}

static void what_is_said_last_counts(void **state)
{
    MA_SCOPED(mcpauth_reply) reply = ma_reply_init();
    (void)state;
    assert_int_equal(mcpauth_reply_result(&reply, "{}", NULL), 0);
    assert_int_equal(mcpauth_reply_error(&reply, -1, "no", NULL), 0);
    assert_int_equal(reply.result.len, 0);
    assert_string_equal(ma_buf_text(&reply.message), "no");
    assert_int_equal(reply.code, -1);
    assert_int_equal(mcpauth_reply_result(&reply, "{}", NULL), 0);
    assert_int_equal(reply.message.len, 0);
    assert_int_equal(mcpauth_reply_error(&reply, 1, "", NULL), 0);
    assert_string_equal(ma_buf_text(&reply.message), "refused");
    assert_int_equal(mcpauth_reply_error(&reply, 1, NULL, NULL), 0);
    assert_string_equal(ma_buf_text(&reply.message), "refused");
}

static mcpauth_status defaults(mcpauth_reply *reply, const char *params)
{
    return mcpauth_reply_defaults(reply, params, strlen(params), NULL);
}

static void a_form_is_accepted_with_its_defaults_T_142(void **state)
{
    MA_SCOPED(mcpauth_reply) reply = ma_reply_init();
    (void)state;
    assert_int_equal(
        defaults(&reply, "{\"message\":\"m\",\"requestedSchema\":{"
                         "\"type\":\"object\",\"properties\":{\"a\":{\"type\":"
                         "\"string\",\"default\":\"x\"},\"b\":{\"type\":"
                         "\"boolean\"}}}}"),
        0);
    assert_string_equal(ma_buf_text(&reply.result),
        "{\"action\":\"accept\",\"content\":{\"a\":\"x\"}}");
}

static void what_has_no_default_is_not_accepted_T_142_T_143(void **state)
{
    MA_SCOPED(mcpauth_reply) reply = ma_reply_init();
    (void)state;
    assert_int_not_equal(
        defaults(&reply, "{\"message\":\"m\",\"requestedSchema\":{"
                         "\"type\":\"object\",\"properties\":{\"a\":{\"type\":"
                         "\"string\"}},\"required\":[\"a\"]}}"),
        0);
    assert_int_equal(
        defaults(&reply, "{\"mode\":\"url\",\"message\":\"m\",\"url\":"
                         "\"https://example.com/\"}"),
        MCPAUTH_E_UNSUPPORTED);
    assert_int_not_equal(defaults(&reply, "[]"), 0);
    assert_int_equal(reply.result.len, 0);
}

/* --- what goes out ------------------------------------------------------- */

static ma_session *make_session(void)
{
    ma_session *session = NULL;
    const ma_session_options options = {.server = "https://mcp.test/mcp",
        .client_name = "c",
        .client_version = "1",
        .known_version = "2025-11-25"};
    assert_int_equal(ma_session_new(&options, &session, NULL), 0);
    return session;
}

/* Appends what answers the request with that raw id. */
static void write_body(
    const mcpauth_reply *reply, ma_session *session, const char *id, ma_buf *to)
{
    MA_AUTO(ma_exchange) exchange = NULL;
    assert_int_equal(
        ma_reply_write(reply, session, ma_span_of(id), 0, &exchange, NULL), 0);
    ma_buf_add_span(to, ma_exchange_body(exchange));
}

static void every_reply_has_its_message_T_003_T_045(void **state)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(1000);
    MA_SCOPED(mcpauth_reply) reply = ma_reply_init();
    MA_AUTO(ma_session) session = make_session();
    (void)state;
    write_body(&reply, session, "1", &text);
    assert_int_equal(mcpauth_reply_error(&reply, -2, "a \"b\"", NULL), 0);
    write_body(&reply, session, "\"x\"", &text);
    assert_int_equal(mcpauth_reply_result(&reply, "{}", NULL), 0);
    write_body(&reply, session, "12345678901234567890123", &text);
    assert_string_equal(ma_buf_text(&text),
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32601,\"message\":"
        "\"Method not found\"}}"
        "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"error\":{\"code\":-2,\"message\":"
        "\"a \\\"b\\\"\"}}"
        "{\"jsonrpc\":\"2.0\",\"id\":12345678901234567890123,\"result\":{}}");
}

static void nobody_waits_in_another_session_T_054(void **state)
{
    ma_exchange *exchange = NULL;
    MA_SCOPED(mcpauth_reply) reply = ma_reply_init();
    MA_AUTO(ma_session) session = make_session();
    (void)state;
    ma_session_reset(session);
    assert_int_equal(
        ma_reply_write(&reply, session, ma_span_of("1"), 0, &exchange, NULL),
        0);
    assert_null(exchange);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_result_is_an_object_T_002),
        cmocka_unit_test(what_is_said_last_counts),
        cmocka_unit_test(a_form_is_accepted_with_its_defaults_T_142),
        cmocka_unit_test(what_has_no_default_is_not_accepted_T_142_T_143),
        cmocka_unit_test(every_reply_has_its_message_T_003_T_045),
        cmocka_unit_test(nobody_waits_in_another_session_T_054),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
