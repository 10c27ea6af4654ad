/* caller.c - one thread's way to a provider's tokens. */
#include <mcpauth/client.h>

#include "agentcore/awsrefusal.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/headers.h"
#include "base/key.h"
#include "base/url.h"
#include "client/caller.h"
#include "client/provider.h"
#include "oauth/attempt.h"
#include "oauth/config.h"
#include "oauth/token.h"

enum { HEADER_MAX = 64 * 1024 };

struct mcpauth_caller {
    mcpauth_provider *provider;
    mcpauth_attempt *attempt;
    ma_provider_copy copy;
    int64_t fresh_until_ms;
    ma_buf header; /* empty: nothing to attach */
    ma_key *key;   /* that the token is bound to; NULL: none */
    ma_buf url;    /* of the last proof */
    ma_buf proof;
    bool proved_again; /* for this request, since the last was refused */
    int64_t timeout_ms;
    bool again;          /* the next header is for the request in hand */
    ma_signer_used used; /* for the last signature */
    bool renewed;        /* that was, for this request */
};

mcpauth_status mcpauth_caller_new(
    mcpauth_provider *provider, mcpauth_caller **out_caller, mcpauth_error *err)
{
    MA_AUTO(mcpauth_caller) caller = ma_calloc(1, sizeof *caller);
    if (!caller)
        return ma_error_nomem(err);
    caller->provider = provider;
    caller->header = ma_buf_init(HEADER_MAX);
    caller->url = ma_buf_init(MA_URL_MAX);
    caller->proof = ma_buf_init(HEADER_MAX);
    caller->attempt = mcpauth_attempt_new();
    if (!caller->attempt)
        return ma_error_nomem(err);
    *out_caller = ma_move(&caller);
    return MCPAUTH_OK;
}

void mcpauth_caller_free(mcpauth_caller *caller)
{
    if (!caller)
        return;
    mcpauth_attempt_free(caller->attempt);
    mcpauth_token_free(caller->copy.token);
    ma_buf_done(&caller->header);
    ma_buf_done(&caller->url);
    ma_buf_done(&caller->proof);
    ma_key_free(caller->key);
    ma_signer_used_done(&caller->used);
    ma_free(caller);
}

void mcpauth_caller_set_timeout(mcpauth_caller *caller, int64_t timeout_ms)
{
    caller->timeout_ms = timeout_ms;
}

/* A token without the key it is bound to is never published. */
static mcpauth_status read_key(mcpauth_caller *caller, mcpauth_error *err)
{
    const mcpauth_token *token = caller->copy.token;
    ma_key_free(ma_move(&caller->key));
    return token && ma_token_is_bound(token)
               ? ma_key_read(
                     ma_secret_span(ma_token_key(token)), &caller->key, err)
               : MCPAUTH_OK;
}

static mcpauth_status write_header(mcpauth_caller *caller, mcpauth_error *err)
{
    const mcpauth_token *token = caller->copy.token;
    caller->fresh_until_ms = token ? ma_token_fresh_until_ms(token) : INT64_MAX;
    ma_buf_clear(&caller->header);
    mcpauth_status st = read_key(caller, err);
    if (st || !token)
        return st;
    ma_buf_addf(&caller->header, "%s ", mcpauth_token_type(token));
    ma_buf_add_span(&caller->header, ma_token_access_span(token));
    return ma_buf_status(&caller->header, "the Authorization field", err);
}

static bool is_hit(const mcpauth_caller *caller)
{
    return caller->copy.generation &&
           caller->copy.generation ==
               ma_provider_generation(caller->provider) &&
           ma_clock_now_ms() < caller->fresh_until_ms;
}

static ma_signer *find_signer(const mcpauth_caller *caller)
{
    return ma_provider_signer(caller->provider);
}

static bool wants_tokens(const mcpauth_caller *caller)
{
    return ma_config_wants_tokens(ma_provider_config(caller->provider));
}

bool ma_caller_is_ready(const mcpauth_caller *caller)
{
    if (find_signer(caller))
        return ma_signer_is_ready(find_signer(caller));
    return !wants_tokens(caller) || caller->again || is_hit(caller) ||
           ma_provider_is_ready(caller->provider);
}

static void forget_request(mcpauth_caller *caller)
{
    mcpauth_attempt_reset(caller->attempt);
    caller->proved_again = false;
    caller->renewed = false;
}

/* There is no token, only what signs. */
static mcpauth_status prepare(
    mcpauth_caller *caller, const char **out_header, mcpauth_error *err)
{
    bool again = caller->again;
    ma_signer *signer = find_signer(caller);
    caller->again = false;
    if (!again)
        forget_request(caller);
    mcpauth_status st = signer ? ma_signer_prepare(signer, err) : MCPAUTH_OK;
    if (!st)
        *out_header = NULL;
    return st;
}

mcpauth_status mcpauth_caller_header(
    mcpauth_caller *caller, const char **out_header, mcpauth_error *err)
{
    if (!wants_tokens(caller))
        return prepare(caller, out_header, err);
    /* A token made for the request in hand is sent even if it is so short
     * lived that it would not be taken from a cache. */
    bool again = caller->again;
    caller->again = false;
    if (!again)
        forget_request(caller);
    if (!again && !is_hit(caller)) {
        mcpauth_status st = ma_provider_attach(caller->provider,
            caller->timeout_ms, caller->attempt, &caller->copy, err);
        if (!st)
            st = write_header(caller, err);
        if (st)
            return st;
    }
    *out_header = caller->header.len ? ma_buf_text(&caller->header) : NULL;
    return MCPAUTH_OK;
}

/* --- proofs -------------------------------------------------------------- */

mcpauth_status mcpauth_caller_proof(mcpauth_caller *caller, const char *method,
    const char *url, const char **out_proof, mcpauth_error *err)
{
    if (!caller->key) {
        *out_proof = NULL;
        return MCPAUTH_OK;
    }
    const ma_dpop proof = {
        .key = caller->key,
        .method = method,
        .token = ma_token_access_span(caller->copy.token),
    };
    ma_buf_clear(&caller->url);
    ma_buf_clear(&caller->proof);
    ma_buf_add_text(&caller->url, url);
    mcpauth_status st = ma_buf_status(&caller->url, "the URL", err);
    if (!st)
        st = ma_prover_write(ma_provider_prover(caller->provider),
            ma_provider_config(caller->provider), &proof, url, &caller->proof,
            err);
    if (!st)
        st = ma_buf_status(&caller->proof, "the DPoP proof", err);
    if (!st)
        *out_proof = ma_buf_text(&caller->proof);
    return st;
}

/* --- one request --------------------------------------------------------- */

static mcpauth_status add_token(mcpauth_caller *caller,
    const mcpauth_http_request *request, mcpauth_headers *headers,
    mcpauth_error *err)
{
    const char *proof = NULL;
    mcpauth_status st = mcpauth_caller_proof(
        caller, request->method, request->url, &proof, err);
    if (!st && caller->header.len)
        st = ma_headers_set(
            headers, "Authorization", ma_buf_text(&caller->header), err);
    return st || !proof ? st : ma_headers_set(headers, "DPoP", proof, err);
}

mcpauth_status mcpauth_caller_authorize(mcpauth_caller *caller,
    const mcpauth_http_request *request, mcpauth_headers *headers,
    mcpauth_error *err)
{
    const char *header = NULL;
    mcpauth_status st = mcpauth_caller_header(caller, &header, err);
    if (!st && header)
        return add_token(caller, request, headers, err);
    return st || !find_signer(caller)
               ? st
               : ma_signer_sign(
                     find_signer(caller), request, headers, &caller->used, err);
}

void ma_caller_note(
    const mcpauth_caller *caller, const mcpauth_headers *headers)
{
    if (caller->key && caller->url.len)
        ma_prover_note(ma_provider_prover(caller->provider),
            ma_buf_text(&caller->url), headers);
}

static mcpauth_status refuse_proof(
    const mcpauth_answer *answer, ma_dpop_demand demand, mcpauth_error *err)
{
    bool nonce = demand == MA_DPOP_NONCE;
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_REFUSED,
        nonce ? "the MCP server wants a nonce in the proof of the token's key "
                "(use_dpop_nonce), and another one when it gets that"
              : "the MCP server refuses the proof of the token's key "
                "(invalid_dpop_proof)");
    ma_error_http_status(err, answer->http_status);
    ma_error_hint(err, nonce ? "tell whoever runs the server"
                             : "check the clock of this machine, and that the "
                               "server is reached under its own address");
    return st;
}

/* A proof that will not do says nothing about the token. */
static mcpauth_status judge_proof(mcpauth_caller *caller,
    const mcpauth_answer *answer, bool *out_again, mcpauth_error *err)
{
    ma_dpop_demand demand = MA_DPOP_CONTENT;
    bool before = caller->proved_again;
    *out_again = false;
    if (!caller->key)
        return MCPAUTH_OK;
    mcpauth_status st = ma_dpop_read_challenge(
        answer->http_status, answer->headers, &demand, err);
    if (st || demand == MA_DPOP_CONTENT)
        return st;
    *out_again =
        !before && (demand == MA_DPOP_NONCE ||
                       ma_prover_redate(ma_provider_prover(caller->provider),
                           answer->headers));
    caller->proved_again = *out_again;
    return *out_again ? MCPAUTH_OK : refuse_proof(answer, demand, err);
}

/* --- answers ------------------------------------------------------------- */

static mcpauth_status find_better(
    mcpauth_caller *caller, const mcpauth_answer *answer, mcpauth_error *err)
{
    const mcpauth_config *config = ma_provider_config(caller->provider);
    mcpauth_status st =
        mcpauth_attempt_sent(caller->attempt, caller->copy.token, err);
    if (!st)
        st = mcpauth_attempt_judge(
            caller->attempt, config, answer, ma_clock_now_ms(), err);
    if (st && ma_attempt_must_mark(caller->attempt))
        ma_provider_mark_refused(caller->provider, caller->copy.token);
    if (!st)
        st = ma_provider_challenge(caller->provider, caller->timeout_ms,
            caller->attempt, answer, &caller->copy, err);
    return st ? st : write_header(caller, err);
}

/* What has expired may have been renewed by somebody, once. */
static mcpauth_status judge_signature(mcpauth_caller *caller,
    const mcpauth_answer *answer, bool *out_again, mcpauth_error *err)
{
    bool other = false;
    bool refused = answer->http_status == 401 || answer->http_status == 403;
    mcpauth_status st = MCPAUTH_OK;
    if (refused && !caller->renewed && ma_awsrefusal_is_expiry(answer)) {
        caller->renewed = true;
        st = ma_signer_renew(find_signer(caller), &caller->used, &other, err);
    }
    if (!st && refused && !other) {
        st = ma_awsrefusal_tell(answer, ma_clock_now_ms(), err);
        ma_signer_mask(&caller->used, err);
    }
    caller->again = other;
    if (!other)
        forget_request(caller);
    if (!st)
        *out_again = other;
    return st;
}

mcpauth_status ma_caller_judge_proof(mcpauth_caller *caller,
    const mcpauth_answer *answer, bool *out_again, mcpauth_error *err)
{
    ma_caller_note(caller, answer->headers);
    return judge_proof(caller, answer, out_again, err);
}

mcpauth_status mcpauth_caller_answered(mcpauth_caller *caller,
    const mcpauth_answer *answer, bool *out_again, mcpauth_error *err)
{
    bool refused = answer->http_status == 401 || answer->http_status == 403;
    bool again = false;
    if (find_signer(caller))
        return judge_signature(caller, answer, out_again, err);
    if (!wants_tokens(caller)) {
        *out_again = false;
        return MCPAUTH_OK;
    }
    mcpauth_status st = ma_caller_judge_proof(caller, answer, &again, err);
    if (!st && refused && !again)
        st = find_better(caller, answer, err);
    caller->again = refused && !st;
    if (!caller->again)
        forget_request(caller);
    if (!st)
        *out_again = caller->again;
    return st;
}
