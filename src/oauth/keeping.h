/* keeping.h - what is stored, and who may change it: the record of a flow and
 * its two locks.
 *
 * The refresh lock is held around one token request and its save, thirty
 * seconds at most; the login lock as long as a person is asked.  Who holds the
 * refresh lock never waits for the other.  Whoever finds a lock held looks at
 * the record from time to time, and is done when it holds a token. */
#ifndef MA_OAUTH_KEEPING_H
#define MA_OAUTH_KEEPING_H

#include "oauth/flowstate.h"

/* --- the states -----------------------------------------------------------
 */

mcpauth_status ma_keeping_ask_load(mcpauth_flow *flow, mcpauth_error *err);
mcpauth_status ma_keeping_ask_lock(mcpauth_flow *flow, mcpauth_error *err);
mcpauth_status ma_keeping_ask_unlock(mcpauth_flow *flow, mcpauth_error *err);
mcpauth_status ma_keeping_ask_mark(mcpauth_flow *flow, mcpauth_error *err);
mcpauth_status ma_keeping_ask_save(mcpauth_flow *flow, mcpauth_error *err);

/* record NULL: there is none. */
mcpauth_status ma_keeping_got_record(
    mcpauth_flow *flow, const mcpauth_record *record, mcpauth_error *err);
mcpauth_status ma_keeping_got_lock(
    mcpauth_flow *flow, const mcpauth_lock *lock, mcpauth_error *err);
void ma_keeping_got_unlock(mcpauth_flow *flow);
mcpauth_status ma_keeping_got_save(mcpauth_flow *flow, mcpauth_status status,
    mcpauth_save_answer answer, const mcpauth_error *why, mcpauth_error *err);

/* --- what the other states ask for ---------------------------------------
 */

/* The token request is next: with the refresh lock, and once it is noted that
 * a refresh token is about to be used up (S-043).  Where the lock is missing it
 * is taken, and all is looked at again. */
void ma_keeping_begin_token(mcpauth_flow *flow);

/* A person is to be asked next, in that state: with the login lock, and without
 * the other. */
void ma_keeping_begin_login(mcpauth_flow *flow, ma_flow_state state);

/* He may be asked: those locks are as they have to be. */
bool ma_keeping_may_ask(const mcpauth_flow *flow);

/* There is no record: nothing is loaded, locked or saved. */
mcpauth_status ma_keeping_begin_without(mcpauth_flow *flow, mcpauth_error *err);

/* What is new in the record is to be saved, and then it is over. */
void ma_keeping_begin_save(mcpauth_flow *flow);

/* It is over: what is locked is let go. */
void ma_keeping_finish(mcpauth_flow *flow);

/* Says, before what err says, that the token is not renewed: a refresh token
 * that is used up without its successor being kept is a login lost (S-050).
 * Returns status. */
mcpauth_status ma_keeping_spare_refresh(
    const mcpauth_flow *flow, mcpauth_status status, mcpauth_error *err);

/* The token that was to be replaced still serves (S-069). */
bool ma_keeping_old_serves(const mcpauth_flow *flow);

/* Until when the refresh lock may be held; INT64_MAX when it is not. */
int64_t ma_keeping_until_ms(const mcpauth_flow *flow);

/* E_TIMEOUT: that is over. */
mcpauth_status ma_keeping_check_time(
    const mcpauth_flow *flow, mcpauth_error *err);

/* Says, before what err says, that a refresh was cut off before its answer was
 * saved, if that is so and has cost the refresh token (S-043). */
void ma_keeping_explain_loss(const mcpauth_flow *flow, mcpauth_error *err);

#endif
