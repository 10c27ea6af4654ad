/* login_test.c - redirect URI, PKCE and what a redirect may say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "places.h"
#include "script.h"

/* One login of a configured client, up to the browser. */
#define APP_LOGIN  .person = true, .settings = APP AS "scope=a\n"
#define TO_BROWSER LOCKED META "\n" ASKING "listen any\n" BROWSE("app", URI)
#define LOGIN_ENDS TO_BROWSER CODE("app", URI) LOGGED_IN
#define TOOK_LOGIN "token access_token=CANARY-a2\ntoken mode=interactive"
#define ANNOUNCES                                                              \
    HAS_META(",'authorization_response_iss_parameter_supported':true")

static const script_case cases[] = {
    {.name = "a login: seed-09 seed-18 A-090 A-092 A-100 A-120",
        APP_LOGIN,
        .redirects = {"code=CANARY-c&state=+"},
        .answers = {HAS_META(CAN_REGISTER),
            GRANTS(HOUR ",'refresh_token':'CANARY-r2'")},
        .steps = LOGIN_ENDS,
        .after = TOOK_LOGIN "\ntoken refresh_token=CANARY-r2\n"
                            "bindings app=https://as.test\nclients=-"},
    {.name = "a whole URL may be pasted: A-108 seed-34",
        APP_LOGIN,
        .redirects = {" " URI "?code=CANARY-c&state=+ \n"},
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOGIN_ENDS,
        .after = TOOK_LOGIN},
    {.name = "a login ends with its state, whoever has time for more: A-101",
        APP_LOGIN,
        .login_timeout_ms = 86400000,
        .redirects = {"code=CANARY-c&state=+"},
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOGIN_ENDS,
        .after = TOOK_LOGIN},
    {.name = "nobody there: a login is said to be needed",
        .settings = APP AS,
        .answers = {HAS_META("")},
        .steps = LOCKED META "\n" FAILED("E_LOGIN_REQUIRED"),
        .status = MCPAUTH_E_LOGIN_REQUIRED},
    {.name = "nobody there: the MCP server says why, but not our token: S-054",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = APP AS,
        .stored = RECORD("interactive", FRESH),
        .sent = RECORD("interactive", FRESH),
        .challenge_status = 401,
        .challenge = "Bearer error=\"invalid_token\", "
                     "error_description=\"CANARY-a1 was withdrawn\"",
        .answers = {HAS_META("")},
        .steps = LOCKED META "\n" FAILED("E_LOGIN_REQUIRED"),
        .status = MCPAUTH_E_LOGIN_REQUIRED,
        .says = "and nobody can be asked here (invalid_token: \"[masked] was "
                "withdrawn\")"},
    {.name = "no client id and no registration: seed-19",
        .person = true,
        .settings = SERVER AS,
        .answers = {HAS_META("")},
        .steps = LOCKED META "\n" FAILED("E_USAGE"),
        .status = MCPAUTH_E_USAGE,
        .says = "OAUTH_CLIENT_ID"},
    {.name = "no authorization endpoint: the row's advice: A-055",
        APP_LOGIN "provider=cognito\n",
        .answers = {{META, 200,
            "{'issuer':'https://as.test','token_endpoint':"
            "'https://as.test/token'}"}},
        .steps = LOCKED META "\n" FAILED("E_PROTOCOL"),
        .status = MCPAUTH_E_PROTOCOL,
        .says = "create-user-pool-domain"},
    {.name = "a configured authorization endpoint fills the gap: seed-24",
        APP_LOGIN "authorization_endpoint=https://as.test/authorize\n",
        .redirects = {"code=CANARY-c&state=+"},
        .answers = {{META, 200,
                        "{'issuer':'https://as.test','token_endpoint':"
                        "'https://as.test/token',"
                        "'code_challenge_methods_supported':['S256']}"},
            GRANTS("")},
        .steps = LOGIN_ENDS,
        .after = TOOK_LOGIN},
    {.name = "no code flow: A-055",
        APP_LOGIN,
        .answers = {HAS_META(",'response_types_supported':['token']")},
        .steps = LOCKED META "\n" FAILED("E_UNSUPPORTED"),
        .status = MCPAUTH_E_UNSUPPORTED},

    /* --- PKCE ----------------------------------------------------------------
     */

    {.name = "no S256, no login: A-091 S-030",
        APP_LOGIN,
        .answers = {{META, 200,
            "{'issuer':'https://as.test',"
            "'authorization_endpoint':'https://as.test/authorize',"
            "'token_endpoint':'https://as.test/token'}"}},
        .steps = LOCKED META "\n" FAILED("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED,
        .says = "(code_challenge_methods_supported: not there), so a code "
                "could be stolen | if you know that it does, set "
                "code_challenge_methods_supported to S256"},
    {.name = "plain only, no login: A-091 S-030",
        APP_LOGIN,
        .answers = {{META, 200,
            "{'issuer':'https://as.test',"
            "'authorization_endpoint':'https://as.test/authorize',"
            "'token_endpoint':'https://as.test/token',"
            "'code_challenge_methods_supported':['plain','x']}"}},
        .steps = LOCKED META "\n" FAILED("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED,
        .says = "(code_challenge_methods_supported: plain, x)"},
    {.name = "the user vouches for S256: A-091",
        APP_LOGIN "code_challenge_methods_supported=S256\n",
        .redirects = {"code=CANARY-c&state=+"},
        .answers = {{META, 200,
                        "{'issuer':'https://as.test',"
                        "'authorization_endpoint':'https://as.test/authorize',"
                        "'token_endpoint':'https://as.test/token'}"},
            GRANTS("")},
        .steps = LOGIN_ENDS,
        .logs = "0 login: the server does not say that it takes PKCE",
        .after = TOOK_LOGIN},
    {.name = "the provider row vouches for S256: A-091",
        APP_LOGIN "provider=cognito\ncallback_port=49152\n",
        .redirects = {"code=CANARY-c&state=+"},
        .answers = {{META, 200,
                        "{'issuer':'https://as.test',"
                        "'authorization_endpoint':'https://as.test/authorize',"
                        "'token_endpoint':'https://as.test/token'}"},
            GRANTS("")},
        .steps = LOCKED META "\n" ASKING "listen port 49152\n" BROWSE(
            "app", URI) CODE("app", URI) LOGGED_IN,
        .logs = "the provider row cognito says it works",
        .after = TOOK_LOGIN},

    /* --- redirect URI --------------------------------------------------------
     */

    {.name = "a configured redirect URI is used byte for byte: A-104 seed-34",
        APP_LOGIN "redirect_uri=http://localhost:3000\ncallback_port=1\n",
        .redirects = {"code=CANARY-c&state=+"},
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOCKED META
        "\n" ASKING
        "listen http://localhost:3000\n" BROWSE("app", "http://localhost:3000")
            CODE("app", "http://localhost:3000") LOGGED_IN,
        .after = TOOK_LOGIN},
    {.name = "a provider row's redirect URI: seed-34",
        APP_LOGIN "provider=cognito\n",
        .redirects = {"code=CANARY-c&state=+"},
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOCKED META
        "\n" ASKING
        "listen http://localhost:3000\n" BROWSE("app", "http://localhost:3000")
            CODE("app", "http://localhost:3000") LOGGED_IN,
        .after = TOOK_LOGIN},
    {.name = "a port of the user's choice: A-105",
        APP_LOGIN "callback_port=4711\n",
        .redirects = {"code=CANARY-c&state=+"},
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOCKED META "\n" ASKING "listen port 4711\n" BROWSE(
            "app", "http://127.0.0.1:4711/callback")
            CODE("app", "http://127.0.0.1:4711/callback") LOGGED_IN,
        .after = TOOK_LOGIN},
    {.name = "a configured address that is taken ends it: A-105",
        APP_LOGIN "redirect_uri=http://localhost:3000\n",
        .binds = "t",
        .answers = {HAS_META("")},
        .steps = LOCKED META
        "\n" ASKING "listen http://localhost:3000\n" GAVE_UP("E_STATE"),
        .status = MCPAUTH_E_STATE,
        .says = "as scripted"},
    {.name = "the user stops it before the browser",
        APP_LOGIN,
        .binds = "c",
        .answers = {HAS_META("")},
        .steps = LOCKED META "\n" ASKING "listen any\n" GAVE_UP("E_CANCELLED"),
        .status = MCPAUTH_E_CANCELLED,
        .says = "as scripted"},

    /* --- the redirect --------------------------------------------------------
     */

    {.name = "a redirect with another state, or none: keep waiting: "
             "A-108 S-029",
        APP_LOGIN,
        .redirects = {"code=CANARY-x&state=wrong", "code=CANARY-x",
            "code=CANARY-x&state=+&state=+", "code=CANARY-c&state=+"},
        .answers = {HAS_META(""), GRANTS("")},
        .steps =
            TO_BROWSER "ignored\nignored\nignored\n" CODE("app", URI) LOGGED_IN,
        .after = TOOK_LOGIN},
    {.name = "a foreign error does not end the login: A-108 S-029",
        APP_LOGIN,
        .redirects = {"error=access_denied&state=wrong", "error=access_denied",
            "code=CANARY-c&state=+"},
        .answers = {HAS_META(""), GRANTS("")},
        .steps = TO_BROWSER "ignored\nignored\n" CODE("app", URI) LOGGED_IN,
        .after = TOOK_LOGIN},
    {.name = "iss announced and right: A-112",
        APP_LOGIN,
        .redirects = {"code=CANARY-c&iss=https%3A%2F%2Fas.test&state=+"},
        .answers = {ANNOUNCES, GRANTS("")},
        .steps = LOGIN_ENDS,
        .after = TOOK_LOGIN},
    {.name = "iss announced and missing: A-112 S-025",
        APP_LOGIN,
        .redirects = {"code=CANARY-c&state=+"},
        .answers = {ANNOUNCES},
        .steps = TO_BROWSER GAVE_UP("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED,
        .says = "issuer mismatch: the redirect carries no `iss`, though "
                "\"https://as.test\" announced one | somebody may have"},
    {.name = "iss announced and wrong: A-112 S-025",
        APP_LOGIN,
        .redirects = {"code=CANARY-c&iss=https%3A%2F%2Fevil.test&state=+"},
        .answers = {ANNOUNCES},
        .steps = TO_BROWSER GAVE_UP("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED,
        .says = "issuer mismatch"},
    {.name = "iss not announced and right: A-112",
        APP_LOGIN,
        .redirects = {"code=CANARY-c&iss=https%3A%2F%2Fas.test&state=+"},
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOGIN_ENDS,
        .after = TOOK_LOGIN},
    {.name = "iss not announced and a slash too long: A-112 A-113 S-025",
        APP_LOGIN,
        .redirects = {"code=CANARY-c&iss=https%3A%2F%2Fas.test%2F&state=+"},
        .answers = {HAS_META("")},
        .steps = TO_BROWSER GAVE_UP("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED},
    {.name = "an error from elsewhere is not shown: A-114 S-025",
        APP_LOGIN,
        .redirects = {"error=CANARY&error_description=CANARY&iss=x&state=+"},
        .answers = {HAS_META("")},
        .steps = TO_BROWSER GAVE_UP("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED},
    {.name = "the server's refusal in its own words: A-115",
        APP_LOGIN,
        .redirects =
            {"error=access_denied&error_description=not%20you&state=+"},
        .answers = {HAS_META("")},
        .steps = TO_BROWSER GAVE_UP("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "logging in at https://as.test: the authorization server "
                "refused the login (access_denied: \"not you\")"},
    {.name = "code and error at once: A-115 S-029",
        APP_LOGIN,
        .redirects = {"error=x&code=CANARY-c&state=+"},
        .answers = {HAS_META("")},
        .steps = TO_BROWSER GAVE_UP("E_PROTOCOL"),
        .status = MCPAUTH_E_PROTOCOL},
    {.name = "two codes: A-110 S-029",
        APP_LOGIN,
        .redirects = {"code=CANARY-c&code=CANARY-d&state=+"},
        .answers = {HAS_META("")},
        .steps = TO_BROWSER GAVE_UP("E_PROTOCOL"),
        .status = MCPAUTH_E_PROTOCOL},
    {.name = "nobody answers: the row's advice: A-105",
        APP_LOGIN "provider=cognito\nredirect_uri=" URI "\n",
        .redirects = {"!E_TIMEOUT"},
        .answers = {HAS_META("")},
        .steps = LOCKED META "\n" ASKING "listen " URI "\n" BROWSE("app", URI)
            GAVE_UP("E_TIMEOUT"),
        .status = MCPAUTH_E_TIMEOUT,
        .says = "as scripted | Cognito shows a refused redirect URI"},
    {.name = "the user closes the window",
        APP_LOGIN,
        .redirects = {"!E_CANCELLED"},
        .answers = {HAS_META("")},
        .steps = TO_BROWSER GAVE_UP("E_CANCELLED"),
        .status = MCPAUTH_E_CANCELLED},
    {.name = "an authorization endpoint with our parameters: S-010",
        APP_LOGIN,
        .answers = {{META, 200,
            "{'issuer':'https://as.test',"
            "'authorization_endpoint':'https://as.test/a?client_id=b',"
            "'token_endpoint':'https://as.test/token',"
            "'code_challenge_methods_supported':['S256']}"}},
        .steps = LOCKED META "\n" ASKING "listen any\n" GAVE_UP("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED},
    {.name = "the query of an authorization endpoint is kept: A-100",
        APP_LOGIN,
        .redirects = {"code=CANARY-c&state=+"},
        .answers = {{META, 200,
                        "{'issuer':'https://as.test',"
                        "'authorization_endpoint':'https://as.test/a?p=1',"
                        "'token_endpoint':'https://as.test/token',"
                        "'code_challenge_methods_supported':['S256']}"},
            GRANTS("")},
        .steps =
            LOCKED META "\n" ASKING "listen any\nbrowse https://as.test/a p=1 "
                        "client_id=app redirect_uri=" URI " scope=a" RESOURCE
                        "\n" CODE("app", URI) LOGGED_IN,
        .after = TOOK_LOGIN},
};

int main(void)
{
    return script_main("login", cases, sizeof cases / sizeof *cases, NULL, 0);
}
