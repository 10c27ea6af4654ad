/* store_test.c - the wrapper, over operations that only take notes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/error.h"
#include "store/store.h"

typedef struct {
    char calls[128];
} notes;

static const mcpauth_store_key key = {"https://a.example/mcp", "default"};

static void note(void *ctx, const char *call)
{
    notes *self = ctx;
    size_t len = strlen(self->calls);
    snprintf(self->calls + len, sizeof self->calls - len, "%s", call);
}

static mcpauth_status note_load(void *ctx, const mcpauth_store_key *asked,
    mcpauth_record *out_record, mcpauth_error *err)
{
    note(ctx, "load ");
    return mcpauth_record_set(
        out_record, asked->server, strlen(asked->server), 3, err);
}

static mcpauth_status note_save(void *ctx, const mcpauth_store_key *asked,
    const char *bytes, size_t len, int64_t version,
    mcpauth_save_answer *out_answer, int64_t *out_version, mcpauth_error *err)
{
    (void)asked;
    (void)bytes;
    (void)len;
    (void)err;
    note(ctx, "save ");
    *out_answer = MCPAUTH_SAVED;
    *out_version = version + 1;
    return MCPAUTH_OK;
}

static mcpauth_status note_lock(void *ctx, const mcpauth_store_key *asked,
    mcpauth_lock_kind kind, const void *owner, mcpauth_lock *out_lock,
    mcpauth_error *err)
{
    (void)asked;
    (void)owner;
    (void)err;
    note(ctx, kind == MCPAUTH_LOCK_LOGIN ? "lock " : "? ");
    out_lock->answer = MCPAUTH_LOCK_UNAVAILABLE;
    return MCPAUTH_OK;
}

static void note_unlock(void *ctx, const mcpauth_store_key *asked,
    mcpauth_lock_kind kind, const void *owner)
{
    (void)asked;
    (void)owner;
    note(ctx, kind == MCPAUTH_LOCK_LOGIN ? "unlock " : "? ");
}

static mcpauth_status note_list(void *ctx,
    bool (*each)(void *each_ctx, const mcpauth_store_key *asked,
        const mcpauth_record *record),
    void *each_ctx, mcpauth_error *err)
{
    (void)err;
    note(ctx, "list ");
    each(each_ctx, &key, &(mcpauth_record){0});
    return MCPAUTH_OK;
}

static const char *note_describe(void *ctx)
{
    note(ctx, "describe ");
    return "notes";
}

static void note_free(void *ctx)
{
    note(ctx, "free");
}

static const mcpauth_store_ops complete = {sizeof complete, note_load,
    note_save, note_lock, note_unlock, note_list, note_describe, note_free};

static bool count_one(void *each_ctx, const mcpauth_store_key *asked,
    const mcpauth_record *record)
{
    (void)asked;
    (void)record;
    ++*(int *)each_ctx;
    return true;
}

static void every_operation_reaches_the_store(void **state)
{
    (void)state;
    notes self = {0};
    mcpauth_store *store = NULL;
    MA_SCOPED(mcpauth_record) record = {0};
    mcpauth_save_answer saved = MCPAUTH_SAVE_CONFLICT;
    mcpauth_lock locked = {.answer = MCPAUTH_LOCKED};
    int64_t version = 0;
    int listed = 0;
    assert_int_equal(mcpauth_store_new(&complete, &self, &store, NULL), 0);
    assert_int_equal(mcpauth_store_load(store, &key, &record, NULL), 0);
    assert_int_equal(
        mcpauth_store_save(store, &key, "r", 1, 3, &saved, &version, NULL), 0);
    assert_int_equal(mcpauth_store_lock(
                         store, &key, MCPAUTH_LOCK_LOGIN, &self, &locked, NULL),
        0);
    mcpauth_store_unlock(store, &key, MCPAUTH_LOCK_LOGIN, &self);
    assert_int_equal(mcpauth_store_list(store, count_one, &listed, NULL), 0);
    assert_string_equal(mcpauth_store_describe(store), "notes");
    mcpauth_store_free(store);

    assert_string_equal(self.calls, "load save lock unlock list describe free");
    assert_string_equal(record.bytes, key.server);
    assert_int_equal(record.version, 3);
    assert_int_equal(saved, MCPAUTH_SAVED);
    assert_int_equal(version, 4);
    assert_int_equal(locked.answer, MCPAUTH_LOCK_UNAVAILABLE);
    assert_int_equal(listed, 1);
}

static void operations_must_be_complete(void **state)
{
    (void)state;
    notes self = {0};
    mcpauth_store *store = NULL;
    mcpauth_store_ops ops = complete;
    ops.list = NULL;
    assert_int_equal(
        mcpauth_store_new(&ops, &self, &store, NULL), MCPAUTH_E_USAGE);
    assert_null(store);
    assert_string_equal(self.calls, "free");

    ops = complete;
    ops.size = offsetof(mcpauth_store_ops, describe);
    assert_int_equal(
        mcpauth_store_new(&ops, &self, &store, NULL), MCPAUTH_E_USAGE);
    assert_null(store);
}

static void a_record_past_the_limit_never_reaches_the_store(void **state)
{
    (void)state;
    notes self = {0};
    MA_AUTO(mcpauth_store) store = NULL;
    mcpauth_save_answer saved;
    int64_t version;
    assert_int_equal(mcpauth_store_new(&complete, &self, &store, NULL), 0);
    assert_int_equal(mcpauth_store_save(store, &key, "", MCPAUTH_RECORD_MAX + 1,
                         0, &saved, &version, NULL),
        MCPAUTH_E_LIMIT);
    assert_string_equal(self.calls, "");
}

static void a_record_is_copied_and_ends_in_nul(void **state)
{
    (void)state;
    mcpauth_record record = {0};
    assert_int_equal(mcpauth_record_set(&record, "abcd", 3, 9, NULL), 0);
    assert_memory_equal(record.bytes, "abc", 4);
    assert_int_equal(record.len, 3);
    assert_int_equal(record.version, 9);
    mcpauth_record_done(&record);
    assert_null(record.bytes);
    assert_int_equal(record.version, 0);
    mcpauth_record_done(&record);
}

static void no_bytes_are_no_record(void **state)
{
    (void)state;
    mcpauth_record record = {0};
    assert_int_equal(mcpauth_record_set(&record, NULL, 3, 9, NULL), 0);
    assert_null(record.bytes);
    assert_int_equal(record.len, 0);
    assert_int_equal(record.version, 0);
}

static void freeing_nothing_is_fine(void **state)
{
    (void)state;
    mcpauth_store_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operation_reaches_the_store),
        cmocka_unit_test(operations_must_be_complete),
        cmocka_unit_test(a_record_past_the_limit_never_reaches_the_store),
        cmocka_unit_test(a_record_is_copied_and_ends_in_nul),
        cmocka_unit_test(no_bytes_are_no_record),
        cmocka_unit_test(freeing_nothing_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
