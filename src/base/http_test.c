/* Tests of http.c: a driver of two answers stands for libcurl. */
#include "base/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

struct script {
    const char *pieces[4];
    bool no_head;
    int freed;
};

static mcpauth_status play(void *ctx, const mcpauth_http_request *request,
    const mcpauth_http_sink *sink, mcpauth_error *err)
{
    struct script *script = ctx;
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    mcpauth_status st = mcpauth_headers_add(headers, "X-Name", "one", err);
    (void)request;
    if (!st && !script->no_head)
        st = sink->head(sink->ctx, 418, headers, err);
    for (size_t i = 0; !st && script->pieces[i]; i++)
        st = sink->body(
            sink->ctx, script->pieces[i], strlen(script->pieces[i]), err);
    return st;
}

static void count_free(void *ctx)
{
    struct script *script = ctx;
    script->freed++;
}

static const mcpauth_http_ops ops = {sizeof ops, play, count_free};

static mcpauth_http *new_http(struct script *script)
{
    mcpauth_http *http = NULL;
    assert_int_equal(mcpauth_http_new(&ops, script, &http, NULL), 0);
    return http;
}

static void fetch_gathers_status_fields_and_body(void **state)
{
    struct script script = {.pieces = {"he", "llo"}};
    MA_AUTO(mcpauth_http) http = new_http(&script);
    MA_SCOPED(ma_http_answer) answer = {0};
    const mcpauth_http_request request = {.body_max = 5};
    (void)state;
    assert_int_equal(ma_http_fetch(http, &request, &answer, NULL), 0);
    assert_int_equal(answer.status, 418);
    assert_string_equal(mcpauth_headers_get(answer.headers, "x-name"), "one");
    assert_string_equal(ma_buf_text(&answer.body), "hello");
}

static void fetch_stops_a_driver_that_ignores_body_max_S_011(void **state)
{
    struct script script = {.pieces = {"he", "llo"}};
    MA_AUTO(mcpauth_http) http = new_http(&script);
    MA_SCOPED(ma_http_answer) answer = {.status = 7};
    const mcpauth_http_request request = {.body_max = 4};
    (void)state;
    assert_int_equal(
        ma_http_fetch(http, &request, &answer, NULL), MCPAUTH_E_LIMIT);
    assert_int_equal(answer.status, 7);
}

static void fetch_needs_a_head(void **state)
{
    struct script script = {.no_head = true};
    MA_AUTO(mcpauth_http) http = new_http(&script);
    MA_SCOPED(ma_http_answer) answer = {0};
    const mcpauth_http_request request = {.body_max = 4};
    (void)state;
    assert_int_equal(
        ma_http_fetch(http, &request, &answer, NULL), MCPAUTH_E_NETWORK);
}

static void ctx_is_freed_once(void **state)
{
    struct script script = {0};
    (void)state;
    mcpauth_http_free(new_http(&script));
    mcpauth_http_free(NULL);
    assert_int_equal(script.freed, 1);
}

static void ops_of_another_size_are_refused(void **state)
{
    mcpauth_http_ops old = ops;
    mcpauth_http *http = NULL;
    old.size = sizeof(size_t);
    (void)state;
    assert_int_equal(
        mcpauth_http_new(&old, NULL, &http, NULL), MCPAUTH_E_USAGE);
    assert_null(http);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fetch_gathers_status_fields_and_body),
        cmocka_unit_test(fetch_stops_a_driver_that_ignores_body_max_S_011),
        cmocka_unit_test(fetch_needs_a_head),
        cmocka_unit_test(ctx_is_freed_once),
        cmocka_unit_test(ops_of_another_size_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
