/* page_test.c - cursors, the empty one, and lists without an end. */
#include "mcp/page.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void assert_params(const ma_page *page, const char *expected)
{
    MA_SCOPED(ma_buf) params = ma_buf_init(1000);
    ma_page_write_params(page, &params);
    assert_string_equal(ma_buf_text(&params), expected);
}

static mcpauth_status feed(ma_page *page, const char *result)
{
    return ma_page_feed(page, ma_span_of(result), NULL);
}

static void a_list_ends_without_a_cursor_T_122(void **state)
{
    static const char *const ends[] = {
        "{\"tools\":[]}", "{\"nextCursor\":null}", "{}"};
    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        MA_SCOPED(ma_page) page = ma_page_init(0);
        assert_true(ma_page_more(&page));
        assert_params(&page, "{}");
        assert_int_equal(feed(&page, ends[i]), 0);
        assert_false(ma_page_more(&page));
    }
}

static void a_cursor_goes_back_byte_for_byte_T_122(void **state)
{
    MA_SCOPED(ma_page) page = ma_page_init(0);
    (void)state;
    assert_int_equal(feed(&page, "{\"nextCursor\" : \"a\\u0062\\/=\"}"), 0);
    assert_true(ma_page_more(&page));
    assert_params(&page, "{\"cursor\":\"a\\u0062\\/=\"}");
}

static void an_empty_cursor_is_a_cursor_T_122(void **state)
{
    MA_SCOPED(ma_page) page = ma_page_init(0);
    (void)state;
    assert_int_equal(feed(&page, "{\"nextCursor\":\"\"}"), 0);
    assert_true(ma_page_more(&page));
    assert_params(&page, "{\"cursor\":\"\"}");
}

static void a_cursor_that_comes_again_is_refused_S_024(void **state)
{
    static const char *const again[] = {
        "{\"nextCursor\":\"a\"}", "{\"nextCursor\":\"\\u0061\"}"};
    (void)state;
    for (size_t i = 0; i < sizeof again / sizeof *again; i++) {
        MA_SCOPED(ma_page) page = ma_page_init(0);
        assert_int_equal(feed(&page, "{\"nextCursor\":\"a\"}"), 0);
        assert_int_equal(feed(&page, "{\"nextCursor\":\"b\"}"), 0);
        assert_int_equal(feed(&page, again[i]), MCPAUTH_E_PROTOCOL);
        assert_false(ma_page_more(&page));
    }
}

static void a_list_is_cut_off_at_its_page_cap_S_024(void **state)
{
    MA_SCOPED(ma_page) page = ma_page_init(2);
    (void)state;
    assert_int_equal(feed(&page, "{\"nextCursor\":\"a\"}"), 0);
    assert_int_equal(feed(&page, "{\"nextCursor\":\"b\"}"), MCPAUTH_E_LIMIT);
    assert_false(ma_page_more(&page));
}

static void a_list_of_exactly_the_cap_is_whole_S_024(void **state)
{
    MA_SCOPED(ma_page) page = ma_page_init(2);
    (void)state;
    assert_int_equal(feed(&page, "{\"nextCursor\":\"a\"}"), 0);
    assert_int_equal(feed(&page, "{}"), 0);
    assert_false(ma_page_more(&page));
}

static void a_cursor_of_another_type_is_refused_T_122(void **state)
{
    static const char *const results[] = {
        "{\"nextCursor\":7}", "{\"nextCursor\":{}}", "{\"nextCursor\":false}"};
    (void)state;
    for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
        MA_SCOPED(ma_page) page = ma_page_init(0);
        assert_int_equal(feed(&page, results[i]), MCPAUTH_E_PROTOCOL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_ends_without_a_cursor_T_122),
        cmocka_unit_test(a_cursor_goes_back_byte_for_byte_T_122),
        cmocka_unit_test(an_empty_cursor_is_a_cursor_T_122),
        cmocka_unit_test(a_cursor_that_comes_again_is_refused_S_024),
        cmocka_unit_test(a_list_is_cut_off_at_its_page_cap_S_024),
        cmocka_unit_test(a_list_of_exactly_the_cap_is_whole_S_024),
        cmocka_unit_test(a_cursor_of_another_type_is_refused_T_122),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
