/* logout.c - revoke, unregister, forget. */
#include "oauth/logout.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/form.h"
#include "base/headers.h"
#include "oauth/assertion.h"
#include "oauth/clientproof.h"
#include "oauth/fetch.h"
#include "oauth/keeping.h"

static const ma_json *registered_client(const mcpauth_flow *flow)
{
    const char *issuer = flow->token ? mcpauth_token_issuer(flow->token) : NULL;
    return issuer ? ma_record_client(&flow->record, issuer) : NULL;
}

static const char *registration_uri(const mcpauth_flow *flow)
{
    return ma_json_text(registered_client(flow), "registration_client_uri");
}

static mcpauth_status judge_url(
    const mcpauth_flow *flow, const char *url, bool *out_ok, mcpauth_error *err)
{
    ma_server_rules rules;
    *out_ok = false;
    mcpauth_status st = ma_fetch_rules(flow, &rules, err);
    return st || !url ? st : ma_server_judge_endpoint(url, &rules, out_ok, err);
}

/* What is left to do here, whatever became of the rest. */
static mcpauth_status forget(mcpauth_flow *flow, mcpauth_error *err)
{
    flow->remove = !flow->keep_registration;
    flow->dirty = true;
    ma_flow_go(flow, MA_FLOW_SAVED);
    return flow->remove ? MCPAUTH_OK : ma_record_drop_token(&flow->record, err);
}

/* Nobody waits for the lock as long as this takes. */
static bool is_late(const mcpauth_flow *flow)
{
    if (flow->now_ms < ma_keeping_until_ms(flow))
        return false;
    ma_config_log(flow->config, 0, "logout",
        "the servers take too long; what is left there ends by itself");
    return true;
}

/* Next of: refresh token, access token, registration, the record itself. */
static mcpauth_status next_undoing(mcpauth_flow *flow, mcpauth_error *err)
{
    const char *revocation =
        flow->token ? ma_token_revocation_endpoint(flow->token) : NULL;
    bool revokes = false;
    bool unregisters = false;
    mcpauth_status st = judge_url(flow, revocation, &revokes, err);
    if (!st)
        st = judge_url(flow, registration_uri(flow), &unregisters, err);
    if (st)
        return st;
    if (flow->token && !ma_token_refresh(flow->token))
        flow->refresh_revoked = true;
    if (flow->token && ma_token_is_identity(flow->token) &&
        flow->refresh_revoked)
        flow->access_revoked = true;
    if (revokes && !flow->access_revoked) {
        ma_flow_go(flow, MA_FLOW_REVOCATION);
        return MCPAUTH_OK;
    }
    if (unregisters && !flow->keep_registration &&
        flow->state != MA_FLOW_UNREGISTRATION) {
        ma_flow_go(flow, MA_FLOW_UNREGISTRATION);
        return MCPAUTH_OK;
    }
    return forget(flow, err);
}

mcpauth_status ma_logout_start(mcpauth_flow *flow, mcpauth_error *err)
{
    return next_undoing(flow, err);
}

/* How to sign: as is configured, else as for the token, if this key can. */
static const char *find_alg(const mcpauth_flow *flow, const ma_key *key)
{
    const char *configured = ma_config_text(flow->config, MA_CONFIG_AUTH_ALG);
    const char *used = ma_token_assertion_alg(flow->token);
    return configured || !used ? configured : ma_key_find_alg(key, used);
}

/* How the client that is configured proves itself; metadata is not read for
 * this. */
static mcpauth_status choose_configured(
    const mcpauth_flow *flow, ma_clientproof *proof, mcpauth_error *err)
{
    const mcpauth_config *config = flow->config;
    const ma_key *key = ma_config_private_key(config);
    proof->secret = ma_config_span(config, MA_CONFIG_CLIENT_SECRET);
    mcpauth_status st = ma_clientauth_choose(NULL,
        ma_config_text(config, MA_CONFIG_AUTH_METHOD), proof->secret.len > 0,
        key != NULL, &proof->method, err);
    if (st || proof->method != MA_CLIENTAUTH_KEY)
        return st;
    return ma_assertion_choose_alg(
        key, NULL, find_alg(flow, key), &proof->alg, err);
}

static mcpauth_status choose_registered(
    const mcpauth_flow *flow, ma_clientproof *proof, mcpauth_error *err)
{
    const ma_json *client = registered_client(flow);
    proof->secret = ma_span_of(ma_json_text(client, "client_secret"));
    return ma_clientauth_choose(NULL,
        ma_json_text(client, "token_endpoint_auth_method"),
        proof->secret.len > 0, false, &proof->method, err);
}

/* The id is one of those that the user has given. */
static bool is_configured(const mcpauth_flow *flow, const char *client_id)
{
    return client_id &&
           (ma_config_is(flow->config, MA_CONFIG_CLIENT_ID, client_id) ||
               ma_config_is(
                   flow->config, MA_CONFIG_CLIENT_METADATA_URL, client_id));
}

/* The proof the token was obtained with: what is configured or registered,
 * else Basic for a client with a secret. */
static mcpauth_status prove_client(mcpauth_flow *flow, mcpauth_error *err)
{
    const char *audience = ma_token_assertion_audience(flow->token);
    ma_clientproof proof = {
        .client_id = mcpauth_token_client_id(flow->token),
        .audience = audience ? audience : mcpauth_token_issuer(flow->token),
    };
    mcpauth_status st = is_configured(flow, proof.client_id)
                            ? choose_configured(flow, &proof, err)
                            : choose_registered(flow, &proof, err);
    return st ? st : ma_clientproof_add(flow, &proof, err);
}

mcpauth_status ma_logout_ask_revocation(mcpauth_flow *flow, mcpauth_error *err)
{
    if (is_late(flow))
        return forget(flow, err);
    mcpauth_status st = ma_request_post(&flow->request,
        ma_token_revocation_endpoint(flow->token),
        "application/x-www-form-urlencoded", err);
    if (st)
        return st;
    bool refresh = !flow->refresh_revoked;
    ma_span token = refresh ? ma_secret_span(ma_token_refresh(flow->token))
                            : ma_token_access_span(flow->token);
    ma_form_add(&flow->request.body, "token", token);
    ma_form_add(&flow->request.body, "token_type_hint",
        ma_span_of(refresh ? "refresh_token" : "access_token"));
    st = prove_client(flow, err);
    return st ? st : ma_fetch_ask(flow, err);
}

/* Says how it went; a server that cannot is no reason to stay logged in.
 * level: of a failure. */
static void report(const mcpauth_flow *flow, const ma_flow_fetch *fetch,
    int level, const char *what)
{
    if (fetch->status) {
        ma_config_log(flow->config, level, "logout", "%s failed: %s", what,
            mcpauth_error_message(fetch->why));
        return;
    }
    int http_status = fetch->answer->http_status;
    ma_config_log(flow->config, http_status < 300 ? 1 : level, "logout",
        "%s: the server answered %d", what, http_status);
}

mcpauth_status ma_logout_got_revocation(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err)
{
    bool refresh = !flow->refresh_revoked;
    if (refresh)
        report(flow, fetch, 0, "revoking the refresh token");
    else
        report(flow, fetch, 1, "revoking the access token");
    if (refresh)
        flow->refresh_revoked = true;
    else
        flow->access_revoked = true;
    return next_undoing(flow, err);
}

mcpauth_status ma_logout_ask_unregistration(
    mcpauth_flow *flow, mcpauth_error *err)
{
    if (is_late(flow))
        return forget(flow, err);
    mcpauth_status st = ma_request_post(
        &flow->request, registration_uri(flow), "application/json", err);
    if (st)
        return st;
    flow->request.view.method = "DELETE";
    const char *access =
        ma_json_text(registered_client(flow), "registration_access_token");
    if (access) {
        MA_SCOPED(ma_buf) field = ma_buf_init(MA_REQUEST_BODY_MAX);
        ma_buf_addf(&field, "Bearer %s", access);
        st = ma_buf_status(&field, "a header", err);
        if (!st)
            st = mcpauth_headers_add(flow->request.headers, "Authorization",
                ma_buf_text(&field), err);
    }
    return st ? st : ma_fetch_ask(flow, err);
}

mcpauth_status ma_logout_got_unregistration(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err)
{
    report(flow, fetch, 0, "deleting the registered client");
    return next_undoing(flow, err);
}
