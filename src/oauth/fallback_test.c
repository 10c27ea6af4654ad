/* fallback_test.c - servers of revision 2025-03-26, and whoever plays one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "places.h"
#include "script.h"

#define ORIGIN    "https://mcp.test"
#define HERE      "GET " ORIGIN "/.well-known/oauth-authorization-server"
#define HERE_OIDC "GET " ORIGIN "/.well-known/openid-configuration"
#define OLD       " (2025-03-26)\n"
#define NO_PRM    PRM "\n" PRM_ROOT "\n"
#define REFRESHES " grant_type=refresh_token refresh_token=CANARY-r1" RESOURCE
#define HERE_BODY(issuer, members)                                             \
    "{'issuer':'" issuer "',"                                                  \
    "'authorization_endpoint':'" ORIGIN "/oauth/authorize',"                   \
    "'token_endpoint':'" ORIGIN "/oauth/token',"                               \
    "'registration_endpoint':'" ORIGIN "/oauth/register'" members "}"
#define S256 ",'code_challenge_methods_supported':['S256']"
#define LOGS_IN(places, client)                                                \
    ASKING                                                                     \
    "listen any\nPOST " places "/register redirect_uris=" URI                  \
    " token_endpoint_auth_method=none\n"                                       \
    "browse " places "/authorize client_id=" client                            \
    " redirect_uri=" URI RESOURCE "\nPOST " places                             \
    "/token grant_type=authorization_code code=CANARY-c redirect_uri=" URI     \
    " code_verifier=*" RESOURCE " client_id=" client "\n"
#define ANSWERS(places)                                                        \
    {"POST " places "/register", 201, "{'client_id':'one'}"},                  \
    {                                                                          \
        "POST " places "/token", 200, TOKEN_BODY(HOUR)                         \
    }
#define ASKED                                                                  \
    .purpose = MCPAUTH_FLOW_TOKEN, .person = true, .challenge_status = 401
#define MACHINE_ASKED .purpose = MCPAUTH_FLOW_TOKEN, .challenge_status = 401
#define CHALLENGED    ASKED, .redirects = {"code=CANARY-c&state=+"}
#define FROM_ORIGIN(members)                                                   \
    "{'version':1," members "'token':{'access_token':'CANARY-a1',"             \
    "'token_type':'Bearer','mode':'interactive','issuer':'" ORIGIN             \
    "','resource':'https://mcp.test/mcp','client_id':'app'" REFRESH EXPIRED    \
    "}}"

static const script_case cases[] = {
    {.name = "no metadata at all: the three places at the origin: "
             "A-060 A-062 A-064 A-065",
        CHALLENGED,
        .settings = SERVER,
        .answers = {ANSWERS(ORIGIN)},
        .steps = LOCKED NO_PRM HERE OLD HERE_OIDC OLD LOGS_IN(ORIGIN, "one")
            LOGGED_IN,
        .logs = "1 discovery: the MCP server publishes no resource metadata: "
                "by the rules of revision 2025-03-26 it is its own "
                "authorization server, at https://mcp.test",
        .after = "token issuer=https://mcp.test\n"
                 "token resource=https://mcp.test/mcp\nresource_metadata=-\n"
                 "clients https://mcp.test client_id=one"},
    {.name = "a document at the origin rules: A-061 A-063",
        CHALLENGED,
        .settings = SERVER,
        .answers = {{HERE, 200, HERE_BODY(ORIGIN, S256)},
            ANSWERS(ORIGIN "/oauth")},
        .steps =
            LOCKED NO_PRM HERE OLD LOGS_IN(ORIGIN "/oauth", "one") LOGGED_IN,
        .after = "token issuer=https://mcp.test"},
    {.name = "its issuer may end with a slash, and iss is that: A-063",
        ASKED,
        .redirects = {"code=CANARY-c&iss=https%3A%2F%2Fmcp.test&state=+"},
        .settings = APP,
        .answers = {{HERE, 200, HERE_BODY(ORIGIN "/", S256)}},
        .steps = LOCKED NO_PRM HERE OLD ASKING
        "listen any\nbrowse " ORIGIN
        "/oauth/authorize client_id=app redirect_uri=" URI RESOURCE
        "\n" GAVE_UP("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED,
        .says = "the login was started at \"https://mcp.test/\""},
    {.name = "no other issuer may stand in it: A-053 A-063",
        CHALLENGED,
        .settings = SERVER,
        .answers = {{HERE, 200, HERE_BODY("https://evil.test", S256)}},
        .steps = LOCKED NO_PRM HERE OLD FAILED("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED,
        .says = "\"https://evil.test\""},
    {.name = "a document that says nothing of S256 is refused: A-064 A-091",
        CHALLENGED,
        .settings = SERVER,
        .answers = {{HERE, 200, HERE_BODY(ORIGIN, "")}},
        .steps = LOCKED NO_PRM HERE OLD FAILED("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED,
        .says = "PKCE with S256"},
    {.name = "without a document no iss is due, a wrong one is refused: A-066",
        ASKED,
        .redirects = {"code=CANARY-c&iss=https%3A%2F%2Fevil.test&state=+"},
        .settings = APP,
        .steps = LOCKED NO_PRM HERE OLD HERE_OIDC OLD ASKING
        "listen any\nbrowse " ORIGIN
        "/authorize client_id=app redirect_uri=" URI RESOURCE
        "\n" GAVE_UP("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED,
        .says = "issuer mismatch"},
    {.name = "a server that wants no `resource` gets none: A-065",
        CHALLENGED,
        .settings = APP "resource_policy=never\n",
        .answers = {ANSWERS(ORIGIN)},
        .steps = LOCKED NO_PRM HERE OLD HERE_OIDC OLD ASKING
        "listen any\nbrowse " ORIGIN
        "/authorize client_id=app redirect_uri=" URI "\nPOST " ORIGIN
        "/token grant_type=authorization_code code=CANARY-c redirect_uri=" URI
        " code_verifier=* client_id=app\n" LOGGED_IN,
        .after = "bindings app=https://mcp.test"},

    /* --- where it is not followed --------------------------------------------
     */

    {.name = "metadata that was there before: somebody took it away: A-060",
        CHALLENGED,
        .settings = SERVER,
        .stored = "{'version':1,'resource_metadata':true}",
        .steps = LOCKED NO_PRM FAILED("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED,
        .says = "the MCP server no longer says who its authorization server "
                "is; tried https://mcp.test/.well-known/"
                "oauth-protected-resource/mcp (404)"},
    {.name = "metadata that is seen is remembered: A-060",
        CHALLENGED,
        .settings = APP "scope=a\n",
        .answers = {HAS_PRM(""), HAS_META(""), GRANTS("")},
        .steps = LOCKED PRM "\n" META "\n" ASKING "listen any\nbrowse "
                            "https://as.test/authorize client_id=app "
                            "redirect_uri=" URI " scope=a" RESOURCE "\n" TOKEN
                            " grant_type=authorization_code code=CANARY-c "
                            "redirect_uri=" URI " code_verifier=*" RESOURCE
                            " client_id=app\n" LOGGED_IN,
        .after = "resource_metadata=true"},
    {.name = "a page is no definite answer: A-060",
        CHALLENGED,
        .settings = SERVER,
        .answers = {{PRM, 200, "<html>"}, {PRM_ROOT, 404}},
        .steps = LOCKED NO_PRM FAILED("E_PROTOCOL"),
        .status = MCPAUTH_E_PROTOCOL,
        .says = "does not say who its authorization server is"},
    {.name = "a page at the origin is no document and not its absence: A-062",
        CHALLENGED,
        .settings = SERVER,
        .answers = {{HERE, 200, "<html>"}},
        .steps = LOCKED NO_PRM HERE OLD HERE_OIDC OLD FAILED("E_PROTOCOL"),
        .status = MCPAUTH_E_PROTOCOL,
        .says = "reading the metadata of https://mcp.test: the authorization "
                "server publishes no metadata"},
    {.name = "the fallback is switched off: A-060",
        CHALLENGED,
        .settings = SERVER "origin_fallback=never\n",
        .steps = LOCKED NO_PRM FAILED("E_PROTOCOL"),
        .status = MCPAUTH_E_PROTOCOL,
        .says = "set OAUTH_DISCOVERY_URL"},
    {.name = "a client of another issuer is not shown at the origin: "
             "A-071 S-031",
        CHALLENGED,
        .settings = APP,
        .stored = "{'version':1,'bindings':{'app':'https://as.test'}}",
        .steps = LOCKED NO_PRM FAILED("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED,
        .says = "used at https://as.test"},
    {.name = "nobody there to register with: what else may be done: A-041",
        CHALLENGED,
        .settings = SERVER,
        .steps = LOCKED NO_PRM HERE OLD HERE_OIDC OLD ASKING
        "listen any\nPOST " ORIGIN "/register redirect_uris=" URI
        " token_endpoint_auth_method=none\n" GAVE_UP("E_HTTP"),
        .status = MCPAUTH_E_HTTP,
        .says = "| the MCP server does not say who its authorization server "
                "is, so it was asked itself"},

    /* --- a machine -----------------------------------------------------------
     */

    {.name = "a machine's secret is not sent on a guess: A-060 A-062",
        MACHINE_ASKED,
        .settings = M2M,
        .answers = {ANSWERS(ORIGIN)},
        .steps = LOCKED NO_PRM HERE OLD HERE_OIDC OLD FAILED("E_USAGE"),
        .status = MCPAUTH_E_USAGE,
        .says = "a client secret is not sent where nobody said it belongs"},
    {.name = "what to do about it is said: A-060 seed-19",
        MACHINE_ASKED,
        .settings = M2M,
        .steps = LOCKED NO_PRM HERE OLD HERE_OIDC OLD FAILED("E_USAGE"),
        .status = MCPAUTH_E_USAGE,
        .says = "| name the authorization server: set OAUTH_DISCOVERY_URL, or "
                "discovery_url in the configuration, to its issuer, or "
                "token_endpoint"},
    {.name = "a token from such a place is not renewed there: A-060 A-062",
        .settings = M2M,
        .stored = "{'version':1,'bindings':{'app':'" ORIGIN "'},'token':{"
                  "'access_token':'CANARY-a1','token_type':'Bearer','mode':"
                  "'m2m','issuer':'" ORIGIN "','resource':"
                  "'https://mcp.test/mcp','client_id':'app'" EXPIRED "}}",
        .answers = {ANSWERS(ORIGIN)},
        .steps = LOCKED HERE OLD HERE_OIDC OLD FAILED("E_USAGE"),
        .status = MCPAUTH_E_USAGE},
    {.name = "the token endpoint that was configured gets it: A-060 A-062",
        MACHINE_ASKED,
        .settings = M2M "token_endpoint=https://as.test/token\n",
        .answers = {ANSWERS(ORIGIN), GRANTS("")},
        .steps =
            LOCKED NO_PRM HERE OLD HERE_OIDC OLD MACHINE RESOURCE "\n" SAVED,
        .after = "token access_token=CANARY-a2\n"
                 "token token_endpoint=https://as.test/token"},
    {.name = "a document at the origin says where it belongs: A-061 A-063",
        MACHINE_ASKED,
        .settings = M2M,
        .answers = {{HERE, 200, HERE_BODY(ORIGIN, "")},
            ANSWERS(ORIGIN "/oauth")},
        .steps = LOCKED NO_PRM HERE OLD
        "POST " ORIGIN "/oauth/token [Basic app:CANARY-s] "
        "grant_type=client_credentials" RESOURCE "\n" SAVED,
        .after = "bindings app=https://mcp.test"},
    {.name = "a person's endpoints may be configured as well: A-062 seed-24",
        CHALLENGED,
        .settings = APP "authorization_endpoint=https://as.test/authorize\n"
                        "token_endpoint=https://as.test/token\n",
        .answers = {ANSWERS(ORIGIN), GRANTS("")},
        .steps = LOCKED NO_PRM HERE OLD HERE_OIDC OLD ASKING LISTENED APP_BROWSE
            RESOURCE "\n" APP_CODE LOGGED_IN,
        .after = "token access_token=CANARY-a2"},

    /* --- later ---------------------------------------------------------------
     */

    {.name = "a renewal goes where the token came from: A-062 A-152",
        .settings = APP,
        .stored = FROM_ORIGIN(""),
        .answers = {ANSWERS(ORIGIN)},
        .steps = LOCKED HERE OLD HERE_OIDC OLD
        "save\nPOST " ORIGIN "/token" REFRESHES " client_id=app\n" SAVED,
        .after = "token refresh_token=CANARY-r1"},
    {.name = "a renewal assumes nothing where metadata was seen: A-060",
        .settings = APP,
        .stored = FROM_ORIGIN("'resource_metadata':true,"),
        .steps = LOCKED HERE "\n" HERE_OIDC "\n" FAILED("E_PROTOCOL"),
        .status = MCPAUTH_E_PROTOCOL},
    {.name = "metadata that appears later is followed: A-040 A-060",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = SERVER,
        .stored = FROM_ORIGIN(""),
        .challenge_status = 401,
        .sent = FROM_ORIGIN(""),
        .answers = {HAS_PRM(""), HAS_META(CAN_REGISTER)},
        .steps = LOCKED PRM "\n" META "\n" FAILED("E_LOGIN_REQUIRED"),
        .status = MCPAUTH_E_LOGIN_REQUIRED,
        .says = "https://as.test"},
};

int main(void)
{
    return script_main(
        "fallback", cases, sizeof cases / sizeof *cases, NULL, 0);
}
