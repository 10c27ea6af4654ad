/* dpop.h - proofs that the key a token is bound to is at hand (RFC 9449). */
#ifndef MA_OAUTH_DPOP_H
#define MA_OAUTH_DPOP_H

#include <mcpauth/http.h>
#include <stdint.h>

#include "base/key.h"
#include "base/url.h"

/* What one proof says.  Each request has its own, repeated ones too.
 */
typedef struct {
    const ma_key *key;
    const char *alg;    /* of ma_dpop_choose_alg */
    const char *method; /* as it is sent */
    const ma_url *url;
    ma_span token;     /* the access token sent along; at NULL: none */
    const char *nonce; /* of ma_nonces_get; NULL: none */
    const char *jti;   /* 96 random bits or more, as ma_pkce_random makes */
    int64_t now_ms;
} ma_dpop;

/* supported: dpop_signing_alg_values_supported; NULL or empty: whatever the
 * key can.  E_UNSUPPORTED: nothing is common to both. */
mcpauth_status ma_dpop_choose_alg(const ma_key *key, const ma_json *supported,
    const char **out_alg, mcpauth_error *err);

/* Appends the value of the DPoP field (4.2). */
mcpauth_status ma_dpop_write(
    ma_buf *to, const ma_dpop *proof, mcpauth_error *err);

/* What an answer says of the proof. */
typedef enum {
    MA_DPOP_CONTENT, /* nothing */
    MA_DPOP_NONCE,   /* use_dpop_nonce, and a nonce stands beside it */
    MA_DPOP_PROOF    /* invalid_dpop_proof: the clock may be wrong */
} ma_dpop_demand;

/* Of an endpoint of an authorization server (8; A-206). */
mcpauth_status ma_dpop_read_refusal(int http_status,
    const mcpauth_headers *headers, ma_span body, ma_dpop_demand *out,
    mcpauth_error *err);

/* Of the MCP server (9; A-207). */
mcpauth_status ma_dpop_read_challenge(int http_status,
    const mcpauth_headers *headers, ma_dpop_demand *out, mcpauth_error *err);

#endif
