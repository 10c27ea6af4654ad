/* prover.c - nonces and a clock under one lock. */
#include "client/prover.h"

#include <pthread.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "oauth/nonces.h"
#include "oauth/possession.h"

struct ma_prover {
    pthread_mutex_t mutex; /* guards what follows */
    ma_nonces nonces;
    int64_t skew_ms; /* the server's clock is ahead so much */
};

ma_prover *ma_prover_new(void)
{
    ma_prover *prover = ma_calloc(1, sizeof *prover);
    if (prover)
        pthread_mutex_init(&prover->mutex, NULL);
    return prover;
}

void ma_prover_free(ma_prover *prover)
{
    if (!prover)
        return;
    ma_nonces_done(&prover->nonces);
    pthread_mutex_destroy(&prover->mutex);
    ma_free(prover);
}

/* A copy for ma_free; NULL in *out: none is known. */
static mcpauth_status copy_nonce(ma_prover *prover, const char *url, char **out,
    int64_t *out_skew_ms, mcpauth_error *err)
{
    const char *nonce = NULL;
    MA_SCOPED(ma_url) parsed = {0};
    mcpauth_status st = ma_url_parse(ma_span_of(url), &parsed, err);
    if (st)
        return st;
    pthread_mutex_lock(&prover->mutex);
    st = ma_nonces_get(
        &prover->nonces, MA_NONCES_RESOURCE, &parsed, &nonce, err);
    *out = ma_strdup(nonce);
    *out_skew_ms = prover->skew_ms;
    pthread_mutex_unlock(&prover->mutex);
    return !st && nonce && !*out ? ma_error_nomem(err) : st;
}

mcpauth_status ma_prover_write(ma_prover *prover, const mcpauth_config *config,
    const ma_dpop *proof, const char *url, ma_buf *to, mcpauth_error *err)
{
    MA_AUTO(ma_text) nonce = NULL;
    int64_t skew_ms = 0;
    ma_dpop dated = *proof;
    mcpauth_status st = copy_nonce(prover, url, &nonce, &skew_ms, err);
    if (st)
        return st;
    dated.nonce = nonce;
    dated.now_ms = ma_clock_now_ms() + skew_ms;
    return ma_possession_prove(config, &dated, url, to, err);
}

/* Without memory for it, the server asks once more. */
void ma_prover_note(
    ma_prover *prover, const char *url, const mcpauth_headers *headers)
{
    MA_SCOPED(ma_url) parsed = {0};
    if (!ma_nonces_find(headers) ||
        ma_url_parse(ma_span_of(url), &parsed, NULL))
        return;
    pthread_mutex_lock(&prover->mutex);
    mcpauth_status st = ma_nonces_note(
        &prover->nonces, MA_NONCES_RESOURCE, &parsed, headers, NULL);
    (void)st;
    pthread_mutex_unlock(&prover->mutex);
}

bool ma_prover_redate(ma_prover *prover, const mcpauth_headers *headers)
{
    int64_t skew_ms = ma_possession_skew_ms(headers, ma_clock_now_ms());
    pthread_mutex_lock(&prover->mutex);
    if (skew_ms)
        prover->skew_ms = skew_ms;
    pthread_mutex_unlock(&prover->mutex);
    return skew_ms;
}
