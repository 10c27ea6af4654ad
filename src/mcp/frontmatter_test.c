/* frontmatter_test.c - the head of a file, beside what was said of it. */
#include "mcp/frontmatter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

#define ENTRY "{\"name\":\"a\",\"description\":\"b\"}"

/* words: of the message; NULL: it is the same. */
static void assert_checks(
    const char *file, const char *entry, const char *words)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    mcpauth_status st =
        ma_frontmatter_check(ma_span_of(file), ma_span_of(entry), err);
    if (!words) {
        assert_string_equal(mcpauth_error_message(err), "");
        assert_int_equal(st, MCPAUTH_OK);
        return;
    }
    assert_int_equal(st, MCPAUTH_E_MISMATCH);
    if (!strstr(mcpauth_error_message(err), words))
        fail_msg("%s", mcpauth_error_message(err));
}

static void the_same_is_the_same_T_242(void **state)
{
    (void)state;
    assert_checks("---\nname: a\ndescription: b\n---\n\n# A\n", ENTRY, NULL);
    assert_checks("---\r\ndescription: b\r\nname: a\r\n---\r\n", ENTRY, NULL);
    assert_checks(
        "\xEF\xBB\xBF--- \nname: a\ndescription: b\n---", ENTRY, NULL);
    assert_checks("---\n---\n---\nname: a\n---\n", "{}", NULL);
}

static void a_difference_shows_both_values_T_242_S_022(void **state)
{
    (void)state;
    assert_checks("---\nname: a\ndescription: c\n---\n", ENTRY,
        "its frontmatter is not that of the skill's entry: description is "
        "\"c\" in the file, and \"b\" in the entry");
    assert_checks("---\nname: a\n---\n", ENTRY,
        "description is nothing in the file, and \"b\" in the entry");
    assert_checks("---\nname: a\ndescription: b\nallowed-tools: [Bash]\n---\n",
        ENTRY, "allowed-tools is a list in the file, and nothing in the entry");
    assert_checks("---\nm:\n  v: 1\n---\n", "{\"m\":{\"v\":\"1\"}}",
        "m.v is 1 in the file, and \"1\" in the entry");
    assert_checks("---\nm: {}\n---\n", "{\"m\":\"\\u001b[31m\"}",
        "m is a mapping in the file, and \"\\x1b[31m\" in the entry");
}

static void what_cannot_be_read_cannot_be_compared_T_242(void **state)
{
    static const char context[] = "its frontmatter cannot be compared: ";
    (void)state;
    assert_checks("# A\n", ENTRY, context);
    assert_checks("", ENTRY, "first line");
    assert_checks("---\nname: a\n", ENTRY, "no line of three dashes");
    assert_checks("---\nname: a\n----\n", ENTRY, "no line of three dashes");
    assert_checks("---\nname: a\ndescription: &b b\n---\n", ENTRY,
        "line 3 has an anchor");
    assert_checks("---\nname: a\nname: a\n---\n", ENTRY, ".name twice");
    assert_checks("---\nname: a\n---\n", "{\"name\":\"a\",\"name\":\"a\"}",
        ".name twice");
}

static void its_length_has_a_limit_S_011(void **state)
{
    MA_SCOPED(ma_buf) file = ma_buf_init(1 << 20);
    (void)state;
    ma_buf_add_text(&file, "---\n");
    for (int i = 0; i <= MA_FRONTMATTER_MAX; i++)
        ma_buf_add_text(&file, "#\n");
    ma_buf_add_text(&file, "---\n");
    assert_checks(ma_buf_text(&file), "{}", "within 64 KiB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_is_the_same_T_242),
        cmocka_unit_test(a_difference_shows_both_values_T_242_S_022),
        cmocka_unit_test(what_cannot_be_read_cannot_be_compared_T_242),
        cmocka_unit_test(its_length_has_a_limit_S_011),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
