/* filename_test.c - names that must stay what they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/filename.h"

/* An older or newer mcpauth finds the same file. */
static void a_name_is_half_the_sha_256_of_the_key_S_051(void **state)
{
    (void)state;
    const mcpauth_store_key key = {"https://a.example/mcp", "default"};
    ma_filename names;
    assert_int_equal(ma_filename_set(&names, &key, NULL), MCPAUTH_OK);
    assert_string_equal(names.record, "21bac5866a8af9036cd171598e820271.json");
    assert_string_equal(names.lock, "21bac5866a8af9036cd171598e820271.lock");
}

static void the_border_inside_a_key_counts(void **state)
{
    (void)state;
    const mcpauth_store_key one = {"ab", "c"};
    const mcpauth_store_key two = {"a", "bc"};
    ma_filename first;
    ma_filename second;
    assert_int_equal(ma_filename_set(&first, &one, NULL), MCPAUTH_OK);
    assert_int_equal(ma_filename_set(&second, &two, NULL), MCPAUTH_OK);
    assert_string_not_equal(first.record, second.record);
}

static void only_records_are_records(void **state)
{
    (void)state;
#define H "0123456789abcdef0123456789abcdef"
    static const struct {
        const char *name;
        bool is_record;
    } rows[] = {{H ".json", true}, {H ".lock", false},
        {H ".json.corrupt-1", false}, {H ".json.tmp-0123456789abcdef", false},
        {".json", false}, {"", false}, {".", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(
            ma_filename_is_record(ma_span_of(rows[i].name)), rows[i].is_record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_half_the_sha_256_of_the_key_S_051),
        cmocka_unit_test(the_border_inside_a_key_counts),
        cmocka_unit_test(only_records_are_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
