/* redact.h - what of an HTTP exchange may be shown to others.
 *
 * There are two nets.  By name: a header field or a parameter that is not
 * known to be harmless, and a JSON member whose name smells of a secret, is
 * replaced by its fingerprint.  By value: what was replaced once is masked
 * wherever it turns up again, encoded or not, so that a server which echoes a
 * secret gives nothing away (S-054).
 *
 * Every function appends one JSON value. */
#ifndef MA_CLI_REDACT_H
#define MA_CLI_REDACT_H

#include <mcpauth/http.h>

#include "base/buf.h"
#include "base/secret.h"

/* What was seen so far, in every encoding it may come back in. */
typedef struct {
    ma_secret **known;
    size_t count;
    mcpauth_status failed; /* E_NOMEM: something is not known; show nothing */
} ma_redact;

/* Allowed on a zeroed one. */
void ma_redact_done(ma_redact *seen);
MA_SCOPED_DEFINE(ma_redact, ma_redact_done)

/* Text of ours or of a server, with what is known masked. */
void ma_redact_text(const ma_redact *seen, ma_span text, ma_buf *to);

/* A URL, with the values of its query judged by their names. */
void ma_redact_url(ma_redact *seen, ma_span url, ma_buf *to);

/* [{"name": ..., "value": ...}, ...]; NULL is an empty list. */
void ma_redact_headers(
    ma_redact *seen, const mcpauth_headers *headers, ma_buf *to);

/* A body, by what it is: a form, JSON, an event stream, MCP messages (what
 * they are, and all of them when whole), or else only its size. */
void ma_redact_body(ma_redact *seen, const mcpauth_headers *headers,
    ma_span body, bool whole, ma_buf *to);

#endif
