/* keeping.c - load, lock, save; who waits, and for how long. */
#include "oauth/keeping.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "oauth/choice.h"
#include "oauth/discovery.h"
#include "oauth/introspection.h"
#include "oauth/logout.h"

enum {
    TURN_MS = 100,          /* between two looks at a refresh of another */
    LOGIN_TURN_MS = 500,    /* and at a login */
    SAVE_TURN_MS = 500,     /* and between two tries to save */
    REFRESH_MAX_MS = 30000, /* a refresh lock is held so long at most */
    PATIENCE_MS = 35000,    /* and waited for a little longer */
    CONFLICTS_MAX = 3
};

/* --- which locks are held ------------------------------------------------ */

/* Held, or nothing to be had here. */
static bool has_lock(const mcpauth_flow *flow, mcpauth_lock_kind kind)
{
    return flow->held[kind] || flow->unlockable[kind];
}

static void want_lock(mcpauth_flow *flow, mcpauth_lock_kind kind)
{
    flow->wanted = kind;
    flow->waiting_since_ms = 0;
    ma_flow_go(flow, MA_FLOW_LOCK);
}

/* Lets go of the refresh lock, then goes where after says, or of both. */
static void leave(mcpauth_flow *flow)
{
    bool over = flow->after == MA_FLOW_END;
    if (flow->held[MCPAUTH_LOCK_REFRESH] ||
        (over && flow->held[MCPAUTH_LOCK_LOGIN])) {
        ma_flow_go(flow, MA_FLOW_UNLOCKED);
        return;
    }
    ma_flow_go(flow, flow->after);
    flow->after = MA_FLOW_END;
}

void ma_keeping_finish(mcpauth_flow *flow)
{
    flow->after = MA_FLOW_END;
    leave(flow);
}

int64_t ma_keeping_until_ms(const mcpauth_flow *flow)
{
    bool held = flow->held[MCPAUTH_LOCK_REFRESH];
    return held ? flow->locked_at_ms + REFRESH_MAX_MS : INT64_MAX;
}

mcpauth_status ma_keeping_check_time(
    const mcpauth_flow *flow, mcpauth_error *err)
{
    if (flow->now_ms < ma_keeping_until_ms(flow))
        return MCPAUTH_OK;
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_TIMEOUT,
        "getting a token takes too long for others to wait for it");
    ma_error_hint(err, "try again when the servers answer faster");
    return st;
}

/* --- asking -------------------------------------------------------------- */

/* A step that only names the record it is about. */
static mcpauth_status ask_about_record(
    mcpauth_flow *flow, mcpauth_step_kind kind, mcpauth_error *err)
{
    flow->step.kind = kind;
    flow->asked = true;
    return mcpauth_config_key(flow->config, &flow->step.key, err);
}

mcpauth_status ma_keeping_ask_load(mcpauth_flow *flow, mcpauth_error *err)
{
    return ask_about_record(flow, MCPAUTH_STEP_LOAD, err);
}

mcpauth_status ma_keeping_ask_lock(mcpauth_flow *flow, mcpauth_error *err)
{
    if (!flow->waiting_since_ms)
        flow->waiting_since_ms = flow->now_ms;
    flow->step.lock = flow->wanted;
    return ask_about_record(flow, MCPAUTH_STEP_LOCK, err);
}

/* The one that was taken last. */
static mcpauth_lock_kind kind_to_unlock(const mcpauth_flow *flow)
{
    return flow->held[MCPAUTH_LOCK_REFRESH] ? MCPAUTH_LOCK_REFRESH
                                            : MCPAUTH_LOCK_LOGIN;
}

mcpauth_status ma_keeping_ask_unlock(mcpauth_flow *flow, mcpauth_error *err)
{
    flow->step.lock = kind_to_unlock(flow);
    return ask_about_record(flow, MCPAUTH_STEP_UNLOCK, err);
}

static mcpauth_status write_record(mcpauth_flow *flow, mcpauth_error *err)
{
    ma_buf_done(&flow->request.body);
    flow->request.body = ma_buf_init(MCPAUTH_RECORD_MAX);
    ma_record_write(&flow->record, &flow->request.body);
    return ma_buf_status(&flow->request.body, "the record", err);
}

mcpauth_status ma_keeping_ask_save(mcpauth_flow *flow, mcpauth_error *err)
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

/* Too late for the request, too late for the mark. */
mcpauth_status ma_keeping_ask_mark(mcpauth_flow *flow, mcpauth_error *err)
{
    mcpauth_status st = ma_keeping_check_time(flow, err);
    if (!st)
        st = ma_record_mark_refresh(&flow->record, flow->now_ms, err);
    return st ? st : ma_keeping_ask_save(flow, err);
}

/* --- what the token at hand is worth ------------------------------------- */

/* The MCP server refused this very token, so it is of no use here. */
static bool was_refused(const mcpauth_flow *flow, const mcpauth_token *token)
{
    const mcpauth_token *sent =
        flow->attempt ? ma_attempt_token(flow->attempt) : NULL;
    return sent &&
           ma_span_eq(ma_token_access_span(sent), ma_token_access_span(token));
}

/* A login of one's own is wanted, but somebody else was asked meanwhile. */
static bool was_waited_for(const mcpauth_flow *flow)
{
    return flow->purpose == MCPAUTH_FLOW_LOGIN &&
           flow->wanted == MCPAUTH_LOCK_LOGIN &&
           mcpauth_token_obtained_at_ms(flow->token) > flow->waiting_since_ms;
}

static bool is_usable(const mcpauth_flow *flow)
{
    return flow->token &&
           (flow->purpose <= MCPAUTH_FLOW_TOKEN || was_waited_for(flow)) &&
           !was_refused(flow, flow->token) &&
           mcpauth_token_fresh(flow->token, flow->now_ms, flow->min_valid_ms);
}

bool ma_keeping_old_serves(const mcpauth_flow *flow)
{
    if (!flow->token || flow->purpose > MCPAUTH_FLOW_TOKEN ||
        was_refused(flow, flow->token) ||
        ma_token_expired(flow->token, flow->now_ms))
        return false;
    return mcpauth_token_expires_at_ms(flow->token) - flow->now_ms >
           flow->min_valid_ms;
}

/* Nothing is known that a token could be got with before the MCP server was
 * asked.  Who has come to wait for a login knows where it is. */
static bool has_nothing_to_attach(const mcpauth_flow *flow)
{
    bool known = ma_config_text(flow->config, MA_CONFIG_DISCOVERY_URL) ||
                 (flow->token && mcpauth_token_renewable(flow->token));
    return flow->purpose == MCPAUTH_FLOW_ATTACH && !flow->challenged &&
           !known && flow->wanted != MCPAUTH_LOCK_LOGIN;
}

/* --- reading ------------------------------------------------------------- */

/* What cannot be read counts as nothing, and is replaced in time (S-045). */
static mcpauth_status read_record(const mcpauth_flow *flow,
    const mcpauth_record *record, ma_record *out, mcpauth_error *err)
{
    const ma_span nothing = {NULL, 0};
    ma_span bytes = record ? ma_span_make(record->bytes, record->len) : nothing;
    mcpauth_status st = ma_record_parse(bytes, out, err);
    if (st != MCPAUTH_E_PROTOCOL)
        return st;
    ma_config_log(flow->config, 0, "store", "%s; going on without it",
        mcpauth_error_message(err));
    return ma_record_parse(nothing, out, err);
}

/* Many that wake up together are not all to renew together. */
static void spread_renewals(const mcpauth_flow *flow)
{
    unsigned char byte = 0;
    if (flow->token && !ma_config_random(flow->config, &byte, 1, NULL))
        ma_token_delay_renewal(flow->token, byte);
}

/* NULL: there is no record. */
static int64_t version_of(const mcpauth_record *record)
{
    return record ? record->version : 0;
}

/* Whatever settings the token was obtained with. */
static bool takes_any(const mcpauth_flow *flow)
{
    return flow->purpose == MCPAUTH_FLOW_LOGOUT ||
           flow->purpose == MCPAUTH_FLOW_INTROSPECT;
}

/* What could not be saved is newer than what is there. */
static mcpauth_status take_record(
    mcpauth_flow *flow, const mcpauth_record *record, mcpauth_error *err)
{
    int64_t version = version_of(record);
    if (flow->unsaved && version == flow->version)
        return MCPAUTH_OK;
    ma_record_done(&flow->record);
    mcpauth_token_free(ma_move(&flow->token));
    /* What somebody else has saved may be refreshed, whatever became of what
     * was there before. */
    if (version != flow->version)
        flow->refresh_done = false;
    flow->version = version;
    mcpauth_status st = read_record(flow, record, &flow->record, err);
    if (!st)
        st = ma_record_token(&flow->record, &flow->token, err);
    if (st || !flow->token || takes_any(flow))
        return st;
    bool fits = false;
    st = ma_token_fits(flow->token, flow->config, &fits, err);
    spread_renewals(flow);
    if (st || fits)
        return st;
    ma_config_log(flow->config, 1, "store",
        "the stored token was obtained with other settings; not used");
    mcpauth_token_free(ma_move(&flow->token));
    return MCPAUTH_OK;
}

/* Puts what is ours into what others have saved meanwhile. */
static mcpauth_status merge_record(
    mcpauth_flow *flow, const mcpauth_record *record, mcpauth_error *err)
{
    MA_SCOPED(ma_record) theirs = {0};
    int64_t version = version_of(record);
    if (version == flow->version)
        return MCPAUTH_OK;
    mcpauth_status st = read_record(flow, record, &theirs, err);
    if (!st)
        st = ma_record_adopt(
            &theirs, &flow->record, flow->issuer, flow->obtained, err);
    if (st)
        return st;
    /* With the lock in hand the mark is ours to say. */
    if (flow->held[MCPAUTH_LOCK_REFRESH] &&
        !ma_record_refresh_started(&flow->record))
        st = ma_record_mark_refresh(&theirs, 0, err);
    if (st)
        return st;
    flow->version = version;
    ma_record_done(&flow->record);
    flow->record = theirs;
    theirs.document = NULL;
    return MCPAUTH_OK;
}

/* With the refresh lock in hand a mark can only be that of somebody who died
 * (S-043). */
static void note_loss(mcpauth_flow *flow)
{
    bool held = flow->held[MCPAUTH_LOCK_REFRESH];
    flow->cut_off_ms = held ? ma_record_refresh_started(&flow->record) : 0;
}

/* What was seen of the servers still holds. */
static mcpauth_status choose_again(mcpauth_flow *flow, mcpauth_error *err)
{
    mcpauth_status st = flow->resource_metadata.document
                            ? ma_record_note_metadata(&flow->record, err)
                            : MCPAUTH_OK;
    return st ? st : ma_choice_make(flow, err);
}

/* A look with a lock in hand. */
static mcpauth_status go_on_locked(mcpauth_flow *flow, mcpauth_error *err)
{
    if (flow->wanted == MCPAUTH_LOCK_LOGIN)
        return choose_again(flow, err);
    note_loss(flow);
    if (flow->purpose == MCPAUTH_FLOW_LOGOUT)
        return ma_logout_start(flow, err);
    return ma_discovery_start(flow, err);
}

static mcpauth_status judge_record(mcpauth_flow *flow, mcpauth_error *err)
{
    if (flow->purpose == MCPAUTH_FLOW_INTROSPECT)
        return ma_introspection_start(flow, err);
    bool usable = is_usable(flow);
    bool done = usable || has_nothing_to_attach(flow);
    if (done && !usable)
        mcpauth_token_free(ma_move(&flow->token));
    if (done) {
        ma_keeping_finish(flow);
        return MCPAUTH_OK;
    }
    switch (flow->state) {
    case MA_FLOW_RECORD:
        want_lock(flow, MCPAUTH_LOCK_REFRESH);
        return MCPAUTH_OK;
    case MA_FLOW_TURN_RECORD:
        ma_flow_go(flow, MA_FLOW_LOCK);
        return MCPAUTH_OK;
    default:
        return go_on_locked(flow, err);
    }
}

/* Somebody else has saved: with a lock in hand that was ours, it is not ours
 * any more, as in a place where locks run out (S-050). */
static void lock_anew(mcpauth_flow *flow)
{
    if (!flow->held[MCPAUTH_LOCK_REFRESH]) {
        ma_flow_go(flow, MA_FLOW_LOCKED_RECORD);
        return;
    }
    want_lock(flow, MCPAUTH_LOCK_REFRESH);
    flow->after = MA_FLOW_LOCK;
    leave(flow);
}

/* A save was refused though nobody has saved: the lock has run out (S-050). */
static bool has_lost_lock(
    const mcpauth_flow *flow, const mcpauth_record *record)
{
    return flow->state == MA_FLOW_CONFLICT_RECORD && flow->obtained &&
           flow->after == MA_FLOW_END && flow->held[MCPAUTH_LOCK_REFRESH] &&
           version_of(record) == flow->version;
}

mcpauth_status ma_keeping_got_record(
    mcpauth_flow *flow, const mcpauth_record *record, mcpauth_error *err)
{
    bool merges = flow->merging || flow->state == MA_FLOW_CONFLICT_RECORD;
    if (merges && flow->state == MA_FLOW_TURN_RECORD) {
        ma_flow_go(flow, MA_FLOW_LOCK);
        return MCPAUTH_OK;
    }
    if (has_lost_lock(flow, record)) {
        flow->merging = true;
        lock_anew(flow);
        return MCPAUTH_OK;
    }
    mcpauth_status st = merges ? merge_record(flow, record, err)
                               : take_record(flow, record, err);
    if (st || !merges)
        return st ? st : judge_record(flow, err);
    ma_flow_go(flow, MA_FLOW_SAVED);
    return MCPAUTH_OK;
}

/* --- locking ------------------------------------------------------------- */

static mcpauth_status give_up(
    const mcpauth_flow *flow, const char *holder, mcpauth_error *err)
{
    MA_AUTO(ma_text)
    server = ma_url_redacted(ma_config_server_text(flow->config));
    bool login = flow->wanted == MCPAUTH_LOCK_LOGIN;
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_TIMEOUT,
        login ? "somebody is being asked to log in to %s by %s, and has not "
                "done so yet"
              : "the token for %s is being renewed by %s, which takes too long",
        server ? server : "the MCP server",
        *holder ? holder : "another process");
    ma_error_hint(err, "%s",
        login ? "finish that login, or end that process and try again"
              : "look whether that process is stopped, and end it");
    return st;
}

/* Somebody else's turn.  Nobody waits who need not. */
static mcpauth_status wait_for_turn(
    mcpauth_flow *flow, const char *holder, mcpauth_error *err)
{
    bool login = flow->wanted == MCPAUTH_LOCK_LOGIN;
    int64_t patience_ms = login ? flow->login_timeout_ms : PATIENCE_MS;
    bool late = flow->now_ms - flow->waiting_since_ms > patience_ms;
    if (!login && !flow->merging && ma_keeping_old_serves(flow)) {
        ma_config_log(flow->config, 1, "token",
            "somebody else is renewing it; the present one is good until then");
        ma_keeping_finish(flow);
        return MCPAUTH_OK;
    }
    /* A token in hand is saved all the same: versions tell conflicts. */
    if (late && flow->merging) {
        flow->unlockable[flow->wanted] = true;
        ma_flow_go(flow, MA_FLOW_LOCKED_RECORD);
        return MCPAUTH_OK;
    }
    if (late)
        return give_up(flow, holder, err);
    if (login && flow->now_ms == flow->waiting_since_ms)
        ma_config_log(flow->config, 1, "turn",
            "waiting for the login that %s is busy with",
            *holder ? holder : "another process");
    flow->until_ms = flow->now_ms + (login ? LOGIN_TURN_MS : TURN_MS);
    ma_flow_go(flow, MA_FLOW_LOCK_TURN);
    return MCPAUTH_OK;
}

mcpauth_status ma_keeping_got_lock(
    mcpauth_flow *flow, const mcpauth_lock *lock, mcpauth_error *err)
{
    mcpauth_lock_kind kind = flow->wanted;
    if (lock->answer == MCPAUTH_LOCK_HELD)
        return wait_for_turn(flow, lock->holder, err);
    bool known = flow->unlockable[MCPAUTH_LOCK_REFRESH];
    if (lock->answer == MCPAUTH_LOCK_UNAVAILABLE && !known)
        ma_config_log(flow->config, 0, "store",
            "this store cannot lock here; two processes could renew the same "
            "token at once");
    flow->held[kind] = lock->answer == MCPAUTH_LOCKED;
    flow->unlockable[kind] = !flow->held[kind];
    if (kind == MCPAUTH_LOCK_REFRESH)
        flow->unsafe = lock->answer == MCPAUTH_LOCK_FAILED;
    flow->locked_at_ms = flow->now_ms;
    ma_flow_go(flow, MA_FLOW_LOCKED_RECORD);
    return MCPAUTH_OK;
}

void ma_keeping_got_unlock(mcpauth_flow *flow)
{
    flow->held[kind_to_unlock(flow)] = false;
    leave(flow);
}

/* --- beginning ----------------------------------------------------------- */

/* A clock that was set back does not count. */
static int64_t since_cut_off_s(const mcpauth_flow *flow)
{
    int64_t since_ms = flow->now_ms - flow->cut_off_ms;
    return since_ms > 0 ? since_ms / 1000 : 0;
}

void ma_keeping_begin_token(mcpauth_flow *flow)
{
    if (flow->grant != MA_GRANT_REFRESH) {
        ma_flow_go(flow, MA_FLOW_TOKEN);
        return;
    }
    /* Somebody has saved another refresh token while a login was waited for. */
    if (!has_lock(flow, MCPAUTH_LOCK_REFRESH)) {
        want_lock(flow, MCPAUTH_LOCK_REFRESH);
        return;
    }
    if (flow->cut_off_ms)
        ma_config_log(flow->config, 0, "token",
            "a refresh that began %lld s ago was cut off before its answer was "
            "saved; trying the same refresh token once",
            (long long)since_cut_off_s(flow));
    ma_flow_go(flow, MA_FLOW_MARKED);
}

bool ma_keeping_may_ask(const mcpauth_flow *flow)
{
    return has_lock(flow, MCPAUTH_LOCK_LOGIN) &&
           !flow->held[MCPAUTH_LOCK_REFRESH];
}

mcpauth_status ma_keeping_begin_without(mcpauth_flow *flow, mcpauth_error *err)
{
    flow->unlockable[MCPAUTH_LOCK_REFRESH] = true;
    flow->unlockable[MCPAUTH_LOCK_LOGIN] = true;
    mcpauth_status st =
        ma_record_parse(ma_span_make(NULL, 0), &flow->record, err);
    return st ? st : ma_discovery_start(flow, err);
}

void ma_keeping_begin_login(mcpauth_flow *flow, ma_flow_state state)
{
    if (ma_keeping_may_ask(flow)) {
        ma_flow_go(flow, state);
        return;
    }
    if (has_lock(flow, MCPAUTH_LOCK_LOGIN)) {
        flow->after = state;
    } else {
        want_lock(flow, MCPAUTH_LOCK_LOGIN);
        flow->after = MA_FLOW_LOCK;
    }
    if (flow->dirty)
        ma_flow_go(flow, MA_FLOW_SAVED);
    else
        leave(flow);
}

/* What a failure leaves to say is worth no waiting. */
void ma_keeping_begin_save(mcpauth_flow *flow)
{
    flow->after = MA_FLOW_END;
    if (has_lock(flow, MCPAUTH_LOCK_REFRESH)) {
        ma_flow_go(flow, MA_FLOW_SAVED);
        return;
    }
    flow->merging = true;
    if (flow->result)
        ma_flow_go(flow, MA_FLOW_CONFLICT_RECORD);
    else
        want_lock(flow, MCPAUTH_LOCK_REFRESH);
}

/* --- saving -------------------------------------------------------------- */

/* A token is used all the same; a login that is not forgotten is an error, and
 * so is one that is not taken over (S-046). */
static void not_saved(mcpauth_flow *flow, const char *why)
{
    bool adopts = flow->purpose == MCPAUTH_FLOW_ADOPT;
    if (flow->purpose != MCPAUTH_FLOW_LOGOUT && !adopts) {
        ma_config_log(flow->config, 0, "store",
            "the record could not be saved, what is new in it lasts for this "
            "run only: %s",
            why);
        return;
    }
    MA_AUTO(ma_text)
    server = ma_url_redacted(ma_config_server_text(flow->config));
    flow->result = ma_error_set(flow->failure, MCPAUTH_E_STORE,
        "the login at %s could not be %s: %s",
        server ? server : "the MCP server", adopts ? "kept" : "forgotten", why);
}

mcpauth_status ma_keeping_spare_refresh(
    const mcpauth_flow *flow, mcpauth_status status, mcpauth_error *err)
{
    MA_AUTO(ma_text)
    server = ma_url_redacted(ma_config_server_text(flow->config));
    ma_error_hint(err, "see to the store; the login is not lost");
    return ma_error_in(err, status, "the token for %s is not renewed",
        server ? server : "the MCP server");
}

/* Where nothing can be saved, the next refresh token could not be kept. */
static mcpauth_status refuse_unmarked(
    mcpauth_flow *flow, const char *why, mcpauth_error *err)
{
    flow->dirty = false;
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_STORE,
        "the next refresh token could not be kept: %s", why);
    return ma_keeping_spare_refresh(flow, st, err);
}

/* Where it cannot be noted that a refresh begins, it begins all the same if it
 * may cost nothing; but not with what is not the latest any more. */
static mcpauth_status got_mark(mcpauth_flow *flow, mcpauth_status status,
    bool conflict, const mcpauth_error *why, mcpauth_error *err)
{
    if (status &&
        (ma_record_rotates(&flow->record) || ma_keeping_old_serves(flow)))
        return refuse_unmarked(flow, mcpauth_error_message(why), err);
    if (status)
        not_saved(flow, mcpauth_error_message(why));
    if (conflict && ++flow->conflicts < CONFLICTS_MAX) {
        lock_anew(flow);
        return MCPAUTH_OK;
    }
    flow->conflicts = 0;
    ma_flow_go(flow, MA_FLOW_TOKEN);
    return MCPAUTH_OK;
}

/* The refresh token before this one is used up, so it is worth all the time
 * that the lock gives (S-043). */
static bool can_save_later(const mcpauth_flow *flow)
{
    return flow->obtained && ma_record_rotates(&flow->record) &&
           flow->held[MCPAUTH_LOCK_REFRESH] &&
           flow->now_ms + SAVE_TURN_MS < ma_keeping_until_ms(flow);
}

static void save_later(mcpauth_flow *flow, const char *why)
{
    ma_config_log(flow->config, 1, "store",
        "the new refresh token could not be saved yet, trying again: %s", why);
    flow->until_ms = flow->now_ms + SAVE_TURN_MS;
    flow->resume = MA_FLOW_SAVED;
    ma_flow_go(flow, MA_FLOW_BACKOFF);
}

mcpauth_status ma_keeping_got_save(mcpauth_flow *flow, mcpauth_status status,
    mcpauth_save_answer answer, const mcpauth_error *why, mcpauth_error *err)
{
    bool conflict = !status && answer == MCPAUTH_SAVE_CONFLICT;
    if (flow->state == MA_FLOW_MARKED)
        return got_mark(flow, status, conflict, why, err);
    if (conflict && ++flow->conflicts < CONFLICTS_MAX) {
        ma_flow_go(flow, MA_FLOW_CONFLICT_RECORD);
        return MCPAUTH_OK;
    }
    if (status == MCPAUTH_E_STORE && can_save_later(flow)) {
        save_later(flow, mcpauth_error_message(why));
        return MCPAUTH_OK;
    }
    if (status)
        not_saved(flow, mcpauth_error_message(why));
    if (conflict && !flow->result)
        not_saved(flow, "others keep saving at the same time");
    flow->unsaved = status || conflict;
    flow->conflicts = 0;
    flow->dirty = false;
    leave(flow);
    return MCPAUTH_OK;
}

/* --- the end of a refresh token ------------------------------------------ */

void ma_keeping_explain_loss(const mcpauth_flow *flow, mcpauth_error *err)
{
    if (!flow->cut_off_ms || !flow->refresh_done)
        return;
    mcpauth_status st = ma_error_in(err, mcpauth_error_status(err),
        "a refresh that began %lld s ago was cut off before its answer was "
        "saved, which has probably used up the refresh token",
        (long long)since_cut_off_s(flow));
    (void)st;
}
