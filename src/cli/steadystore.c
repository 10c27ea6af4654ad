/* steadystore.c - a store under whose locks no signal ends the program.
 *
 * Each lock is one hold, however often its owner takes it, since one unlock
 * undoes all; and an unlock by somebody else undoes none.  So the locks that
 * are held are listed. */
#include "cli/steadystore.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "cli/interrupt.h"
#include "store/store.h"

typedef struct held {
    struct held *next;
    char *server;
    char *account;
    mcpauth_lock_kind kind;
    const void *owner;
} held;

typedef struct {
    mcpauth_store *inner;
    pthread_mutex_t mutex; /* over the list */
    held *first;
} steady;

/* --- what is held -------------------------------------------------------- */

static void free_held(held *at)
{
    if (!at)
        return;
    ma_free(at->server);
    ma_free(at->account);
    ma_free(at);
}
MA_AUTO_DEFINE(held, free_held)

static held *make_held(
    const mcpauth_store_key *key, mcpauth_lock_kind kind, const void *owner)
{
    MA_AUTO(held) made = ma_calloc(1, sizeof *made);
    if (!made)
        return NULL;
    *made = (held){.server = ma_strdup(key->server),
        .account = ma_strdup(key->account),
        .kind = kind,
        .owner = owner};
    return made->server && made->account ? ma_move(&made) : NULL;
}

/* The pointer to it in the list, or the one at its end. */
static held **find_held(steady *self, const mcpauth_store_key *key,
    mcpauth_lock_kind kind, const void *owner)
{
    held **at = &self->first;
    while (*at && ((*at)->kind != kind || (*at)->owner != owner ||
                      strcmp((*at)->server, key->server) != 0 ||
                      strcmp((*at)->account, key->account) != 0))
        at = &(*at)->next;
    return at;
}

/* False: it is listed already, and *made left alone. */
static bool add_held(steady *self, const mcpauth_store_key *key, held **made)
{
    pthread_mutex_lock(&self->mutex);
    held **at = find_held(self, key, (*made)->kind, (*made)->owner);
    bool added = !*at;
    if (added)
        *at = ma_move(made);
    pthread_mutex_unlock(&self->mutex);
    return added;
}

static held *take_held(steady *self, const mcpauth_store_key *key,
    mcpauth_lock_kind kind, const void *owner)
{
    pthread_mutex_lock(&self->mutex);
    held **at = find_held(self, key, kind, owner);
    held *taken = *at;
    if (taken)
        *at = taken->next;
    pthread_mutex_unlock(&self->mutex);
    return taken;
}

/* --- the store ----------------------------------------------------------- */

static mcpauth_status load(void *ctx, const mcpauth_store_key *key,
    mcpauth_record *out_record, mcpauth_error *err)
{
    steady *self = ctx;
    return mcpauth_store_load(self->inner, key, out_record, err);
}

static mcpauth_status save(void *ctx, const mcpauth_store_key *key,
    const char *bytes, size_t len, int64_t version,
    mcpauth_save_answer *out_answer, int64_t *out_version, mcpauth_error *err)
{
    steady *self = ctx;
    return mcpauth_store_save(
        self->inner, key, bytes, len, version, out_answer, out_version, err);
}

static mcpauth_status lock(void *ctx, const mcpauth_store_key *key,
    mcpauth_lock_kind kind, const void *owner, mcpauth_lock *out_lock,
    mcpauth_error *err)
{
    steady *self = ctx;
    MA_AUTO(held) made = make_held(key, kind, owner);
    if (!made)
        return ma_error_nomem(err);
    ma_interrupt_hold();
    mcpauth_status st =
        mcpauth_store_lock(self->inner, key, kind, owner, out_lock, err);
    bool locked = !st && out_lock->answer == MCPAUTH_LOCKED;
    if (!locked || !add_held(self, key, &made))
        ma_interrupt_release();
    if (!st && out_lock->answer == MCPAUTH_LOCK_HELD)
        ma_interrupt_idle();
    return st;
}

static void unlock(void *ctx, const mcpauth_store_key *key,
    mcpauth_lock_kind kind, const void *owner)
{
    steady *self = ctx;
    MA_AUTO(held) taken = take_held(self, key, kind, owner);
    mcpauth_store_unlock(self->inner, key, kind, owner);
    if (taken)
        ma_interrupt_release();
}

static mcpauth_status list(void *ctx,
    bool (*each)(void *each_ctx, const mcpauth_store_key *key,
        const mcpauth_record *record),
    void *each_ctx, mcpauth_error *err)
{
    steady *self = ctx;
    return mcpauth_store_list(self->inner, each, each_ctx, err);
}

static mcpauth_status check(void *ctx,
    void (*found)(void *found_ctx, const char *what), void *found_ctx,
    mcpauth_error *err)
{
    steady *self = ctx;
    return mcpauth_store_check(self->inner, found, found_ctx, err);
}

static const char *describe(void *ctx)
{
    const steady *self = ctx;
    return mcpauth_store_describe(self->inner);
}

/* Its locks go with it. */
static void free_steady(void *ctx)
{
    steady *self = ctx;
    if (!self)
        return;
    mcpauth_store_free(self->inner);
    while (self->first) {
        MA_AUTO(held) released = self->first;
        self->first = released->next;
        ma_interrupt_release();
    }
    pthread_mutex_destroy(&self->mutex);
    ma_free(self);
}

mcpauth_status ma_steadystore_new(
    mcpauth_store *inner, mcpauth_store **out_store, mcpauth_error *err)
{
    static const mcpauth_store_ops ops = {sizeof ops, load, save, lock, unlock,
        list, describe, free_steady, check};
    MA_AUTO(mcpauth_store) owned = inner;
    steady *self = ma_calloc(1, sizeof *self);
    if (!self)
        return ma_error_nomem(err);
    self->inner = ma_move(&owned);
    pthread_mutex_init(&self->mutex, NULL);
    return mcpauth_store_new(&ops, self, out_store, err);
}
