/* advice_test.c - what a person is told to type is what he meant. */
#include "cli/advice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void words_are_quoted_where_they_must_be(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *word;
    } rows[] = {
        {"weather", "weather"},
        {"arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/a-b",
            "arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/a-b"},
        {"https://a.example/mcp?x=1&y=2", "'https://a.example/mcp?x=1&y=2'"},
        {"", "''"},
        {"it's", "'it'\\''s'"},
        {"$(id)", "'$(id)'"},
        {"a\x1b[2J", "'a\\x1b[2J'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) text = ma_buf_init(256);
        ma_advice_write_word(&text, rows[i].text);
        assert_string_equal(ma_buf_text(&text), rows[i].word);
    }
}

static void the_login_line_repeats_what_matters(void **state)
{
    (void)state;
    char *argv[] = {(char *)"mcpauth", (char *)"tools", (char *)"call",
        (char *)"--json", (char *)"--scope=a b", (char *)"--arg", (char *)"x=1",
        (char *)"-v", (char *)"--account", (char *)"work",
        (char *)"--allow-private", (char *)"--env-file=/tmp/.env"};
    MA_AUTO(ma_options) options = NULL;
    assert_int_equal(ma_options_parse(12, argv, &options, NULL), MCPAUTH_OK);
    MA_SCOPED(ma_buf) line = ma_buf_init(256);
    ma_advice_write_login(&line, options, "https://a.example/mcp");
    assert_string_equal(ma_buf_text(&line),
        "mcpauth login https://a.example/mcp --account work --scope 'a b' "
        "--env-file /tmp/.env --allow-private");
    ma_buf_clear(&line);
    ma_advice_write_login(&line, options, NULL);
    assert_memory_equal(ma_buf_text(&line), "mcpauth login --account", 23);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_quoted_where_they_must_be),
        cmocka_unit_test(the_login_line_repeats_what_matters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
