/* authorize.c - the only two texts that pass through a browser. */
#include "oauth/authorize.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/form.h"
#include "base/quote.h"
#include "base/url.h"
#include "oauth/alphabet.h"
#include "oauth/scope.h"

/* --- request ------------------------------------------------------------- */

static bool is_openable(const ma_url *url, const char *clear_host)
{
    /* "$(" is legal in a URL and a command in many shells. */
    if (url->fragment || strstr(url->text, "$("))
        return false;
    if (url->https || ma_url_loopback(url))
        return true;
    return clear_host && ma_span_is_nocase(ma_span_of(url->host), clear_host);
}

static mcpauth_status refuse_endpoint(
    const char *endpoint, const char *why, mcpauth_error *err)
{
    MA_AUTO(ma_text) quoted = ma_quote(ma_span_of(endpoint));
    return ma_error_set(err, MCPAUTH_E_UNTRUSTED,
        "the authorization endpoint \"%s\" %s", quoted ? quoted : "?", why);
}

/* The endpoint's own query already has one of our parameters. */
static bool has_ours(ma_span query)
{
    static const char *const ours[] = {"response_type", "client_id",
        "redirect_uri", "code_challenge", "code_challenge_method", "state",
        "scope", "resource", "login_hint", "dpop_jkt", "nonce", "prompt",
        "request_uri"};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        MA_SCOPED(ma_buf) value = ma_buf_init(MA_URL_MAX);
        if (ma_form_find(query, ours[i], &value))
            return true;
    }
    return false;
}

static mcpauth_status write_endpoint(
    const ma_authorize_request *request, ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(ma_url) url = {0};
    mcpauth_status st = ma_url_parse(ma_span_of(request->endpoint), &url, NULL);
    if (st == MCPAUTH_E_NOMEM)
        return ma_error_nomem(err);
    if (st || !is_openable(&url, request->clear_host))
        return refuse_endpoint(
            request->endpoint, "is not a URL that a browser may be given", err);
    if (has_ours(url.query))
        return refuse_endpoint(
            request->endpoint, "already carries our parameters", err);
    ma_url_write_origin(to, &url);
    ma_buf_add_span(to, url.path);
    ma_buf_add_byte(to, '?');
    ma_buf_add_span(to, url.query);
    return MCPAUTH_OK;
}

static void add_text(ma_buf *to, const char *name, const char *value)
{
    if (value && *value)
        ma_form_add(to, name, ma_span_of(value));
}

void ma_authorize_write_form(const ma_authorize_request *request, ma_buf *to)
{
    ma_span scope = ma_span_of(request->scope);
    add_text(to, "response_type", "code");
    add_text(to, "client_id", request->client_id);
    add_text(to, "redirect_uri", request->redirect_uri);
    ma_form_add(to, "code_challenge", request->code_challenge);
    add_text(to, "code_challenge_method", "S256");
    ma_form_add(to, "state", request->state);
    add_text(to, "scope", request->scope);
    add_text(to, "resource", request->resource);
    add_text(to, "login_hint", request->login_hint);
    add_text(to, "dpop_jkt", request->dpop_jkt);
    if (request->nonce.len && ma_scope_has(scope, ma_span_of("openid")))
        ma_form_add(to, "nonce", request->nonce);
    /* OpenID Connect Core 11: without it offline_access is ignored. */
    if (ma_scope_has(scope, ma_span_of("offline_access")))
        add_text(to, "prompt", "consent");
}

mcpauth_status ma_authorize_write_url(
    const ma_authorize_request *request, ma_buf *to, mcpauth_error *err)
{
    mcpauth_status st = write_endpoint(request, to, err);
    if (st)
        return st;
    if (request->request_uri) {
        add_text(to, "client_id", request->client_id);
        add_text(to, "request_uri", request->request_uri);
    } else {
        ma_authorize_write_form(request, to);
    }
    return ma_buf_status(to, "the authorization URL", err);
}

/* --- redirect ------------------------------------------------------------ */

enum field { STATE, ISS, CODE, ERROR, DESCRIPTION, URI, FIELDS };

static const char *const field_names[FIELDS] = {
    [STATE] = "state",
    [ISS] = "iss",
    [CODE] = "code",
    [ERROR] = "error",
    [DESCRIPTION] = "error_description",
    [URI] = "error_uri",
};

/* found: 0 absent, 1 once, -1 repeated or undecodable. */
typedef struct {
    ma_buf value[FIELDS];
    int found[FIELDS];
} redirect;

static void done_redirect(redirect *answer)
{
    for (size_t i = 0; i < FIELDS; i++)
        ma_buf_done(&answer->value[i]);
}
MA_SCOPED_DEFINE(redirect, done_redirect)

static mcpauth_status read_redirect(
    ma_span query, redirect *answer, mcpauth_error *err)
{
    for (size_t i = 0; i < FIELDS; i++) {
        answer->value[i] = ma_buf_init(query.len);
        answer->found[i] =
            ma_form_find(query, field_names[i], &answer->value[i]);
        mcpauth_status st =
            ma_buf_status(&answer->value[i], "a redirect parameter", err);
        if (st)
            return st;
    }
    return MCPAUTH_OK;
}

/* State is judged before anything else is: whoever does not know it must not
 * be able to end the flow, not even by repeating a parameter. */
static mcpauth_status check_state(const redirect *answer,
    const ma_authorize_expected *expected, mcpauth_error *err)
{
    if (answer->found[STATE] == 1 && expected->state &&
        ma_secret_is(expected->state, ma_buf_span(&answer->value[STATE])))
        return MCPAUTH_OK;
    return ma_error_set(err, MCPAUTH_E_STATE,
        "a redirect came that does not answer this login (its state is "
        "missing or wrong)");
}

static mcpauth_status check_repeated(const redirect *answer, mcpauth_error *err)
{
    for (size_t i = 0; i < FIELDS; i++)
        if (answer->found[i] < 0)
            return ma_error_set(err, MCPAUTH_E_PROTOCOL,
                "the redirect repeats or garbles `%s`", field_names[i]);
    return MCPAUTH_OK;
}

/* theirs empty: the redirect names none. */
static mcpauth_status refuse_iss(
    ma_span theirs, const char *expected, mcpauth_error *err)
{
    MA_AUTO(ma_text) from = ma_quote(theirs);
    MA_AUTO(ma_text) ours = ma_quote(ma_span_of(expected));
    mcpauth_status st = MCPAUTH_OK;
    if (theirs.len)
        st = ma_error_set(err, MCPAUTH_E_UNTRUSTED,
            "issuer mismatch: the redirect is from \"%s\", the login was "
            "started at \"%s\"",
            from ? from : "?", ours ? ours : "?");
    else
        st = ma_error_set(err, MCPAUTH_E_UNTRUSTED,
            "issuer mismatch: the redirect carries no `iss`, though \"%s\" "
            "announced one",
            ours ? ours : "?");
    ma_error_hint(err,
        "somebody may have mixed up two logins: log in again, and if it "
        "stays, tell whoever runs the authorization server");
    return st;
}

/* RFC 9207 2.4: decoded once, then byte for byte. */
static mcpauth_status check_iss(const redirect *answer,
    const ma_authorize_expected *expected, mcpauth_error *err)
{
    if (!answer->found[ISS] && !expected->iss_parameter_supported)
        return MCPAUTH_OK;
    ma_span iss = ma_buf_span(&answer->value[ISS]);
    ma_span issuer = ma_span_of(expected->issuer);
    if (answer->found[ISS] && issuer.len && ma_span_eq(iss, issuer))
        return MCPAUTH_OK;
    return refuse_iss(iss, expected->issuer, err);
}

static mcpauth_status refuse_login(const redirect *answer, mcpauth_error *err)
{
    ma_span code = ma_buf_span(&answer->value[ERROR]);
    mcpauth_status st = ma_error_set(
        err, MCPAUTH_E_REFUSED, "the authorization server refused the login");
    ma_error_server(err, code, ma_buf_span(&answer->value[DESCRIPTION]),
        ma_buf_span(&answer->value[URI]));
    if (ma_span_is(code, "access_denied"))
        ma_error_hint(err,
            "consent was denied in the browser, or this account may not use "
            "the application: log in again, perhaps as someone else");
    return st;
}

static mcpauth_status take_code(
    const redirect *answer, ma_secret **out_code, mcpauth_error *err)
{
    ma_span code = ma_buf_span(&answer->value[CODE]);
    if (!code.len || !ma_alphabet_vschar(code))
        return ma_error_set(
            err, MCPAUTH_E_PROTOCOL, "the redirect's `code` is not a code");
    ma_secret *secret = ma_secret_new(code);
    if (!secret)
        return ma_error_nomem(err);
    *out_code = secret;
    return MCPAUTH_OK;
}

mcpauth_status ma_authorize_parse_redirect(ma_span query,
    const ma_authorize_expected *expected, ma_secret **out_code,
    mcpauth_error *err)
{
    MA_SCOPED(redirect) answer = {0};
    mcpauth_status st = read_redirect(query, &answer, err);
    if (!st)
        st = check_state(&answer, expected, err);
    if (!st)
        st = check_repeated(&answer, err);
    if (!st)
        st = check_iss(&answer, expected, err);
    if (st)
        return st;
    if (answer.found[ERROR] == answer.found[CODE])
        return ma_error_set(err, MCPAUTH_E_PROTOCOL, "the redirect carries %s",
            answer.found[CODE] ? "both `code` and `error`"
                               : "neither `code` nor `error`");
    if (answer.found[ERROR])
        return refuse_login(&answer, err);
    return take_code(&answer, out_code, err);
}

/* --- pasted -------------------------------------------------------------- */

static bool is_space(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

ma_span ma_authorize_pasted_query(ma_span pasted)
{
    while (pasted.len && is_space(*pasted.at))
        pasted = ma_span_make(pasted.at + 1, pasted.len - 1);
    while (pasted.len && is_space(pasted.at[pasted.len - 1]))
        pasted.len--;
    pasted.len = ma_span_find(pasted, '#');
    /* A '?' behind a '=' belongs to a value. */
    size_t mark = ma_span_find(pasted, '?');
    if (mark < ma_span_find(pasted, '='))
        pasted = ma_span_make(pasted.at + mark + 1, pasted.len - mark - 1);
    return pasted;
}
