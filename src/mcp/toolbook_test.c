/* toolbook_test.c - what is kept of a list, and what is not. */
#include "mcp/toolbook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

#define SCHEMA                                                                 \
    "{\"properties\":{\"a\":{\"type\":\"string\",\"x-mcp-header\":"            \
    "\"A\"}}}"
#define WRONG                                                                  \
    "{\"properties\":{\"a\":{\"type\":\"number\",\"x-mcp-header\":"            \
    "\"A\"}}}"
#define TOOL(name, schema) "{\"name\":\"" name "\",\"inputSchema\":" schema "}"

static void feed(ma_toolbook *book, const char *tools)
{
    assert_int_equal(ma_toolbook_feed(book, ma_span_of(tools), NULL), 0);
}

static bool knows(const ma_toolbook *book, const char *name)
{
    ma_toolbook_page page;
    return ma_toolbook_find(book, ma_span_of(name), &page);
}

static ma_toolbook_page find(const ma_toolbook *book, const char *name)
{
    ma_toolbook_page page = {{NULL, 0}, NULL};
    assert_true(ma_toolbook_find(book, ma_span_of(name), &page));
    return page;
}

static void a_book_without_a_list_knows_nothing_T_069(void **state)
{
    MA_SCOPED(ma_toolbook) book = ma_toolbook_init(0);
    (void)state;
    assert_false(book.listed);
    assert_false(knows(&book, "\"a\""));
    feed(&book, "null");
    feed(&book, "");
    assert_false(book.listed);
    feed(&book, "[]");
    assert_true(book.listed);
    assert_false(knows(&book, "\"a\""));
}

static void pages_add_up_T_069(void **state)
{
    MA_SCOPED(ma_toolbook) book = ma_toolbook_init(0);
    (void)state;
    feed(&book, "[" TOOL("one", SCHEMA) ",{\"name\":\"two\"}]");
    feed(&book, "[" TOOL("three", "{\"properties\":{}}") "]");
    assert_true(ma_span_is(find(&book, "\"one\"").schema, SCHEMA));
    assert_null(find(&book, "\"one\"").refused);
    assert_null(find(&book, "\"two\"").schema.at);
    assert_null(find(&book, "\"three\"").schema.at);
    assert_false(knows(&book, "\"four\""));
    assert_false(knows(&book, "one"));
}

static void a_name_is_found_however_it_is_escaped_T_069(void **state)
{
    MA_SCOPED(ma_toolbook) book = ma_toolbook_init(0);
    (void)state;
    feed(&book, "[" TOOL("\\u006fne", SCHEMA) "]");
    assert_true(knows(&book, "\"on\\u0065\""));
    assert_false(knows(&book, "\"One\""));
}

static void an_invalid_tool_is_known_with_the_reason_T_068(void **state)
{
    MA_SCOPED(ma_toolbook) book = ma_toolbook_init(0);
    (void)state;
    feed(&book, "[" TOOL("bad", WRONG) "," TOOL("good", SCHEMA) "]");
    ma_toolbook_page page = find(&book, "\"bad\"");
    assert_non_null(strstr(page.refused, "its x-mcp-header \"A\""));
    assert_null(page.schema.at);
    assert_null(find(&book, "\"good\"").refused);
}

static void the_later_of_two_counts_T_069(void **state)
{
    MA_SCOPED(ma_toolbook) book = ma_toolbook_init(0);
    (void)state;
    feed(&book, "[" TOOL("a", WRONG) "," TOOL("a", SCHEMA) "]");
    assert_true(ma_span_is(find(&book, "\"a\"").schema, SCHEMA));
    feed(&book, "[" TOOL("a", "{}") "]");
    assert_null(find(&book, "\"a\"").schema.at);
}

static void what_has_no_name_is_passed_over(void **state)
{
    MA_SCOPED(ma_toolbook) book = ma_toolbook_init(0);
    (void)state;
    feed(&book, "[1,null,[],{},{\"name\":1}," TOOL("a", "1") "]");
    assert_int_equal(book.count, 1);
    assert_true(knows(&book, "\"a\""));
}

static void a_new_list_forgets_the_old_T_069(void **state)
{
    MA_SCOPED(ma_toolbook) book = ma_toolbook_init(0);
    (void)state;
    feed(&book, "[" TOOL("a", SCHEMA) "]");
    ma_toolbook_clear(&book);
    assert_false(book.listed);
    assert_int_equal(book.count, 0);
    assert_false(knows(&book, "\"a\""));
    feed(&book, "[" TOOL("b", SCHEMA) "]");
    assert_false(knows(&book, "\"a\""));
    assert_true(ma_span_is(find(&book, "\"b\"").schema, SCHEMA));
}

/* One tool that fits, one whose name is too long, one that fits. */
static void write_tools(ma_buf *to)
{
    ma_buf_add_text(to, "[" TOOL("first", SCHEMA) ",{\"name\":\"");
    for (int i = 0; i < 1000; i++)
        ma_buf_add_byte(to, 'x');
    ma_buf_add_text(to, "\"}," TOOL("last", "{}") "]");
}

static void memory_is_limited_and_what_fits_is_kept_S_011(void **state)
{
    MA_SCOPED(ma_toolbook) book = ma_toolbook_init(500);
    MA_SCOPED(ma_buf) tools = ma_buf_init(1 << 20);
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    (void)state;
    write_tools(&tools);
    assert_int_equal(
        ma_toolbook_feed(&book, ma_buf_span(&tools), err), MCPAUTH_E_LIMIT);
    assert_non_null(strstr(mcpauth_error_message(err), "500 bytes"));
    assert_int_equal(book.count, 2);
    assert_true(knows(&book, "\"first\""));
    assert_true(knows(&book, "\"last\""));
}

static void small_tools_count_as_well_S_011(void **state)
{
    MA_SCOPED(ma_toolbook) book = ma_toolbook_init(500);
    mcpauth_status st = MCPAUTH_OK;
    (void)state;
    for (int i = 0; i < 100 && !st; i++)
        st = ma_toolbook_feed(&book, ma_span_of("[{\"name\":\"\"}]"), NULL);
    assert_int_equal(st, MCPAUTH_E_LIMIT);
    ma_toolbook_clear(&book);
    feed(&book, "[" TOOL("a", "{}") "]");
    assert_true(knows(&book, "\"a\""));
}

static void many_tools_are_all_kept(void **state)
{
    enum { MANY = 1000 };
    MA_SCOPED(ma_toolbook) book = ma_toolbook_init(0);
    (void)state;
    for (int i = 0; i < MANY; i++) {
        MA_SCOPED(ma_buf) tools = ma_buf_init(1000);
        ma_buf_addf(&tools, "[" TOOL("t%d", SCHEMA) "]", i);
        feed(&book, ma_buf_text(&tools));
    }
    for (int i = 0; i < MANY; i++) {
        MA_SCOPED(ma_buf) name = ma_buf_init(100);
        ma_buf_addf(&name, "\"t%d\"", i);
        assert_true(ma_span_is(find(&book, ma_buf_text(&name)).schema, SCHEMA));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_book_without_a_list_knows_nothing_T_069),
        cmocka_unit_test(pages_add_up_T_069),
        cmocka_unit_test(a_name_is_found_however_it_is_escaped_T_069),
        cmocka_unit_test(an_invalid_tool_is_known_with_the_reason_T_068),
        cmocka_unit_test(the_later_of_two_counts_T_069),
        cmocka_unit_test(what_has_no_name_is_passed_over),
        cmocka_unit_test(a_new_list_forgets_the_old_T_069),
        cmocka_unit_test(memory_is_limited_and_what_fits_is_kept_S_011),
        cmocka_unit_test(small_tools_count_as_well_S_011),
        cmocka_unit_test(many_tools_are_all_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
