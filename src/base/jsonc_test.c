/* jsonc_test.c - what is blanked, and what only looks like it. */
#include "base/jsonc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static const struct {
    const char *text;
    const char *json;
} rows[] = {
    {"", ""},
    {"{}", "{}"},
    {"{// all\n}", "{      \n}"},
    {"// all\r\n{}", "      \r\n{}"},
    {"{/* a\nb */}", "{    \n    }"},
    {"[1,]", "[1 ]"},
    {"{\"a\":1 , /* , */ }", "{\"a\":1           }"},
    {"[[1,],\n]", "[[1 ] \n]"},
    {"[1,,]", "[1, ]"},
    {"[\"//\",\"/*\",\",]\"]", "[\"//\",\"/*\",\",]\"]"},
    {"[\"\\\"//\",]", "[\"\\\"//\" ]"},
    {"[1]//", "[1]  "},
    {"/", "/"},
    {"[1 /* ]", "[1 /* ]"},
    {"[/*/ 1]", "[/*/ 1]"},
    {"[\"a", "[\"a"},
    {"[\"a\\", "[\"a\\"},
};

static void comments_and_last_commas_become_blanks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) text = ma_buf_init(1024);
        ma_buf_add_text(&text, rows[i].text);
        ma_jsonc_blank(&text);
        assert_string_equal(ma_buf_text(&text), rows[i].json);
        assert_int_equal(text.len, strlen(rows[i].text));
    }
}

static void a_NUL_is_a_byte_like_others(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) text = ma_buf_init(1024);
    ma_buf_add(&text, "[1,\0]", 5);
    ma_jsonc_blank(&text);
    assert_memory_equal(ma_buf_text(&text), "[1,\0]", 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comments_and_last_commas_become_blanks),
        cmocka_unit_test(a_NUL_is_a_byte_like_others),
    };
    return cmocka_run_group_tests_name("jsonc", tests, NULL, NULL);
}
