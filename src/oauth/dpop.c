/* dpop.c - what is asked of whom, when, and with which token. */
#include "oauth/dpop.h"

#include <inttypes.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "base/crypto.h"
#include "base/error.h"
#include "base/jws.h"
#include "base/quote.h"
#include "oauth/challenge.h"
#include "oauth/nonces.h"

enum { PART_MAX = 16 * 1024 };

mcpauth_status ma_dpop_choose_alg(const ma_key *key, const ma_json *supported,
    const char **out_alg, mcpauth_error *err)
{
    const char *alg = ma_key_choose_alg(key, supported);
    if (alg) {
        *out_alg = alg;
        return MCPAUTH_OK;
    }
    MA_AUTO(ma_text) theirs = ma_json_quote_texts(supported);
    MA_SCOPED(ma_buf) ours = ma_buf_init(MA_QUOTE_MAX);
    ma_key_write_algs(&ours, key);
    return ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
        "the server takes no DPoP proof that is signed by %s, but %s",
        ma_buf_text(&ours), theirs ? theirs : "others");
}

/* --- proof --------------------------------------------------------------- */

/* RFC 9449 4.2: without query and fragment, in RFC 3986's normal form. */
static void write_address(ma_buf *to, const ma_url *url)
{
    MA_SCOPED(ma_buf) address = ma_buf_init(MA_URL_MAX);
    ma_url_write_origin(&address, url);
    if (url->path.len)
        ma_buf_add_span(&address, url->path);
    else
        ma_buf_add_byte(&address, '/');
    ma_json_write_string(to, ma_buf_span(&address));
    if (address.failed && !to->failed)
        to->failed = address.failed;
}

static mcpauth_status write_token_hash(
    ma_buf *to, ma_span token, mcpauth_error *err)
{
    unsigned char digest[MA_SHA256_LEN];
    mcpauth_status st = ma_crypto_sha256(token, digest, err);
    if (st)
        return st;
    ma_buf_add_text(to, ",\"ath\":\"");
    ma_base64_write_url(to, ma_span_make((const char *)digest, sizeof digest));
    ma_buf_add_byte(to, '"');
    return MCPAUTH_OK;
}

static mcpauth_status write_claims(
    ma_buf *to, const ma_dpop *in, mcpauth_error *err)
{
    ma_buf_add_text(to, "{\"jti\":");
    ma_json_write_string(to, ma_span_of(in->jti));
    ma_buf_add_text(to, ",\"htm\":");
    ma_json_write_string(to, ma_span_of(in->method));
    ma_buf_add_text(to, ",\"htu\":");
    write_address(to, in->url);
    ma_buf_addf(to, ",\"iat\":%" PRId64, in->now_ms / 1000);
    mcpauth_status st = MCPAUTH_OK;
    if (in->token.at)
        st = write_token_hash(to, in->token, err);
    if (in->nonce) {
        ma_buf_add_text(to, ",\"nonce\":");
        ma_json_write_string(to, ma_span_of(in->nonce));
    }
    ma_buf_add_byte(to, '}');
    return st ? st : ma_buf_status(to, "the DPoP proof", err);
}

static mcpauth_status write_header(
    ma_buf *to, const ma_dpop *in, mcpauth_error *err)
{
    ma_buf_addf(to, "{\"typ\":\"dpop+jwt\",\"alg\":\"%s\",\"jwk\":", in->alg);
    mcpauth_status st = ma_key_write_jwk(to, in->key, err);
    ma_buf_add_byte(to, '}');
    return st ? st : ma_buf_status(to, "the DPoP proof", err);
}

mcpauth_status ma_dpop_write(
    ma_buf *to, const ma_dpop *proof, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) header = ma_buf_init(PART_MAX);
    MA_SCOPED(ma_buf) claims = ma_buf_init(PART_MAX);
    mcpauth_status st = write_header(&header, proof, err);
    if (!st)
        st = write_claims(&claims, proof, err);
    if (!st)
        st = ma_jws_write(to, proof->key, proof->alg, ma_buf_span(&header),
            ma_buf_span(&claims), err);
    return st;
}

/* --- answers ------------------------------------------------------------- */

/* Without a nonce there is nothing to do better. */
static ma_dpop_demand judge(const char *error, const mcpauth_headers *headers)
{
    ma_span code = ma_span_of(error);
    if (ma_span_is(code, "invalid_dpop_proof"))
        return MA_DPOP_PROOF;
    if (ma_span_is(code, "use_dpop_nonce") && ma_nonces_find(headers))
        return MA_DPOP_NONCE;
    return MA_DPOP_CONTENT;
}

mcpauth_status ma_dpop_read_refusal(int http_status,
    const mcpauth_headers *headers, ma_span body, ma_dpop_demand *out,
    mcpauth_error *err)
{
    *out = MA_DPOP_CONTENT;
    if (http_status != 400 && http_status != 401)
        return MCPAUTH_OK;
    MA_AUTO(ma_json) document = NULL;
    if (ma_json_parse_object(body, &document, NULL) == MCPAUTH_E_NOMEM)
        return ma_error_nomem(err);
    *out = judge(ma_json_text(document, "error"), headers);
    return MCPAUTH_OK;
}

mcpauth_status ma_dpop_read_challenge(int http_status,
    const mcpauth_headers *headers, ma_dpop_demand *out, mcpauth_error *err)
{
    *out = MA_DPOP_CONTENT;
    if (http_status != 401)
        return MCPAUTH_OK;
    MA_SCOPED(ma_challenge) challenge = {0};
    mcpauth_status st = ma_challenge_parse(headers, &challenge, err);
    if (st)
        return st;
    *out = judge(challenge.dpop_error, headers);
    return MCPAUTH_OK;
}
