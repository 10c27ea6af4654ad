/* flow.c - the engine: one table of states, and what all of them share. */
#include <mcpauth/flow.h>

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "oauth/discovery.h"
#include "oauth/enrol.h"
#include "oauth/fallback.h"
#include "oauth/flowstate.h"
#include "oauth/grant.h"
#include "oauth/login.h"
#include "oauth/logout.h"
#include "oauth/push.h"

MA_AUTO_DEFINE(mcpauth_flow, mcpauth_flow_free)

enum {
    LOGIN_TIMEOUT_MS = 300000,
    LOGIN_TIMEOUT_MAX_MS = 600000, /* of a state, too */
    LOCK_TURN_MS = 100,
    CONFLICTS_MAX = 3
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
    flow->login_timeout_ms = LOGIN_TIMEOUT_MS;
    flow->quirks = ma_quirks_find(NULL, NULL);
    flow->url = ma_buf_init(2 * MA_URL_MAX);
    flow->failure = mcpauth_error_new();
    if (!flow->failure)
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
    ma_buf_done(&flow->tried);
    ma_buf_done(&flow->url);
}

static void free_secrets(mcpauth_flow *flow)
{
    ma_secret_free(flow->client_secret);
    ma_secret_free(flow->login_state);
    ma_secret_free(flow->verifier);
    ma_secret_free(flow->nonce);
    ma_secret_free(flow->code);
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
    ma_free(flow->reserve);
    ma_free(flow);
}

void mcpauth_flow_set_interactive(mcpauth_flow *flow, bool on)
{
    flow->interactive = on;
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
    ma_flow_go(
        flow, flow->state == MA_FLOW_BACKOFF ? flow->resume : MA_FLOW_LOCK);
}

/* --- the record ---------------------------------------------------------- */

/* A step that only names the record it is about. */
static mcpauth_status ask_about_record(
    mcpauth_flow *flow, mcpauth_step_kind kind, mcpauth_error *err)
{
    flow->step.kind = kind;
    flow->asked = true;
    return mcpauth_config_key(flow->config, &flow->step.key, err);
}

static mcpauth_status ask_load(mcpauth_flow *flow, mcpauth_error *err)
{
    return ask_about_record(flow, MCPAUTH_STEP_LOAD, err);
}

static mcpauth_status ask_lock(mcpauth_flow *flow, mcpauth_error *err)
{
    return ask_about_record(flow, MCPAUTH_STEP_LOCK, err);
}

static mcpauth_status ask_unlock(mcpauth_flow *flow, mcpauth_error *err)
{
    return ask_about_record(flow, MCPAUTH_STEP_UNLOCK, err);
}

/* The MCP server refused this very token, so it is of no use here. */
static bool was_refused(const mcpauth_flow *flow, const mcpauth_token *token)
{
    const mcpauth_token *sent =
        flow->attempt ? ma_attempt_token(flow->attempt) : NULL;
    return sent &&
           ma_span_eq(ma_token_access_span(sent), ma_token_access_span(token));
}

static bool is_usable(const mcpauth_flow *flow)
{
    return flow->token && flow->purpose <= MCPAUTH_FLOW_TOKEN &&
           !was_refused(flow, flow->token) &&
           mcpauth_token_fresh(flow->token, flow->now_ms, flow->min_valid_ms);
}

/* Nothing is known that a token could be got with before the MCP server was
 * asked. */
static bool has_nothing_to_attach(const mcpauth_flow *flow)
{
    bool known = ma_config_text(flow->config, MA_CONFIG_DISCOVERY_URL) ||
                 (flow->token && mcpauth_token_renewable(flow->token));
    return flow->purpose == MCPAUTH_FLOW_ATTACH && !flow->challenged && !known;
}

/* What cannot be read counts as nothing, and is replaced in time (S-045). */
static mcpauth_status read_record(
    mcpauth_flow *flow, const mcpauth_record *record, mcpauth_error *err)
{
    const ma_span nothing = {NULL, 0};
    ma_span bytes = record ? ma_span_make(record->bytes, record->len) : nothing;
    mcpauth_status st = ma_record_parse(bytes, &flow->record, err);
    if (st != MCPAUTH_E_PROTOCOL)
        return st;
    ma_config_log(flow->config, 0, "store", "%s; going on without it",
        mcpauth_error_message(err));
    return ma_record_parse(nothing, &flow->record, err);
}

static mcpauth_status take_record(
    mcpauth_flow *flow, const mcpauth_record *record, mcpauth_error *err)
{
    ma_record_done(&flow->record);
    mcpauth_token_free(ma_move(&flow->token));
    flow->version = record ? record->version : 0;
    mcpauth_status st = read_record(flow, record, err);
    if (!st)
        st = ma_record_token(&flow->record, &flow->token, err);
    if (st || !flow->token || flow->purpose == MCPAUTH_FLOW_LOGOUT)
        return st;
    bool fits = false;
    st = ma_token_fits(flow->token, flow->config, &fits, err);
    if (st || fits)
        return st;
    ma_config_log(flow->config, 1, "store",
        "the stored token was obtained with other settings; not used");
    mcpauth_token_free(ma_move(&flow->token));
    return MCPAUTH_OK;
}

static void finish(mcpauth_flow *flow)
{
    ma_flow_go(flow, flow->locked ? MA_FLOW_UNLOCKED : MA_FLOW_END);
}

static mcpauth_status got_record(
    mcpauth_flow *flow, const mcpauth_record *record, mcpauth_error *err)
{
    mcpauth_status st = take_record(flow, record, err);
    if (st)
        return st;
    bool usable = is_usable(flow);
    bool done = usable || has_nothing_to_attach(flow);
    if (done && !usable)
        mcpauth_token_free(ma_move(&flow->token));
    if (flow->state == MA_FLOW_RECORD) {
        ma_flow_go(flow, done ? MA_FLOW_END : MA_FLOW_LOCK);
        return MCPAUTH_OK;
    }
    if (done) {
        finish(flow);
        return MCPAUTH_OK;
    }
    if (flow->purpose == MCPAUTH_FLOW_LOGOUT)
        return ma_logout_start(flow, err);
    return ma_discovery_start(flow, err);
}

static void got_lock(mcpauth_flow *flow, mcpauth_lock_answer answer)
{
    if (answer == MCPAUTH_LOCK_HELD) {
        flow->until_ms = flow->now_ms + LOCK_TURN_MS;
        ma_flow_go(flow, MA_FLOW_LOCK_TURN);
        return;
    }
    if (answer == MCPAUTH_LOCK_UNAVAILABLE)
        ma_config_log(flow->config, 0, "store",
            "this store cannot lock here; two processes could renew the same "
            "token at once");
    flow->locked = answer == MCPAUTH_LOCKED;
    ma_flow_go(flow, MA_FLOW_LOCKED_RECORD);
}

/* --- saving and the end -------------------------------------------------- */

static mcpauth_status write_record(mcpauth_flow *flow, mcpauth_error *err)
{
    ma_buf_done(&flow->request.body);
    flow->request.body = ma_buf_init(MCPAUTH_RECORD_MAX);
    ma_record_write(&flow->record, &flow->request.body);
    return ma_buf_status(&flow->request.body, "the record", err);
}

static mcpauth_status ask_save(mcpauth_flow *flow, mcpauth_error *err)
{
    mcpauth_status st = write_record(flow, err);
    if (st == MCPAUTH_E_NOMEM && ma_flow_use_reserve(flow))
        st = write_record(flow, err);
    if (!st)
        st = ask_about_record(flow, MCPAUTH_STEP_SAVE, err);
    if (st)
        return st;
    flow->step.record = flow->remove ? NULL : ma_buf_text(&flow->request.body);
    flow->step.record_len = flow->remove ? 0 : flow->request.body.len;
    flow->step.version = flow->version;
    return MCPAUTH_OK;
}

/* A token is used all the same, a login that is not forgotten is an error
 * (S-046). */
static void not_saved(mcpauth_flow *flow, const char *why)
{
    if (flow->purpose != MCPAUTH_FLOW_LOGOUT) {
        ma_config_log(flow->config, 0, "store",
            "the record could not be saved, what is new in it lasts for this "
            "run only: %s",
            why);
        return;
    }
    MA_AUTO(ma_text)
    server = ma_url_redacted(ma_config_server_text(flow->config));
    flow->result = ma_error_set(flow->failure, MCPAUTH_E_STORE,
        "the login at %s could not be forgotten: %s",
        server ? server : "the MCP server", why);
}

/* Somebody saved meanwhile, which happens only where nothing can be locked: a
 * new token is newer than theirs, so it is said over theirs; what a failure
 * leaves to say is not. */
static void got_save(mcpauth_flow *flow, mcpauth_status status,
    mcpauth_save_answer answer, const mcpauth_error *why)
{
    bool conflict = !status && answer == MCPAUTH_SAVE_CONFLICT;
    if (conflict && !flow->result && ++flow->conflicts < CONFLICTS_MAX) {
        ma_flow_go(flow, MA_FLOW_CONFLICT_RECORD);
        return;
    }
    if (status)
        not_saved(flow, mcpauth_error_message(why));
    if (conflict && !flow->result)
        not_saved(flow, "others keep saving at the same time");
    flow->dirty = false;
    finish(flow);
}

/* A renewal that failed in a way that may pass, before its time: the token it
 * was to replace still serves (S-069). */
static bool old_token_serves(const mcpauth_flow *flow, mcpauth_status status)
{
    bool passes = status == MCPAUTH_E_NETWORK || status == MCPAUTH_E_HTTP ||
                  status == MCPAUTH_E_TIMEOUT;
    if (!passes || !flow->token || flow->dirty ||
        flow->purpose > MCPAUTH_FLOW_TOKEN || was_refused(flow, flow->token) ||
        ma_token_expired(flow->token, flow->now_ms))
        return false;
    return mcpauth_token_expires_at_ms(flow->token) - flow->now_ms >
           flow->min_valid_ms;
}

/* The end by failure: what is to be kept is saved, what is locked is let go,
 * and then next() returns result. */
static void fail(mcpauth_flow *flow, mcpauth_status status)
{
    if (old_token_serves(flow, status)) {
        ma_config_log(flow->config, 0, "token",
            "the present token is still good and stays in use: %s",
            mcpauth_error_message(flow->failure));
        finish(flow);
        return;
    }
    flow->result = status;
    ma_fallback_add_hint(flow, flow->failure);
    if (flow->dirty && flow->state != MA_FLOW_SAVED)
        ma_flow_go(flow, MA_FLOW_SAVED);
    else
        finish(flow);
}

static mcpauth_status ask_end(mcpauth_flow *flow, mcpauth_error *err)
{
    (void)err;
    flow->step.kind = MCPAUTH_STEP_DONE;
    bool wanted = flow->purpose != MCPAUTH_FLOW_LOGOUT;
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
    [MA_FLOW_RECORD] = {"record", MCPAUTH_STEP_LOAD, ask_load, NULL},
    [MA_FLOW_LOCK] = {"lock", MCPAUTH_STEP_LOCK, ask_lock, NULL},
    [MA_FLOW_LOCK_TURN] = {"lock turn", MCPAUTH_STEP_WAIT, ask_wait, NULL},
    [MA_FLOW_LOCKED_RECORD] = {"locked record", MCPAUTH_STEP_LOAD, ask_load,
        NULL},
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
    [MA_FLOW_TOKEN] = {"token", MCPAUTH_STEP_FETCH, ma_grant_ask, ma_grant_got},
    [MA_FLOW_BACKOFF] = {"back-off", MCPAUTH_STEP_WAIT, ask_wait, NULL},
    [MA_FLOW_REVOCATION] = {"revocation", MCPAUTH_STEP_FETCH,
        ma_logout_ask_revocation, ma_logout_got_revocation},
    [MA_FLOW_UNREGISTRATION] = {"unregistration", MCPAUTH_STEP_FETCH,
        ma_logout_ask_unregistration, ma_logout_got_unregistration},
    [MA_FLOW_SAVED] = {"save", MCPAUTH_STEP_SAVE, ask_save, NULL},
    [MA_FLOW_CONFLICT_RECORD] = {"conflicting record", MCPAUTH_STEP_LOAD,
        ask_load, NULL},
    [MA_FLOW_UNLOCKED] = {"unlock", MCPAUTH_STEP_UNLOCK, ask_unlock, NULL},
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
    return status == MCPAUTH_E_USAGE && flow->state != MA_FLOW_CONFLICT_RECORD;
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
    if (status)
        ma_config_log(flow->config, 0, "store",
            "what is stored cannot be read; going on without it");
    const mcpauth_record *found =
        !status && record && record->bytes ? record : NULL;
    if (flow->state == MA_FLOW_CONFLICT_RECORD) {
        flow->version = found ? found->version : 0;
        ma_flow_go(flow, MA_FLOW_SAVED);
        return MCPAUTH_OK;
    }
    return settle(flow, got_record(flow, found, flow->failure));
}

mcpauth_status mcpauth_flow_locked(
    mcpauth_flow *flow, const mcpauth_lock *lock, mcpauth_error *err)
{
    mcpauth_status st = expect(flow, MCPAUTH_STEP_LOCK, err);
    if (!st)
        got_lock(flow, lock->answer);
    return st;
}

mcpauth_status mcpauth_flow_unlocked(mcpauth_flow *flow, mcpauth_error *err)
{
    mcpauth_status st = expect(flow, MCPAUTH_STEP_UNLOCK, err);
    if (st)
        return st;
    flow->locked = false;
    ma_flow_go(flow, MA_FLOW_END);
    return MCPAUTH_OK;
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
    flow->version = version;
    got_save(flow, status, answer, why);
    return MCPAUTH_OK;
}
