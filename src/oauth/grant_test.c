/* grant_test.c - which grant, which scope, which client, and what follows from
 * the token endpoint's answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "oauth/config.h"
#include "oauth/passwordgrant.h"
#include "places.h"
#include "script.h"

#define RESOURCE " resource=https://mcp.test/mcp"
#define MACHINE  TOKEN " [Basic app:CANARY-s] grant_type=client_credentials"
#define RENEWAL_LINE                                                           \
    TOKEN " grant_type=refresh_token refresh_token=CANARY-r1" RESOURCE         \
          " client_id=app"
#define RENEWAL  RENEWAL_LINE "\n"
#define LISTENED "listen any\n"
#define REDIRECT " redirect_uri=http://127.0.0.1:49152/callback"
#define BROWSE   "browse https://as.test/authorize client_id=app" REDIRECT
#define CODE                                                                   \
    TOKEN " grant_type=authorization_code code=CANARY-c" REDIRECT              \
          " code_verifier=*" RESOURCE " client_id=app\n"
#define PERSON .person = true, .redirects = {"code=CANARY-c&state=+"}
#define DUE    .settings = APP, .stored = RECORD("interactive", REFRESH EXPIRED)
#define SENT_AGAIN                                                             \
    .purpose = MCPAUTH_FLOW_TOKEN, .challenge_status = 401,                    \
    .sent = RECORD("m2m", "")

static const script_case cases[] = {
    /* --- machine to machine --------------------------------------------------
     */

    {.name = "a machine's token: seed-05 seed-07 seed-13 seed-35 A-130",
        .settings = M2M AS,
        .answers = {HAS_META(""), GRANTS(HOUR)},
        .steps = LOCKED META "\n" MACHINE RESOURCE "\n" SAVED,
        .logs = "got a token (client_credentials), good for 3600 s",
        .after = "token mode=m2m\ntoken scope=-\ntoken requested_scope=-\n"
                 "token expires_at_ms=1700003600000\n"
                 "token obtained_at_ms=1700000000000\ntoken client_id=app"},
    {.name = "a machine's scope is sent as it is written: seed-07 seed-16",
        .settings = M2M AS "scope=mcp-server/read mcp-server/write\n",
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOCKED META "\n" MACHINE
                             " scope=mcp-server/read mcp-server/write" RESOURCE
                             "\n" SAVED,
        .after = "token requested_scope=mcp-server/read mcp-server/write\n"
                 "token scope=mcp-server/read mcp-server/write"},
    {.name = "the secret in the body, when that is configured: seed-06 A-121",
        .settings = M2M AS "token_endpoint_auth_method=client_secret_post\n",
        .answers = {HAS_META(""), GRANTS("")},
        .steps =
            LOCKED META "\n" TOKEN " grant_type=client_credentials" RESOURCE
                        " client_id=app client_secret=CANARY-s\n" SAVED,
        .after = "token access_token=CANARY-a2"},
    {.name = "the secret in the body, when only that is listed: A-121",
        .settings = M2M AS,
        .answers = {HAS_META(",'token_endpoint_auth_methods_supported':"
                             "['client_secret_post']"),
            GRANTS("")},
        .steps =
            LOCKED META "\n" TOKEN " grant_type=client_credentials" RESOURCE
                        " client_id=app client_secret=CANARY-s\n" SAVED,
        .after = "token access_token=CANARY-a2"},
    {.name = "no method that we have: A-121",
        .settings = M2M AS,
        .answers = {HAS_META(
            ",'token_endpoint_auth_methods_supported':['tls_client_auth']")},
        .steps = LOCKED META "\n" FAILED("E_UNSUPPORTED"),
        .status = MCPAUTH_E_UNSUPPORTED},
    {.name = "a machine without secret: seed-13",
        .settings = APP AS "mode=m2m\n",
        .answers = {HAS_META("")},
        .steps = LOCKED META "\n" FAILED("E_USAGE"),
        .status = MCPAUTH_E_USAGE,
        .says = "missing: OAUTH_CLIENT_SECRET"},
    {.name = "a machine without client id: seed-19",
        .settings = SERVER AS "client_secret=CANARY-s\n",
        .answers = {HAS_META(CAN_REGISTER)},
        .steps = LOCKED META "\n" FAILED("E_USAGE"),
        .status = MCPAUTH_E_USAGE,
        .says = "missing: OAUTH_CLIENT_ID"},
    {.name = "a machine never refreshes: seed-08 A-185",
        .settings = M2M,
        .stored = RECORD("m2m", REFRESH EXPIRED),
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOCKED META "\n" MACHINE RESOURCE "\n" SAVED,
        .after = "token refresh_token=-"},
    {.name = "a machine's renewal asks for the same scope: A-140",
        .settings = M2M,
        .stored = RECORD("m2m", EXPIRED ",'requested_scope':'a b','scope':'a'"),
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOCKED META "\n" MACHINE " scope=a b" RESOURCE "\n" SAVED,
        .after = "token requested_scope=a b"},
    {.name = "a bare 401 changes nothing about the scope: A-142",
        SENT_AGAIN,
        .settings = M2M AS,
        .stored = RECORD("m2m", FRESH ",'requested_scope':'a b','scope':'a'"),
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOCKED META "\n" MACHINE " scope=a b" RESOURCE "\n" SAVED,
        .after = "token requested_scope=a b"},
    {.name = "a login asks for what is wanted now: A-140",
        .purpose = MCPAUTH_FLOW_LOGIN,
        .settings = M2M AS,
        .stored = RECORD("m2m", FRESH ",'requested_scope':'a b','scope':'a'"),
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOCKED META "\n" MACHINE RESOURCE "\n" SAVED,
        .after = "token requested_scope=-"},
    {.name = "a secret and a person: a confidential client: seed-14",
        .settings = M2M AS "mode=interactive\nscope=a\n",
        PERSON,
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOCKED META
        "\n" LISTENED BROWSE " scope=a" RESOURCE "\n" TOKEN
        " [Basic app:CANARY-s] grant_type=authorization_code "
        "code=CANARY-c" REDIRECT " code_verifier=*" RESOURCE "\n" SAVED,
        .after = "token mode=interactive"},

    /* --- scope ---------------------------------------------------------------
     */

    {.name = "scope: the user's word wins: A-140",
        .settings = M2M "scope=mine\n",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .challenge_status = 401,
        .challenge = "Bearer scope=\"challenge\"",
        .answers = {HAS_PRM(",'scopes_supported':['prm']"), HAS_META(""),
            GRANTS("")},
        .steps =
            LOCKED PRM "\n" META "\n" MACHINE " scope=mine" RESOURCE "\n" SAVED,
        .after = "token requested_scope=mine"},
    {.name = "scope: then the challenge's: A-140 A-142",
        .settings = M2M,
        .purpose = MCPAUTH_FLOW_TOKEN,
        .challenge_status = 401,
        .challenge = "Bearer scope=\"challenge\"",
        .answers = {HAS_PRM(",'scopes_supported':['prm']"), HAS_META(""),
            GRANTS("")},
        .steps = LOCKED PRM "\n" META "\n" MACHINE " scope=challenge" RESOURCE
                            "\n" SAVED,
        .after = "token requested_scope=challenge"},
    {.name = "scope: then all of the resource's, each once: A-140 A-143",
        .settings = M2M,
        .purpose = MCPAUTH_FLOW_TOKEN,
        .challenge_status = 401,
        .answers = {HAS_PRM(",'scopes_supported':['b','a','b',3,'A']"),
            HAS_META(",'scopes_supported':['as','offline_access']"),
            GRANTS("")},
        .steps = LOCKED PRM "\n" META "\n" MACHINE " scope=b a A" RESOURCE
                            "\n" SAVED,
        .after = "token requested_scope=b a A"},
    {.name = "scope: an empty list names none: A-140 A-141",
        .settings = M2M,
        .purpose = MCPAUTH_FLOW_TOKEN,
        .challenge_status = 401,
        .answers = {HAS_PRM(",'scopes_supported':[]"),
            HAS_META(",'scopes_supported':['as']"), GRANTS("")},
        .steps = LOCKED PRM "\n" META "\n" MACHINE RESOURCE "\n" SAVED,
        .after = "token requested_scope=-"},
    {.name = "scope: a person's default beside a configured issuer: seed-17",
        .settings = APP AS,
        PERSON,
        .answers = {HAS_META(""), GRANTS("")},
        .steps =
            LOCKED META "\n" LISTENED BROWSE
                        " scope=openid email profile" RESOURCE "\n" CODE SAVED,
        .after = "token requested_scope=openid email profile"},
    {.name = "scope: a person's default by provider row: seed-15",
        .settings = APP AS "provider=cognito\nredirect_uri=http://127.0.0.1:"
                           "49152/callback\n",
        PERSON,
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOCKED META
        "\nlisten http://127.0.0.1:49152/callback\n" BROWSE
        " scope=openid email aws.cognito.signin.user.admin" RESOURCE
        "\n" CODE SAVED,
        .after = "token requested_scope=openid email "
                 "aws.cognito.signin.user.admin"},
    {.name = "scope: none known, none sent: A-100 A-140",
        .settings = APP,
        .purpose = MCPAUTH_FLOW_LOGIN,
        PERSON,
        .answers = {HAS_PRM(""),
            HAS_META(",'scopes_supported':["
                     "'offline_access']"),
            GRANTS("")},
        .steps =
            LOCKED PRM "\n" META "\n" LISTENED BROWSE RESOURCE "\n" CODE SAVED,
        .after = "token requested_scope=-"},
    {.name = "scope: offline_access where the server lists it: A-150",
        .settings = APP,
        .purpose = MCPAUTH_FLOW_LOGIN,
        PERSON,
        .answers = {HAS_PRM(",'scopes_supported':['a']"),
            HAS_META(",'scopes_supported':['offline_access']"), GRANTS("")},
        .steps = LOCKED PRM "\n" META "\n" LISTENED BROWSE
                            " scope=a offline_access" RESOURCE
                            " prompt=consent\n" CODE SAVED,
        .after = "token requested_scope=a offline_access"},
    {.name = "scope: no offline_access beside the user's words: A-150",
        .settings = APP "scope=a\n",
        .purpose = MCPAUTH_FLOW_LOGIN,
        PERSON,
        .answers = {HAS_PRM(""),
            HAS_META(",'scopes_supported':['offline_access']"), GRANTS("")},
        .steps = LOCKED PRM "\n" META "\n" LISTENED BROWSE " scope=a" RESOURCE
                            "\n" CODE SAVED,
        .after = "token requested_scope=a"},
    {.name = "scope: what was granted is stored: A-123",
        .settings = M2M AS "scope=a b\n",
        .answers = {HAS_META(""), GRANTS(",'scope':'a'")},
        .steps = LOCKED META "\n" MACHINE " scope=a b" RESOURCE "\n" SAVED,
        .after = "token requested_scope=a b\ntoken scope=a"},

    /* --- what is refused -----------------------------------------------------
     */

    {.name = "credentials follow no redirect: S-007 A-125",
        .settings = M2M AS,
        .answers = {HAS_META(""),
            {TOKEN, 307, "", "Location: https://evil.test/token"}},
        .steps = LOCKED META "\n" MACHINE RESOURCE "\n" FAILED("E_HTTP"),
        .status = MCPAUTH_E_HTTP,
        .says = "a redirect is never followed with credentials"},
    {.name = "a token of another type is not taken: S-032 A-123",
        .settings = M2M AS,
        .answers = {HAS_META(""),
            {TOKEN, 200, "{'access_token':'CANARY-a2','token_type':'DPoP'}"}},
        .steps = LOCKED META "\n" MACHINE RESOURCE "\n" FAILED("E_PROTOCOL"),
        .status = MCPAUTH_E_PROTOCOL,
        .says = "DPoP"},
    {.name = "the server's words and what to do: seed-41 seed-42 seed-43",
        .settings = M2M AS "provider=cognito\n",
        .answers = {HAS_META(""),
            {TOKEN, 400,
                "{'error':'unauthorized_client','error_description':'why'}"}},
        .steps = LOCKED META "\n" MACHINE "\n" FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "(unauthorized_client: \"why\") | allow the grant: `aws "
                "cognito-idp update-user-pool-client"},
    {.name = "a server that says our secrets back: S-054",
        .settings = M2M AS,
        .answers = {HAS_META(""),
            {TOKEN, 401,
                "{'error':'invalid_client','error_description':'CANARY-s or "
                "Basic YXBwOkNBTkFSWS1z or Q0FOQVJZLXM='}"}},
        .steps = LOCKED META "\n" MACHINE RESOURCE "\n" FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "\"[masked] or Basic [masked] or [masked]\""},
    {.name = "a server that says our refresh token back: S-054",
        DUE,
        .answers = {HAS_META(""),
            {TOKEN, 400,
                "{'error':'invalid_grant','error_description':"
                "'no CANARY-r1 here'}"}},
        .steps = LOCKED META "\n" RENEWAL "save\n" FAILED("E_LOGIN_REQUIRED"),
        .status = MCPAUTH_E_LOGIN_REQUIRED,
        .logs = "no [masked] here",
        .after = "token refresh_token=-"},
    {.name = "a code is sent once, whatever happens: A-116 A-124",
        .settings = APP AS "scope=a\n",
        PERSON,
        .answers = {HAS_META(""), {TOKEN, 503, "", "Retry-After: 1"},
            GRANTS("")},
        .steps = LOCKED META "\n" LISTENED BROWSE " scope=a" RESOURCE
                             "\n" CODE FAILED("E_HTTP"),
        .status = MCPAUTH_E_HTTP},
    {.name = "a code is sent once, though the line is cut: A-116 A-124",
        .settings = APP AS "scope=a\n",
        PERSON,
        .answers = {HAS_META(""), {TOKEN, .failure = MCPAUTH_E_NETWORK}},
        .steps = LOCKED META "\n" LISTENED BROWSE " scope=a" RESOURCE
                             "\n" CODE FAILED("E_NETWORK"),
        .status = MCPAUTH_E_NETWORK},

    /* --- lifetimes -----------------------------------------------------------
     */

    {.name = "expires_in 0 is used once: S-019",
        .settings = M2M AS,
        .answers = {HAS_META(""), GRANTS(",'expires_in':0")},
        .steps = LOCKED META "\n" MACHINE RESOURCE "\n" SAVED,
        .after = "token expires_at_ms=1700000000000"},
    {.name = "expires_in below 0 is used once: S-019",
        .settings = M2M AS,
        .answers = {HAS_META(""), GRANTS(",'expires_in':-3600")},
        .steps = LOCKED META "\n" MACHINE RESOURCE "\n" SAVED,
        .after = "token expires_at_ms=1700000000000"},
    {.name = "expires_in as a text: S-019 A-123",
        .settings = M2M AS,
        .answers = {HAS_META(""), GRANTS(",'expires_in':'3600'")},
        .steps = LOCKED META "\n" MACHINE RESOURCE "\n" SAVED,
        .after = "token expires_at_ms=1700003600000"},
    {.name = "expires_in beyond belief: S-019",
        .settings = M2M AS,
        .answers = {HAS_META(""), GRANTS(",'expires_in':1e300")},
        .steps = LOCKED META "\n" MACHINE RESOURCE "\n" SAVED,
        .after = "token expires_at_ms=2015619200000"},
    {.name = "expires_in absent: S-019 A-155",
        .settings = M2M AS,
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOCKED META "\n" MACHINE RESOURCE "\n" SAVED,
        .logs = "of unknown lifetime",
        .after = "token expires_at_ms=-"},

    /* --- step-up -------------------------------------------------------------
     */

    {.name = "a step-up asks for all that was asked for, and more: A-161 A-162",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = APP,
        PERSON,
        .stored = RECORD("interactive",
            REFRESH FRESH ",'requested_scope':'a b','scope':'a g'"),
        .challenge_status = 403,
        .challenge = "Bearer error=\"insufficient_scope\", scope=\"c a\"",
        .sent = RECORD("interactive", ",'scope':'a g'"),
        .answers = {HAS_PRM(",'scopes_supported':['p']"), HAS_META(""),
            GRANTS("")},
        .steps = LOCKED PRM "\n" META "\n" LISTENED BROWSE
                            " scope=c a b g" RESOURCE "\n" CODE SAVED,
        .after = "token requested_scope=c a b g"},
    {.name = "a step-up that names nothing takes the resource's: A-161",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = APP,
        PERSON,
        .stored =
            RECORD("interactive", FRESH ",'requested_scope':'a','scope':'a'"),
        .challenge_status = 403,
        .challenge = "Bearer error=\"insufficient_scope\"",
        .sent = RECORD("interactive", ",'scope':'a'"),
        .answers = {HAS_PRM(",'scopes_supported':['a','p']"), HAS_META(""),
            GRANTS("")},
        .steps = LOCKED PRM "\n" META "\n" LISTENED BROWSE " scope=a p" RESOURCE
                            "\n" CODE SAVED,
        .after = "token requested_scope=a p"},
    {.name = "a step-up with nothing new ends before the browser: A-161",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = APP,
        PERSON,
        .stored = RECORD(
            "interactive", FRESH ",'requested_scope':'a p','scope':'a p'"),
        .challenge_status = 403,
        .challenge = "Bearer error=\"insufficient_scope\"",
        .sent = RECORD("interactive", ",'scope':'a p'"),
        .answers = {HAS_PRM(",'scopes_supported':['p']"), HAS_META("")},
        .steps = LOCKED PRM "\n" META "\n" FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "wants more scope than \"p a\" and does not say which"},
    {.name = "a step-up goes beyond the user's words: A-161",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = APP AS "scope=a\n",
        PERSON,
        .stored =
            RECORD("interactive", FRESH ",'requested_scope':'a','scope':'a'"),
        .challenge_status = 403,
        .challenge = "Bearer error=\"insufficient_scope\", scope=\"b\"",
        .sent = RECORD("interactive", ",'scope':'a'"),
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOCKED META "\n" LISTENED BROWSE " scope=a b" RESOURCE
                             "\n" CODE SAVED,
        .after = "token requested_scope=a b"},
    {.name = "a step-up wants more than can be asked for: S-034",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = APP AS,
        PERSON,
        .stored = RECORD("interactive", FRESH),
        .challenge_status = 403,
        .challenge =
            "Bearer error=\"insufficient_scope\", scope=\"1 2 3 4 5 6 7 8 9 10 "
            "11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 "
            "33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 "
            "55 56 57 58 59 60 61 62 63 64 65\"",
        .sent = RECORD("interactive", ""),
        .answers = {HAS_META("")},
        .steps = LOCKED META "\n" FAILED("E_LIMIT"),
        .status = MCPAUTH_E_LIMIT,
        .says = "more scopes than can be asked for"},
};

/* --- the resource parameter ------------------------------------------------
 */

/* What each row means under each policy, by grant. */
static void resource_is_sent_as_policy_and_row_say_seed_50(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        const char *policy;
        bool login, refresh, machine;
    } rows[] = {
        {"standard", "auto", true, true, true},
        {"standard", "always", true, true, true},
        {"standard", "never", false, false, false},
        {"cognito", "auto", true, true, false},
        {"cognito", "always", true, true, true},
        {"cognito", "never", false, false, false},
        {"entra", "auto", false, false, false},
        {"entra", "always", true, true, true},
        {"entra", "never", false, false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const bool wanted[] = {rows[i].login, rows[i].refresh, rows[i].machine};
        for (size_t grant = 0; grant < 3; grant++) {
            char settings[512];
            snprintf(settings, sizeof settings,
                APP AS "provider=%s\nresource_policy=%s\nscope=a\n%s",
                rows[i].row, rows[i].policy,
                grant == 2 ? "client_secret=CANARY-s\n" : "");
            const script_case row = {
                PERSON,
                .settings = settings,
                .stored = grant == 1 ? RECORD("interactive", REFRESH EXPIRED
                                           ",'requested_scope':'a'")
                                     : NULL,
                .answers = {HAS_META(""), GRANTS("")},
            };
            script *world = script_open(&row);
            assert_int_equal(script_play(world), MCPAUTH_OK);
            const char *sent = script_steps(world);
            int count = 0;
            while ((sent = strstr(sent, RESOURCE)) != NULL && ++count)
                sent++;
            /* A login carries it twice: to the browser and with the code. */
            assert_int_equal(count, wanted[grant] ? (grant ? 1 : 2) : 0);
            script_close(world);
        }
    }
}

/* --- a test user -----------------------------------------------------------
 */

static mcpauth_status write_login(const mcpauth_config *config,
    const char *issuer, ma_request *request, mcpauth_error *err)
{
    assert_string_equal(issuer, "https://as.test");
    mcpauth_status st =
        ma_request_post(request, "https://as.test/", "text/plain", err);
    ma_buf_addf(
        &request->body, "%s", ma_config_text(config, MA_CONFIG_USERNAME));
    return st;
}

static mcpauth_status parse_login(
    int http_status, ma_span body, ma_tokenanswer *out, mcpauth_error *err)
{
    return ma_tokenanswer_parse(http_status, NULL, body, out, err);
}

static const ma_password_grant password_grant = {write_login, parse_login};

static const script_case password_case = {
    .settings = APP AS "mode=password\nusername=u\npassword=CANARY-p\n",
    .answers =
        {
            {META, 200, "{'issuer':'https://as.test'}"},
            {"POST https://as.test/", 200,
                TOKEN_BODY(HOUR ",'refresh_token':'CANARY-r2'")},
            {"POST https://as.test/", 400,
                "{'error':'NotAuthorized','error_description':"
                "'not CANARY-p'}"},
        },
};

static void a_test_user_logs_in_without_token_endpoint_seed_29(void **state)
{
    (void)state;
    script *world = script_open(&password_case);
    ma_config_set_password_grant(script_config(world), &password_grant);
    assert_int_equal(script_play(world), MCPAUTH_OK);
    assert_string_equal(script_steps(world),
        LOCKED META "\nPOST https://as.test/ (text/plain) u\n" SAVED);
    script_assert_stored(
        world, "token mode=password\ntoken refresh_token=CANARY-r2");
    script_clear(world);
    assert_int_equal(
        script_play_purpose(world, MCPAUTH_FLOW_LOGIN), MCPAUTH_E_REFUSED);
    assert_non_null(strstr(script_message(world), "not [masked]"));
    script_close(world);
}

static void a_test_user_needs_someone_who_can_seed_29(void **state)
{
    (void)state;
    script *world = script_open(&password_case);
    assert_int_equal(script_play(world), MCPAUTH_E_UNSUPPORTED);
    ma_config_set_password_grant(script_config(world), &password_grant);
    assert_int_equal(
        mcpauth_config_set(script_config(world), "password", "", NULL),
        MCPAUTH_OK);
    assert_int_equal(script_play(world), MCPAUTH_E_USAGE);
    assert_non_null(strstr(script_message(world), "OAUTH_TEST_PASSWORD"));
    script_close(world);
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(resource_is_sent_as_policy_and_row_say_seed_50),
        cmocka_unit_test(a_test_user_logs_in_without_token_endpoint_seed_29),
        cmocka_unit_test(a_test_user_needs_someone_who_can_seed_29),
    };
    return script_main("grant", cases, sizeof cases / sizeof *cases, others,
        sizeof others / sizeof *others);
}
