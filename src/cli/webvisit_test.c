/* webvisit_test.c - pages that are opened with consent, and only then. */
#include "cli/webvisit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "base/error.h"

static struct {
    bool has_browser;
    mcpauth_status opens;
    char opened[256]; /* the URL a browser was given */
    bool fragment;    /* and that it may have one */
} net;

static bool fake_available(void)
{
    return net.has_browser;
}

static mcpauth_status fake_open(
    const char *url, bool fragment, mcpauth_error *err)
{
    net.fragment = fragment;
    snprintf(net.opened, sizeof net.opened, "%s", url);
    return net.opens ? ma_error_set(err, net.opens, "no") : MCPAUTH_OK;
}

static const ma_net_module fake = {.size = sizeof fake,
    .browser_available = fake_available,
    .browser_open = fake_open};

typedef struct {
    const char *url;
    const char *typed;
    bool no_browser;

    ma_elicit_action action;
    char said[4096];
} play;

static void run(play *p)
{
    char params[1024];
    int ends[2];
    snprintf(params, sizeof params,
        "{\"mode\":\"url\",\"message\":\"Connect\\nyour account\","
        "\"url\":\"%s\"}",
        p->url);
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
    const ma_webvisit visit = {.server = "https://mcp.example/mcp",
        .elicit = &elicit,
        .net = &fake,
        .open_browser = !p->no_browser,
        .stop_fd = -1};
    net.opened[0] = 0;
    p->action = ma_webvisit_offer(&visit, &prompt);
    fclose(say);
    close(ends[0]);
}

static const char page[] = "https://accounts.example/connect?id=1";

static int begin(void **state)
{
    (void)state;
    net.has_browser = true;
    net.opens = MCPAUTH_OK;
    return 0;
}

static void it_is_opened_when_the_person_says_so_T_143(void **state)
{
    (void)state;
    play p = {.url = page, .typed = "yes\n"};
    run(&p);
    assert_int_equal(p.action, MA_ELICIT_ACCEPT);
    assert_string_equal(net.opened, page);
    assert_true(net.fragment);
    static const char *const said[] = {"https://mcp.example/mcp asks",
        "a page of accounts.example:", "  Connect\n  your account\n", page};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        assert_non_null(strstr(p.said, said[i]));
    assert_null(strstr(p.said, "Punycode"));
}

static void without_consent_nothing_is_opened_T_143(void **state)
{
    (void)state;
    play no = {.url = page, .typed = "no\n"};
    run(&no);
    assert_int_equal(no.action, MA_ELICIT_DECLINE);
    assert_string_equal(net.opened, "");
    play silent = {.url = page, .typed = "\n"};
    run(&silent);
    assert_int_equal(silent.action, MA_ELICIT_CANCEL);
    assert_string_equal(net.opened, "");
}

static void punycode_is_warned_of_T_143(void **state)
{
    (void)state;
    play p = {.url = "https://xn--exmple-cua.com/", .typed = "no\n"};
    run(&p);
    assert_non_null(strstr(p.said, "Punycode"));
}

static void without_a_browser_the_person_opens_it_T_143(void **state)
{
    (void)state;
    play p = {.url = page, .typed = "yes\n", .no_browser = true};
    run(&p);
    assert_int_equal(p.action, MA_ELICIT_ACCEPT);
    assert_string_equal(net.opened, "");
    assert_non_null(strstr(p.said, "Open the URL above"));
    net.opens = MCPAUTH_E_UNSUPPORTED;
    p.no_browser = false;
    run(&p);
    assert_int_equal(p.action, MA_ELICIT_ACCEPT);
    assert_non_null(strstr(p.said, "Open the URL above"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(
            it_is_opened_when_the_person_says_so_T_143, begin),
        cmocka_unit_test_setup(without_consent_nothing_is_opened_T_143, begin),
        cmocka_unit_test_setup(punycode_is_warned_of_T_143, begin),
        cmocka_unit_test_setup(
            without_a_browser_the_person_opens_it_T_143, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
