/* sheet_test.c - forms that are filled in, refused, begun again and given up.
 */
#include "cli/sheet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "base/error.h"

/* What a server asks, and what somebody types; NULL: nothing is asked. */
typedef struct {
    const char *properties;
    const char *required;
    const char *given; /* NULL: {} */
    const char *typed;

    mcpauth_status status;
    ma_elicit_action action;
    char content[1024];
    char said[8192];
} play;

static void run(play *p)
{
    char params[4096];
    int ends[2];
    snprintf(params, sizeof params,
        "{\"message\":\"Who are you?\\nSend it? \\u001b[2J\","
        "\"requestedSchema\":{\"type\":\"object\",\"properties\":%s,"
        "\"required\":%s}}",
        p->properties, p->required ? p->required : "[]");
    MA_SCOPED(ma_elicit) elicit = {0};
    assert_int_equal(
        ma_elicit_read(ma_span_of(params), &elicit, NULL), MCPAUTH_OK);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(
        write(ends[1], p->typed, strlen(p->typed)), strlen(p->typed));
    close(ends[1]);
    FILE *say = fmemopen(p->said, sizeof p->said, "w");
    assert_non_null(say);
    const ma_prompt prompt = {ends[0], -1, say};
    const ma_sheet form = {.server = "https://mcp.example/mcp",
        .elicit = &elicit,
        .given = ma_span_of(p->given ? p->given : "{}"),
        .stop_fd = -1};
    MA_SCOPED(ma_buf) content = ma_buf_init(sizeof p->content - 1);
    p->status = ma_sheet_fill(&form, &prompt, &p->action, &content, NULL);
    snprintf(p->content, sizeof p->content, "%s", ma_buf_text(&content));
    fclose(say);
    close(ends[0]);
}

static const char person[] =
    "{\"name\":{\"type\":\"string\",\"title\":\"Your name\","
    "\"description\":\"As on your card\"},"
    "\"age\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":150},"
    "\"ok\":{\"type\":\"boolean\",\"default\":true}}";

static void answers_are_sent_after_a_look_T_141(void **state)
{
    (void)state;
    play p = {.properties = person,
        .required = "[\"name\"]",
        .typed = "Ada\n36\nno\nyes\n"};
    run(&p);
    assert_int_equal(p.status, MCPAUTH_OK);
    assert_int_equal(p.action, MA_ELICIT_ACCEPT);
    assert_string_equal(
        p.content, "{\"name\":\"Ada\",\"age\":36,\"ok\":false}");
    static const char *const said[] = {"https://mcp.example/mcp asks",
        "  Who are you?\n", "Your name (text; required)\n  As on your card\n",
        "age (whole number, at least 0, at most 150)",
        "ok (yes or no; empty: yes)", "To be sent to https://mcp.example/mcp",
        "  Your name: Ada\n", "  ok: no\n"};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        assert_non_null(strstr(p.said, said[i]));
}

static void a_servers_words_pass_for_none_of_ours_T_124_S_022(void **state)
{
    (void)state;
    play p = {.properties = person, .typed = ""};
    run(&p);
    assert_null(strchr(p.said, '\x1b'));
    assert_non_null(strstr(p.said, "\n  Send it? \\x1b[2J\n"));
}

static void what_will_not_do_is_asked_again_T_141(void **state)
{
    (void)state;
    play p = {.properties = person,
        .required = "[\"name\"]",
        .typed = "\nAda\nold\n151\n36\nperhaps\n\ny\n"};
    run(&p);
    assert_int_equal(p.action, MA_ELICIT_ACCEPT);
    assert_string_equal(p.content, "{\"name\":\"Ada\",\"age\":36,\"ok\":true}");
    assert_non_null(strstr(p.said, "an answer is required"));
    assert_non_null(strstr(p.said, "\"age\" must be a whole number"));
    assert_non_null(strstr(p.said, "\"age\" must be at most 150"));
}

static void an_empty_answer_is_the_default_or_nothing_T_142(void **state)
{
    (void)state;
    play p = {.properties = person, .typed = "\n\n\nyes\n"};
    run(&p);
    assert_string_equal(p.content, "{\"ok\":true}");
}

static void choices_are_listed_with_their_titles_T_141(void **state)
{
    (void)state;
    play p = {.properties =
                  "{\"hero\":{\"type\":\"string\",\"oneOf\":["
                  "{\"const\":\"h1\",\"title\":\"Superman\"},"
                  "{\"const\":\"h2\",\"title\":\"Wonder Woman\"}]},"
                  "\"fish\":{\"type\":\"array\",\"items\":{\"type\":\"string\","
                  "\"enum\":[\"Cod\",\"Eel\"]}}}",
        .typed = "2\ncod, 2\nyes\n"};
    run(&p);
    assert_string_equal(
        p.content, "{\"hero\":\"h2\",\"fish\":[\"Cod\",\"Eel\"]}");
    assert_non_null(strstr(p.said, "    2. Wonder Woman\n"));
    assert_non_null(strstr(p.said, "  fish: Cod, Eel\n"));
}

static void it_is_refused_at_a_field_or_at_the_end_T_140(void **state)
{
    (void)state;
    static const char *const typed[] = {
        "!decline\n", "Ada\n!decline\n", "Ada\n1\n\nno\n"};
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
        play p = {.properties = person, .typed = typed[i]};
        run(&p);
        assert_int_equal(p.status, MCPAUTH_OK);
        assert_int_equal(p.action, MA_ELICIT_DECLINE);
        assert_string_equal(p.content, "");
    }
}

static void who_types_no_more_cancels_T_140(void **state)
{
    (void)state;
    static const char *const typed[] = {"", "Ada\n3", "Ada\n1\n\n", "\n\n\n"};
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
        play p = {.properties = person, .typed = typed[i]};
        run(&p);
        assert_int_equal(p.action, MA_ELICIT_CANCEL);
        assert_string_equal(p.content, "");
    }
}

static void it_can_be_started_over(void **state)
{
    (void)state;
    play p = {.properties = person,
        .typed = "Ava\n1\n\nagain\nAda\n36\n\nwhat\nyes\n"};
    run(&p);
    assert_string_equal(p.content, "{\"name\":\"Ada\",\"age\":36,\"ok\":true}");
}

static void what_was_given_is_not_asked_for(void **state)
{
    (void)state;
    play p = {.properties = person,
        .given = "{\"name\":\"Bob\",\"ok\":false}",
        .typed = "7\nyes\n"};
    run(&p);
    assert_string_equal(p.content, "{\"name\":\"Bob\",\"ok\":false,\"age\":7}");
    assert_null(strstr(p.said, "As on your card"));
}

static void a_form_without_fields_asks_for_consent(void **state)
{
    (void)state;
    play p = {.properties = "{}", .typed = "yes\n"};
    run(&p);
    assert_int_equal(p.action, MA_ELICIT_ACCEPT);
    assert_string_equal(p.content, "{}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_sent_after_a_look_T_141),
        cmocka_unit_test(a_servers_words_pass_for_none_of_ours_T_124_S_022),
        cmocka_unit_test(what_will_not_do_is_asked_again_T_141),
        cmocka_unit_test(an_empty_answer_is_the_default_or_nothing_T_142),
        cmocka_unit_test(choices_are_listed_with_their_titles_T_141),
        cmocka_unit_test(it_is_refused_at_a_field_or_at_the_end_T_140),
        cmocka_unit_test(who_types_no_more_cancels_T_140),
        cmocka_unit_test(it_can_be_started_over),
        cmocka_unit_test(what_was_given_is_not_asked_for),
        cmocka_unit_test(a_form_without_fields_asks_for_consent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
