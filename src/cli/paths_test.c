/* paths_test.c - every way the environment can name a place, or not. */
#include "cli/paths.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

static void set_or_unset(const char *name, const char *value)
{
    if (value)
        assert_int_equal(setenv(name, value, 1), 0);
    else
        assert_int_equal(unsetenv(name), 0);
}

static void assert_path(bool (*find)(ma_buf *to), const char *wanted)
{
    MA_SCOPED(ma_buf) path = ma_buf_init(256);
    assert_int_equal(find(&path), wanted != NULL);
    assert_string_equal(ma_buf_text(&path), wanted ? wanted : "");
}

static void only_absolute_paths_count_S_079(void **state)
{
    (void)state;
    static const struct {
        const char *xdg;
        const char *home;
        const char *config;
        const char *store;
    } rows[] = {
        {"/x", "/h", "/x/mcpauth/config.json", "/x/mcpauth"},
        {NULL, "/h", "/h/.config/mcpauth/config.json",
            "/h/.local/state/mcpauth"},
        {"", "/h", "/h/.config/mcpauth/config.json", "/h/.local/state/mcpauth"},
        {"./x", "/h", "/h/.config/mcpauth/config.json",
            "/h/.local/state/mcpauth"},
        {"x", "h", NULL, NULL},
        {NULL, NULL, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        set_or_unset("XDG_CONFIG_HOME", rows[i].xdg);
        set_or_unset("XDG_STATE_HOME", rows[i].xdg);
        set_or_unset("HOME", rows[i].home);
        assert_path(ma_paths_config, rows[i].config);
        assert_path(ma_paths_state, rows[i].store);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_absolute_paths_count_S_079),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
