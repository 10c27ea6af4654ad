/* keys_test.c - the keys of all records. */
#include "cli/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "store/store.h"

static void save(mcpauth_store *store, const mcpauth_store_key *key)
{
    mcpauth_save_answer answer = MCPAUTH_SAVE_CONFLICT;
    int64_t version = 0;
    assert_int_equal(
        mcpauth_store_save(store, key, "{}", 2, 0, &answer, &version, NULL),
        MCPAUTH_OK);
    assert_int_equal(answer, MCPAUTH_SAVED);
}

static void each_key_comes_once_and_whole(void **state)
{
    (void)state;
    static const mcpauth_store_key saved[] = {
        {"https://a.example/mcp", "default"},
        {"https://a.example/mcp", ""},
        {"https://b.example/mcp", "client:id/x"},
    };
    MA_AUTO(mcpauth_store) store = NULL;
    MA_SCOPED(ma_buf) names = ma_buf_init(MA_KEYS_MAX);
    mcpauth_store_key key;
    unsigned seen = 0;
    assert_int_equal(mcpauth_store_memory_new(&store, NULL), MCPAUTH_OK);
    for (size_t i = 0; i < 3; i++)
        save(store, &saved[i]);
    assert_int_equal(ma_keys_gather(store, &names, NULL), MCPAUTH_OK);
    size_t count = 0;
    for (ma_span rest = ma_buf_span(&names); ma_keys_next(&rest, &key); count++)
        for (unsigned i = 0; i < 3; i++)
            if (ma_span_is(ma_span_of(key.server), saved[i].server) &&
                ma_span_is(ma_span_of(key.account), saved[i].account))
                seen |= 1U << i;
    assert_int_equal(count, 3);
    assert_int_equal(seen, 7);
}

static void an_empty_store_has_none(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_store) store = NULL;
    MA_SCOPED(ma_buf) names = ma_buf_init(MA_KEYS_MAX);
    mcpauth_store_key key;
    assert_int_equal(mcpauth_store_memory_new(&store, NULL), MCPAUTH_OK);
    assert_int_equal(ma_keys_gather(store, &names, NULL), MCPAUTH_OK);
    ma_span rest = ma_buf_span(&names);
    assert_false(ma_keys_next(&rest, &key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_key_comes_once_and_whole),
        cmocka_unit_test(an_empty_store_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
