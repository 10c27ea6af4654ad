/* register_test.c - what is registered, and what is kept of the answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "oauth/register.h"

#define REDIRECT "http://127.0.0.1:4321/callback"

static ma_json *parse_json(const char *text)
{
    ma_json *json = NULL;
    assert_int_equal(
        ma_json_parse(ma_span_of(text), MA_JSON_DOCUMENT_DEPTH, &json, NULL),
        MCPAUTH_OK);
    return json;
}

static void request_describes_a_native_application_A_074(void **state)
{
    (void)state;
    const ma_register_request request = {.client_name = "mcpauth \"x\"",
        .redirect_uri = REDIRECT,
        .application_type = "native",
        .scope = "a b"};
    MA_SCOPED(ma_buf) body = ma_buf_init(4096);
    assert_int_equal(ma_register_write(&request, &body, NULL), MCPAUTH_OK);
    MA_AUTO(ma_json) json = parse_json(ma_buf_text(&body));
    assert_string_equal(ma_json_text(json, "client_name"), "mcpauth \"x\"");
    assert_string_equal(ma_json_text(json, "application_type"), "native");
    assert_string_equal(
        ma_json_text(json, "token_endpoint_auth_method"), "none");
    assert_string_equal(ma_json_text(json, "scope"), "a b");
    assert_int_equal(ma_json_count(ma_json_get(json, "redirect_uris")), 1);
    assert_true(ma_json_has(ma_json_get(json, "redirect_uris"), REDIRECT));
    assert_true(
        ma_json_has(ma_json_get(json, "grant_types"), "authorization_code"));
    assert_true(ma_json_has(ma_json_get(json, "grant_types"), "refresh_token"));
    assert_int_equal(ma_json_count(ma_json_get(json, "response_types")), 1);
    assert_true(ma_json_has(ma_json_get(json, "response_types"), "code"));
}

static void scope_and_type_may_be_left_out_A_074_A_077(void **state)
{
    (void)state;
    const ma_register_request request = {
        .client_name = "mcpauth", .redirect_uri = REDIRECT};
    MA_SCOPED(ma_buf) body = ma_buf_init(4096);
    assert_int_equal(ma_register_write(&request, &body, NULL), MCPAUTH_OK);
    assert_null(strstr(ma_buf_text(&body), "scope"));
    assert_null(strstr(ma_buf_text(&body), "application_type"));
}

static void method_is_the_least_secret_one_A_075(void **state)
{
    (void)state;
    static const struct {
        const char *supported;
        const char *method; /* NULL: E_UNSUPPORTED */
    } rows[] = {
        {"[]", "none"},
        {"[\"client_secret_basic\",\"none\"]", "none"},
        {"[\"client_secret_post\",\"client_secret_basic\"]",
            "client_secret_basic"},
        {"[\"client_secret_post\"]", "client_secret_post"},
        {"[\"private_key_jwt\"]", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(ma_json) supported = parse_json(rows[i].supported);
        const ma_register_request request = {.client_name = "mcpauth",
            .redirect_uri = REDIRECT,
            .auth_methods = supported};
        MA_SCOPED(ma_buf) body = ma_buf_init(4096);
        mcpauth_status st = ma_register_write(&request, &body, NULL);
        assert_int_equal(
            st, rows[i].method ? MCPAUTH_OK : MCPAUTH_E_UNSUPPORTED);
        if (st)
            continue;
        MA_AUTO(ma_json) json = parse_json(ma_buf_text(&body));
        assert_string_equal(
            ma_json_text(json, "token_endpoint_auth_method"), rows[i].method);
    }
}

static mcpauth_status parse(
    int http_status, const char *body, ma_json **out, mcpauth_error *err)
{
    return ma_register_parse(
        http_status, NULL, ma_span_of(body), REDIRECT, out, err);
}

static void answer_is_kept_A_076(void **state)
{
    (void)state;
    MA_AUTO(ma_json) client = NULL;
    assert_int_equal(
        parse(201,
            "{\"client_id\":\"c:1\",\"client_secret\":\"s\","
            "\"client_secret_expires_at\":1893456000,"
            "\"token_endpoint_auth_method\":\"client_secret_post\","
            "\"redirect_uris\":[\"" REDIRECT "\",\"http://x\"],"
            "\"registration_client_uri\":\"https://as/r/1\","
            "\"registration_access_token\":\"rat\",\"other\":1}",
            &client, NULL),
        MCPAUTH_OK);
    assert_string_equal(ma_json_text(client, "client_id"), "c:1");
    assert_string_equal(ma_json_text(client, "client_secret"), "s");
    assert_int_equal(
        ma_json_int(client, "client_secret_expires_at", 0), 1893456000);
    assert_string_equal(ma_json_text(client, "token_endpoint_auth_method"),
        "client_secret_post");
    assert_int_equal(ma_json_count(ma_json_get(client, "redirect_uris")), 2);
    assert_string_equal(
        ma_json_text(client, "registration_client_uri"), "https://as/r/1");
    assert_string_equal(
        ma_json_text(client, "registration_access_token"), "rat");
    assert_null(ma_json_get(client, "other"));
}

static void short_answer_is_completed_A_076(void **state)
{
    (void)state;
    MA_AUTO(ma_json) client = NULL;
    assert_int_equal(
        parse(200, "{\"client_id\":\"c\"}", &client, NULL), MCPAUTH_OK);
    assert_true(ma_json_has(ma_json_get(client, "redirect_uris"), REDIRECT));
    assert_null(ma_json_get(client, "client_secret"));
    assert_null(ma_json_get(client, "token_endpoint_auth_method"));
}

static void secret_beside_none_is_ignored_A_076(void **state)
{
    (void)state;
    MA_AUTO(ma_json) client = NULL;
    assert_int_equal(parse(201,
                         "{\"client_id\":\"c\",\"client_secret\":\"s\","
                         "\"client_secret_expires_at\":1,"
                         "\"token_endpoint_auth_method\":\"none\"}",
                         &client, NULL),
        MCPAUTH_OK);
    assert_null(ma_json_get(client, "client_secret"));
    assert_false(ma_register_expired(client, 1000000));
}

static void odd_answers_are_refused_S_035_S_017(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "",
        "<html>",
        "[]",
        "{}",
        "{\"client_id\":\"\"}",
        "{\"client_id\":1}",
        "{\"client_id\":\"a\\r\\nX: 1\"}",
        "{\"client_id\":\"\\u00e9\"}",
        "{\"client_id\":\"a\",\"client_id\":\"b\"}",
        "{\"client_id\":\"a\",\"client_secret\":\"a\\nb\"}",
        "{\"client_id\":\"a\",\"redirect_uris\":[]}",
        "{\"client_id\":\"a\",\"redirect_uris\":[\"" REDIRECT "/\"]}",
        "{\"client_id\":\"a\",\"redirect_uris\":\"" REDIRECT "\"}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        MA_AUTO(ma_json) client = NULL;
        if (parse(201, bodies[i], &client, NULL) != MCPAUTH_E_PROTOCOL)
            fail_msg("%s", bodies[i]);
        assert_null(client);
    }
}

static void refusal_is_told_A_077(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_AUTO(ma_json) client = NULL;
    assert_int_equal(parse(400,
                         "{\"error\":\"invalid_redirect_uri\","
                         "\"error_description\":\"no loopback\"}",
                         &client, err),
        MCPAUTH_E_REFUSED);
    assert_string_equal(mcpauth_error_server_code(err), "invalid_redirect_uri");
    assert_non_null(strstr(mcpauth_error_message(err), "no loopback"));
    assert_int_equal(mcpauth_error_http_status(err), 400);
}

static void other_statuses_are_told_A_077(void **state)
{
    (void)state;
    static const struct {
        int http_status;
        const char *body;
        bool shown;
    } rows[] = {
        {404, "not \x1bhere", true},
        {403, "{\"message\":\"not here\"}", true},
        {202, "{\"client_id\":\"a\",\"client_secret\":\"here\"}", false},
        {302, "here", false},
        {500, "", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_AUTO(ma_json) client = NULL;
        assert_int_equal(parse(rows[i].http_status, rows[i].body, &client, err),
            MCPAUTH_E_HTTP);
        const char *message = mcpauth_error_message(err);
        assert_int_equal(strstr(message, "here") != NULL, rows[i].shown);
        assert_null(strchr(message, '\x1b'));
    }
}

static void secrets_end_A_076(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        int64_t now_ms;
        bool expired;
    } rows[] = {
        {"{\"client_id\":\"c\",\"client_secret\":\"s\","
         "\"client_secret_expires_at\":0}",
            INT64_MAX, false},
        {"{\"client_id\":\"c\",\"client_secret\":\"s\"}", INT64_MAX, false},
        {"{\"client_id\":\"c\",\"client_secret\":\"s\","
         "\"client_secret_expires_at\":1000}",
            999999, false},
        {"{\"client_id\":\"c\",\"client_secret\":\"s\","
         "\"client_secret_expires_at\":1000}",
            1000000, true},
        {"{\"client_id\":\"c\",\"client_secret\":\"s\","
         "\"client_secret_expires_at\":\"1000\"}",
            1000000, true},
        {"{\"client_id\":\"c\",\"client_secret\":\"s\","
         "\"client_secret_expires_at\":-5}",
            1000000, false},
        {"{\"client_id\":\"c\",\"client_secret\":\"s\","
         "\"client_secret_expires_at\":1e30}",
            INT64_MAX, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(ma_json) client = NULL;
        assert_int_equal(parse(201, rows[i].answer, &client, NULL), MCPAUTH_OK);
        if (ma_register_expired(client, rows[i].now_ms) != rows[i].expired)
            fail_msg("%s", rows[i].answer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request_describes_a_native_application_A_074),
        cmocka_unit_test(scope_and_type_may_be_left_out_A_074_A_077),
        cmocka_unit_test(method_is_the_least_secret_one_A_075),
        cmocka_unit_test(answer_is_kept_A_076),
        cmocka_unit_test(short_answer_is_completed_A_076),
        cmocka_unit_test(secret_beside_none_is_ignored_A_076),
        cmocka_unit_test(odd_answers_are_refused_S_035_S_017),
        cmocka_unit_test(refusal_is_told_A_077),
        cmocka_unit_test(other_statuses_are_told_A_077),
        cmocka_unit_test(secrets_end_A_076),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
