/* server_test.c - which authorization servers are believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "oauth/server.h"

static const ma_server_rules plain = {.issuer = "https://a.com/t"};

static mcpauth_status parse(const char *body, const ma_server_rules *rules,
    ma_server *out, mcpauth_error *err)
{
    return ma_server_parse(ma_span_of(body), rules, out, err);
}

#define DOC(members) "{\"issuer\":\"https://a.com/t\"" members "}"

static void cognito_document_is_read_seed_24(void **state)
{
    (void)state;
    static const char issuer[] =
        "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbC";
    const ma_server_rules rules = {.issuer = issuer};
    MA_SCOPED(ma_server) server = {0};
    assert_int_equal(
        parse("{\"issuer\":\"https://cognito-idp.us-east-1.amazonaws.com/"
              "us-east-1_AbC\",\"authorization_endpoint\":"
              "\"https://d.auth.us-east-1.amazoncognito.com/oauth2/authorize\","
              "\"token_endpoint\":"
              "\"https://d.auth.us-east-1.amazoncognito.com/oauth2/token\","
              "\"revocation_endpoint\":"
              "\"https://d.auth.us-east-1.amazoncognito.com/oauth2/revoke\","
              "\"scopes_supported\":[\"openid\",\"email\"],"
              "\"token_endpoint_auth_methods_supported\":"
              "[\"client_secret_basic\",\"client_secret_post\"]}",
            &rules, &server, NULL),
        MCPAUTH_OK);
    assert_string_equal(server.issuer, issuer);
    assert_string_equal(server.authorization_endpoint,
        "https://d.auth.us-east-1.amazoncognito.com/oauth2/authorize");
    assert_string_equal(server.token_endpoint,
        "https://d.auth.us-east-1.amazoncognito.com/oauth2/token");
    assert_string_equal(server.revocation_endpoint,
        "https://d.auth.us-east-1.amazoncognito.com/oauth2/revoke");
    assert_null(server.registration_endpoint);
    assert_int_equal(ma_json_count(server.scopes_supported), 2);
    assert_true(ma_json_has(
        server.token_endpoint_auth_methods_supported, "client_secret_post"));
    assert_null(server.grant_types_supported);
    assert_false(server.iss_parameter_supported);
    assert_false(ma_server_has_s256(&server));
}

static void issuer_is_compared_byte_for_byte_A_053_S_026(void **state)
{
    (void)state;
    static const struct {
        const char *asked;
        const char *trusted;
        mcpauth_status status;
    } rows[] = {
        {"https://a.com/t", NULL, MCPAUTH_OK},
        {"https://a.com/t/", NULL, MCPAUTH_E_UNTRUSTED},
        {"https://A.com/t", NULL, MCPAUTH_E_UNTRUSTED},
        {"https://a.com:443/t", NULL, MCPAUTH_E_UNTRUSTED},
        {"https://a.com/%74", NULL, MCPAUTH_E_UNTRUSTED},
        {"https://b.com", "https://a.com/t", MCPAUTH_OK},
        {"https://b.com", "https://a.com/t/", MCPAUTH_E_UNTRUSTED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const ma_server_rules rules = {
            .issuer = rows[i].asked, .trusted_issuer = rows[i].trusted};
        MA_SCOPED(ma_server) server = {0};
        assert_int_equal(parse(DOC(""), &rules, &server, NULL), rows[i].status);
    }
}

static void issuer_mismatch_shows_both_and_the_remedy_seed_44(void **state)
{
    (void)state;
    const ma_server_rules rules = {.issuer = "https://facade.example/as"};
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(ma_server) server = {0};
    assert_int_equal(parse(DOC(""), &rules, &server, err), MCPAUTH_E_UNTRUSTED);
    const char *message = mcpauth_error_message(err);
    assert_non_null(strstr(message, "https://a.com/t"));
    assert_non_null(strstr(message, "https://facade.example/as"));
    assert_non_null(strstr(mcpauth_error_hint(err), "trusted_issuer"));
    assert_null(server.document);
}

static bool is_ok(const char *url, const ma_server_rules *rules)
{
    bool ok = false;
    assert_int_equal(
        ma_server_judge_endpoint(url, rules, &ok, NULL), MCPAUTH_OK);
    return ok;
}

static void endpoints_must_be_https_S_001_S_009_S_010_A_055(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool plain;
        bool loopback;
        bool cleared; /* with clear_host intra.example */
    } rows[] = {
        {"https://x.com/token", true, true, true},
        {"https://x.com/token?a=b", true, true, true},
        {"https://other.example:8443/", true, true, true},
        {"http://x.com/token", false, false, false},
        {"http://127.0.0.1:9/token", false, true, false},
        {"http://[::1]:9/token", false, true, false},
        {"http://localhost/token", false, true, false},
        {"http://Intra.example/token", false, false, true},
        {"http://intra.example.evil.com/token", false, false, false},
        {"https://x.com/token#f", false, false, false},
        {"https://u:p@x.com/token", false, false, false},
        {"javascript:alert(1)", false, false, false},
        {"data:text/html,x", false, false, false},
        {"file:///etc/passwd", false, false, false},
        {"vscode://x", false, false, false},
        {"ftp://x.com/", false, false, false},
        {"//x.com/token", false, false, false},
        {"/token", false, false, false},
        {"https://x.com/a b", false, false, false},
        {"", false, false, false},
    };
    const ma_server_rules loopback = {.issuer = "", .loopback_http = true};
    const ma_server_rules cleared = {
        .issuer = "", .clear_host = "intra.example"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *url = rows[i].url;
        if (is_ok(url, &plain) != rows[i].plain ||
            is_ok(url, &loopback) != rows[i].loopback ||
            is_ok(url, &cleared) != rows[i].cleared)
            fail_msg("%s", url);
    }
}

static void every_endpoint_is_judged_S_001(void **state)
{
    (void)state;
    static const char *const names[] = {"authorization_endpoint",
        "token_endpoint", "registration_endpoint", "revocation_endpoint",
        "pushed_authorization_request_endpoint"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        MA_SCOPED(ma_buf) body = ma_buf_init(1024);
        ma_buf_addf(
            &body, DOC(",\"%s\":\"http://login.evil.test/\""), names[i]);
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_SCOPED(ma_server) server = {0};
        assert_int_equal(parse(ma_buf_text(&body), &plain, &server, err),
            MCPAUTH_E_UNTRUSTED);
        assert_non_null(strstr(mcpauth_error_message(err), names[i]));
    }
}

static void fallbacks_fill_gaps_only_seed_24(void **state)
{
    (void)state;
    const ma_server_rules rules = {
        .issuer = "https://a.com/t",
        .authorization_endpoint = "https://mine.example/authorize",
        .token_endpoint = "https://mine.example/token",
    };
    MA_SCOPED(ma_server) server = {0};
    assert_int_equal(parse(DOC(",\"authorization_endpoint\":\"\","
                               "\"token_endpoint\":\"https://a.com/token\""),
                         &rules, &server, NULL),
        MCPAUTH_OK);
    assert_string_equal(
        server.authorization_endpoint, "https://mine.example/authorize");
    assert_string_equal(server.token_endpoint, "https://a.com/token");
}

static void nothing_is_made_up_A_055(void **state)
{
    (void)state;
    MA_SCOPED(ma_server) server = {0};
    assert_int_equal(
        parse(DOC(",\"token_endpoint\":null"), &plain, &server, NULL),
        MCPAUTH_OK);
    assert_null(server.authorization_endpoint);
    assert_null(server.token_endpoint);
}

static void wrong_types_are_refused_A_056(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "",
        "[]",
        "<html></html>",
        "{}",
        "{\"issuer\":1}",
        DOC(",\"token_endpoint\":[\"https://a.com/token\"]"),
        DOC(",\"authorization_endpoint\":false"),
        DOC(",\"scopes_supported\":\"openid\""),
        DOC(",\"code_challenge_methods_supported\":\"S256\""),
        DOC(",\"token_endpoint_auth_methods_supported\":{}"),
        DOC(",\"token_endpoint_auth_signing_alg_values_supported\":\"a\""),
        DOC(",\"response_types_supported\":\"code\""),
        DOC(",\"issuer\":\"https://a.com/t\""),
        DOC(",\"token_endpoint\":\"https://a.com\","
            "\"token_endpoint\":\"https://evil.com\""),
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_SCOPED(ma_server) server = {0};
        assert_int_equal(
            parse(bodies[i], &plain, &server, err), MCPAUTH_E_PROTOCOL);
        assert_string_not_equal(mcpauth_error_message(err), "");
    }
}

static void only_true_is_true_A_057(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        bool is_true;
    } rows[] = {
#define FLAGS(value)                                                           \
    DOC(",\"authorization_response_iss_parameter_supported\":" value           \
        ",\"client_id_metadata_document_supported\":" value                    \
        ",\"require_pushed_authorization_requests\":" value)
        {FLAGS("true"), true},
        {FLAGS("\"true\""), false},
        {FLAGS("1"), false},
        {DOC(""), false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_server) server = {0};
        assert_int_equal(
            parse(rows[i].body, &plain, &server, NULL), MCPAUTH_OK);
        assert_int_equal(server.iss_parameter_supported, rows[i].is_true);
        assert_int_equal(server.client_documents, rows[i].is_true);
        assert_int_equal(server.pushed_requests_required, rows[i].is_true);
    }
}

static void s256_must_be_listed_A_091_S_030(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        bool listed;
    } rows[] = {
        {DOC(",\"code_challenge_methods_supported\":[\"plain\",\"S256\"]"),
            true},
        {DOC(",\"code_challenge_methods_supported\":[\"plain\"]"), false},
        {DOC(",\"code_challenge_methods_supported\":[\"s256\"]"), false},
        {DOC(",\"code_challenge_methods_supported\":[]"), false},
        {DOC(""), false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_server) server = {0};
        assert_int_equal(
            parse(rows[i].body, &plain, &server, NULL), MCPAUTH_OK);
        assert_int_equal(ma_server_has_s256(&server), rows[i].listed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cognito_document_is_read_seed_24),
        cmocka_unit_test(issuer_is_compared_byte_for_byte_A_053_S_026),
        cmocka_unit_test(issuer_mismatch_shows_both_and_the_remedy_seed_44),
        cmocka_unit_test(endpoints_must_be_https_S_001_S_009_S_010_A_055),
        cmocka_unit_test(every_endpoint_is_judged_S_001),
        cmocka_unit_test(fallbacks_fill_gaps_only_seed_24),
        cmocka_unit_test(nothing_is_made_up_A_055),
        cmocka_unit_test(wrong_types_are_refused_A_056),
        cmocka_unit_test(only_true_is_true_A_057),
        cmocka_unit_test(s256_must_be_listed_A_091_S_030),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
