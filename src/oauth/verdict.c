/* verdict.c - yes or no, as the endpoints of an authorization server say it. */
#include "oauth/verdict.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"

static mcpauth_status refuse(const ma_verdict_answer *answer,
    const ma_json *document, const char *code, mcpauth_error *err)
{
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_REFUSED,
        "the authorization server refused with status %d", answer->http_status);
    ma_error_server(err, ma_span_of(code),
        ma_span_of(ma_json_text(document, "error_description")),
        ma_span_of(ma_json_text(document, "error_uri")));
    return st;
}

/* For ma_free; NULL when out of memory. */
static char *quote_type(const ma_verdict_answer *answer)
{
    const char *type =
        answer->headers ? mcpauth_headers_get(answer->headers, "Content-Type")
                        : NULL;
    return type ? ma_quote(ma_span_of(type)) : ma_strdup("no content type");
}

/* The body is shown for an error status only: another one may hold a secret. */
static mcpauth_status report_status(
    const ma_verdict_answer *answer, mcpauth_error *err)
{
    MA_AUTO(ma_text) type = quote_type(answer);
    bool shown = answer->http_status >= 400 && answer->body.len > 0;
    MA_AUTO(ma_text) start = shown ? ma_quote(answer->body) : NULL;
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_HTTP,
        "%s answered with status %d (%s)%s%s%s", answer->from,
        answer->http_status, type ? type : "?", start ? ": \"" : "",
        start ? start : "", start ? "\"" : "");
    if (answer->http_status >= 300 && answer->http_status < 400)
        ma_error_hint(err,
            "a redirect is never followed with credentials; the address of "
            "%s must be the right one from the start",
            answer->from);
    return st;
}

static mcpauth_status report_no_json(
    const ma_verdict_answer *answer, mcpauth_error *err)
{
    MA_AUTO(ma_text) type = quote_type(answer);
    return ma_error_set(err, MCPAUTH_E_PROTOCOL,
        "%s answered with something else than a JSON object (%s)", answer->from,
        type ? type : "?");
}

static bool succeeds(const ma_verdict_answer *answer)
{
    return answer->http_status == 200 ||
           (answer->creates && answer->http_status == 201);
}

static mcpauth_status judge(
    const ma_verdict_answer *answer, ma_json **out_document, mcpauth_error *err)
{
    MA_AUTO(ma_json) document = NULL;
    mcpauth_status st = ma_json_parse_object(answer->body, &document, NULL);
    if (st == MCPAUTH_E_NOMEM)
        return ma_error_nomem(err);
    const ma_json *error = ma_json_get(document, "error");
    const char *code = ma_json_string(error);
    if (code)
        return refuse(answer, document, code, err);
    if (!succeeds(answer))
        return report_status(answer, err);
    if (!document)
        return report_no_json(answer, err);
    if (error && !ma_json_is_null(error))
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the answer of %s carries an `error` that is no text",
            answer->from);
    *out_document = ma_move(&document);
    return MCPAUTH_OK;
}

mcpauth_status ma_verdict_read(
    const ma_verdict_answer *answer, ma_json **out_document, mcpauth_error *err)
{
    mcpauth_status st = judge(answer, out_document, err);
    if (st)
        ma_error_http_status(err, answer->http_status);
    return st;
}
