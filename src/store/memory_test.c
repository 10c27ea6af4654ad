/* memory_test.c - what contract_test.c cannot see: nothing stays in memory. */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "store/store.h"

#define CANARY "rt-canary-5b1f"

static const mcpauth_store_key key = {"https://a.example/mcp", "default"};
static size_t freed;
static size_t leaked; /* blocks that went back with the canary in them */

void __real_ma_free(void *at);
void __wrap_ma_free(void *at);

/* Stands in for ma_free: the linker is told so in CMakeLists.txt. */
void __wrap_ma_free(void *at)
{
    freed += at != NULL;
    if (at && memmem(at, malloc_usable_size(at), CANARY, strlen(CANARY)))
        leaked++;
    __real_ma_free(at);
}

static int forget_counts(void **state)
{
    (void)state;
    freed = 0;
    leaked = 0;
    return 0;
}

static int64_t save(mcpauth_store *store, const char *bytes, int64_t version)
{
    mcpauth_save_answer answer = MCPAUTH_SAVE_CONFLICT;
    int64_t next = 0;
    size_t len = bytes ? strlen(bytes) : 0;
    assert_int_equal(mcpauth_store_save(store, &key, bytes, len, version,
                         &answer, &next, NULL),
        MCPAUTH_OK);
    assert_int_equal(answer, MCPAUTH_SAVED);
    return next;
}

static bool look_at(void *each_ctx, const mcpauth_store_key *found,
    const mcpauth_record *record)
{
    (void)each_ctx;
    assert_string_equal(found->server, key.server);
    assert_non_null(strstr(record->bytes, CANARY));
    return true;
}

static void records_are_wiped_with_the_store(void **state)
{
    (void)state;
    mcpauth_store *store = NULL;
    mcpauth_record record = {0};
    assert_int_equal(mcpauth_store_memory_new(&store, NULL), MCPAUTH_OK);
    save(store, CANARY, 0);
    assert_int_equal(mcpauth_store_load(store, &key, &record, NULL), 0);
    mcpauth_record_done(&record);
    assert_int_equal(mcpauth_store_list(store, look_at, NULL, NULL), 0);
    mcpauth_store_free(store);
    assert_true(freed > 0);
    assert_int_equal(leaked, 0);
}

static void replaced_and_removed_records_are_wiped_S_085(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_store) store = NULL;
    assert_int_equal(mcpauth_store_memory_new(&store, NULL), MCPAUTH_OK);
    int64_t version = save(store, CANARY " one", 0);
    version = save(store, CANARY " two", version);
    save(store, NULL, version);
    assert_true(freed > 0);
    assert_int_equal(leaked, 0);
}

static void two_stores_share_nothing(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_store) one = NULL;
    MA_AUTO(mcpauth_store) two = NULL;
    MA_SCOPED(mcpauth_record) record = {0};
    assert_int_equal(mcpauth_store_memory_new(&one, NULL), MCPAUTH_OK);
    assert_int_equal(mcpauth_store_memory_new(&two, NULL), MCPAUTH_OK);
    save(one, "record", 0);
    assert_int_equal(mcpauth_store_load(two, &key, &record, NULL), 0);
    assert_null(record.bytes);
    assert_string_equal(mcpauth_store_describe(one), "memory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(records_are_wiped_with_the_store, forget_counts),
        cmocka_unit_test_setup(
            replaced_and_removed_records_are_wiped_S_085, forget_counts),
        cmocka_unit_test(two_stores_share_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
