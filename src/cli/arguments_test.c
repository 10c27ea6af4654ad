/* arguments_test.c - from the command line to one JSON object. */
#include "cli/arguments.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/error.h"

enum { WORDS_MAX = 8, TEXT_MAX = 4096 };

#define SCHEMA                                                                 \
    "{\"properties\":{\"n\":{\"type\":\"number\"},"                            \
    "\"i\":{\"type\":\"integer\"},\"b\":{\"type\":\"boolean\"},"               \
    "\"l\":{\"type\":\"array\"},\"o\":{\"type\":\"object\"},"                  \
    "\"s\":{\"type\":\"string\"},\"x\":{\"type\":[\"string\",\"null\"]}}}"

static const struct {
    const char *words[WORDS_MAX];
    const char *fallback;
    const char *object; /* NULL: E_USAGE */
} rows[] = {
    {{NULL}, NULL, "{}"},
    {{NULL}, "{\"a\" : 1.10}", "{\"a\":1.10}"},
    {{NULL}, "[1]", NULL},
    {{NULL}, "{", NULL},
    {{"--args", "{\"a\":12345678901234567890123}"}, "{\"b\":1}",
        "{\"a\":12345678901234567890123}"},
    {{"--args", "1"}, NULL, NULL},
    {{"--args", "@/nowhere/at/all"}, NULL, NULL},
    {{"--arg", "s=1"}, NULL, "{\"s\":\"1\"}"},
    {{"--arg", "other=1"}, NULL, "{\"other\":\"1\"}"},
    {{"--arg", "s="}, NULL, "{\"s\":\"\"}"},
    {{"--arg", "s=a=b"}, NULL, "{\"s\":\"a=b\"}"},
    {{"--arg", "x=a"}, NULL, "{\"x\":\"a\"}"},
    {{"--arg", "n=1.10"}, NULL, "{\"n\":1.10}"},
    {{"--arg", "n=-1e3"}, NULL, "{\"n\":-1e3}"},
    {{"--arg", "n=one"}, NULL, NULL},
    {{"--arg", "n=true"}, NULL, NULL},
    {{"--arg", "n=1 2"}, NULL, NULL},
    {{"--arg", "n="}, NULL, NULL},
    {{"--arg", "i=123456789012345678901234567890"}, NULL,
        "{\"i\":123456789012345678901234567890}"},
    {{"--arg", "i=1.5"}, NULL, NULL},
    {{"--arg", "b=true"}, NULL, "{\"b\":true}"},
    {{"--arg", "b=yes"}, NULL, NULL},
    {{"--arg", "l=[1, 2]"}, NULL, "{\"l\":[1, 2]}"},
    {{"--arg", "l=1"}, NULL, NULL},
    {{"--arg", "o={}"}, NULL, "{\"o\":{}}"},
    {{"--arg", "s:=null"}, NULL, "{\"s\":null}"},
    {{"--arg", "s:=[1,{\"a\":2}]"}, NULL, "{\"s\":[1,{\"a\":2}]}"},
    {{"--arg", "s:=x"}, NULL, NULL},
    {{"--arg", "s:x=1"}, NULL, "{\"s:x\":\"1\"}"},
    {{"--arg", "s"}, NULL, NULL},
    {{"--arg", "=1"}, NULL, NULL},
    {{"--arg", ":=1"}, NULL, NULL},
    {{"--arg", "s=say \"hi\"\n"}, NULL, "{\"s\":\"say \\\"hi\\\"\\u000a\"}"},
    {{"--arg", "s=1", "--arg", "s=2"}, NULL, "{\"s\":\"2\"}"},
    {{"--args", "{\"s\":1,\"t\":2}", "--arg", "s=3"}, NULL,
        "{\"t\":2,\"s\":\"3\"}"},
    {{"--args", "{\"\\u0073\":1}", "--arg", "s=3"}, NULL, "{\"s\":\"3\"}"},
    {{"--arg", "s=3"}, "{\"s\":1,\"t\":2}", "{\"t\":2,\"s\":\"3\"}"},
};

static ma_options *parse(const char *const *words)
{
    char *argv[WORDS_MAX + 1] = {0};
    int argc = 1;
    for (; words[argc - 1]; argc++)
        argv[argc] = (char *)(uintptr_t)words[argc - 1];
    ma_options *options = NULL;
    assert_int_equal(ma_options_parse(argc, argv, &options, NULL), MCPAUTH_OK);
    return options;
}

static void arguments_become_an_object(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(ma_options) options = parse(rows[i].words);
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_SCOPED(ma_buf) object = ma_buf_init(TEXT_MAX);
        mcpauth_status st = ma_arguments_write(
            options, rows[i].fallback, ma_span_of(SCHEMA), &object, err);
        if (st != (rows[i].object ? MCPAUTH_OK : MCPAUTH_E_USAGE))
            fail_msg("row %zu: %s", i, mcpauth_error_message(err));
        assert_string_equal(
            ma_buf_text(&object), rows[i].object ? rows[i].object : "");
    }
}

static void without_a_schema_all_is_text(void **state)
{
    (void)state;
    MA_AUTO(ma_options)
    options = parse((const char *const[]){"--arg", "n=1", NULL});
    MA_SCOPED(ma_buf) object = ma_buf_init(TEXT_MAX);
    assert_int_equal(
        ma_arguments_write(options, NULL, (ma_span){0}, &object, NULL),
        MCPAUTH_OK);
    assert_string_equal(ma_buf_text(&object), "{\"n\":\"1\"}");
}

static void a_message_names_what_is_wrong(void **state)
{
    (void)state;
    MA_AUTO(ma_options)
    options = parse((const char *const[]){"--arg", "n=\033one", NULL});
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(ma_buf) object = ma_buf_init(TEXT_MAX);
    assert_int_equal(
        ma_arguments_write(options, NULL, ma_span_of(SCHEMA), &object, err),
        MCPAUTH_E_USAGE);
    assert_string_equal(mcpauth_error_message(err),
        "the argument n must be of type number, not \"\\x1bone\"");
}

static void a_schema_is_wanted_for_plain_values_only(void **state)
{
    (void)state;
    MA_AUTO(ma_options)
    plain = parse((const char *const[]){"--arg", "a:=1", "--arg", "b=1", NULL});
    MA_AUTO(ma_options)
    typed = parse((const char *const[]){"--arg", "a:=1", "--args", "{}", NULL});
    assert_true(ma_arguments_want_schema(plain));
    assert_false(ma_arguments_want_schema(typed));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments_become_an_object),
        cmocka_unit_test(without_a_schema_all_is_text),
        cmocka_unit_test(a_message_names_what_is_wrong),
        cmocka_unit_test(a_schema_is_wanted_for_plain_values_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
