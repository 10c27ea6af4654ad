/* sealed_test.c - the promises of store.h under a seal, and what the seal
 * itself promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/scratch_test.h"
#include "store/promises_test.h"
#include "store/seal.h"
#include "store/store.h"

#define SECRET "{\"refresh_token\":\"a secret to grep for\"}"

static const mcpauth_store_key key = {"https://a.example/mcp", "default"};
static const mcpauth_store_key other = {"https://a.example/mcp", "work"};
static const unsigned char ours[MCPAUTH_SEAL_KEY_LEN] = "ours";
static const unsigned char theirs[MCPAUTH_SEAL_KEY_LEN] = "theirs";

static mcpauth_store *open_file(const char *directory)
{
    mcpauth_store *file = NULL;
    assert_int_equal(mcpauth_store_file_new(directory, NULL, &file, NULL), 0);
    return file;
}

static mcpauth_store *open_sealed(
    const char *directory, const unsigned char *with)
{
    mcpauth_store *store = NULL;
    assert_int_equal(mcpauth_store_sealed_new(open_file(directory), with,
                         MCPAUTH_SEAL_KEY_LEN, &store, NULL),
        MCPAUTH_OK);
    return store;
}

/* --- the promises -------------------------------------------------------- */

static promises_fixture made;

static int make_over_memory(void **state)
{
    mcpauth_store *inner = NULL;
    made = (promises_fixture){0};
    *state = &made;
    if (mcpauth_store_memory_new(&inner, NULL))
        return -1;
    return mcpauth_store_sealed_new(inner, ours, sizeof ours, &made.store, NULL)
               ? -1
               : 0;
}

static int make_over_file(void **state)
{
    made = (promises_fixture){0};
    *state = &made;
    if (scratch_setup(&made.directory))
        return -1;
    made.store = open_sealed(made.directory, ours);
    return 0;
}

/* --- the seal ------------------------------------------------------------ */

static void save_at(mcpauth_store *store, const mcpauth_store_key *at,
    const char *bytes, size_t len)
{
    mcpauth_save_answer answer = MCPAUTH_SAVE_CONFLICT;
    int64_t version = 0;
    assert_int_equal(
        ma_store_save_any(store, at, bytes, len, 0, &answer, &version, NULL),
        MCPAUTH_OK);
    assert_int_equal(answer, MCPAUTH_SAVED);
}

static void save(mcpauth_store *store, const char *bytes)
{
    save_at(store, &key, bytes, strlen(bytes));
}

static void expect_secret(mcpauth_store *store)
{
    MA_SCOPED(mcpauth_record) record = {0};
    assert_int_equal(mcpauth_store_load(store, &key, &record, NULL), 0);
    assert_string_equal(record.bytes, SECRET);
}

/* Loading fails with these words, and a login does not replace it. */
static void expect_refusal(
    mcpauth_store *store, mcpauth_status expected, const char *words)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(mcpauth_record) record = {0};
    mcpauth_save_answer answer = MCPAUTH_SAVED;
    int64_t version = 0;
    assert_int_equal(mcpauth_store_load(store, &key, &record, err), expected);
    assert_null(record.bytes);
    assert_non_null(strstr(mcpauth_error_message(err), words));
    assert_non_null(strstr(mcpauth_error_message(err), key.server));
    assert_non_null(mcpauth_error_hint(err));
    assert_int_equal(
        mcpauth_store_save(store, &key, "x", 1, 0, &answer, &version, NULL),
        MCPAUTH_OK);
    assert_int_equal(answer, MCPAUTH_SAVE_CONFLICT);
}

static void no_secret_reaches_the_disk_S_050(void **state)
{
    MA_AUTO(mcpauth_store) store = open_sealed(*state, ours);
    save(store, SECRET);
    assert_false(scratch_holds(*state, "a secret"));
    assert_true(scratch_holds(*state, MA_SEAL_WORD));
    assert_true(scratch_holds(*state, key.server));
    expect_secret(store);
}

static void a_wrong_key_is_told_and_loses_nothing_S_045(void **state)
{
    MA_AUTO(mcpauth_store) store = open_sealed(*state, ours);
    MA_AUTO(mcpauth_store) wrong = open_sealed(*state, theirs);
    save(store, SECRET);
    expect_refusal(wrong, MCPAUTH_E_USAGE, "sealed with another key");
    expect_secret(store);
}

static void without_the_key_it_is_sealed_not_missing_S_045(void **state)
{
    MA_AUTO(mcpauth_store) store = open_sealed(*state, ours);
    MA_AUTO(mcpauth_store) plain = open_file(*state);
    save(store, SECRET);
    expect_refusal(plain, MCPAUTH_E_USAGE, "it is sealed");
    expect_secret(store);
}

static void what_was_not_sealed_is_told_S_045(void **state)
{
    MA_AUTO(mcpauth_store) store = open_sealed(*state, ours);
    MA_AUTO(mcpauth_store) plain = open_file(*state);
    save(plain, SECRET);
    expect_refusal(store, MCPAUTH_E_USAGE, "not sealed");
    expect_secret(plain);
}

static void a_record_in_the_place_of_another_does_not_open_S_045(void **state)
{
    MA_AUTO(mcpauth_store) store = open_sealed(*state, ours);
    MA_AUTO(mcpauth_store) plain = open_file(*state);
    MA_SCOPED(mcpauth_record) foreign = {0};
    save_at(store, &other, SECRET, strlen(SECRET));
    assert_int_equal(ma_store_load_any(plain, &other, &foreign, NULL), 0);
    save_at(plain, &key, foreign.bytes, foreign.len);
    expect_refusal(store, MCPAUTH_E_STORE, "in the place of another");
}

static void a_changed_record_is_told_and_kept_S_045(void **state)
{
    MA_AUTO(mcpauth_store) store = open_sealed(*state, ours);
    MA_AUTO(mcpauth_store) plain = open_file(*state);
    MA_SCOPED(mcpauth_record) good = {0};
    save_at(store, &other, SECRET, strlen(SECRET));
    assert_int_equal(ma_store_load_any(plain, &other, &good, NULL), 0);
    good.bytes[good.len - 1] ^= 1;
    save_at(plain, &key, good.bytes, good.len);
    expect_refusal(store, MCPAUTH_E_STORE, "changed");
}

typedef struct {
    size_t seen;
} count;

static bool count_one(
    void *each_ctx, const mcpauth_store_key *at, const mcpauth_record *record)
{
    count *self = each_ctx;
    assert_string_equal(at->account, "default");
    assert_string_equal(record->bytes, SECRET);
    self->seen++;
    return true;
}

static void expect_one_listed(mcpauth_store *store, const char *words)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    count listed = {0};
    assert_int_equal(
        mcpauth_store_list(store, count_one, &listed, err), MCPAUTH_E_USAGE);
    assert_int_equal(listed.seen, 1);
    assert_non_null(strstr(mcpauth_error_message(err), words));
    assert_non_null(strstr(mcpauth_error_message(err), "\"work\""));
}

static void a_list_shows_what_opens_then_fails_S_045(void **state)
{
    MA_AUTO(mcpauth_store) store = open_sealed(*state, ours);
    MA_AUTO(mcpauth_store) wrong = open_sealed(*state, theirs);
    save(store, SECRET);
    save_at(wrong, &other, SECRET, strlen(SECRET));
    expect_one_listed(store, "another key");
}

static void count_words(void *ctx, const char *what)
{
    assert_non_null(strstr(what, "another key"));
    ++*(int *)ctx;
}

static void a_check_tells_of_each_that_does_not_open_S_045(void **state)
{
    MA_AUTO(mcpauth_store) store = open_sealed(*state, ours);
    MA_AUTO(mcpauth_store) wrong = open_sealed(*state, theirs);
    int told = 0;
    save(store, SECRET);
    assert_int_equal(mcpauth_store_check(store, count_words, &told, NULL), 0);
    assert_int_equal(told, 0);
    save_at(wrong, &other, SECRET, strlen(SECRET));
    assert_int_equal(mcpauth_store_check(store, count_words, &told, NULL), 0);
    assert_int_equal(told, 1);
}

static void a_list_without_the_key_tells_of_sealed_ones_S_045(void **state)
{
    MA_AUTO(mcpauth_store) store = open_sealed(*state, ours);
    MA_AUTO(mcpauth_store) plain = open_file(*state);
    save(plain, SECRET);
    save_at(store, &other, SECRET, strlen(SECRET));
    expect_one_listed(plain, "it is sealed");
}

static void it_says_where_it_is(void **state)
{
    MA_AUTO(mcpauth_store) store = open_sealed(*state, ours);
    assert_memory_equal(mcpauth_store_describe(store), "sealed file /",
        strlen("sealed file /"));
}

static void a_key_of_another_length_is_refused(void **state)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    mcpauth_store *store = NULL;
    assert_int_equal(
        mcpauth_store_sealed_new(open_file(*state), ours, 31, &store, err),
        MCPAUTH_E_USAGE);
    assert_null(store);
}

#define IN_SCRATCH(test)                                                       \
    cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    static const promises_store memory = {
        "sealed memory", make_over_memory, promises_end};
    static const promises_store file = {
        "sealed file", make_over_file, promises_end};
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(no_secret_reaches_the_disk_S_050),
        IN_SCRATCH(a_wrong_key_is_told_and_loses_nothing_S_045),
        IN_SCRATCH(without_the_key_it_is_sealed_not_missing_S_045),
        IN_SCRATCH(what_was_not_sealed_is_told_S_045),
        IN_SCRATCH(a_record_in_the_place_of_another_does_not_open_S_045),
        IN_SCRATCH(a_changed_record_is_told_and_kept_S_045),
        IN_SCRATCH(a_list_shows_what_opens_then_fails_S_045),
        IN_SCRATCH(a_check_tells_of_each_that_does_not_open_S_045),
        IN_SCRATCH(a_list_without_the_key_tells_of_sealed_ones_S_045),
        IN_SCRATCH(it_says_where_it_is),
        IN_SCRATCH(a_key_of_another_length_is_refused),
    };
    return promises_run(&memory) + promises_run(&file) +
           cmocka_run_group_tests(tests, NULL, NULL);
}
