/* generation_test.c - which of a record's files counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/scratch_test.h"
#include "store/filename.h"
#include "store/generation.h"
#include "store/previous.h"

enum { NONE = 0, DAMAGED = -1, NEWER = -2, FOREIGN = -3 };

static const mcpauth_store_key key = {"https://a.example/mcp", "default"};

static const char *record_name(void)
{
    static ma_filename names;
    assert_int_equal(ma_filename_set(&names, &key, NULL), MCPAUTH_OK);
    return names.record;
}

static void write_record(const char *path, const char *server, int64_t version)
{
    MA_SCOPED(ma_buf) file = ma_buf_init(MA_FILERECORD_MAX);
    const ma_filerecord record = {.server = server,
        .account = key.account,
        .version = version,
        .bytes = ma_span_of("secret")};
    assert_int_equal(ma_filerecord_write(&file, &record, NULL), MCPAUTH_OK);
    scratch_write(path, ma_buf_span(&file), 0600);
}

/* A version, or what is wrong with the file. */
static void put(const char *directory, const char *ending, int64_t version)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s%s", directory, record_name(), ending);
    if (version == NONE)
        unlink(path);
    else if (version == DAMAGED)
        scratch_write(path, ma_span_of("mcpauth-record 1 torn"), 0600);
    else if (version == NEWER)
        scratch_write(path, ma_span_of("mcpauth-record 2 x\n"), 0600);
    else if (version == FOREIGN)
        write_record(path, "https://b.example/mcp", 8);
    else
        write_record(path, key.server, version);
}

static mcpauth_status choose(const char *path, ma_generation *out)
{
    MA_SCOPED(ma_directory) directory = {.fd = -1};
    assert_int_equal(ma_directory_open(path, &directory, NULL), MCPAUTH_OK);
    mcpauth_status st =
        ma_generation_read(&directory, record_name(), out, NULL);
    return st ? st : ma_generation_choose(&directory, record_name(), out, NULL);
}

static void the_generation_that_counts_S_043_S_044_S_045(void **state)
{
    static const struct {
        int64_t record;
        int64_t previous;
        int64_t next;
        int64_t chosen;
        const char *ending;
    } rows[] = {
        {7, NONE, NONE, 7, ""},
        {7, 6, NONE, 7, ""},
        {NONE, 6, NONE, 6, MA_PREVIOUS},
        {DAMAGED, 6, NONE, 6, MA_PREVIOUS},
        {FOREIGN, 6, NONE, 6, MA_PREVIOUS},
        {7, NONE, 8, 8, MA_GENERATION_NEXT},
        {7, 6, 8, 8, MA_GENERATION_NEXT},
        {NONE, 7, 8, 8, MA_GENERATION_NEXT},
        {DAMAGED, 7, 8, 8, MA_GENERATION_NEXT},
        {NONE, NONE, 8, 8, MA_GENERATION_NEXT},
        {7, NONE, 7, 7, ""},
        {7, NONE, 9, 7, ""},
        {7, NONE, DAMAGED, 7, ""},
        {7, NONE, NEWER, 7, ""},
        {7, NONE, FOREIGN, 7, ""},
        {NONE, NONE, DAMAGED, NONE, MA_PREVIOUS},
        {NONE, NONE, NONE, NONE, MA_PREVIOUS},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_generation) found = ma_generation_init();
        put(*state, "", rows[i].record);
        put(*state, MA_PREVIOUS, rows[i].previous);
        put(*state, MA_GENERATION_NEXT, rows[i].next);
        assert_int_equal(choose(*state, &found), MCPAUTH_OK);
        assert_int_equal(found.verdict, MA_FILERECORD_GOOD);
        assert_int_equal(found.record.version, rows[i].chosen);
        assert_string_equal(found.ending, rows[i].ending);
        assert_int_equal(found.stands, rows[i].record != NONE);
    }
}

static void a_newer_format_is_not_replaced_S_051(void **state)
{
    MA_SCOPED(ma_generation) found = ma_generation_init();
    MA_SCOPED(ma_directory) directory = {.fd = -1};
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    put(*state, "", NEWER);
    put(*state, MA_PREVIOUS, 7);
    put(*state, MA_GENERATION_NEXT, 8);
    assert_int_equal(choose(*state, &found), MCPAUTH_OK);
    assert_int_equal(ma_directory_open(*state, &directory, NULL), MCPAUTH_OK);
    assert_int_equal(
        ma_generation_refuse_newer(&directory, record_name(), &found, err),
        MCPAUTH_E_STORE);
    assert_non_null(strstr(mcpauth_error_message(err), record_name()));
    assert_non_null(mcpauth_error_hint(err));
}

static void endings_are_cut(void **state)
{
    static const char *const names[] = {
        "h.json", "h.json" MA_PREVIOUS, "h.json" MA_GENERATION_NEXT};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_true(ma_span_is(
            ma_generation_record_name(ma_span_of(names[i])), "h.json"));
    assert_true(ma_span_is(
        ma_generation_record_name(ma_span_of("h.json.tmp-1")), "h.json.tmp-1"));
}

#define IN_SCRATCH(test)                                                       \
    cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(the_generation_that_counts_S_043_S_044_S_045),
        IN_SCRATCH(a_newer_format_is_not_replaced_S_051),
        cmocka_unit_test(endings_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
