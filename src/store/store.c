/* store.c - the operations of whichever store it is, and records. */
#include "store/store.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"
#include "base/url.h"
#include "store/seal.h"

struct mcpauth_store {
    mcpauth_store_ops ops;
    void *ctx;
};

static bool is_complete(const mcpauth_store_ops *ops)
{
    return ops->load && ops->save && ops->lock && ops->unlock && ops->list &&
           ops->describe && ops->free;
}

mcpauth_status mcpauth_store_new(const mcpauth_store_ops *ops, void *ctx,
    mcpauth_store **out_store, mcpauth_error *err)
{
    mcpauth_store_ops known = {0};
    memcpy(&known, ops, ops->size < sizeof known ? ops->size : sizeof known);
    MA_AUTO(mcpauth_store) store = ma_calloc(1, sizeof *store);
    if (!store && known.free)
        known.free(ctx);
    if (!store)
        return ma_error_nomem(err);

    store->ops = known;
    store->ctx = ctx;
    if (!is_complete(&known))
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "mcpauth_store_ops lacks a function, or its size is not set");
    *out_store = ma_move(&store);
    return MCPAUTH_OK;
}

void mcpauth_store_free(mcpauth_store *store)
{
    if (store && store->ops.free)
        store->ops.free(store->ctx);
    ma_free(store);
}

/* --- records, sealed or not ---------------------------------------------- */

mcpauth_status ma_store_load_any(mcpauth_store *store,
    const mcpauth_store_key *key, mcpauth_record *out_record,
    mcpauth_error *err)
{
    return store->ops.load(store->ctx, key, out_record, err);
}

mcpauth_status ma_store_save_any(mcpauth_store *store,
    const mcpauth_store_key *key, const char *bytes, size_t len,
    int64_t version, mcpauth_save_answer *out_answer, int64_t *out_version,
    mcpauth_error *err)
{
    return store->ops.save(
        store->ctx, key, bytes, len, version, out_answer, out_version, err);
}

mcpauth_status ma_store_list_any(mcpauth_store *store, ma_store_each_fn *each,
    void *each_ctx, mcpauth_error *err)
{
    return store->ops.list(store->ctx, each, each_ctx, err);
}

/* --- records that are not sealed ----------------------------------------- */

/* Nobody but the key's holder can use it, and nobody may replace it. */
static mcpauth_status refuse_sealed(const mcpauth_store *store,
    const mcpauth_store_key *key, mcpauth_error *err)
{
    MA_AUTO(ma_text) server = ma_url_redacted(key->server);
    MA_AUTO(ma_text) account = ma_quote(ma_span_of(key->account));
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_USAGE,
        "the record of %s, account \"%s\", in %s: it is sealed",
        server ? server : "a server", account ? account : "",
        mcpauth_store_describe(store));
    ma_error_hint(err, "open the store with the key it was sealed with");
    return st;
}

static bool is_sealed(const mcpauth_record *record)
{
    return ma_seal_is(ma_span_make(record->bytes, record->len));
}

mcpauth_status mcpauth_store_load(mcpauth_store *store,
    const mcpauth_store_key *key, mcpauth_record *out_record,
    mcpauth_error *err)
{
    MA_SCOPED(mcpauth_record) found = {0};
    mcpauth_status st = ma_store_load_any(store, key, &found, err);
    if (st)
        return st;
    if (is_sealed(&found))
        return refuse_sealed(store, key, err);
    *out_record = found;
    found = (mcpauth_record){0};
    return MCPAUTH_OK;
}

mcpauth_status mcpauth_store_save(mcpauth_store *store,
    const mcpauth_store_key *key, const char *bytes, size_t len,
    int64_t version, mcpauth_save_answer *out_answer, int64_t *out_version,
    mcpauth_error *err)
{
    if (bytes && len > MCPAUTH_RECORD_MAX)
        return ma_error_set(err, MCPAUTH_E_LIMIT,
            "a record of %zu bytes is longer than a store takes (%d)", len,
            MCPAUTH_RECORD_MAX);
    return ma_store_save_any(
        store, key, bytes, len, version, out_answer, out_version, err);
}

typedef struct {
    const mcpauth_store *store;
    ma_store_each_fn *each;
    void *each_ctx;
    mcpauth_status failed; /* the first failure */
    mcpauth_error *err;
} listing;

/* A sealed one is told when the others have been shown. */
static bool show_unsealed(
    void *each_ctx, const mcpauth_store_key *key, const mcpauth_record *record)
{
    listing *self = each_ctx;
    if (!is_sealed(record))
        return self->each(self->each_ctx, key, record);
    if (!self->failed)
        self->failed = refuse_sealed(self->store, key, self->err);
    return true;
}

mcpauth_status mcpauth_store_list(mcpauth_store *store,
    bool (*each)(void *each_ctx, const mcpauth_store_key *key,
        const mcpauth_record *record),
    void *each_ctx, mcpauth_error *err)
{
    listing unsealed = {store, each, each_ctx, MCPAUTH_OK, err};
    mcpauth_status st = ma_store_list_any(store, show_unsealed, &unsealed, err);
    return st ? st : unsealed.failed;
}

/* --- locks, names -------------------------------------------------------- */

mcpauth_status mcpauth_store_lock(mcpauth_store *store,
    const mcpauth_store_key *key, mcpauth_lock_kind kind, const void *owner,
    mcpauth_lock *out_lock, mcpauth_error *err)
{
    return store->ops.lock(store->ctx, key, kind, owner, out_lock, err);
}

void mcpauth_store_unlock(mcpauth_store *store, const mcpauth_store_key *key,
    mcpauth_lock_kind kind, const void *owner)
{
    store->ops.unlock(store->ctx, key, kind, owner);
}

mcpauth_status mcpauth_store_check(mcpauth_store *store,
    ma_store_found_fn *found, void *found_ctx, mcpauth_error *err)
{
    return store->ops.check
               ? store->ops.check(store->ctx, found, found_ctx, err)
               : MCPAUTH_OK;
}

const char *mcpauth_store_describe(const mcpauth_store *store)
{
    return store->ops.describe(store->ctx);
}

void mcpauth_record_done(mcpauth_record *record)
{
    if (record->bytes)
        explicit_bzero(record->bytes, record->len);
    ma_free(record->bytes);
    *record = (mcpauth_record){0};
}

mcpauth_status mcpauth_record_set(mcpauth_record *out_record, const char *bytes,
    size_t len, int64_t version, mcpauth_error *err)
{
    if (!bytes) {
        *out_record = (mcpauth_record){0};
        return MCPAUTH_OK;
    }
    char *copy = len < SIZE_MAX ? ma_malloc(len + 1) : NULL;
    if (!copy)
        return ma_error_nomem(err);
    memcpy(copy, bytes, len);
    copy[len] = '\0';
    *out_record = (mcpauth_record){copy, len, version};
    return MCPAUTH_OK;
}
