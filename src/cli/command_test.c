/* command_test.c - words that name a command, and words that do not. */
#include "cli/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/error.h"

enum { WORDS_MAX = 4 };

static mcpauth_status find(const char *const *words, size_t first,
    const ma_command **out_command, size_t *out_used, mcpauth_error *err)
{
    char *argv[WORDS_MAX + 1] = {(char *)"mcpauth"};
    int argc = 1;
    while (words[argc - 1]) {
        argv[argc] = (char *)words[argc - 1];
        argc++;
    }
    MA_AUTO(ma_options) options = NULL;
    assert_int_equal(ma_options_parse(argc, argv, &options, NULL), MCPAUTH_OK);
    return ma_command_find(options, first, out_command, out_used, err);
}

static void words_name_a_command(void **state)
{
    (void)state;
    static const struct {
        const char *words[WORDS_MAX];
        size_t first;
        const char *name;
        size_t used;
    } rows[] = {
        {{"login"}, 0, "login", 1},
        {{"login", "https://a.example"}, 0, "login", 1},
        {{"tools", "call", "echo"}, 0, "tools call", 2},
        {{"help", "tools", "list"}, 1, "tools list", 2},
        {{"config", "path"}, 0, "config path", 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const ma_command *command = NULL;
        size_t used = 0;
        assert_int_equal(
            find(rows[i].words, rows[i].first, &command, &used, NULL),
            MCPAUTH_OK);
        assert_string_equal(command->name, rows[i].name);
        assert_int_equal(used, rows[i].used);
    }
}

static void other_words_get_advice(void **state)
{
    (void)state;
    static const struct {
        const char *words[WORDS_MAX];
        const char *message;
        const char *hint;
    } rows[] = {
        {{NULL}, "no command was given", "see mcpauth help"},
        {{"logni"}, "there is no command \"logni\"",
            "did you mean mcpauth login?"},
        {{"frobnicate"}, "there is no command \"frobnicate\"",
            "see mcpauth help"},
        {{"tools"}, "mcpauth tools needs a second word", "one of: list, call"},
        {{"config", "shwo"}, "mcpauth config needs a second word",
            "one of: show, path, import"},
    };
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const ma_command *command = NULL;
        size_t used = 0;
        mcpauth_error_clear(err);
        assert_int_equal(
            find(rows[i].words, 0, &command, &used, err), MCPAUTH_E_USAGE);
        assert_null(command);
        assert_string_equal(mcpauth_error_message(err), rows[i].message);
        assert_string_equal(mcpauth_error_hint(err), rows[i].hint);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_name_a_command),
        cmocka_unit_test(other_words_get_advice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
