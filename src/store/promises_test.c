/* promises_test.c - see promises_test.h. */
#include "store/promises_test.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/scratch_test.h"
#include "store/store.h"

static const mcpauth_store_key key = {"https://a.example/mcp", "default"};
static const mcpauth_store_key other = {"https://a.example/mcp", "work"};

int promises_end(void **state)
{
    promises_fixture *made = *state;
    mcpauth_store_free(made->store);
    return made->directory ? scratch_teardown(&made->directory) : 0;
}

static mcpauth_store *store_of(void **state)
{
    return ((promises_fixture *)*state)->store;
}

static mcpauth_save_answer try_save(mcpauth_store *store,
    const mcpauth_store_key *at, const char *bytes, int64_t version,
    int64_t *out_version)
{
    mcpauth_save_answer answer = MCPAUTH_SAVE_CONFLICT;
    size_t len = bytes ? strlen(bytes) : 0;
    assert_int_equal(mcpauth_store_save(store, at, bytes, len, version, &answer,
                         out_version, NULL),
        MCPAUTH_OK);
    return answer;
}

static int64_t save(mcpauth_store *store, const mcpauth_store_key *at,
    const char *bytes, int64_t version)
{
    int64_t next = -1;
    assert_int_equal(try_save(store, at, bytes, version, &next), MCPAUTH_SAVED);
    return next;
}

/* NULL: there must be no record.  The version it has. */
static int64_t expect(
    mcpauth_store *store, const mcpauth_store_key *at, const char *bytes)
{
    MA_SCOPED(mcpauth_record) record = {0};
    assert_int_equal(mcpauth_store_load(store, at, &record, NULL), MCPAUTH_OK);
    assert_int_equal(bytes != NULL, record.bytes != NULL);
    assert_int_equal(bytes != NULL, record.version != 0);
    if (!bytes)
        return 0;
    assert_string_equal(record.bytes, bytes);
    assert_int_equal(record.len, strlen(bytes));
    return record.version;
}

static mcpauth_lock_answer lock(
    mcpauth_store *store, const mcpauth_store_key *at, const void *owner)
{
    mcpauth_lock lock = {.answer = MCPAUTH_LOCK_UNAVAILABLE};
    assert_int_equal(
        mcpauth_store_lock(store, at, MCPAUTH_LOCK_REFRESH, owner, &lock, NULL),
        MCPAUTH_OK);
    return lock.answer;
}

static void nothing_is_there_at_first(void **state)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    mcpauth_record record = {0};
    assert_int_equal(
        mcpauth_store_load(store_of(state), &key, &record, err), MCPAUTH_OK);
    assert_null(record.bytes);
    assert_int_equal(record.version, 0);
    assert_int_equal(mcpauth_error_status(err), MCPAUTH_OK);
}

static void what_is_saved_is_loaded_seed_31(void **state)
{
    mcpauth_store *store = store_of(state);
    int64_t version = save(store, &key, "one", 0);
    assert_int_equal(expect(store, &key, "one"), version);
    int64_t next = save(store, &key, "two", version);
    assert_int_not_equal(next, version);
    assert_int_equal(expect(store, &key, "two"), next);
}

static void save_and_load(mcpauth_store *store, ma_span bytes)
{
    mcpauth_save_answer answer = MCPAUTH_SAVE_CONFLICT;
    MA_SCOPED(mcpauth_record) before = {0};
    MA_SCOPED(mcpauth_record) after = {0};
    int64_t version = 0;
    assert_int_equal(mcpauth_store_load(store, &key, &before, NULL), 0);
    assert_int_equal(mcpauth_store_save(store, &key, bytes.at, bytes.len,
                         before.version, &answer, &version, NULL),
        MCPAUTH_OK);
    assert_int_equal(answer, MCPAUTH_SAVED);
    assert_int_equal(mcpauth_store_load(store, &key, &after, NULL), 0);
    assert_int_equal(after.version, version);
    assert_int_equal(after.len, bytes.len);
    assert_memory_equal(after.bytes, bytes.at, bytes.len);
    assert_int_equal(after.bytes[bytes.len], '\0');
}

static void any_bytes_survive(void **state)
{
    static char longest[MCPAUTH_RECORD_MAX];
    memset(longest, '[', sizeof longest);
    const ma_span rows[] = {
        ma_span_make("", 0),
        ma_span_make("\n", 1),
        ma_span_make("a\0b\n\xff\"\\", 7),
        ma_span_make("{\"refresh_token\":\"x\"}", 21),
        ma_span_make(longest, sizeof longest),
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        save_and_load(store_of(state), rows[i]);
}

static void a_record_past_the_limit_is_refused(void **state)
{
    static char longer[MCPAUTH_RECORD_MAX + 1];
    mcpauth_save_answer answer;
    int64_t version;
    assert_int_equal(mcpauth_store_save(store_of(state), &key, longer,
                         sizeof longer, 0, &answer, &version, NULL),
        MCPAUTH_E_LIMIT);
    expect(store_of(state), &key, NULL);
}

static void a_stale_version_is_a_conflict_S_042(void **state)
{
    mcpauth_store *store = store_of(state);
    int64_t unused = -1;
    int64_t first = save(store, &key, "one", 0);
    assert_int_equal(
        try_save(store, &key, "lost", 0, &unused), MCPAUTH_SAVE_CONFLICT);
    int64_t second = save(store, &key, "two", first);
    assert_int_equal(
        try_save(store, &key, "lost", first, &unused), MCPAUTH_SAVE_CONFLICT);
    assert_int_equal(
        try_save(store, &key, NULL, first, &unused), MCPAUTH_SAVE_CONFLICT);
    assert_int_equal(expect(store, &key, "two"), second);
    assert_int_equal(try_save(store, &other, "lost", second, &unused),
        MCPAUTH_SAVE_CONFLICT);
    expect(store, &other, NULL);
}

static void a_record_is_removed_once_S_085(void **state)
{
    mcpauth_store *store = store_of(state);
    int64_t unused = -1;
    int64_t version = save(store, &key, "one", 0);
    save(store, &other, "stays", 0);
    assert_int_equal(save(store, &key, NULL, version), 0);
    expect(store, &key, NULL);
    expect(store, &other, "stays");
    assert_int_equal(save(store, &key, NULL, 0), 0);
    assert_int_equal(
        try_save(store, &key, NULL, version, &unused), MCPAUTH_SAVE_CONFLICT);
}

static void a_version_does_not_come_back_S_042(void **state)
{
    mcpauth_store *store = store_of(state);
    int64_t unused = -1;
    int64_t version = save(store, &key, "before logout", 0);
    save(store, &key, NULL, version);
    save(store, &key, "after logout", 0);
    assert_int_equal(try_save(store, &key, "stale", version, &unused),
        MCPAUTH_SAVE_CONFLICT);
    expect(store, &key, "after logout");
}

static void keys_are_told_apart_S_051(void **state)
{
    static const mcpauth_store_key rows[] = {{"https://a.example/mcp", "d"},
        {"https://a.example/mc", "pd"}, {"https://a.example/mcpd", ""},
        {"", "https://a.example/mcpd"}, {"https://a.example/MCP", "d"}};
    enum { COUNT = sizeof rows / sizeof *rows };
    char bytes[2] = "a";
    for (size_t i = 0; i < COUNT; i++, bytes[0]++)
        save(store_of(state), &rows[i], bytes, 0);
    bytes[0] = 'a';
    for (size_t i = 0; i < COUNT; i++, bytes[0]++)
        expect(store_of(state), &rows[i], bytes);
}

static void one_owner_holds_the_lock_S_042(void **state)
{
    mcpauth_store *store = store_of(state);
    const char owners[2] = "";
    const void *one = &owners[0];
    const void *two = &owners[1];
    assert_int_equal(lock(store, &key, one), MCPAUTH_LOCKED);
    assert_int_equal(lock(store, &key, two), MCPAUTH_LOCK_HELD);
    assert_int_equal(lock(store, &other, two), MCPAUTH_LOCKED);
    mcpauth_store_unlock(store, &key, MCPAUTH_LOCK_REFRESH, two);
    assert_int_equal(lock(store, &key, two), MCPAUTH_LOCK_HELD);
    mcpauth_store_unlock(store, &key, MCPAUTH_LOCK_REFRESH, one);
    assert_int_equal(lock(store, &key, two), MCPAUTH_LOCKED);
    assert_int_equal(lock(store, &key, one), MCPAUTH_LOCK_HELD);
}

static void the_holder_may_ask_again(void **state)
{
    mcpauth_store *store = store_of(state);
    const char owners[2] = "";
    assert_int_equal(lock(store, &key, &owners[0]), MCPAUTH_LOCKED);
    assert_int_equal(lock(store, &key, &owners[0]), MCPAUTH_LOCKED);
    mcpauth_store_unlock(store, &key, MCPAUTH_LOCK_REFRESH, &owners[0]);
    assert_int_equal(lock(store, &key, &owners[1]), MCPAUTH_LOCKED);
    mcpauth_store_unlock(store, &key, MCPAUTH_LOCK_REFRESH, &owners[0]);
    assert_int_equal(lock(store, &key, &owners[0]), MCPAUTH_LOCK_HELD);
}

static void the_two_locks_do_not_touch_each_other(void **state)
{
    mcpauth_store *store = store_of(state);
    mcpauth_lock login = {.answer = MCPAUTH_LOCK_UNAVAILABLE};
    const int one = 1;
    const int two = 2;
    assert_int_equal(lock(store, &key, &one), MCPAUTH_LOCKED);
    assert_int_equal(
        mcpauth_store_lock(store, &key, MCPAUTH_LOCK_LOGIN, &two, &login, NULL),
        MCPAUTH_OK);
    assert_int_equal(login.answer, MCPAUTH_LOCKED);
    mcpauth_store_unlock(store, &key, MCPAUTH_LOCK_LOGIN, &two);
    assert_int_equal(lock(store, &key, &two), MCPAUTH_LOCK_HELD);
}

static void the_lock_does_not_stop_load_and_save(void **state)
{
    mcpauth_store *store = store_of(state);
    int64_t unused = -1;
    assert_int_equal(lock(store, &key, &unused), MCPAUTH_LOCKED);
    int64_t version = save(store, &key, "one", 0);
    assert_int_equal(expect(store, &key, "one"), version);
    assert_int_equal(
        try_save(store, &key, "lost", 0, &unused), MCPAUTH_SAVE_CONFLICT);
    assert_int_equal(lock(store, &key, NULL), MCPAUTH_LOCK_HELD);
}

typedef struct {
    mcpauth_store *store;
    size_t limit;
    size_t seen;
    char accounts[64];
} listing;

static bool take_note(void *each_ctx, const mcpauth_store_key *found,
    const mcpauth_record *record)
{
    listing *self = each_ctx;
    assert_string_equal(found->server, key.server);
    assert_string_equal(record->bytes, found->account);
    assert_true(record->version > 0);
    size_t len = strlen(self->accounts);
    snprintf(self->accounts + len, sizeof self->accounts - len, "%s ",
        found->account);
    return ++self->seen < self->limit;
}

static void list(mcpauth_store *store, listing *out)
{
    assert_int_equal(
        mcpauth_store_list(store, take_note, out, NULL), MCPAUTH_OK);
}

static void every_record_is_listed_once(void **state)
{
    mcpauth_store *store = store_of(state);
    listing none = {.limit = SIZE_MAX};
    list(store, &none);
    assert_int_equal(none.seen, 0);

    save(store, &key, key.account, 0);
    save(store, &other, other.account, 0);
    save(store, &key, key.account, expect(store, &key, key.account));
    listing both = {.limit = SIZE_MAX};
    list(store, &both);
    assert_int_equal(both.seen, 2);
    assert_non_null(strstr(both.accounts, "default "));
    assert_non_null(strstr(both.accounts, "work "));

    listing first = {.limit = 1};
    list(store, &first);
    assert_int_equal(first.seen, 1);

    save(store, &key, NULL, expect(store, &key, key.account));
    listing rest = {.limit = SIZE_MAX};
    list(store, &rest);
    assert_string_equal(rest.accounts, "work ");
}

static bool remove_record(void *each_ctx, const mcpauth_store_key *found,
    const mcpauth_record *record)
{
    assert_int_equal(save(each_ctx, found, NULL, record->version), 0);
    return true;
}

static void a_listed_record_may_be_removed_at_once(void **state)
{
    mcpauth_store *store = store_of(state);
    save(store, &key, "one", 0);
    save(store, &other, "two", 0);
    assert_int_equal(
        mcpauth_store_list(store, remove_record, store, NULL), MCPAUTH_OK);
    expect(store, &key, NULL);
    expect(store, &other, NULL);
}

enum { THREADS = 4, ROUNDS = 10 };

/* Adds one to the number in the record; false: somebody was faster. */
static bool add_one(mcpauth_store *store)
{
    char text[32];
    int64_t version = 0;
    mcpauth_save_answer answer = MCPAUTH_SAVE_CONFLICT;
    MA_SCOPED(mcpauth_record) record = {0};
    if (mcpauth_store_load(store, &key, &record, NULL))
        return false;
    long number = record.bytes ? strtol(record.bytes, NULL, 10) : 0;
    int len = snprintf(text, sizeof text, "%ld", number + 1);
    return mcpauth_store_save(store, &key, text, (size_t)len, record.version,
               &answer, &version, NULL) == MCPAUTH_OK &&
           answer == MCPAUTH_SAVED;
}

static void *add_rounds(void *store)
{
    for (int done = 0; done < ROUNDS;)
        done += add_one(store);
    return NULL;
}

static void threads_lose_no_save_S_042(void **state)
{
    pthread_t threads[THREADS];
    char sum[32];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, add_rounds, store_of(state)), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    snprintf(sum, sizeof sum, "%d", THREADS * ROUNDS);
    expect(store_of(state), &key, sum);
}

#define ROW(test)                                                              \
    {                                                                          \
#test, test                                                            \
    }

static const struct {
    const char *name;
    CMUnitTestFunction test;
} promises[] = {
    ROW(nothing_is_there_at_first),
    ROW(what_is_saved_is_loaded_seed_31),
    ROW(any_bytes_survive),
    ROW(a_record_past_the_limit_is_refused),
    ROW(a_stale_version_is_a_conflict_S_042),
    ROW(a_record_is_removed_once_S_085),
    ROW(a_version_does_not_come_back_S_042),
    ROW(keys_are_told_apart_S_051),
    ROW(one_owner_holds_the_lock_S_042),
    ROW(the_holder_may_ask_again),
    ROW(the_two_locks_do_not_touch_each_other),
    ROW(the_lock_does_not_stop_load_and_save),
    ROW(every_record_is_listed_once),
    ROW(a_listed_record_may_be_removed_at_once),
    ROW(threads_lose_no_save_S_042),
};

enum { COUNT = sizeof promises / sizeof *promises, NAME_ROOM = 128 };

int promises_run(const promises_store *store)
{
    static char names[COUNT][NAME_ROOM];
    struct CMUnitTest tests[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        snprintf(names[i], NAME_ROOM, "%s (%s)", promises[i].name, store->name);
        tests[i] = (struct CMUnitTest){.name = names[i],
            .test_func = promises[i].test,
            .setup_func = store->make,
            .teardown_func = store->end};
    }
    return _cmocka_run_group_tests(store->name, tests, COUNT, NULL, NULL);
}
