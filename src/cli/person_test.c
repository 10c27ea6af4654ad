/* person_test.c - answers that come to the listener, that are pasted, and that
 * never come. */
#include "cli/person.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/ui.h"

/* --- a network that is played -------------------------------------------- */

static struct {
    mcpauth_status listens; /* what listening returns */
    const char *arrives;    /* the query that comes to the listener */
    mcpauth_status opens;   /* what opening a browser returns */
    bool has_browser;
    char opened[256]; /* the URL a browser was given */
    int listeners;
} net;

struct ma_callback {
    char uri[128];
};

static mcpauth_status fake_listen(const char *redirect_uri, int port,
    ma_callback **out_callback, mcpauth_error *err)
{
    if (net.listens)
        return ma_error_set(err, net.listens, "no listener");
    ma_callback *made = calloc(1, sizeof *made);
    assert_non_null(made);
    snprintf(made->uri, sizeof made->uri, "%s%d",
        redirect_uri ? redirect_uri : "http://127.0.0.1:", port);
    net.listeners++;
    *out_callback = made;
    return MCPAUTH_OK;
}

static const char *fake_uri(const ma_callback *callback)
{
    return callback->uri;
}

/* Whatever is at cancel_fd goes first, so that no test depends on time. */
static mcpauth_status fake_wait(ma_callback *callback, int64_t deadline_ms,
    int cancel_fd, mcpauth_redirect_fn *judge, void *ctx, mcpauth_error *err)
{
    (void)callback;
    (void)deadline_ms;
    struct pollfd fd = {cancel_fd, POLLIN, 0};
    if (poll(&fd, 1, net.arrives ? 0 : -1) == 1)
        return MCPAUTH_E_CANCELLED;
    return judge(ctx, net.arrives, err);
}

static void fake_free(ma_callback *callback)
{
    net.listeners--;
    free(callback);
}

static bool fake_available(void)
{
    return net.has_browser;
}

static mcpauth_status fake_open(
    const char *url, bool fragment, mcpauth_error *err)
{
    (void)fragment;
    snprintf(net.opened, sizeof net.opened, "%s", url);
    return net.opens ? ma_error_set(err, net.opens, "no") : MCPAUTH_OK;
}

static const ma_net_module fake = {
    .size = sizeof fake,
    .callback_listen = fake_listen,
    .callback_redirect_uri = fake_uri,
    .callback_wait = fake_wait,
    .callback_free = fake_free,
    .browser_available = fake_available,
    .browser_open = fake_open,
};

/* --- a login that is played ---------------------------------------------- */

/* The engine's part: "good" ends the login well, "bad" badly. */
static mcpauth_status judge(void *ctx, const char *query, mcpauth_error *err)
{
    int *asked = ctx;
    ++*asked;
    if (strstr(query, "good"))
        return MCPAUTH_OK;
    if (strstr(query, "bad"))
        return ma_error_set(err, MCPAUTH_E_REFUSED, "access_denied");
    return ma_error_set(err, MCPAUTH_E_STATE, "another state");
}

/* One login with what somebody pastes; NULL: nothing is read. */
typedef struct {
    const char *pasted;
    const char *redirect_uri;
    bool at_terminal;
    bool no_browser;
    bool interrupted;

    mcpauth_status listened;
    mcpauth_status status;
    int asked;
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

static void run(play *p)
{
    int paste_fd = make_input(p->pasted);
    int cancel_fd = eventfd(p->interrupted, EFD_CLOEXEC);
    FILE *say = fmemopen(p->said, sizeof p->said, "w");
    assert_non_null(say);
    const ma_person_options options = {
        .net = &fake,
        .server = "https://mcp.example/mcp?secret=1",
        .say = say,
        .open_browser = !p->no_browser,
        .paste_fd = paste_fd,
        .prompt = p->at_terminal,
        .cancel_fd = cancel_fd,
    };
    const mcpauth_step step = {
        .url = "https://as.example/authorize?state=s",
        .issuer = "https://as.example/pool",
        .until_ms = ma_clock_now_ms() + 60000,
    };
    MA_AUTO(mcpauth_ui) ui = NULL;
    const char *uri = NULL;
    assert_int_equal(ma_person_new(&options, &ui, NULL), MCPAUTH_OK);
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    p->listened = ma_ui_listen(ui, p->redirect_uri, 7, &uri, err);
    if (!p->listened)
        p->status = ma_ui_browse(ui, &step, judge, &p->asked, err);
    ma_ui_close(ui);
    fclose(say);
    close(paste_fd);
    close(cancel_fd);
}

static int reset(void **state)
{
    (void)state;
    memset(&net, 0, sizeof net);
    return 0;
}

/* --- tests --------------------------------------------------------------- */

static void the_browser_comes_back(void **state)
{
    (void)state;
    net.has_browser = true;
    net.arrives = "code=good";
    play p = {0};
    run(&p);
    assert_int_equal(p.status, MCPAUTH_OK);
    assert_int_equal(p.asked, 1);
    assert_string_equal(net.opened, "https://as.example/authorize?state=s");
    assert_int_equal(net.listeners, 0);
}

static void a_person_sees_both_hosts_A_239(void **state)
{
    (void)state;
    static const bool browsers[] = {false, true};
    for (size_t i = 0; i < 2; i++) {
        net.has_browser = browsers[i];
        net.arrives = "good";
        play p = {0};
        run(&p);
        assert_non_null(
            strstr(p.said, "Logging in to https://mcp.example/mcp"));
        assert_null(strstr(p.said, "secret"));
        assert_non_null(strstr(p.said, "\nat https://as.example\n"));
        assert_non_null(
            strstr(p.said, "\n  https://as.example/authorize?state=s\n"));
    }
}

static void no_browser_means_none(void **state)
{
    (void)state;
    net.has_browser = true;
    net.arrives = "good";
    play p = {.no_browser = true};
    run(&p);
    assert_int_equal(p.status, MCPAUTH_OK);
    assert_string_equal(net.opened, "");
    assert_non_null(strstr(p.said, "Open this URL in a browser:"));
}

static void a_browser_that_is_not_there_is_no_failure(void **state)
{
    (void)state;
    net.has_browser = true;
    net.opens = MCPAUTH_E_UNSUPPORTED;
    net.arrives = "good";
    play p = {0};
    run(&p);
    assert_int_equal(p.status, MCPAUTH_OK);
    assert_non_null(strstr(p.said, "Open this URL in a browser:"));
}

static void a_url_not_to_be_opened_ends_the_login_S_002(void **state)
{
    (void)state;
    net.has_browser = true;
    net.opens = MCPAUTH_E_UNTRUSTED;
    net.arrives = "good";
    play p = {0};
    run(&p);
    assert_int_equal(p.status, MCPAUTH_E_UNTRUSTED);
    assert_int_equal(p.asked, 0);
    assert_string_equal(p.said, "");
}

static void the_answer_is_pasted_seed_34(void **state)
{
    (void)state;
    static const struct {
        const char *pasted;
        mcpauth_status status;
        int asked;
    } rows[] = {
        {"http://127.0.0.1:7/callback?code=good&state=s\n", MCPAUTH_OK, 1},
        {"  code=good \r\n", MCPAUTH_OK, 1},
        {"code=good", MCPAUTH_OK, 1},
        {"\n\nother=1\ncode=good\nnever read\n", MCPAUTH_OK, 2},
        {"error=bad\ncode=good\n", MCPAUTH_E_REFUSED, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        play p = {.pasted = rows[i].pasted, .at_terminal = true};
        run(&p);
        assert_int_equal(p.status, rows[i].status);
        assert_int_equal(p.asked, rows[i].asked);
    }
}

static void a_wrong_paste_is_told_and_asked_for_again_seed_34(void **state)
{
    (void)state;
    play p = {.pasted = "other\n\ngood\n", .at_terminal = true};
    run(&p);
    assert_int_equal(p.status, MCPAUTH_OK);
    const char *first = strstr(p.said, "paste the address");
    assert_non_null(first);
    assert_non_null(
        strstr(p.said, "That is not the answer to this login: another state"));
    const char *second = strstr(first + 1, "paste the address");
    assert_non_null(second);
    assert_non_null(strstr(second + 1, "paste the address"));
}

static void an_input_that_ends_leaves_the_listener(void **state)
{
    (void)state;
    net.arrives = "code=good";
    play p = {.pasted = "other\n"};
    run(&p);
    assert_int_equal(p.status, MCPAUTH_OK);
    assert_int_equal(p.asked, 2);
}

static void a_foreign_redirect_uri_can_only_be_pasted(void **state)
{
    (void)state;
    net.listens = MCPAUTH_E_UNSUPPORTED;
    play pasted = {.redirect_uri = "https://app.example/cb",
        .pasted = "https://app.example/cb?code=good\n"};
    run(&pasted);
    assert_int_equal(pasted.listened, MCPAUTH_OK);
    assert_int_equal(pasted.status, MCPAUTH_OK);

    play ended = {.redirect_uri = "https://app.example/cb", .pasted = ""};
    run(&ended);
    assert_int_equal(ended.status, MCPAUTH_E_LOGIN_REQUIRED);

    play nobody = {.redirect_uri = "https://app.example/cb"};
    run(&nobody);
    assert_int_equal(nobody.listened, MCPAUTH_E_UNSUPPORTED);
}

static void a_taken_port_is_told_to_the_flow(void **state)
{
    (void)state;
    net.listens = MCPAUTH_E_STATE;
    play p = {.pasted = "good\n"};
    run(&p);
    assert_int_equal(p.listened, MCPAUTH_E_STATE);
}

static void an_interrupt_cancels(void **state)
{
    (void)state;
    play p = {.interrupted = true};
    run(&p);
    assert_int_equal(p.status, MCPAUTH_E_CANCELLED);
    assert_int_equal(p.asked, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_browser_comes_back, reset),
        cmocka_unit_test_setup(a_person_sees_both_hosts_A_239, reset),
        cmocka_unit_test_setup(no_browser_means_none, reset),
        cmocka_unit_test_setup(
            a_browser_that_is_not_there_is_no_failure, reset),
        cmocka_unit_test_setup(
            a_url_not_to_be_opened_ends_the_login_S_002, reset),
        cmocka_unit_test_setup(the_answer_is_pasted_seed_34, reset),
        cmocka_unit_test_setup(
            a_wrong_paste_is_told_and_asked_for_again_seed_34, reset),
        cmocka_unit_test_setup(an_input_that_ends_leaves_the_listener, reset),
        cmocka_unit_test_setup(
            a_foreign_redirect_uri_can_only_be_pasted, reset),
        cmocka_unit_test_setup(a_taken_port_is_told_to_the_flow, reset),
        cmocka_unit_test_setup(an_interrupt_cancels, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
