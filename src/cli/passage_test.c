/* Tests of passage.c. */
#include "cli/passage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/headers.h"
#include "base/json.h"

enum { LONG = 256 * 1024 + 1, WRITTEN_MAX = 1024 * 1024 };

/* Whom the answer is for. */
typedef struct {
    int status;
    size_t body_len;
    mcpauth_status says;
} hearer;

static mcpauth_status take_head(
    void *ctx, int status, const mcpauth_headers *headers, mcpauth_error *err)
{
    hearer *at = ctx;
    (void)headers, (void)err;
    at->status = status;
    return at->says;
}

static mcpauth_status take_body(
    void *ctx, const char *bytes, size_t len, mcpauth_error *err)
{
    hearer *at = ctx;
    (void)bytes, (void)err;
    at->body_len += len;
    return at->says;
}

static mcpauth_status say_head(
    ma_passage *passage, int status, const char *name, const char *value)
{
    const mcpauth_http_sink sink = ma_passage_sink(passage);
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    assert_int_equal(mcpauth_headers_add(headers, name, value, NULL), 0);
    return sink.head(sink.ctx, status, headers, NULL);
}

static mcpauth_status say_body(
    ma_passage *passage, const char *bytes, size_t len)
{
    const mcpauth_http_sink sink = ma_passage_sink(passage);
    return sink.body(sink.ctx, bytes, len, NULL);
}

static ma_json *written(const ma_passage *passage)
{
    ma_json *json = NULL;
    MA_SCOPED(ma_redact) seen = {0};
    MA_SCOPED(ma_buf) text = ma_buf_init(WRITTEN_MAX);
    ma_passage_write(passage, &seen, true, &text);
    assert_int_equal(ma_json_parse_object(ma_buf_span(&text), &json, NULL), 0);
    return json;
}

static void both_sides_are_noted_and_handed_on(void **state)
{
    hearer to = {0};
    const mcpauth_http_sink sink = {take_head, take_body, &to};
    const mcpauth_http_request request = {
        .method = "POST",
        .url = "https://a.example/mcp",
        .body = "{\"a\":1}",
        .body_len = 7,
    };
    (void)state;
    MA_SCOPED(ma_passage) at = ma_passage_init(&request, &sink);
    assert_int_equal(say_head(&at, 401, "X", "old"), 0);
    assert_int_equal(say_head(&at, 200, "Server", "new"), 0);
    assert_int_equal(say_body(&at, "{\"b\":", 5), 0);
    assert_int_equal(say_body(&at, "2}", 2), 0);
    ma_passage_end(&at, "cut off");
    assert_int_equal(to.status, 200);
    assert_int_equal(to.body_len, 7);

    MA_AUTO(ma_json) json = written(&at);
    const ma_json *asked = ma_json_get_object(json, "request");
    const ma_json *answer = ma_json_get_object(json, "response");
    const ma_json *fields = ma_json_get_array(answer, "headers");
    assert_int_equal(ma_json_int(ma_json_get_object(asked, "body"), "a", 0), 1);
    assert_int_equal(ma_json_int(answer, "status", 0), 200);
    assert_int_equal(ma_json_count(fields), 1);
    assert_string_equal(ma_json_text(ma_json_at(fields, 0), "value"), "new");
    assert_int_equal(
        ma_json_int(ma_json_get_object(answer, "body"), "b", 0), 2);
    assert_string_equal(ma_json_text(json, "failure"), "cut off");
}

static void of_long_bodies_the_size_is_noted(void **state)
{
    static char bytes[LONG];
    hearer to = {0};
    const mcpauth_http_sink sink = {take_head, take_body, &to};
    const mcpauth_http_request request = {
        .method = "POST",
        .url = "https://a.example/mcp",
        .body = bytes,
        .body_len = LONG,
    };
    (void)state;
    memset(bytes, '1', LONG);
    MA_SCOPED(ma_passage) at = ma_passage_init(&request, &sink);
    assert_int_equal(say_head(&at, 200, "X", "x"), 0);
    assert_int_equal(say_body(&at, bytes, LONG), 0);
    assert_int_equal(say_body(&at, bytes, 1), 0);
    ma_passage_end(&at, NULL);
    assert_int_equal(to.body_len, LONG + 1);

    MA_AUTO(ma_json) json = written(&at);
    const ma_json *asked = ma_json_get_object(json, "request");
    const ma_json *answer = ma_json_get_object(json, "response");
    assert_int_equal(
        ma_json_int(ma_json_get_object(asked, "body"), "bytes", 0), LONG);
    assert_int_equal(
        ma_json_int(ma_json_get_object(answer, "body"), "bytes", 0), LONG + 1);
}

/* Who lends it takes it back once there is an answer. */
static void body_asked_with_is_known_when_it_is_gone(void **state)
{
    hearer to = {0};
    const mcpauth_http_sink sink = {take_head, take_body, &to};
    char *body = strdup("{\"a\":1}");
    const mcpauth_http_request request = {
        .method = "POST",
        .url = "https://a.example/mcp",
        .body = body,
        .body_len = 7,
    };
    (void)state;
    MA_SCOPED(ma_passage) at = ma_passage_init(&request, &sink);
    memset(body, 'x', 7);
    free(body);
    ma_passage_end(&at, NULL);
    MA_AUTO(ma_json) json = written(&at);
    const ma_json *asked = ma_json_get_object(json, "request");
    assert_int_equal(ma_json_int(ma_json_get_object(asked, "body"), "a", 0), 1);
    assert_null(ma_json_get(json, "response"));
}

static void what_the_hearer_says_is_said(void **state)
{
    hearer to = {.says = MCPAUTH_E_CANCELLED};
    const mcpauth_http_sink sink = {take_head, take_body, &to};
    const mcpauth_http_request request = {
        .method = "GET", .url = "https://a.example/mcp"};
    (void)state;
    MA_SCOPED(ma_passage) at = ma_passage_init(&request, &sink);
    assert_int_equal(say_head(&at, 200, "X", "x"), MCPAUTH_E_CANCELLED);
    assert_int_equal(say_body(&at, "x", 1), MCPAUTH_E_CANCELLED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_sides_are_noted_and_handed_on),
        cmocka_unit_test(of_long_bodies_the_size_is_noted),
        cmocka_unit_test(body_asked_with_is_known_when_it_is_gone),
        cmocka_unit_test(what_the_hearer_says_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
