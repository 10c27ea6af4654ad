/* configedit_test.c - what is put in, and what stays as it was. */
#include "cli/configedit.h"

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
#include "cli/foreignfile.h"

static const struct {
    const char *before;
    const char *after; /* NULL: it is refused */
} rows[] = {
    {"", "{\n  \"mcpServers\": {\n    \"a\": {\n      \"url\": \"u\"\n"
         "    }\n  }\n}\n"},
    {"{}", "{\n  \"mcpServers\": {\n    \"a\": {\n      \"url\": \"u\"\n"
           "    }\n  }\n}"},
    {"{\"other\": 1.10 }\n",
        "{\"other\": 1.10,\n  \"mcpServers\": {\n    \"a\": {\n"
        "      \"url\": \"u\"\n    }\n  }\n}\n"},
    {"{\"mcpServers\": {}, \"n\": 12345678901234567890}",
        "{\"mcpServers\": {\n    \"a\": {\n      \"url\": \"u\"\n    }\n  }, "
        "\"n\": 12345678901234567890}"},
    {"{\"mcpServers\":{\"b\":{\"url\":\"{}\"}}}",
        "{\"mcpServers\":{\"b\":{\"url\":\"{}\"},\n    \"a\": {\n"
        "      \"url\": \"u\"\n    }\n  }}"},
    {"{\"mcpServers\":{\"\\u0061\":{\"url\":\"old\"},\"b\":{}}}",
        "{\"mcpServers\":{\"\\u0061\":{\n      \"url\": \"u\"\n    },"
        "\"b\":{}}}"},
    {"[]", NULL},
    {"{", NULL},
    {"{\"mcpServers\":[]}", NULL},
    {"{\"mcpServers\":null}", NULL},
};

static ma_json *make_entry(void)
{
    ma_json *entry = ma_json_object();
    assert_int_equal(ma_json_put_text(entry, "url", "u", NULL), 0);
    return entry;
}

static void the_rest_stays_byte_for_byte(void **state)
{
    (void)state;
    MA_AUTO(ma_json) entry = make_entry();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) text = ma_buf_init(4096);
        ma_buf_add_text(&text, rows[i].before);
        mcpauth_status st = ma_configedit_put(&text, "a", entry, NULL);
        assert_int_equal(st, rows[i].after ? MCPAUTH_OK : MCPAUTH_E_USAGE);
        assert_string_equal(
            ma_buf_text(&text), rows[i].after ? rows[i].after : rows[i].before);
    }
}

static void a_name_is_escaped(void **state)
{
    (void)state;
    MA_AUTO(ma_json) entry = make_entry();
    MA_SCOPED(ma_buf) text = ma_buf_init(4096);
    assert_int_equal(ma_configedit_put(&text, "a\"\n", entry, NULL), 0);
    assert_non_null(strstr(ma_buf_text(&text), "\"a\\\"\\n\": {"));
}

static void save(const char *path, const char *content)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(4096);
    ma_buf_add_text(&text, content);
    assert_int_equal(ma_configedit_save(path, &text, NULL), MCPAUTH_OK);
}

static void assert_holds(const char *path, const char *content)
{
    struct stat info;
    MA_SCOPED(ma_buf) text = ma_buf_init(4096);
    assert_int_equal(ma_foreignfile_read(path, &text, NULL), MCPAUTH_OK);
    assert_string_equal(ma_buf_text(&text), content);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void it_is_written_for_its_owner_alone_S_047(void **state)
{
    (void)state;
    char top[] = "/tmp/mcpauth-configedit-XXXXXX";
    char path[128];
    char link[128];
    assert_non_null(mkdtemp(top));
    snprintf(path, sizeof path, "%s/made/config.json", top);
    snprintf(link, sizeof link, "%s/link", top);
    save(path, "one");
    assert_holds(path, "one");
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(symlink(path, link), 0);
    save(link, "two");
    struct stat info;
    assert_int_equal(lstat(link, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_holds(path, "two");
    unlink(link);
    unlink(path);
    *strrchr(path, '/') = '\0';
    rmdir(path);
    rmdir(top);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rest_stays_byte_for_byte),
        cmocka_unit_test(a_name_is_escaped),
        cmocka_unit_test(it_is_written_for_its_owner_alone_S_047),
    };
    return cmocka_run_group_tests_name("configedit", tests, NULL, NULL);
}
