/* file.c - one file per record, in a directory that is ours alone.
 *
 * A record's files are named by the hash of its key: H.json holds the record,
 * H.json.next its next content while that is written, H.json.prev its last one
 * until the next is safe (generation.h says which of them counts), and
 * H.json.corrupt-T what was found damaged at time T.  H.lock carries the locks;
 * where there are none, H.json.tmp-R takes the place of H.json.next.
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
#include "store/generation.h"
#include "store/held.h"
#include "store/lockfile.h"
#include "store/previous.h"
#include "store/safefile.h"
#include "store/store.h"

#define CORRUPT ".corrupt-"

enum { NAME_ROOM = 2 * MA_FILENAME_ROOM, PATH_ROOM = 2 * PATH_MAX };

typedef struct {
    char *directory;
    char *lock_directory;
    char *description;
    ma_held held;
} files;

/* --- reading ------------------------------------------------------------- */

static mcpauth_status set_aside(
    const ma_directory *directory, const char *name, mcpauth_error *err)
{
    char aside[NAME_ROOM];
    snprintf(aside, sizeof aside, "%s" CORRUPT "%lld", name,
        (long long)ma_clock_now_ms());
    return ma_safefile_rename(directory, name, aside, err);
}

/* What a writer needs: the directory, the write lock and what is there. */
typedef struct {
    ma_filename names;
    ma_directory directory;
    ma_fd lock;
    ma_generation now;
} writing;

static void end_writing(writing *self)
{
    ma_generation_done(&self->now);
    ma_fd_done(&self->lock);
    ma_directory_done(&self->directory);
}
MA_SCOPED_DEFINE(writing, end_writing)

/* What is damaged makes room for another generation. */
static mcpauth_status replace_damaged(writing *self, mcpauth_error *err)
{
    char name[NAME_ROOM];
    snprintf(name, sizeof name, "%s%s", self->names.record, self->now.ending);
    ma_generation_done(&self->now);
    self->now = ma_generation_init();
    mcpauth_status st = set_aside(&self->directory, name, err);
    return st ? st
              : ma_generation_choose(
                    &self->directory, self->names.record, &self->now, err);
}

static mcpauth_status read_for_writing(writing *self, mcpauth_error *err)
{
    const char *name = self->names.record;
    const ma_directory *directory = &self->directory;
    mcpauth_status st = ma_generation_read(directory, name, &self->now, err);
    if (!st && self->now.verdict != MA_FILERECORD_DAMAGED)
        st = ma_generation_choose(directory, name, &self->now, err);
    while (!st && self->now.verdict == MA_FILERECORD_DAMAGED)
        st = replace_damaged(self, err);
    return st ? st
              : ma_generation_refuse_newer(directory, name, &self->now, err);
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
    return (writing){
        .directory.fd = -1, .lock = -1, .now = ma_generation_init()};
}

static mcpauth_status give_record(
    const ma_generation *found, mcpauth_record *out, mcpauth_error *err)
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
    MA_SCOPED(ma_generation) found = ma_generation_init();
    mcpauth_status st = ma_filename_set(&names, key, err);
    if (!st)
        st = ma_directory_open(self->directory, &directory, err);
    if (!st)
        st = ma_generation_read(&directory, names.record, &found, err);
    if (!st && found.verdict != MA_FILERECORD_DAMAGED)
        st = ma_generation_choose(&directory, names.record, &found, err);
    if (!st)
        st = ma_generation_refuse_newer(&directory, names.record, &found, err);
    if (st)
        return st;
    if (found.verdict == MA_FILERECORD_DAMAGED)
        return load_damaged(self, key, out_record, err);
    return give_record(&found, out_record, err);
}

/* --- writing ------------------------------------------------------------- */

/* Leftovers of writers that died hold secrets. */
static mcpauth_status sweep(const writing *self, mcpauth_error *err)
{
    char leftover[NAME_ROOM];
    snprintf(
        leftover, sizeof leftover, "%s" MA_SAFEFILE_TEMP, self->names.record);
    return ma_safefile_remove(&self->directory, leftover, err);
}

static mcpauth_status keep_previous(const writing *self, mcpauth_error *err)
{
    if (!self->now.stands)
        return MCPAUTH_OK;
    return ma_previous_keep(&self->directory, self->names.record,
        ma_buf_span(&self->now.file), err);
}

/* The next generation counts, so its writer is dead: what it left undone is
 * done before another one takes its name. */
static mcpauth_status finish_next(writing *self, mcpauth_error *err)
{
    if (strcmp(self->now.ending, MA_GENERATION_NEXT) != 0)
        return MCPAUTH_OK;
    mcpauth_status st = keep_previous(self, err);
    if (!st)
        st = ma_safefile_replace(&self->directory, self->names.record,
            ma_buf_span(&self->now.file), err);
    if (!st)
        ma_previous_drop(&self->directory, self->names.record);
    self->now.stands = !st;
    return st;
}

/* It is written before all else, since from then on neither a kill nor a
 * failure costs it: it stays, counts, and the next writer finishes it. */
static mcpauth_status write_next(
    const writing *self, const char *next, ma_span text, mcpauth_error *err)
{
    unlinkat(self->directory.fd, next, 0);
    mcpauth_status st = ma_safefile_write(&self->directory, next, text, err);
    if (!st)
        st = sweep(self, err);
    if (!st)
        st = keep_previous(self, err);
    if (!st)
        st =
            ma_safefile_rename(&self->directory, next, self->names.record, err);
    return st;
}

static mcpauth_status write_text(
    writing *self, ma_span text, mcpauth_error *err)
{
    char next[NAME_ROOM];
    const char *name = self->names.record;
    /* Without a lock, the names may be another writer's. */
    if (self->lock < 0)
        return ma_safefile_replace(&self->directory, name, text, err);
    snprintf(next, sizeof next, "%s" MA_GENERATION_NEXT, name);
    mcpauth_status st = finish_next(self, err);
    if (st)
        return st;
    st = write_next(self, next, text, err);
    if (!st)
        ma_previous_drop(&self->directory, name);
    return st;
}

static mcpauth_status replace(writing *self, const mcpauth_store_key *key,
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
        st = write_text(self, ma_buf_span(&text), err);
    if (!st)
        *out_version = next.version;
    return st;
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
 * (S-085), which goes last, or an older generation would take its place for a
 * moment.  On a full disk that may be. */
static mcpauth_status remove_all(
    writing *self, int64_t *out_version, mcpauth_error *err)
{
    (void)finish_next(self, NULL);
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
    MA_SCOPED(ma_generation) found = ma_generation_init();
    MA_SCOPED(mcpauth_record) record = {0};
    mcpauth_status st = ma_generation_read(directory, name, &found, err);
    if (!st)
        st = ma_generation_choose(directory, name, &found, err);
    if (st || found.verdict != MA_FILERECORD_GOOD)
        return st;
    st = give_record(&found, &record, err);
    if (st || !record.bytes)
        return st;
    const mcpauth_store_key key = {found.record.server, found.record.account};
    *out_more = each(each_ctx, &key, &record);
    return MCPAUTH_OK;
}

static bool is_there(
    const ma_directory *directory, const char *name, const char *ending)
{
    char whole_name[NAME_ROOM];
    snprintf(whole_name, sizeof whole_name, "%s%s", name, ending);
    return !faccessat(directory->fd, whole_name, F_OK, AT_SYMLINK_NOFOLLOW);
}

/* Whether an entry is to be shown, and the record it belongs to: another
 * generation stands for a record that is missing. */
static bool belongs_to_record(
    const ma_directory *directory, ma_span entry, char out_record[NAME_ROOM])
{
    ma_span record = ma_generation_record_name(entry);
    if (!ma_filename_is_record(record))
        return false;
    snprintf(out_record, NAME_ROOM, "%.*s", (int)record.len, record.at);
    if (record.len == entry.len)
        return true;
    bool is_next = ma_span_ends(entry, MA_GENERATION_NEXT);
    return !is_there(directory, out_record, "") &&
           !(is_next && is_there(directory, out_record, MA_PREVIOUS));
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
    mcpauth_status first = st;
    for (ma_span rest = ma_buf_span(&names); more && rest.at;) {
        char record[NAME_ROOM];
        ma_span entry = ma_span_cut(&rest, '\0');
        if (!belongs_to_record(&directory, entry, record))
            continue;
        st = show_record(
            &directory, record, each, each_ctx, &more, first ? NULL : err);
        first = first ? first : st;
    }
    return first;
}

/* --- what is wrong ------------------------------------------------------- */

typedef struct {
    const ma_directory *directory;
    ma_store_found_fn *found;
    void *found_ctx;
} checking;

static void tell(const checking *self, const char *name, const char *what)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(PATH_ROOM);
    ma_buf_addf(&text, "%s/%s %s", self->directory->path, name, what);
    self->found(self->found_ctx, ma_buf_text(&text));
}

/* Whether a generation beside that of this ending is good. */
static mcpauth_status find_another(const checking *self, const char *name,
    const char *ending, bool *out_good, mcpauth_error *err)
{
    static const char *const endings[] = {"", MA_PREVIOUS, MA_GENERATION_NEXT};
    mcpauth_status st = MCPAUTH_OK;
    for (size_t i = 0; !st && i < sizeof endings / sizeof *endings; i++) {
        MA_SCOPED(ma_generation) found = ma_generation_init();
        if (!strcmp(endings[i], ending))
            continue;
        st = ma_generation_read_as(
            self->directory, name, endings[i], &found, err);
        if (!st)
            st = ma_generation_refuse_newer(self->directory, name, &found, err);
        *out_good |=
            found.verdict == MA_FILERECORD_GOOD && found.record.version;
    }
    return st;
}

/* name is that of the record, entry the file's own. */
static mcpauth_status check_generation(const checking *self, const char *name,
    const char *entry, mcpauth_error *err)
{
    MA_SCOPED(ma_generation) found = ma_generation_init();
    const char *ending = entry + strlen(name);
    bool replaced = false;
    mcpauth_status st =
        ma_generation_read_as(self->directory, name, ending, &found, err);
    if (!st)
        st = ma_generation_refuse_newer(self->directory, name, &found, err);
    if (st || found.verdict != MA_FILERECORD_DAMAGED)
        return st;
    st = find_another(self, name, ending, &replaced, err);
    if (!st)
        tell(self, entry,
            replaced ? "is damaged; another generation will replace it"
                     : "is damaged, and nothing is there to replace it");
    return st;
}

static void check_entry(const checking *self, ma_span entry)
{
    char whole[NAME_ROOM], record[NAME_ROOM];
    MA_AUTO(mcpauth_error) why = mcpauth_error_new();
    snprintf(whole, sizeof whole, "%.*s", (int)entry.len, entry.at);
    if (strstr(whole, CORRUPT))
        tell(self, whole, "was set aside because it is damaged");
    else if (belongs_to_record(self->directory, entry, record) &&
             check_generation(self, record, whole, why))
        self->found(self->found_ctx, mcpauth_error_message(why));
}

static mcpauth_status check(
    void *ctx, ma_store_found_fn *found, void *found_ctx, mcpauth_error *err)
{
    const files *self = ctx;
    MA_SCOPED(ma_buf) names = ma_buf_init(MA_DIRECTORY_NAMES_MAX);
    MA_SCOPED(ma_directory) directory = {.fd = -1};
    mcpauth_status st = ma_directory_open(self->directory, &directory, err);
    if (!st)
        st = ma_directory_list(&directory, &names, err);
    const checking each = {&directory, found, found_ctx};
    for (ma_span rest = ma_buf_span(&names); !st && rest.at;)
        check_entry(&each, ma_span_cut(&rest, '\0'));
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
    static const mcpauth_store_ops ops = {sizeof ops, load, save, lock, unlock,
        list, describe, free_files, check};
    MA_AUTO(files) self = ma_calloc(1, sizeof *self);
    if (!self)
        return ma_error_nomem(err);
    ma_held_init(&self->held);
    mcpauth_status st = set_directories(
        self, directory, lock_directory ? lock_directory : directory, err);
    return st ? st : mcpauth_store_new(&ops, ma_move(&self), out_store, err);
}
