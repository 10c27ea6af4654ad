/* question_test.c - who answers what, and what a script is told. */
#include "cli/question.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "base/error.h"

enum { ARGS_MAX = 8 };

/* A command line, a question, and what came of it. */
typedef struct {
    const char *args[ARGS_MAX];
    const char *typed; /* NULL: nobody is there */
    const char *params;

    mcpauth_status made;
    const char *capabilities;
    mcpauth_status status;
    char result[1024];
    mcpauth_status ended;
    char why[1024]; /* with the hint */
    char said[4096];
} play;

static int make_input(const char *text)
{
    int ends[2];
    if (!text)
        return -1;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], text, strlen(text)), strlen(text));
    close(ends[1]);
    return ends[0];
}

static void ask(play *p, ma_question *question, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) result = ma_buf_init(sizeof p->result - 1);
    p->capabilities = ma_question_capabilities(question);
    p->status =
        ma_question_answer(question, ma_span_of(p->params), &result, NULL);
    snprintf(p->result, sizeof p->result, "%s", ma_buf_text(&result));
    p->ended = ma_question_end(question, err);
    const char *hint = mcpauth_error_hint(err);
    snprintf(p->why, sizeof p->why, "%s / %s", mcpauth_error_message(err),
        hint ? hint : "");
}

static void run(play *p)
{
    char *argv[ARGS_MAX + 1] = {(char *)"mcpauth"};
    int argc = 1;
    for (; p->args[argc - 1]; argc++)
        argv[argc] = (char *)p->args[argc - 1];
    MA_AUTO(ma_options) options = NULL;
    MA_AUTO(ma_question) question = NULL;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    assert_int_equal(ma_options_parse(argc, argv, &options, NULL), MCPAUTH_OK);
    memset(p->said, 0, sizeof p->said);
    FILE *say = fmemopen(p->said, sizeof p->said, "w");
    assert_non_null(say);
    const ma_question_options asked = {.server = "https://mcp.example/mcp?k=1",
        .options = options,
        .prompt = {make_input(p->typed), -1, say}};
    p->made = ma_question_new(&asked, &question, err);
    if (!p->made)
        ask(p, question, err);
    fclose(say);
    if (asked.prompt.fd >= 0)
        close(asked.prompt.fd);
}

#define FORM                                                                   \
    "{\"message\":\"m\",\"requestedSchema\":{\"type\":\"object\","             \
    "\"properties\":{\"name\":{\"type\":\"string\"},"                          \
    "\"age\":{\"type\":\"integer\",\"default\":7}},"                           \
    "\"required\":[\"name\"]}}"
#define PAGE                                                                   \
    "{\"mode\":\"url\",\"message\":\"m\",\"url\":\"https://a.example/x\"}"

static const char both[] = "{\"elicitation\":{\"form\":{},\"url\":{}}}";

static void nothing_is_declared_when_nobody_answers_T_013(void **state)
{
    (void)state;
    play p = {.params = FORM};
    run(&p);
    assert_null(p.capabilities);
    assert_int_equal(p.status, MCPAUTH_E_UNSUPPORTED);
    assert_string_equal(p.result, "");
}

static void given_answers_and_defaults_are_accepted_T_142(void **state)
{
    (void)state;
    play p = {.args = {"--answer", "name=Ada"}, .params = FORM};
    run(&p);
    assert_string_equal(p.capabilities, "{\"elicitation\":{\"form\":{}}}");
    assert_string_equal(p.result,
        "{\"action\":\"accept\",\"content\":{\"name\":\"Ada\",\"age\":7}}");
    assert_int_equal(p.ended, MCPAUTH_OK);
    assert_string_equal(p.said, "");
}

static void the_answer_given_last_counts(void **state)
{
    (void)state;
    play p = {.args = {"--answer=name=Ada", "--answer=name=B=b",
                  "--answer=age=8", "--elicit=accept"},
        .params = FORM};
    run(&p);
    assert_string_equal(p.result,
        "{\"action\":\"accept\",\"content\":{\"name\":\"B=b\",\"age\":8}}");
}

static void a_field_that_is_missing_is_named_T_141(void **state)
{
    (void)state;
    play p = {.args = {"--elicit", "accept"}, .params = FORM};
    run(&p);
    assert_int_equal(p.status, MCPAUTH_OK);
    assert_string_equal(p.result, "{\"action\":\"cancel\"}");
    assert_int_equal(p.ended, MCPAUTH_E_USAGE);
    assert_non_null(strstr(p.why, "\"name\" must be given"));
    assert_non_null(strstr(p.why, "--answer name=..."));
}

static void an_answer_that_does_not_fit_is_told_T_141(void **state)
{
    (void)state;
    play p = {
        .args = {"--answer=name=Ada", "--answer=age=old"}, .params = FORM};
    run(&p);
    assert_string_equal(p.result, "{\"action\":\"cancel\"}");
    assert_int_equal(p.ended, MCPAUTH_E_USAGE);
    assert_non_null(strstr(p.why, "--answer: \"age\" must be"));
}

static void an_answer_to_nothing_is_a_warning(void **state)
{
    (void)state;
    play p = {.args = {"--answer=agee=8", "--answer=name=Ada"}, .params = FORM};
    run(&p);
    assert_int_equal(p.ended, MCPAUTH_OK);
    assert_non_null(strstr(p.said, "did not ask for \"agee\""));
    assert_null(strstr(p.said, "\"name\""));
}

static void bad_options_are_told(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"--answer", "name"}, {"--answer", "=x"}, {"--elicit", "maybe"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        play p = {.args = {bad[i][0], bad[i][1]}, .params = FORM};
        run(&p);
        assert_int_equal(p.made, MCPAUTH_E_USAGE);
    }
}

static void a_script_may_decline_or_cancel_whatever_comes_T_140(void **state)
{
    (void)state;
    static const char *const asked[] = {FORM, PAGE,
        "{\"message\":\"m\",\"requestedSchema\":{\"properties\":7}}"};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        play no = {.args = {"--elicit=decline"}, .params = asked[i]};
        run(&no);
        assert_string_equal(no.capabilities, both);
        assert_string_equal(no.result, "{\"action\":\"decline\"}");
        assert_int_equal(no.ended, MCPAUTH_OK);
        play never = {.args = {"--elicit=cancel"}, .params = asked[i]};
        run(&never);
        assert_string_equal(never.result, "{\"action\":\"cancel\"}");
    }
}

static void a_page_needs_a_person_T_143_T_013(void **state)
{
    (void)state;
    play alone = {.args = {"--elicit=accept"}, .params = PAGE};
    run(&alone);
    assert_int_equal(alone.status, MCPAUTH_E_UNSUPPORTED);
    play p = {.args = {"--elicit=accept", "--no-browser"},
        .params = PAGE,
        .typed = "yes\n"};
    run(&p);
    assert_string_equal(p.capabilities, both);
    assert_string_equal(p.result, "{\"action\":\"accept\"}");
    assert_non_null(strstr(p.said, "https://a.example/x"));
}

static void a_person_is_asked_for_what_is_not_given_T_141(void **state)
{
    (void)state;
    play p = {
        .args = {"--answer=name=Ada"}, .params = FORM, .typed = "9\nyes\n"};
    run(&p);
    assert_string_equal(p.capabilities, both);
    assert_string_equal(p.result,
        "{\"action\":\"accept\",\"content\":{\"name\":\"Ada\",\"age\":9}}");
    assert_non_null(strstr(p.said, "https://mcp.example/mcp asks"));
    assert_null(strstr(p.said, "k=1"));
}

static void a_form_nobody_understands_is_cancelled_and_told_T_141(void **state)
{
    (void)state;
    play p = {.args = {"--elicit=accept"},
        .params = "{\"message\":\"m\",\"requestedSchema\":{\"type\":\"object\","
                  "\"properties\":{\"a\":{\"type\":\"object\"}}}}"};
    run(&p);
    assert_string_equal(p.result, "{\"action\":\"cancel\"}");
    assert_int_equal(p.ended, MCPAUTH_E_PROTOCOL);
    play unknown = {.args = {"--elicit=accept"},
        .params = "{\"mode\":\"voice\",\"message\":\"m\"}"};
    run(&unknown);
    assert_int_equal(unknown.status, MCPAUTH_E_UNSUPPORTED);
    assert_int_equal(unknown.ended, MCPAUTH_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_declared_when_nobody_answers_T_013),
        cmocka_unit_test(given_answers_and_defaults_are_accepted_T_142),
        cmocka_unit_test(the_answer_given_last_counts),
        cmocka_unit_test(a_field_that_is_missing_is_named_T_141),
        cmocka_unit_test(an_answer_that_does_not_fit_is_told_T_141),
        cmocka_unit_test(an_answer_to_nothing_is_a_warning),
        cmocka_unit_test(bad_options_are_told),
        cmocka_unit_test(a_script_may_decline_or_cancel_whatever_comes_T_140),
        cmocka_unit_test(a_page_needs_a_person_T_143_T_013),
        cmocka_unit_test(a_person_is_asked_for_what_is_not_given_T_141),
        cmocka_unit_test(a_form_nobody_understands_is_cancelled_and_told_T_141),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
