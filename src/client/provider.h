/* provider.h - what a caller needs of its provider. */
#ifndef MA_CLIENT_PROVIDER_H
#define MA_CLIENT_PROVIDER_H

#include <mcpauth/client.h>

#include "base/auto.h"
#include "client/prover.h"
#include "client/signer.h"

MA_AUTO_DEFINE(mcpauth_provider, mcpauth_provider_free)

/* What a caller holds of what the provider has published. */
typedef struct {
    uint64_t generation;  /* 0: nothing yet */
    mcpauth_token *token; /* NULL: nothing to attach */
} ma_provider_copy;

/* The number of what is published at present; costs one atomic load. */
uint64_t ma_provider_generation(const mcpauth_provider *provider);

/* ma_provider_attach would give what is published, and wait for nobody. */
bool ma_provider_is_ready(mcpauth_provider *provider);

/* Makes *copy hold what is published, renewing it first when it is not fresh
 * any more, which is noted in attempt. */
mcpauth_status ma_provider_attach(mcpauth_provider *provider,
    int64_t timeout_ms, mcpauth_attempt *attempt, ma_provider_copy *copy,
    mcpauth_error *err);

/* Makes *copy hold something better than what was refused with answer. */
mcpauth_status ma_provider_challenge(mcpauth_provider *provider,
    int64_t timeout_ms, mcpauth_attempt *attempt, const mcpauth_answer *answer,
    ma_provider_copy *copy, mcpauth_error *err);

/* Notes, in the store too, that this token was refused when it was new, so that
 * it is not taken for expired the next time.  NULL is allowed. */
void ma_provider_mark_refused(
    mcpauth_provider *provider, const mcpauth_token *refused);

/* For requests with its tokens. */
ma_prover *ma_provider_prover(const mcpauth_provider *provider);

/* Signs requests in place of tokens; NULL: auth is not sigv4. */
ma_signer *ma_provider_signer(const mcpauth_provider *provider);

const mcpauth_config *ma_provider_config(const mcpauth_provider *provider);

/* What it works with. */
const mcpauth_provider_options *ma_provider_options(
    const mcpauth_provider *provider);

#endif
