/* keyring.c - one item per record in the desktop's keyring.
 *
 * An item holds what the file of a record would, version and checksum
 * included, so that the service replaces both as one.  A version is compared
 * and replaced under the write lock of the lock directory; the service itself
 * compares nothing. */
#include <mcpauth/store.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"
#include "base/url.h"
#include "store/filename.h"
#include "store/filerecord.h"
#include "store/held.h"
#include "store/lockfile.h"
#include "store/store.h"
#include "store/vault.h"

typedef struct {
    ma_vault *vault;
    char *lock_directory;
    ma_held held;
} keyring;

/* --- reading ------------------------------------------------------------- */

/* The newest good record of a name, and what else was found. */
typedef struct {
    const mcpauth_store_key *key;
    ma_buf file;
    ma_filerecord record; /* version 0: there is none */
    bool damaged;
    bool newer;
    mcpauth_status failed;
    mcpauth_error *err;
} found;

static void forget(found *self)
{
    ma_filerecord_done(&self->record);
    ma_buf_done(&self->file);
}
MA_SCOPED_DEFINE(found, forget)

static found nothing(const mcpauth_store_key *key, mcpauth_error *err)
{
    return (found){
        .key = key, .file = ma_buf_init(MA_FILERECORD_MAX), .err = err};
}

static bool is_of(const ma_filerecord *record, const mcpauth_store_key *key)
{
    return strcmp(record->server, key->server) == 0 &&
           strcmp(record->account, key->account) == 0;
}

/* Two keyrings may hold an item of the same name. */
static void keep_newest(found *self, ma_span bytes)
{
    MA_SCOPED(found) other = nothing(self->key, self->err);
    ma_filerecord_verdict verdict = MA_FILERECORD_DAMAGED;
    ma_buf_add_span(&other.file, bytes);
    self->failed = ma_filerecord_parse(
        ma_buf_span(&other.file), &other.record, &verdict, self->err);
    bool good = verdict == MA_FILERECORD_GOOD && !self->failed &&
                is_of(&other.record, self->key);
    self->newer |= verdict == MA_FILERECORD_NEWER;
    self->damaged |= verdict != MA_FILERECORD_NEWER && !good;
    if (!good || other.record.version <= self->record.version)
        return;
    found older = *self;
    self->file = other.file;
    self->record = other.record;
    other.file = older.file;
    other.record = older.record;
}

static bool take_item(void *ctx, const ma_vault_item *item)
{
    found *self = ctx;
    keep_newest(self, item->bytes);
    return !self->failed;
}

static mcpauth_status read_items(
    const keyring *self, found *out, mcpauth_error *err)
{
    mcpauth_status st = ma_vault_find(
        self->vault, MA_VAULT_RECORD, out->key, take_item, out, err);
    if (st || out->failed)
        return st ? st : out->failed;
    if (!out->newer)
        return MCPAUTH_OK;
    st = ma_error_set(err, MCPAUTH_E_STORE,
        "the record in the keyring was written by a newer mcpauth, in a format "
        "unknown to this one");
    ma_error_hint(
        err, "use the newer mcpauth, or remove the item and log in again");
    return st;
}

/* What a writer needs: the write lock and what is there. */
static mcpauth_status lock_writing(const keyring *self,
    const mcpauth_store_key *key, ma_fd *out_lock, mcpauth_error *err)
{
    ma_filename names;
    MA_SCOPED(ma_directory) directory = {.fd = -1};
    mcpauth_status st = ma_filename_set(&names, key, err);
    if (!st)
        st = ma_directory_open(self->lock_directory, &directory, err);
    return st ? st
              : ma_lockfile_wait(
                    &directory, names.lock, MA_LOCKFILE_WRITE, out_lock, err);
}

static bool set_aside_item(void *ctx, const ma_vault_item *item)
{
    ma_buf *bytes = ctx;
    ma_buf_clear(bytes);
    ma_buf_add_span(bytes, item->bytes);
    return true;
}

/* A damaged record is kept as an item of another kind; the lock is held. */
static mcpauth_status set_aside(
    const keyring *self, const mcpauth_store_key *key, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) bytes = ma_buf_init(MA_FILERECORD_MAX);
    mcpauth_status st = ma_vault_find(
        self->vault, MA_VAULT_RECORD, key, set_aside_item, &bytes, err);
    if (!st)
        st = ma_vault_write(
            self->vault, MA_VAULT_CORRUPT, key, ma_buf_span(&bytes), err);
    return st ? st : ma_vault_remove(self->vault, MA_VAULT_RECORD, key, err);
}

static mcpauth_status read_for_writing(
    const keyring *self, found *now, mcpauth_error *err)
{
    mcpauth_status st = read_items(self, now, err);
    if (st || !now->damaged || now->record.version)
        return st;
    return set_aside(self, now->key, err);
}

static mcpauth_status give_record(
    const found *self, mcpauth_record *out, mcpauth_error *err)
{
    const ma_filerecord *record = &self->record;
    return mcpauth_record_set(
        out, record->bytes.at, record->bytes.len, record->version, err);
}

/* Reads again under the lock: somebody may have replaced what was damaged. */
static mcpauth_status load_damaged(const keyring *self,
    const mcpauth_store_key *key, mcpauth_record *out_record,
    mcpauth_error *err)
{
    MA_SCOPED(ma_fd) writing = -1;
    MA_SCOPED(found) now = nothing(key, err);
    mcpauth_status st = lock_writing(self, key, &writing, err);
    if (!st)
        st = read_for_writing(self, &now, err);
    return st ? st : give_record(&now, out_record, err);
}

static mcpauth_status load(void *ctx, const mcpauth_store_key *key,
    mcpauth_record *out_record, mcpauth_error *err)
{
    const keyring *self = ctx;
    MA_SCOPED(found) now = nothing(key, err);
    mcpauth_status st = read_items(self, &now, err);
    if (st)
        return st;
    if (now.damaged && !now.record.version)
        return load_damaged(self, key, out_record, err);
    return give_record(&now, out_record, err);
}

/* --- writing ------------------------------------------------------------- */

static mcpauth_status replace(const keyring *self, const found *now,
    ma_span bytes, int64_t *out_version, mcpauth_error *err)
{
    ma_filerecord next = {.envelope = now->record.envelope,
        .server = now->key->server,
        .account = now->key->account,
        .bytes = bytes};
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_FILERECORD_MAX);
    mcpauth_status st =
        ma_filerecord_choose_version(now->record.version, &next.version, err);
    if (!st)
        st = ma_filerecord_write(&text, &next, err);
    if (!st)
        st = ma_vault_write(
            self->vault, MA_VAULT_RECORD, now->key, ma_buf_span(&text), err);
    if (!st)
        *out_version = next.version;
    return st;
}

/* The record and what was set aside of it (S-085). */
static mcpauth_status remove_all(const keyring *self,
    const mcpauth_store_key *key, int64_t *out_version, mcpauth_error *err)
{
    mcpauth_status st = ma_vault_remove(self->vault, MA_VAULT_RECORD, key, err);
    if (!st)
        st = ma_vault_remove(self->vault, MA_VAULT_CORRUPT, key, err);
    if (!st)
        *out_version = 0;
    return st;
}

static mcpauth_status save(void *ctx, const mcpauth_store_key *key,
    const char *bytes, size_t len, int64_t version,
    mcpauth_save_answer *out_answer, int64_t *out_version, mcpauth_error *err)
{
    const keyring *self = ctx;
    MA_SCOPED(ma_fd) writing = -1;
    MA_SCOPED(found) now = nothing(key, err);
    mcpauth_status st = lock_writing(self, key, &writing, err);
    if (!st)
        st = read_for_writing(self, &now, err);
    if (st)
        return st;
    if (now.record.version != version) {
        *out_answer = MCPAUTH_SAVE_CONFLICT;
        return MCPAUTH_OK;
    }
    if (bytes)
        st = replace(self, &now, ma_span_make(bytes, len), out_version, err);
    else
        st = remove_all(self, key, out_version, err);
    if (!st)
        *out_answer = MCPAUTH_SAVED;
    return st;
}

/* --- locks --------------------------------------------------------------- */

static mcpauth_status lock(void *ctx, const mcpauth_store_key *key,
    mcpauth_lock_kind kind, const void *owner, mcpauth_lock *out_lock,
    mcpauth_error *err)
{
    keyring *self = ctx;
    const ma_held_what what = {key, kind};
    return ma_held_lock_key(
        &self->held, self->lock_directory, &what, owner, out_lock, err);
}

static void unlock(void *ctx, const mcpauth_store_key *key,
    mcpauth_lock_kind kind, const void *owner)
{
    keyring *self = ctx;
    const ma_held_what what = {key, kind};
    ma_held_unlock_key(&self->held, &what, owner);
}

/* --- all records --------------------------------------------------------- */

enum { NAMES_MAX = 16 * 1024 * 1024 };

/* Gathers the keys as "server NUL account NUL": each may call the store. */
static bool note_name(void *ctx, const ma_vault_item *item)
{
    ma_buf *names = ctx;
    ma_buf_add(names, item->server, strlen(item->server) + 1);
    ma_buf_add(names, item->account, strlen(item->account) + 1);
    return !names->failed;
}

static bool is_named_before(const char *from, const char *at)
{
    for (; from < at; from += strlen(from) + 1) {
        const char *account = from + strlen(from) + 1;
        if (!strcmp(from, at) && !strcmp(account, at + strlen(at) + 1))
            return true;
        from = account;
    }
    return false;
}

/* One that is damaged or of a newer format is passed over: load says so. */
static mcpauth_status show_record(const keyring *self,
    const mcpauth_store_key *key, ma_store_each_fn *each, void *each_ctx,
    bool *out_more, mcpauth_error *err)
{
    MA_SCOPED(found) now = nothing(key, err);
    MA_SCOPED(mcpauth_record) record = {0};
    mcpauth_status st =
        ma_vault_find(self->vault, MA_VAULT_RECORD, key, take_item, &now, err);
    if (!st)
        st = now.failed;
    if (!st)
        st = give_record(&now, &record, err);
    if (!st && record.bytes)
        *out_more = each(each_ctx, key, &record);
    return st;
}

static mcpauth_status list(
    void *ctx, ma_store_each_fn *each, void *each_ctx, mcpauth_error *err)
{
    const keyring *self = ctx;
    MA_SCOPED(ma_buf) names = ma_buf_init(NAMES_MAX);
    mcpauth_status st = ma_vault_find(
        self->vault, MA_VAULT_RECORD, NULL, note_name, &names, err);
    if (!st)
        st = ma_buf_status(&names, "the names of the records", err);
    const char *first = ma_buf_text(&names);
    bool more = true;
    for (const char *at = first; !st && more && at < first + names.len;) {
        const mcpauth_store_key key = {at, at + strlen(at) + 1};
        if (!is_named_before(first, at))
            st = show_record(self, &key, each, each_ctx, &more, err);
        at = key.account + strlen(key.account) + 1;
    }
    return st;
}

/* --- what is wrong ------------------------------------------------------- */

static void add_finding(ma_buf *to, const ma_vault_item *item, const char *what)
{
    MA_AUTO(ma_text) server = ma_url_redacted(item->server);
    MA_AUTO(ma_text) account = ma_quote(ma_span_of(item->account));
    ma_buf_addf(to, "the record of %s, account \"%s\", in the keyring %s",
        server ? server : "a server", account ? account : "", what);
    ma_buf_add_byte(to, '\0');
}

static bool check_item(void *ctx, const ma_vault_item *item)
{
    const mcpauth_store_key key = {item->server, item->account};
    MA_SCOPED(found) now = nothing(&key, NULL);
    keep_newest(&now, item->bytes);
    if (now.newer)
        add_finding(ctx, item, "was written by a newer mcpauth");
    else if (now.damaged)
        add_finding(ctx, item, "is damaged");
    return true;
}

static bool check_set_aside(void *ctx, const ma_vault_item *item)
{
    add_finding(ctx, item, "was set aside because it is damaged");
    return true;
}

/* Gathered first: whoever is told may call the store. */
static mcpauth_status check(
    void *ctx, ma_store_found_fn *tell, void *tell_ctx, mcpauth_error *err)
{
    const keyring *self = ctx;
    MA_SCOPED(ma_buf) findings = ma_buf_init(NAMES_MAX);
    mcpauth_status st = ma_vault_find(
        self->vault, MA_VAULT_RECORD, NULL, check_item, &findings, err);
    if (!st)
        st = ma_vault_find(self->vault, MA_VAULT_CORRUPT, NULL, check_set_aside,
            &findings, err);
    if (!st)
        st = ma_buf_status(&findings, "what is wrong in the keyring", err);
    for (ma_span rest = ma_buf_span(&findings); !st && rest.len;)
        tell(tell_ctx, ma_span_cut(&rest, '\0').at);
    return st;
}

/* --- the store ----------------------------------------------------------- */

static const char *describe(void *ctx)
{
    (void)ctx;
    return "keyring";
}

static void free_keyring(void *ctx)
{
    keyring *self = ctx;
    if (!self)
        return;
    ma_held_done(&self->held);
    ma_vault_free(self->vault);
    ma_free(self->lock_directory);
    ma_free(self);
}
MA_AUTO_DEFINE(keyring, free_keyring)

/* Finds out before anybody logs in. */
static mcpauth_status open_places(
    keyring *self, const char *lock_directory, bool may_ask, mcpauth_error *err)
{
    MA_SCOPED(ma_directory) directory = {.fd = -1};
    mcpauth_status st =
        ma_directory_make_absolute(lock_directory, &self->lock_directory, err);
    if (!st)
        st = ma_directory_open(self->lock_directory, &directory, err);
    return st ? st : ma_vault_new(may_ask, &self->vault, err);
}

mcpauth_status mcpauth_store_keyring_new(const char *lock_directory,
    bool may_ask, mcpauth_store **out_store, mcpauth_error *err)
{
    static const mcpauth_store_ops ops = {sizeof ops, load, save, lock, unlock,
        list, describe, free_keyring, check};
    MA_AUTO(keyring) self = ma_calloc(1, sizeof *self);
    if (!self)
        return ma_error_nomem(err);
    ma_held_init(&self->held);
    mcpauth_status st = open_places(self, lock_directory, may_ask, err);
    return st ? st : mcpauth_store_new(&ops, ma_move(&self), out_store, err);
}
