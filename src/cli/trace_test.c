/* trace_test.c - the file that --trace makes. */
#include "cli/trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
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
    ma_trace_free(at->trace);
}
MA_SCOPED_DEFINE(run, end_run)

static void begin_at(const char *file, run *at, script *server)
{
    static const mcpauth_http_ops ops = {sizeof ops, play, forget};
    assert_int_equal(
        mcpauth_http_new(&ops, server, &at->http, NULL), MCPAUTH_OK);
    assert_int_equal(ma_trace_new(file, false, &at->trace, NULL), MCPAUTH_OK);
    assert_int_equal(ma_trace_wrap(at->trace, &at->http, NULL), MCPAUTH_OK);
}

static void begin(run *at, script *server)
{
    begin_at(path, at, server);
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

static ma_json *read_document(void)
{
    ma_json *json = NULL;
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_INPUT_MAX);
    assert_int_equal(ma_input_file(path, &text, NULL), MCPAUTH_OK);
    assert_null(strstr(ma_buf_text(&text), "CANARY"));
    assert_int_equal(
        ma_json_parse_object(ma_buf_span(&text), &json, NULL), MCPAUTH_OK);
    return json;
}

static ma_json *read_trace(const run *at)
{
    assert_int_equal(ma_trace_save(at->trace, NULL), MCPAUTH_OK);
    return read_document();
}

static size_t count(const ma_json *document)
{
    return ma_json_count(ma_json_get_array(document, "exchanges"));
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
    assert_int_equal(count(document), 0);
}

static void document_is_whole_after_each_exchange(void **state)
{
    (void)state;
    script server = {200, "{}", MCPAUTH_OK};
    MA_SCOPED(run) at = {0};
    begin(&at, &server);
    for (size_t i = 1; i <= 3; i++) {
        MA_SCOPED(ma_http_answer) answer = {0};
        assert_int_equal(ask(&at, &answer), MCPAUTH_OK);
        MA_AUTO(ma_json) document = read_document();
        assert_int_equal(count(document), i);
    }
}

static void too_many_are_counted_only(void **state)
{
    enum { MOST = 1000, MORE = 3 };
    (void)state;
    script server = {204, "", MCPAUTH_OK};
    MA_SCOPED(run) at = {0};
    begin(&at, &server);
    for (int i = 0; i < MOST + MORE; i++) {
        MA_SCOPED(ma_http_answer) answer = {0};
        assert_int_equal(ask(&at, &answer), MCPAUTH_OK);
    }
    MA_AUTO(ma_json) document = read_trace(&at);
    assert_int_equal(count(document), MOST);
    assert_int_equal(ma_json_int(document, "left_out", 0), MORE);
}

enum { THREADS = 4, TURNS = 25 };

static void *ask_often(void *ctx)
{
    for (int i = 0; i < TURNS; i++) {
        MA_SCOPED(ma_http_answer) answer = {0};
        assert_int_equal(ask(ctx, &answer), MCPAUTH_OK);
    }
    return NULL;
}

static void threads_do_not_mix_their_exchanges(void **state)
{
    pthread_t threads[THREADS];
    (void)state;
    script server = {200, "{\"error\":\"CANARY-T is old\"}", MCPAUTH_OK};
    MA_SCOPED(run) at = {0};
    begin(&at, &server);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_often, &at), 0);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    MA_AUTO(ma_json) document = read_trace(&at);
    assert_int_equal(count(document), THREADS * TURNS);
}

/* What is no file cannot be written over. */
static void pipe_gets_the_document_once(void **state)
{
    int ends[2];
    char name[32];
    char text[4096] = "";
    (void)state;
    script server = {200, "{}", MCPAUTH_OK};
    assert_int_equal(pipe(ends), 0);
    snprintf(name, sizeof name, "/dev/fd/%d", ends[1]);
    MA_SCOPED(run) at = {0};
    begin_at(name, &at, &server);
    for (int i = 0; i < 2; i++) {
        MA_SCOPED(ma_http_answer) answer = {0};
        assert_int_equal(ask(&at, &answer), MCPAUTH_OK);
    }
    assert_int_equal(ma_trace_save(at.trace, NULL), MCPAUTH_OK);
    assert_true(read(ends[0], text, sizeof text - 1) > 0);
    MA_AUTO(ma_json) document = NULL;
    assert_int_equal(
        ma_json_parse_object(ma_span_of(text), &document, NULL), MCPAUTH_OK);
    assert_int_equal(count(document), 2);
    close(ends[0]);
    close(ends[1]);
}

static void path_that_cannot_be_written_fails_at_once(void **state)
{
    (void)state;
    ma_trace *trace = NULL;
    assert_int_equal(
        ma_trace_new("/nowhere/at/all", false, &trace, NULL), MCPAUTH_E_USAGE);
    assert_null(trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exchange_passes_and_is_noted),
        cmocka_unit_test(secret_is_masked_before_the_place_that_tells_it_S_054),
        cmocka_unit_test(failure_is_noted),
        cmocka_unit_test(file_is_for_its_owner_only),
        cmocka_unit_test(document_is_whole_after_each_exchange),
        cmocka_unit_test(too_many_are_counted_only),
        cmocka_unit_test(threads_do_not_mix_their_exchanges),
        cmocka_unit_test(pipe_gets_the_document_once),
        cmocka_unit_test(path_that_cannot_be_written_fails_at_once),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
