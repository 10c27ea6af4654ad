/* flow_series_test.c - many flows in one world: lifetimes, clocks, and a server
 * that refuses whatever it gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "places.h"
#include "script.h"

#define GETS  META "\n" MACHINE RESOURCE "\n"
#define WORKS .answers = {HAS_META(""), GRANTS(HOUR)}

enum { HOUR_MS = 3600000 };

/* Asks every ten minutes over more than three lifetimes; returns how many
 * token requests that took. */
static int live_long(const script_case *row)
{
    script *world = script_open(row);
    int requests = 0;
    for (int64_t at_ms = 0; at_ms < 4 * HOUR_MS; at_ms += HOUR_MS / 6) {
        script_set_now(world, SCRIPT_NOW + at_ms);
        script_clear(world);
        assert_int_equal(script_play(world), MCPAUTH_OK);
        assert_non_null(strstr(script_steps(world), "done CANARY-a"));
        requests += strstr(script_steps(world), TOKEN) != NULL;
        assert_null(strstr(script_steps(world), "browse"));
        assert_null(strstr(script_steps(world), "wait"));
    }
    script_close(world);
    return requests;
}

static void three_lifetimes_without_a_failed_call_seed_46(void **state)
{
    (void)state;
    const script_case machine = {.settings = M2M AS, WORKS};
    assert_int_equal(live_long(&machine), 4);
    const script_case person = {
        .settings = APP,
        .stored = RECORD("interactive", REFRESH EXPIRED),
        .answers = {HAS_META(""), GRANTS(HOUR ",'refresh_token':'CANARY-r2'"),
            GRANTS(HOUR ",'refresh_token':'CANARY-r3'"), GRANTS(HOUR)},
    };
    assert_int_equal(live_long(&person), 4);
}

static void each_refresh_sends_the_token_of_the_one_before_A_153(void **state)
{
    (void)state;
    const script_case row = {
        .settings = APP,
        .stored = RECORD("interactive", REFRESH EXPIRED),
        .answers = {HAS_META(""), GRANTS(HOUR ",'refresh_token':'CANARY-r2'"),
            GRANTS(HOUR)},
    };
    static const char *const sent[] = {"refresh_token=CANARY-r1 ",
        "refresh_token=CANARY-r2 ", "refresh_token=CANARY-r2 "};
    script *world = script_open(&row);
    for (size_t i = 0; i < sizeof sent / sizeof *sent; i++) {
        script_clear(world);
        assert_int_equal(script_play(world), MCPAUTH_OK);
        assert_non_null(strstr(script_steps(world), sent[i]));
        script_set_now(world, script_now_ms(world) + HOUR_MS);
    }
    script_close(world);
}

/* How many steps began so. */
static int count_lines(const script *world, const char *start)
{
    int count = 0;
    const char *at = script_steps(world);
    for (; *at; at = strchr(at, '\n') + 1)
        count += !strncmp(at, start, strlen(start));
    return count;
}

/* Plays the row as long as its challenge is answered, each time with the token
 * that came of it; the steps are those of all. */
static mcpauth_status insist(script *world)
{
    mcpauth_status st = MCPAUTH_OK;
    for (int tries = 0; !st && tries < 9; tries++) {
        st = script_play(world);
        script_send_again(world);
    }
    return st;
}

static void a_machine_is_refused_after_one_more_token_seed_04_A_012(
    void **state)
{
    (void)state;
    static const int statuses[] = {401, 403};
    for (size_t i = 0; i < 2; i++) {
        const script_case row = {
            .purpose = MCPAUTH_FLOW_TOKEN,
            .settings = M2M AS "challenge_403=always\n",
            .stored = RECORD("m2m", FRESH),
            .challenge_status = statuses[i],
            .sent = RECORD("m2m", FRESH),
            WORKS,
        };
        script *world = script_open(&row);
        assert_int_equal(insist(world), MCPAUTH_E_REFUSED);
        assert_string_equal(script_steps(world), LOCKED GETS SAVED);
        script_close(world);
    }
}

static void a_person_is_refused_after_refresh_and_login_A_012_A_173(
    void **state)
{
    (void)state;
    const script_case row = {
        .purpose = MCPAUTH_FLOW_TOKEN,
        .person = true,
        .settings = APP AS "scope=a\n",
        .stored = RECORD("interactive", FRESH REFRESH ",'requested_scope':'a'"),
        .challenge_status = 401,
        .sent = RECORD("interactive", FRESH),
        .answers = {HAS_META(""), GRANTS(HOUR ",'refresh_token':'CANARY-r2'"),
            GRANTS(HOUR ",'refresh_token':'CANARY-r3'")},
        .redirects = {"code=CANARY-c&state=+"},
    };
    script *world = script_open(&row);
    assert_int_equal(insist(world), MCPAUTH_E_REFUSED);
    assert_string_equal(script_steps(world),
        LOCKED META "\n" RENEWAL SAVED LOCKED META "\n" ASKING
                    "listen any\nbrowse https://as.test/authorize "
                    "client_id=app redirect_uri=" URI " scope=a" RESOURCE
                    "\n" TOKEN " grant_type=authorization_code code=CANARY-c "
                    "redirect_uri=" URI " code_verifier=*" RESOURCE
                    " client_id=app\n" LOGGED_IN);
    script_assert_stored(world, "token refresh_token=CANARY-r3");
    script_close(world);
}

static void a_person_steps_up_until_nothing_is_new_A_163_A_164(void **state)
{
    (void)state;
    const script_case row = {
        .purpose = MCPAUTH_FLOW_TOKEN,
        .person = true,
        .settings = APP AS,
        .stored =
            RECORD("interactive", FRESH ",'requested_scope':'a','scope':'a'"),
        .challenge_status = 403,
        .challenge = "Bearer error=\"insufficient_scope\", scope=\"b\"",
        .sent = RECORD("interactive", ",'requested_scope':'a','scope':'a'"),
        .answers = {HAS_META(""), GRANTS(HOUR ",'scope':'a'")},
        .redirects = {"code=CANARY-c&state=+", "code=CANARY-c&state=+"},
    };
    script *world = script_open(&row);
    assert_int_equal(insist(world), MCPAUTH_E_REFUSED);
    const char *first = strstr(script_steps(world), "browse");
    assert_non_null(first);
    assert_null(strstr(first + 1, "browse"));
    assert_non_null(strstr(script_message(world), "grants less scope"));
    script_close(world);
}

/* A server that finds new scope to want every time, granted or not. */
static void ever_more_scope_ends_after_two_step_ups_A_163_S_034(void **state)
{
    (void)state;
    const script_case row = {
        .purpose = MCPAUTH_FLOW_TOKEN,
        .person = true,
        .settings = APP AS,
        .stored = RECORD("interactive", FRESH ",'scope':'s0'"),
        .challenge_status = 403,
        .sent = RECORD("interactive", FRESH ",'scope':'s0'"),
        .answers = {HAS_META(""), GRANTS(HOUR)},
        .redirects = {"code=CANARY-c&state=+", "code=CANARY-c&state=+",
            "code=CANARY-c&state=+", "code=CANARY-c&state=+"},
    };
    script *world = script_open(&row);
    mcpauth_status st = MCPAUTH_OK;
    for (int i = 1; !st && i < 9; i++) {
        char challenge[128];
        snprintf(challenge, sizeof challenge,
            "Bearer error=\"insufficient_scope\", scope=\"s%d\"", i);
        script_set_challenge(world, challenge);
        st = script_play(world);
        script_send_again(world);
    }
    assert_int_equal(st, MCPAUTH_E_REFUSED);
    assert_non_null(strstr(script_message(world), "keeps asking for more"));
    assert_int_equal(count_lines(world, "browse "), 2);
    script_assert_stored(world, "token requested_scope=s2 s1 s0");
    script_close(world);
}

/* Servers that refuse whatever they are asked, in every way they can. */
static void play_refusers(
    const char *token, const char *registration, const char *redirect)
{
    char token_body[128];
    char registration_body[128];
    snprintf(token_body, sizeof token_body, "{'error':'%s'}", token);
    snprintf(registration_body, sizeof registration_body, "{'%s':'%s'}",
        registration ? "error" : "client_id",
        registration ? registration : "two");
    const script_case row = {
        .purpose = MCPAUTH_FLOW_TOKEN,
        .person = true,
        .settings = SERVER AS,
        .stored =
            "{'version':1,'token':" RECORD_TOKEN("interactive", FRESH REFRESH
                ",'requested_scope':'a','scope':'a'") ","
                                                      "'clients':{'https://"
                                                      "as.test':{'client_id':'"
                                                      "app'}}}",
        .challenge_status = 401,
        .challenge = "Bearer scope=\"b\"",
        .sent = RECORD("interactive", FRESH ",'scope':'a'"),
        .answers = {HAS_META(CAN_REGISTER ",'scopes_supported':["
                                          "'offline_access']"),
            {TOKEN, 400, token_body},
            {REGISTER, registration ? 400 : 201, registration_body}},
        .redirects = {redirect, redirect, redirect, redirect},
    };
    script *world = script_open(&row);
    assert_int_not_equal(insist(world), MCPAUTH_OK);
    assert_true(count_lines(world, "POST https://as.test/token grant_type="
                                   "refresh_token") <= 1);
    assert_true(count_lines(world, "browse ") <= 3);
    assert_true(count_lines(world, REGISTER) <= 3);
    assert_true(count_lines(world, TOKEN) <= 4);
    script_close(world);
}

static void whoever_refuses_the_end_comes_S_033_A_012_A_078(void **state)
{
    (void)state;
    static const char *const tokens[] = {"invalid_grant", "invalid_client",
        "invalid_scope", "invalid_target", "unauthorized_client"};
    static const char *const registrations[] = {
        NULL, "invalid_redirect_uri", "invalid_client_metadata"};
    static const char *const redirects[] = {"code=CANARY-c&state=+",
        "error=invalid_scope&state=+", "error=invalid_client&state=+",
        "error=access_denied&state=+"};
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++)
        for (size_t j = 0; j < sizeof registrations / sizeof *registrations;
             j++)
            for (size_t k = 0; k < sizeof redirects / sizeof *redirects; k++)
                play_refusers(tokens[i], registrations[j], redirects[k]);
}

static void a_token_of_no_lifetime_is_fetched_once_a_use_S_019(void **state)
{
    (void)state;
    const script_case row = {.settings = M2M AS,
        .answers = {HAS_META(""), GRANTS(",'expires_in':0")}};
    script *world = script_open(&row);
    for (int i = 0; i < 3; i++) {
        script_clear(world);
        assert_int_equal(script_play(world), MCPAUTH_OK);
        assert_string_equal(script_steps(world), LOCKED GETS SAVED);
    }
    script_close(world);
}

static void a_clock_set_back_or_ahead_costs_one_token_S_019(void **state)
{
    (void)state;
    const script_case row = {.settings = M2M AS, WORKS};
    static const struct {
        int64_t now_ms;
        bool asks;
    } rows[] = {
        {SCRIPT_NOW, true},
        {SCRIPT_NOW - INT64_C(86400000) * 400, false},
        {SCRIPT_NOW + HOUR_MS, true},
        {SCRIPT_NOW + INT64_C(86400000) * 400, true},
        {SCRIPT_NOW + INT64_C(86400000) * 400, false},
        {SCRIPT_NOW, false},
    };
    script *world = script_open(&row);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        script_clear(world);
        script_set_now(world, rows[i].now_ms);
        assert_int_equal(script_play(world), MCPAUTH_OK);
        assert_int_equal(
            strstr(script_steps(world), TOKEN) != NULL, rows[i].asks);
    }
    script_close(world);
}

static void a_login_stays_put_by_the_next_run_seed_31(void **state)
{
    (void)state;
    const script_case row = {
        .purpose = MCPAUTH_FLOW_LOGIN,
        .person = true,
        .settings = SERVER,
        .redirects = {"code=CANARY-c&state=+"},
        .answers = {HAS_PRM(""), HAS_META(CAN_REGISTER),
            {REGISTER, 201, "{'client_id':'app'}"}, GRANTS(HOUR REFRESH)},
    };
    script *world = script_open(&row);
    assert_int_equal(script_play(world), MCPAUTH_OK);
    char *stored = strdup(script_stored(world));
    script_close(world);

    const script_case next = {.settings = SERVER,
        .stored = stored,
        .answers = {HAS_META(CAN_REGISTER), GRANTS(HOUR)}};
    world = script_open(&next);
    assert_int_equal(script_play(world), MCPAUTH_OK);
    assert_string_equal(script_steps(world), "load\ndone CANARY-a2\n");
    script_clear(world);
    script_set_now(world, SCRIPT_NOW + HOUR_MS);
    assert_int_equal(script_play(world), MCPAUTH_OK);
    assert_string_equal(script_steps(world), LOCKED META "\n" RENEWAL SAVED);
    script_close(world);
    free(stored);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_lifetimes_without_a_failed_call_seed_46),
        cmocka_unit_test(each_refresh_sends_the_token_of_the_one_before_A_153),
        cmocka_unit_test(
            a_machine_is_refused_after_one_more_token_seed_04_A_012),
        cmocka_unit_test(
            a_person_is_refused_after_refresh_and_login_A_012_A_173),
        cmocka_unit_test(a_person_steps_up_until_nothing_is_new_A_163_A_164),
        cmocka_unit_test(ever_more_scope_ends_after_two_step_ups_A_163_S_034),
        cmocka_unit_test(whoever_refuses_the_end_comes_S_033_A_012_A_078),
        cmocka_unit_test(a_token_of_no_lifetime_is_fetched_once_a_use_S_019),
        cmocka_unit_test(a_clock_set_back_or_ahead_costs_one_token_S_019),
        cmocka_unit_test(a_login_stays_put_by_the_next_run_seed_31),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
