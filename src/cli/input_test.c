/* input_test.c - what can be read, and what cannot. */
#include "cli/input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "base/error.h"

static mcpauth_status read_pipe(const char *text, ma_buf *to)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], text, strlen(text)), strlen(text));
    close(ends[1]);
    mcpauth_status st = ma_input_fd(ends[0], "the pipe", to, NULL);
    close(ends[0]);
    return st;
}

static void a_descriptor_is_read_to_its_end(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) text = ma_buf_init(64);
    assert_int_equal(read_pipe("two\nlines", &text), MCPAUTH_OK);
    assert_string_equal(ma_buf_text(&text), "two\nlines");
}

static void what_is_too_long_is_refused(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) text = ma_buf_init(4);
    assert_int_equal(read_pipe("five!", &text), MCPAUTH_E_LIMIT);
}

static void an_endless_file_is_refused(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_INPUT_MAX);
    assert_int_equal(ma_input_file("/dev/zero", &text, NULL), MCPAUTH_E_LIMIT);
}

static void what_cannot_be_read_is_named(void **state)
{
    (void)state;
    static const char *const paths[] = {"/nonexistent/file", "/"};
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        MA_SCOPED(ma_buf) text = ma_buf_init(64);
        assert_int_equal(ma_input_file(paths[i], &text, err), MCPAUTH_E_USAGE);
        assert_non_null(strstr(mcpauth_error_message(err), paths[i]));
    }
}

static void line_ends_are_cut_off(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *chomped;
    } rows[] = {{"", ""}, {"\n", ""}, {"a\r\n", "a"}, {"a\n\n", "a"},
        {"a\nb ", "a\nb "}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) text = ma_buf_init(64);
        ma_buf_add_text(&text, rows[i].text);
        ma_input_chomp(&text);
        assert_string_equal(ma_buf_text(&text), rows[i].chomped);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_descriptor_is_read_to_its_end),
        cmocka_unit_test(what_is_too_long_is_refused),
        cmocka_unit_test(an_endless_file_is_refused),
        cmocka_unit_test(what_cannot_be_read_is_named),
        cmocka_unit_test(line_ends_are_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
