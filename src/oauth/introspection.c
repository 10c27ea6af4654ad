/* introspection.c - see introspection.h.
 *
 * An access token is asked about; of a login at an identity provider, whose ID
 * token is nobody's to ask about, the refresh token. */
#include "oauth/introspection.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/form.h"
#include "oauth/clientproof.h"
#include "oauth/discovery.h"
#include "oauth/fetch.h"
#include "oauth/keeping.h"
#include "oauth/verdict.h"

enum { TRIES_MAX = 2 };

static ma_span find_token(const mcpauth_flow *flow)
{
    return ma_token_is_identity(flow->token)
               ? ma_secret_span(ma_token_refresh(flow->token))
               : ma_token_access_span(flow->token);
}

/* --- beginning ----------------------------------------------------------- */

static mcpauth_status check_token(const mcpauth_flow *flow, mcpauth_error *err)
{
    MA_AUTO(ma_text)
    server = ma_url_redacted(ma_config_server_text(flow->config));
    const char *shown = server ? server : "the MCP server";
    if (!flow->token && mcpauth_error_status(flow->unread)) {
        ma_error_copy(err, flow->unread);
        return ma_error_in(
            err, MCPAUTH_E_STORE, "the login at %s cannot be read", shown);
    }
    if (!flow->token)
        return ma_error_set(
            err, MCPAUTH_E_LOGIN_REQUIRED, "not logged in to %s", shown);
    if (!mcpauth_token_issuer(flow->token))
        return ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
            "it is not known who issued the token for %s", shown);
    if (!find_token(flow).len)
        return ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
            "the login at %s is an ID token alone, which no server is asked "
            "about",
            shown);
    return MCPAUTH_OK;
}

mcpauth_status ma_introspection_start(mcpauth_flow *flow, mcpauth_error *err)
{
    mcpauth_status st = check_token(flow, err);
    return st ? st : ma_discovery_start_stored(flow, err);
}

/* --- asking -------------------------------------------------------------- */

static const char *find_endpoint(const mcpauth_flow *flow)
{
    return flow->server.introspection_endpoint;
}

/* The token goes where the issuer's document says, and never in clear. */
static mcpauth_status refuse_endpoint(const char *url, mcpauth_error *err)
{
    MA_AUTO(ma_text) shown = ma_url_redacted(url);
    return ma_error_set(err, MCPAUTH_E_UNTRUSTED,
        "the authorization server's `introspection_endpoint` is not an https "
        "URL that can be trusted: \"%s\"",
        shown ? shown : "?");
}

mcpauth_status ma_introspection_choose(mcpauth_flow *flow, mcpauth_error *err)
{
    const char *endpoint = find_endpoint(flow);
    if (!endpoint) {
        ma_keeping_finish(flow);
        return MCPAUTH_OK;
    }
    ma_server_rules rules;
    bool ok = false;
    mcpauth_status st = ma_fetch_rules(flow, &rules, err);
    if (!st)
        st = ma_server_judge_endpoint(endpoint, &rules, &ok, err);
    if (!st && !ok)
        st = refuse_endpoint(endpoint, err);
    if (!st)
        ma_flow_go(flow, MA_FLOW_INTROSPECTION);
    return st;
}

static mcpauth_status refuse_methods(
    const ma_json *supported, mcpauth_error *err)
{
    MA_AUTO(ma_text) list = ma_json_quote_texts(supported);
    return ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
        "the introspection endpoint takes clients by %s, and this client has "
        "none of that",
        list ? list : "others");
}

static mcpauth_status write_body(mcpauth_flow *flow, mcpauth_error *err)
{
    const ma_json *supported = ma_json_get_array(
        flow->server.document, "introspection_endpoint_auth_methods_supported");
    bool identity = ma_token_is_identity(flow->token);
    ma_form_add(&flow->request.body, "token", find_token(flow));
    ma_form_add(&flow->request.body, "token_type_hint",
        ma_span_of(identity ? "refresh_token" : "access_token"));
    mcpauth_status st = ma_clientproof_add_stored(flow, supported, err);
    return st == MCPAUTH_E_UNSUPPORTED ? refuse_methods(supported, err) : st;
}

mcpauth_status ma_introspection_ask(mcpauth_flow *flow, mcpauth_error *err)
{
    mcpauth_status st = ma_request_post(&flow->request, find_endpoint(flow),
        "application/x-www-form-urlencoded", err);
    if (!st)
        st = write_body(flow, err);
    return st ? st : ma_fetch_ask(flow, err);
}

/* --- the answer ---------------------------------------------------------- */

/* RFC 7662 2.2: `active` is the one member that is never missing. */
static mcpauth_status check_document(
    const ma_json *document, mcpauth_error *err)
{
    if (ma_json_is_boolean(ma_json_get(document, "active")))
        return MCPAUTH_OK;
    return ma_error_set(err, MCPAUTH_E_PROTOCOL,
        "the introspection endpoint's answer does not say whether the token "
        "is `active`");
}

static mcpauth_status take_answer(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err)
{
    const ma_verdict_answer answer = {
        .from = "the introspection endpoint",
        .http_status = fetch->answer->http_status,
        .headers = fetch->answer->headers,
        .body = ma_fetch_body(fetch),
    };
    MA_AUTO(ma_json) document = NULL;
    mcpauth_status st = ma_verdict_read(&answer, &document, err);
    if (!st)
        st = check_document(document, err);
    if (st)
        return st;
    ma_buf_clear(&flow->introspection);
    ma_json_write(&flow->introspection, document);
    return ma_buf_status(&flow->introspection, "what is said of a token", err);
}

/* A client that may not ask is no answer to whether the token is good. */
static mcpauth_status explain(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err)
{
    int http_status = fetch->status ? 0 : fetch->answer->http_status;
    ma_fetch_mask(flow, err);
    ma_error_mask(err, find_token(flow));
    if (http_status == 401 || http_status == 403)
        ma_error_hint(err, "have this client allowed to introspect tokens at "
                           "the authorization server, or go without --check");
    MA_AUTO(ma_text) issuer = ma_url_redacted(flow->issuer);
    return ma_error_in(err, mcpauth_error_status(err),
        "asking %s about the token", issuer ? issuer : "its issuer");
}

mcpauth_status ma_introspection_got(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err)
{
    if (ma_fetch_again(flow, fetch, TRIES_MAX))
        return MCPAUTH_OK;
    mcpauth_status st = fetch->status ? ma_fetch_failed(fetch, NULL, err)
                                      : take_answer(flow, fetch, err);
    if (st)
        return explain(flow, fetch, err);
    ma_keeping_finish(flow);
    return MCPAUTH_OK;
}
