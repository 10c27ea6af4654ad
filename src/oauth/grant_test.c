/* grant_test.c - the token request, and what follows from its answer. */
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

#define TLS_TOKEN "POST https://tls.as.test/token [certificate]"
#define BINDS     ",'tls_client_certificate_bound_access_tokens':true"
#define OWN       "certificate_file=/own.pem\n"
#define KEYS      ",'token_endpoint_auth_methods_supported':['private_key_jwt']"

static const script_case cases[] = {
    /* --- machine to machine --------------------------------------------------
     */

    {.name = "a machine's token: seed-05 seed-07 seed-13 seed-35 A-130",
        .settings = M2M AS,
        .answers = {HAS_META(""), GRANTS(HOUR)},
        .steps = LOCKED META "\n" MACHINE RESOURCE "\n" SAVED,
        .logs = "got a token (client_credentials), good for 3600 s",
        .after = "token mode=m2m\ntoken scope=-\ntoken requested_scope=-\n"
                 "token assertion_alg=-\ntoken assertion_audience=-\n"
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
        .status = MCPAUTH_E_UNSUPPORTED,
        .says = "set token_endpoint_auth_method to tls_client_auth"},
    {.name = "a machine with a key signs who it is: A-121 A-182 A-183",
        .settings = APP KEY AS,
        .answers = {HAS_META(KEYS ",'token_endpoint_auth_signing_alg_values_"
                                  "supported':['RS256','ES256']"),
            GRANTS(HOUR)},
        .steps = LOCKED META
        "\n" TOKEN " grant_type=client_credentials" RESOURCE BY_KEY "\n" SAVED,
        .logs = "1 mode: m2m (a private key is configured)",
        .after = "token mode=m2m\ntoken client_id=app\n"
                 "token assertion_alg=ES256\n"
                 "token assertion_audience=https://as.test"},
    {.name = "it signs anew when it asks again: A-183 A-124",
        .settings = APP KEY AS,
        .answers = {HAS_META(""), {TOKEN, 503}, GRANTS("")},
        .steps = LOCKED META
        "\n" TOKEN " grant_type=client_credentials" RESOURCE BY_KEY
        "\nwait 500\n" TOKEN " grant_type=client_credentials" RESOURCE BY_KEY
        "\n" SAVED,
        .after = "token access_token=CANARY-a2"},
    {.name = "an assertion is for the name that the document has: A-183",
        .settings = APP KEY "discovery_url=https://as.test/.well-known/"
                            "oauth-authorization-server\n",
        .answers = {{META, 200,
                        "{'issuer':'https://as.test/',"
                        "'token_endpoint':'https://as.test/token'}"},
            GRANTS("")},
        .steps =
            LOCKED META "\n" TOKEN " grant_type=client_credentials" RESOURCE
                        " [ES256 of app for https://as.test/]\n" SAVED,
        .after = "token assertion_audience=https://as.test/\n"
                 "token issuer=https://as.test"},
    {.name = "an assertion is for the endpoint, when that is configured: A-183",
        .settings = APP KEY AS "client_assertion_audience=endpoint\n",
        .answers = {HAS_META(""), GRANTS("")},
        .steps =
            LOCKED META "\n" TOKEN " grant_type=client_credentials" RESOURCE
                        " [JWT ES256 of app for https://as.test/token]\n" SAVED,
        .after = "token access_token=CANARY-a2"},
    {.name = "a key that is not known there: A-124 A-183",
        .settings = APP KEY AS,
        .answers = {HAS_META(""), REFUSES("invalid_client")},
        .steps = LOCKED META "\n" TOKEN
                             " grant_type=client_credentials" RESOURCE BY_KEY
                             "\n" FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "needs client_assertion_audience=endpoint"},
    {.name = "a key that signed too long ago for who takes it: A-183",
        .settings = APP KEY AS,
        .answers = {HAS_META(""), {TOKEN, 401, "{'error':'invalid_client'}",
                                      "Date: Tue, 14 Nov 2023 22:23:20 GMT"}},
        .steps = LOCKED META "\n" TOKEN
                             " grant_type=client_credentials" RESOURCE BY_KEY
                             "\n" FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "the clock of this machine is 600 s behind that of the server"},
    {.name = "a key that signed in the future of who takes it: A-183",
        .settings = APP KEY AS,
        .answers = {HAS_META(""), {TOKEN, 401, "{'error':'invalid_client'}",
                                      "Date: Tue, 14 Nov 2023 22:03:20 GMT"}},
        .steps = LOCKED META "\n" TOKEN
                             " grant_type=client_credentials" RESOURCE BY_KEY
                             "\n" FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "is 600 s ahead of that of the server"},
    {.name = "a machine with a certificate names itself, and shows it: A-270",
        .settings = APP TLS AS,
        .answers = {HAS_META(",'token_endpoint_auth_methods_supported':"
                             "['client_secret_basic','tls_client_auth']"),
            GRANTS(HOUR)},
        .steps = LOCKED META
        "\n" TOKEN " [certificate] grant_type=client_credentials" RESOURCE
        " client_id=app\n" SAVED,
        .logs = "1 mode: m2m (the client has a certificate)",
        .after = "token mode=m2m\ntoken client_id=app"},
    {.name = "who has nothing else shows it where clients are not public: "
             "A-121 A-270",
        .settings = APP OWN AS "mode=m2m\n",
        .answers = {HAS_META(ALIASED ",'token_endpoint_auth_methods_supported':"
                                     "['client_secret_basic',"
                                     "'self_signed_tls_client_auth']"),
            {"POST https://tls.as.test/token", 200, TOKEN_BODY("")}},
        .steps =
            LOCKED META "\n" TLS_TOKEN " grant_type=client_credentials" RESOURCE
                        " client_id=app\n" SAVED,
        .after = "token access_token=CANARY-a2"},
    {.name = "but is a public client where there are some: A-121 A-270",
        .settings = APP OWN AS "mode=m2m\n",
        .answers = {HAS_META(ALIASED ",'token_endpoint_auth_methods_supported':"
                                     "['none','tls_client_auth']")},
        .steps = LOCKED META "\n" FAILED("E_USAGE"),
        .status = MCPAUTH_E_USAGE,
        .says = "missing: OAUTH_CLIENT_SECRET"},
    {.name = "it is shown where it is asked for: A-271",
        .settings =
            APP AS "token_endpoint_auth_method=self_signed_tls_client_auth\n",
        .answers = {HAS_META(ALIASED),
            {"POST https://tls.as.test/token", 200, TOKEN_BODY("")}},
        .steps =
            LOCKED META "\n" TLS_TOKEN " grant_type=client_credentials" RESOURCE
                        " client_id=app\n" SAVED,
        .after = "token access_token=CANARY-a2\n"
                 "token revocation_endpoint=https://tls.as.test/revoke"},
    {.name = "who shows none has no use for those places: A-271",
        .settings = M2M OWN AS,
        .answers = {HAS_META(ALIASED BINDS), GRANTS("")},
        .steps = LOCKED META "\n" MACHINE RESOURCE "\n" SAVED,
        .after = "token access_token=CANARY-a2"},
    {.name = "such a place must be trusted, too: A-271 S-001",
        .settings = APP TLS AS,
        .answers = {HAS_META(",'mtls_endpoint_aliases':{"
                             "'token_endpoint':'http://tls.as.test/token'}")},
        .steps = LOCKED META "\n" FAILED("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED,
        .says = "`token_endpoint` is not an https URL that can be trusted"},
    {.name = "a list of them that is none is passed over: A-271",
        .settings = APP TLS AS,
        .answers = {HAS_META(",'mtls_endpoint_aliases':['x']"), GRANTS("")},
        .steps = LOCKED META
        "\n" TOKEN " [certificate] grant_type=client_credentials" RESOURCE
        " client_id=app\n" SAVED,
        .after = "token access_token=CANARY-a2"},
    {.name = "a certificate that is not known there: A-270 A-124",
        .settings = APP TLS AS,
        .answers = {HAS_META(""), REFUSES("invalid_client")},
        .steps = LOCKED META
        "\n" TOKEN " [certificate] grant_type=client_credentials" RESOURCE
        " client_id=app\n" FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "registered with the certificate that is shown"},
    {.name = "a certificate where none is taken: A-121 A-270",
        .settings = APP TLS AS,
        .answers = {HAS_META(",'token_endpoint_auth_methods_supported':"
                             "['client_secret_basic','none']")},
        .steps = LOCKED META "\n" FAILED("E_UNSUPPORTED"),
        .status = MCPAUTH_E_UNSUPPORTED,
        .says = "a certificate, for tls_client_auth, but the token endpoint "
                "takes only client_secret_basic, none"},
    {.name = "tokens are bound to it where the MCP server takes them: A-272",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M OWN,
        .answers = {HAS_PRM(BINDS), HAS_META(ALIASED BINDS),
            {"POST https://tls.as.test/token", 200, TOKEN_BODY("")}},
        .steps = LOCKED PRM "\n" META "\nPOST https://tls.as.test/token [Basic "
                            "app:CANARY-s] [certificate] "
                            "grant_type=client_credentials" RESOURCE "\n" SAVED,
        .after = "token access_token=CANARY-a2"},
    {.name = "not where the authorization server binds none: A-272",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M OWN,
        .answers = {HAS_PRM(BINDS), HAS_META(ALIASED), GRANTS("")},
        .steps = LOCKED PRM "\n" META "\n" MACHINE RESOURCE "\n" SAVED,
        .after = "token access_token=CANARY-a2"},
    {.name = "nor without a certificate: A-272",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M,
        .answers = {HAS_PRM(BINDS), HAS_META(ALIASED BINDS), GRANTS("")},
        .steps = LOCKED PRM "\n" META "\n" MACHINE RESOURCE "\n" SAVED,
        .after = "token access_token=CANARY-a2"},
    {.name = "a key where keys are not taken: A-121",
        .settings = APP KEY AS,
        .answers = {HAS_META(",'token_endpoint_auth_methods_supported':"
                             "['client_secret_basic','none']")},
        .steps = LOCKED META "\n" FAILED("E_UNSUPPORTED"),
        .status = MCPAUTH_E_UNSUPPORTED,
        .says = "private_key_jwt, but the token endpoint takes only "
                "client_secret_basic, none"},
    {.name = "a key of another kind than is taken: A-183",
        .settings = APP KEY AS,
        .answers = {HAS_META(KEYS ",'token_endpoint_auth_signing_alg_values_"
                                  "supported':['RS256']")},
        .steps = LOCKED META "\n" FAILED("E_UNSUPPORTED"),
        .status = MCPAUTH_E_UNSUPPORTED,
        .says = "(ES256), but RS256"},
    {.name = "an algorithm that the key has not: A-183",
        .settings = APP KEY AS "token_endpoint_auth_signing_alg=PS256\n",
        .answers = {HAS_META("")},
        .steps = LOCKED META "\n" FAILED("E_UNSUPPORTED"),
        .status = MCPAUTH_E_UNSUPPORTED,
        .says = "does not sign by PS256, but by ES256"},
    {.name = "a key is missing where nothing else is taken: A-121",
        .settings = M2M AS,
        .answers = {HAS_META(KEYS)},
        .steps = LOCKED META "\n" FAILED("E_UNSUPPORTED"),
        .status = MCPAUTH_E_UNSUPPORTED,
        .says = "set private_key"},
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
        "\n" ASKING LISTENED APP_BROWSE " scope=a" RESOURCE "\n" TOKEN
        " [Basic app:CANARY-s] grant_type=authorization_code "
        "code=CANARY-c" REDIRECT " code_verifier=*" RESOURCE "\n" LOGGED_IN,
        .after = "token mode=interactive"},

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
            {TOKEN, 200, "{'access_token':'CANARY-a2','token_type':'mac'}"}},
        .steps = LOCKED META "\n" MACHINE RESOURCE "\n" FAILED("E_PROTOCOL"),
        .status = MCPAUTH_E_PROTOCOL,
        .says = "\"mac\""},
    {.name = "the server's words and what to do: seed-41 seed-42 seed-43",
        .settings = M2M AS "provider=cognito\n",
        .answers = {HAS_META(""),
            {TOKEN, 400,
                "{'error':'unauthorized_client','error_description':'why'}"}},
        .steps = LOCKED META "\n" MACHINE "\n" FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "(unauthorized_client: \"why\") | allow the grant: `aws "
                "cognito-idp update-user-pool-client"},
    {.name = "a machine turned away without a word: A-124",
        .settings = M2M AS,
        .answers = {HAS_META(""), {TOKEN, 403}},
        .steps = LOCKED META "\n" MACHINE RESOURCE "\n" FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "answered with status 403 (no content type) | the server does "
                "not say why; check the client id and the client secret"},
    {.name = "a machine turned away by a page: A-124",
        .settings = M2M AS,
        .answers = {HAS_META(""), {TOKEN, 403, "<html>"}},
        .steps = LOCKED META "\n" MACHINE RESOURCE "\n" FAILED("E_HTTP"),
        .status = MCPAUTH_E_HTTP},
    {.name = "a machine that has missed the place: A-124",
        .settings = M2M AS,
        .answers = {HAS_META(""), {TOKEN, 404}},
        .steps = LOCKED META "\n" MACHINE RESOURCE "\n" FAILED("E_HTTP"),
        .status = MCPAUTH_E_HTTP},
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
        .steps = LOCKED META "\n" ASKING LISTENED APP_BROWSE " scope=a" RESOURCE
                             "\n" APP_CODE GAVE_UP("E_HTTP"),
        .status = MCPAUTH_E_HTTP},
    {.name = "a code is sent once, though the line is cut: A-116 A-124",
        .settings = APP AS "scope=a\n",
        PERSON,
        .answers = {HAS_META(""), {TOKEN, .failure = MCPAUTH_E_NETWORK}},
        .steps = LOCKED META "\n" ASKING LISTENED APP_BROWSE " scope=a" RESOURCE
                             "\n" APP_CODE GAVE_UP("E_NETWORK"),
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
