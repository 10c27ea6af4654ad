/* file_test.c - records in files: corruption, crashes, crowds and logout. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "base/error.h"
#include "base/scratch_test.h"
#include "store/filename.h"
#include "store/filerecord.h"
#include "store/generation.h"
#include "store/previous.h"
#include "store/store.h"

#define CANARY "rt-canary-77c2"

enum { PROCESSES = 8, ROUNDS = 5, KILLS = 100, BIG = 64 * 1024 };

static const mcpauth_store_key key = {"https://a.example/mcp", "default"};
static const mcpauth_store_key other = {"https://b.example/mcp", "default"};

static mcpauth_store *open_store(const char *directory)
{
    mcpauth_store *store = NULL;
    assert_int_equal(
        mcpauth_store_file_new(directory, NULL, &store, NULL), MCPAUTH_OK);
    return store;
}

static const char *record_path(const char *directory)
{
    ma_filename names;
    assert_int_equal(ma_filename_set(&names, &key, NULL), MCPAUTH_OK);
    return scratch_path(directory, names.record);
}

static mcpauth_status save_any(mcpauth_store *store, ma_span bytes,
    int64_t version, mcpauth_save_answer *out_answer, int64_t *out_version)
{
    return mcpauth_store_save(store, &key, bytes.at, bytes.len, version,
        out_answer, out_version, NULL);
}

static int64_t save(mcpauth_store *store, const char *bytes, int64_t version)
{
    mcpauth_save_answer answer = MCPAUTH_SAVE_CONFLICT;
    int64_t next = -1;
    assert_int_equal(
        save_any(store, ma_span_of(bytes), version, &answer, &next),
        MCPAUTH_OK);
    assert_int_equal(answer, MCPAUTH_SAVED);
    return next;
}

static int64_t expect(mcpauth_store *store, const char *bytes)
{
    MA_SCOPED(mcpauth_record) record = {0};
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    assert_int_equal(mcpauth_store_load(store, &key, &record, err), MCPAUTH_OK);
    assert_int_equal(mcpauth_error_status(err), MCPAUTH_OK);
    assert_int_equal(bytes != NULL, record.bytes != NULL);
    if (bytes)
        assert_string_equal(record.bytes, bytes);
    return record.version;
}

/* --- places -------------------------------------------------------------- */

static void a_record_outlives_the_process_seed_31(void **state)
{
    const char *directory = scratch_path(*state, "state/mcpauth");
    struct stat found;
    mode_t mask = umask(0);
    mcpauth_store *store = open_store(directory);
    int64_t version = save(store, "record", 0);
    umask(mask);
    mcpauth_store_free(store);

    MA_AUTO(mcpauth_store) next = open_store(directory);
    assert_int_equal(expect(next, "record"), version);
    assert_int_equal(stat(record_path(directory), &found), 0);
    assert_int_equal(found.st_mode & 07777, 0600);
    assert_int_equal(stat(directory, &found), 0);
    assert_int_equal(found.st_mode & 07777, 0700);
}

static void an_unsafe_directory_is_no_store_S_047(void **state)
{
    mcpauth_store *store = NULL;
    const char *open = scratch_path(*state, "open");
    const char *safe = scratch_path(*state, "safe");
    assert_int_equal(mkdir(open, 0700), 0);
    assert_int_equal(chmod(open, 0770), 0);
    assert_int_equal(
        mcpauth_store_file_new(open, NULL, &store, NULL), MCPAUTH_E_STORE);
    assert_int_equal(
        mcpauth_store_file_new(safe, open, &store, NULL), MCPAUTH_E_STORE);
    assert_int_equal(
        mcpauth_store_file_new("", NULL, &store, NULL), MCPAUTH_E_USAGE);
    assert_null(store);
}

static void a_directory_opened_to_others_later_is_refused_S_047(void **state)
{
    MA_AUTO(mcpauth_store) store = open_store(*state);
    mcpauth_record record = {0};
    mcpauth_save_answer answer;
    int64_t version = save(store, "old", 0);
    assert_int_equal(chmod(*state, 0777), 0);
    assert_int_equal(
        mcpauth_store_load(store, &key, &record, NULL), MCPAUTH_E_STORE);
    assert_int_equal(
        save_any(store, ma_span_of("new"), version, &answer, &version),
        MCPAUTH_E_STORE);
    assert_int_equal(chmod(*state, 0700), 0);
    expect(store, "old");
}

static void a_record_that_is_a_link_is_refused_S_047(void **state)
{
    MA_AUTO(mcpauth_store) store = open_store(*state);
    const char *target = scratch_path(*state, "target");
    mcpauth_record record = {0};
    mcpauth_save_answer answer;
    int64_t version;
    scratch_write(target, ma_span_of("mine"), 0600);
    assert_int_equal(symlink("target", record_path(*state)), 0);
    assert_int_equal(
        mcpauth_store_load(store, &key, &record, NULL), MCPAUTH_E_STORE);
    assert_int_equal(save_any(store, ma_span_of("new"), 0, &answer, &version),
        MCPAUTH_E_STORE);
    assert_string_equal(scratch_read(target).at, "mine");
}

static void a_record_open_to_others_is_refused_A_260(void **state)
{
    MA_AUTO(mcpauth_store) store = open_store(*state);
    mcpauth_record record = {0};
    save(store, "record", 0);
    assert_int_equal(chmod(record_path(*state), 0644), 0);
    assert_int_equal(
        mcpauth_store_load(store, &key, &record, NULL), MCPAUTH_E_STORE);
}

static void a_directory_may_be_removed_and_made_again(void **state)
{
    const char *directory = scratch_path(*state, "d");
    MA_AUTO(mcpauth_store) store = open_store(directory);
    assert_int_equal(rmdir(directory), 0);
    save(store, "record", 0);
    expect(store, "record");
}

static void a_relative_directory_stays_where_it_was(void **state)
{
    char before[4096];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(*state), 0);
    MA_AUTO(mcpauth_store) store = open_store("d");
    assert_int_equal(chdir(before), 0);
    save(store, "record", 0);
    assert_true(scratch_holds(scratch_path(*state, "d"), "record"));
    assert_non_null(strstr(mcpauth_store_describe(store), *state));
    assert_memory_equal(mcpauth_store_describe(store), "file /", 6);
}

static void locks_may_live_elsewhere(void **state)
{
    const char *records = scratch_path(*state, "records");
    const char *locks = scratch_path(*state, "locks");
    mcpauth_lock lock = {.answer = MCPAUTH_LOCK_UNAVAILABLE};
    MA_AUTO(mcpauth_store) store = NULL;
    assert_int_equal(
        mcpauth_store_file_new(records, locks, &store, NULL), MCPAUTH_OK);
    assert_int_equal(mcpauth_store_lock(
                         store, &key, MCPAUTH_LOCK_REFRESH, store, &lock, NULL),
        MCPAUTH_OK);
    assert_int_equal(lock.answer, MCPAUTH_LOCKED);
    assert_int_equal(scratch_count(locks, ".lock"), 1);
    assert_int_equal(scratch_count(records, ".lock"), 0);
}

/* --- damage and other versions ------------------------------------------- */

/* What write_damage knows to do to the file of a good record. */
static const char *const damages[] = {"empty", "half", "zeros", "random",
    "brackets", "checksum", "other key", "longer"};
enum { DAMAGES = sizeof damages / sizeof *damages };

static ma_span copy_under_other_key(char *room, size_t room_len)
{
    MA_SCOPED(ma_buf) file = ma_buf_init(MA_FILERECORD_MAX);
    const ma_filerecord record = {.server = other.server,
        .account = other.account,
        .version = 5,
        .bytes = ma_span_of(CANARY)};
    assert_int_equal(ma_filerecord_write(&file, &record, NULL), MCPAUTH_OK);
    assert_true(file.len <= room_len);
    memcpy(room, file.at, file.len);
    return ma_span_make(room, file.len);
}

static void write_damage(const char *path, const char *damage)
{
    static char room[2 * MA_FILERECORD_MAX];
    ma_span good = scratch_read(path);
    ma_span bytes = ma_span_make(room, good.len);
    memcpy(room, good.at, good.len);
    if (!strcmp(damage, "empty"))
        bytes.len = 0;
    else if (!strcmp(damage, "half"))
        bytes.len /= 2;
    else if (!strcmp(damage, "zeros"))
        memset(room, 0, bytes.len);
    else if (!strcmp(damage, "random"))
        assert_int_equal(ma_crypto_random(room, bytes.len, NULL), MCPAUTH_OK);
    else if (!strcmp(damage, "brackets"))
        memset(room, '[', bytes.len = 200000);
    else if (!strcmp(damage, "checksum"))
        room[bytes.len - 1] ^= 1;
    else if (!strcmp(damage, "other key"))
        bytes = copy_under_other_key(room, sizeof room);
    else if (!strcmp(damage, "longer"))
        bytes.len = sizeof room;
    scratch_write(path, bytes, 0600);
}

static void expect_set_aside(const char *directory, const char *damage)
{
    MA_AUTO(mcpauth_store) store = open_store(directory);
    save(store, "good", 0);
    write_damage(record_path(directory), damage);
    assert_int_equal(expect(store, NULL), 0);
    assert_int_equal(scratch_count(directory, ".corrupt-"), 1);
    assert_int_equal(scratch_count(directory, ".json"), 1);
    expect(store, NULL);
    save(store, "fresh", 0);
    expect(store, "fresh");
    assert_int_equal(scratch_count(directory, ".corrupt-"), 1);
    assert_int_equal(scratch_count(directory, ".json"), 2);
}

static void a_damaged_record_is_set_aside_once_S_045_A_261(void **state)
{
    for (size_t i = 0; i < DAMAGES; i++)
        expect_set_aside(scratch_path(*state, damages[i]), damages[i]);
}

static void a_save_sets_damage_aside_too_S_045(void **state)
{
    MA_AUTO(mcpauth_store) store = open_store(*state);
    mcpauth_save_answer answer = MCPAUTH_SAVED;
    int64_t version = save(store, "good", 0);
    write_damage(record_path(*state), "half");
    assert_int_equal(
        save_any(store, ma_span_of("new"), version, &answer, &version),
        MCPAUTH_OK);
    assert_int_equal(answer, MCPAUTH_SAVE_CONFLICT);
    save(store, "new", 0);
    assert_int_equal(scratch_count(*state, ".corrupt-"), 1);
}

static bool count_record(void *each_ctx, const mcpauth_store_key *found,
    const mcpauth_record *record)
{
    (void)found;
    (void)record;
    ++*(int *)each_ctx;
    return true;
}

static void a_newer_record_is_refused_and_untouched_S_051(void **state)
{
    static const char newer[] = "mcpauth-record 2 x\n{\"sealed\":true}";
    MA_AUTO(mcpauth_store) store = open_store(*state);
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    mcpauth_record record = {0};
    mcpauth_save_answer answer;
    int64_t version;
    int listed = 0;
    scratch_write(record_path(*state), ma_span_of(newer), 0600);
    assert_int_equal(
        mcpauth_store_load(store, &key, &record, err), MCPAUTH_E_STORE);
    assert_non_null(strstr(mcpauth_error_message(err), "newer mcpauth"));
    assert_non_null(strstr(mcpauth_error_message(err), record_path(*state)));
    assert_non_null(mcpauth_error_hint(err));
    assert_int_equal(save_any(store, ma_span_of("new"), 0, &answer, &version),
        MCPAUTH_E_STORE);
    assert_int_equal(save_any(store, ma_span_of(NULL), 0, &answer, &version),
        MCPAUTH_E_STORE);
    assert_int_equal(
        mcpauth_store_list(store, count_record, &listed, NULL), MCPAUTH_OK);
    assert_int_equal(listed, 0);
    assert_string_equal(scratch_read(record_path(*state)).at, newer);
    assert_int_equal(scratch_count(*state, ".json"), 1);
}

/* Signs content as a newer mcpauth of the same format would. */
static void write_signed(const char *path, const char *content)
{
    char checksum[MA_SHA256_HEX];
    char file[1024];
    assert_int_equal(
        ma_crypto_sha256_hex(ma_span_of(content), checksum, NULL), MCPAUTH_OK);
    snprintf(file, sizeof file, "mcpauth-record 1 %s\n%s", checksum, content);
    scratch_write(path, ma_span_of(file), 0600);
}

static void unknown_members_survive_old_and_new_in_turn_S_051(void **state)
{
    MA_AUTO(mcpauth_store) store = open_store(*state);
    write_signed(record_path(*state),
        "{\"key\":{\"server\":\"https://a.example/mcp\","
        "\"account\":\"default\"},\"version\":41,\"device\":{\"n\":[1,2]}}\n"
        "by the newer");
    assert_int_equal(expect(store, "by the newer"), 41);
    assert_int_equal(save(store, "by this one", 41), 42);
    assert_int_equal(save(store, "again", 42), 43);
    assert_true(scratch_holds(*state, "\"device\":{\"n\":[1,2]}"));
    assert_true(scratch_holds(*state, "\"version\":43"));
    expect(store, "again");
}

/* --- the last generation ------------------------------------------------- */

static const char *previous_path(const char *directory)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s" MA_PREVIOUS, record_path(directory));
    return path;
}

/* As a power cut leaves it: the record under its second name. */
static void move_to_previous(const char *directory)
{
    assert_int_equal(
        rename(record_path(directory), previous_path(directory)), 0);
}

static int count_listed(mcpauth_store *store)
{
    int listed = 0;
    assert_int_equal(
        mcpauth_store_list(store, count_record, &listed, NULL), MCPAUTH_OK);
    return listed;
}

static void the_last_generation_is_read_when_the_next_is_gone_S_044(
    void **state)
{
    MA_AUTO(mcpauth_store) store = open_store(*state);
    int64_t version = save(store, "old", 0);
    move_to_previous(*state);
    assert_int_equal(expect(store, "old"), version);
    assert_int_equal(count_listed(store), 1);
    assert_int_equal(save(store, "new", version), version + 1);
    expect(store, "new");
    assert_int_equal(count_listed(store), 1);
    assert_int_equal(scratch_count(*state, ".json"), 1);
}

static void the_last_generation_is_read_when_the_next_is_damaged_S_044_S_045(
    void **state)
{
    MA_AUTO(mcpauth_store) store = open_store(*state);
    int64_t version = save(store, "old", 0);
    move_to_previous(*state);
    scratch_write(record_path(*state), ma_span_of("torn"), 0600);
    assert_int_equal(count_listed(store), 1);
    assert_int_equal(expect(store, "old"), version);
    assert_int_equal(scratch_count(*state, ".corrupt-"), 1);
    save(store, "new", version);
    expect(store, "new");
    assert_int_equal(scratch_count(*state, MA_PREVIOUS), 0);
}

/* As a writer leaves it that is killed before it renames. */
static void move_to_next(const char *directory)
{
    char path[4096];
    snprintf(
        path, sizeof path, "%s" MA_GENERATION_NEXT, record_path(directory));
    assert_int_equal(rename(record_path(directory), path), 0);
}

static void a_save_that_was_killed_when_all_was_written_counts_S_043(
    void **state)
{
    MA_AUTO(mcpauth_store) store = open_store(*state);
    int64_t version = save(store, "old", 0);
    assert_int_equal(
        link(record_path(*state), scratch_path(*state, "kept")), 0);
    version = save(store, "new", version);
    move_to_next(*state);
    assert_int_equal(
        rename(scratch_path(*state, "kept"), record_path(*state)), 0);
    assert_int_equal(expect(store, "new"), version);
    assert_int_equal(count_listed(store), 1);
    assert_int_equal(save(store, "newer", version), version + 1);
    expect(store, "newer");
    assert_int_equal(scratch_count(*state, ".json"), 1);
}

static void so_does_a_first_one_and_logout_finds_it_S_043_S_085(void **state)
{
    MA_AUTO(mcpauth_store) store = open_store(*state);
    int64_t version = save(store, CANARY, 0);
    move_to_next(*state);
    assert_int_equal(count_listed(store), 1);
    assert_int_equal(expect(store, CANARY), version);
    save(store, NULL, version);
    assert_false(scratch_holds(*state, CANARY));
    expect(store, NULL);
}

/* What is in the way makes a save fail when all is written.  *version becomes
 * that of the new content. */
static void fail_to_name(mcpauth_store *store, const char *obstacle,
    const char *bytes, int64_t *version)
{
    mcpauth_save_answer answer = MCPAUTH_SAVE_CONFLICT;
    int64_t unused = 0;
    assert_int_equal(mkdir(obstacle, 0700), 0);
    assert_int_equal(
        save_any(store, ma_span_of(bytes), *version, &answer, &unused),
        MCPAUTH_E_STORE);
    *version = expect(store, bytes);
    assert_int_equal(rmdir(obstacle), 0);
}

static void a_save_that_failed_when_all_was_written_counts_S_043_S_046(
    void **state)
{
    static const char *const endings[] = {".tmp-1", MA_PREVIOUS};
    MA_AUTO(mcpauth_store) store = open_store(*state);
    int64_t version = save(store, "old", 0);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        char obstacle[4096];
        snprintf(
            obstacle, sizeof obstacle, "%s%s", record_path(*state), endings[i]);
        fail_to_name(store, obstacle, "new", &version);
        version = save(store, "newer", version);
        expect(store, "newer");
        assert_int_equal(scratch_count(*state, ".json"), 1);
    }
}

static void a_damaged_last_generation_counts_as_none_S_045(void **state)
{
    MA_AUTO(mcpauth_store) store = open_store(*state);
    save(store, "old", 0);
    write_damage(record_path(*state), "half");
    move_to_previous(*state);
    assert_int_equal(count_listed(store), 0);
    assert_int_equal(expect(store, NULL), 0);
    assert_int_equal(scratch_count(*state, ".json"), 1);
    assert_int_equal(scratch_count(*state, ".corrupt-"), 1);
}

static void a_newer_last_generation_is_refused_S_051(void **state)
{
    static const char newer[] = "mcpauth-record 2 x\n{\"sealed\":true}";
    MA_AUTO(mcpauth_store) store = open_store(*state);
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    mcpauth_record record = {0};
    scratch_write(previous_path(*state), ma_span_of(newer), 0600);
    assert_int_equal(
        mcpauth_store_load(store, &key, &record, err), MCPAUTH_E_STORE);
    assert_non_null(strstr(mcpauth_error_message(err), previous_path(*state)));
    assert_int_equal(count_listed(store), 0);
    assert_string_equal(scratch_read(previous_path(*state)).at, newer);
}

/* --- logout -------------------------------------------------------------- */

static void logout_leaves_no_secret_S_085(void **state)
{
    MA_AUTO(mcpauth_store) store = open_store(*state);
    char name[128];
    int64_t version = save(store, CANARY " damaged", 0);
    write_damage(record_path(*state), "checksum");
    expect(store, NULL);
    version = save(store, CANARY " one", 0);
    version = save(store, CANARY " two", version);
    snprintf(name, sizeof name, "%s.tmp-0123456789abcdef", record_path(*state));
    scratch_write(name, ma_span_of(CANARY " left by a crash"), 0600);
    scratch_write(previous_path(*state), ma_span_of(CANARY " before"), 0600);
    assert_true(scratch_holds(*state, CANARY));
    save(store, NULL, version);
    assert_false(scratch_holds(*state, CANARY));
    assert_int_equal(scratch_count(*state, ".json"), 0);
    expect(store, NULL);
}

static void logout_finds_a_last_generation_alone_S_085(void **state)
{
    MA_AUTO(mcpauth_store) store = open_store(*state);
    int64_t version = save(store, CANARY, 0);
    move_to_previous(*state);
    save(store, NULL, version);
    assert_false(scratch_holds(*state, CANARY));
    expect(store, NULL);
}

static void logout_touches_no_other_record_S_085(void **state)
{
    MA_AUTO(mcpauth_store) store = open_store(*state);
    mcpauth_save_answer answer;
    int64_t unused;
    assert_int_equal(mcpauth_store_save(
                         store, &other, "stays", 5, 0, &answer, &unused, NULL),
        MCPAUTH_OK);
    save(store, NULL, save(store, CANARY, 0));
    assert_true(scratch_holds(*state, "stays"));
}

static void a_save_clears_what_a_crash_left_S_043(void **state)
{
    MA_AUTO(mcpauth_store) store = open_store(*state);
    char name[128];
    snprintf(name, sizeof name, "%s.tmp-0123456789abcdef", record_path(*state));
    scratch_write(name, ma_span_of(CANARY), 0600);
    save(store, "record", 0);
    assert_false(scratch_holds(*state, CANARY));
}

/* --- several processes --------------------------------------------------- */

/* 0: within the limit a big record cannot be saved, and says why. */
static int save_past_limit(mcpauth_store *store, int64_t version)
{
    static char big[BIG];
    const struct rlimit limit = {BIG / 2, BIG / 2};
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    mcpauth_save_answer answer;
    if (setrlimit(RLIMIT_FSIZE, &limit))
        return 1;
    if (mcpauth_store_save(store, &key, big, sizeof big, version, &answer,
            &version, err) != MCPAUTH_E_STORE)
        return 2;
    return strstr(mcpauth_error_message(err), "File too large") ? 0 : 3;
}

static void a_size_limit_leaves_the_old_record_S_046(void **state)
{
    MA_AUTO(mcpauth_store) store = open_store(*state);
    int64_t version = save(store, "old", 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child)
        _exit(save_past_limit(store, version));
    assert_int_equal(scratch_wait(child), 0);
    assert_int_equal(expect(store, "old"), version);
    assert_int_equal(scratch_count(*state, ".tmp-"), 0);
}

/* Locks, says so, and holds on until it is killed. */
static void hold_lock(const char *directory, int said)
{
    mcpauth_store *store = NULL;
    mcpauth_lock lock = {.answer = MCPAUTH_LOCK_UNAVAILABLE};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (mcpauth_store_file_new(directory, NULL, &store, NULL) ||
        mcpauth_store_lock(
            store, &key, MCPAUTH_LOCK_REFRESH, store, &lock, NULL) ||
        lock.answer != MCPAUTH_LOCKED || write(said, "y", 1) != 1)
        _exit(1);
    for (;;)
        pause();
}

static mcpauth_lock_answer try_lock(mcpauth_store *store)
{
    mcpauth_lock lock = {.answer = MCPAUTH_LOCK_UNAVAILABLE};
    assert_int_equal(mcpauth_store_lock(
                         store, &key, MCPAUTH_LOCK_REFRESH, store, &lock, NULL),
        MCPAUTH_OK);
    return lock.answer;
}

static void the_lock_dies_with_its_process_S_042_S_049(void **state)
{
    MA_AUTO(mcpauth_store) store = open_store(*state);
    int said[2];
    char word;
    assert_int_equal(pipe(said), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child)
        hold_lock(*state, said[1]);
    close(said[1]);
    assert_int_equal(read(said[0], &word, 1), 1);
    close(said[0]);

    assert_int_equal(try_lock(store), MCPAUTH_LOCK_HELD);
    save(store, "the lock does not stop a save", 0);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(scratch_wait(child), -SIGKILL);
    assert_int_equal(try_lock(store), MCPAUTH_LOCKED);
}

/* Load, add one, save: a refresh as far as the store can tell.  False when
 * anything but success meets it. */
static bool add_one(mcpauth_store *store)
{
    char text[32];
    mcpauth_save_answer answer = MCPAUTH_SAVE_CONFLICT;
    MA_SCOPED(mcpauth_record) record = {0};
    if (mcpauth_store_load(store, &key, &record, NULL))
        return false;
    long number = record.bytes ? strtol(record.bytes, NULL, 10) : 0;
    snprintf(text, sizeof text, "%ld", number + 1);
    return save_any(store, ma_span_of(text), record.version, &answer,
               &record.version) == MCPAUTH_OK &&
           answer == MCPAUTH_SAVED;
}

static bool add_one_locked(mcpauth_store *store)
{
    mcpauth_lock lock = {.answer = MCPAUTH_LOCK_HELD};
    while (lock.answer == MCPAUTH_LOCK_HELD)
        if (mcpauth_store_lock(
                store, &key, MCPAUTH_LOCK_REFRESH, store, &lock, NULL))
            return false;
    bool added = lock.answer == MCPAUTH_LOCKED && add_one(store);
    mcpauth_store_unlock(store, &key, MCPAUTH_LOCK_REFRESH, store);
    return added;
}

static int add_rounds(const char *directory)
{
    MA_AUTO(mcpauth_store) store = NULL;
    if (mcpauth_store_file_new(directory, NULL, &store, NULL))
        return 1;
    for (int i = 0; i < ROUNDS; i++)
        if (!add_one_locked(store))
            return 2;
    return 0;
}

static void eight_processes_lose_no_save_S_042(void **state)
{
    pid_t children[PROCESSES];
    char sum[32];
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (!children[i])
            _exit(add_rounds(*state));
    }
    for (int i = 0; i < PROCESSES; i++)
        assert_int_equal(scratch_wait(children[i]), 0);
    MA_AUTO(mcpauth_store) store = open_store(*state);
    snprintf(sum, sizeof sum, "%d", PROCESSES * ROUNDS);
    expect(store, sum);
}

/* Saves records that are all of one letter, and says so each time, until it is
 * killed. */
static void save_forever(const char *directory, int said)
{
    static char big[BIG];
    mcpauth_store *store = NULL;
    mcpauth_record record = {0};
    mcpauth_save_answer answer = MCPAUTH_SAVED;
    if (mcpauth_store_file_new(directory, NULL, &store, NULL) ||
        mcpauth_store_load(store, &key, &record, NULL))
        _exit(1);
    for (char letter = 'a';; letter = letter == 'z' ? 'a' : letter + 1) {
        memset(big, letter, sizeof big);
        if (write(said, &letter, 1) != 1 ||
            save_any(store, ma_span_make(big, sizeof big), record.version,
                &answer, &record.version) ||
            answer != MCPAUTH_SAVED)
            _exit(2);
    }
}

/* Kills a writer after so many saves, somewhere in the next one. */
static void kill_writer(const char *directory, int saves)
{
    int said[2];
    char letter;
    assert_int_equal(pipe(said), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child)
        save_forever(directory, said[1]);
    close(said[1]);
    for (int i = 0; i <= saves; i++)
        assert_int_equal(read(said[0], &letter, 1), 1);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(scratch_wait(child), -SIGKILL);
    close(said[0]);
}

static void expect_one_letter(mcpauth_store *store)
{
    MA_SCOPED(mcpauth_record) record = {0};
    assert_int_equal(
        mcpauth_store_load(store, &key, &record, NULL), MCPAUTH_OK);
    if (!record.bytes)
        return;
    assert_int_equal(record.len, BIG);
    for (size_t i = 1; i < record.len; i++)
        assert_true(record.bytes[i] == record.bytes[0]);
}

static void a_killed_writer_leaves_old_or_new_S_044(void **state)
{
    MA_AUTO(mcpauth_store) store = open_store(*state);
    for (int i = 0; i < KILLS; i++) {
        kill_writer(*state, i % 3);
        expect_one_letter(store);
    }
    assert_int_equal(scratch_count(*state, ".corrupt-"), 0);
    assert_true(scratch_count(*state, ".tmp-") <= 1);
}

static void note(void *ctx, const char *what)
{
    ma_buf_addf(ctx, "%s\n", what);
}

static void expect_found(mcpauth_store *store, const char *words)
{
    MA_SCOPED(ma_buf) found = ma_buf_init(BIG);
    assert_int_equal(mcpauth_store_check(store, note, &found, NULL), 0);
    assert_int_equal(found.len > 0, words != NULL);
    if (words)
        assert_non_null(strstr(ma_buf_text(&found), words));
}

static void a_check_finds_damage_and_changes_nothing_S_045(void **state)
{
    MA_AUTO(mcpauth_store) store = open_store(*state);
    save(store, "content", 0);
    expect_found(store, NULL);
    write_damage(record_path(*state), "checksum");
    expect_found(store, ".json is damaged, and nothing is there");
    assert_int_equal(scratch_count(*state, ".corrupt-"), 0);
    expect(store, NULL);
    expect_found(store, "was set aside");
}

static void a_check_finds_a_damaged_generation_alone_S_045(void **state)
{
    char next[4096];
    MA_AUTO(mcpauth_store) store = open_store(*state);
    snprintf(next, sizeof next, "%s" MA_GENERATION_NEXT, record_path(*state));
    save(store, "content", 0);
    move_to_next(*state);
    expect_found(store, NULL);
    scratch_write(previous_path(*state), ma_span_of("torn"), 0600);
    expect_found(store, ".json.prev is damaged; another generation");
    assert_int_equal(unlink(next), 0);
    expect_found(store, ".json.prev is damaged, and nothing is there");
    assert_int_equal(unlink(previous_path(*state)), 0);
    scratch_write(next, ma_span_of("torn"), 0600);
    expect_found(store, ".json.next is damaged, and nothing is there");
    scratch_write(next, ma_span_of("mcpauth-record 2 x\n"), 0600);
    expect_found(store, ".json.next was written by a newer mcpauth");
}

#define IN_SCRATCH(test)                                                       \
    cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(a_record_outlives_the_process_seed_31),
        IN_SCRATCH(an_unsafe_directory_is_no_store_S_047),
        IN_SCRATCH(a_directory_opened_to_others_later_is_refused_S_047),
        IN_SCRATCH(a_record_that_is_a_link_is_refused_S_047),
        IN_SCRATCH(a_record_open_to_others_is_refused_A_260),
        IN_SCRATCH(a_directory_may_be_removed_and_made_again),
        IN_SCRATCH(a_relative_directory_stays_where_it_was),
        IN_SCRATCH(locks_may_live_elsewhere),
        IN_SCRATCH(a_damaged_record_is_set_aside_once_S_045_A_261),
        IN_SCRATCH(a_save_sets_damage_aside_too_S_045),
        IN_SCRATCH(a_newer_record_is_refused_and_untouched_S_051),
        IN_SCRATCH(unknown_members_survive_old_and_new_in_turn_S_051),
        IN_SCRATCH(the_last_generation_is_read_when_the_next_is_gone_S_044),
        IN_SCRATCH(
            the_last_generation_is_read_when_the_next_is_damaged_S_044_S_045),
        IN_SCRATCH(a_save_that_was_killed_when_all_was_written_counts_S_043),
        IN_SCRATCH(so_does_a_first_one_and_logout_finds_it_S_043_S_085),
        IN_SCRATCH(a_save_that_failed_when_all_was_written_counts_S_043_S_046),
        IN_SCRATCH(a_damaged_last_generation_counts_as_none_S_045),
        IN_SCRATCH(a_newer_last_generation_is_refused_S_051),
        IN_SCRATCH(logout_leaves_no_secret_S_085),
        IN_SCRATCH(logout_finds_a_last_generation_alone_S_085),
        IN_SCRATCH(logout_touches_no_other_record_S_085),
        IN_SCRATCH(a_save_clears_what_a_crash_left_S_043),
        IN_SCRATCH(a_size_limit_leaves_the_old_record_S_046),
        IN_SCRATCH(the_lock_dies_with_its_process_S_042_S_049),
        IN_SCRATCH(eight_processes_lose_no_save_S_042),
        IN_SCRATCH(a_killed_writer_leaves_old_or_new_S_044),
        IN_SCRATCH(a_check_finds_damage_and_changes_nothing_S_045),
        IN_SCRATCH(a_check_finds_a_damaged_generation_alone_S_045),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
