/* envfile_test.c - lines that are assignments, and lines that are not. */
#include "cli/envfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

static char path[] = "/tmp/mcpauth-envfile-XXXXXX";

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    close(fd);
    return fd < 0;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void lines_become_values(void **state)
{
    (void)state;
    write_file("# a comment\n\n"
               "PLAIN=a b=c \r\n"
               "  export EXPORTED = x\n"
               "DOUBLE=\"with 'one' # inside\"\n"
               "SINGLE='$HOME'\n"
               "EMPTY=\n"
               "QUOTE=\"\n"
               "TWICE=1\nTWICE=2\n"
               "LAST=no newline");
    static const struct {
        const char *name;
        const char *value;
    } rows[] = {
        {"PLAIN", "a b=c"},
        {"EXPORTED", "x"},
        {"DOUBLE", "with 'one' # inside"},
        {"SINGLE", "$HOME"},
        {"EMPTY", ""},
        {"QUOTE", "\""},
        {"TWICE", "2"},
        {"LAST", "no newline"},
    };
    MA_AUTO(ma_envfile) envfile = NULL;
    assert_int_equal(ma_envfile_load(path, &envfile, NULL), MCPAUTH_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(
            ma_envfile_get(envfile, rows[i].name), rows[i].value);
    assert_null(ma_envfile_get(envfile, "NOTHING"));
}

static void other_lines_are_named_but_not_shown_S_054(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *words;
    } rows[] = {
        {"A=1\ncanary\n", "line 2"},
        {"=canary", "line 1"},
        {"A=1\n\nB C=canary", "line 3"},
        {"1A=canary", "line 1"},
    };
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        write_file(rows[i].text);
        ma_envfile *envfile = NULL;
        assert_int_equal(ma_envfile_load(path, &envfile, err), MCPAUTH_E_USAGE);
        assert_non_null(strstr(mcpauth_error_message(err), path));
        assert_non_null(strstr(mcpauth_error_message(err), rows[i].words));
        assert_null(strstr(mcpauth_error_message(err), "canary"));
    }
}

static void a_file_that_is_not_there_is_an_error(void **state)
{
    (void)state;
    ma_envfile *envfile = NULL;
    assert_int_equal(
        ma_envfile_load("/nonexistent/.env", &envfile, NULL), MCPAUTH_E_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_become_values),
        cmocka_unit_test(other_lines_are_named_but_not_shown_S_054),
        cmocka_unit_test(a_file_that_is_not_there_is_an_error),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
