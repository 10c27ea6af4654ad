/* authorize_test.c - what the browser is given, and what it brings back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/form.h"
#include "oauth/authorize.h"

static ma_authorize_request request_at(const char *endpoint)
{
    return (ma_authorize_request){
        .endpoint = endpoint,
        .client_id = "cid",
        .redirect_uri = "http://localhost:3000",
        .scope = "openid mcp-server/read",
        .resource = "https://e.com/mcp",
        .state = ma_span_of("STATE"),
        .code_challenge = ma_span_of("CHALLENGE"),
        .nonce = ma_span_of("NONCE"),
    };
}

static mcpauth_status write_url(
    const ma_authorize_request *request, ma_buf *to, mcpauth_error *err)
{
    return ma_authorize_write_url(request, to, err);
}

static void parameters_stand_once_and_encoded_A_100_seed_09(void **state)
{
    (void)state;
    ma_authorize_request request =
        request_at("https://AS.example:443/authorize?tenant=a%20b");
    MA_SCOPED(ma_buf) url = ma_buf_init(8192);
    assert_int_equal(write_url(&request, &url, NULL), MCPAUTH_OK);
    assert_string_equal(ma_buf_text(&url),
        "https://as.example/authorize?tenant=a%20b&response_type=code"
        "&client_id=cid&redirect_uri=http%3A%2F%2Flocalhost%3A3000"
        "&code_challenge=CHALLENGE&code_challenge_method=S256&state=STATE"
        "&scope=openid+mcp-server%2Fread&resource=https%3A%2F%2Fe.com%2Fmcp"
        "&nonce=NONCE");
}

static void a_hint_at_the_person_is_encoded_A_100(void **state)
{
    (void)state;
    ma_authorize_request request = request_at("https://as.example/authorize");
    request.login_hint = "a+b@e.com";
    MA_SCOPED(ma_buf) url = ma_buf_init(8192);
    assert_int_equal(write_url(&request, &url, NULL), MCPAUTH_OK);
    assert_non_null(
        strstr(ma_buf_text(&url), "&login_hint=a%2Bb%40e.com&nonce=NONCE"));
    ma_buf_clear(&url);
    request.endpoint = "https://as.example/authorize?login_hint=mallory";
    assert_int_equal(write_url(&request, &url, NULL), MCPAUTH_E_UNTRUSTED);
}

static void a_pushed_request_goes_by_its_name_A_102(void **state)
{
    (void)state;
    ma_authorize_request request =
        request_at("https://as.example/authorize?tenant=a");
    request.request_uri = "urn:ietf:params:oauth:request_uri:6&x";
    MA_SCOPED(ma_buf) url = ma_buf_init(8192);
    assert_int_equal(write_url(&request, &url, NULL), MCPAUTH_OK);
    assert_string_equal(ma_buf_text(&url),
        "https://as.example/authorize?tenant=a&client_id=cid&request_uri="
        "urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3A6%26x");
}

static void absent_values_leave_no_parameter_A_100_seed_07(void **state)
{
    (void)state;
    ma_authorize_request request = request_at("https://as.example/authorize");
    request.scope = NULL;
    request.resource = NULL;
    MA_SCOPED(ma_buf) url = ma_buf_init(8192);
    assert_int_equal(write_url(&request, &url, NULL), MCPAUTH_OK);
    assert_null(strstr(ma_buf_text(&url), "scope"));
    assert_null(strstr(ma_buf_text(&url), "resource="));
    assert_null(strstr(ma_buf_text(&url), "nonce"));
    assert_null(strstr(ma_buf_text(&url), "prompt"));
}

static void prompt_comes_with_offline_access_A_100(void **state)
{
    (void)state;
    ma_authorize_request request = request_at("https://as.example/authorize");
    request.scope = "mcp offline_access";
    MA_SCOPED(ma_buf) url = ma_buf_init(8192);
    assert_int_equal(write_url(&request, &url, NULL), MCPAUTH_OK);
    assert_non_null(strstr(ma_buf_text(&url), "&prompt=consent"));
    assert_null(strstr(ma_buf_text(&url), "nonce"));
}

static void endpoint_is_judged_S_001_S_002_S_010_A_230(void **state)
{
    (void)state;
    static const struct {
        const char *endpoint;
        mcpauth_status status;
    } rows[] = {
        {"https://as.example/a", MCPAUTH_OK},
        {"https://as.example", MCPAUTH_OK},
        {"https://as.example/a?", MCPAUTH_OK},
        {"http://127.0.0.1:9/a", MCPAUTH_OK},
        {"http://intra.example/a", MCPAUTH_OK},
        {"http://as.example/a", MCPAUTH_E_UNTRUSTED},
        {"javascript:alert(1)", MCPAUTH_E_UNTRUSTED},
        {"data:text/html,x", MCPAUTH_E_UNTRUSTED},
        {"file:///etc/passwd", MCPAUTH_E_UNTRUSTED},
        {"ms-msdt:/id", MCPAUTH_E_UNTRUSTED},
        {"vscode://x", MCPAUTH_E_UNTRUSTED},
        {"--help", MCPAUTH_E_UNTRUSTED},
        {"https://u:p@as.example/a", MCPAUTH_E_UNTRUSTED},
        {"https://as.example/$(touch%20X)", MCPAUTH_E_UNTRUSTED},
        {"https://as.example/a?x=$(id)", MCPAUTH_E_UNTRUSTED},
        {"https://as.example/`id`", MCPAUTH_E_UNTRUSTED},
        {"https://as.example/a|b", MCPAUTH_E_UNTRUSTED},
        {"https://as.example/a\"b", MCPAUTH_E_UNTRUSTED},
        {"https://as.example/a b", MCPAUTH_E_UNTRUSTED},
        {"https://as.example/a#f", MCPAUTH_E_UNTRUSTED},
        {"https://as.example/a?redirect_uri=x", MCPAUTH_E_UNTRUSTED},
        {"https://as.example/a?x=1&state=", MCPAUTH_E_UNTRUSTED},
        {"https://as.example/a?response_type=token", MCPAUTH_E_UNTRUSTED},
        {"https://as.example/a?sc%6fpe=x", MCPAUTH_E_UNTRUSTED},
        {"https://as.example/a?nonce", MCPAUTH_E_UNTRUSTED},
        {"https://as.example/a?request_uri=x", MCPAUTH_E_UNTRUSTED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ma_authorize_request request = request_at(rows[i].endpoint);
        request.clear_host = "intra.example";
        MA_SCOPED(ma_buf) url = ma_buf_init(8192);
        if (write_url(&request, &url, NULL) != rows[i].status)
            fail_msg("%s", rows[i].endpoint);
        if (rows[i].status)
            assert_int_equal(url.len, 0);
    }
}

/* --- redirect ------------------------------------------------------------ */

#define ISSUER "https://as.example"
#define ISS    "&iss=https%3A%2F%2Fas.example"

static mcpauth_status parse(
    const char *query, bool iss_supported, ma_secret **out, mcpauth_error *err)
{
    MA_AUTO(ma_secret) expected_state = ma_secret_new(ma_span_of("S+1"));
    const ma_authorize_expected expected = {
        .state = expected_state,
        .issuer = ISSUER,
        .iss_parameter_supported = iss_supported,
    };
    return ma_authorize_parse_redirect(ma_span_of(query), &expected, out, err);
}

static void redirects_are_judged_in_order_A_110_S_029(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        mcpauth_status status;
    } rows[] = {
        {"code=C&state=S%2B1", MCPAUTH_OK},
        {"state=S%2B1&code=C&session_state=x&x", MCPAUTH_OK},
        /* not ours: the flow goes on waiting */
        {"", MCPAUTH_E_STATE},
        {"code=C", MCPAUTH_E_STATE},
        {"code=C&state=", MCPAUTH_E_STATE},
        {"code=C&state=S+1", MCPAUTH_E_STATE},
        {"code=C&state=S%2B", MCPAUTH_E_STATE},
        {"code=C&state=S%2B12", MCPAUTH_E_STATE},
        {"code=C&state=S%2B1&state=S%2B1", MCPAUTH_E_STATE},
        {"code=C&State=S%2B1", MCPAUTH_E_STATE},
        {"error=access_denied&state=wrong", MCPAUTH_E_STATE},
        {"code=C&code=D&state=wrong", MCPAUTH_E_STATE},
        {"code=C&state=wrong&iss=https%3A%2F%2Fevil", MCPAUTH_E_STATE},
        /* ours, and broken */
        {"code=C&code=C&state=S%2B1", MCPAUTH_E_PROTOCOL},
        {"code=C&c%6fde=D&state=S%2B1", MCPAUTH_E_PROTOCOL},
        {"code=C&state=S%2B1" ISS ISS, MCPAUTH_E_PROTOCOL},
        {"error=a&error=b&state=S%2B1", MCPAUTH_E_PROTOCOL},
        {"state=S%2B1", MCPAUTH_E_PROTOCOL},
        {"code=C&error=x&state=S%2B1", MCPAUTH_E_PROTOCOL},
        {"code=&state=S%2B1", MCPAUTH_E_PROTOCOL},
        {"code=%zz&state=S%2B1", MCPAUTH_E_PROTOCOL},
        {"code=a%0d%0ab&state=S%2B1", MCPAUTH_E_PROTOCOL},
        {"code=a%00b&state=S%2B1", MCPAUTH_E_PROTOCOL},
        {"error=access_denied&state=S%2B1", MCPAUTH_E_REFUSED},
        {"error=server_error&state=S%2B1", MCPAUTH_E_REFUSED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(ma_secret) code = NULL;
        if (parse(rows[i].query, false, &code, NULL) != rows[i].status)
            fail_msg("%s", rows[i].query);
        assert_int_equal(code != NULL, rows[i].status == MCPAUTH_OK);
    }
}

static void code_is_decoded_once_A_110(void **state)
{
    (void)state;
    MA_AUTO(ma_secret) code = NULL;
    assert_int_equal(
        parse("state=S%2B1&code=a%2Fb%2520c+d", false, &code, NULL),
        MCPAUTH_OK);
    assert_string_equal(ma_secret_text(code), "a/b%20c d");
}

static void iss_table_A_112_A_113_S_025(void **state)
{
    (void)state;
    static const struct {
        bool supported;
        const char *iss;
        mcpauth_status status;
    } rows[] = {
        {true, ISS, MCPAUTH_OK},
        {true, "", MCPAUTH_E_UNTRUSTED},
        {true, "&iss=https%3A%2F%2Fevil.example", MCPAUTH_E_UNTRUSTED},
        {false, ISS, MCPAUTH_OK},
        {false, "", MCPAUTH_OK},
        {false, "&iss=https%3A%2F%2Fevil.example", MCPAUTH_E_UNTRUSTED},
        {false, "&iss=https%3A%2F%2Fas.example%2F", MCPAUTH_E_UNTRUSTED},
        {true, "&iss=HTTPS%3A%2F%2Fas.example", MCPAUTH_E_UNTRUSTED},
        {true, "&iss=https%3A%2F%2Fas.example%3A443", MCPAUTH_E_UNTRUSTED},
        {true, "&iss=https%253A%252F%252Fas.example", MCPAUTH_E_UNTRUSTED},
        {true, "&iss=", MCPAUTH_E_UNTRUSTED},
        {false, "&iss=", MCPAUTH_E_UNTRUSTED},
    };
    static const char *const answers[] = {"code=C", "error=server_error"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (size_t a = 0; a < 2; a++) {
            MA_SCOPED(ma_buf) query = ma_buf_init(1024);
            ma_buf_addf(&query, "%s&state=S%%2B1%s", answers[a], rows[i].iss);
            mcpauth_status expected = rows[i].status;
            if (!expected && a == 1)
                expected = MCPAUTH_E_REFUSED;
            MA_AUTO(ma_secret) code = NULL;
            if (parse(ma_buf_text(&query), rows[i].supported, &code, NULL) !=
                expected)
                fail_msg("%s", ma_buf_text(&query));
        }
    }
}

/* Without metadata there is nothing an `iss` could equal. */
static void iss_without_issuer_A_066(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        mcpauth_status status;
    } rows[] = {
        {"code=C&state=S", MCPAUTH_OK},
        {"code=C&state=S&iss=", MCPAUTH_E_UNTRUSTED},
        {"code=C&state=S" ISS, MCPAUTH_E_UNTRUSTED},
    };
    MA_AUTO(ma_secret) expected_state = ma_secret_new(ma_span_of("S"));
    const ma_authorize_expected expected = {.state = expected_state};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(ma_secret) code = NULL;
        assert_int_equal(ma_authorize_parse_redirect(
                             ma_span_of(rows[i].query), &expected, &code, NULL),
            rows[i].status);
    }
}

static void mismatch_hides_the_servers_error_A_114(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_AUTO(ma_secret) code = NULL;
    assert_int_equal(parse("error=access_denied&error_description=call+evil"
                           "&state=S%2B1&iss=https%3A%2F%2Fevil.example",
                         false, &code, err),
        MCPAUTH_E_UNTRUSTED);
    assert_non_null(strstr(mcpauth_error_message(err), "issuer mismatch"));
    assert_null(strstr(mcpauth_error_message(err), "call evil"));
    assert_null(mcpauth_error_server_code(err));
    assert_null(mcpauth_error_server_description(err));
    assert_non_null(strstr(mcpauth_error_hint(err), "log in again"));
}

static void refusal_keeps_the_servers_words_escaped_A_115_S_022(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_AUTO(ma_secret) code = NULL;
    assert_int_equal(
        parse("error=access_denied&error_description=no%1b%5b2J%22+way"
              "&error_uri=https%3A%2F%2Fas.example%2Fe&state=S%2B1",
            false, &code, err),
        MCPAUTH_E_REFUSED);
    assert_string_equal(mcpauth_error_server_code(err), "access_denied");
    assert_null(strchr(mcpauth_error_server_description(err), '\x1b'));
    assert_null(strchr(mcpauth_error_message(err), '\x1b'));
    assert_non_null(strstr(mcpauth_error_message(err), "way"));
    assert_string_equal(mcpauth_error_server_uri(err), "https://as.example/e");
    assert_non_null(mcpauth_error_hint(err));
}

/* Longer than any URL, and still only ignored. */
static void stranger_cannot_end_the_flow_by_length_A_108_S_036(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) query = ma_buf_init(65536);
    ma_buf_add_text(&query, "code=");
    for (int i = 0; i < 20000; i++)
        ma_buf_add_byte(&query, 'x');
    MA_AUTO(ma_secret) code = NULL;
    assert_int_equal(
        parse(ma_buf_text(&query), false, &code, NULL), MCPAUTH_E_STATE);
}

static void pasted_text_is_found_seed_34(void **state)
{
    (void)state;
    static const struct {
        const char *pasted;
        const char *query;
    } rows[] = {
        {"http://localhost:3000/?code=C&state=S", "code=C&state=S"},
        {"  http://localhost:3000?code=C&state=S \r\n", "code=C&state=S"},
        {"?code=C&state=S", "code=C&state=S"},
        {"code=C&state=S", "code=C&state=S"},
        {"code=a?b&state=S", "code=a?b&state=S"},
        {"localhost:3000/cb?code=C#_=_", "code=C"},
        {"", ""},
        {" \n", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ma_span got = ma_authorize_pasted_query(ma_span_of(rows[i].pasted));
        if (!ma_span_is(got, rows[i].query))
            fail_msg("%s", rows[i].pasted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_stand_once_and_encoded_A_100_seed_09),
        cmocka_unit_test(a_hint_at_the_person_is_encoded_A_100),
        cmocka_unit_test(a_pushed_request_goes_by_its_name_A_102),
        cmocka_unit_test(absent_values_leave_no_parameter_A_100_seed_07),
        cmocka_unit_test(prompt_comes_with_offline_access_A_100),
        cmocka_unit_test(endpoint_is_judged_S_001_S_002_S_010_A_230),
        cmocka_unit_test(redirects_are_judged_in_order_A_110_S_029),
        cmocka_unit_test(code_is_decoded_once_A_110),
        cmocka_unit_test(iss_table_A_112_A_113_S_025),
        cmocka_unit_test(iss_without_issuer_A_066),
        cmocka_unit_test(mismatch_hides_the_servers_error_A_114),
        cmocka_unit_test(refusal_keeps_the_servers_words_escaped_A_115_S_022),
        cmocka_unit_test(stranger_cannot_end_the_flow_by_length_A_108_S_036),
        cmocka_unit_test(pasted_text_is_found_seed_34),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
