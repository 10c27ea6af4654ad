/* passphrase_test.c - typed twice, then once, then wrongly. */
#include "store/passphrase.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/scratch_test.h"

/* What is typed, prompt by prompt; NULL ends it. */
typedef struct {
    const char *lines[3];
    size_t asked;
} typist;

static mcpauth_status type(
    void *ctx, const char *prompt, ma_buf *to, mcpauth_error *err)
{
    typist *self = ctx;
    const char *line = self->lines[self->asked++];
    assert_non_null(strstr(prompt, ": "));
    ma_buf_add_text(to, line);
    return line ? MCPAUTH_OK
                : ma_error_set(err, MCPAUTH_E_CANCELLED, "nothing was typed");
}

/* NULL unless the status is OK. */
static ma_secret *get(const char *directory, typist typed, size_t prompts,
    mcpauth_status expected, const char *words)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    ma_secret *key = NULL;
    assert_int_equal(
        ma_passphrase_get_key(directory, type, &typed, &key, err), expected);
    assert_int_equal(typed.asked, prompts);
    assert_non_null(strstr(mcpauth_error_message(err), words));
    assert_int_equal(key != NULL, expected == MCPAUTH_OK);
    return key;
}

static const typist once = {.lines = {"correct horse"}};
static const typist twice = {.lines = {"correct horse", "correct horse"}};

static void it_is_typed_twice_then_once(void **state)
{
    MA_AUTO(ma_secret) one = get(*state, twice, 2, MCPAUTH_OK, "");
    MA_AUTO(ma_secret) two = get(*state, once, 1, MCPAUTH_OK, "");
    assert_true(ma_secret_eq(one, two));
    assert_int_equal(ma_secret_span(one).len, MA_SEAL_KEY_LEN);
    assert_false(scratch_holds(*state, "correct"));
}

static void a_wrong_one_changes_nothing_S_045(void **state)
{
    const typist wrong = {.lines = {"correct hoarse"}};
    MA_AUTO(ma_secret) one = get(*state, twice, 2, MCPAUTH_OK, "");
    get(*state, wrong, 1, MCPAUTH_E_STORE, "not the one of this store");
    MA_AUTO(ma_secret) two = get(*state, once, 1, MCPAUTH_OK, "");
    assert_true(ma_secret_eq(one, two));
}

static void a_new_one_must_be_typed_alike(void **state)
{
    const typist unlike = {.lines = {"correct horse", "correct hoarse"}};
    const typist empty = {.lines = {"", ""}};
    const typist gone = {.lines = {NULL}};
    get(*state, unlike, 2, MCPAUTH_E_USAGE, "not the same");
    get(*state, empty, 1, MCPAUTH_E_USAGE, "empty");
    get(*state, gone, 1, MCPAUTH_E_CANCELLED, "nothing");
    assert_int_equal(scratch_count(*state, "passphrase"), 0);
}

static void two_directories_have_two_keys(void **state)
{
    void *other = NULL;
    assert_int_equal(scratch_setup(&other), 0);
    MA_AUTO(ma_secret) one = get(*state, twice, 2, MCPAUTH_OK, "");
    MA_AUTO(ma_secret) two = get(other, twice, 2, MCPAUTH_OK, "");
    assert_false(ma_secret_eq(one, two));
    scratch_teardown(&other);
}

/* A cheaper row would hand the passphrase to whoever may write the file. */
static void a_damaged_file_is_told_and_kept_S_045(void **state)
{
    static const char *const rows[] = {"",
        "mcpauth-passphrase 2 3 65536 AAAAAAAAAAAAAAAAAAAAAA AAAAAAAAAAA\n",
        "mcpauth-passphrase 1 1 65536 AAAAAAAAAAAAAAAAAAAAAA AAAAAAAAAAA\n",
        "mcpauth-passphrase 1 3 8192 AAAAAAAAAAAAAAAAAAAAAA AAAAAAAAAAA\n",
        "mcpauth-passphrase 1 3 999999999 AAAAAAAAAAAAAAAAAAAAAA AAAAAAAAAAA",
        "mcpauth-passphrase 1 999 65536 AAAAAAAAAAAAAAAAAAAAAA AAAAAAAAAAA\n",
        "mcpauth-passphrase 1 3 65536 AAAA AAAAAAAAAAA\n",
        "mcpauth-passphrase 1 3 65536 AAAAAAAAAAAAAAAAAAAAAA\n"};
    const char *path = scratch_path(*state, "passphrase");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        scratch_write(path, ma_span_of(rows[i]), 0600);
        get(*state, once, 0, MCPAUTH_E_STORE, "damaged");
        assert_string_equal(scratch_read(path).at, rows[i]);
    }
}

static void its_file_is_ours_alone_S_047(void **state)
{
    const char *path = scratch_path(*state, "passphrase");
    struct stat found;
    ma_secret_free(get(*state, twice, 2, MCPAUTH_OK, ""));
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    assert_int_equal(chmod(path, 0644), 0);
    get(*state, once, 0, MCPAUTH_E_STORE, "open to others");
}

#define IN_SCRATCH(test)                                                       \
    cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(it_is_typed_twice_then_once),
        IN_SCRATCH(a_wrong_one_changes_nothing_S_045),
        IN_SCRATCH(a_new_one_must_be_typed_alike),
        IN_SCRATCH(two_directories_have_two_keys),
        IN_SCRATCH(a_damaged_file_is_told_and_kept_S_045),
        IN_SCRATCH(its_file_is_ours_alone_S_047),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
