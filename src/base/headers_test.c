/* headers_test.c - order, case and what must not be injected. */
#include "base/headers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/error.h"

static void add(mcpauth_headers *headers, const char *name, const char *value)
{
    assert_int_equal(
        mcpauth_headers_add(headers, name, value, NULL), MCPAUTH_OK);
}

static void fields_keep_their_order(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    add(headers, "Accept", "a");
    add(headers, "X-One", "1");
    add(headers, "accept", "b");
    assert_int_equal(mcpauth_headers_count(headers), 3);
    assert_string_equal(mcpauth_headers_name(headers, 2), "accept");
    assert_string_equal(mcpauth_headers_value(headers, 2), "b");
    assert_string_equal(mcpauth_headers_get(headers, "ACCEPT"), "a");
    assert_null(mcpauth_headers_get(headers, "Accep"));
    assert_null(mcpauth_headers_name(headers, 3));
    assert_null(mcpauth_headers_value(headers, 3));
}

static void no_list_is_an_empty_list(void **state)
{
    (void)state;
    assert_int_equal(mcpauth_headers_count(NULL), 0);
    assert_null(mcpauth_headers_get(NULL, "a"));
    assert_null(mcpauth_headers_name(NULL, 0));
    assert_false(ma_headers_is_type(NULL, "text/html"));
    mcpauth_headers_free(NULL);
}

static void a_list_grows(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    for (int i = 0; i < 100; i++)
        add(headers, i == 70 ? "seventy" : "other", "v");
    assert_int_equal(mcpauth_headers_count(headers), 100);
    assert_string_equal(mcpauth_headers_name(headers, 70), "seventy");
}

static void nothing_is_injected_S_017(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *value;
        size_t value_len;
        mcpauth_status status;
    } rows[] = {
        {"X", "", 0, MCPAUTH_OK},
        {"X-a_b.c!#$%&'*+^`|~9", "v", 1, MCPAUTH_OK},
        {"X", "a\tb \x80\xff", 6, MCPAUTH_OK},
        {"X", "a\r\nY: 1", 7, MCPAUTH_E_PROTOCOL},
        {"X", "a\rb", 3, MCPAUTH_E_PROTOCOL},
        {"X", "a\nb", 3, MCPAUTH_E_PROTOCOL},
        {"X", "a\0b", 3, MCPAUTH_E_PROTOCOL},
        {"X", "a\033b", 3, MCPAUTH_E_PROTOCOL},
        {"X", "a\x7f", 2, MCPAUTH_E_PROTOCOL},
        {"", "v", 1, MCPAUTH_E_PROTOCOL},
        {"X Y", "v", 1, MCPAUTH_E_PROTOCOL},
        {"X:", "v", 1, MCPAUTH_E_PROTOCOL},
        {"X\r\nY", "v", 1, MCPAUTH_E_PROTOCOL},
        {"X\xC3\xA4", "v", 1, MCPAUTH_E_PROTOCOL},
        {"(X)", "v", 1, MCPAUTH_E_PROTOCOL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
        mcpauth_status st = ma_headers_add(headers, ma_span_of(rows[i].name),
            ma_span_make(rows[i].value, rows[i].value_len), NULL);
        assert_int_equal(st, rows[i].status);
        assert_int_equal(mcpauth_headers_count(headers), st ? 0 : 1);
    }
}

static void a_refusal_does_not_show_the_value_S_017(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    mcpauth_status st =
        mcpauth_headers_add(headers, "Authorization", "Bearer s3cr3t\n", err);
    assert_int_equal(st, MCPAUTH_E_PROTOCOL);
    assert_non_null(strstr(mcpauth_error_message(err), "Authorization"));
    assert_null(strstr(mcpauth_error_message(err), "s3cr3t"));
}

static void setting_replaces_every_field_of_that_name(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    add(headers, "A", "1");
    add(headers, "B", "2");
    add(headers, "a", "3");
    assert_int_equal(ma_headers_set(headers, "a", "4", NULL), MCPAUTH_OK);
    assert_int_equal(mcpauth_headers_count(headers), 2);
    assert_string_equal(mcpauth_headers_value(headers, 0), "2");
    assert_string_equal(mcpauth_headers_value(headers, 1), "4");

    const char *own = mcpauth_headers_get(headers, "a");
    assert_int_equal(ma_headers_set(headers, "A", own, NULL), MCPAUTH_OK);
    assert_string_equal(mcpauth_headers_get(headers, "a"), "4");
}

static void a_failed_set_changes_nothing(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    add(headers, "A", "1");
    assert_int_equal(
        ma_headers_set(headers, "A", "\n", NULL), MCPAUTH_E_PROTOCOL);
    assert_string_equal(mcpauth_headers_get(headers, "A"), "1");
}

static void a_copy_has_the_same_fields_in_the_same_order(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    MA_AUTO(mcpauth_headers) copy = NULL;
    add(headers, "B", "2");
    add(headers, "A", "");
    assert_int_equal(ma_headers_dup(headers, &copy, NULL), MCPAUTH_OK);
    assert_int_equal(ma_headers_append(copy, headers, NULL), MCPAUTH_OK);
    assert_int_equal(ma_headers_append(copy, NULL, NULL), MCPAUTH_OK);
    assert_int_equal(mcpauth_headers_count(copy), 4);
    assert_string_equal(mcpauth_headers_name(copy, 1), "A");
    assert_string_equal(mcpauth_headers_value(copy, 2), "2");
    assert_int_equal(mcpauth_headers_count(headers), 2);
}

static void media_types_are_compared_without_parameters(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        bool is_json;
    } rows[] = {
        {"application/json", true},
        {"Application/JSON; charset=utf-8", true},
        {"application/json ;x", true},
        {" application/json", true},
        {"application/json-seq", false},
        {"application/jso", false},
        {"text/html; application/json", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
        add(headers, "content-type", rows[i].value);
        assert_int_equal(
            ma_headers_is_type(headers, "application/json"), rows[i].is_json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_keep_their_order),
        cmocka_unit_test(no_list_is_an_empty_list),
        cmocka_unit_test(a_list_grows),
        cmocka_unit_test(nothing_is_injected_S_017),
        cmocka_unit_test(a_refusal_does_not_show_the_value_S_017),
        cmocka_unit_test(setting_replaces_every_field_of_that_name),
        cmocka_unit_test(a_failed_set_changes_nothing),
        cmocka_unit_test(a_copy_has_the_same_fields_in_the_same_order),
        cmocka_unit_test(media_types_are_compared_without_parameters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
