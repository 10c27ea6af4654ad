/* relocate_test.c - from one store into another, and what may be in the
 * way. */
#include "cli/relocate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "store/store.h"

static const mcpauth_store_key key = {"https://a.example/mcp", "default"};

/* Two empty stores. */
static ma_storage_pair begin(void)
{
    ma_storage_pair stores = {0};
    assert_int_equal(mcpauth_store_memory_new(&stores.source, NULL), 0);
    assert_int_equal(mcpauth_store_memory_new(&stores.target, NULL), 0);
    return stores;
}

static void end(ma_storage_pair *stores)
{
    mcpauth_store_free(stores->source);
    if (stores->target != stores->source)
        mcpauth_store_free(stores->target);
}
MA_SCOPED_DEFINE(ma_storage_pair, end)

static void save(mcpauth_store *store, const char *bytes)
{
    mcpauth_save_answer answer = MCPAUTH_SAVE_CONFLICT;
    int64_t version = 0;
    assert_int_equal(mcpauth_store_save(store, &key, bytes, strlen(bytes), 0,
                         &answer, &version, NULL),
        MCPAUTH_OK);
    assert_int_equal(answer, MCPAUTH_SAVED);
}

static void expect(mcpauth_store *store, const char *bytes)
{
    MA_SCOPED(mcpauth_record) record = {0};
    assert_int_equal(mcpauth_store_load(store, &key, &record, NULL), 0);
    if (bytes)
        assert_string_equal(record.bytes, bytes);
    else
        assert_null(record.bytes);
}

static void expect_free(mcpauth_store *store)
{
    for (int kind = 0; kind <= MCPAUTH_LOCK_LOGIN; kind++) {
        mcpauth_lock lock = {.answer = MCPAUTH_LOCK_HELD};
        mcpauth_lock_kind one = (mcpauth_lock_kind)kind;
        assert_int_equal(
            mcpauth_store_lock(store, &key, one, &lock, &lock, NULL), 0);
        assert_int_equal(lock.answer, MCPAUTH_LOCKED);
        mcpauth_store_unlock(store, &key, one, &lock);
    }
}

static void refuse(const ma_storage_pair *stores, const char *words)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    bool moved = true;
    assert_int_equal(ma_relocate(stores, &key, &moved, err), MCPAUTH_E_STORE);
    assert_non_null(strstr(mcpauth_error_message(err), words));
    assert_false(moved);
}

static void a_record_is_in_the_target_and_no_longer_in_the_source(void **state)
{
    (void)state;
    MA_SCOPED(ma_storage_pair) stores = begin();
    bool moved = false;
    save(stores.source, "record");
    assert_int_equal(ma_relocate(&stores, &key, &moved, NULL), MCPAUTH_OK);
    assert_true(moved);
    expect(stores.source, NULL);
    expect(stores.target, "record");
    expect_free(stores.source);
    expect_free(stores.target);
}

static void what_was_cut_off_is_finished(void **state)
{
    (void)state;
    MA_SCOPED(ma_storage_pair) stores = begin();
    bool moved = false;
    save(stores.source, "record");
    save(stores.target, "record");
    assert_int_equal(ma_relocate(&stores, &key, &moved, NULL), MCPAUTH_OK);
    assert_true(moved);
    expect(stores.source, NULL);
    expect(stores.target, "record");
}

static void another_login_there_is_not_replaced(void **state)
{
    (void)state;
    MA_SCOPED(ma_storage_pair) stores = begin();
    save(stores.source, "record");
    save(stores.target, "recorE");
    refuse(&stores, "memory has another login");
    expect(stores.source, "record");
    expect(stores.target, "recorE");
    expect_free(stores.source);
}

static void one_that_is_gone_is_not_moved(void **state)
{
    (void)state;
    MA_SCOPED(ma_storage_pair) stores = begin();
    bool moved = true;
    assert_int_equal(ma_relocate(&stores, &key, &moved, NULL), MCPAUTH_OK);
    assert_false(moved);
    expect(stores.target, NULL);
}

static void nobody_is_robbed_S_049(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        MA_SCOPED(ma_storage_pair) stores = begin();
        mcpauth_store *held = i == 2 ? stores.target : stores.source;
        mcpauth_lock_kind kind =
            i == 0 ? MCPAUTH_LOCK_LOGIN : MCPAUTH_LOCK_REFRESH;
        mcpauth_lock lock = {0};
        save(stores.source, "record");
        assert_int_equal(
            mcpauth_store_lock(held, &key, kind, &lock, &lock, NULL), 0);
        refuse(&stores, "another process is working with it");
        expect(stores.source, "record");
        expect(stores.target, NULL);
    }
}

static void in_one_place_the_record_stays(void **state)
{
    (void)state;
    MA_SCOPED(ma_storage_pair) stores = begin();
    bool moved = false;
    mcpauth_store_free(stores.target);
    stores.target = stores.source;
    stores.same_place = true;
    stores.same_locks = true;
    save(stores.source, "record");
    assert_int_equal(ma_relocate(&stores, &key, &moved, NULL), MCPAUTH_OK);
    assert_true(moved);
    expect(stores.source, "record");
    expect_free(stores.source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_in_the_target_and_no_longer_in_the_source),
        cmocka_unit_test(what_was_cut_off_is_finished),
        cmocka_unit_test(another_login_there_is_not_replaced),
        cmocka_unit_test(one_that_is_gone_is_not_moved),
        cmocka_unit_test(nobody_is_robbed_S_049),
        cmocka_unit_test(in_one_place_the_record_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
