/* options_test.c - command lines as people write them. */
#include "cli/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

enum { ARGS_MAX = 8 };

static mcpauth_status parse(
    const char *const *args, ma_options **out, mcpauth_error *err)
{
    char *argv[ARGS_MAX + 1] = {(char *)"mcpauth"};
    int argc = 1;
    while (args[argc - 1]) {
        argv[argc] = (char *)args[argc - 1];
        argc++;
    }
    return ma_options_parse(argc, argv, out, err);
}

static void every_option_has_its_row(void **state)
{
    (void)state;
    for (int i = 0; i < MA_OPTION_COUNT; i++) {
        assert_non_null(ma_options_row((ma_option)i)->name);
        assert_non_null(ma_options_row((ma_option)i)->help);
    }
}

static void options_stand_anywhere(void **state)
{
    (void)state;
    static const char *const lines[][ARGS_MAX] = {
        {"login", "https://a.example/mcp", "--scope", "a b", "-v"},
        {"--scope", "a b", "-v", "login", "https://a.example/mcp"},
        {"login", "-v", "--scope=a b", "https://a.example/mcp"},
        {"login", "--verbose", "--scope=x", "--scope=a b", "--",
            "https://a.example/mcp"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        MA_AUTO(ma_options) options = NULL;
        assert_int_equal(parse(lines[i], &options, NULL), MCPAUTH_OK);
        assert_int_equal(ma_options_word_count(options), 2);
        assert_string_equal(ma_options_word(options, 0), "login");
        assert_string_equal(
            ma_options_word(options, 1), "https://a.example/mcp");
        assert_string_equal(ma_options_text(options, MA_OPTION_SCOPE), "a b");
        assert_int_equal(ma_options_count(options, MA_OPTION_VERBOSE), 1);
        assert_false(ma_options_has(options, MA_OPTION_JSON));
        assert_null(ma_options_text(options, MA_OPTION_ACCOUNT));
    }
}

static void repeated_options_keep_their_order(void **state)
{
    (void)state;
    static const char *const line[] = {
        "tools", "call", "--arg", "a=1", "echo", "--arg=b=--2", "-vv", NULL};
    MA_AUTO(ma_options) options = NULL;
    assert_int_equal(parse(line, &options, NULL), MCPAUTH_OK);
    assert_int_equal(ma_options_count(options, MA_OPTION_ARG), 2);
    assert_string_equal(ma_options_at(options, MA_OPTION_ARG, 0), "a=1");
    assert_string_equal(ma_options_at(options, MA_OPTION_ARG, 1), "b=--2");
    assert_int_equal(ma_options_count(options, MA_OPTION_VERBOSE), 2);
    assert_int_equal(ma_options_word_count(options), 3);
}

static void a_dash_is_a_value_and_a_word(void **state)
{
    (void)state;
    static const char *const line[] = {
        "x", "--args", "-", "-", "--", "--json", NULL};
    MA_AUTO(ma_options) options = NULL;
    assert_int_equal(parse(line, &options, NULL), MCPAUTH_OK);
    assert_string_equal(ma_options_text(options, MA_OPTION_ARGS), "-");
    assert_int_equal(ma_options_word_count(options), 3);
    assert_string_equal(ma_options_word(options, 2), "--json");
    assert_false(ma_options_has(options, MA_OPTION_JSON));
}

static void bad_lines_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *line[ARGS_MAX];
        const char *message;
        const char *hint; /* a part of it; NULL: none */
    } rows[] = {
        {{"--scpoe", "x"}, "there is no option --scpoe",
            "did you mean --scope?"},
        {{"--frobnicate=1"}, "there is no option --frobnicate",
            "see mcpauth help"},
        {{"-vx"}, "there is no option -x", "see mcpauth help"},
        {{"--scope"}, "--scope needs a value: SCOPE", NULL},
        {{"--scope", "--json"}, "--scope needs a value: SCOPE", NULL},
        {{"--json=yes"}, "--json takes no value", NULL},
    };
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ma_options *options = NULL;
        mcpauth_error_clear(err);
        assert_int_equal(parse(rows[i].line, &options, err), MCPAUTH_E_USAGE);
        assert_null(options);
        assert_string_equal(mcpauth_error_message(err), rows[i].message);
        const char *hint = mcpauth_error_hint(err);
        assert_int_equal(hint != NULL, rows[i].hint != NULL);
        assert_true(!hint || strstr(hint, rows[i].hint));
    }
}

static void no_secret_on_the_command_line_S_052(void **state)
{
    (void)state;
    static const char *const lines[][ARGS_MAX] = {
        {"--client-secret", "canary-1"},
        {"--client-secret=canary-1"},
        {"--private-key=canary-1"},
        {"--password=canary-1"},
        {"--token", "canary-1"},
    };
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        ma_options *options = NULL;
        mcpauth_error_clear(err);
        assert_int_equal(parse(lines[i], &options, err), MCPAUTH_E_USAGE);
        assert_non_null(strstr(mcpauth_error_message(err), "is refused"));
        assert_non_null(strstr(mcpauth_error_hint(err), "--secret-file"));
        assert_null(strstr(mcpauth_error_message(err), "canary"));
    }
}

static void numbers_are_judged(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        mcpauth_status status;
        int64_t number;
    } rows[] = {
        {"0", MCPAUTH_OK, 0},
        {"65535", MCPAUTH_OK, 65535},
        {"00080", MCPAUTH_OK, 80},
        {"65536", MCPAUTH_E_USAGE, -7},
        {"99999999999999999999", MCPAUTH_E_USAGE, -7},
        {"-1", MCPAUTH_E_USAGE, -7},
        {"", MCPAUTH_E_USAGE, -7},
        {"8o", MCPAUTH_E_USAGE, -7},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *line[] = {"--port", rows[i].text, NULL};
        MA_AUTO(ma_options) options = NULL;
        int64_t number = -7;
        assert_int_equal(parse(line, &options, NULL), MCPAUTH_OK);
        assert_int_equal(
            ma_options_number(options, MA_OPTION_PORT, 0, 65535, &number, NULL),
            rows[i].status);
        assert_int_equal(number, rows[i].number);
    }
}

static void a_command_takes_its_own_options_only(void **state)
{
    (void)state;
    static const char *const line[] = {"token", "--json", "--fault", "x", NULL};
    MA_AUTO(ma_options) options = NULL;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    assert_int_equal(parse(line, &options, NULL), MCPAUTH_OK);
    ma_option_set both =
        MA_OPTION_BIT(MA_OPTION_JSON) | MA_OPTION_BIT(MA_OPTION_FAULT);
    assert_int_equal(ma_options_allow(options, both, "token", err), MCPAUTH_OK);
    assert_int_equal(
        ma_options_allow(options, MA_OPTION_BIT(MA_OPTION_JSON), "token", err),
        MCPAUTH_E_USAGE);
    assert_string_equal(
        mcpauth_error_message(err), "mcpauth token takes no --fault");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_has_its_row),
        cmocka_unit_test(options_stand_anywhere),
        cmocka_unit_test(repeated_options_keep_their_order),
        cmocka_unit_test(a_dash_is_a_value_and_a_word),
        cmocka_unit_test(bad_lines_are_refused),
        cmocka_unit_test(no_secret_on_the_command_line_S_052),
        cmocka_unit_test(numbers_are_judged),
        cmocka_unit_test(a_command_takes_its_own_options_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
