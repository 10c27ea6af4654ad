/* provider.c - one flight at a time, however many passengers.
 *
 * At most one thread runs a flow (it "drives"); the others wait for the
 * flight's end and share what came of it, failure included (S-041).  What is
 * published changes under the mutex; a caller sees that it did by one atomic
 * number, so that a hit takes no lock. */
#include "client/provider.h"
#include "client/stored.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "client/driver.h"
#include "oauth/attempt.h"
#include "oauth/config.h"
#include "oauth/record.h"
#include "oauth/token.h"
#include "store/store.h"

MA_AUTO_DEFINE(mcpauth_flow, mcpauth_flow_free)

struct mcpauth_provider {
    mcpauth_provider_options options;
    pthread_mutex_t mutex;
    pthread_cond_t landed;
    _Atomic uint64_t generation;
    ma_prover *prover;
    ma_signer *signer; /* NULL: auth is not sigv4 */

    /* under the mutex */
    bool driving;
    uint64_t flights;       /* ended so far */
    mcpauth_status outcome; /* of the last flight */
    mcpauth_error *reason;
    bool authorized;      /* it was a full authorization */
    bool granted;         /* it obtained a token, in whatever way */
    mcpauth_token *token; /* published; NULL: nothing to attach */
};

/* --- life -------------------------------------------------------------------
 */

static void init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

/* What the caller's version of the options has, and no more of it. */
static mcpauth_status take_options(const mcpauth_provider_options *options,
    mcpauth_provider_options *out, mcpauth_error *err)
{
    mcpauth_provider_options known = {0};
    memcpy(&known, options,
        options->size < sizeof known ? options->size : sizeof known);
    if (!known.config || !known.store || !known.http)
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "mcpauth_provider_options lacks config, store or http, or its "
            "size is not set");
    *out = known;
    return MCPAUTH_OK;
}

mcpauth_status mcpauth_provider_new(const mcpauth_provider_options *options,
    mcpauth_provider **out_provider, mcpauth_error *err)
{
    mcpauth_provider_options known;
    mcpauth_store_key key;
    mcpauth_status st = take_options(options, &known, err);
    if (!st)
        st = mcpauth_config_key(known.config, &key, err);
    if (st)
        return st;
    mcpauth_provider *provider = ma_calloc(1, sizeof *provider);
    if (!provider)
        return ma_error_nomem(err);
    provider->options = known;
    provider->reason = mcpauth_error_new();
    provider->prover = ma_prover_new();
    bool signs = ma_config_is(known.config, MA_CONFIG_AUTH, "sigv4");
    if (signs)
        provider->signer = ma_signer_new(known.config, known.http);
    pthread_mutex_init(&provider->mutex, NULL);
    init_condition(&provider->landed);
    if (!provider->reason || !provider->prover || signs != !!provider->signer) {
        mcpauth_provider_free(provider);
        return ma_error_nomem(err);
    }
    *out_provider = provider;
    return MCPAUTH_OK;
}

void mcpauth_provider_free(mcpauth_provider *provider)
{
    if (!provider)
        return;
    mcpauth_token_free(provider->token);
    mcpauth_error_free(provider->reason);
    ma_prover_free(provider->prover);
    ma_signer_free(provider->signer);
    pthread_cond_destroy(&provider->landed);
    pthread_mutex_destroy(&provider->mutex);
    ma_free(provider);
}

ma_prover *ma_provider_prover(const mcpauth_provider *provider)
{
    return provider->prover;
}

ma_signer *ma_provider_signer(const mcpauth_provider *provider)
{
    return provider->signer;
}

const mcpauth_config *ma_provider_config(const mcpauth_provider *provider)
{
    return provider->options.config;
}

const mcpauth_provider_options *ma_provider_options(
    const mcpauth_provider *provider)
{
    return &provider->options;
}

uint64_t ma_provider_generation(const mcpauth_provider *provider)
{
    return atomic_load_explicit(&provider->generation, memory_order_acquire);
}

/* --- a flight ------------------------------------------------------------ */

/* What a flight is to bring. */
typedef struct {
    mcpauth_flow_purpose purpose;
    int64_t min_valid_ms;
    bool keep_registration;
    mcpauth_attempt *attempt;     /* of the request it is for, or NULL */
    const mcpauth_answer *answer; /* the challenge */
    const mcpauth_adoption *adoption;
} errand;

static mcpauth_status run_flow(const mcpauth_provider *provider,
    const errand *what, mcpauth_token **out_token, mcpauth_error *err)
{
    MA_AUTO(mcpauth_flow) flow = NULL;
    mcpauth_status st =
        mcpauth_flow_new(provider->options.config, what->purpose, &flow, err);
    if (st)
        return st;
    mcpauth_flow_set_attempt(flow, what->attempt);
    if (what->answer)
        st = mcpauth_flow_set_challenge(flow, what->attempt, what->answer, err);
    if (!st && what->adoption)
        st = mcpauth_flow_set_adoption(flow, what->adoption, err);
    if (st)
        return st;
    mcpauth_flow_set_min_valid(flow, what->min_valid_ms);
    mcpauth_flow_set_keep_registration(flow, what->keep_registration);
    return ma_driver_run(&provider->options, flow, out_token, err);
}

/* The mutex is held.  token is taken over. */
static void publish(mcpauth_provider *provider, mcpauth_token *token)
{
    mcpauth_token_free(provider->token);
    provider->token = token;
    atomic_fetch_add_explicit(&provider->generation, 1, memory_order_acq_rel);
}

/* The mutex is held, and is held again on return; in between it is free. */
static mcpauth_status drive(
    mcpauth_provider *provider, const errand *what, mcpauth_error *err)
{
    provider->driving = true;
    pthread_mutex_unlock(&provider->mutex);
    mcpauth_token *token = NULL;
    MA_AUTO(mcpauth_error) why = mcpauth_error_new();
    mcpauth_status st = run_flow(provider, what, &token, why);
    pthread_mutex_lock(&provider->mutex);
    if (!st)
        publish(provider, token);
    if (st)
        ma_error_copy(err, why);
    ma_error_copy(provider->reason, why);
    provider->outcome = st;
    provider->authorized =
        what->attempt && ma_attempt_authorized(what->attempt);
    provider->granted = provider->authorized ||
                        (what->attempt && ma_attempt_refreshed(what->attempt));
    provider->driving = false;
    provider->flights++;
    pthread_cond_broadcast(&provider->landed);
    return st;
}

/* Waits, with the mutex held, until the present flight has ended, and returns
 * its outcome. */
static mcpauth_status share_flight(
    mcpauth_provider *provider, int64_t timeout_ms, mcpauth_error *err)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += (timeout_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    uint64_t flight = provider->flights;
    int late = 0;
    while (provider->flights == flight && !late) {
        if (timeout_ms)
            late = pthread_cond_timedwait(
                &provider->landed, &provider->mutex, &until);
        else
            pthread_cond_wait(&provider->landed, &provider->mutex);
    }
    if (provider->flights == flight)
        return ma_error_set(err, MCPAUTH_E_TIMEOUT,
            "somebody else's login or refresh is still under way");
    if (provider->outcome)
        ma_error_copy(err, provider->reason);
    return provider->outcome;
}

/* The mutex is held. */
static mcpauth_status copy_out(
    mcpauth_provider *provider, ma_provider_copy *copy, mcpauth_error *err)
{
    mcpauth_token *token = NULL;
    mcpauth_status st = provider->token
                            ? ma_token_dup(provider->token, &token, err)
                            : MCPAUTH_OK;
    if (st)
        return st;
    mcpauth_token_free(copy->token);
    copy->token = token;
    copy->generation = ma_provider_generation(provider);
    return MCPAUTH_OK;
}

/* --- attaching ----------------------------------------------------------- */

static bool has_fresh(const mcpauth_provider *provider, int64_t min_valid_ms)
{
    return provider->token && mcpauth_token_fresh(provider->token,
                                  ma_clock_now_ms(), min_valid_ms);
}

/* Nothing to attach is as good an outcome as a fresh token. */
static bool is_good(const mcpauth_provider *provider)
{
    return ma_provider_generation(provider) &&
           (!provider->token || has_fresh(provider, 0));
}

/* Somebody renews it before its time: until then it is as good as ever, and
 * nobody has to wait. */
static bool serves_meanwhile(const mcpauth_provider *provider)
{
    return provider->driving && provider->token &&
           !ma_token_expired(provider->token, ma_clock_now_ms());
}

/* The mutex is held. */
static bool serves(const mcpauth_provider *provider)
{
    return is_good(provider) || serves_meanwhile(provider);
}

bool ma_provider_is_ready(mcpauth_provider *provider)
{
    pthread_mutex_lock(&provider->mutex);
    bool ready = serves(provider);
    pthread_mutex_unlock(&provider->mutex);
    return ready;
}

/* What was done for another request counts as done for this one. */
static void note_shared(
    const mcpauth_provider *provider, mcpauth_attempt *attempt)
{
    if (provider->authorized || ma_attempt_refreshed(attempt))
        ma_attempt_note_authorization(attempt);
    else
        ma_attempt_note_refresh(attempt);
}

mcpauth_status ma_provider_attach(mcpauth_provider *provider,
    int64_t timeout_ms, mcpauth_attempt *attempt, ma_provider_copy *copy,
    mcpauth_error *err)
{
    const errand what = {.purpose = MCPAUTH_FLOW_ATTACH, .attempt = attempt};
    pthread_mutex_lock(&provider->mutex);
    mcpauth_status st = MCPAUTH_OK;
    /* What a flight has brought is used, even if it is past already (S-019). */
    if (!serves(provider)) {
        bool driven = !provider->driving;
        st = driven ? drive(provider, &what, err)
                    : share_flight(provider, timeout_ms, err);
        if (!st && !driven && provider->granted)
            note_shared(provider, attempt);
    }
    if (!st)
        st = copy_out(provider, copy, err);
    pthread_mutex_unlock(&provider->mutex);
    return st;
}

/* --- being challenged ---------------------------------------------------- */

static bool is_same(const mcpauth_token *a, const mcpauth_token *b)
{
    return a && b &&
           ma_span_eq(ma_token_access_span(a), ma_token_access_span(b));
}

/* The mutex is held.  What is published is not what was refused. */
static bool has_other(
    const mcpauth_provider *provider, const mcpauth_attempt *attempt)
{
    return provider->token &&
           !is_same(ma_attempt_token(attempt), provider->token);
}

mcpauth_status ma_provider_challenge(mcpauth_provider *provider,
    int64_t timeout_ms, mcpauth_attempt *attempt, const mcpauth_answer *answer,
    ma_provider_copy *copy, mcpauth_error *err)
{
    const errand what = {
        .purpose = MCPAUTH_FLOW_TOKEN, .attempt = attempt, .answer = answer};
    pthread_mutex_lock(&provider->mutex);
    mcpauth_status st = MCPAUTH_OK;
    bool flown = false;
    while (!st && !flown && !has_other(provider, attempt)) {
        flown = !provider->driving;
        if (flown) {
            st = drive(provider, &what, err);
            continue;
        }
        st = share_flight(provider, timeout_ms, err);
        if (!st && has_other(provider, attempt))
            note_shared(provider, attempt);
    }
    if (!st)
        st = copy_out(provider, copy, err);
    pthread_mutex_unlock(&provider->mutex);
    return st;
}

/* The callers learn of it by the generation. */
static void mark_published(
    mcpauth_provider *provider, const mcpauth_token *refused)
{
    pthread_mutex_lock(&provider->mutex);
    if (is_same(refused, provider->token)) {
        ma_token_mark_refused(provider->token);
        atomic_fetch_add_explicit(
            &provider->generation, 1, memory_order_acq_rel);
    }
    pthread_mutex_unlock(&provider->mutex);
}

void ma_provider_mark_refused(
    mcpauth_provider *provider, const mcpauth_token *refused)
{
    MA_AUTO(mcpauth_error) why = mcpauth_error_new();
    mark_published(provider, refused);
    if (ma_stored_mark_refused(&provider->options, refused, why))
        ma_config_log(provider->options.config, 1, "store", "%s",
            mcpauth_error_message(why));
}

/* --- asked by programs --------------------------------------------------- */

/* Waits, with the mutex held, until nobody drives.  Who wants any token shares
 * the failure of a flight he waited for; a login or logout does not. */
static mcpauth_status wait_for_turn(
    mcpauth_provider *provider, bool any_token, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    while (!st && provider->driving) {
        st = share_flight(provider, 0, any_token ? err : NULL);
        if (!any_token)
            st = MCPAUTH_OK;
    }
    return st;
}

static mcpauth_status expect_tokens(
    const mcpauth_provider *provider, mcpauth_error *err)
{
    const mcpauth_config *config = provider->options.config;
    if (ma_config_wants_tokens(config))
        return MCPAUTH_OK;
    return ma_error_set(err, MCPAUTH_E_USAGE,
        "with auth %s there is neither a login nor a token",
        ma_config_text(config, MA_CONFIG_AUTH));
}

/* Runs one errand as a flight of its own, after the present one, unless that
 * brings what is wanted. */
static mcpauth_status fly(mcpauth_provider *provider, const errand *what,
    mcpauth_token **out_token, mcpauth_error *err)
{
    bool any_token = what->purpose == MCPAUTH_FLOW_ATTACH ||
                     what->purpose == MCPAUTH_FLOW_TOKEN;
    mcpauth_status st = expect_tokens(provider, err);
    if (st)
        return st;
    pthread_mutex_lock(&provider->mutex);
    st = wait_for_turn(provider, any_token, err);
    if (!st && !(any_token && has_fresh(provider, what->min_valid_ms)))
        st = drive(provider, what, err);
    mcpauth_token *token = NULL;
    if (!st && out_token && provider->token)
        st = ma_token_dup(provider->token, &token, err);
    pthread_mutex_unlock(&provider->mutex);
    if (!st && out_token)
        *out_token = token;
    return st;
}

/* A flow that may have to find out whom to ask: unless the authorization
 * server is configured, the MCP server's challenge tells it. */
static mcpauth_status fly_with_probe(mcpauth_provider *provider, errand *what,
    mcpauth_token **out_token, mcpauth_error *err)
{
    const mcpauth_config *config = provider->options.config;
    if (ma_config_text(config, MA_CONFIG_DISCOVERY_URL))
        return fly(provider, what, out_token, err);
    MA_SCOPED(ma_http_answer) got = {0};
    MA_AUTO(mcpauth_attempt) attempt = mcpauth_attempt_new();
    if (!attempt)
        return ma_error_nomem(err);
    mcpauth_status st = expect_tokens(provider, err);
    if (st)
        return st;
    st = ma_driver_probe(&provider->options, &got, err);
    if (st)
        return ma_error_in(err, st, "asking the MCP server whom it trusts");
    mcpauth_answer answer = {
        got.status, got.headers, ma_buf_text(&got.body), got.body.len};
    st =
        mcpauth_attempt_judge(attempt, config, &answer, ma_clock_now_ms(), err);
    if (st && st != MCPAUTH_E_STATE)
        return st;
    if (!st) {
        what->attempt = attempt;
        what->answer = &answer;
    }
    return fly(provider, what, out_token, err);
}

mcpauth_status mcpauth_provider_token(mcpauth_provider *provider,
    int64_t min_valid_ms, mcpauth_token **out_token, mcpauth_error *err)
{
    const errand cached = {
        .purpose = MCPAUTH_FLOW_ATTACH, .min_valid_ms = min_valid_ms};
    mcpauth_token *token = NULL;
    mcpauth_status st = fly(provider, &cached, &token, err);
    if (!st && !token) {
        errand wanted = {
            .purpose = MCPAUTH_FLOW_TOKEN, .min_valid_ms = min_valid_ms};
        st = fly_with_probe(provider, &wanted, &token, err);
    }
    if (!st)
        *out_token = token;
    return st;
}

mcpauth_status mcpauth_provider_login(
    mcpauth_provider *provider, mcpauth_token **out_token, mcpauth_error *err)
{
    errand what = {.purpose = MCPAUTH_FLOW_LOGIN};
    return fly_with_probe(provider, &what, out_token, err);
}

mcpauth_status mcpauth_provider_adopt(mcpauth_provider *provider,
    const mcpauth_adoption *adoption, mcpauth_token **out_token,
    mcpauth_error *err)
{
    errand what = {.purpose = MCPAUTH_FLOW_ADOPT, .adoption = adoption};
    return fly_with_probe(provider, &what, out_token, err);
}

/* No flight: it neither waits for one nor changes what is published. */
mcpauth_status mcpauth_provider_introspect(mcpauth_provider *provider,
    char **out_answer, size_t *out_len, mcpauth_error *err)
{
    MA_AUTO(mcpauth_flow) flow = NULL;
    mcpauth_token *none = NULL;
    mcpauth_status st = expect_tokens(provider, err);
    if (!st)
        st = mcpauth_flow_new(
            provider->options.config, MCPAUTH_FLOW_INTROSPECT, &flow, err);
    if (!st)
        st = ma_driver_run(&provider->options, flow, &none, err);
    if (st)
        return st;
    size_t len = 0;
    const char *answer = mcpauth_flow_introspection(flow, &len);
    char *copy = answer ? ma_strndup(answer, len) : NULL;
    if (answer && !copy)
        return ma_error_nomem(err);
    *out_answer = copy;
    *out_len = len;
    return MCPAUTH_OK;
}

mcpauth_status mcpauth_provider_logout(
    mcpauth_provider *provider, bool keep_registration, mcpauth_error *err)
{
    const errand what = {
        .purpose = MCPAUTH_FLOW_LOGOUT, .keep_registration = keep_registration};
    return fly(provider, &what, NULL, err);
}
