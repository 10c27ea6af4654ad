/* buf_test.c - growth, caps and failures that stick. */
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"

static bool memory_is_out;

void *__real_ma_malloc(size_t len);
void *__wrap_ma_malloc(size_t len);

/* Linked in the place of ma_malloc. */
void *__wrap_ma_malloc(size_t len)
{
    return memory_is_out ? NULL : __real_ma_malloc(len);
}

static void an_empty_buf_is_an_empty_text(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) buf = ma_buf_init(8);
    assert_string_equal(ma_buf_text(&buf), "");
    assert_int_equal(ma_buf_span(&buf).len, 0);
    MA_AUTO(ma_text) taken = ma_buf_take(&buf);
    assert_string_equal(taken, "");
}

static void straight_lines_build_a_text(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) buf = ma_buf_init(100);
    ma_buf_add_text(&buf, "a");
    ma_buf_add(&buf, "bcd", 2);
    ma_buf_add_byte(&buf, '-');
    ma_buf_addf(&buf, "%d/%s", 7, "x");
    ma_buf_add_span(&buf, ma_span_of("!"));
    assert_string_equal(ma_buf_text(&buf), "abc-7/x!");
    assert_int_equal(ma_buf_status(&buf, "the text", NULL), MCPAUTH_OK);
}

static void growth_keeps_the_content(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) buf = ma_buf_init(100000);
    for (int i = 0; i < 100000; i++) {
        ma_buf_add_byte(&buf, (char)('a' + i % 26));
        assert_int_equal(buf.at[buf.len], '\0');
    }
    assert_int_equal(buf.len, 100000);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(buf.at[i], 'a' + i % 26);
}

static void the_cap_is_exact_and_sticks_S_083(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(ma_buf) buf = ma_buf_init(4);
    ma_buf_add_text(&buf, "abcd");
    assert_int_equal(ma_buf_status(&buf, "the body", err), MCPAUTH_OK);
    ma_buf_add_byte(&buf, 'e');
    ma_buf_consume(&buf, 4);
    ma_buf_add_byte(&buf, 'f');
    assert_string_equal(ma_buf_text(&buf), "");
    assert_int_equal(ma_buf_status(&buf, "the body", err), MCPAUTH_E_LIMIT);
    assert_string_equal(
        mcpauth_error_message(err), "the body would be longer than 4 bytes");
}

static void huge_lengths_do_not_wrap_S_083(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) buf = ma_buf_init(SIZE_MAX);
    ma_buf_add_text(&buf, "abc");
    ma_buf_add(&buf, "", SIZE_MAX);
    assert_int_equal(buf.failed, MCPAUTH_E_LIMIT);
    assert_string_equal(ma_buf_text(&buf), "abc");
}

static void clearing_forgets_the_failure(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) buf = ma_buf_init(2);
    ma_buf_add_text(&buf, "abc");
    ma_buf_clear(&buf);
    ma_buf_add_text(&buf, "ab");
    assert_string_equal(ma_buf_text(&buf), "ab");
    assert_int_equal(ma_buf_status(&buf, "it", NULL), MCPAUTH_OK);
}

static void bytes_leave_at_both_ends(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) buf = ma_buf_init(16);
    ma_buf_add_text(&buf, "abcdef");
    ma_buf_consume(&buf, 2);
    assert_string_equal(ma_buf_text(&buf), "cdef");
    ma_buf_cut(&buf, 3);
    assert_string_equal(ma_buf_text(&buf), "cde");
    ma_buf_cut(&buf, 9);
    assert_string_equal(ma_buf_text(&buf), "cde");
    ma_buf_consume(&buf, 9);
    assert_string_equal(ma_buf_text(&buf), "");
}

static void dropped_bytes_are_wiped(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) buf = ma_buf_init(16);
    ma_buf_add_text(&buf, "secretsecret");
    ma_buf_consume(&buf, 6);
    assert_null(memchr(buf.at + 6, 'e', 6));
    ma_buf_clear(&buf);
    assert_null(memchr(buf.at, 'e', 12));
}

static void taking_moves_the_content_out(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) buf = ma_buf_init(16);
    ma_buf_add_text(&buf, "abc");
    MA_AUTO(ma_text) first = ma_buf_take(&buf);
    ma_buf_add_text(&buf, "de");
    MA_AUTO(ma_text) second = ma_buf_take(&buf);
    assert_string_equal(first, "abc");
    assert_string_equal(second, "de");
}

static void taking_after_a_failure_gives_nothing(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) buf = ma_buf_init(4);
    ma_buf_add_text(&buf, "abc");
    ma_buf_add_text(&buf, "abc");
    assert_null(ma_buf_take(&buf));
    assert_int_equal(ma_buf_status(&buf, "it", NULL), MCPAUTH_E_LIMIT);
}

static void lack_of_memory_sticks(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(ma_buf) buf = ma_buf_init(1000);
    ma_buf_add_text(&buf, "abc");
    memory_is_out = true;
    for (int i = 0; i < 100; i++)
        ma_buf_add_byte(&buf, 'x');
    memory_is_out = false;
    size_t len = buf.len;
    ma_buf_add_byte(&buf, 'y');
    assert_int_equal(buf.len, len);
    assert_int_equal(ma_buf_status(&buf, "it", err), MCPAUTH_E_NOMEM);
    assert_string_equal(mcpauth_error_message(err), "out of memory");
    assert_null(ma_buf_take(&buf));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_buf_is_an_empty_text),
        cmocka_unit_test(straight_lines_build_a_text),
        cmocka_unit_test(growth_keeps_the_content),
        cmocka_unit_test(the_cap_is_exact_and_sticks_S_083),
        cmocka_unit_test(huge_lengths_do_not_wrap_S_083),
        cmocka_unit_test(clearing_forgets_the_failure),
        cmocka_unit_test(bytes_leave_at_both_ends),
        cmocka_unit_test(dropped_bytes_are_wiped),
        cmocka_unit_test(taking_moves_the_content_out),
        cmocka_unit_test(taking_after_a_failure_gives_nothing),
        cmocka_unit_test(lack_of_memory_sticks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
