/* request.c - one request of the flow, while it is built and sent. */
#include "oauth/request.h"

#include <string.h>

#include "base/error.h"
#include "base/headers.h"
#include "base/url.h"

enum { CONNECT_TIMEOUT_MS = 10000, TIMEOUT_MS = 30000 };

mcpauth_status ma_request_init(ma_request *request, mcpauth_error *err)
{
    ma_request_done(request);
    request->headers = mcpauth_headers_new();
    if (!request->headers)
        return ma_error_nomem(err);
    return MCPAUTH_OK;
}

void ma_request_done(ma_request *request)
{
    ma_buf_done(&request->url);
    ma_buf_done(&request->body);
    mcpauth_headers_free(request->headers);
    memset(request, 0, sizeof *request);
    request->url = ma_buf_init(MA_URL_MAX);
    request->body = ma_buf_init(MA_REQUEST_BODY_MAX);
}

static mcpauth_status start(ma_request *request, const char *method,
    const char *url, mcpauth_error *err)
{
    mcpauth_status st = ma_request_init(request, err);
    if (st)
        return st;
    request->view.method = method;
    ma_buf_add_text(&request->url, url);
    return mcpauth_headers_add(
        request->headers, "Accept", "application/json", err);
}

mcpauth_status ma_request_get(
    ma_request *request, const char *url, mcpauth_error *err)
{
    mcpauth_status st = start(request, "GET", url, err);
    if (st)
        return st;
    request->view.redirects = MA_REQUEST_REDIRECTS_MAX;
    return MCPAUTH_OK;
}

mcpauth_status ma_request_post(ma_request *request, const char *url,
    const char *content_type, mcpauth_error *err)
{
    mcpauth_status st = start(request, "POST", url, err);
    if (st)
        return st;
    request->view.once = true;
    return mcpauth_headers_add(
        request->headers, "Content-Type", content_type, err);
}

mcpauth_status ma_request_view(ma_request *request, mcpauth_address_rule rule,
    const mcpauth_http_request **out_view, mcpauth_error *err)
{
    mcpauth_status st = ma_buf_status(&request->url, "a URL", err);
    if (!st)
        st = ma_buf_status(&request->body, "a request body", err);
    if (st)
        return st;
    mcpauth_http_request *view = &request->view;
    view->url = ma_buf_text(&request->url);
    view->headers = request->headers;
    view->body = request->body.len ? ma_buf_text(&request->body) : NULL;
    view->body_len = request->body.len;
    view->body_max = MA_REQUEST_ANSWER_MAX;
    view->address = rule;
    view->connect_timeout_ms = CONNECT_TIMEOUT_MS;
    view->timeout_ms = TIMEOUT_MS;
    *out_view = view;
    return MCPAUTH_OK;
}
