/* help_test.c - the help tells everything, in 80 columns. */
#include "cli/help.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static void assert_fits(const ma_buf *text)
{
    assert_int_equal(text->failed, MCPAUTH_OK);
    ma_span rest = ma_buf_span(text);
    while (rest.at) {
        ma_span line = ma_span_cut(&rest, '\n');
        if (line.len > 80)
            fail_msg("too long: %.*s", (int)line.len, line.at);
        assert_false(ma_span_ends(line, " "));
    }
}

static void the_overview_names_every_command(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_HELP_MAX);
    ma_help_write(&text);
    assert_fits(&text);
    const ma_command *command = NULL;
    for (size_t i = 0; (command = ma_command_at(i)); i++) {
        assert_non_null(strstr(ma_buf_text(&text), command->name));
        assert_non_null(command->run);
    }
}

static void a_command_lists_its_options(void **state)
{
    (void)state;
    const ma_command *command = NULL;
    for (size_t i = 0; (command = ma_command_at(i)); i++) {
        MA_SCOPED(ma_buf) text = ma_buf_init(MA_HELP_MAX);
        ma_help_write_command(&text, command);
        assert_fits(&text);
        for (int option = 0; option < MA_OPTION_COUNT; option++) {
            MA_SCOPED(ma_buf) name = ma_buf_init(64);
            ma_buf_addf(
                &name, "--%s ", ma_options_row((ma_option)option)->name);
            bool told = strstr(ma_buf_text(&text), ma_buf_text(&name));
            assert_int_equal(
                told, (command->options & MA_OPTION_BIT(option)) != 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_overview_names_every_command),
        cmocka_unit_test(a_command_lists_its_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
