/* http.c - see http.h. */
#include "base/http.h"

#include "base/alloc.h"
#include "base/error.h"

struct mcpauth_http {
    mcpauth_http_ops ops;
    void *ctx;
};

mcpauth_status mcpauth_http_new(const mcpauth_http_ops *ops, void *ctx,
    mcpauth_http **out_http, mcpauth_error *err)
{
    /* Without a usable free there is no way to keep the promise on ctx. */
    if (ops->size < sizeof *ops || !ops->perform || !ops->free)
        return ma_error_set(
            err, MCPAUTH_E_USAGE, "a HTTP driver needs size, perform and free");
    mcpauth_http *http = ma_calloc(1, sizeof *http);
    if (!http) {
        ops->free(ctx);
        return ma_error_nomem(err);
    }
    http->ops = *ops;
    http->ctx = ctx;
    *out_http = http;
    return MCPAUTH_OK;
}

void mcpauth_http_free(mcpauth_http *http)
{
    if (!http)
        return;
    http->ops.free(http->ctx);
    ma_free(http);
}

mcpauth_status ma_http_perform(mcpauth_http *http,
    const mcpauth_http_request *request, const mcpauth_http_sink *sink,
    mcpauth_error *err)
{
    return http->ops.perform(http->ctx, request, sink, err);
}

void ma_http_answer_done(ma_http_answer *answer)
{
    mcpauth_headers_free(answer->headers);
    answer->headers = NULL;
    ma_buf_done(&answer->body);
}

static mcpauth_status keep_head(
    void *ctx, int status, const mcpauth_headers *headers, mcpauth_error *err)
{
    ma_http_answer *answer = ctx;
    MA_AUTO(mcpauth_headers) copy = mcpauth_headers_new();
    if (!copy)
        return ma_error_nomem(err);
    for (size_t i = 0; i < mcpauth_headers_count(headers); i++) {
        mcpauth_status st =
            mcpauth_headers_add(copy, mcpauth_headers_name(headers, i),
                mcpauth_headers_value(headers, i), err);
        if (st)
            return st;
    }
    mcpauth_headers_free(answer->headers);
    answer->headers = ma_move(&copy);
    answer->status = status;
    return MCPAUTH_OK;
}

static mcpauth_status keep_body(
    void *ctx, const char *bytes, size_t len, mcpauth_error *err)
{
    ma_http_answer *answer = ctx;
    ma_buf_add(&answer->body, bytes, len);
    return ma_buf_status(&answer->body, "the answer's body", err);
}

mcpauth_status ma_http_fetch(mcpauth_http *http,
    const mcpauth_http_request *request, ma_http_answer *out_answer,
    mcpauth_error *err)
{
    MA_SCOPED(ma_http_answer)
    answer = {.body = ma_buf_init(request->body_max)};
    const mcpauth_http_sink sink = {keep_head, keep_body, &answer};
    mcpauth_status st = ma_http_perform(http, request, &sink, err);
    if (st)
        return st;
    if (!answer.headers)
        return ma_error_set(err, MCPAUTH_E_NETWORK,
            "the HTTP driver reported success without an answer");
    *out_answer = answer;
    answer = (ma_http_answer){.body = ma_buf_init(0)};
    return MCPAUTH_OK;
}
