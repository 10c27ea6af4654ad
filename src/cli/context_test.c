/* context_test.c - what is said where, and the exit status (mcpauth(1)). */
#include "cli/context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/error.h"

enum { ARGS_MAX = 8 };

/* A command line, with what it says caught. */
typedef struct {
    ma_context context;
    ma_options *options;
    char out[512];
    char say[512];
} stage;

static void set_stage(stage *s, const char *const *args)
{
    char *argv[ARGS_MAX + 1] = {(char *)"mcpauth"};
    int argc = 1;
    while (args[argc - 1]) {
        argv[argc] = (char *)args[argc - 1];
        argc++;
    }
    assert_int_equal(
        ma_options_parse(argc, argv, &s->options, NULL), MCPAUTH_OK);
    s->context.options = s->options;
    s->context.out = fmemopen(s->out, sizeof s->out, "w");
    s->context.say = fmemopen(s->say, sizeof s->say, "w");
    assert_non_null(s->context.out);
    assert_non_null(s->context.say);
    assert_int_equal(ma_command_find(s->options, 0, &s->context.command,
                         &s->context.words_used, NULL),
        MCPAUTH_OK);
}

static void close_stage(stage *s)
{
    fclose(s->context.out);
    fclose(s->context.say);
    assert_int_equal(ma_context_done(&s->context, NULL), MCPAUTH_OK);
    ma_options_free(s->options);
}

static void every_status_has_its_exit_status(void **state)
{
    (void)state;
    static const struct {
        mcpauth_status status;
        int code;
    } rows[] = {
        {MCPAUTH_OK, 0},
        {MCPAUTH_E_NOMEM, 1},
        {MCPAUTH_E_USAGE, 2},
        {MCPAUTH_E_STATE, 1},
        {MCPAUTH_E_NETWORK, 3},
        {MCPAUTH_E_HTTP, 1},
        {MCPAUTH_E_PROTOCOL, 1},
        {MCPAUTH_E_REFUSED, 4},
        {MCPAUTH_E_LOGIN_REQUIRED, 4},
        {MCPAUTH_E_UNTRUSTED, 4},
        {MCPAUTH_E_STORE, 1},
        {MCPAUTH_E_TIMEOUT, 3},
        {MCPAUTH_E_CANCELLED, 130},
        {MCPAUTH_E_UNSUPPORTED, 1},
        {MCPAUTH_E_LIMIT, 1},
        {MCPAUTH_E_RPC, 5},
        {MCPAUTH_E_MISMATCH, 5},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(ma_context_exit_status(rows[i].status), rows[i].code);
}

static void answers_and_words_go_apart(void **state)
{
    (void)state;
    static const struct {
        const char *args[ARGS_MAX];
        const char *say;
    } rows[] = {
        {{"tools", "call", "srv", "echo"},
            "hello\nmcpauth: warning: careful\n"},
        {{"-q", "tools", "call", "srv", "echo"}, "mcpauth: warning: careful\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stage s = {0};
        set_stage(&s, rows[i].args);
        ma_context_print(&s.context, "%d ", 42);
        ma_context_write(&s.context, ma_span_make("a\0b", 3));
        ma_context_say(&s.context, "hel%s", "lo");
        ma_context_warn(&s.context, "careful");
        assert_int_equal(ma_context_word_count(&s.context), 2);
        assert_string_equal(ma_context_word(&s.context, 0), "srv");
        assert_string_equal(ma_context_word(&s.context, 1), "echo");
        assert_null(ma_context_word(&s.context, 2));
        close_stage(&s);
        assert_memory_equal(s.out, "42 a\0b", 7);
        assert_string_equal(s.say, rows[i].say);
    }
}

static void a_failure_says_what_to_do(void **state)
{
    (void)state;
    static const char *const args[] = {"token", "--account", "work", NULL};
    stage s = {0};
    set_stage(&s, args);
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    mcpauth_status st =
        ma_error_set(err, MCPAUTH_E_LOGIN_REQUIRED, "nobody can be asked");
    ma_context_fail(&s.context, st, err);
    st = ma_error_set(err, MCPAUTH_E_NETWORK, "not reached");
    ma_error_hint(err, "plug it in");
    ma_context_fail(&s.context, st, err);
    close_stage(&s);
    assert_string_equal(s.say, "mcpauth: nobody can be asked\n"
                               "  run: mcpauth login --account work\n"
                               "mcpauth: not reached\n"
                               "  plug it in\n");
}

static void verbosity_is_counted(void **state)
{
    (void)state;
    static const struct {
        const char *args[ARGS_MAX];
        int verbosity;
    } rows[] = {
        {{"status"}, 0},
        {{"status", "-v"}, 1},
        {{"status", "-vv"}, 2},
        {{"status", "-v", "--verbose", "-v"}, 2},
        {{"status", "-qv"}, -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stage s = {0};
        set_stage(&s, rows[i].args);
        assert_int_equal(ma_context_verbosity(&s.context), rows[i].verbosity);
        close_stage(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_its_exit_status),
        cmocka_unit_test(answers_and_words_go_apart),
        cmocka_unit_test(a_failure_says_what_to_do),
        cmocka_unit_test(verbosity_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
