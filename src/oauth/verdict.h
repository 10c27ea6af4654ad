/* verdict.h - yes or no, as all endpoints of an authorization server say it
 * (RFC 6749 5.2, RFC 7591 3.2.2, RFC 9126 2.3). */
#ifndef MA_OAUTH_VERDICT_H
#define MA_OAUTH_VERDICT_H

#include <mcpauth/http.h>

#include "base/json.h"

typedef struct {
    const char *from; /* "the token endpoint" */
    bool creates;     /* 201 is a success, too */
    int http_status;
    const mcpauth_headers *headers; /* NULL: not known */
    ma_span body;
} ma_verdict_answer;

/* Reads an answer as far as all are alike; *out_document is the object of a
 * success.
 * E_REFUSED: the server's error object, in its own words, whatever the status
 *   (A-124).
 * E_HTTP: no success; the message shows status and the body's start.
 * E_PROTOCOL: a success that is no object, or has an `error` all the same. */
mcpauth_status ma_verdict_read(const ma_verdict_answer *answer,
    ma_json **out_document, mcpauth_error *err);

#endif
