/* alloc_test.c - the edges that malloc leaves open. */
#include "base/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void nothing_is_still_a_block(void **state)
{
    (void)state;
    MA_AUTO(ma_text) a = ma_malloc(0);
    MA_AUTO(ma_text) b = ma_malloc(0);
    assert_non_null(a);
    assert_ptr_not_equal(a, b);
    a = ma_realloc(a, 0);
    assert_non_null(a);
}

static void products_do_not_wrap_S_083(void **state)
{
    (void)state;
    /* volatile, or the compiler warns about what is tested. */
    volatile size_t count = SIZE_MAX / 2;
    assert_null(ma_calloc(count, 4));
}

static void texts_are_copied(void **state)
{
    (void)state;
    MA_AUTO(ma_text) whole = ma_strdup("abc");
    MA_AUTO(ma_text) part = ma_strndup("abc", 2);
    assert_string_equal(whole, "abc");
    assert_string_equal(part, "ab");
    assert_null(ma_strdup(NULL));
    assert_null(ma_strndup(NULL, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_still_a_block),
        cmocka_unit_test(products_do_not_wrap_S_083),
        cmocka_unit_test(texts_are_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
