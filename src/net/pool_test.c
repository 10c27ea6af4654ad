/* Tests of pool.c. */
#include "net/pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static void count_close(void *item)
{
    int *closed = item;
    (*closed)++;
}

static void item_comes_back_under_its_key_only_S_077(void **state)
{
    int first = 0;
    int second = 0;
    (void)state;
    ma_pool *pool = ma_pool_new(count_close);
    assert_null(ma_pool_take(pool, "a"));
    ma_pool_put(pool, "a", &first);
    ma_pool_put(pool, "a", &second);
    assert_null(ma_pool_take(pool, "b"));
    assert_ptr_equal(ma_pool_take(pool, "a"), &second);
    assert_ptr_equal(ma_pool_take(pool, "a"), &first);
    assert_null(ma_pool_take(pool, "a"));
    ma_pool_put(pool, "a", &first);
    ma_pool_free(pool);
    ma_pool_free(NULL);
    assert_int_equal(first, 1);
    assert_int_equal(second, 0);
}

static void oldest_goes_when_there_are_too_many(void **state)
{
    int closed[MA_POOL_IDLE_MAX + 1] = {0};
    char key[16];
    (void)state;
    ma_pool *pool = ma_pool_new(count_close);
    for (int i = 0; i <= MA_POOL_IDLE_MAX; i++) {
        snprintf(key, sizeof key, "%d", i);
        ma_pool_put(pool, key, &closed[i]);
    }
    assert_int_equal(closed[0], 1);
    assert_int_equal(closed[1], 0);
    assert_null(ma_pool_take(pool, "0"));
    ma_pool_free(pool);
    for (int i = 0; i <= MA_POOL_IDLE_MAX; i++)
        assert_int_equal(closed[i], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(item_comes_back_under_its_key_only_S_077),
        cmocka_unit_test(oldest_goes_when_there_are_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
