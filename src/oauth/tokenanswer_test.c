/* tokenanswer_test.c - grants, refusals, and everything else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/headers.h"
#include "oauth/tokenanswer.h"

static mcpauth_status parse(
    int http_status, ma_span body, ma_tokenanswer *out, mcpauth_error *err)
{
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    assert_int_equal(mcpauth_headers_add(headers, "Content-Type",
                         "text/html; charset=utf-8", NULL),
        MCPAUTH_OK);
    return ma_tokenanswer_parse(http_status, headers, body, out, err);
}

static mcpauth_status parse_text(
    int http_status, const char *body, ma_tokenanswer *out, mcpauth_error *err)
{
    return parse(http_status, ma_span_of(body), out, err);
}

#define GRANT(members)                                                         \
    "{\"access_token\":\"at\",\"token_type\":\"Bearer\"" members "}"

static void grant_is_read_A_123(void **state)
{
    (void)state;
    MA_SCOPED(ma_tokenanswer) answer = {0};
    assert_int_equal(
        parse_text(200,
            "{\"access_token\":\"ey.J-x_~+/==\",\"token_type\":\"bEaReR\","
            "\"refresh_token\":\"rt 1\",\"expires_in\":3600,"
            "\"scope\":\"a b\",\"id_token\":\"x\"}",
            &answer, NULL),
        MCPAUTH_OK);
    assert_string_equal(ma_secret_text(answer.access_token), "ey.J-x_~+/==");
    assert_string_equal(ma_secret_text(answer.refresh_token), "rt 1");
    assert_string_equal(answer.scope, "a b");
    assert_int_equal(answer.expires_in_s, 3600);
}

static void machine_grant_has_no_refresh_token_seed_08(void **state)
{
    (void)state;
    MA_SCOPED(ma_tokenanswer) answer = {0};
    assert_int_equal(parse_text(200, GRANT(), &answer, NULL), MCPAUTH_OK);
    assert_null(answer.refresh_token);
    assert_null(answer.scope);
    assert_int_equal(answer.expires_in_s, -1);
}

static void lifetimes_are_clamped_S_019(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        int64_t expires_in_s;
    } rows[] = {
        {GRANT(), -1},
        {GRANT(",\"expires_in\":null"), -1},
        {GRANT(",\"expires_in\":300"), 300},
        {GRANT(",\"expires_in\":\"300\""), 300},
        {GRANT(",\"expires_in\":299.9"), 299},
        {GRANT(",\"expires_in\":0"), 0},
        {GRANT(",\"expires_in\":-1"), 0},
        {GRANT(",\"expires_in\":-9223372036854775808"), 0},
        {GRANT(",\"expires_in\":9223372036854775807"),
            MA_TOKENANSWER_LIFE_MAX_S},
        {GRANT(",\"expires_in\":1e30"), MA_TOKENANSWER_LIFE_MAX_S},
        {GRANT(",\"expires_in\":\"1e30\""), MA_TOKENANSWER_LIFE_MAX_S},
        {GRANT(",\"expires_in\":99999999999999999999999"),
            MA_TOKENANSWER_LIFE_MAX_S},
        {GRANT(",\"expires_in\":\"soon\""), -1},
        {GRANT(",\"expires_in\":\"nan\""), -1},
        {GRANT(",\"expires_in\":\"\""), -1},
        {GRANT(",\"expires_in\":true"), -1},
        {GRANT(",\"expires_in\":[3600]"), -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_tokenanswer) answer = {0};
        assert_int_equal(
            parse_text(200, rows[i].body, &answer, NULL), MCPAUTH_OK);
        if (answer.expires_in_s != rows[i].expires_in_s)
            fail_msg("%s: %lld", rows[i].body, (long long)answer.expires_in_s);
    }
}

static void successes_that_are_none_S_017_S_018_S_032(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "",
        "[]",
        "\"x\"",
        "<html>",
        "access_token=at&token_type=bearer",
        GRANT() "x",
        GRANT(",\"access_token\":\"other\""),
        "{\"token_type\":\"Bearer\"}",
        "{\"access_token\":\"\",\"token_type\":\"Bearer\"}",
        "{\"access_token\":1,\"token_type\":\"Bearer\"}",
        "{\"access_token\":\"a\\r\\nX: 1\",\"token_type\":\"Bearer\"}",
        "{\"access_token\":\"a\\u0000b\",\"token_type\":\"Bearer\"}",
        "{\"access_token\":\"a b\",\"token_type\":\"Bearer\"}",
        "{\"access_token\":\"\\u00e9\",\"token_type\":\"Bearer\"}",
        "{\"access_token\":\"at\"}",
        "{\"access_token\":\"at\",\"token_type\":\"mac\"}",
        "{\"access_token\":\"at\",\"token_type\":\"N_A\"}",
        "{\"access_token\":\"at\",\"token_type\":\"Bearer \"}",
        "{\"access_token\":\"at\",\"token_type\":[\"Bearer\"]}",
        GRANT(",\"refresh_token\":\"r\\nt\""),
        GRANT(",\"error\":{\"code\":1}"),
        GRANT(",\"error\":1"),
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        MA_SCOPED(ma_tokenanswer) answer = {0};
        if (parse_text(200, bodies[i], &answer, NULL) != MCPAUTH_E_PROTOCOL)
            fail_msg("%s", bodies[i]);
        assert_null(answer.access_token);
    }
}

static void scope_that_is_none_counts_as_not_said_S_017(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        const char *scope;
    } rows[] = {
        {GRANT(",\"scope\":\" a b \""), "a b"},
        {GRANT(",\"scope\":\"\""), NULL},
        {GRANT(",\"scope\":\"a\\nb\""), NULL},
        {GRANT(",\"scope\":[\"a\"]"), NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_tokenanswer) answer = {0};
        assert_int_equal(
            parse_text(200, rows[i].body, &answer, NULL), MCPAUTH_OK);
        if (rows[i].scope)
            assert_string_equal(answer.scope, rows[i].scope);
        else
            assert_null(answer.scope);
    }
}

static void refusal_is_a_refusal_whatever_the_status_A_124_seed_41(void **state)
{
    (void)state;
    static const int statuses[] = {200, 400, 401, 403, 500, 503};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_SCOPED(ma_tokenanswer) answer = {0};
        assert_int_equal(
            parse_text(statuses[i],
                "{\"error\":\"invalid_grant\",\"error_description\":"
                "\"Session revoked\\u001b[2J\","
                "\"error_uri\":\"https://as.example/e\"}",
                &answer, err),
            MCPAUTH_E_REFUSED);
        assert_string_equal(mcpauth_error_server_code(err), "invalid_grant");
        assert_non_null(strstr(mcpauth_error_message(err), "Session revoked"));
        assert_null(strchr(mcpauth_error_message(err), '\x1b'));
        assert_int_equal(mcpauth_error_http_status(err), statuses[i]);
    }
}

/* GitHub answers 200 to a wrong code. */
static void success_status_with_error_A_124_S_018(void **state)
{
    (void)state;
    MA_SCOPED(ma_tokenanswer) answer = {0};
    assert_int_equal(
        parse_text(200, GRANT(",\"error\":\"bad_code\""), &answer, NULL),
        MCPAUTH_E_REFUSED);
    assert_null(answer.access_token);
}

static void other_statuses_show_the_bodys_start_seed_41_S_022(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(ma_tokenanswer) answer = {0};
    assert_int_equal(
        parse_text(502, "<html>\x1b[2J Bad \"Gateway\"", &answer, err),
        MCPAUTH_E_HTTP);
    const char *message = mcpauth_error_message(err);
    assert_non_null(strstr(message, "502"));
    assert_non_null(strstr(message, "text/html"));
    assert_non_null(strstr(message, "<html>\\x1b[2J Bad"));
    assert_null(strchr(message, '\x1b'));
    assert_int_equal(mcpauth_error_http_status(err), 502);
}

static void long_body_is_cut_seed_41(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) body = ma_buf_init(65536);
    for (int i = 0; i < 60000; i++)
        ma_buf_add_byte(&body, 'x');
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(ma_tokenanswer) answer = {0};
    assert_int_equal(
        parse(500, ma_buf_span(&body), &answer, err), MCPAUTH_E_HTTP);
    assert_true(strlen(mcpauth_error_message(err)) < 1000);
}

static void body_of_a_success_is_never_shown_S_054(void **state)
{
    (void)state;
    static const struct {
        int http_status;
        const char *body;
        mcpauth_status status;
    } rows[] = {
        {200, "access_token=canary&token_type=bearer", MCPAUTH_E_PROTOCOL},
        {200, "{\"access_token\":\"canary canary\"}", MCPAUTH_E_PROTOCOL},
        {200, "{\"access_token\":\"canary\",\"token_type\":\"mac\"}",
            MCPAUTH_E_PROTOCOL},
        {200, "{\"access_token\":\"canary\" oops", MCPAUTH_E_PROTOCOL},
        {201, "{\"access_token\":\"canary\",\"token_type\":\"Bearer\"}",
            MCPAUTH_E_HTTP},
        {302, "canary", MCPAUTH_E_HTTP},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_SCOPED(ma_tokenanswer) answer = {0};
        assert_int_equal(
            parse_text(rows[i].http_status, rows[i].body, &answer, err),
            rows[i].status);
        assert_null(strstr(mcpauth_error_message(err), "canary"));
        if (i == 0)
            assert_non_null(strstr(mcpauth_error_message(err), "text/html"));
    }
}

static void redirect_is_named_S_007(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(ma_tokenanswer) answer = {0};
    assert_int_equal(parse_text(307, "", &answer, err), MCPAUTH_E_HTTP);
    assert_non_null(strstr(mcpauth_error_hint(err), "redirect"));
}

static void answer_without_headers_is_no_trouble(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    MA_SCOPED(ma_tokenanswer) answer = {0};
    assert_int_equal(
        ma_tokenanswer_parse(200, headers, ma_span_of("x"), &answer, err),
        MCPAUTH_E_PROTOCOL);
    assert_non_null(strstr(mcpauth_error_message(err), "no content type"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grant_is_read_A_123),
        cmocka_unit_test(machine_grant_has_no_refresh_token_seed_08),
        cmocka_unit_test(lifetimes_are_clamped_S_019),
        cmocka_unit_test(successes_that_are_none_S_017_S_018_S_032),
        cmocka_unit_test(scope_that_is_none_counts_as_not_said_S_017),
        cmocka_unit_test(
            refusal_is_a_refusal_whatever_the_status_A_124_seed_41),
        cmocka_unit_test(success_status_with_error_A_124_S_018),
        cmocka_unit_test(other_statuses_show_the_bodys_start_seed_41_S_022),
        cmocka_unit_test(long_body_is_cut_seed_41),
        cmocka_unit_test(body_of_a_success_is_never_shown_S_054),
        cmocka_unit_test(redirect_is_named_S_007),
        cmocka_unit_test(answer_without_headers_is_no_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
