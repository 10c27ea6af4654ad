/* memory.c - records that live as long as their store.
 *
 * An entry stays when its record is removed: it carries the lock, too. */
#include <mcpauth/store.h>
#include <pthread.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/secret.h"
#include "store/store.h"

typedef struct entry {
    struct entry *next;
    char *server;
    char *account;
    ma_secret *bytes; /* NULL: no record */
    int64_t version;  /* 0: no record */
    struct {
        bool held;
        const void *owner; /* while held */
    } locks[2];            /* by kind */
} entry;

typedef struct {
    pthread_mutex_t mutex;
    entry *entries;
    int64_t last_version; /* of any record, so that no version comes twice */
} memory;

/* --- entries ------------------------------------------------------------- */

static void free_entry(entry *item)
{
    if (!item)
        return;
    ma_free(item->server);
    ma_free(item->account);
    ma_secret_free(item->bytes);
    ma_free(item);
}
MA_AUTO_DEFINE(entry, free_entry)

static void free_entries(entry *first)
{
    while (first) {
        entry *next = first->next;
        free_entry(first);
        first = next;
    }
}

static entry *find_entry(const memory *self, const mcpauth_store_key *key)
{
    entry *item = self->entries;
    while (item && (strcmp(item->server, key->server) != 0 ||
                       strcmp(item->account, key->account) != 0))
        item = item->next;
    return item;
}

static entry *make_entry(const mcpauth_store_key *key)
{
    MA_AUTO(entry) item = ma_calloc(1, sizeof *item);
    if (!item)
        return NULL;
    item->server = ma_strdup(key->server);
    item->account = ma_strdup(key->account);
    return item->server && item->account ? ma_move(&item) : NULL;
}

static entry *need_entry(memory *self, const mcpauth_store_key *key)
{
    entry *item = find_entry(self, key);
    if (item)
        return item;
    item = make_entry(key);
    if (!item)
        return NULL;
    item->next = self->entries;
    self->entries = item;
    return item;
}

static mcpauth_status copy_record(
    const entry *item, mcpauth_record *out, mcpauth_error *err)
{
    if (!item)
        return mcpauth_record_set(out, NULL, 0, 0, err);
    ma_span bytes = ma_secret_span(item->bytes);
    return mcpauth_record_set(out, bytes.at, bytes.len, item->version, err);
}

/* --- operations ---------------------------------------------------------- */

static mcpauth_status load(void *ctx, const mcpauth_store_key *key,
    mcpauth_record *out_record, mcpauth_error *err)
{
    memory *self = ctx;
    pthread_mutex_lock(&self->mutex);
    mcpauth_status st = copy_record(find_entry(self, key), out_record, err);
    pthread_mutex_unlock(&self->mutex);
    return st;
}

static void replace_record(memory *self, entry *item, ma_secret *bytes)
{
    ma_secret_free(item->bytes);
    item->bytes = bytes;
    item->version = bytes ? ++self->last_version : 0;
}

static mcpauth_status save(void *ctx, const mcpauth_store_key *key,
    const char *bytes, size_t len, int64_t version,
    mcpauth_save_answer *out_answer, int64_t *out_version, mcpauth_error *err)
{
    memory *self = ctx;
    MA_AUTO(ma_secret)
    copy = bytes ? ma_secret_new(ma_span_make(bytes, len)) : NULL;
    if (bytes && !copy)
        return ma_error_nomem(err);
    pthread_mutex_lock(&self->mutex);
    entry *item = need_entry(self, key);
    bool matches = item && item->version == version;
    if (matches) {
        replace_record(self, item, ma_move(&copy));
        *out_version = item->version;
    }
    pthread_mutex_unlock(&self->mutex);
    if (!item)
        return ma_error_nomem(err);
    *out_answer = matches ? MCPAUTH_SAVED : MCPAUTH_SAVE_CONFLICT;
    return MCPAUTH_OK;
}

static mcpauth_lock_answer lock_entry(
    entry *item, mcpauth_lock_kind kind, const void *owner)
{
    if (item->locks[kind].held)
        return item->locks[kind].owner == owner ? MCPAUTH_LOCKED
                                                : MCPAUTH_LOCK_HELD;
    item->locks[kind].held = true;
    item->locks[kind].owner = owner;
    return MCPAUTH_LOCKED;
}

/* Whoever holds it is in this process, which needs no name. */
static mcpauth_status lock(void *ctx, const mcpauth_store_key *key,
    mcpauth_lock_kind kind, const void *owner, mcpauth_lock *out_lock,
    mcpauth_error *err)
{
    memory *self = ctx;
    pthread_mutex_lock(&self->mutex);
    entry *item = need_entry(self, key);
    if (item)
        *out_lock = (mcpauth_lock){.answer = lock_entry(item, kind, owner)};
    pthread_mutex_unlock(&self->mutex);
    return item ? MCPAUTH_OK : ma_error_nomem(err);
}

static void unlock(void *ctx, const mcpauth_store_key *key,
    mcpauth_lock_kind kind, const void *owner)
{
    memory *self = ctx;
    pthread_mutex_lock(&self->mutex);
    entry *item = find_entry(self, key);
    if (item && item->locks[kind].held && item->locks[kind].owner == owner)
        item->locks[kind].held = false;
    pthread_mutex_unlock(&self->mutex);
}

static mcpauth_status copy_entry(
    const entry *item, memory *copy, mcpauth_error *err)
{
    const mcpauth_store_key key = {item->server, item->account};
    entry *twin = need_entry(copy, &key);
    ma_secret *bytes = ma_secret_new(ma_secret_span(item->bytes));
    if (!twin || !bytes) {
        ma_secret_free(bytes);
        return ma_error_nomem(err);
    }
    twin->bytes = bytes;
    twin->version = item->version;
    return MCPAUTH_OK;
}

static mcpauth_status copy_entries(
    memory *self, memory *copy, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    pthread_mutex_lock(&self->mutex);
    for (entry *item = self->entries; item && !st; item = item->next)
        if (item->bytes)
            st = copy_entry(item, copy, err);
    pthread_mutex_unlock(&self->mutex);
    return st;
}

static mcpauth_status show_entries(entry *item,
    bool (*each)(void *each_ctx, const mcpauth_store_key *key,
        const mcpauth_record *record),
    void *each_ctx, mcpauth_error *err)
{
    bool more = true;
    for (; item && more; item = item->next) {
        MA_SCOPED(mcpauth_record) record = {0};
        mcpauth_status st = copy_record(item, &record, err);
        if (st)
            return st;
        const mcpauth_store_key key = {item->server, item->account};
        more = each(each_ctx, &key, &record);
    }
    return MCPAUTH_OK;
}

/* Shows a copy, so that each may call the store. */
static mcpauth_status list(void *ctx,
    bool (*each)(void *each_ctx, const mcpauth_store_key *key,
        const mcpauth_record *record),
    void *each_ctx, mcpauth_error *err)
{
    memory copy = {0};
    mcpauth_status st = copy_entries(ctx, &copy, err);
    if (!st)
        st = show_entries(copy.entries, each, each_ctx, err);
    free_entries(copy.entries);
    return st;
}

static const char *describe(void *ctx)
{
    (void)ctx;
    return "memory";
}

static void free_memory(void *ctx)
{
    memory *self = ctx;
    pthread_mutex_destroy(&self->mutex);
    free_entries(self->entries);
    ma_free(self);
}

mcpauth_status mcpauth_store_memory_new(
    mcpauth_store **out_store, mcpauth_error *err)
{
    static const mcpauth_store_ops ops = {sizeof ops, load, save, lock, unlock,
        list, describe, free_memory, NULL};
    memory *self = ma_calloc(1, sizeof *self);
    if (!self)
        return ma_error_nomem(err);
    pthread_mutex_init(&self->mutex, NULL);
    return mcpauth_store_new(&ops, self, out_store, err);
}
