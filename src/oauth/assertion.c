/* assertion.c - who the client is, for whom it says so, and until when. */
#include "oauth/assertion.h"

#include <inttypes.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/form.h"
#include "base/jws.h"
#include "base/quote.h"

#define BEARER_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

enum { PART_MAX = 16 * 1024 };

/* fixed is none of the key's. */
static mcpauth_status refuse_fixed(
    const ma_key *key, const char *fixed, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) ours = ma_buf_init(MA_QUOTE_MAX);
    ma_key_write_algs(&ours, key);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
        "this client's key does not sign by %s, but by %s", fixed,
        ma_buf_text(&ours));
    ma_error_hint(err,
        "set token_endpoint_auth_signing_alg to one of those, or leave it "
        "out");
    return st;
}

static mcpauth_status refuse_all(const ma_key *key, const ma_json *supported,
    const char *fixed, mcpauth_error *err)
{
    MA_AUTO(ma_text) theirs = ma_json_quote_texts(supported);
    MA_SCOPED(ma_buf) ours = ma_buf_init(MA_QUOTE_MAX);
    if (fixed)
        ma_buf_add_text(&ours, fixed);
    else
        ma_key_write_algs(&ours, key);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
        "the token endpoint takes no signature that this client's key makes "
        "(%s), but %s",
        ma_buf_text(&ours), theirs ? theirs : "others");
    ma_error_hint(err, "register a key of another kind for this client");
    return st;
}

mcpauth_status ma_assertion_choose_alg(const ma_key *key,
    const ma_json *supported, const char *fixed, const char **out_alg,
    mcpauth_error *err)
{
    const char *alg =
        fixed ? ma_key_find_alg(key, fixed) : ma_key_choose_alg(key, supported);
    if (fixed && !alg)
        return refuse_fixed(key, fixed, err);
    if (!alg || (ma_json_count(supported) && !ma_json_has(supported, alg)))
        return refuse_all(key, supported, fixed, err);
    *out_alg = alg;
    return MCPAUTH_OK;
}

static void write_member(ma_buf *to, const char *name, const char *text)
{
    ma_buf_addf(to, "\"%s\":", name);
    ma_json_write_string(to, ma_span_of(text));
    ma_buf_add_byte(to, ',');
}

static void write_header(ma_buf *to, const ma_assertion *in)
{
    ma_buf_add_byte(to, '{');
    if (ma_key_id(in->key))
        write_member(to, "kid", ma_key_id(in->key));
    write_member(to, "typ", in->type ? in->type : MA_ASSERTION_TYPE);
    ma_buf_addf(to, "\"alg\":\"%s\"}", in->alg);
}

static void write_claims(ma_buf *to, const ma_assertion *in)
{
    int64_t now_s = in->now_ms / 1000;
    ma_buf_add_byte(to, '{');
    write_member(to, "iss", in->client_id);
    write_member(to, "sub", in->client_id);
    write_member(to, "aud", in->audience);
    write_member(to, "jti", in->jti);
    ma_buf_addf(to, "\"iat\":%" PRId64 ",\"exp\":%" PRId64 "}", now_s,
        now_s + MA_ASSERTION_LIFE_S);
}

mcpauth_status ma_assertion_write(
    ma_buf *to, const ma_assertion *assertion, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) header = ma_buf_init(PART_MAX);
    MA_SCOPED(ma_buf) claims = ma_buf_init(PART_MAX);
    write_header(&header, assertion);
    write_claims(&claims, assertion);
    mcpauth_status st = ma_buf_status(&header, "the client's assertion", err);
    if (!st)
        st = ma_buf_status(&claims, "the client's assertion", err);
    if (!st)
        st = ma_jws_write(to, assertion->key, assertion->alg,
            ma_buf_span(&header), ma_buf_span(&claims), err);
    return st;
}

mcpauth_status ma_assertion_apply(
    ma_buf *form, const ma_assertion *assertion, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_JWS_MAX);
    mcpauth_status st = ma_assertion_write(&text, assertion, err);
    if (st)
        return st;
    ma_form_add(form, "client_assertion_type", ma_span_of(BEARER_TYPE));
    ma_form_add(form, "client_assertion", ma_buf_span(&text));
    return ma_buf_status(form, "the token request", err);
}
