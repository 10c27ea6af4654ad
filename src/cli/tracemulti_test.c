/* Tests of tracemulti.c. */
#include "cli/tracemulti.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/json.h"
#include "cli/input.h"

/* One that a test plays: of each request it knows where it is told. */
struct ma_multi_transfer {
    const mcpauth_http_request *request;
    ma_multi_sink sink;
    bool paused;
    bool stopped;
};

enum { MANY = 4 };

struct ma_multi {
    ma_multi_transfer transfers[MANY];
    size_t count;
    bool is_full;
    int waits;
    bool freed;
};

static mcpauth_status start(ma_multi *multi,
    const mcpauth_http_request *request, const ma_multi_sink *sink,
    ma_multi_transfer **out, mcpauth_error *err)
{
    if (multi->is_full)
        return ma_error_nomem(err);
    *out = &multi->transfers[multi->count++];
    **out = (ma_multi_transfer){.request = request, .sink = *sink};
    return MCPAUTH_OK;
}

static void stop(ma_multi *multi, ma_multi_transfer *transfer)
{
    (void)multi;
    transfer->stopped = true;
}

static void hold(ma_multi *multi, ma_multi_transfer *transfer, bool on)
{
    (void)multi;
    transfer->paused = on;
}

static mcpauth_status wait_for_all(ma_multi *multi, struct pollfd *extra,
    size_t count, int64_t timeout_ms, mcpauth_error *err)
{
    (void)extra, (void)count, (void)timeout_ms, (void)err;
    multi->waits++;
    return MCPAUTH_OK;
}

static void end(ma_multi *multi)
{
    multi->freed = true;
}

static const ma_multi_ops played = {start, stop, hold, wait_for_all, end};

static void say_head(ma_multi_transfer *transfer, int status)
{
    const mcpauth_http_sink *to = &transfer->sink.answer;
    mcpauth_headers *headers = mcpauth_headers_new();
    assert_int_equal(
        mcpauth_headers_add(headers, "Content-Type", "text/plain", NULL), 0);
    assert_int_equal(to->head(to->ctx, status, headers, NULL), 0);
    mcpauth_headers_free(headers);
}

static void say_body(ma_multi_transfer *transfer, const char *text)
{
    const mcpauth_http_sink *to = &transfer->sink.answer;
    assert_int_equal(to->body(to->ctx, text, strlen(text), NULL), 0);
}

static void say_end(
    ma_multi_transfer *transfer, mcpauth_status status, const char *words)
{
    MA_AUTO(mcpauth_error) why = mcpauth_error_new();
    if (status)
        mcpauth_error_set(why, status, words);
    transfer->sink.done(transfer->sink.ctx, status, why);
}

/* --- who uses it --------------------------------------------------------- */

typedef struct {
    char path[32];
    ma_trace *trace;
    ma_multi inner;
    ma_multi *multi;
    ma_multi_transfer *transfer; /* the last one begun */
    int status;
    size_t body_len;
    int ends;
    mcpauth_status end;
    bool hangs_up; /* at the first piece */
} run;

static mcpauth_status take_head(
    void *ctx, int status, const mcpauth_headers *headers, mcpauth_error *err)
{
    run *at = ctx;
    (void)err;
    at->status = status;
    assert_int_equal(mcpauth_headers_count(headers), 1);
    return MCPAUTH_OK;
}

static mcpauth_status take_body(
    void *ctx, const char *bytes, size_t len, mcpauth_error *err)
{
    run *at = ctx;
    (void)bytes, (void)err;
    at->body_len += len;
    if (at->hangs_up)
        ma_tracemulti_ops.stop(at->multi, at->transfer);
    return MCPAUTH_OK;
}

static void take_end(void *ctx, mcpauth_status status, const mcpauth_error *why)
{
    run *at = ctx;
    (void)why;
    at->ends++;
    at->end = status;
}

static void begin(run *at)
{
    snprintf(at->path, sizeof at->path, "/tmp/mcpauth-trace-XXXXXX");
    int fd = mkstemp(at->path);
    assert_true(fd >= 0);
    close(fd);
    at->multi = &at->inner;
    assert_int_equal(ma_trace_new(at->path, false, &at->trace, NULL), 0);
    assert_int_equal(
        ma_tracemulti_wrap(at->trace, &played, &at->multi, NULL), 0);
}

static mcpauth_status ask(run *at)
{
    static const mcpauth_http_request request = {
        .method = "POST",
        .url = "https://a.example/mcp",
        .body = "{}",
        .body_len = 2,
    };
    const ma_multi_sink sink = {{take_head, take_body, at}, take_end, at};
    return ma_tracemulti_ops.start(
        at->multi, &request, &sink, &at->transfer, NULL);
}

/* Ends it.  What was noted. */
static ma_json *finish(run *at)
{
    ma_json *document = NULL;
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_INPUT_MAX);
    ma_tracemulti_ops.free(at->multi);
    assert_true(at->inner.freed);
    assert_int_equal(ma_trace_save(at->trace, NULL), 0);
    ma_trace_free(at->trace);
    assert_int_equal(ma_input_file(at->path, &text, NULL), 0);
    assert_int_equal(unlink(at->path), 0);
    assert_int_equal(
        ma_json_parse_object(ma_buf_span(&text), &document, NULL), 0);
    return document;
}

static const ma_json *exchange_at(const ma_json *document, size_t index)
{
    return ma_json_at(ma_json_get_array(document, "exchanges"), index);
}

static size_t count(const ma_json *document)
{
    return ma_json_count(ma_json_get_array(document, "exchanges"));
}

/* --- tests --------------------------------------------------------------- */

static void answers_pass_and_are_noted_at_their_end(void **state)
{
    run at = {0};
    (void)state;
    begin(&at);
    assert_int_equal(ask(&at), 0);
    assert_int_equal(ask(&at), 0);
    ma_multi_transfer *first = &at.inner.transfers[0];
    assert_string_equal(first->request->url, "https://a.example/mcp");
    say_head(&at.inner.transfers[1], 202);
    say_end(&at.inner.transfers[1], MCPAUTH_OK, NULL);
    assert_int_equal(at.status, 202);
    say_head(first, 200);
    say_body(first, "one ");
    say_body(first, "two");
    say_end(first, MCPAUTH_OK, NULL);
    assert_int_equal(at.status, 200);
    assert_int_equal(at.body_len, 7);
    assert_int_equal(at.ends, 2);

    MA_AUTO(ma_json) document = finish(&at);
    assert_int_equal(count(document), 2);
    const ma_json *one = exchange_at(document, 1);
    const ma_json *response = ma_json_get_object(one, "response");
    assert_int_equal(ma_json_int(response, "status", 0), 200);
    assert_int_equal(
        ma_json_int(ma_json_get_object(response, "body"), "bytes", 0), 7);
    assert_null(ma_json_text(one, "failure"));
}

static void failure_is_told_and_noted(void **state)
{
    run at = {0};
    (void)state;
    begin(&at);
    assert_int_equal(ask(&at), 0);
    say_end(at.inner.transfers, MCPAUTH_E_NETWORK, "the wire is cut");
    assert_int_equal(at.end, MCPAUTH_E_NETWORK);
    MA_AUTO(ma_json) document = finish(&at);
    const ma_json *one = exchange_at(document, 0);
    assert_null(ma_json_get(one, "response"));
    assert_string_equal(ma_json_text(one, "failure"), "the wire is cut");
}

static void who_hangs_up_within_an_answer_hears_no_more(void **state)
{
    run at = {.hangs_up = true};
    (void)state;
    begin(&at);
    assert_int_equal(ask(&at), 0);
    say_head(at.inner.transfers, 200);
    say_body(at.inner.transfers, "one");
    assert_true(at.inner.transfers->stopped);
    assert_int_equal(at.ends, 0);
    MA_AUTO(ma_json) document = finish(&at);
    assert_int_equal(count(document), 1);
}

static void what_is_on_its_way_is_noted_when_all_ends(void **state)
{
    run at = {0};
    (void)state;
    begin(&at);
    assert_int_equal(ask(&at), 0);
    assert_int_equal(ask(&at), 0);
    say_head(at.inner.transfers, 200);
    MA_AUTO(ma_json) document = finish(&at);
    assert_int_equal(count(document), 2);
    assert_true(at.inner.transfers[0].stopped && at.inner.transfers[1].stopped);
    assert_int_equal(at.ends, 0);
}

static void the_rest_is_the_inner_one_s(void **state)
{
    run at = {0};
    (void)state;
    begin(&at);
    assert_int_equal(ask(&at), 0);
    ma_tracemulti_ops.pause(at.multi, at.transfer, true);
    assert_true(at.inner.transfers->paused);
    ma_tracemulti_ops.pause(at.multi, at.transfer, false);
    assert_false(at.inner.transfers->paused);
    assert_int_equal(ma_tracemulti_ops.wait(at.multi, NULL, 0, 0, NULL), 0);
    assert_int_equal(at.inner.waits, 1);
    at.inner.is_full = true;
    assert_int_equal(ask(&at), MCPAUTH_E_NOMEM);
    MA_AUTO(ma_json) document = finish(&at);
    assert_int_equal(count(document), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_pass_and_are_noted_at_their_end),
        cmocka_unit_test(failure_is_told_and_noted),
        cmocka_unit_test(who_hangs_up_within_an_answer_hears_no_more),
        cmocka_unit_test(what_is_on_its_way_is_noted_when_all_ends),
        cmocka_unit_test(the_rest_is_the_inner_one_s),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
