/* foreignfile_test.c - files as others leave them lying about. */
#include "cli/foreignfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

static char top[] = "/tmp/mcpauth-foreignfile-XXXXXX";
static char path[64];

static int make_directory(void **state)
{
    (void)state;
    bool made = mkdtemp(top);
    snprintf(path, sizeof path, "%s/file", top);
    return made ? 0 : -1;
}

static int remove_directory(void **state)
{
    (void)state;
    return rmdir(top);
}

static void write_file(const char *text, size_t len)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static const struct {
    const char *text;
    mcpauth_status status;
} rows[] = {
    {"{}", MCPAUTH_OK},
    {"", MCPAUTH_OK},
    {" \n", MCPAUTH_OK},
    {"\xEF\xBB\xBF{\"a\": 1}", MCPAUTH_OK},
    {"// mine\n{\"a\": [1,], /* b */}", MCPAUTH_OK},
    {"{\"a\": 1", MCPAUTH_E_PROTOCOL},
    {"{\"a\": 1, \"a\": 2}", MCPAUTH_E_PROTOCOL},
    {"[]", MCPAUTH_E_PROTOCOL},
    {"7", MCPAUTH_E_PROTOCOL},
    {"\x80\x00\xFF", MCPAUTH_E_PROTOCOL},
};

static void comments_are_no_matter_and_what_is_broken_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(ma_json) json = NULL;
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        write_file(rows[i].text, strlen(rows[i].text));
        assert_int_equal(
            ma_foreignfile_parse(path, &json, err), rows[i].status);
        assert_int_equal(json != NULL, rows[i].status == MCPAUTH_OK);
        if (rows[i].status)
            assert_non_null(strstr(mcpauth_error_message(err), path));
    }
    unlink(path);
}

static mcpauth_status parse(const char *named, const char *says)
{
    MA_AUTO(ma_json) json = NULL;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    mcpauth_status st = ma_foreignfile_parse(named, &json, err);
    if (says)
        assert_non_null(strstr(mcpauth_error_message(err), says));
    return st;
}

static void a_link_is_followed(void **state)
{
    (void)state;
    char link[80];
    snprintf(link, sizeof link, "%s/link", top);
    assert_int_equal(symlink("file", link), 0);
    assert_int_equal(parse(link, "No such file"), MCPAUTH_E_USAGE);
    write_file("{}", 2);
    assert_int_equal(parse(link, NULL), MCPAUTH_OK);
    unlink(path);
    assert_int_equal(symlink("link", path), 0);
    assert_int_equal(parse(link, "symbolic links"), MCPAUTH_E_USAGE);
    unlink(path);
    unlink(link);
}

static void what_is_no_file_is_not_read(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(parse(path, "no regular file"), MCPAUTH_E_USAGE);
    unlink(path);
    assert_int_equal(parse(top, "no regular file"), MCPAUTH_E_USAGE);
    assert_int_equal(parse(path, "No such file"), MCPAUTH_E_USAGE);
}

static void one_without_end_is_not_read(void **state)
{
    (void)state;
    write_file("{}", 2);
    assert_int_equal(truncate(path, MA_FOREIGNFILE_MAX + 1), 0);
    assert_int_equal(parse(path, path), MCPAUTH_E_LIMIT);
    unlink(path);
}

static void one_that_we_may_not_read_is_named(void **state)
{
    (void)state;
    if (geteuid() == 0)
        skip();
    write_file("{}", 2);
    assert_int_equal(chmod(path, 0), 0);
    assert_int_equal(parse(path, "Permission denied"), MCPAUTH_E_USAGE);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comments_are_no_matter_and_what_is_broken_is_named),
        cmocka_unit_test(a_link_is_followed),
        cmocka_unit_test(what_is_no_file_is_not_read),
        cmocka_unit_test(one_without_end_is_not_read),
        cmocka_unit_test(one_that_we_may_not_read_is_named),
    };
    return cmocka_run_group_tests_name(
        "foreignfile", tests, make_directory, remove_directory);
}
