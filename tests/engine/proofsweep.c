/* proofsweep.c - keys, proofs and what answers say of them, once for every
 * allocation that can fail (S-082): E_NOMEM and no output, or the output. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_sweep.h"
#include "base/error.h"
#include "base/headers.h"
#include "base/jws.h"
#include "base/keys_test.h"
#include "oauth/assertion.h"
#include "oauth/dpop.h"
#include "oauth/jwtview.h"
#include "oauth/nonces.h"

/* What stands ready before memory runs out. */
typedef struct {
    ma_key *key;
    ma_url url;
    mcpauth_headers *headers;
} place;

typedef mcpauth_status (*act_fn)(const place *at);

static mcpauth_status read_keys(const place *at)
{
    (void)at;
    static const char *const texts[] = {
        RSA_JWK, ED_JWK, "{\"kid\":\"1\"," EC_MEMBERS "}"};
    mcpauth_status st = MCPAUTH_OK;
    for (size_t i = 0; !st && i < sizeof texts / sizeof *texts; i++) {
        MA_AUTO(ma_key) key = NULL;
        st = ma_key_read(ma_span_of(texts[i]), &key, NULL);
        assert_true(!st == (key != NULL));
    }
    return st;
}

static mcpauth_status write_key(const place *at)
{
    MA_AUTO(ma_key) key = NULL;
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_KEY_TEXT_MAX);
    mcpauth_status st = ma_key_generate(&key, NULL);
    if (!st)
        st = ma_key_write_pem(&text, key, NULL);
    if (!st)
        st = ma_key_write_thumbprint(&text, at->key, NULL);
    return st;
}

static mcpauth_status prove(const place *at)
{
    const ma_assertion assertion = {.key = at->key,
        .alg = "ES256",
        .client_id = "me",
        .audience = "https://as.example",
        .jti = "j"};
    const ma_dpop proof = {.key = at->key,
        .alg = "ES256",
        .method = "POST",
        .url = &at->url,
        .token = ma_span_of("token"),
        .nonce = "n",
        .jti = "j"};
    MA_SCOPED(ma_buf) form = ma_buf_init(MA_JWS_MAX);
    MA_SCOPED(ma_buf) field = ma_buf_init(MA_JWS_MAX);
    mcpauth_status st = ma_assertion_apply(&form, &assertion, NULL);
    return st ? st : ma_dpop_write(&field, &proof, NULL);
}

static mcpauth_status remember(const place *at)
{
    MA_SCOPED(ma_nonces) nonces = {0};
    const char *nonce = NULL;
    ma_dpop_demand demand = MA_DPOP_CONTENT;
    mcpauth_status st = ma_dpop_read_challenge(401, at->headers, &demand, NULL);
    if (!st)
        st = ma_nonces_note(
            &nonces, MA_NONCES_RESOURCE, &at->url, at->headers, NULL);
    if (!st)
        st = ma_nonces_get(&nonces, MA_NONCES_RESOURCE, &at->url, &nonce, NULL);
    if (!st)
        assert_true(demand == MA_DPOP_NONCE && nonce);
    return st;
}

static mcpauth_status look(const place *at)
{
    (void)at;
    MA_SCOPED(ma_jwtview) view = {0};
    mcpauth_status st = ma_jwtview_parse(ma_span_of(RSA_JWS), &view, NULL);
    assert_true(!st == (view.claims != NULL));
    return st;
}

static void sweep(act_fn act, const place *at)
{
    for (int all = 0; all < 2; all++) {
        bool failed = true;
        for (size_t position = 1; failed; position++) {
            alloc_sweep_start(position, all);
            mcpauth_status st = act(at);
            failed = alloc_sweep_stop();
            if (st != (failed ? MCPAUTH_E_NOMEM : MCPAUTH_OK))
                fail_msg(
                    "allocation %zu: %s", position, mcpauth_status_name(st));
        }
    }
}

static void whatever_runs_out_is_said_S_082(void **state)
{
    (void)state;
    place at = {.headers = mcpauth_headers_new()};
    assert_int_equal(
        ma_key_read(ma_span_of(EC_JWK), &at.key, NULL), MCPAUTH_OK);
    assert_int_equal(
        ma_url_parse(ma_span_of("https://a.example/mcp"), &at.url, NULL),
        MCPAUTH_OK);
    assert_int_equal(mcpauth_headers_add(at.headers, "WWW-Authenticate",
                         "Bearer, DPoP error=use_dpop_nonce, algs=ES256", NULL),
        MCPAUTH_OK);
    assert_int_equal(
        mcpauth_headers_add(at.headers, "DPoP-Nonce", "n", NULL), MCPAUTH_OK);
    static const act_fn acts[] = {read_keys, write_key, prove, remember, look};
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        sweep(acts[i], &at);
    mcpauth_headers_free(at.headers);
    ma_url_done(&at.url);
    ma_key_free(at.key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_runs_out_is_said_S_082),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
