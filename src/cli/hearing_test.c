/* hearing_test.c - what a server says unasked, as a person reads it. */
#include "cli/hearing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

enum { ARGS_MAX = 4 };

static char said[1024];

/* A message, behind a command line. */
static void hear(const char *const *args, const char *message)
{
    char *argv[ARGS_MAX + 1] = {(char *)"mcpauth"};
    int argc = 1;
    for (; args[argc - 1]; argc++)
        argv[argc] = (char *)args[argc - 1];
    MA_AUTO(ma_options) options = NULL;
    assert_int_equal(ma_options_parse(argc, argv, &options, NULL), MCPAUTH_OK);
    memset(said, 0, sizeof said);
    ma_context context = {
        .options = options, .say = fmemopen(said, sizeof said, "w")};
    assert_non_null(context.say);
    ma_hearing_notified(&context, message, strlen(message));
    fclose(context.say);
}

#define LOG(params)                                                            \
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/"                         \
    "message\",\"params\":" params "}"

static void the_log_is_for_who_wants_it(void **state)
{
    (void)state;
    static const char message[] = LOG("{\"level\":\"info\",\"data\":\"hi\"}");
    static const char *const none[] = {NULL};
    static const char *const verbose[] = {"-v", NULL};
    static const char *const level[] = {"--log-level=info", NULL};
    static const char *const quiet[] = {"-q", "--log-level=info", NULL};
    hear(none, message);
    assert_string_equal(said, "");
    hear(verbose, message);
    assert_string_equal(said, "mcpauth: the server logs info: hi\n");
    hear(level, message);
    assert_string_equal(said, "mcpauth: the server logs info: hi\n");
    hear(quiet, message);
    assert_string_equal(said, "");
    hear(verbose, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/other\"}");
    assert_string_equal(said, "");
}

static void the_log_can_drive_no_terminal_T_124(void **state)
{
    (void)state;
    static const char *const verbose[] = {"-v", NULL};
    static const struct {
        const char *message;
        const char *line;
    } rows[] = {
        {LOG("{\"level\":\"error\",\"logger\":\"db\","
             "\"data\":\"one\\ntwo\\u001b[2J\"}"),
            "mcpauth: the server logs error, db: one two\\x1b[2J\n"},
        {LOG("{\"data\":{\"n\":1.10,\"t\":\"\xe2\x80\xae\"}}"),
            "mcpauth: the server logs: {\"n\":1.10,\"t\":\"\\u202e\"}\n"},
        {LOG("{\"level\":7,\"logger\":null,\"data\":null}"),
            "mcpauth: the server logs: null\n"},
        {LOG("{}"), "mcpauth: the server logs: \n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        hear(verbose, rows[i].message);
        assert_string_equal(said, rows[i].line);
    }
}

static void a_tool_left_out_is_a_warning_T_068(void **state)
{
    (void)state;
    memset(said, 0, sizeof said);
    ma_context context = {.say = fmemopen(said, sizeof said, "w")};
    assert_non_null(context.say);
    ma_hearing_dropped(&context, "sly\x1b", "its header is no name");
    fclose(context.say);
    assert_string_equal(said,
        "mcpauth: warning: the tool \"sly\\x1b\" is left out: its header is no "
        "name\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_log_is_for_who_wants_it),
        cmocka_unit_test(the_log_can_drive_no_terminal_T_124),
        cmocka_unit_test(a_tool_left_out_is_a_warning_T_068),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
