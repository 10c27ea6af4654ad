/* file.c - one file per record, in a directory that is ours alone.
 *
 * A record's files are named by the hash of its key: H.json holds the record,
 * H.json.tmp-R its next content while that is written, H.json.prev its last
 * one until the next is safe, H.json.corrupt-T what was found damaged at time
 * T, and H.lock carries the locks.  H.json.prev is the record when H.json is
 * missing or damaged.
 * Readers take no lock: a name leads to a whole content at every moment.  A
 * writer holds the write lock from comparing the version to the replacement,
 * so a conflict is found whoever holds the refresh lock.  The directory is
 * opened anew for every call: it may be removed and made again. */
#include <fcntl.h>
#include <limits.h>
#include <mcpauth/store.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/error.h"
#include "store/filename.h"
#include "store/filerecord.h"
#include "store/held.h"
#include "store/lockfile.h"
#include "store/previous.h"
#include "store/safefile.h"
#include "store/store.h"

enum { NAME_ROOM = 2 * MA_FILENAME_ROOM, PATH_ROOM = 2 * PATH_MAX };

typedef struct {
    char *directory;
    char *lock_directory;
    char *description;
    ma_held held;
} files;

/* --- reading ------------------------------------------------------------- */

typedef struct {
    ma_buf file;
    ma_filerecord record;          /* version 0: there is none */
    ma_filerecord_verdict verdict; /* GOOD also when there is none */
    bool previous;                 /* it is H.json.prev */
} stored;

static void forget(stored *found)
{
    ma_filerecord_done(&found->record);
    ma_buf_done(&found->file);
}
MA_SCOPED_DEFINE(stored, forget)

static stored nothing(void)
{
    return (stored){.file = ma_buf_init(MA_FILERECORD_MAX)};
}

/* A record that stands under a name of another key is damaged, too. */
static mcpauth_status judge_name(
    const char *name, stored *found, mcpauth_error *err)
{
    const mcpauth_store_key key = {found->record.server, found->record.account};
    ma_filename own;
    mcpauth_status st = ma_filename_set(&own, &key, err);
    if (!st && strncmp(own.record, name, strlen(own.record)) != 0)
        found->verdict = MA_FILERECORD_DAMAGED;
    return st;
}

static mcpauth_status read_any(const ma_directory *directory, const char *name,
    stored *out, mcpauth_error *err)
{
    bool found = false;
    mcpauth_status st =
        ma_safefile_read(directory, name, &out->file, &found, err);
    if (st || !found)
        return st;
    st = ma_filerecord_parse(
        ma_buf_span(&out->file), &out->record, &out->verdict, err);
    if (st || out->verdict != MA_FILERECORD_GOOD)
        return st;
    return judge_name(name, out, err);
}

static mcpauth_status refuse_newer(const ma_directory *directory,
    const char *name, const stored *found, mcpauth_error *err)
{
    if (found->verdict != MA_FILERECORD_NEWER)
        return MCPAUTH_OK;
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_STORE,
        "%s/%s%s was written by a newer mcpauth, in a format unknown to this "
        "one",
        directory->path, name, found->previous ? MA_PREVIOUS : "");
    ma_error_hint(
        err, "use the newer mcpauth, or remove the file and log in again");
    return st;
}

static bool is_missing(const stored *found)
{
    return found->verdict == MA_FILERECORD_GOOD && !found->record.version;
}

static bool is_gone(const stored *found)
{
    return found->verdict == MA_FILERECORD_DAMAGED || is_missing(found);
}

/* Replaces *found, which is missing or damaged, by the last generation. */
static mcpauth_status read_previous(const ma_directory *directory,
    const char *name, stored *found, mcpauth_error *err)
{
    char previous[NAME_ROOM];
    snprintf(previous, sizeof previous, "%s" MA_PREVIOUS, name);
    forget(found);
    *found = nothing();
    found->previous = true;
    return read_any(directory, previous, found, err);
}

static mcpauth_status set_aside(
    const ma_directory *directory, const char *name, mcpauth_error *err)
{
    char aside[NAME_ROOM];
    snprintf(aside, sizeof aside, "%s.corrupt-%lld", name,
        (long long)ma_clock_now_ms());
    return ma_safefile_rename(directory, name, aside, err);
}

/* What a writer needs: the directory, the write lock and what is there. */
typedef struct {
    ma_filename names;
    ma_directory directory;
    ma_fd lock;
    stored now;
} writing;

static void end_writing(writing *self)
{
    forget(&self->now);
    ma_fd_done(&self->lock);
    ma_directory_done(&self->directory);
}
MA_SCOPED_DEFINE(writing, end_writing)

/* What is damaged is moved out of the way, and the last generation, which is
 * durable, counts instead. */
static mcpauth_status fall_back(writing *self, mcpauth_error *err)
{
    const char *name = self->names.record;
    mcpauth_status st = MCPAUTH_OK;
    if (self->now.verdict == MA_FILERECORD_DAMAGED)
        st = set_aside(&self->directory, name, err);
    if (!st)
        st = read_previous(&self->directory, name, &self->now, err);
    if (st || self->now.verdict != MA_FILERECORD_DAMAGED)
        return st;
    forget(&self->now);
    self->now = nothing();
    ma_previous_drop(&self->directory, name);
    return MCPAUTH_OK;
}

static mcpauth_status read_for_writing(writing *self, mcpauth_error *err)
{
    const char *name = self->names.record;
    mcpauth_status st = read_any(&self->directory, name, &self->now, err);
    if (!st && is_gone(&self->now))
        st = fall_back(self, err);
    return st ? st : refuse_newer(&self->directory, name, &self->now, err);
}

static mcpauth_status begin_writing(const files *self,
    const mcpauth_store_key *key, writing *out, mcpauth_error *err)
{
    mcpauth_status st = ma_filename_set(&out->names, key, err);
    if (!st)
        st = ma_directory_open(self->directory, &out->directory, err);
    if (!st)
        st = ma_lockfile_wait(&out->directory, out->names.lock,
            MA_LOCKFILE_WRITE, &out->lock, err);
    return st ? st : read_for_writing(out, err);
}

static writing no_writing(void)
{
    return (writing){.directory.fd = -1, .lock = -1, .now = nothing()};
}

static mcpauth_status give_record(
    const stored *found, mcpauth_record *out, mcpauth_error *err)
{
    const ma_filerecord *record = &found->record;
    return mcpauth_record_set(
        out, record->bytes.at, record->bytes.len, record->version, err);
}

/* Reads again under the write lock: what was damaged may have been replaced by
 * something good since. */
static mcpauth_status load_damaged(const files *self,
    const mcpauth_store_key *key, mcpauth_record *out_record,
    mcpauth_error *err)
{
    MA_SCOPED(writing) repair = no_writing();
    mcpauth_status st = begin_writing(self, key, &repair, err);
    return st ? st : give_record(&repair.now, out_record, err);
}

static mcpauth_status load(void *ctx, const mcpauth_store_key *key,
    mcpauth_record *out_record, mcpauth_error *err)
{
    const files *self = ctx;
    ma_filename names;
    MA_SCOPED(ma_directory) directory = {.fd = -1};
    MA_SCOPED(stored) found = nothing();
    mcpauth_status st = ma_filename_set(&names, key, err);
    if (!st)
        st = ma_directory_open(self->directory, &directory, err);
    if (!st)
        st = read_any(&directory, names.record, &found, err);
    if (!st && is_missing(&found))
        st = read_previous(&directory, names.record, &found, err);
    if (!st)
        st = refuse_newer(&directory, names.record, &found, err);
    if (st)
        return st;
    if (found.verdict == MA_FILERECORD_DAMAGED)
        return load_damaged(self, key, out_record, err);
    return give_record(&found, out_record, err);
}

/* --- writing ------------------------------------------------------------- */

/* Leftovers of writers that died hold secrets.  Without a lock they may belong
 * to one that lives. */
static mcpauth_status sweep(const writing *self, mcpauth_error *err)
{
    char leftover[NAME_ROOM];
    if (self->lock < 0)
        return MCPAUTH_OK;
    snprintf(
        leftover, sizeof leftover, "%s" MA_SAFEFILE_TEMP, self->names.record);
    return ma_safefile_remove(&self->directory, leftover, err);
}

/* Without a lock, the second name may be that of another writer. */
static mcpauth_status keep_previous(const writing *self, mcpauth_error *err)
{
    if (self->lock < 0 || self->now.previous || is_missing(&self->now))
        return MCPAUTH_OK;
    return ma_previous_keep(&self->directory, self->names.record,
        ma_buf_span(&self->now.file), err);
}

static mcpauth_status replace(const writing *self, const mcpauth_store_key *key,
    ma_span bytes, int64_t *out_version, mcpauth_error *err)
{
    ma_filerecord next = {.envelope = self->now.record.envelope,
        .server = key->server,
        .account = key->account,
        .bytes = bytes};
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_FILERECORD_MAX);
    mcpauth_status st = ma_filerecord_choose_version(
        self->now.record.version, &next.version, err);
    if (!st)
        st = ma_filerecord_write(&text, &next, err);
    if (!st)
        st = sweep(self, err);
    if (!st)
        st = keep_previous(self, err);
    if (!st)
        st = ma_safefile_replace(
            &self->directory, self->names.record, ma_buf_span(&text), err);
    if (st)
        return st;
    if (self->lock >= 0)
        ma_previous_drop(&self->directory, self->names.record);
    *out_version = next.version;
    return MCPAUTH_OK;
}

/* Durable: the files whose names start with the record's and this. */
static mcpauth_status remove_all_of(
    const writing *self, const char *rest, mcpauth_error *err)
{
    char prefix[NAME_ROOM];
    snprintf(prefix, sizeof prefix, "%s%s", self->names.record, rest);
    mcpauth_status st = ma_safefile_remove(&self->directory, prefix, err);
    return st ? st : ma_directory_sync(&self->directory, err);
}

/* What was set aside of the record, what dead writers left and the record
 * (S-085); it goes last, or the one before might take its place. */
static mcpauth_status remove_all(
    const writing *self, int64_t *out_version, mcpauth_error *err)
{
    mcpauth_status st = remove_all_of(self, ".", err);
    if (!st)
        st = remove_all_of(self, "", err);
    if (!st)
        *out_version = 0;
    return st;
}

static mcpauth_status save(void *ctx, const mcpauth_store_key *key,
    const char *bytes, size_t len, int64_t version,
    mcpauth_save_answer *out_answer, int64_t *out_version, mcpauth_error *err)
{
    MA_SCOPED(writing) change = no_writing();
    mcpauth_status st = begin_writing(ctx, key, &change, err);
    if (st)
        return st;
    if (change.now.record.version != version) {
        *out_answer = MCPAUTH_SAVE_CONFLICT;
        return MCPAUTH_OK;
    }
    if (bytes)
        st = replace(&change, key, ma_span_make(bytes, len), out_version, err);
    else
        st = remove_all(&change, out_version, err);
    if (!st)
        *out_answer = MCPAUTH_SAVED;
    return st;
}

/* --- locks --------------------------------------------------------------- */

static mcpauth_status lock(void *ctx, const mcpauth_store_key *key,
    mcpauth_lock_kind kind, const void *owner, mcpauth_lock *out_lock,
    mcpauth_error *err)
{
    files *self = ctx;
    const ma_held_what what = {key, kind};
    return ma_held_lock_key(
        &self->held, self->lock_directory, &what, owner, out_lock, err);
}

static void unlock(void *ctx, const mcpauth_store_key *key,
    mcpauth_lock_kind kind, const void *owner)
{
    files *self = ctx;
    const ma_held_what what = {key, kind};
    ma_held_unlock_key(&self->held, &what, owner);
}

/* --- all records --------------------------------------------------------- */

typedef bool each_fn(
    void *each_ctx, const mcpauth_store_key *key, const mcpauth_record *record);

/* One that is damaged or of a newer format is passed over: load says so. */
static mcpauth_status show_record(const ma_directory *directory,
    const char *name, each_fn *each, void *each_ctx, bool *out_more,
    mcpauth_error *err)
{
    MA_SCOPED(stored) found = nothing();
    MA_SCOPED(mcpauth_record) record = {0};
    mcpauth_status st = read_any(directory, name, &found, err);
    if (!st && is_gone(&found))
        st = read_previous(directory, name, &found, err);
    if (st || found.verdict != MA_FILERECORD_GOOD)
        return st;
    st = give_record(&found, &record, err);
    if (st || !record.bytes)
        return st;
    const mcpauth_store_key key = {found.record.server, found.record.account};
    *out_more = each(each_ctx, &key, &record);
    return MCPAUTH_OK;
}

/* Whether an entry is to be shown, and the record it belongs to: a last
 * generation stands for a record that is missing. */
static bool belongs_to_record(
    const ma_directory *directory, ma_span entry, char out_record[NAME_ROOM])
{
    bool previous = ma_span_ends(entry, MA_PREVIOUS);
    if (previous)
        entry.len -= strlen(MA_PREVIOUS);
    if (!ma_filename_is_record(entry))
        return false;
    snprintf(out_record, NAME_ROOM, "%.*s", (int)entry.len, entry.at);
    return !previous ||
           faccessat(directory->fd, out_record, F_OK, AT_SYMLINK_NOFOLLOW) != 0;
}

static mcpauth_status list(
    void *ctx, each_fn *each, void *each_ctx, mcpauth_error *err)
{
    const files *self = ctx;
    MA_SCOPED(ma_buf) names = ma_buf_init(MA_DIRECTORY_NAMES_MAX);
    MA_SCOPED(ma_directory) directory = {.fd = -1};
    mcpauth_status st = ma_directory_open(self->directory, &directory, err);
    if (!st)
        st = ma_directory_list(&directory, &names, err);
    bool more = true;
    for (ma_span rest = ma_buf_span(&names); !st && more && rest.at;) {
        char record[NAME_ROOM];
        ma_span entry = ma_span_cut(&rest, '\0');
        if (belongs_to_record(&directory, entry, record))
            st = show_record(&directory, record, each, each_ctx, &more, err);
    }
    return st;
}

/* --- the store ----------------------------------------------------------- */

static const char *describe(void *ctx)
{
    const files *self = ctx;
    return self->description;
}

static void free_files(void *ctx)
{
    files *self = ctx;
    if (!self)
        return;
    ma_held_done(&self->held);
    ma_free(self->directory);
    ma_free(self->lock_directory);
    ma_free(self->description);
    ma_free(self);
}
MA_AUTO_DEFINE(files, free_files)

/* Finds out before anybody logs in. */
static mcpauth_status try_directory(const char *path, mcpauth_error *err)
{
    MA_SCOPED(ma_directory) directory = {.fd = -1};
    return ma_directory_open(path, &directory, err);
}

static mcpauth_status set_directories(files *self, const char *directory,
    const char *lock_directory, mcpauth_error *err)
{
    mcpauth_status st =
        ma_directory_make_absolute(directory, &self->directory, err);
    if (!st)
        st = ma_directory_make_absolute(
            lock_directory, &self->lock_directory, err);
    if (!st)
        st = try_directory(self->directory, err);
    if (!st)
        st = try_directory(self->lock_directory, err);
    if (st)
        return st;
    MA_SCOPED(ma_buf) text = ma_buf_init(PATH_ROOM + sizeof "file ");
    ma_buf_addf(&text, "file %s", self->directory);
    self->description = ma_buf_take(&text);
    return self->description ? MCPAUTH_OK : ma_error_nomem(err);
}

mcpauth_status mcpauth_store_file_new(const char *directory,
    const char *lock_directory, mcpauth_store **out_store, mcpauth_error *err)
{
    static const mcpauth_store_ops ops = {
        sizeof ops, load, save, lock, unlock, list, describe, free_files};
    MA_AUTO(files) self = ma_calloc(1, sizeof *self);
    if (!self)
        return ma_error_nomem(err);
    ma_held_init(&self->held);
    mcpauth_status st = set_directories(
        self, directory, lock_directory ? lock_directory : directory, err);
    return st ? st : mcpauth_store_new(&ops, ma_move(&self), out_store, err);
}
