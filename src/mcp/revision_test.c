/* revision_test.c - the table, and every way into it. */
#include "mcp/revision.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

static const char *name_of(const ma_revision *revision)
{
    return revision ? revision->name : "none";
}

static void revisions_stand_newest_first_T_076(void **state)
{
    static const struct {
        const char *name;
        bool stateless, batches, header;
    } rows[] = {
        {"2026-07-28", true, false, true},
        {"2025-11-25", false, false, true},
        {"2025-06-18", false, false, true},
        {"2025-03-26", false, true, false},
        {"2024-11-05", false, true, false},
    };
    const size_t count = sizeof rows / sizeof *rows;
    (void)state;
    for (size_t i = 0; i < count; i++) {
        const ma_revision *revision = ma_revision_at(i);
        assert_string_equal(revision->name, rows[i].name);
        assert_int_equal(revision->stateless, rows[i].stateless);
        assert_int_equal(revision->batches, rows[i].batches);
        assert_int_equal(revision->header, rows[i].header);
        assert_ptr_equal(ma_revision_named(rows[i].name), revision);
    }
    assert_null(ma_revision_at(count));
}

static void other_names_are_none(void **state)
{
    static const char *const names[] = {NULL, "", "2025-11-2", "2025-11-256",
        "2025-11-25 ", "1999-01-01", "draft"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_null(ma_revision_named(names[i]));
}

static void a_revision_is_found_by_what_a_string_says(void **state)
{
    static const struct {
        const char *value, *name;
    } rows[] = {
        {"\"2025-11-25\"", "2025-11-25"},
        {"\"2025\\u002d11-25\"", "2025-11-25"},
        {"2025", "none"},
        {"[\"2025-11-25\"]", "none"},
        {"\"\"", "none"},
        {NULL, "none"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(
            name_of(ma_revision_find(ma_span_of(rows[i].value))), rows[i].name);
}

static void the_newest_in_common_is_best_T_070(void **state)
{
    static const struct {
        const char *array, *stateless, *other;
    } rows[] = {
        {"[\"2025-03-26\",\"2025-11-25\",\"2026-07-28\",\"2024-11-05\"]",
            "2026-07-28", "2025-11-25"},
        {"[\"2099-01-01\",7,null,{},\"2025-06-18\"]", "none", "2025-06-18"},
        {"[\"2026-07-28\",\"2026-07-28\"]", "2026-07-28", "none"},
        {"[]", "none", "none"},
        {"\"2026-07-28\"", "none", "none"},
        {NULL, "none", "none"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ma_span array = ma_span_of(rows[i].array);
        assert_string_equal(
            name_of(ma_revision_best(array, true)), rows[i].stateless);
        assert_string_equal(
            name_of(ma_revision_best(array, false)), rows[i].other);
    }
}

static void nothing_in_common_names_both_sides_T_011_T_070(void **state)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    (void)state;
    assert_int_equal(
        ma_revision_refuse(ma_span_of("[\"1999-01-01\"]"), NULL, err),
        MCPAUTH_E_UNSUPPORTED);
    const char *message = mcpauth_error_message(err);
    assert_non_null(strstr(message, "1999-01-01"));
    for (size_t i = 0; ma_revision_at(i); i++)
        assert_non_null(strstr(message, ma_revision_at(i)->name));
    assert_null(mcpauth_error_hint(err));
}

static void what_is_pinned_is_all_we_speak_T_076(void **state)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    (void)state;
    assert_int_equal(ma_revision_refuse(ma_span_of("\"2025-11-25\""),
                         ma_revision_named("2025-03-26"), err),
        MCPAUTH_E_UNSUPPORTED);
    const char *message = mcpauth_error_message(err);
    assert_non_null(strstr(message, "2025-11-25"));
    assert_non_null(strstr(message, "speaks 2025-03-26"));
    assert_null(strstr(message, "2026-07-28"));
    assert_non_null(mcpauth_error_hint(err));
}

static void a_server_that_lists_too_much_is_cut_short(void **state)
{
    static char list[8000];
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    (void)state;
    memset(list, 'x', sizeof list - 1);
    assert_int_equal(
        ma_revision_refuse(ma_span_of(list), NULL, err), MCPAUTH_E_UNSUPPORTED);
    assert_true(strlen(mcpauth_error_message(err)) < 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(revisions_stand_newest_first_T_076),
        cmocka_unit_test(other_names_are_none),
        cmocka_unit_test(a_revision_is_found_by_what_a_string_says),
        cmocka_unit_test(the_newest_in_common_is_best_T_070),
        cmocka_unit_test(nothing_in_common_names_both_sides_T_011_T_070),
        cmocka_unit_test(what_is_pinned_is_all_we_speak_T_076),
        cmocka_unit_test(a_server_that_lists_too_much_is_cut_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
