/* relocate.c - see relocate.h. */
#include "cli/relocate.h"

#include <string.h>

#include "base/error.h"
#include "store/store.h"

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

static mcpauth_status save(mcpauth_store *store, const mcpauth_store_key *key,
    const mcpauth_record *record, int64_t version, mcpauth_error *err)
{
    mcpauth_save_answer answer = MCPAUTH_SAVED;
    int64_t ignored = 0;
    mcpauth_status st = mcpauth_store_save(store, key, record->bytes,
        record->len, version, &answer, &ignored, err);
    if (st || answer == MCPAUTH_SAVED)
        return st;
    return ma_error_set(err, MCPAUTH_E_STORE, "it was changed meanwhile in %s",
        mcpauth_store_describe(store));
}

/* Finds what an earlier try left there. */
static mcpauth_status put_beside(const ma_storage_pair *stores,
    const mcpauth_store_key *key, const mcpauth_record *record,
    mcpauth_error *err)
{
    MA_SCOPED(mcpauth_record) there = {0};
    mcpauth_status st = mcpauth_store_load(stores->target, key, &there, err);
    if (st || (there.bytes && same(record, &there)))
        return st;
    if (!there.bytes)
        return save(stores->target, key, record, 0, err);
    st = ma_error_set(err, MCPAUTH_E_STORE, "%s has another login of this name",
        mcpauth_store_describe(stores->target));
    ma_error_hint(err, "log out of one of the two first");
    return st;
}

static mcpauth_status put(const ma_storage_pair *stores,
    const mcpauth_store_key *key, const mcpauth_record *record,
    mcpauth_error *err)
{
    MA_SCOPED(mcpauth_record) there = {0};
    mcpauth_status st =
        stores->same_place
            ? save(stores->target, key, record, record->version, err)
            : put_beside(stores, key, record, err);
    if (!st)
        st = mcpauth_store_load(stores->target, key, &there, err);
    if (st || (there.bytes && same(record, &there)))
        return st;
    return ma_error_set(err, MCPAUTH_E_STORE, "%s gave back something else",
        mcpauth_store_describe(stores->target));
}

/* In one place, what the source cannot read has been moved by an earlier try,
 * if the target can.  Then it is saved once more: that takes away what a try
 * that was killed left beside it, which may be readable. */
static mcpauth_status move(const ma_storage_pair *stores,
    const mcpauth_store_key *key, bool *out_moved, mcpauth_error *err)
{
    static const mcpauth_record none = {0};
    MA_SCOPED(mcpauth_record) record = {0};
    mcpauth_status st = mcpauth_store_load(stores->source, key, &record, err);
    bool again = st == MCPAUTH_E_USAGE && stores->same_place;
    if (again)
        st = mcpauth_store_load(stores->target, key, &record, err);
    if (st || !record.bytes)
        return st;
    st = put(stores, key, &record, err);
    if (!st && !stores->same_place)
        st = save(stores->source, key, &none, record.version, err);
    *out_moved = !st && !again;
    return st;
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
