/* trace.c - a mcpauth_http that notes what passes through it. */
#include "cli/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <mcpauth/version.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/http.h"
#include "base/json.h"
#include "cli/redact.h"

enum {
    BODY_MAX = 256 * 1024, /* of longer ones only the size is noted */
    EXCHANGES_MAX = 1000,
    DOCUMENT_MAX = 256 * 1024 * 1024
};

struct ma_trace {
    mcpauth_http *inner;
    int fd;
    bool whole;
    ma_redact seen;
    ma_buf exchanges; /* commas and line ends between */
    size_t count;     /* the rest is left out */
};

static void free_trace(ma_trace *trace)
{
    if (!trace)
        return;
    mcpauth_http_free(trace->inner);
    if (trace->fd >= 0)
        close(trace->fd);
    ma_redact_done(&trace->seen);
    ma_buf_done(&trace->exchanges);
    ma_free(trace);
}
MA_AUTO_DEFINE(ma_trace, free_trace)

/* --- one exchange -------------------------------------------------------- */

/* What is noted while it passes. */
typedef struct {
    const mcpauth_http_request *request;
    const mcpauth_http_sink *sink; /* whose answer it is */
    int64_t started_ms;
    int64_t duration_ms;
    int status; /* 0: no answer */
    mcpauth_headers *headers;
    ma_buf body;
    size_t body_len;
    const char *failure; /* NULL: it ended well */
} passage;

static void end_passage(passage *at)
{
    mcpauth_headers_free(at->headers);
    ma_buf_done(&at->body);
}
MA_SCOPED_DEFINE(passage, end_passage)

static mcpauth_status note_headers(
    passage *at, const mcpauth_headers *headers, mcpauth_error *err)
{
    at->headers = mcpauth_headers_new();
    if (!at->headers)
        return ma_error_nomem(err);
    mcpauth_status st = MCPAUTH_OK;
    for (size_t i = 0; !st && i < mcpauth_headers_count(headers); i++)
        st = mcpauth_headers_add(at->headers, mcpauth_headers_name(headers, i),
            mcpauth_headers_value(headers, i), err);
    return st;
}

static mcpauth_status take_head(
    void *ctx, int status, const mcpauth_headers *headers, mcpauth_error *err)
{
    passage *at = ctx;
    at->status = status;
    mcpauth_status st = note_headers(at, headers, err);
    if (st || !at->sink->head)
        return st;
    return at->sink->head(at->sink->ctx, status, headers, err);
}

static mcpauth_status take_body(
    void *ctx, const char *bytes, size_t len, mcpauth_error *err)
{
    passage *at = ctx;
    at->body_len += len;
    ma_buf_add(&at->body, bytes, len);
    if (!at->sink->body)
        return MCPAUTH_OK;
    return at->sink->body(at->sink->ctx, bytes, len, err);
}

static void write_request(ma_trace *trace, const passage *at, ma_buf *to)
{
    const mcpauth_http_request *request = at->request;
    ma_buf_add_text(to, "\"request\":{\"method\":");
    ma_json_write_string(to, ma_span_of(request->method));
    ma_buf_add_text(to, ",\"url\":");
    ma_redact_url(&trace->seen, ma_span_of(request->url), to);
    ma_buf_add_text(to, ",\"headers\":");
    ma_redact_headers(&trace->seen, request->headers, to);
    ma_buf_add_text(to, ",\"body\":");
    ma_redact_body(&trace->seen, request->headers,
        ma_span_make(request->body, request->body_len), trace->whole, to);
    ma_buf_add_byte(to, '}');
}

static void write_response(ma_trace *trace, const passage *at, ma_buf *to)
{
    if (at->status == 0) {
        ma_buf_add_text(to, "\"response\":null");
        return;
    }
    ma_buf_addf(to, "\"response\":{\"status\":%d,\"headers\":", at->status);
    ma_redact_headers(&trace->seen, at->headers, to);
    ma_buf_add_text(to, ",\"body\":");
    if (at->body.failed)
        ma_buf_addf(to, "{\"bytes\":%zu}", at->body_len);
    else
        ma_redact_body(&trace->seen, at->headers, ma_buf_span(&at->body),
            trace->whole, to);
    ma_buf_add_byte(to, '}');
}

static void write_exchange(ma_trace *trace, const passage *at, ma_buf *to)
{
    ma_buf_addf(to, "{\"started_ms\":%lld,\"duration_ms\":%lld,",
        (long long)at->started_ms, (long long)at->duration_ms);
    write_request(trace, at, to);
    ma_buf_add_byte(to, ',');
    write_response(trace, at, to);
    if (at->failure) {
        ma_buf_add_text(to, ",\"failure\":");
        ma_redact_text(&trace->seen, ma_span_of(at->failure), to);
    }
    ma_buf_add_byte(to, '}');
}

/* It is written twice: a secret may be met before the place that tells that
 * it is one, and the second time all of them are known. */
static void note(ma_trace *trace, const passage *at)
{
    if (trace->count++ >= EXCHANGES_MAX)
        return;
    MA_SCOPED(ma_buf) first = ma_buf_init(DOCUMENT_MAX);
    write_exchange(trace, at, &first);
    if (trace->exchanges.len > 0)
        ma_buf_add_text(&trace->exchanges, ",\n");
    write_exchange(trace, at, &trace->exchanges);
}

static mcpauth_status pass(void *ctx, const mcpauth_http_request *request,
    const mcpauth_http_sink *sink, mcpauth_error *err)
{
    ma_trace *trace = ctx;
    MA_SCOPED(passage)
    at = {
        .request = request,
        .sink = sink,
        .started_ms = ma_clock_now_ms(),
        .body = ma_buf_init(BODY_MAX),
    };
    const mcpauth_http_sink noting = {take_head, take_body, &at};
    int64_t before_ms = ma_clock_boot_ms();
    MA_AUTO(mcpauth_error) own = err ? NULL : mcpauth_error_new();
    mcpauth_error *told = err ? err : own;
    mcpauth_status st = ma_http_perform(trace->inner, request, &noting, told);
    at.duration_ms = ma_clock_boot_ms() - before_ms;
    /* A sink that has enough stops an exchange that did not fail. */
    if (st && !(at.status && st == MCPAUTH_E_CANCELLED))
        at.failure = mcpauth_error_message(told);
    note(trace, &at);
    return st;
}

static void free_ctx(void *ctx)
{
    free_trace(ctx);
}

/* --- the document -------------------------------------------------------- */

/* A file that was there may have been open to all. */
static mcpauth_status open_file(
    const char *path, int *out_fd, mcpauth_error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    struct stat status;
    bool good = fd >= 0 && fstat(fd, &status) == 0 &&
                (!S_ISREG(status.st_mode) || fchmod(fd, 0600) == 0);
    if (good) {
        *out_fd = fd;
        return MCPAUTH_OK;
    }
    int reason = errno;
    if (fd >= 0)
        close(fd);
    return ma_error_set(err, MCPAUTH_E_USAGE,
        "cannot write the trace to %s: %s", path, strerror(reason));
}

mcpauth_status ma_trace_wrap(const char *path, bool whole, mcpauth_http **http,
    ma_trace **out_trace, mcpauth_error *err)
{
    static const mcpauth_http_ops ops = {sizeof ops, pass, free_ctx};
    MA_AUTO(ma_trace) trace = ma_calloc(1, sizeof *trace);
    if (!trace)
        return ma_error_nomem(err);
    trace->whole = whole;
    trace->exchanges = ma_buf_init(DOCUMENT_MAX);
    trace->fd = -1;
    mcpauth_status st = open_file(path, &trace->fd, err);
    if (st)
        return st;
    ma_trace *noting = trace;
    mcpauth_http *outer = NULL;
    st = mcpauth_http_new(&ops, ma_move(&trace), &outer, err);
    if (st)
        return st;
    noting->inner = *http;
    *http = outer;
    *out_trace = noting;
    return MCPAUTH_OK;
}

static mcpauth_status write_all(int fd, ma_span bytes, mcpauth_error *err)
{
    while (bytes.len > 0) {
        ssize_t len = write(fd, bytes.at, bytes.len);
        if (len < 0 && errno == EINTR)
            continue;
        if (len < 0)
            return ma_error_set(
                err, MCPAUTH_E_STORE, "writing the trace: %s", strerror(errno));
        bytes = ma_span_make(bytes.at + len, bytes.len - (size_t)len);
    }
    return MCPAUTH_OK;
}

mcpauth_status ma_trace_save(ma_trace *trace, mcpauth_error *err)
{
    if (trace->seen.failed)
        return ma_error_nomem(err);
    size_t kept = trace->count < EXCHANGES_MAX ? trace->count : EXCHANGES_MAX;
    MA_SCOPED(ma_buf) document = ma_buf_init(2 * (size_t)DOCUMENT_MAX);
    ma_buf_addf(&document, "{\"mcpauth\":\"%s\",\"left_out\":%zu,",
        MCPAUTH_VERSION, trace->count - kept);
    ma_buf_add_text(&document, "\"exchanges\":[\n");
    ma_buf_add_span(&document, ma_buf_span(&trace->exchanges));
    ma_buf_add_text(&document, "\n]}\n");
    mcpauth_status st = ma_buf_status(&trace->exchanges, "the trace", err);
    if (!st)
        st = ma_buf_status(&document, "the trace", err);
    return st ? st : write_all(trace->fd, ma_buf_span(&document), err);
}
