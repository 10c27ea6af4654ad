/* remoteargs_test.c - whose argument is whose. */
#include "cli/remoteargs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define URL "https://a.example/mcp"

/* Words are separated by a bar. */
static const struct {
    const char *given;
    const char *ours;
    const char *theirs; /* the entry; NULL: none */
} cases[] = {
    {"status|" URL "|--debug", "status|" URL "|--debug", NULL},
    {"connect|a|--header|B: c", "connect|a|--header|B: c", NULL},
    {"connect|" URL, "connect|" URL, NULL},
    {"connect|" URL "|--protocol|2025-11-25|--allow-http|b.example",
        "connect|" URL "|--protocol|2025-11-25|--allow-http|b.example", NULL},
    {"connect|" URL "|--ignore-tool|x|--account|7|--transport|sse-only|--debug",
        "connect|" URL "|--ignore-tool|x|--account|7|-v",
        "{\"type\":\"http\",\"url\":\"" URL "\"}"},
    {"connect|" URL "|--protocol|auto|--allow-http|--silent|-v",
        "connect|" URL "|-q|-v", "{\"type\":\"http\",\"url\":\"" URL "\"}"},
    {"connect|" URL "|--resource|", "connect|" URL,
        "{\"oauth\":{\"resource_policy\":\"never\"},\"type\":\"http\","
        "\"url\":\"" URL "\"}"},
    {"connect|" URL "|4000|--header|A:${MA_X}|--header|B: ${MA_NO}",
        "connect|" URL,
        "{\"headers\":{\"A\":\"y\",\"B\":\"${MA_NO}\"},\"oauth\":{"
        "\"redirect_uri\":\"http://localhost:4000/oauth/callback\"},"
        "\"type\":\"http\",\"url\":\"" URL "\"}"},
};

static int cut(char *text, char **argv)
{
    static char program[] = "mcpauth";
    int argc = 1;
    argv[0] = program;
    while (text) {
        argv[argc++] = text;
        text = strchr(text, '|');
        if (text)
            *text++ = '\0';
    }
    argv[argc] = NULL;
    return argc;
}

static void assert_words(const ma_remoteargs *split, const char *wanted)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(4096);
    for (int i = 1; i < split->argc; i++)
        ma_buf_addf(&text, "%s%s", i > 1 ? "|" : "", split->argv[i]);
    assert_string_equal(ma_buf_text(&text), wanted);
}

static void assert_entry(const ma_remoteargs *split, const char *wanted)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(4096);
    ma_context context = {.say = stderr};
    assert_int_equal(ma_remoteargs_apply(split, &context, NULL), MCPAUTH_OK);
    ma_json_write_sorted(
        &text, ma_configfile_find(&context.settings.file, URL));
    assert_string_equal(ma_buf_text(&text), wanted);
    ma_configfile_done(&context.settings.file);
}

static void each_argument_goes_where_it_has_a_meaning(void **state)
{
    (void)state;
    setenv("MA_X", "y", 1);
    unsetenv("MA_NO");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[512];
        char *argv[32];
        MA_SCOPED(ma_remoteargs) split = {0};
        snprintf(text, sizeof text, "%s", cases[i].given);
        int argc = cut(text, argv);
        assert_int_equal(
            ma_remoteargs_split(argc, argv, &split, NULL), MCPAUTH_OK);
        assert_words(&split, cases[i].ours);
        assert_int_equal(!split.theirs, !cases[i].theirs);
        if (cases[i].theirs)
            assert_entry(&split, cases[i].theirs);
    }
}

static void a_person_is_told_which_login_but_no_secret_S_054(void **state)
{
    (void)state;
    char text[] = "connect|" URL "|3400|--silent|--header|X-Key: CANARY|"
                  "--static-oauth-client-metadata|{\"scope\":\"a b\"}|"
                  "--static-oauth-client-info|{\"client_secret\":\"CANARY\"}|"
                  "--static-oauth-client-info|{\"client_secret\":\"${X}\"}|"
                  "--static-oauth-client-info|{client_secret:1|"
                  "--static-oauth-client-info|{\"client_id\":\"a\"}|"
                  "--static-oauth-client-info|{\"client_id\":\"a\","
                  "\"registration_access_token\":\"CANARY\"}|"
                  "--ignore-tool|x|--callback-path|/back";
    char *argv[32];
    MA_SCOPED(ma_remoteargs) split = {0};
    int argc = cut(text, argv);
    assert_int_equal(ma_remoteargs_split(argc, argv, &split, NULL), MCPAUTH_OK);
    assert_string_equal(ma_buf_text(&split.login),
        " 3400 --silent --static-oauth-client-metadata '{\"scope\":\"a b\"}'"
        " --static-oauth-client-info @FILE"
        " --static-oauth-client-info '{\"client_secret\":\"${X}\"}'"
        " --static-oauth-client-info @FILE"
        " --static-oauth-client-info '{\"client_id\":\"a\"}'"
        " --static-oauth-client-info @FILE --callback-path /back");
}

static void another_login_is_refused(void **state)
{
    (void)state;
    char text[] = "connect|" URL "|--header|authorization: Bearer x";
    char *argv[8];
    MA_SCOPED(ma_remoteargs) split = {0};
    ma_context context = {.say = stderr};
    int argc = cut(text, argv);
    assert_int_equal(ma_remoteargs_split(argc, argv, &split, NULL), MCPAUTH_OK);
    assert_int_equal(
        ma_remoteargs_apply(&split, &context, NULL), MCPAUTH_E_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_argument_goes_where_it_has_a_meaning),
        cmocka_unit_test(a_person_is_told_which_login_but_no_secret_S_054),
        cmocka_unit_test(another_login_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
