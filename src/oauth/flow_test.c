/* flow_test.c - the record, the clock, and answers nobody asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "places.h"
#include "script.h"

#define MACHINE_ASKS MACHINE RESOURCE
#define GETS         META "\n" MACHINE_ASKS "\n"
#define WORKS        .answers = {HAS_META(""), GRANTS(HOUR)}
#define USED         "load\ndone CANARY-a1\n"
#define TOOK         "token access_token=CANARY-a2"
#define UNTIL(obtained, expires)                                               \
    ",'obtained_at_ms':" obtained ",'expires_at_ms':" expires

static const script_case cases[] = {
    {.name = "a token of no known issuer is not used, nor its refresh token: "
             "A-082",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = SERVER "client_id=app\n",
        .stored = "{'version':1,'token':{'access_token':'CANARY-a1',"
                  "'token_type':'Bearer','mode':'interactive','client_id':"
                  "'app','resource':'https://mcp.test/mcp'" REFRESH FRESH "}}",
        .answers = {HAS_PRM(""), HAS_META("")},
        .steps = LOCKED PRM "\n" META "\n" FAILED("E_LOGIN_REQUIRED"),
        .status = MCPAUTH_E_LOGIN_REQUIRED,
        .logs = "obtained with other settings; not used"},

    /* --- what is stored is used ----------------------------------------------
     */

    {.name = "a fresh token costs one look: seed-31 S-069",
        .settings = M2M AS,
        .stored = RECORD("m2m", FRESH),
        .steps = USED},
    {.name = "a token of unknown lifetime is used until it is refused: A-155",
        .settings = M2M AS,
        .stored = RECORD("m2m", ""),
        .steps = USED},
    {.name = "an expired token is never used: seed-12",
        .settings = M2M AS,
        .stored = RECORD("m2m", EXPIRED),
        WORKS,
        .steps = LOCKED GETS SAVED,
        .after = TOOK},
    {.name = "a token is renewed a minute early: seed-12 A-155",
        .settings = M2M AS,
        .stored = RECORD("m2m", UNTIL("1699990000000", "1700000060000")),
        WORKS,
        .steps = LOCKED GETS SAVED,
        .after = TOOK},
    {.name = "a token with more than a minute left is used: A-155",
        .settings = M2M AS,
        .stored = RECORD("m2m", UNTIL("1699990000000", "1700000060001")),
        .steps = USED},
    {.name = "a short token is renewed at half its life: A-155",
        .settings = M2M AS,
        .stored = RECORD("m2m", UNTIL("1699999990000", "1700000010001")),
        .steps = USED},
    {.name = "a short token past half its life is renewed: A-155",
        .settings = M2M AS,
        .stored = RECORD("m2m", UNTIL("1699999989999", "1700000010000")),
        WORKS,
        .steps = LOCKED GETS SAVED,
        .after = TOOK},
    {.name = "a token must last as long as it is needed",
        .settings = M2M AS,
        .min_valid_ms = 2600000,
        .stored = RECORD("m2m", FRESH),
        WORKS,
        .steps = LOCKED GETS SAVED,
        .after = TOOK},
    {.name = "a clock that was ahead and is right again: S-019",
        .settings = M2M AS,
        .stored = RECORD("m2m", UNTIL("1800000000000", "1800003600000")),
        .steps = USED},
    {.name = "no person, no machine, nothing known: nothing to attach: A-010",
        .settings = SERVER,
        .steps = "load\ndone nothing\n"},
    {.name = "a token that ended and cannot be renewed is not attached: "
             "A-010 A-151 seed-12",
        .settings = APP,
        .person = true,
        .stored = RECORD("interactive", EXPIRED),
        .steps = "load\ndone nothing\n"},

    /* --- what is stored does not fit -----------------------------------------
     */

    {.name = "a token of another issuer than the configured one: A-080 S-031",
        .settings = M2M "discovery_url=https://b.test\n",
        .stored = RECORD("m2m", FRESH),
        .answers = {{"GET https://b.test/.well-known/"
                     "oauth-authorization-server",
                        200,
                        "{'issuer':'https://b.test','token_endpoint':"
                        "'https://b.test/token'}"},
            {"POST https://b.test/token", 200, TOKEN_BODY("")}},
        .steps = LOCKED "GET https://b.test/.well-known/"
                        "oauth-authorization-server\n"
                        "POST https://b.test/token [Basic app:CANARY-s] "
                        "grant_type=client_credentials" RESOURCE "\n" SAVED,
        .logs = "obtained with other settings",
        .after = "token issuer=https://b.test\n"
                 "bindings app=https://b.test"},
    {.name = "a token of another client: A-080",
        .settings = SERVER AS "client_id=new\nclient_secret=CANARY-s\n",
        .stored = RECORD("m2m", FRESH),
        WORKS,
        .steps =
            LOCKED META "\n" TOKEN " [Basic new:CANARY-s] "
                        "grant_type=client_credentials" RESOURCE "\n" SAVED,
        .after = "token client_id=new"},
    {.name = "a person's token is no machine's: seed-13 seed-14",
        .settings = M2M AS,
        .stored = RECORD("interactive", FRESH REFRESH),
        WORKS,
        .steps = LOCKED GETS SAVED,
        .after = "token mode=m2m\ntoken refresh_token=-"},
    {.name = "a test user's token serves a person: seed-29",
        .settings = APP AS,
        .stored = RECORD("password", FRESH REFRESH),
        .steps = USED},
    {.name = "a machine's token is no person's: seed-14",
        .settings = APP,
        .stored = RECORD("m2m", FRESH),
        .steps = "load\ndone nothing\n"},
    {.name = "a machine's token of more scope than is named now: A-142",
        .settings = M2M AS "scope=a\n",
        .stored = RECORD("m2m", FRESH ",'requested_scope':'a b'"),
        WORKS,
        .steps = LOCKED META "\n" TOKEN " [Basic app:CANARY-s] "
                             "grant_type=client_credentials scope=a" RESOURCE
                             "\n" SAVED,
        .after = "token requested_scope=a"},
    {.name = "a machine's token of the same scope in other order: A-143",
        .settings = M2M AS "scope=b a\n",
        .stored = RECORD("m2m", FRESH ",'requested_scope':'a b','scope':'a'"),
        .steps = USED},
    {.name = "a person's token of more scope than is named now: A-142",
        .settings = APP AS "scope=a\n",
        .stored = RECORD("interactive", FRESH ",'requested_scope':'a b'"),
        .steps = USED},
    {.name = "a person's token of less scope than is named now: A-142",
        .settings = APP AS "scope=a c\n",
        .stored =
            RECORD("interactive", FRESH REFRESH ",'requested_scope':'a b'"),
        .answers = {HAS_META("")},
        .steps = LOCKED META "\n" FAILED("E_LOGIN_REQUIRED"),
        .status = MCPAUTH_E_LOGIN_REQUIRED},
    {.name = "a token for another resource of the server: A-133 S-028",
        .settings = M2M AS,
        .stored = "{'version':1,'token':{'access_token':'CANARY-a1','mode':"
                  "'m2m','issuer':'https://as.test','client_id':'app',"
                  "'resource':'https://mcp.test/other'}}",
        WORKS,
        .steps = LOCKED GETS SAVED,
        .after = TOOK},
    {.name = "a token for no resource at all: A-133 S-028",
        .settings = M2M AS,
        .stored = "{'version':1,'token':{'access_token':'CANARY-a1','mode':"
                  "'m2m','issuer':'https://as.test','client_id':'app'}}",
        WORKS,
        .steps = LOCKED GETS SAVED,
        .after = TOOK},

    /* --- the store is out of order -------------------------------------------
     */

    {.name = "members of a newer version stay: S-051",
        .settings = M2M AS,
        .stored = "{'version':1,'future':{'x':'y'},'token':" RECORD_TOKEN(
            "m2m", EXPIRED) "}",
        WORKS,
        .steps = LOCKED GETS SAVED,
        .after = "future x=y\n" TOOK},
    {.name = "a record of a later version is left alone: S-051",
        .settings = M2M AS,
        .stored = "{'version':2}",
        .steps = "load\nE_STORE\n",
        .status = MCPAUTH_E_STORE,
        .says = "use the newer mcpauth"},
    {.name = "a record that is none counts as none: S-045",
        .settings = M2M AS,
        .stored = "[[[[[[",
        WORKS,
        .steps = LOCKED GETS SAVED,
        .logs = "is not readable; going on without it",
        .after = TOOK},
    {.name = "a store that cannot be read is gone on without: S-046",
        .settings = M2M AS,
        .loads = "f",
        WORKS,
        .steps = "load failed\nlock\nload failed\n" GETS SAVED,
        .logs = "cannot be read",
        .after = TOOK},
    {.name = "a store opened with a wrong key is not gone on without: S-045",
        .settings = M2M AS,
        .loads = "u",
        .steps = "load failed\nE_USAGE\n",
        .status = MCPAUTH_E_USAGE},
    {.name = "nor once the lock is taken: S-045",
        .settings = M2M AS,
        .loads = "su",
        .steps = "load\nlock\nload failed\nunlock\nE_USAGE\n",
        .status = MCPAUTH_E_USAGE},
    {.name = "without a lock that should be there none is renewed: S-050",
        .settings = APP,
        .stored = RECORD("interactive", EXPIRED REFRESH),
        .locks = "f",
        .answers = {HAS_META("")},
        .steps = "load\nlock failed\nload\n" META "\nE_STORE\n",
        .status = MCPAUTH_E_STORE,
        .says = "the login is not lost"},
    {.name = "nor one that was read only then: S-050",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = APP,
        .stored = RECORD("interactive", EXPIRED REFRESH),
        .loads = "fs",
        .locks = "f",
        .answers = {HAS_META("")},
        .steps = "load failed\nlock failed\nload\n" META "\nE_STORE\n",
        .status = MCPAUTH_E_STORE},
    {.name = "a token that costs nothing is fetched all the same: S-050",
        .settings = M2M AS,
        .locks = "f",
        .saves = "f",
        WORKS,
        .steps =
            "load\nlock failed\nload\n" GETS "save failed\ndone CANARY-a2\n"},
    {.name = "nobody logs in for what cannot be read: S-050",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = APP AS,
        .person = true,
        .loads = "f",
        .locks = "f",
        .answers = {HAS_META("")},
        .steps = "load failed\nlock failed\nload failed\n" META "\nE_STORE\n",
        .status = MCPAUTH_E_STORE,
        .says = "cannot be read"},
    {.name = "a token that cannot be saved is used: S-046",
        .settings = M2M AS,
        .saves = "f",
        WORKS,
        .steps = LOCKED GETS "save failed\nunlock\ndone CANARY-a2\n",
        .logs = "0 store: the record could not be saved"},

    /* --- a challenge ---------------------------------------------------------
     */

    {.name = "a refused token is not taken for a fresh one: A-173 S-042",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M AS,
        .stored = RECORD("m2m", FRESH),
        .challenge_status = 401,
        .sent = RECORD("m2m", FRESH),
        WORKS,
        .steps = LOCKED GETS SAVED,
        .after = TOOK},
    {.name = "another token than the refused one is used: S-041 S-042",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M AS,
        .stored = RECORD("m2m", FRESH),
        .challenge_status = 401,
        .sent = "{'version':1,'token':{'access_token':'CANARY-old'}}",
        .steps = USED},
    {.name = "a 403 that is a challenge: a new token: seed-02 seed-49 A-011",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M AS "challenge_403=always\n",
        .stored = RECORD("m2m", FRESH),
        .challenge_status = 403,
        .sent = RECORD("m2m", FRESH),
        WORKS,
        .steps = LOCKED GETS SAVED,
        .after = TOOK},
    {.name = "a 403 that is none: nothing is asked: seed-49 A-011",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M AS,
        .stored = RECORD("m2m", FRESH),
        .challenge_status = 403,
        .sent = RECORD("m2m", FRESH),
        .steps = "",
        .status = MCPAUTH_E_REFUSED,
        .says = "the MCP server answered 403: forbidden"},
    {.name = "a machine never steps up: A-160 S-034",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M AS,
        .stored = RECORD("m2m", FRESH),
        .challenge_status = 403,
        .challenge = "Bearer error=\"insufficient_scope\", scope=\"b\"",
        .sent = RECORD("m2m", FRESH),
        .steps = "",
        .status = MCPAUTH_E_REFUSED,
        .says = "never widened silently"},
    {.name = "a challenge is answered whatever the flow was for: A-010",
        .purpose = MCPAUTH_FLOW_ATTACH,
        .settings = M2M,
        .challenge_status = 401,
        .answers = {HAS_PRM(""), HAS_META(""), GRANTS("")},
        .steps = LOCKED PRM "\n" GETS SAVED,
        .after = TOOK},
    {.name = "a challenge without token uses what is stored: A-010",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M,
        .stored = RECORD("m2m", FRESH),
        .challenge_status = 401,
        .steps = USED},
};

/* --- answers out of turn ---------------------------------------------------
 */

static mcpauth_config *make_config(void)
{
    mcpauth_config *config = mcpauth_config_new();
    assert_int_equal(
        mcpauth_config_set(config, "server", "https://mcp.test/mcp", NULL),
        MCPAUTH_OK);
    return config;
}

static void only_the_answer_that_was_asked_for_is_taken(void **state)
{
    (void)state;
    mcpauth_config *config = make_config();
    mcpauth_flow *flow = NULL;
    mcpauth_error *err = mcpauth_error_new();
    const mcpauth_answer answer = {.http_status = 200, .body = ""};
    const mcpauth_record nothing = {0};
    assert_int_equal(
        mcpauth_flow_new(config, MCPAUTH_FLOW_TOKEN, &flow, NULL), MCPAUTH_OK);
    /* Not even the right one, before next asked. */
    const mcpauth_lock locked = {.answer = MCPAUTH_LOCKED};
    assert_int_equal(mcpauth_flow_loaded(flow, MCPAUTH_OK, &nothing, NULL, err),
        MCPAUTH_E_STATE);
    const mcpauth_step *step = NULL;
    assert_int_equal(mcpauth_flow_next(flow, 0, &step, err), MCPAUTH_OK);
    const mcpauth_status wrong[] = {
        mcpauth_flow_locked(flow, &locked, err),
        mcpauth_flow_unlocked(flow, err),
        mcpauth_flow_fetched(flow, MCPAUTH_OK, &answer, NULL, err),
        mcpauth_flow_listening(flow, MCPAUTH_OK, "http://x", NULL, err),
        mcpauth_flow_redirected(flow, "code=x", err),
        mcpauth_flow_redirect_failed(flow, MCPAUTH_E_TIMEOUT, NULL, err),
        mcpauth_flow_waited(flow, err),
        mcpauth_flow_saved(flow, MCPAUTH_OK, MCPAUTH_SAVED, 1, NULL, err),
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(wrong[i], MCPAUTH_E_STATE);
    assert_non_null(strstr(mcpauth_error_message(err), "\"record\""));
    assert_int_equal(mcpauth_flow_next(flow, 0, &step, err), MCPAUTH_OK);
    assert_int_equal(step->kind, MCPAUTH_STEP_LOAD);
    mcpauth_flow_free(flow);
    mcpauth_error_free(err);
    mcpauth_config_free(config);
}

static void a_flow_needs_a_server(void **state)
{
    (void)state;
    mcpauth_config *config = mcpauth_config_new();
    mcpauth_flow *flow = NULL;
    assert_int_equal(mcpauth_flow_new(config, MCPAUTH_FLOW_TOKEN, &flow, NULL),
        MCPAUTH_E_USAGE);
    assert_null(flow);
    mcpauth_flow_free(NULL);
    mcpauth_config_free(config);
}

static void the_end_stays_the_end(void **state)
{
    (void)state;
    mcpauth_config *config = make_config();
    mcpauth_flow *flow = NULL;
    assert_int_equal(
        mcpauth_flow_new(config, MCPAUTH_FLOW_ATTACH, &flow, NULL), MCPAUTH_OK);
    const mcpauth_step *step = NULL;
    assert_int_equal(mcpauth_flow_next(flow, 0, &step, NULL), MCPAUTH_OK);
    assert_int_equal(
        mcpauth_flow_loaded(flow, MCPAUTH_OK, NULL, NULL, NULL), MCPAUTH_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(mcpauth_flow_next(flow, 0, &step, NULL), MCPAUTH_OK);
        assert_int_equal(step->kind, MCPAUTH_STEP_DONE);
        assert_null(step->token);
    }
    assert_int_equal(mcpauth_flow_waited(flow, NULL), MCPAUTH_E_STATE);
    mcpauth_flow_free(flow);
    mcpauth_config_free(config);
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(only_the_answer_that_was_asked_for_is_taken),
        cmocka_unit_test(a_flow_needs_a_server),
        cmocka_unit_test(the_end_stays_the_end),
    };
    return script_main("flow", cases, sizeof cases / sizeof *cases, others,
        sizeof others / sizeof *others);
}
