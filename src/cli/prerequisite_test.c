/* prerequisite_test.c - pages first, then the call once more. */
#include "cli/prerequisite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "mcp/envelope.h"
#include "mcp/refusal.h"

static struct {
    int opened;
    ma_prerequisite *tells; /* while a page is opened; NULL: nobody */
    const char *completed;  /* the ids that are then done, blanks between */
} net;

static bool fake_available(void)
{
    return true;
}

/* The server is done before anybody can press a key. */
static mcpauth_status fake_open(
    const char *url, bool fragment, mcpauth_error *err)
{
    (void)fragment;
    (void)url;
    (void)err;
    net.opened++;
    ma_span rest = ma_span_of(net.completed);
    while (net.tells && rest.at) {
        char params[64];
        ma_span id = ma_span_cut(&rest, ' ');
        snprintf(params, sizeof params, "{\"elicitationId\":\"%.*s\"}",
            (int)id.len, id.at);
        ma_prerequisite_completed(net.tells, ma_span_of(params));
    }
    return MCPAUTH_OK;
}

static const ma_net_module fake = {.size = sizeof fake,
    .browser_available = fake_available,
    .browser_open = fake_open};

typedef struct {
    const char *data;
    const char *typed;     /* NULL: nobody is there */
    bool keeps_typing;     /* the input does not end */
    const char *completed; /* see net */

    mcpauth_status status;
    bool again;
    int opened;
    char said[4096];
} play;

static void run(play *p)
{
    int ends[2] = {-1, -1};
    FILE *say = fmemopen(p->said, sizeof p->said, "w");
    assert_non_null(say);
    if (p->typed) {
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(
            write(ends[1], p->typed, strlen(p->typed)), strlen(p->typed));
    }
    if (p->typed && !p->keeps_typing)
        close(ends[1]);
    const ma_prerequisite_options options = {.server = "https://mcp.example/m",
        .net = &fake,
        .open_browser = true,
        .prompt = {ends[0], -1, say}};
    ma_prerequisite *prerequisite = NULL;
    assert_int_equal(
        ma_prerequisite_new(&options, &prerequisite, NULL), MCPAUTH_OK);
    net.opened = 0;
    net.tells = p->completed ? prerequisite : NULL;
    net.completed = p->completed;
    p->status = ma_prerequisite_meet(
        prerequisite, ma_span_of(p->data), &p->again, NULL);
    p->opened = net.opened;
    ma_prerequisite_free(prerequisite);
    fclose(say);
    if (p->typed)
        close(ends[0]);
    if (p->keeps_typing)
        close(ends[1]);
}

#define PAGE(id)                                                               \
    "{\"mode\":\"url\",\"message\":\"m\",\"url\":\"https://a.example/" id      \
    "\",\"elicitationId\":\"" id "\"}"

static const char two[] =
    "{\"elicitations\":[" PAGE("one") "," PAGE("two") "]}";

static void only_its_own_error_leads_here_T_145(void **state)
{
    (void)state;
    static const struct {
        const char *error;
        bool is;
    } rows[] = {
        {"{\"code\":-32042,\"message\":\"m\",\"data\":{}}", true},
        {"{\"code\":-32042,\"message\":\"m\"}", false},
        {"{\"code\":-32602,\"message\":\"m\",\"data\":{}}", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[256];
        ma_envelope message;
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        snprintf(text, sizeof text,
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":%s}", rows[i].error);
        assert_int_equal(
            ma_envelope_parse(ma_span_of(text), &message, NULL), MCPAUTH_OK);
        assert_int_equal(
            ma_refusal_of_message(&message, 200, err), MCPAUTH_E_RPC);
        assert_int_equal(ma_prerequisite_is(err), rows[i].is);
    }
    assert_false(ma_prerequisite_is(NULL));
}

static void a_person_visits_and_says_when_it_is_done_T_145_T_143(void **state)
{
    (void)state;
    play p = {.data = two, .typed = "yes\nyes\n\n"};
    run(&p);
    assert_int_equal(p.status, MCPAUTH_OK);
    assert_true(p.again);
    assert_int_equal(p.opened, 2);
    assert_non_null(strstr(p.said, "https://a.example/one"));
    assert_non_null(strstr(p.said, "press Enter to call again"));
}

static void who_does_not_want_to_is_not_asked_further_T_145(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        int opened;
    } rows[] = {{"no\n", 0}, {"no\nyes\n\n", 0}, {"", 0}, {"yes\nno\n", 1},
        {"yes\nyes\n", 2}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        play p = {.data = two, .typed = rows[i].typed};
        run(&p);
        assert_int_equal(p.status, MCPAUTH_OK);
        assert_false(p.again);
        assert_int_equal(p.opened, rows[i].opened);
    }
}

static void the_server_may_say_that_it_is_done_T_144_T_145(void **state)
{
    (void)state;
    play p = {.data = two,
        .typed = "yes\nyes\n",
        .keeps_typing = true,
        .completed = "none one two two"};
    run(&p);
    assert_true(p.again);
    play half = {.data = two, .typed = "yes\nyes\n", .completed = "none one"};
    run(&half);
    assert_false(half.again);
}

static void news_of_nothing_is_none_T_144(void **state)
{
    (void)state;
    const ma_prerequisite_options options = {.server = "https://mcp.example/m"};
    ma_prerequisite *prerequisite = NULL;
    assert_int_equal(
        ma_prerequisite_new(&options, &prerequisite, NULL), MCPAUTH_OK);
    ma_prerequisite_completed(
        prerequisite, ma_span_of("{\"elicitationId\":\"one\"}"));
    ma_prerequisite_free(prerequisite);
}

static void nobody_is_told_what_to_visit_T_143(void **state)
{
    (void)state;
    play p = {.data = two};
    run(&p);
    assert_int_equal(p.status, MCPAUTH_OK);
    assert_false(p.again);
    assert_int_equal(p.opened, 0);
    assert_non_null(strstr(p.said, "https://a.example/one"));
    assert_non_null(strstr(p.said, "https://a.example/two"));
}

static void nothing_is_opened_when_one_page_is_wrong_T_143(void **state)
{
    (void)state;
    static const struct {
        const char *data;
        mcpauth_status status;
    } rows[] = {
        {"{}", MCPAUTH_E_PROTOCOL},
        {"{\"elicitations\":[]}", MCPAUTH_E_PROTOCOL},
        {"{\"elicitations\":[" PAGE(
             "one") ",{\"message\":\"m\","
                    "\"requestedSchema\":{\"type\":\"object\"}}]}",
            MCPAUTH_E_PROTOCOL},
        {"{\"elicitations\":[" PAGE(
             "one") ",{\"mode\":\"url\","
                    "\"message\":\"m\",\"url\":\"file:///etc/passwd\"}]}",
            MCPAUTH_E_UNTRUSTED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        play p = {.data = rows[i].data, .typed = "yes\nyes\n\n"};
        run(&p);
        assert_int_equal(p.status, rows[i].status);
        assert_false(p.again);
        assert_int_equal(p.opened, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_its_own_error_leads_here_T_145),
        cmocka_unit_test(a_person_visits_and_says_when_it_is_done_T_145_T_143),
        cmocka_unit_test(who_does_not_want_to_is_not_asked_further_T_145),
        cmocka_unit_test(the_server_may_say_that_it_is_done_T_144_T_145),
        cmocka_unit_test(news_of_nothing_is_none_T_144),
        cmocka_unit_test(nobody_is_told_what_to_visit_T_143),
        cmocka_unit_test(nothing_is_opened_when_one_page_is_wrong_T_143),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
