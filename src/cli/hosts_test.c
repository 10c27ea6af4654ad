/* hosts_test.c - where hosts have their files, and how they write servers. */
#include "cli/hosts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

/* Every place, one a line. */
static void write_places(ma_buf *to)
{
    const char *host = NULL;
    for (size_t i = 0;; i++) {
        MA_SCOPED(ma_buf) path = ma_buf_init(4096);
        if (!ma_hosts_place(i, &host, &path))
            break;
        ma_buf_addf(to, "%s %s\n", host, ma_buf_text(&path));
    }
}

static void assert_place(const char *line)
{
    MA_SCOPED(ma_buf) places = ma_buf_init(65536);
    write_places(&places);
    if (!strstr(ma_buf_text(&places), line))
        fail_msg("%s is none of\n%s", line, ma_buf_text(&places));
}

static void places_follow_from_the_environment(void **state)
{
    (void)state;
    setenv("HOME", "/home/a", 1);
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("CLAUDE_CONFIG_DIR");
    assert_place("claude-desktop /home/a/.config/Claude/"
                 "claude_desktop_config.json\n");
    assert_place("claude-desktop /home/a/Library/Application Support/Claude/"
                 "claude_desktop_config.json\n");
    assert_place("claude-code /home/a/.claude.json\n");
    assert_place("cursor /home/a/.cursor/mcp.json\n");
    assert_place("vscode /home/a/.config/Code/User/mcp.json\n");
    assert_place("windsurf /home/a/.codeium/windsurf/mcp_config.json\n");
    setenv("XDG_CONFIG_HOME", "/c", 1);
    setenv("CLAUDE_CONFIG_DIR", "/d", 1);
    assert_place("claude-code /d/.claude.json\n");
    assert_place("vscode /c/Code/User/mcp.json\n");
}

static void nothing_is_looked_for_in_the_working_directory_S_079(void **state)
{
    (void)state;
    setenv("HOME", "relative", 1);
    setenv("XDG_CONFIG_HOME", "c", 1);
    setenv("CLAUDE_CONFIG_DIR", ".", 1);
    MA_SCOPED(ma_buf) places = ma_buf_init(65536);
    write_places(&places);
    assert_null(strchr(ma_buf_text(&places), '/'));
}

static void hosts_have_names(void **state)
{
    (void)state;
    assert_true(ma_hosts_named("claude-code"));
    assert_true(ma_hosts_named("vscode"));
    assert_false(ma_hosts_named("mcp.json"));
}

static void servers_are_found_however_they_are_written(void **state)
{
    (void)state;
    static const char text[] =
        "{\"mcpServers\":{\"a\":{}},\"servers\":{\"b\":{}},"
        "\"mcp\":{\"servers\":{\"c\":{}}},"
        "\"projects\":{\"/p\":{\"mcpServers\":{\"d\":{}}},\"/q\":{},"
        "\"/r\":7,\"/s\":{\"mcpServers\":{\"e\":{}}}}}";
    static const char *const wanted[] = {"- a", "- b", "- c", "/p d", "/q -"};
    MA_AUTO(ma_json) file = NULL;
    assert_int_equal(ma_json_parse_object(ma_span_of(text), &file, NULL), 0);
    const char *project = NULL;
    const ma_json *servers = NULL;
    size_t step = 0;
    MA_SCOPED(ma_buf) seen = ma_buf_init(4096);
    while (ma_hosts_next(file, &step, &project, &servers)) {
        const char *name = NULL;
        const ma_json *entry = NULL;
        void *iter = NULL;
        bool any = servers && ma_json_each(servers, &iter, &name, &entry);
        ma_buf_addf(&seen, "%s %s,", project ? project : "-", any ? name : "-");
    }
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        assert_non_null(strstr(ma_buf_text(&seen), wanted[i]));
    assert_non_null(strstr(ma_buf_text(&seen), "/s e"));
}

static void a_file_of_something_else_has_none(void **state)
{
    (void)state;
    MA_AUTO(ma_json) file = NULL;
    static const char text[] = "{\"mcpServers\":[],\"projects\":7}";
    assert_int_equal(ma_json_parse_object(ma_span_of(text), &file, NULL), 0);
    const char *project = NULL;
    const ma_json *servers = NULL;
    size_t step = 0;
    while (ma_hosts_next(file, &step, &project, &servers))
        assert_null(servers);
    assert_int_equal(step, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_follow_from_the_environment),
        cmocka_unit_test(nothing_is_looked_for_in_the_working_directory_S_079),
        cmocka_unit_test(hosts_have_names),
        cmocka_unit_test(servers_are_found_however_they_are_written),
        cmocka_unit_test(a_file_of_something_else_has_none),
    };
    return cmocka_run_group_tests_name("hosts", tests, NULL, NULL);
}
