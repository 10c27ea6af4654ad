/* passage.c - see passage.h. */
#include "cli/passage.h"

#include "base/clock.h"
#include "base/headers.h"
#include "base/json.h"

enum { BODY_MAX = 256 * 1024 }; /* of longer ones only the size is noted */

/* Who lends it may have it no more at the end of the answer. */
static ma_buf keep_body(const mcpauth_http_request *request)
{
    ma_buf kept = ma_buf_init(BODY_MAX);
    ma_buf_add(&kept, request->body, request->body_len);
    return kept;
}

ma_passage ma_passage_init(
    const mcpauth_http_request *request, const mcpauth_http_sink *to)
{
    return (ma_passage){
        .request = request,
        .asked = keep_body(request),
        .to = *to,
        .started_ms = ma_clock_now_ms(),
        .begun_ms = ma_clock_boot_ms(),
        .body = ma_buf_init(BODY_MAX),
    };
}

void ma_passage_done(ma_passage *passage)
{
    mcpauth_headers_free(passage->headers);
    ma_buf_done(&passage->asked);
    ma_buf_done(&passage->body);
}

/* --- while it passes ----------------------------------------------------- */

static mcpauth_status note_headers(
    ma_passage *at, const mcpauth_headers *headers, mcpauth_error *err)
{
    mcpauth_headers_free(ma_move(&at->headers));
    return ma_headers_dup(headers, &at->headers, err);
}

static mcpauth_status take_head(
    void *ctx, int status, const mcpauth_headers *headers, mcpauth_error *err)
{
    ma_passage *at = ctx;
    at->status = status;
    mcpauth_status st = note_headers(at, headers, err);
    return st || !at->to.head ? st
                              : at->to.head(at->to.ctx, status, headers, err);
}

/* Whom it is for may do away with the passage. */
static mcpauth_status take_body(
    void *ctx, const char *bytes, size_t len, mcpauth_error *err)
{
    ma_passage *at = ctx;
    at->body_len += len;
    ma_buf_add(&at->body, bytes, len);
    return at->to.body ? at->to.body(at->to.ctx, bytes, len, err) : MCPAUTH_OK;
}

mcpauth_http_sink ma_passage_sink(ma_passage *passage)
{
    return (mcpauth_http_sink){take_head, take_body, passage};
}

void ma_passage_end(ma_passage *passage, const char *failure)
{
    passage->duration_ms = ma_clock_boot_ms() - passage->begun_ms;
    passage->failure = failure;
}

/* --- writing ------------------------------------------------------------- */

static void write_body(const mcpauth_headers *headers, const ma_buf *body,
    size_t len, ma_redact *seen, bool whole, ma_buf *to)
{
    ma_buf_add_text(to, ",\"body\":");
    if (body->failed)
        ma_buf_addf(to, "{\"bytes\":%zu}", len);
    else
        ma_redact_body(seen, headers, ma_buf_span(body), whole, to);
}

static void write_request(
    const ma_passage *at, ma_redact *seen, bool whole, ma_buf *to)
{
    const mcpauth_http_request *request = at->request;
    ma_buf_add_text(to, "\"request\":{\"method\":");
    ma_json_write_string(to, ma_span_of(request->method));
    ma_buf_add_text(to, ",\"url\":");
    ma_redact_url(seen, ma_span_of(request->url), to);
    ma_buf_add_text(to, ",\"headers\":");
    ma_redact_headers(seen, request->headers, to);
    write_body(
        request->headers, &at->asked, request->body_len, seen, whole, to);
    ma_buf_add_byte(to, '}');
}

static void write_response(
    const ma_passage *at, ma_redact *seen, bool whole, ma_buf *to)
{
    if (at->status == 0) {
        ma_buf_add_text(to, "\"response\":null");
        return;
    }
    ma_buf_addf(to, "\"response\":{\"status\":%d,\"headers\":", at->status);
    ma_redact_headers(seen, at->headers, to);
    write_body(at->headers, &at->body, at->body_len, seen, whole, to);
    ma_buf_add_byte(to, '}');
}

void ma_passage_write(
    const ma_passage *passage, ma_redact *seen, bool whole, ma_buf *to)
{
    ma_buf_addf(to, "{\"started_ms\":%lld,\"duration_ms\":%lld,",
        (long long)passage->started_ms, (long long)passage->duration_ms);
    write_request(passage, seen, whole, to);
    ma_buf_add_byte(to, ',');
    write_response(passage, seen, whole, to);
    if (passage->failure) {
        ma_buf_add_text(to, ",\"failure\":");
        ma_redact_text(seen, ma_span_of(passage->failure), to);
    }
    ma_buf_add_byte(to, '}');
}
