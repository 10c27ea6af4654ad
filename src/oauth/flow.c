/* flow.c - the engine: one table of states, and what all of them share. */
#include <mcpauth/flow.h>

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "oauth/adoption.h"
#include "oauth/discovery.h"
#include "oauth/enrol.h"
#include "oauth/fallback.h"
#include "oauth/flowstate.h"
#include "oauth/grant.h"
#include "oauth/introspection.h"
#include "oauth/keeping.h"
#include "oauth/login.h"
#include "oauth/logout.h"
#include "oauth/push.h"
#include "oauth/voucher.h"

MA_AUTO_DEFINE(mcpauth_flow, mcpauth_flow_free)

enum {
    LOGIN_TIMEOUT_MS = 300000,
    LOGIN_TIMEOUT_MAX_MS = 600000 /* of a state, too */
};

/* --- life ---------------------------------------------------------------- */

mcpauth_status mcpauth_flow_new(const mcpauth_config *config,
    mcpauth_flow_purpose purpose, mcpauth_flow **out_flow, mcpauth_error *err)
{
    mcpauth_store_key key;
    mcpauth_status st = mcpauth_config_key(config, &key, err);
    if (st)
        return st;
    MA_AUTO(mcpauth_flow) flow = ma_calloc(1, sizeof *flow);
    if (!flow)
        return ma_error_nomem(err);
    flow->config = config;
    flow->purpose = purpose;
    flow->after = MA_FLOW_END;
    flow->login_timeout_ms = LOGIN_TIMEOUT_MS;
    flow->quirks = ma_quirks_find(NULL, NULL);
    flow->url = ma_buf_init(2 * MA_URL_MAX);
    flow->introspection = ma_buf_init(2 * MA_REQUEST_ANSWER_MAX);
    flow->failure = mcpauth_error_new();
    flow->unread = mcpauth_error_new();
    flow->refusal = mcpauth_error_new();
    if (!flow->failure || !flow->unread || !flow->refusal)
        return ma_error_nomem(err);
    *out_flow = ma_move(&flow);
    return MCPAUTH_OK;
}

static void free_texts(mcpauth_flow *flow)
{
    ma_free(flow->resource);
    ma_free(flow->issuer);
    ma_free(flow->client_id);
    ma_free(flow->scope);
    ma_free(flow->redirect_uri);
    ma_free(flow->listen_at);
    ma_free(flow->request_uri);
    ma_free(flow->audience);
    ma_free(flow->exchanged_for);
    ma_free(flow->thumbprint);
    ma_free(flow->adopted_issuer);
    ma_free(flow->adopted_request);
    ma_buf_done(&flow->tried);
    ma_buf_done(&flow->url);
    ma_buf_done(&flow->introspection);
}

static void free_secrets(mcpauth_flow *flow)
{
    ma_secret_free(flow->client_secret);
    ma_secret_free(flow->login_state);
    ma_secret_free(flow->verifier);
    ma_secret_free(flow->nonce);
    ma_secret_free(flow->code);
    ma_secret_free(flow->voucher);
    ma_tokenanswer_done(&flow->adopted);
    ma_json_free(flow->adopted_client);
    ma_key_free(flow->key);
    ma_nonces_done(&flow->nonces);
}

void mcpauth_flow_free(mcpauth_flow *flow)
{
    if (!flow)
        return;
    free_texts(flow);
    free_secrets(flow);
    ma_request_done(&flow->request);
    ma_challenge_done(&flow->challenge);
    ma_record_done(&flow->record);
    mcpauth_token_free(flow->token);
    ma_wellknown_done(&flow->candidates);
    ma_resource_done(&flow->resource_metadata);
    ma_server_done(&flow->server);
    mcpauth_error_free(flow->failure);
    mcpauth_error_free(flow->unread);
    mcpauth_error_free(flow->refusal);
    ma_free(flow->reserve);
    ma_free(flow);
}

void mcpauth_flow_set_interactive(mcpauth_flow *flow, bool on)
{
    flow->interactive = on;
}

mcpauth_status mcpauth_flow_set_exchange(
    mcpauth_flow *flow, const mcpauth_exchange *exchange, mcpauth_error *err)
{
    ma_span subject =
        ma_span_make(exchange->subject_token, exchange->subject_token_len);
    mcpauth_status st = ma_secret_set(&flow->voucher, subject, err);
    if (!st)
        st = ma_flow_set_text(&flow->audience, exchange->audience, err);
    if (!st)
        st = ma_flow_set_text(&flow->exchanged_for, exchange->resource, err);
    if (!st)
        st = ma_flow_set_text(&flow->scope, exchange->scope, err);
    return st ? st : ma_keeping_begin_without(flow, err);
}

mcpauth_status mcpauth_flow_set_adoption(
    mcpauth_flow *flow, const mcpauth_adoption *adoption, mcpauth_error *err)
{
    return ma_adoption_set(flow, adoption, err);
}

void mcpauth_flow_set_min_valid(mcpauth_flow *flow, int64_t min_valid_ms)
{
    flow->min_valid_ms = min_valid_ms;
}

void mcpauth_flow_set_login_timeout(mcpauth_flow *flow, int64_t timeout_ms)
{
    flow->login_timeout_ms =
        timeout_ms < LOGIN_TIMEOUT_MAX_MS ? timeout_ms : LOGIN_TIMEOUT_MAX_MS;
}

void mcpauth_flow_set_keep_registration(mcpauth_flow *flow, bool on)
{
    flow->keep_registration = on;
}

const char *mcpauth_flow_introspection(
    const mcpauth_flow *flow, size_t *out_len)
{
    *out_len = flow->introspection.len;
    return *out_len ? ma_buf_text(&flow->introspection) : NULL;
}

void mcpauth_flow_set_attempt(mcpauth_flow *flow, mcpauth_attempt *attempt)
{
    flow->attempt = attempt;
}

mcpauth_status mcpauth_flow_set_challenge(mcpauth_flow *flow,
    mcpauth_attempt *attempt, const mcpauth_answer *answer, mcpauth_error *err)
{
    MA_SCOPED(ma_challenge) challenge = {0};
    mcpauth_status st = ma_challenge_parse(answer->headers, &challenge, err);
    if (st)
        return st;
    ma_challenge_done(&flow->challenge);
    flow->challenge = challenge;
    memset(&challenge, 0, sizeof challenge);
    flow->challenged = true;
    mcpauth_flow_set_attempt(flow, attempt);
    return MCPAUTH_OK;
}

/* --- shared by the states --------------------------------------------------
 */

void ma_flow_go(mcpauth_flow *flow, ma_flow_state state)
{
    flow->state = state;
    flow->asked = false;
}

bool ma_flow_use_reserve(mcpauth_flow *flow)
{
    bool reserved = flow->reserve;
    ma_free(ma_move(&flow->reserve));
    return reserved;
}

mcpauth_status ma_flow_set_text(char **at, const char *text, mcpauth_error *err)
{
    char *copy = ma_strdup(text);
    if (text && !copy)
        return ma_error_nomem(err);
    ma_free(*at);
    *at = copy;
    return MCPAUTH_OK;
}

/* --- waiting ------------------------------------------------------------- */

static mcpauth_status ask_wait(mcpauth_flow *flow, mcpauth_error *err)
{
    (void)err;
    flow->step.kind = MCPAUTH_STEP_WAIT;
    flow->step.until_ms = flow->until_ms;
    flow->asked = true;
    return MCPAUTH_OK;
}

static void got_wait(mcpauth_flow *flow)
{
    bool backoff = flow->state == MA_FLOW_BACKOFF;
    ma_flow_go(flow, backoff ? flow->resume : MA_FLOW_TURN_RECORD);
}

/* --- the end ------------------------------------------------------------- */

/* The end by failure: what is to be kept is saved, what is locked is let go,
 * and then next() returns result.  A renewal before its time may fail in a way
 * that passes: the token it was to replace still serves (S-069), unless only a
 * login helps. */
static void fail(mcpauth_flow *flow, mcpauth_status status)
{
    bool passes = status == MCPAUTH_E_NETWORK || status == MCPAUTH_E_HTTP ||
                  status == MCPAUTH_E_TIMEOUT || status == MCPAUTH_E_STORE;
    bool serves = passes && !flow->refresh_done && ma_keeping_old_serves(flow);
    if (serves)
        ma_config_log(flow->config, 0, "token",
            "the present token is still good and stays in use: %s",
            mcpauth_error_message(flow->failure));
    else
        flow->result = status;
    if (!serves)
        ma_fallback_add_hint(flow, flow->failure);
    if (flow->dirty && flow->state != MA_FLOW_SAVED)
        ma_keeping_begin_save(flow);
    else
        ma_keeping_finish(flow);
}

static mcpauth_status ask_end(mcpauth_flow *flow, mcpauth_error *err)
{
    (void)err;
    flow->step.kind = MCPAUTH_STEP_DONE;
    bool wanted = flow->purpose != MCPAUTH_FLOW_LOGOUT &&
                  flow->purpose != MCPAUTH_FLOW_INTROSPECT;
    flow->step.token = wanted ? flow->token : NULL;
    flow->asked = true;
    return MCPAUTH_OK;
}

/* --- the table ----------------------------------------------------------- */

static const struct state {
    const char *name;
    mcpauth_step_kind kind;
    mcpauth_status (*ask)(mcpauth_flow *flow, mcpauth_error *err);
    mcpauth_status (*got)(
        mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err);
} states[] = {
    [MA_FLOW_RECORD] = {"record", MCPAUTH_STEP_LOAD, ma_keeping_ask_load, NULL},
    [MA_FLOW_LOCK] = {"lock", MCPAUTH_STEP_LOCK, ma_keeping_ask_lock, NULL},
    [MA_FLOW_LOCK_TURN] = {"lock turn", MCPAUTH_STEP_WAIT, ask_wait, NULL},
    [MA_FLOW_TURN_RECORD] = {"record in turn", MCPAUTH_STEP_LOAD,
        ma_keeping_ask_load, NULL},
    [MA_FLOW_LOCKED_RECORD] = {"locked record", MCPAUTH_STEP_LOAD,
        ma_keeping_ask_load, NULL},
    [MA_FLOW_RESOURCE_METADATA] = {"resource metadata", MCPAUTH_STEP_FETCH,
        ma_discovery_ask, ma_discovery_got_resource},
    [MA_FLOW_SERVER_METADATA] = {"server metadata", MCPAUTH_STEP_FETCH,
        ma_discovery_ask, ma_discovery_got_server},
    [MA_FLOW_CALLBACK] = {"callback", MCPAUTH_STEP_LISTEN,
        ma_login_ask_callback, NULL},
    [MA_FLOW_REGISTRATION] = {"registration", MCPAUTH_STEP_FETCH, ma_enrol_ask,
        ma_enrol_got},
    [MA_FLOW_PUSHED_REQUEST] = {"pushed request", MCPAUTH_STEP_FETCH,
        ma_push_ask, ma_push_got},
    [MA_FLOW_REDIRECT] = {"redirect", MCPAUTH_STEP_BROWSE,
        ma_login_ask_redirect, NULL},
    [MA_FLOW_VOUCHER] = {"assertion", MCPAUTH_STEP_ASSERT, ma_voucher_ask,
        NULL},
    [MA_FLOW_MARKED] = {"mark", MCPAUTH_STEP_SAVE, ma_keeping_ask_mark, NULL},
    [MA_FLOW_TOKEN] = {"token", MCPAUTH_STEP_FETCH, ma_grant_ask, ma_grant_got},
    [MA_FLOW_BACKOFF] = {"back-off", MCPAUTH_STEP_WAIT, ask_wait, NULL},
    [MA_FLOW_INTROSPECTION] = {"introspection", MCPAUTH_STEP_FETCH,
        ma_introspection_ask, ma_introspection_got},
    [MA_FLOW_REVOCATION] = {"revocation", MCPAUTH_STEP_FETCH,
        ma_logout_ask_revocation, ma_logout_got_revocation},
    [MA_FLOW_UNREGISTRATION] = {"unregistration", MCPAUTH_STEP_FETCH,
        ma_logout_ask_unregistration, ma_logout_got_unregistration},
    [MA_FLOW_SAVED] = {"save", MCPAUTH_STEP_SAVE, ma_keeping_ask_save, NULL},
    [MA_FLOW_CONFLICT_RECORD] = {"conflicting record", MCPAUTH_STEP_LOAD,
        ma_keeping_ask_load, NULL},
    [MA_FLOW_UNLOCKED] = {"unlock", MCPAUTH_STEP_UNLOCK, ma_keeping_ask_unlock,
        NULL},
    [MA_FLOW_END] = {"end", MCPAUTH_STEP_DONE, ask_end, NULL},
};

/* --- driving ------------------------------------------------------------- */

mcpauth_status mcpauth_flow_next(mcpauth_flow *flow, int64_t now_ms,
    const mcpauth_step **out_step, mcpauth_error *err)
{
    flow->now_ms = now_ms;
    while (!flow->asked) {
        if (flow->state == MA_FLOW_END && flow->result)
            break;
        memset(&flow->step, 0, sizeof flow->step);
        flow->step.state = states[flow->state].name;
        mcpauth_status st = states[flow->state].ask(flow, flow->failure);
        if (st)
            fail(flow, st);
    }
    if (flow->state == MA_FLOW_END && flow->result) {
        ma_error_copy(err, flow->failure);
        return flow->result;
    }
    *out_step = &flow->step;
    return MCPAUTH_OK;
}

/* An answer is taken only by the step that asked for it. */
static mcpauth_status expect(
    const mcpauth_flow *flow, mcpauth_step_kind kind, mcpauth_error *err)
{
    if (flow->asked && flow->step.kind == kind)
        return MCPAUTH_OK;
    return ma_error_set(err, MCPAUTH_E_STATE,
        "the flow did not ask for this: it waits for \"%s\"",
        states[flow->state].name);
}

/* Failing is the flow's affair: the answer itself was taken. */
static mcpauth_status settle(mcpauth_flow *flow, mcpauth_status st)
{
    if (st)
        fail(flow, st);
    return MCPAUTH_OK;
}

/* What a wrong key hides is not lost: a new login would be in its way. */
static bool is_misused(const mcpauth_flow *flow, mcpauth_status status)
{
    return status == MCPAUTH_E_USAGE && !flow->merging &&
           flow->state != MA_FLOW_CONFLICT_RECORD;
}

/* Kept until the record is read after all. */
static void keep_unread(
    mcpauth_flow *flow, mcpauth_status status, const mcpauth_error *why)
{
    mcpauth_error_clear(flow->unread);
    if (!status)
        return;
    ma_config_log(flow->config, 0, "store",
        "what is stored cannot be read; going on without it");
    mcpauth_status st = ma_error_set(flow->unread, status, "the store failed");
    if (mcpauth_error_status(why))
        ma_error_copy(flow->unread, why);
    (void)st;
}

mcpauth_status mcpauth_flow_loaded(mcpauth_flow *flow, mcpauth_status status,
    const mcpauth_record *record, const mcpauth_error *why, mcpauth_error *err)
{
    mcpauth_status st = expect(flow, MCPAUTH_STEP_LOAD, err);
    if (st)
        return st;
    if (is_misused(flow, status)) {
        ma_error_copy(flow->failure, why);
        return settle(flow, status);
    }
    keep_unread(flow, status, why);
    const mcpauth_record *found =
        !status && record && record->bytes ? record : NULL;
    return settle(flow, ma_keeping_got_record(flow, found, flow->failure));
}

mcpauth_status mcpauth_flow_locked(
    mcpauth_flow *flow, const mcpauth_lock *lock, mcpauth_error *err)
{
    mcpauth_status st = expect(flow, MCPAUTH_STEP_LOCK, err);
    return st ? st
              : settle(flow, ma_keeping_got_lock(flow, lock, flow->failure));
}

mcpauth_status mcpauth_flow_unlocked(mcpauth_flow *flow, mcpauth_error *err)
{
    mcpauth_status st = expect(flow, MCPAUTH_STEP_UNLOCK, err);
    if (!st)
        ma_keeping_got_unlock(flow);
    return st;
}

mcpauth_status mcpauth_flow_fetched(mcpauth_flow *flow, mcpauth_status status,
    const mcpauth_answer *answer, const mcpauth_error *why, mcpauth_error *err)
{
    mcpauth_status st = expect(flow, MCPAUTH_STEP_FETCH, err);
    if (st)
        return st;
    ma_flow_fetch fetch = {status, status ? NULL : answer, why};
    return settle(flow, states[flow->state].got(flow, &fetch, flow->failure));
}

mcpauth_status mcpauth_flow_listening(mcpauth_flow *flow, mcpauth_status status,
    const char *redirect_uri, const mcpauth_error *why, mcpauth_error *err)
{
    mcpauth_status st = expect(flow, MCPAUTH_STEP_LISTEN, err);
    if (st)
        return st;
    return settle(flow,
        ma_login_got_callback(flow, status, redirect_uri, why, flow->failure));
}

mcpauth_status mcpauth_flow_redirected(
    mcpauth_flow *flow, const char *query, mcpauth_error *err)
{
    mcpauth_status st = expect(flow, MCPAUTH_STEP_BROWSE, err);
    if (st)
        return st;
    st = ma_login_got_redirect(flow, query, flow->failure);
    if (st)
        ma_error_copy(err, flow->failure);
    if (st && st != MCPAUTH_E_STATE)
        fail(flow, st);
    return st;
}

mcpauth_status mcpauth_flow_redirect_failed(mcpauth_flow *flow,
    mcpauth_status status, const mcpauth_error *why, mcpauth_error *err)
{
    mcpauth_status st = expect(flow, MCPAUTH_STEP_BROWSE, err);
    if (st)
        return st;
    return settle(
        flow, ma_login_redirect_failed(flow, status, why, flow->failure));
}

mcpauth_status mcpauth_flow_asserted(mcpauth_flow *flow, mcpauth_status status,
    const char *text, size_t len, const mcpauth_error *why, mcpauth_error *err)
{
    mcpauth_status st = expect(flow, MCPAUTH_STEP_ASSERT, err);
    if (st)
        return st;
    if (status)
        return settle(
            flow, ma_voucher_failed(flow, status, why, flow->failure));
    return settle(
        flow, ma_voucher_got(flow, ma_span_make(text, len), flow->failure));
}

mcpauth_status mcpauth_flow_waited(mcpauth_flow *flow, mcpauth_error *err)
{
    mcpauth_status st = expect(flow, MCPAUTH_STEP_WAIT, err);
    if (!st)
        got_wait(flow);
    return st;
}

mcpauth_status mcpauth_flow_saved(mcpauth_flow *flow, mcpauth_status status,
    mcpauth_save_answer answer, int64_t version, const mcpauth_error *why,
    mcpauth_error *err)
{
    mcpauth_status st = expect(flow, MCPAUTH_STEP_SAVE, err);
    if (st)
        return st;
    if (!status && answer == MCPAUTH_SAVED)
        flow->version = version;
    return settle(
        flow, ma_keeping_got_save(flow, status, answer, why, flow->failure));
}
