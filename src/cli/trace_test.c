/* trace_test.c - the file that --trace makes. */
#include "cli/trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/http.h"
#include "base/json.h"
#include "cli/input.h"

static char path[] = "/tmp/mcpauth-trace-XXXXXX";

/* A file that is there already, open to all. */
static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    int failed = fd < 0 || fchmod(fd, 0644) || close(fd);
    return failed;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

/* --- a server ------------------------------------------------------------ */

/* What it answers, or how it fails. */
typedef struct {
    int status;
    const char *body;
    mcpauth_status failure;
} script;

static mcpauth_status play(void *ctx, const mcpauth_http_request *request,
    const mcpauth_http_sink *sink, mcpauth_error *err)
{
    (void)request;
    const script *at = ctx;
    if (at->failure)
        return mcpauth_error_set(err, at->failure, "the wire is cut");
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    mcpauth_status st =
        mcpauth_headers_add(headers, "Content-Type", "application/json", err);
    if (!st)
        st = sink->head(sink->ctx, at->status, headers, err);
    return st ? st : sink->body(sink->ctx, at->body, strlen(at->body), err);
}

static void forget(void *ctx)
{
    (void)ctx;
}

/* --- one run ------------------------------------------------------------- */

typedef struct {
    mcpauth_http *http;
    ma_trace *trace;
} run;

static void end_run(run *at)
{
    mcpauth_http_free(at->http);
}
MA_SCOPED_DEFINE(run, end_run)

static void begin(run *at, script *server)
{
    static const mcpauth_http_ops ops = {sizeof ops, play, forget};
    assert_int_equal(
        mcpauth_http_new(&ops, server, &at->http, NULL), MCPAUTH_OK);
    assert_int_equal(
        ma_trace_wrap(path, false, &at->http, &at->trace, NULL), MCPAUTH_OK);
}

static mcpauth_status ask(run *at, ma_http_answer *out)
{
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    assert_int_equal(
        mcpauth_headers_add(headers, "Authorization", "Bearer CANARY-T", NULL),
        MCPAUTH_OK);
    const mcpauth_http_request request = {
        .method = "GET",
        .url = "https://a.example/mcp?api_key=CANARY-K",
        .headers = headers,
        .body_max = 1024 * 1024,
    };
    return ma_http_fetch(at->http, &request, out, NULL);
}

static ma_json *read_trace(const run *at)
{
    ma_json *json = NULL;
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_INPUT_MAX);
    assert_int_equal(ma_trace_save(at->trace, NULL), MCPAUTH_OK);
    assert_int_equal(ma_input_file(path, &text, NULL), MCPAUTH_OK);
    assert_null(strstr(ma_buf_text(&text), "CANARY"));
    assert_int_equal(
        ma_json_parse_object(ma_buf_span(&text), &json, NULL), MCPAUTH_OK);
    return json;
}

static const ma_json *exchange_at(const ma_json *document, size_t index)
{
    return ma_json_at(ma_json_get_array(document, "exchanges"), index);
}

static void exchange_passes_and_is_noted(void **state)
{
    (void)state;
    script server = {401, "{\"error\":\"CANARY-T is old\"}", MCPAUTH_OK};
    MA_SCOPED(run) at = {0};
    begin(&at, &server);
    MA_SCOPED(ma_http_answer) answer = {0};
    assert_int_equal(ask(&at, &answer), MCPAUTH_OK);
    assert_int_equal(answer.status, 401);
    assert_string_equal(ma_buf_text(&answer.body), server.body);

    MA_AUTO(ma_json) document = read_trace(&at);
    const ma_json *one = exchange_at(document, 0);
    const ma_json *request = ma_json_get_object(one, "request");
    const ma_json *response = ma_json_get_object(one, "response");
    assert_true(ma_json_int(one, "started_ms", 0) > 0);
    assert_string_equal(ma_json_text(request, "method"), "GET");
    assert_memory_equal(ma_json_text(request, "url"),
        "https://a.example/mcp?api_key=value#", 36);
    assert_int_equal(ma_json_int(response, "status", 0), 401);
    assert_string_equal(
        ma_json_text(ma_json_get_object(response, "body"), "error"),
        "[masked] is old");
    assert_null(ma_json_text(one, "failure"));
}

static void secret_is_masked_before_the_place_that_tells_it_S_054(void **state)
{
    (void)state;
    script server = {
        200, "{\"note\":\"CANARY-N\",\"access_token\":\"CANARY-N\"}", 0};
    MA_SCOPED(run) at = {0};
    begin(&at, &server);
    MA_SCOPED(ma_http_answer) answer = {0};
    assert_int_equal(ask(&at, &answer), MCPAUTH_OK);
    MA_AUTO(ma_json) document = read_trace(&at);
    assert_non_null(document);
}

static void failure_is_noted(void **state)
{
    (void)state;
    script server = {.failure = MCPAUTH_E_NETWORK};
    MA_SCOPED(run) at = {0};
    begin(&at, &server);
    MA_SCOPED(ma_http_answer) answer = {0};
    assert_int_equal(ask(&at, &answer), MCPAUTH_E_NETWORK);
    MA_AUTO(ma_json) document = read_trace(&at);
    const ma_json *one = exchange_at(document, 0);
    assert_null(ma_json_get(one, "response"));
    assert_string_equal(ma_json_text(one, "failure"), "the wire is cut");
}

static void file_is_for_its_owner_only(void **state)
{
    (void)state;
    script server = {200, "{}", MCPAUTH_OK};
    MA_SCOPED(run) at = {0};
    begin(&at, &server);
    MA_AUTO(ma_json) document = read_trace(&at);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(
        ma_json_count(ma_json_get_array(document, "exchanges")), 0);
}

static void path_that_cannot_be_written_fails_at_once(void **state)
{
    (void)state;
    static const mcpauth_http_ops ops = {sizeof ops, play, forget};
    MA_AUTO(mcpauth_http) http = NULL;
    ma_trace *trace = NULL;
    assert_int_equal(mcpauth_http_new(&ops, NULL, &http, NULL), MCPAUTH_OK);
    const mcpauth_http *before = http;
    assert_int_equal(
        ma_trace_wrap("/nowhere/at/all", false, &http, &trace, NULL),
        MCPAUTH_E_USAGE);
    assert_ptr_equal(http, before);
    assert_null(trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exchange_passes_and_is_noted),
        cmocka_unit_test(secret_is_masked_before_the_place_that_tells_it_S_054),
        cmocka_unit_test(failure_is_noted),
        cmocka_unit_test(file_is_for_its_owner_only),
        cmocka_unit_test(path_that_cannot_be_written_fails_at_once),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
