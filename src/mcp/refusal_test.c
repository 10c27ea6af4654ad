/* refusal_test.c - whose words a person reads when a server refuses. */
#include "mcp/refusal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

static void statuses_give_kinds_and_words_T_023(void **state)
{
    static const struct {
        int http_status;
        const char *body;
        mcpauth_status st;
        const char *code, *words;
    } rows[] = {
        {401, "", MCPAUTH_E_REFUSED, NULL, NULL},
        {403, "{\"message\":\"OAuth authorization failed\"}", MCPAUTH_E_REFUSED,
            NULL, "OAuth authorization failed"},
        {401,
            "{\"jsonrpc\":\"2.0\",\"id\":9,\"error\":{\"code\":-32001,"
            "\"message\":\"Claim 'client_id' mismatch\"}}",
            MCPAUTH_E_REFUSED, "-32001", "Claim 'client_id' mismatch"},
        {424, "{\"Message\":\"time exceeded\"}", MCPAUTH_E_HTTP, NULL,
            "time exceeded"},
        {400, "{\"error\":\"x\",\"error_description\":\"y\"}", MCPAUTH_E_HTTP,
            NULL, "y"},
        {400, "{\"error\":\"x\"}", MCPAUTH_E_HTTP, NULL, "x"},
        {400, "{\"error\":{\"message\":1}}", MCPAUTH_E_HTTP, NULL, NULL},
        {502, "<html>bad gateway</html>", MCPAUTH_E_HTTP, NULL, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        ma_refusal refusal = {
            rows[i].http_status, NULL, ma_span_of(rows[i].body)};
        const char *code, *words;
        assert_int_equal(ma_refusal_of_status(&refusal, err), rows[i].st);
        assert_int_equal(mcpauth_error_http_status(err), rows[i].http_status);
        code = mcpauth_error_server_code(err);
        words = mcpauth_error_server_description(err);
        assert_int_equal(!code, !rows[i].code);
        assert_int_equal(!words, !rows[i].words);
        if (code)
            assert_string_equal(code, rows[i].code);
        if (words)
            assert_string_equal(words, rows[i].words);
    }
}

static void remedies_are_named_where_there_is_one(void **state)
{
    static const int advised[] = {301, 404, 405, 424, 429, 503};
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    ma_refusal refusal = {.http_status = 500};
    (void)state;
    assert_int_equal(ma_refusal_of_status(&refusal, err), MCPAUTH_E_HTTP);
    assert_null(mcpauth_error_hint(err));
    for (size_t i = 0; i < sizeof advised / sizeof *advised; i++) {
        refusal.http_status = advised[i];
        assert_int_equal(ma_refusal_of_status(&refusal, err), MCPAUTH_E_HTTP);
        assert_non_null(mcpauth_error_hint(err));
    }
}

static void data_is_kept_as_the_server_wrote_it_T_007_T_145(void **state)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    ma_envelope message;
    (void)state;
    assert_int_equal(
        ma_envelope_parse(
            ma_span_of("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":"
                       "-32042,\"message\":\"first\",\"data\":[1.10 ]}}"),
            &message, NULL),
        MCPAUTH_OK);
    assert_int_equal(ma_refusal_of_message(&message, 200, err), MCPAUTH_E_RPC);
    assert_string_equal(mcpauth_error_server_data(err), "[1.10 ]");
}

static void words_cannot_drive_a_terminal_S_022(void **state)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    ma_envelope message;
    ma_span text = ma_span_of("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{"
                              "\"code\":-1,\"message\":\"\\u001b[2J\"}}");
    (void)state;
    assert_int_equal(ma_envelope_parse(text, &message, NULL), 0);
    assert_int_equal(ma_refusal_of_message(&message, 200, err), MCPAUTH_E_RPC);
    assert_null(strchr(mcpauth_error_message(err), 0x1B));
    assert_null(strchr(mcpauth_error_server_description(err), 0x1B));
    assert_string_equal(mcpauth_error_server_code(err), "-1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statuses_give_kinds_and_words_T_023),
        cmocka_unit_test(remedies_are_named_where_there_is_one),
        cmocka_unit_test(data_is_kept_as_the_server_wrote_it_T_007_T_145),
        cmocka_unit_test(words_cannot_drive_a_terminal_S_022),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
