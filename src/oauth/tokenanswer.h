/* tokenanswer.h - what a token endpoint answers (RFC 6749 5.1, 5.2). */
#ifndef MA_OAUTH_TOKENANSWER_H
#define MA_OAUTH_TOKENANSWER_H

#include <mcpauth/http.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/json.h"
#include "base/secret.h"

/* Longest lifetime believed: ten years (S-019). */
#define MA_TOKENANSWER_LIFE_MAX_S (INT64_C(3653) * 86400)

typedef struct {
    ma_secret *access_token;
    bool bound;               /* its type is DPoP */
    bool exchanged;           /* it has none, and is no access token */
    ma_secret *refresh_token; /* NULL: none came */
    ma_secret *id_token;      /* likewise */
    char *issued_type;        /* of an exchange, issued_token_type; NULL */
    char *scope;              /* NULL: not said */
    int64_t expires_in_s;     /* clamped to [0, ten years]; -1: not said */
} ma_tokenanswer;

void ma_tokenanswer_done(ma_tokenanswer *answer);
MA_SCOPED_DEFINE(ma_tokenanswer, ma_tokenanswer_done)

/* Reads a granted token from its JSON object.  E_PROTOCOL: it is
 * none. */
mcpauth_status ma_tokenanswer_read(
    const ma_json *document, ma_tokenanswer *out, mcpauth_error *err);

/* Reads status and body.
 * OK: a token was granted: 200, JSON object without `error`,
 *   access_token of b64token bytes (S-017), token_type Bearer or DPoP (S-032);
 * N_A with an issued_token_type (RFC 8693 2.2.1). E_REFUSED: the server's error
 * object, in its own words, whatever the status. E_HTTP: another
 * status; the message shows status and the body's start. E_PROTOCOL: a success
 * that is none. */
mcpauth_status ma_tokenanswer_parse(int http_status,
    const mcpauth_headers *headers, ma_span body, ma_tokenanswer *out,
    mcpauth_error *err);

#endif
