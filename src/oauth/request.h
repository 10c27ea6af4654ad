/* request.h - one request of the flow, while it is built and sent. */
#ifndef MA_OAUTH_REQUEST_H
#define MA_OAUTH_REQUEST_H

#include <mcpauth/http.h>

#include "base/auto.h"
#include "base/buf.h"

/* Bodies from strangers are cut here (S-011). */
enum {
    MA_REQUEST_ANSWER_MAX = 1024 * 1024,
    MA_REQUEST_BODY_MAX = 64 * 1024,
    MA_REQUEST_REDIRECTS_MAX = 3
};

typedef struct ma_request {
    ma_buf url;
    ma_buf body; /* wiped: carries secrets */
    mcpauth_headers *headers;
    mcpauth_http_request view; /* lends from the above; see ma_request_view */
} ma_request;

/* Empties it, for the next request. */
mcpauth_status ma_request_init(ma_request *request, mcpauth_error *err);
void ma_request_done(ma_request *request);
MA_SCOPED_DEFINE(ma_request, ma_request_done)

/* A metadata document: GET, JSON wanted, a few same-origin redirects. */
mcpauth_status ma_request_get(
    ma_request *request, const char *url, mcpauth_error *err);

/* A POST to an endpoint that sees credentials: never redirected (S-007), and
 * never sent again but by the flow: a code or a refresh token that comes twice
 * costs the login (S-042).  The caller adds body and proof. */
mcpauth_status ma_request_post(ma_request *request, const char *url,
    const char *content_type, mcpauth_error *err);

/* Completes the view and lends it; E_NOMEM or E_LIMIT when building it
 * failed. */
mcpauth_status ma_request_view(ma_request *request, mcpauth_address_rule rule,
    const mcpauth_http_request **out_view, mcpauth_error *err);

#endif
