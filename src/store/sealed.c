/* sealed.c - a store that sees sealed bytes only.
 *
 * What cannot be opened is an error and no missing record: "none" would let a
 * new login replace it, and a wrong key would cost every token (S-045). */
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"
#include "base/url.h"
#include "store/seal.h"
#include "store/store.h"

enum {
    SEALED_MAX = MCPAUTH_RECORD_MAX + MA_SEAL_OVERHEAD,
    DESCRIPTION_MAX = 64 * 1024
};

typedef struct {
    mcpauth_store *inner;
    ma_secret *key;
    char *description;
} sealed;

/* --- records ------------------------------------------------------------- */

static mcpauth_status open_record(const sealed *self,
    const mcpauth_store_key *key, const mcpauth_record *found,
    mcpauth_record *out_record, mcpauth_error *err)
{
    ma_span bytes = ma_span_make(found->bytes, found->len);
    mcpauth_status st =
        ma_seal_open(bytes, self->key, key, found->version, out_record, err);
    if (!st)
        return st;
    MA_AUTO(ma_text) server = ma_url_redacted(key->server);
    MA_AUTO(ma_text) account = ma_quote(ma_span_of(key->account));
    return ma_error_in(err, st, "the record of %s, account \"%s\", in %s",
        server ? server : "a server", account ? account : "",
        self->description);
}

static mcpauth_status load(void *ctx, const mcpauth_store_key *key,
    mcpauth_record *out_record, mcpauth_error *err)
{
    const sealed *self = ctx;
    MA_SCOPED(mcpauth_record) found = {0};
    mcpauth_status st = ma_store_load_any(self->inner, key, &found, err);
    if (st)
        return st;
    if (!found.bytes)
        return mcpauth_record_set(out_record, NULL, 0, 0, err);
    return open_record(self, key, &found, out_record, err);
}

static mcpauth_status save(void *ctx, const mcpauth_store_key *key,
    const char *bytes, size_t len, int64_t version,
    mcpauth_save_answer *out_answer, int64_t *out_version, mcpauth_error *err)
{
    const sealed *self = ctx;
    MA_SCOPED(ma_buf) text = ma_buf_init(SEALED_MAX);
    mcpauth_status st = MCPAUTH_OK;
    if (bytes)
        st =
            ma_seal_write(&text, self->key, key, ma_span_make(bytes, len), err);
    if (st)
        return st;
    return ma_store_save_any(self->inner, key,
        bytes ? ma_buf_text(&text) : NULL, text.len, version, out_answer,
        out_version, err);
}

/* --- locks --------------------------------------------------------------- */

static mcpauth_status lock(void *ctx, const mcpauth_store_key *key,
    mcpauth_lock_kind kind, const void *owner, mcpauth_lock *out_lock,
    mcpauth_error *err)
{
    const sealed *self = ctx;
    return mcpauth_store_lock(self->inner, key, kind, owner, out_lock, err);
}

static void unlock(void *ctx, const mcpauth_store_key *key,
    mcpauth_lock_kind kind, const void *owner)
{
    const sealed *self = ctx;
    mcpauth_store_unlock(self->inner, key, kind, owner);
}

/* --- all records --------------------------------------------------------- */

typedef struct {
    const sealed *store;
    ma_store_each_fn *each;
    void *each_ctx;
    mcpauth_status failed; /* the first failure */
    mcpauth_error *err;
} listing;

/* What does not open is told when the others have been shown. */
static bool show_opened(
    void *each_ctx, const mcpauth_store_key *key, const mcpauth_record *found)
{
    listing *self = each_ctx;
    MA_SCOPED(mcpauth_record) record = {0};
    mcpauth_status st = open_record(
        self->store, key, found, &record, self->failed ? NULL : self->err);
    if (!st)
        return self->each(self->each_ctx, key, &record);
    if (!self->failed)
        self->failed = st;
    return true;
}

static mcpauth_status list(
    void *ctx, ma_store_each_fn *each, void *each_ctx, mcpauth_error *err)
{
    const sealed *self = ctx;
    listing opened = {self, each, each_ctx, MCPAUTH_OK, err};
    mcpauth_status st =
        ma_store_list_any(self->inner, show_opened, &opened, err);
    return st ? st : opened.failed;
}

/* --- what is wrong ------------------------------------------------------- */

typedef struct {
    const sealed *store;
    ma_store_found_fn *found;
    void *found_ctx;
} checking;

static bool check_opens(
    void *each_ctx, const mcpauth_store_key *key, const mcpauth_record *found)
{
    const checking *self = each_ctx;
    MA_SCOPED(mcpauth_record) record = {0};
    MA_AUTO(mcpauth_error) why = mcpauth_error_new();
    if (open_record(self->store, key, found, &record, why))
        self->found(self->found_ctx, mcpauth_error_message(why));
    return true;
}

static mcpauth_status check(
    void *ctx, ma_store_found_fn *found, void *found_ctx, mcpauth_error *err)
{
    const sealed *self = ctx;
    checking each = {self, found, found_ctx};
    mcpauth_status st = mcpauth_store_check(self->inner, found, found_ctx, err);
    return st ? st : ma_store_list_any(self->inner, check_opens, &each, err);
}

/* --- the store ----------------------------------------------------------- */

static const char *describe(void *ctx)
{
    const sealed *self = ctx;
    return self->description;
}

static void free_sealed(void *ctx)
{
    sealed *self = ctx;
    if (!self)
        return;
    mcpauth_store_free(self->inner);
    ma_secret_free(self->key);
    ma_free(self->description);
    ma_free(self);
}
MA_AUTO_DEFINE(sealed, free_sealed)

static mcpauth_status fill(sealed *self, ma_span key, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(DESCRIPTION_MAX);
    if (key.len != MA_SEAL_KEY_LEN)
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "the key of a sealed store has %d bytes, not %zu", MA_SEAL_KEY_LEN,
            key.len);
    ma_buf_addf(&text, "sealed %s", mcpauth_store_describe(self->inner));
    self->description = ma_buf_take(&text);
    self->key = ma_secret_new(key);
    return self->description && self->key ? MCPAUTH_OK : ma_error_nomem(err);
}

mcpauth_status mcpauth_store_sealed_new(mcpauth_store *inner,
    const unsigned char *key, size_t key_len, mcpauth_store **out_store,
    mcpauth_error *err)
{
    static const mcpauth_store_ops ops = {sizeof ops, load, save, lock, unlock,
        list, describe, free_sealed, check};
    MA_AUTO(mcpauth_store) owned = inner;
    MA_AUTO(sealed) self = ma_calloc(1, sizeof *self);
    if (!self)
        return ma_error_nomem(err);
    self->inner = ma_move(&owned);
    mcpauth_status st =
        fill(self, ma_span_make((const char *)key, key_len), err);
    return st ? st : mcpauth_store_new(&ops, ma_move(&self), out_store, err);
}
