/* clientproof.c - see clientproof.h. */
#include "oauth/clientproof.h"

#include "oauth/assertion.h"
#include "oauth/pkce.h"

/* nothing of it is used twice.  Servers from before the issuer was the
 * one audience know their endpoints, and JWT alone as a type. */
static mcpauth_status add_assertion(
    mcpauth_flow *flow, const ma_clientproof *proof, mcpauth_error *err)
{
    MA_AUTO(ma_secret) jti = NULL;
    mcpauth_status st = ma_pkce_random(flow->config, &jti, err);
    if (st)
        return st;
    bool old =
        ma_config_is(flow->config, MA_CONFIG_ASSERTION_AUDIENCE, "endpoint");
    const ma_assertion assertion = {
        .key = ma_config_private_key(flow->config),
        .alg = proof->alg,
        .client_id = proof->client_id,
        .audience = old ? ma_buf_text(&flow->request.url) : proof->audience,
        .type = old ? "JWT" : NULL,
        .jti = ma_secret_text(jti),
        .now_ms = flow->now_ms,
    };
    return ma_assertion_apply(&flow->request.body, &assertion, err);
}

mcpauth_status ma_clientproof_add(
    mcpauth_flow *flow, const ma_clientproof *proof, mcpauth_error *err)
{
    flow->request.view.certificate =
        proof->certified || ma_clientauth_is_tls(proof->method);
    if (proof->method == MA_CLIENTAUTH_KEY)
        return add_assertion(flow, proof, err);
    return ma_clientauth_apply(proof->method, ma_span_of(proof->client_id),
        proof->secret, flow->request.headers, &flow->request.body, err);
}

/* A server goes by the name that its document has. */
const char *ma_clientproof_audience(const mcpauth_flow *flow)
{
    return flow->server.issuer ? flow->server.issuer : flow->issuer;
}

const char *ma_clientproof_method(const mcpauth_flow *flow)
{
    const char *method = ma_config_text(flow->config, MA_CONFIG_AUTH_METHOD);
    return method ? method : flow->server.implied_auth_method;
}

mcpauth_status ma_clientproof_add_chosen(mcpauth_flow *flow, mcpauth_error *err)
{
    const ma_clientproof proof = {
        .method = flow->auth_method,
        .client_id = flow->client_id,
        .secret = ma_secret_span(flow->client_secret),
        .alg = flow->auth_alg,
        .audience = ma_clientproof_audience(flow),
        .certified = flow->server.certified,
    };
    return ma_clientproof_add(flow, &proof, err);
}

/* --- the client of the stored token -------------------------------------- */

const ma_json *ma_clientproof_registered(const mcpauth_flow *flow)
{
    const char *issuer = flow->token ? mcpauth_token_issuer(flow->token) : NULL;
    return issuer ? ma_record_client(&flow->record, issuer) : NULL;
}

/* How to sign: as is configured, else as for the token, if this key can. */
static const char *find_alg(const mcpauth_flow *flow, const ma_key *key)
{
    const char *configured = ma_config_text(flow->config, MA_CONFIG_AUTH_ALG);
    const char *used = ma_token_assertion_alg(flow->token);
    return configured || !used ? configured : ma_key_find_alg(key, used);
}

/* How the client that is configured proves itself; how to sign for the
 * token endpoint was found out then. */
static mcpauth_status choose_configured(const mcpauth_flow *flow,
    const ma_json *supported, ma_clientproof *proof, mcpauth_error *err)
{
    const mcpauth_config *config = flow->config;
    const ma_key *key = ma_config_private_key(config);
    proof->secret = ma_config_span(config, MA_CONFIG_CLIENT_SECRET);
    mcpauth_status st =
        ma_clientauth_choose(supported, ma_clientproof_method(flow),
            proof->secret.len > 0, key != NULL, &proof->method, err);
    if (st || proof->method != MA_CLIENTAUTH_KEY)
        return st;
    return ma_assertion_choose_alg(
        key, NULL, find_alg(flow, key), &proof->alg, err);
}

static mcpauth_status choose_registered(const mcpauth_flow *flow,
    const ma_json *supported, ma_clientproof *proof, mcpauth_error *err)
{
    const ma_json *client = ma_clientproof_registered(flow);
    proof->secret = ma_span_of(ma_json_text(client, "client_secret"));
    return ma_clientauth_choose(supported,
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

mcpauth_status ma_clientproof_add_stored(
    mcpauth_flow *flow, const ma_json *supported, mcpauth_error *err)
{
    const char *audience = ma_token_assertion_audience(flow->token);
    ma_clientproof proof = {
        .client_id = mcpauth_token_client_id(flow->token),
        .audience = audience ? audience : mcpauth_token_issuer(flow->token),
        .certified = ma_token_certified(flow->token),
    };
    mcpauth_status st = is_configured(flow, proof.client_id)
                            ? choose_configured(flow, supported, &proof, err)
                            : choose_registered(flow, supported, &proof, err);
    return st ? st : ma_clientproof_add(flow, &proof, err);
}
