/* login.c - a person's part: from the address of the callback to a code. */
#include "oauth/login.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "oauth/authorize.h"
#include "oauth/choice.h"
#include "oauth/enrol.h"
#include "oauth/grant.h"
#include "oauth/keeping.h"
#include "oauth/pkce.h"
#include "oauth/scope.h"

/* --- before anybody is bothered --------------------------------------------
 */

/* Why the MCP server wants it, without the token it may say back (S-054). */
static void add_challenge(const mcpauth_flow *flow, mcpauth_error *err)
{
    const ma_challenge *challenge = &flow->challenge;
    ma_error_server(err, ma_span_of(challenge->error),
        ma_span_of(challenge->error_description),
        ma_span_of(challenge->error_uri));
    if (flow->attempt && ma_attempt_token(flow->attempt))
        ma_error_mask(
            err, ma_token_access_span(ma_attempt_token(flow->attempt)));
}

static mcpauth_status need_person(const mcpauth_flow *flow, mcpauth_error *err)
{
    MA_AUTO(ma_text)
    server = ma_url_redacted(ma_config_server_text(flow->config));
    MA_AUTO(ma_text) issuer = ma_url_redacted(flow->issuer);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_LOGIN_REQUIRED,
        "%s wants a login at %s, and nobody can be asked here",
        server ? server : "the MCP server",
        issuer ? issuer : "its authorization server");
    add_challenge(flow, err);
    ma_keeping_explain_loss(flow, err);
    return st;
}

/* A-091; S256 is always sent, and only where nothing can be said about it
 * nothing need be. */
static mcpauth_status check_pkce(const mcpauth_flow *flow, mcpauth_error *err)
{
    if (ma_server_has_s256(&flow->server))
        return MCPAUTH_OK;
    if (ma_config_text(flow->config, MA_CONFIG_CODE_CHALLENGE_METHODS)) {
        ma_config_log(flow->config, 0, "login",
            "the server does not say that it takes PKCE with S256; the "
            "configuration says so for it");
        return MCPAUTH_OK;
    }
    if (flow->quirks->s256_unadvertised) {
        ma_config_log(flow->config, 1, "login",
            "S256 is not advertised; the provider row %s says it works",
            flow->quirks->name);
        return MCPAUTH_OK;
    }
    if (flow->places_assumed)
        return MCPAUTH_OK;
    MA_AUTO(ma_text) issuer = ma_url_redacted(flow->issuer);
    MA_AUTO(ma_text)
    listed = ma_json_quote_texts(flow->server.code_challenge_methods_supported);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_UNTRUSTED,
        "%s does not say that it takes PKCE with S256 "
        "(code_challenge_methods_supported: %s), so a code could be stolen",
        issuer ? issuer : "the authorization server",
        listed ? listed : "not there");
    ma_error_hint(err, "if you know that it does, set "
                       "code_challenge_methods_supported to S256 for this "
                       "server, or name its provider row");
    return st;
}

static mcpauth_status check_endpoint(
    const mcpauth_flow *flow, mcpauth_error *err)
{
    return flow->server.authorization_endpoint
               ? MCPAUTH_OK
               : ma_choice_no_endpoint(flow, "authorization_endpoint", err);
}

/* A-055; a document that does not say is believed to. */
static mcpauth_status check_code(const mcpauth_flow *flow, mcpauth_error *err)
{
    const ma_json *types =
        ma_json_get_array(flow->server.document, "response_types_supported");
    if (!types || ma_json_has(types, "code"))
        return MCPAUTH_OK;
    MA_AUTO(ma_text) issuer = ma_url_redacted(flow->issuer);
    return ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
        "%s does not offer the authorization code flow "
        "(response_types_supported)",
        issuer ? issuer : "the authorization server");
}

/* A-102; one that is merely offered is not used. */
static mcpauth_status check_push(const mcpauth_flow *flow, mcpauth_error *err)
{
    if (!flow->server.pushed_requests_required ||
        flow->server.pushed_request_endpoint)
        return MCPAUTH_OK;
    MA_AUTO(ma_text) issuer = ma_url_redacted(flow->issuer);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_PROTOCOL,
        "the metadata of %s requires pushed authorization requests, and names "
        "no pushed_authorization_request_endpoint",
        issuer ? issuer : "the authorization server");
    ma_error_hint(err,
        "tell whoever runs the authorization server: one of the two is wrong "
        "there");
    return st;
}

static mcpauth_status check_client(const mcpauth_flow *flow, mcpauth_error *err)
{
    if (flow->client_id || flow->server.registration_endpoint)
        return MCPAUTH_OK;
    MA_AUTO(ma_text) issuer = ma_url_redacted(flow->issuer);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_USAGE,
        "no client id is configured, and %s does not register clients",
        issuer ? issuer : "the authorization server");
    ma_error_hint(err,
        "create a client there and set OAUTH_CLIENT_ID, or client_id in the "
        "configuration%s",
        flow->server.client_documents
            ? "; or set client_metadata_url, which it takes as well"
            : "");
    return st;
}

/* There may be a login behind it: nobody is bothered for another (S-050). */
static mcpauth_status check_store(const mcpauth_flow *flow, mcpauth_error *err)
{
    if (!mcpauth_error_status(flow->unread) ||
        flow->purpose == MCPAUTH_FLOW_LOGIN)
        return MCPAUTH_OK;
    MA_AUTO(ma_text)
    server = ma_url_redacted(ma_config_server_text(flow->config));
    ma_error_copy(err, flow->unread);
    return ma_error_in(err, MCPAUTH_E_STORE, "the login at %s cannot be read",
        server ? server : "the MCP server");
}

mcpauth_status ma_login_start(mcpauth_flow *flow, mcpauth_error *err)
{
    mcpauth_status st = check_store(flow, err);
    if (!st)
        st = check_client(flow, err);
    if (!st)
        st = check_endpoint(flow, err);
    if (!st)
        st = check_code(flow, err);
    if (!st)
        st = check_pkce(flow, err);
    if (!st)
        st = check_push(flow, err);
    if (!st && !flow->interactive)
        st = need_person(flow, err);
    if (!st)
        ma_keeping_begin_login(flow, MA_FLOW_CALLBACK);
    return st;
}

/* --- the callback's address --------------------------------------------------
 */

/* What the client is registered with; NULL when any loopback address does. */
static const char *registered_redirect(const mcpauth_flow *flow)
{
    if (flow->client != MA_CLIENT_REGISTERED || flow->any_port)
        return NULL;
    const ma_json *client = ma_record_client(&flow->record, flow->issuer);
    return ma_json_string(
        ma_json_at(ma_json_get_array(client, "redirect_uris"), 0));
}

static const char *wanted_redirect(const mcpauth_flow *flow)
{
    const char *configured =
        ma_config_text(flow->config, MA_CONFIG_REDIRECT_URI);
    if (configured)
        return configured;
    if (flow->listen_at)
        return flow->listen_at;
    if (ma_config_text(flow->config, MA_CONFIG_CALLBACK_PORT))
        return NULL;
    const char *registered = registered_redirect(flow);
    return registered ? registered : flow->quirks->default_redirect_uri;
}

mcpauth_status ma_login_ask_callback(mcpauth_flow *flow, mcpauth_error *err)
{
    (void)err;
    const char *port = ma_config_text(flow->config, MA_CONFIG_CALLBACK_PORT);
    flow->step.kind = MCPAUTH_STEP_LISTEN;
    flow->step.redirect_uri = wanted_redirect(flow);
    flow->step.callback_port = port ? (int)strtol(port, NULL, 10) : 0;
    flow->asked = true;
    return MCPAUTH_OK;
}

/* A registered client knows the address it is used with, or is given up. */
static mcpauth_status fit_registration(mcpauth_flow *flow, mcpauth_error *err)
{
    if (flow->client != MA_CLIENT_REGISTERED || !flow->client_id)
        return MCPAUTH_OK;
    const ma_json *client = ma_record_client(&flow->record, flow->issuer);
    if (ma_json_has(
            ma_json_get_array(client, "redirect_uris"), flow->redirect_uri))
        return MCPAUTH_OK;
    return ma_flow_set_text(&flow->client_id, NULL, err);
}

void ma_login_send(mcpauth_flow *flow)
{
    flow->tries = 0;
    ma_flow_go(flow, flow->server.pushed_requests_required
                         ? MA_FLOW_PUSHED_REQUEST
                         : MA_FLOW_REDIRECT);
}

mcpauth_status ma_login_got_callback(mcpauth_flow *flow, mcpauth_status status,
    const char *redirect_uri, const mcpauth_error *why, mcpauth_error *err)
{
    if (status == MCPAUTH_E_STATE && registered_redirect(flow) &&
        flow->server.registration_endpoint) {
        flow->any_port = true;
        ma_flow_go(flow, MA_FLOW_CALLBACK);
        return MCPAUTH_OK;
    }
    if (status) {
        ma_error_copy(err, why);
        return status;
    }
    mcpauth_status st =
        ma_flow_set_text(&flow->redirect_uri, redirect_uri, err);
    if (!st)
        st = fit_registration(flow, err);
    if (!st)
        st = check_client(flow, err);
    if (st)
        return st;
    if (flow->client_id)
        ma_login_send(flow);
    else
        ma_flow_go(flow, MA_FLOW_REGISTRATION);
    return MCPAUTH_OK;
}

/* --- the person --------------------------------------------------------------
 */

/* Fresh for every authorization request. */
static mcpauth_status draw_secrets(mcpauth_flow *flow, mcpauth_error *err)
{
    ma_secret **drawn[] = {&flow->login_state, &flow->verifier, &flow->nonce};
    for (size_t i = 0; i < sizeof drawn / sizeof *drawn; i++) {
        MA_AUTO(ma_secret) secret = NULL;
        mcpauth_status st = ma_pkce_random(flow->config, &secret, err);
        if (st)
            return st;
        ma_secret_free(*drawn[i]);
        *drawn[i] = ma_move(&secret);
    }
    return MCPAUTH_OK;
}

mcpauth_status ma_login_draw(mcpauth_flow *flow, ma_buf *challenge,
    ma_authorize_request *out_request, mcpauth_error *err)
{
    mcpauth_status st = draw_secrets(flow, err);
    if (!st)
        st = ma_pkce_write_challenge(
            challenge, ma_secret_span(flow->verifier), err);
    if (!st)
        st = ma_buf_status(challenge, "the code challenge", err);
    if (st)
        return st;
    *out_request = (ma_authorize_request){
        .client_id = flow->client_id,
        .redirect_uri = flow->redirect_uri,
        .scope = flow->scope,
        .resource = ma_grant_sends_resource(flow, MA_RESOURCE_AUTHORIZE)
                        ? flow->resource
                        : NULL,
        .login_hint = ma_config_text(flow->config, MA_CONFIG_LOGIN_HINT),
        .dpop_jkt = flow->proves ? flow->thumbprint : NULL,
        .state = ma_secret_span(flow->login_state),
        .code_challenge = ma_buf_span(challenge),
        .nonce = ma_secret_span(flow->nonce),
    };
    return MCPAUTH_OK;
}

static mcpauth_status write_url(mcpauth_flow *flow, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) challenge = ma_buf_init(MA_LOGIN_CHALLENGE_MAX);
    ma_authorize_request request = {
        .client_id = flow->client_id,
        .request_uri = flow->request_uri,
    };
    mcpauth_status st = MCPAUTH_OK;
    if (!flow->request_uri)
        st = ma_login_draw(flow, &challenge, &request, err);
    if (st)
        return st;
    request.endpoint = flow->server.authorization_endpoint;
    request.clear_host = ma_config_text(flow->config, MA_CONFIG_ALLOW_HTTP);
    ma_buf_clear(&flow->url);
    st = ma_authorize_write_url(&request, &flow->url, err);
    return st ? st : ma_buf_status(&flow->url, "the authorization URL", err);
}

mcpauth_status ma_login_ask_redirect(mcpauth_flow *flow, mcpauth_error *err)
{
    mcpauth_status st = write_url(flow, err);
    if (st)
        return st;
    /* RFC 9126 2.2: good for one visit. */
    ma_free(ma_move(&flow->request_uri));
    flow->browses++;
    if (flow->attempt)
        ma_attempt_note_browse(flow->attempt);
    flow->until_ms = flow->now_ms + flow->login_timeout_ms;
    flow->step.kind = MCPAUTH_STEP_BROWSE;
    flow->step.url = ma_buf_text(&flow->url);
    flow->step.issuer = flow->issuer;
    flow->step.redirect_uri = flow->redirect_uri;
    flow->step.until_ms = flow->until_ms;
    flow->asked = true;
    return MCPAUTH_OK;
}

bool ma_login_may_browse(const mcpauth_flow *flow)
{
    int before = flow->attempt ? ma_attempt_browses(flow->attempt) : 0;
    return flow->browses < MA_ATTEMPT_AUTHORIZATIONS_MAX &&
           before < MA_ATTEMPT_AUTHORIZATIONS_MAX;
}

/* The person is sent once more, to come back to where he came back before; a
 * request that was pushed has not sent him yet. */
static mcpauth_status ask_again(mcpauth_flow *flow, mcpauth_error *err)
{
    if (flow->state == MA_FLOW_PUSHED_REQUEST) {
        ma_login_send(flow);
        return MCPAUTH_OK;
    }
    mcpauth_status st =
        ma_flow_set_text(&flow->listen_at, flow->redirect_uri, err);
    if (!st)
        ma_flow_go(flow, MA_FLOW_CALLBACK);
    return st;
}

/* Asks for less, where the server says which is too much. */
static mcpauth_status ask_for_less(
    mcpauth_flow *flow, bool *out_again, mcpauth_error *err)
{
    const char *code = mcpauth_error_server_code(err);
    if (!ma_login_may_browse(flow))
        return MCPAUTH_OK;
    *out_again = ma_grant_drop_resource(flow, MA_RESOURCE_AUTHORIZE, err);
    if (*out_again || !code || strcmp(code, "invalid_scope") != 0)
        return MCPAUTH_OK;
    mcpauth_status st = ma_choice_narrow_scope(flow, out_again, err);
    if (!st && *out_again)
        ma_config_log(flow->config, 0, "login",
            "%s; asking once more, for \"%s\"", mcpauth_error_message(err),
            flow->scope);
    return st;
}

/* A denied step-up is remembered, and leaves the token as it is. */
static mcpauth_status note_denial(mcpauth_flow *flow, mcpauth_error *err)
{
    const char *code = mcpauth_error_server_code(err);
    if (!flow->attempt || !ma_attempt_steps_up(flow->attempt) || !flow->token ||
        !code || strcmp(code, "access_denied") != 0)
        return MCPAUTH_OK;
    flow->dirty = true;
    return ma_record_note_denied(&flow->record, flow->scope, err);
}

mcpauth_status ma_login_refused(
    mcpauth_flow *flow, mcpauth_status status, mcpauth_error *err)
{
    if (ma_enrol_is_forgotten(flow, status, err))
        return ma_enrol_again(flow, err);
    bool again = false;
    mcpauth_status st = ask_for_less(flow, &again, err);
    if (!st && again)
        return ask_again(flow, err);
    if (!st)
        st = note_denial(flow, err);
    return st ? st : status;
}

mcpauth_status ma_login_got_redirect(
    mcpauth_flow *flow, const char *query, mcpauth_error *err)
{
    ma_authorize_expected expected = {
        .state = flow->login_state,
        .issuer = flow->server.issuer,
        .iss_parameter_supported = flow->server.iss_parameter_supported,
    };
    MA_AUTO(ma_secret) code = NULL;
    mcpauth_status st = ma_authorize_parse_redirect(
        ma_authorize_pasted_query(ma_span_of(query)), &expected, &code, err);
    if (st == MCPAUTH_E_STATE)
        return st;
    ma_secret_free(ma_move(&flow->login_state));
    if (!st) {
        ma_secret_free(flow->code);
        flow->code = ma_move(&code);
        flow->grant = MA_GRANT_CODE;
        flow->tries = 0;
        ma_flow_go(flow, MA_FLOW_TOKEN);
        return MCPAUTH_OK;
    }
    if (st == MCPAUTH_E_REFUSED)
        st = ma_login_refused(flow, st, err);
    if (!st)
        return MCPAUTH_OK;
    ma_grant_add_hint(flow, err);
    MA_AUTO(ma_text) issuer = ma_url_redacted(flow->issuer);
    return ma_error_in(err, st, "logging in at %s",
        issuer ? issuer : "the authorization server");
}

mcpauth_status ma_login_redirect_failed(mcpauth_flow *flow,
    mcpauth_status status, const mcpauth_error *why, mcpauth_error *err)
{
    ma_error_copy(err, why);
    if (status == MCPAUTH_E_TIMEOUT)
        ma_error_hint(err, "%s",
            flow->quirks->redirect_hint
                ? flow->quirks->redirect_hint
                : "log in again and finish in the browser; on another "
                  "machine, paste the address it ends at");
    return status;
}
