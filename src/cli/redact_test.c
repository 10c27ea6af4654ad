/* redact_test.c - what may be shown, and what must not (S-054). */
#include "cli/redact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/headers.h"

enum { SHOWN_MAX = 65536 };

#define FORM "application/x-www-form-urlencoded"
#define SSE  "text/event-stream; charset=utf-8"

/* What is shown of a body of that type; whole. */
static void show(
    ma_redact *seen, const char *type, const char *body, bool whole, ma_buf *to)
{
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    assert_int_equal(
        mcpauth_headers_add(headers, "Content-Type", type, NULL), MCPAUTH_OK);
    ma_redact_body(seen, headers, ma_span_of(body), whole, to);
    assert_int_equal(to->failed, MCPAUTH_OK);
    assert_int_equal(seen->failed, MCPAUTH_OK);
}

/* CANARY must not be in it, each part (NULL ends them) must. */
static const struct {
    const char *type;
    const char *body;
    bool whole;
    const char *parts[4];
} bodies[] = {
    {FORM, "grant_type=authorization_code&code=CANARY-1&code_verifier=CANARY-2",
        false,
        {"{\"name\":\"grant_type\",\"value\":\"authorization_code\"}",
            "{\"name\":\"code\",\"value\":\"value#"}},
    {FORM, "client_assertion_type=urn%3Aietf&client_assertion=eyJ.CANARY-1.s-_",
        false,
        {"{\"name\":\"client_assertion_type\",\"value\":\"urn:ietf\"}",
            "{\"name\":\"client_assertion\",\"value\":\"value#"}},
    {FORM, "client_id=me&client_secret=CANARY%2F3&x=CANARY-4", false,
        {"\"value\":\"me\"", "\"name\":\"x\",\"value\":\"value#"}},
    {"application/json",
        "{\"access_token\":\"CANARY-1\",\"token_type\":\"Bearer\","
        "\"expires_in\":3600,\"refresh_token\":\"CANARY-2\"}",
        false, {"\"token_type\":\"Bearer\"", "\"expires_in\":3600"}},
    {"application/json",
        "{\"registration_access_token\":\"CANARY-1\",\"redirect_uris\":"
        "[\"https://a.example/?k=CANARY-2#CANARY-3\"],"
        "\"token_endpoint\":\"https://a.example/t\"}",
        false,
        {"https://a.example/?k=value#", "\"token_endpoint\":\"https://a.exampl"
                                        "e/t\""}},
    {"application/json",
        "{\"authorization_servers\":[\"https://as.example\"],"
        "\"authorization\":\"CANARY-1\"}",
        false, {"\"https://as.example\""}},
    {"application/json",
        "{\"AuthenticationResult\":{\"AccessToken\":\"CANARY-1\","
        "\"IdToken\":\"CANARY-2\",\"TokenType\":\"Bearer\"},"
        "\"Session\":\"CANARY-3\",\"c\\u006fde\":\"CANARY-4\"}",
        false, {"\"TokenType\":\"Bearer\""}},
    {"application/json", "{\"tokens\":[{\"a\":[\"CANARY-1\"]}],\"n\":1.10}",
        false, {"1.10"}},
    {"application/json", "{\"odd\":\"eyJhbGciCANARY\"}", false, {"odd"}},
    {"application/json",
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\","
        "\"params\":{\"name\":\"CANARY\"}}",
        false, {"\"id\":7", "\"method\":\"tools/call\""}},
    {"application/json",
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"a\":\"CANARY\"}}", false,
        {"\"result\":{\"bytes\":14}"}},
    {"application/json",
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32602,"
        "\"message\":\"no such tool\"}}",
        false, {"-32602", "no such tool"}},
    {"application/json",
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\","
        "\"params\":{\"city\":\"Oslo\",\"password\":\"CANARY\"}}",
        true, {"\"city\":\"Oslo\""}},
    {SSE,
        "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"a\":\"CANARY\"}}\n\n"
        "data: CANARY\n\n",
        false,
        {"[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":", "{\"bytes\":6}]"}},
    {"application/json", "{\"access_token\":\"CANARY", false, {"\"bytes\":23"}},
    {"text/html", "<p>CANARY", false, {"\"bytes\":9"}},
    {"text/html", "{\"access_token\":\"CANARY\"}", false, {"access_token"}},
    {"text/plain", "access_token=CANARY", false, {"\"bytes\":19"}},
    {"text/plain", "", false, {"null"}},
    {"application/json", "[]", false, {"[]"}},
    {"application/json", "{\"a\":{}}", false, {"{\"a\":{}}"}},
};

static void body_shows_no_secret_S_054(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        MA_SCOPED(ma_redact) seen = {0};
        MA_SCOPED(ma_buf) shown = ma_buf_init(SHOWN_MAX);
        show(&seen, bodies[i].type, bodies[i].body, bodies[i].whole, &shown);
        if (strstr(ma_buf_text(&shown), "CANARY"))
            fail_msg("%s", ma_buf_text(&shown));
        for (const char *const *part = bodies[i].parts; *part; part++)
            if (!strstr(ma_buf_text(&shown), *part))
                fail_msg("no %s in %s", *part, ma_buf_text(&shown));
    }
}

static const struct {
    const char *name;
    const char *value;
    const char *start; /* of what is shown */
} fields[] = {
    {"Authorization", "Bearer CANARY-1", "Bearer token#"},
    {"authorization", "Basic bWU6Q0FOQVJZLTE=", "Basic token#"},
    {"Authorization", "CANARY-1", "value#"},
    {"Authorization", "CANARY-1 CANARY-2", "? token#"},
    {"Cookie", "a=CANARY-1", "value#"},
    {"Mcp-Session-Id", "CANARY-1", "value#"},
    {"X-Api-Key", "CANARY-1", "value#"},
    {"Location", "https://a.example/cb?error=no&code=CANARY-1",
        "https://a.example/cb?error=no&code=value#"},
    {"Location", "https://a.example/#access_token=CANARY-1",
        "https://a.example/#value#"},
    {"Content-Type", "text/plain", "text/plain"},
};

static void field_shows_no_secret_S_054(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        MA_SCOPED(ma_redact) seen = {0};
        MA_SCOPED(ma_buf) shown = ma_buf_init(SHOWN_MAX);
        MA_SCOPED(ma_buf) wanted = ma_buf_init(SHOWN_MAX);
        MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
        assert_int_equal(
            mcpauth_headers_add(headers, fields[i].name, fields[i].value, NULL),
            MCPAUTH_OK);
        ma_redact_headers(&seen, headers, &shown);
        ma_buf_addf(&wanted, "[{\"name\":\"%s\",\"value\":\"%s", fields[i].name,
            fields[i].start);
        assert_memory_equal(
            ma_buf_text(&shown), ma_buf_text(&wanted), wanted.len);
        assert_null(strstr(ma_buf_text(&shown), "CANARY"));
    }
}

/* A secret of one request comes back in the next answer. */
static const char *const echoes[] = {
    "{\"error_description\":\"bad secret CANARY/ \\\"1\"}",
    "{\"error_description\":\"bad secret CANARY%2F%20%221\"}",
    "{\"error_description\":\"bad secret CANARY%2F+%221\"}",
    "{\"error_description\":\"bad secret Q0FOQVJZLyAiMQ==\"}",
    "{\"CANARY/ \\u00221\":1}",
    "{\"error_uri\":\"https://a.example/?error=CANARY%2F+%221\"}",
};

static void echoed_secret_is_masked_S_054(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof echoes / sizeof *echoes; i++) {
        MA_SCOPED(ma_redact) seen = {0};
        MA_SCOPED(ma_buf) sent = ma_buf_init(SHOWN_MAX);
        MA_SCOPED(ma_buf) shown = ma_buf_init(SHOWN_MAX);
        show(&seen, FORM, "client_secret=CANARY%2F+%221", false, &sent);
        show(&seen, "application/json", echoes[i], false, &shown);
        assert_non_null(strstr(ma_buf_text(&shown), "[masked]"));
        assert_null(strstr(ma_buf_text(&shown), "CANARY"));
        assert_null(strstr(ma_buf_text(&shown), "Q0FOQVJZ"));
    }
}

static void secret_of_basic_is_masked_alone_S_054(void **state)
{
    (void)state;
    MA_SCOPED(ma_redact) seen = {0};
    MA_SCOPED(ma_buf) shown = ma_buf_init(SHOWN_MAX);
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    assert_int_equal(mcpauth_headers_add(headers, "Authorization",
                         "Basic bWU6Q0FOQVJZJTJGMQ==", NULL),
        MCPAUTH_OK);
    ma_redact_headers(&seen, headers, &shown);
    ma_buf_clear(&shown);
    ma_redact_text(&seen, ma_span_of("no CANARY/1, no CANARY%2F1"), &shown);
    assert_string_equal(ma_buf_text(&shown), "\"no [masked], no [masked]\"");
}

static void short_values_are_not_masked_elsewhere(void **state)
{
    (void)state;
    MA_SCOPED(ma_redact) seen = {0};
    MA_SCOPED(ma_buf) shown = ma_buf_init(SHOWN_MAX);
    show(&seen, FORM, "password=abc", false, &shown);
    assert_null(strstr(ma_buf_text(&shown), "abc"));
    ma_buf_clear(&shown);
    ma_redact_text(&seen, ma_span_of("abcdef"), &shown);
    assert_string_equal(ma_buf_text(&shown), "\"abcdef\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(body_shows_no_secret_S_054),
        cmocka_unit_test(field_shows_no_secret_S_054),
        cmocka_unit_test(echoed_secret_is_masked_S_054),
        cmocka_unit_test(secret_of_basic_is_masked_alone_S_054),
        cmocka_unit_test(short_values_are_not_masked_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
