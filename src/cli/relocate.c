/* relocate.c - see relocate.h. */
#include "cli/relocate.h"

#include <string.h>

#include "base/error.h"
#include "oauth/token.h"
#include "store/store.h"

/* What saves without a lock does so once in a run: more is no accident. */
enum { TRIES_MAX = 4 };

/* --- locks --------------------------------------------------------------- */

typedef struct {
    mcpauth_store *store;
    const mcpauth_store_key *key;
    mcpauth_lock_kind kind;
    bool taken;
} guard;

static void let_go(guard *self)
{
    if (self->taken)
        mcpauth_store_unlock(self->store, self->key, self->kind, self);
}
MA_SCOPED_DEFINE(guard, let_go)

/* A place that cannot lock is gone on without. */
static mcpauth_status take(guard *self, mcpauth_error *err)
{
    mcpauth_lock lock = {0};
    mcpauth_status st = mcpauth_store_lock(
        self->store, self->key, self->kind, self, &lock, err);
    self->taken = !st && lock.answer == MCPAUTH_LOCKED;
    if (st || lock.answer != MCPAUTH_LOCK_HELD)
        return st;
    st = ma_error_set(err, MCPAUTH_E_STORE, "%s is working with it",
        *lock.holder ? lock.holder : "another process");
    ma_error_hint(err, "try again when that has ended");
    return st;
}

/* --- one record ---------------------------------------------------------- */

static bool same(const mcpauth_record *a, const mcpauth_record *b)
{
    return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

typedef struct {
    const ma_storage_pair *stores;
    const mcpauth_store_key *key;
    int64_t put; /* the version that this run gave to the target; 0: none */
    mcpauth_save_answer answer; /* to the last save */
} moving;

/* *io_version is replaced, and becomes the new one. */
static mcpauth_status save(moving *self, mcpauth_store *store,
    const mcpauth_record *record, int64_t *io_version, mcpauth_error *err)
{
    return mcpauth_store_save(store, self->key, record->bytes, record->len,
        *io_version, &self->answer, io_version, err);
}

/* Puts it in the place of that version. */
static mcpauth_status put(moving *self, const mcpauth_record *record,
    int64_t version, mcpauth_error *err)
{
    MA_SCOPED(mcpauth_record) there = {0};
    mcpauth_store *target = self->stores->target;
    mcpauth_status st = save(self, target, record, &version, err);
    if (st || self->answer != MCPAUTH_SAVED)
        return st;
    self->put = version;
    st = mcpauth_store_load(target, self->key, &there, err);
    if (st || (there.bytes && same(record, &there)))
        return st;
    return ma_error_set(err, MCPAUTH_E_STORE, "%s gave back something else",
        mcpauth_store_describe(target));
}

static bool same_text(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static bool same_login(const mcpauth_token *a, const mcpauth_token *b)
{
    const ma_secret *refresh = ma_token_refresh(a);
    if (!same_text(mcpauth_token_issuer(a), mcpauth_token_issuer(b)) ||
        !same_text(mcpauth_token_client_id(a), mcpauth_token_client_id(b)))
        return false;
    return (refresh && ma_secret_eq(refresh, ma_token_refresh(b))) ||
           ma_span_eq(ma_token_access_span(a), ma_token_access_span(b));
}

/* What stands in the way of record. */
typedef enum {
    ANOTHER_LOGIN,
    OLDER, /* or as old */
    NEWER
} obstacle;

/* A try that was cut off leaves two copies of one login, and whichever is used
 * goes on. */
static obstacle judge(const mcpauth_record *there, const mcpauth_record *record)
{
    MA_AUTO(mcpauth_token) old = NULL;
    MA_AUTO(mcpauth_token) new = NULL;
    if (mcpauth_token_parse(there, &old, NULL) ||
        mcpauth_token_parse(record, &new, NULL))
        return ANOTHER_LOGIN;
    if (!old || !new || !same_login(old, new))
        return ANOTHER_LOGIN;
    return mcpauth_token_obtained_at_ms(old) > mcpauth_token_obtained_at_ms(new)
               ? NEWER
               : OLDER;
}

/* Two that went apart may still be revoked as one. */
static mcpauth_status refuse_other(
    const mcpauth_store *target, mcpauth_error *err)
{
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_STORE,
        "%s has another login of this name", mcpauth_store_describe(target));
    ma_error_hint(err, "log out of one of the two first; if both come from one "
                       "login, that may end both, and you log in again");
    return st;
}

/* Finds what an earlier try left there, or an earlier round of this one. */
static mcpauth_status put_beside(
    moving *self, const mcpauth_record *record, mcpauth_error *err)
{
    MA_SCOPED(mcpauth_record) there = {0};
    mcpauth_store *target = self->stores->target;
    mcpauth_status st = mcpauth_store_load(target, self->key, &there, err);
    if (st || (there.bytes && same(record, &there)))
        return st;
    obstacle found = OLDER;
    if (there.bytes && there.version != self->put)
        found = judge(&there, record);
    if (found == ANOTHER_LOGIN)
        return refuse_other(target, err);
    return found == NEWER ? MCPAUTH_OK : put(self, record, there.version, err);
}

/* In one place, what the source cannot read has been moved by an earlier try,
 * if the target can.  Then it is saved once more: that takes away what a try
 * that was killed left beside it, which may be readable. */
static mcpauth_status move_within(
    moving *self, bool *out_moved, mcpauth_error *err)
{
    MA_SCOPED(mcpauth_record) record = {0};
    const ma_storage_pair *stores = self->stores;
    mcpauth_status st =
        mcpauth_store_load(stores->source, self->key, &record, err);
    bool again = st == MCPAUTH_E_USAGE;
    if (again)
        st = mcpauth_store_load(stores->target, self->key, &record, err);
    if (st || !record.bytes)
        return st;
    st = put(self, &record, record.version, err);
    *out_moved = !st && self->answer == MCPAUTH_SAVED && !again;
    return st;
}

static mcpauth_status move_across(
    moving *self, bool *out_moved, mcpauth_error *err)
{
    static const mcpauth_record none = {0};
    MA_SCOPED(mcpauth_record) record = {0};
    mcpauth_store *source = self->stores->source;
    mcpauth_status st = mcpauth_store_load(source, self->key, &record, err);
    if (st || !record.bytes)
        return st;
    st = put_beside(self, &record, err);
    if (!st && self->answer == MCPAUTH_SAVED)
        st = save(self, source, &none, &record.version, err);
    *out_moved = !st && self->answer == MCPAUTH_SAVED;
    return st;
}

/* The version of the protocol is noted in a record without a lock, so it may
 * change meanwhile. */
static mcpauth_status move(const ma_storage_pair *stores,
    const mcpauth_store_key *key, bool *out_moved, mcpauth_error *err)
{
    moving self = {.stores = stores, .key = key};
    for (int i = 0; i < TRIES_MAX; i++) {
        self.answer = MCPAUTH_SAVED;
        mcpauth_status st = stores->same_place
                                ? move_within(&self, out_moved, err)
                                : move_across(&self, out_moved, err);
        if (st || self.answer == MCPAUTH_SAVED)
            return st;
    }
    return ma_error_set(
        err, MCPAUTH_E_STORE, "it was changed again and again meanwhile");
}

mcpauth_status ma_relocate(const ma_storage_pair *stores,
    const mcpauth_store_key *key, bool *out_moved, mcpauth_error *err)
{
    MA_SCOPED(guard)
    login = {stores->source, key, MCPAUTH_LOCK_LOGIN, false};
    MA_SCOPED(guard)
    refresh = {stores->source, key, MCPAUTH_LOCK_REFRESH, false};
    MA_SCOPED(guard)
    target = {stores->target, key, MCPAUTH_LOCK_REFRESH, false};
    *out_moved = false;
    mcpauth_status st = take(&login, err);
    if (!st)
        st = take(&refresh, err);
    if (!st && !stores->same_locks)
        st = take(&target, err);
    return st ? st : move(stores, key, out_moved, err);
}
