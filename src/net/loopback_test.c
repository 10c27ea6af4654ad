/* Tests of loopback.c: the person is a thread that visits the redirect URI. */
#include <mcpauth/mcpauth.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "askhttp.h"
#include "base/clock.h"
#include "base/ui.h"

static const mcpauth_step step = {
    .kind = MCPAUTH_STEP_BROWSE,
    .url = "https://as.example/authorize?x=1",
    .issuer = "https://as.example",
};

typedef struct {
    const char *redirect_uri; /* lent by the interface */
    const char *queries[2];
    int statuses[2];
    int shown;
    int judged;
    pthread_t thread;
} person;

static void *visit(void *ctx)
{
    person *who = ctx;
    MA_AUTO(mcpauth_http) http = ask_driver(NULL);
    for (int i = 0; i < 2 && who->queries[i]; i++) {
        char url[ASK_URL_MAX];
        mcpauth_http_request request = ask_get(url, 1, "/");
        MA_SCOPED(ma_http_answer) answer = {0};
        snprintf(url, sizeof url, "%s?%s", who->redirect_uri, who->queries[i]);
        if (!ma_http_fetch(http, &request, &answer, NULL))
            who->statuses[i] = answer.status;
    }
    return NULL;
}

static void show(void *ctx, const char *url, const char *issuer)
{
    person *who = ctx;
    who->shown += !strcmp(url, step.url) && !strcmp(issuer, step.issuer);
    if (who->queries[0])
        assert_int_equal(pthread_create(&who->thread, NULL, visit, who), 0);
}

static mcpauth_status judge(void *ctx, const char *query, mcpauth_error *err)
{
    person *who = ctx;
    who->judged++;
    if (!strcmp(query, "good"))
        return MCPAUTH_OK;
    return mcpauth_error_set(err, MCPAUTH_E_STATE, "not for this login");
}

static mcpauth_status log_in(mcpauth_ui *ui, person *who, int64_t until_ms)
{
    mcpauth_step timed = step;
    timed.until_ms = until_ms;
    assert_int_equal(ma_ui_listen(ui, NULL, 0, &who->redirect_uri, NULL), 0);
    mcpauth_status st = ma_ui_browse(ui, &timed, judge, who, NULL);
    if (who->queries[0])
        pthread_join(who->thread, NULL);
    ma_ui_close(ui);
    return st;
}

/* --- tests --------------------------------------------------------------- */

static void forged_redirect_is_told_so_and_waiting_goes_on_S_036(void **state)
{
    MA_AUTO(mcpauth_ui) ui = NULL;
    person who = {.queries = {"forged", "good"}};
    (void)state;
    assert_int_equal(mcpauth_ui_loopback_new(false, show, &who, &ui, NULL), 0);
    assert_int_equal(log_in(ui, &who, ma_clock_now_ms() + 60000), MCPAUTH_OK);
    assert_int_equal(who.shown, 1);
    assert_int_equal(who.judged, 2);
    assert_int_equal(who.statuses[0], 400);
    assert_int_equal(who.statuses[1], 200);
}

static void another_login_listens_anew(void **state)
{
    MA_AUTO(mcpauth_ui) ui = NULL;
    person who = {.queries = {"good"}};
    (void)state;
    assert_int_equal(mcpauth_ui_loopback_new(false, show, &who, &ui, NULL), 0);
    for (int i = 1; i <= 2; i++) {
        assert_int_equal(
            log_in(ui, &who, ma_clock_now_ms() + 60000), MCPAUTH_OK);
        assert_int_equal(who.judged, i);
    }
}

static void without_a_browser_the_url_is_shown(void **state)
{
    MA_AUTO(mcpauth_ui) ui = NULL;
    person who = {.queries = {"good"}};
    (void)state;
    unsetenv("BROWSER");
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    assert_int_equal(mcpauth_ui_loopback_new(true, show, &who, &ui, NULL), 0);
    assert_int_equal(log_in(ui, &who, ma_clock_now_ms() + 60000), MCPAUTH_OK);
    assert_int_equal(who.shown, 1);
}

static void browser_that_opens_leaves_nothing_to_show(void **state)
{
    MA_AUTO(mcpauth_ui) ui = NULL;
    person who = {.shown = 0};
    (void)state;
    setenv("BROWSER", "true", 1);
    assert_int_equal(mcpauth_ui_loopback_new(true, show, &who, &ui, NULL), 0);
    assert_int_equal(log_in(ui, &who, ma_clock_now_ms()), MCPAUTH_E_TIMEOUT);
    unsetenv("BROWSER");
    assert_int_equal(who.shown, 0);
}

static void browsing_before_listening_is_refused(void **state)
{
    MA_AUTO(mcpauth_ui) ui = NULL;
    person who = {.shown = 0};
    (void)state;
    assert_int_equal(mcpauth_ui_loopback_new(false, show, &who, &ui, NULL), 0);
    assert_int_equal(
        ma_ui_browse(ui, &step, judge, &who, NULL), MCPAUTH_E_STATE);
    assert_int_equal(who.shown, 0);
    ma_ui_close(ui);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forged_redirect_is_told_so_and_waiting_goes_on_S_036),
        cmocka_unit_test(another_login_listens_anew),
        cmocka_unit_test(without_a_browser_the_url_is_shown),
        cmocka_unit_test(browser_that_opens_leaves_nothing_to_show),
        cmocka_unit_test(browsing_before_listening_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
