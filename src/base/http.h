/* http.h - asking a mcpauth_http, whoever made it, for one exchange. */
#ifndef MA_BASE_HTTP_H
#define MA_BASE_HTTP_H

#include <mcpauth/http.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/headers.h"

MA_AUTO_DEFINE(mcpauth_http, mcpauth_http_free)

/* A whole answer; its body may hold secrets and is wiped. */
typedef struct {
    int status;
    mcpauth_headers *headers;
    ma_buf body;
} ma_http_answer;

/* Allowed on a zeroed answer. */
void ma_http_answer_done(ma_http_answer *answer);
MA_SCOPED_DEFINE(ma_http_answer, ma_http_answer_done)

/* One exchange, its answer given to sink as it arrives. */
mcpauth_status ma_http_perform(mcpauth_http *http,
    const mcpauth_http_request *request, const mcpauth_http_sink *sink,
    mcpauth_error *err);

/* One exchange, its answer gathered; any HTTP status is OK.  E_LIMIT: the
 * body is longer than request->body_max. */
mcpauth_status ma_http_fetch(mcpauth_http *http,
    const mcpauth_http_request *request, ma_http_answer *out_answer,
    mcpauth_error *err);

#endif
