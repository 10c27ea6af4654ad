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

mcpauth_status ma_clientproof_add_chosen(mcpauth_flow *flow, mcpauth_error *err)
{
    const ma_clientproof proof = {
        .method = flow->auth_method,
        .client_id = flow->client_id,
        .secret = ma_secret_span(flow->client_secret),
        .alg = flow->auth_alg,
        .audience = ma_clientproof_audience(flow),
    };
    return ma_clientproof_add(flow, &proof, err);
}
