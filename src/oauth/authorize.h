/* authorize.h - the authorization request (RFC 6749 4.1.1) and what comes
 * back on the redirect (4.1.2, RFC 9207). */
#ifndef MA_OAUTH_AUTHORIZE_H
#define MA_OAUTH_AUTHORIZE_H

#include "base/buf.h"
#include "base/secret.h"

typedef struct {
    const char *endpoint; /* its query is kept */
    const char *client_id;
    const char *redirect_uri;
    const char *scope;      /* NULL: the parameter is left out */
    const char *resource;   /* NULL: left out */
    const char *login_hint; /* NULL: left out */
    const char *dpop_jkt;   /* NULL: left out */
    ma_span state;
    ma_span code_challenge;
    ma_span nonce;           /* sent when scope has openid; empty: never */
    const char *request_uri; /* all this was pushed and got this name; NULL */
    const char *clear_host;  /* besides loopback, spoken to by http; NULL */
} ma_authorize_request;

/* Appends the parameters, as a form. */
void ma_authorize_write_form(const ma_authorize_request *request, ma_buf *to);

/* Appends the URL to open: with the parameters, or, when they were pushed, with
 * client_id and request_uri alone (RFC 9126 4).  E_UNTRUSTED: the endpoint
 * already carries one of our parameters, or a fragment (S-010), or is not a URL
 * a browser may be given (S-001, A-230). */
mcpauth_status ma_authorize_write_url(
    const ma_authorize_request *request, ma_buf *to, mcpauth_error *err);

/* What a redirect must be measured by; recorded before the browser opened. */
typedef struct {
    const ma_secret *state;
    const char *issuer;           /* validated */
    bool iss_parameter_supported; /* the metadata said so */
} ma_authorize_expected;

/* Judges the query of a redirect and hands over its code.
 * E_STATE: not the answer to this request (state missing, wrong or repeated;
 *   ignore it and go on waiting.
 * E_UNTRUSTED: `iss` breaks the table of A-112; nothing else of it is shown.
 * E_REFUSED: the server's error, in its own words.
 * E_PROTOCOL: both or neither of code and error, or a repeated parameter. */
mcpauth_status ma_authorize_parse_redirect(ma_span query,
    const ma_authorize_expected *expected, ma_secret **out_code,
    mcpauth_error *err);

/* Finds the query in what a person pasted: a whole URL, "?a=b", or "a=b". */
ma_span ma_authorize_pasted_query(ma_span pasted);

#endif
