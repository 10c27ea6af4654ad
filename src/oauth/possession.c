/* possession.c - which key, and a proof for each request. */
#include "oauth/possession.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/httpdate.h"
#include "oauth/fetch.h"
#include "oauth/pkce.h"

enum { PROOF_MAX = 16 * 1024, CLOCKS_AGREE_MS = 30000 };

/* --- whether -------------------------------------------------------------- */

/* The token that is there is bound, and to be renewed or widened. */
static bool is_bound(const mcpauth_flow *flow)
{
    return flow->token && ma_token_is_bound(flow->token) &&
           flow->purpose != MCPAUTH_FLOW_LOGIN;
}

static bool is_required(const mcpauth_flow *flow)
{
    return ma_config_is(flow->config, MA_CONFIG_DPOP, "always") ||
           flow->resource_metadata.dpop_required;
}

/* Most servers that know DPoP are authorization servers whose MCP servers do
 * not: it is the latter that must want it. */
static bool is_wanted(const mcpauth_flow *flow)
{
    return is_required(flow) || flow->challenge.dpop ||
           ma_json_count(flow->resource_metadata.dpop_algs) || is_bound(flow);
}

/* The one that the token at this issuer is bound to, or a new one. */
static mcpauth_status find_key(mcpauth_flow *flow, mcpauth_error *err)
{
    const char *issuer = flow->token ? mcpauth_token_issuer(flow->token) : NULL;
    const ma_secret *kept = flow->token ? ma_token_key(flow->token) : NULL;
    if (flow->key)
        return MCPAUTH_OK;
    if (kept && issuer && !strcmp(issuer, flow->issuer))
        return ma_key_read(ma_secret_span(kept), &flow->key, err);
    return ma_key_generate(&flow->key, err);
}

/* What an authorization request names of the key (RFC 9449 10). */
static mcpauth_status keep_thumbprint(mcpauth_flow *flow, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(256);
    mcpauth_status st = ma_key_write_thumbprint(&text, flow->key, err);
    if (!st)
        st = ma_buf_status(&text, "the key's thumbprint", err);
    return st ? st
              : ma_flow_set_text(&flow->thumbprint, ma_buf_text(&text), err);
}

static mcpauth_status refuse_never(const mcpauth_flow *flow, mcpauth_error *err)
{
    MA_AUTO(ma_text)
    server = ma_url_redacted(ma_config_server_text(flow->config));
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
        "%s takes only tokens that are bound to a key (DPoP), and the "
        "configuration says dpop=never",
        server ? server : "the MCP server");
    ma_error_hint(err, "leave dpop out, or set it to auto");
    return st;
}

static mcpauth_status refuse_algs(
    const mcpauth_flow *flow, mcpauth_status status, mcpauth_error *err)
{
    MA_AUTO(ma_text) issuer = ma_url_redacted(flow->issuer);
    ma_error_hint(err, "have ES256 allowed for DPoP there");
    return ma_error_in(err, status,
        "a token bound to a key (DPoP) is wanted, and %s cannot make one",
        issuer ? issuer : "the authorization server");
}

mcpauth_status ma_possession_choose(mcpauth_flow *flow, mcpauth_error *err)
{
    const char *alg = NULL;
    flow->proves = false;
    if (ma_config_is(flow->config, MA_CONFIG_DPOP, "never"))
        return flow->resource_metadata.dpop_required ? refuse_never(flow, err)
                                                     : MCPAUTH_OK;
    if (!is_wanted(flow))
        return MCPAUTH_OK;
    mcpauth_status st = find_key(flow, err);
    if (st)
        return st;
    st = ma_dpop_choose_alg(
        flow->key, flow->server.dpop_signing_alg_values_supported, &alg, err);
    if (st == MCPAUTH_E_UNSUPPORTED && !is_required(flow)) {
        mcpauth_error_clear(err);
        ma_config_log(flow->config, 0, "token",
            "the MCP server takes tokens bound to a key (DPoP), but its "
            "authorization server signs by nothing this client can; asking "
            "for one that is not bound");
        return MCPAUTH_OK;
    }
    if (st)
        return st == MCPAUTH_E_UNSUPPORTED ? refuse_algs(flow, st, err) : st;
    flow->proves = true;
    return keep_thumbprint(flow, err);
}

/* --- proofs -------------------------------------------------------------- */

mcpauth_status ma_possession_prove(const mcpauth_config *config,
    const ma_dpop *proof, const char *url, ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(ma_url) parsed = {0};
    MA_AUTO(ma_secret) jti = NULL;
    ma_dpop whole = *proof;
    mcpauth_status st = ma_url_parse(ma_span_of(url), &parsed, err);
    if (!st)
        st = ma_pkce_random(config, &jti, err);
    if (st)
        return st;
    whole.url = &parsed;
    whole.alg = ma_key_choose_alg(proof->key, NULL);
    whole.jti = ma_secret_text(jti);
    return ma_dpop_write(to, &whole, err);
}

/* What is known of the place flow->request goes to. */
static mcpauth_status find_nonce(
    const mcpauth_flow *flow, const char **out, mcpauth_error *err)
{
    MA_SCOPED(ma_url) url = {0};
    mcpauth_status st =
        ma_url_parse(ma_buf_span(&flow->request.url), &url, err);
    return st ? st
              : ma_nonces_get(
                    &flow->nonces, MA_NONCES_AUTHORIZATION, &url, out, err);
}

mcpauth_status ma_possession_add(mcpauth_flow *flow, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) field = ma_buf_init(PROOF_MAX);
    ma_dpop proof = {
        .key = flow->key,
        .method = "POST",
        .now_ms = flow->now_ms + flow->skew_ms,
    };
    if (!flow->proves)
        return MCPAUTH_OK;
    mcpauth_status st = ma_buf_status(&flow->request.url, "a URL", err);
    if (!st)
        st = find_nonce(flow, &proof.nonce, err);
    if (!st)
        st = ma_possession_prove(
            flow->config, &proof, ma_buf_text(&flow->request.url), &field, err);
    if (!st)
        st = ma_buf_status(&field, "the DPoP proof", err);
    return st ? st
              : mcpauth_headers_add(
                    flow->request.headers, "DPoP", ma_buf_text(&field), err);
}

/* --- answers ------------------------------------------------------------- */

int64_t ma_possession_skew_ms(const mcpauth_headers *headers, int64_t now_ms)
{
    const char *date = mcpauth_headers_get(headers, "Date");
    int64_t theirs_ms = 0;
    if (!date || !ma_httpdate_parse(ma_span_of(date), &theirs_ms))
        return 0;
    int64_t ahead_ms = theirs_ms - now_ms;
    bool agree = ahead_ms > -CLOCKS_AGREE_MS && ahead_ms < CLOCKS_AGREE_MS;
    return agree ? 0 : ahead_ms;
}

/* A proof is dated; a clock that is off can be allowed for, once. */
static bool may_redate(mcpauth_flow *flow, const mcpauth_headers *headers)
{
    int64_t skew_ms = ma_possession_skew_ms(headers, flow->now_ms);
    if (!skew_ms || flow->skew_ms)
        return false;
    flow->skew_ms = skew_ms;
    ma_config_log(flow->config, 0, "token",
        "the clock of this machine is %lld s %s that of the authorization "
        "server; proofs are dated by the latter",
        (long long)(skew_ms > 0 ? skew_ms : -skew_ms) / 1000,
        skew_ms > 0 ? "behind" : "ahead of");
    return true;
}

/* Without memory for it the server asks once more; a token that came beside it
 * is not to be lost for that. */
static void note_nonce(mcpauth_flow *flow, const mcpauth_headers *headers)
{
    MA_SCOPED(ma_url) url = {0};
    mcpauth_status st =
        ma_url_parse(ma_buf_span(&flow->request.url), &url, NULL);
    if (!st)
        st = ma_nonces_note(
            &flow->nonces, MA_NONCES_AUTHORIZATION, &url, headers, NULL);
    (void)st;
}

mcpauth_status ma_possession_read(mcpauth_flow *flow,
    const ma_flow_fetch *fetch, bool *out_again, mcpauth_error *err)
{
    ma_dpop_demand demand = MA_DPOP_CONTENT;
    *out_again = false;
    if (!flow->proves || fetch->status)
        return MCPAUTH_OK;
    const mcpauth_answer *answer = fetch->answer;
    note_nonce(flow, answer->headers);
    mcpauth_status st = ma_dpop_read_refusal(answer->http_status,
        answer->headers, ma_fetch_body(fetch), &demand, err);
    if (st)
        return st;
    bool before = flow->nonce_wanted;
    flow->nonce_wanted = demand == MA_DPOP_NONCE;
    *out_again = (demand == MA_DPOP_NONCE && !before) ||
                 (demand == MA_DPOP_PROOF && may_redate(flow, answer->headers));
    if (*out_again)
        ma_config_log(flow->config, 1, "token",
            "the authorization server wants another proof (%s)",
            demand == MA_DPOP_NONCE ? "use_dpop_nonce" : "invalid_dpop_proof");
    return MCPAUTH_OK;
}

/* --- the token ----------------------------------------------------------- */

mcpauth_status ma_possession_judge(
    const mcpauth_flow *flow, bool bound, mcpauth_error *err)
{
    bool offered =
        ma_json_count(flow->server.dpop_signing_alg_values_supported);
    if (bound == flow->proves)
        return MCPAUTH_OK;
    if (bound)
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the token is of type DPoP, bound to a key that nobody showed");
    if (offered || is_required(flow)) {
        mcpauth_status st = ma_error_set(err, MCPAUTH_E_UNTRUSTED,
            "the token is of type Bearer, though a proof for a key was sent "
            "that it was to be bound to");
        ma_error_hint(err,
            "somebody between here and there may have taken the proof away; "
            "dpop=never asks for unbound tokens");
        return st;
    }
    ma_config_log(flow->config, 0, "token",
        "the authorization server binds no tokens to keys (DPoP); the token is "
        "good for whoever has it");
    return MCPAUTH_OK;
}
