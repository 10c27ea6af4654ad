/* Tests of driver.c: each step of a flow is carried out, whatever comes. */
#include "client/driver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "oauth/token.h"
#include "places.h"
#include "scene.h"

#define MCP "POST https://mcp.test/mcp"

/* One flow in a scene. */
typedef struct {
    scene at;
    mcpauth_flow *flow;
    mcpauth_token *token;
    mcpauth_error *err;
} journey;

static mcpauth_status travel(
    journey *j, mcpauth_flow_purpose purpose, const scene_options *options)
{
    memset(j, 0, sizeof *j);
    scene_open(&j->at, options);
    j->err = mcpauth_error_new();
    assert_int_equal(
        mcpauth_flow_new(j->at.config, purpose, &j->flow, NULL), 0);
    const mcpauth_provider_options with = {
        .size = sizeof with,
        .config = j->at.config,
        .store = j->at.store,
        .http = j->at.http,
        .ui = j->at.ui,
    };
    return ma_driver_run(&with, j->flow, &j->token, j->err);
}

static void end(journey *j)
{
    mcpauth_token_free(j->token);
    mcpauth_flow_free(j->flow);
    mcpauth_error_free(j->err);
    scene_close(&j->at);
}

static void login_listens_browses_and_closes(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), GRANTS(HOUR)};
    journey j;
    (void)state;
    assert_int_equal(travel(&j, MCPAUTH_FLOW_LOGIN,
                         &(scene_options){.settings = APP AS,
                             .rows = rows,
                             .row_count = 2,
                             .person = true}),
        MCPAUTH_OK);
    assert_string_equal(mcpauth_token_access(j.token), "CANARY-a2");
    assert_int_equal(j.at.listens, 1);
    assert_int_equal(j.at.browses, 1);
    assert_int_equal(j.at.closes, 1);
    end(&j);
}

/* One forged redirect before and one behind the right one. */
static void forged_redirects_change_nothing_S_036(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), GRANTS(HOUR)};
    journey j;
    (void)state;
    assert_int_equal(travel(&j, MCPAUTH_FLOW_LOGIN,
                         &(scene_options){.settings = APP AS,
                             .rows = rows,
                             .row_count = 2,
                             .person = true}),
        MCPAUTH_OK);
    assert_int_equal(j.at.forged, 2);
    assert_int_equal(fakehttp_count(j.at.net, TOKEN, "code=CANARY-c"), 1);
    assert_int_equal(fakehttp_count(j.at.net, TOKEN, "evil"), 0);
    end(&j);
}

static void person_who_gives_up_ends_the_login(void **state)
{
    static const mcpauth_status says[] = {
        MCPAUTH_E_CANCELLED, MCPAUTH_E_TIMEOUT};
    static const fakehttp_row rows[] = {HAS_META(""), GRANTS(HOUR)};
    (void)state;
    for (size_t i = 0; i < sizeof says / sizeof *says; i++) {
        journey j;
        assert_int_equal(travel(&j, MCPAUTH_FLOW_LOGIN,
                             &(scene_options){.settings = APP AS,
                                 .rows = rows,
                                 .row_count = 2,
                                 .person = true,
                                 .person_says = says[i]}),
            says[i]);
        assert_non_null(
            strstr(mcpauth_error_message(j.err), "the person says no"));
        assert_null(j.token);
        assert_int_equal(j.at.closes, 1);
        end(&j);
    }
}

static void flow_without_a_person_leaves_him_alone_seed_35(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), GRANTS(HOUR)};
    journey j;
    (void)state;
    assert_int_equal(travel(&j, MCPAUTH_FLOW_TOKEN,
                         &(scene_options){.settings = M2M AS,
                             .rows = rows,
                             .row_count = 2,
                             .person = true}),
        MCPAUTH_OK);
    assert_int_equal(j.at.listens + j.at.browses + j.at.closes, 0);
    end(&j);
}

static void nothing_to_attach_is_no_token(void **state)
{
    journey j;
    (void)state;
    assert_int_equal(
        travel(&j, MCPAUTH_FLOW_ATTACH, &(scene_options){.settings = APP}),
        MCPAUTH_OK);
    assert_null(j.token);
    assert_null(fakehttp_text(j.at.net, 0));
    end(&j);
}

/* The step is WAIT; the clock is the real one. */
static void busy_server_is_asked_again_after_a_pause(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""),
        {TOKEN, 503, "", .times = 1},
        {TOKEN, .failure = MCPAUTH_E_NETWORK, .times = 1}, GRANTS(HOUR)};
    journey j;
    (void)state;
    assert_int_equal(
        travel(&j, MCPAUTH_FLOW_TOKEN,
            &(scene_options){.settings = M2M AS, .rows = rows, .row_count = 4}),
        MCPAUTH_OK);
    assert_int_equal(fakehttp_count(j.at.net, TOKEN, NULL), 3);
    assert_non_null(strstr(j.at.log, "2 step: back-off"));
    end(&j);
}

static void unreachable_server_is_told_in_the_drivers_words(void **state)
{
    static const fakehttp_row rows[] = {
        HAS_META(""), {TOKEN, .failure = MCPAUTH_E_UNTRUSTED}};
    journey j;
    (void)state;
    assert_int_equal(
        travel(&j, MCPAUTH_FLOW_TOKEN,
            &(scene_options){.settings = M2M AS, .rows = rows, .row_count = 2}),
        MCPAUTH_E_UNTRUSTED);
    assert_non_null(strstr(mcpauth_error_message(j.err), "the fake fails"));
    end(&j);
}

static void token_is_saved_and_the_lock_given_back(void **state)
{
    static const fakehttp_row rows[] = {HAS_META(""), GRANTS(HOUR)};
    journey j;
    mcpauth_store_key key;
    mcpauth_lock lock = {.answer = MCPAUTH_LOCK_HELD};
    (void)state;
    assert_int_equal(
        travel(&j, MCPAUTH_FLOW_TOKEN,
            &(scene_options){.settings = M2M AS, .rows = rows, .row_count = 2}),
        MCPAUTH_OK);
    assert_true(scene_has_stored(&j.at, "CANARY-a2"));
    assert_int_equal(mcpauth_config_key(j.at.config, &key, NULL), 0);
    assert_int_equal(mcpauth_store_lock(j.at.store, &key, MCPAUTH_LOCK_REFRESH,
                         &j, &lock, NULL),
        0);
    assert_int_equal(lock.answer, MCPAUTH_LOCKED);
    end(&j);
}

static void probe_asks_without_a_token_A_010(void **state)
{
    static const fakehttp_row rows[] = {
        {MCP, 401, "no", "WWW-Authenticate: Bearer scope=\"tools\""}};
    scene at;
    MA_SCOPED(ma_http_answer) got = {0};
    (void)state;
    scene_open(&at,
        &(scene_options){.settings = M2M AS, .rows = rows, .row_count = 1});
    const mcpauth_provider_options with = {
        .size = sizeof with, .config = at.config, .http = at.http};
    assert_int_equal(ma_driver_probe(&with, &got, NULL), MCPAUTH_OK);
    assert_int_equal(got.status, 401);
    assert_string_equal(ma_buf_text(&got.body), "no");
    assert_non_null(mcpauth_headers_get(got.headers, "WWW-Authenticate"));
    assert_int_equal(fakehttp_count(at.net, MCP, "\"server/discover\""), 1);
    assert_int_equal(fakehttp_count(at.net, MCP, "Authorization"), 0);
    scene_close(&at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(login_listens_browses_and_closes),
        cmocka_unit_test(forged_redirects_change_nothing_S_036),
        cmocka_unit_test(person_who_gives_up_ends_the_login),
        cmocka_unit_test(flow_without_a_person_leaves_him_alone_seed_35),
        cmocka_unit_test(nothing_to_attach_is_no_token),
        cmocka_unit_test(busy_server_is_asked_again_after_a_pause),
        cmocka_unit_test(unreachable_server_is_told_in_the_drivers_words),
        cmocka_unit_test(token_is_saved_and_the_lock_given_back),
        cmocka_unit_test(probe_asks_without_a_token_A_010),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
