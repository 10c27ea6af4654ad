/* trace.c - see trace.h. */
#include "cli/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <mcpauth/version.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/http.h"

enum { EXCHANGES_MAX = 1000, PIECE_MAX = 256 * 1024 * 1024 };

struct ma_trace {
    pthread_mutex_t lock;
    int fd;
    bool rewinds; /* what ends the document can be written over */
    off_t end;    /* of the last exchange */
    bool whole;
    ma_redact seen;
    size_t count; /* of exchanges; the last ones may be left out */
    mcpauth_status failed;
    int reason; /* errno of that; 0: it is something else */
};

/* --- the file ------------------------------------------------------------ */

/* A file that was there may have been open to all. */
static mcpauth_status open_file(
    ma_trace *trace, const char *path, mcpauth_error *err)
{
    struct stat status;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool good = fd >= 0 && fstat(fd, &status) == 0;
    trace->fd = fd;
    trace->rewinds = good && S_ISREG(status.st_mode);
    if (good && (!trace->rewinds || fchmod(fd, 0600) == 0))
        return MCPAUTH_OK;
    return ma_error_set(err, MCPAUTH_E_USAGE,
        "cannot write the trace to %s: %s", path, strerror(errno));
}

static void fail(ma_trace *trace, mcpauth_status status, int reason)
{
    if (trace->failed)
        return;
    trace->failed = status;
    trace->reason = reason;
}

static void write_bytes(ma_trace *trace, ma_span bytes, off_t at)
{
    while (!trace->failed && bytes.len > 0) {
        ssize_t len = trace->rewinds
                          ? pwrite(trace->fd, bytes.at, bytes.len, at)
                          : write(trace->fd, bytes.at, bytes.len);
        if (len < 0 && errno != EINTR)
            fail(trace, MCPAUTH_E_STORE, errno);
        if (len <= 0)
            continue;
        bytes = ma_span_make(bytes.at + len, bytes.len - (size_t)len);
        at += len;
    }
}

/* For good. */
static void append(ma_trace *trace, const ma_buf *text)
{
    if (text->failed || trace->seen.failed) {
        fail(trace, text->failed ? text->failed : trace->seen.failed, 0);
        return;
    }
    write_bytes(trace, ma_buf_span(text), trace->end);
    trace->end += (off_t)text->len;
}

/* For now. */
static void write_end(ma_trace *trace)
{
    enum { END_MAX = 64 };
    MA_SCOPED(ma_buf) text = ma_buf_init(END_MAX);
    size_t left_out =
        trace->count > EXCHANGES_MAX ? trace->count - EXCHANGES_MAX : 0;
    ma_buf_addf(&text, "\n],\"left_out\":%zu}\n", left_out);
    if (text.failed)
        fail(trace, text.failed, 0);
    else
        write_bytes(trace, ma_buf_span(&text), trace->end);
}

static void write_start(ma_trace *trace)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(PIECE_MAX);
    ma_buf_addf(
        &text, "{\"mcpauth\":\"%s\",\"exchanges\":[\n", MCPAUTH_VERSION);
    append(trace, &text);
}

/* --- life ---------------------------------------------------------------- */

mcpauth_status ma_trace_new(
    const char *path, bool whole, ma_trace **out, mcpauth_error *err)
{
    MA_AUTO(ma_trace) trace = ma_calloc(1, sizeof *trace);
    if (!trace)
        return ma_error_nomem(err);
    pthread_mutex_init(&trace->lock, NULL);
    trace->whole = whole;
    mcpauth_status st = open_file(trace, path, err);
    if (st)
        return st;
    write_start(trace);
    *out = ma_move(&trace);
    return MCPAUTH_OK;
}

void ma_trace_free(ma_trace *trace)
{
    if (!trace)
        return;
    if (trace->fd >= 0)
        close(trace->fd);
    ma_redact_done(&trace->seen);
    pthread_mutex_destroy(&trace->lock);
    ma_free(trace);
}

/* --- what passes --------------------------------------------------------- */

/* It is written twice: a secret may be met before the place that tells that
 * it is one, and the second time all of them are known. */
static void write_passage(ma_trace *trace, const ma_passage *passage)
{
    MA_SCOPED(ma_buf) first = ma_buf_init(PIECE_MAX);
    MA_SCOPED(ma_buf) text = ma_buf_init(PIECE_MAX);
    ma_passage_write(passage, &trace->seen, trace->whole, &first);
    if (trace->count > 1)
        ma_buf_add_text(&text, ",\n");
    ma_passage_write(passage, &trace->seen, trace->whole, &text);
    append(trace, &text);
}

void ma_trace_note(ma_trace *trace, const ma_passage *passage)
{
    pthread_mutex_lock(&trace->lock);
    if (++trace->count <= EXCHANGES_MAX)
        write_passage(trace, passage);
    if (trace->rewinds)
        write_end(trace);
    pthread_mutex_unlock(&trace->lock);
}

mcpauth_status ma_trace_save(ma_trace *trace, mcpauth_error *err)
{
    pthread_mutex_lock(&trace->lock);
    write_end(trace);
    mcpauth_status st = trace->failed;
    int reason = trace->reason;
    pthread_mutex_unlock(&trace->lock);
    if (st && reason)
        return ma_error_set(err, st, "writing the trace: %s", strerror(reason));
    return st ? ma_error_set(err, st, "the trace is not complete") : st;
}

/* --- a mcpauth_http ------------------------------------------------------ */

typedef struct {
    mcpauth_http *inner;
    ma_trace *trace;
} wrapping;

static mcpauth_status pass(void *ctx, const mcpauth_http_request *request,
    const mcpauth_http_sink *sink, mcpauth_error *err)
{
    const wrapping *around = ctx;
    MA_SCOPED(ma_passage) at = ma_passage_init(request, sink);
    const mcpauth_http_sink noting = ma_passage_sink(&at);
    MA_AUTO(mcpauth_error) own = err ? NULL : mcpauth_error_new();
    mcpauth_error *told = err ? err : own;
    mcpauth_status st = ma_http_perform(around->inner, request, &noting, told);
    /* A sink that has enough stops an exchange that did not fail. */
    bool stopped = at.status && st == MCPAUTH_E_CANCELLED;
    ma_passage_end(&at, st && !stopped ? mcpauth_error_message(told) : NULL);
    ma_trace_note(around->trace, &at);
    return st;
}

static void free_wrapping(void *ctx)
{
    wrapping *around = ctx;
    mcpauth_http_free(around->inner);
    ma_free(around);
}

mcpauth_status ma_trace_wrap(
    ma_trace *trace, mcpauth_http **http, mcpauth_error *err)
{
    static const mcpauth_http_ops ops = {sizeof ops, pass, free_wrapping};
    wrapping *around = ma_calloc(1, sizeof *around);
    if (!around)
        return ma_error_nomem(err);
    mcpauth_http *outer = NULL;
    mcpauth_status st = mcpauth_http_new(&ops, around, &outer, err);
    if (st)
        return st;
    *around = (wrapping){*http, trace};
    *http = outer;
    return MCPAUTH_OK;
}
