/* discovery_test.c - which documents are asked for, and which are believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "places.h"
#include "script.h"

#define TOKEN_STEP                                                             \
    TOKEN " [Basic app:CANARY-s] grant_type=client_credentials "               \
          "resource=https://mcp.test/mcp\n"
#define GOOD_END         TOKEN_STEP SAVED
#define BOUND_TO(issuer) "{'version':1,'bindings':{'app':'" issuer "'}}"
#define OTHER_META       "GET https://b.test/.well-known/oauth-authorization-server"
#define OTHER_BODY                                                             \
    "{'issuer':'https://b.test','token_endpoint':'https://b.test/token',"      \
    "'authorization_endpoint':'https://b.test/authorize',"                     \
    "'code_challenge_methods_supported':['S256']}"

/* Resource metadata of an AgentCore runtime (agentcore-cognito 1.6). */
#define ARN     "https://agentcore.test/runtimes/x/invocations"
#define ARN_PRM "GET " ARN "/.well-known/oauth-protected-resource?qualifier=D"
#define POOL    "https://cognito-idp.eu-west-1.amazonaws.com/pool"
#define POOL_META                                                              \
    "GET https://cognito-idp.eu-west-1.amazonaws.com/.well-known/"             \
    "oauth-authorization-server/pool"
#define POOL_OIDC                                                              \
    "GET https://cognito-idp.eu-west-1.amazonaws.com/.well-known/"             \
    "openid-configuration/pool"
#define POOL_SUFFIX "GET " POOL "/.well-known/openid-configuration"
#define POOL_TOKEN  "POST https://x.auth.test/oauth2/token"
#define POOL_BODY                                                              \
    "{'issuer':'" POOL                                                         \
    "','token_endpoint':'https://x.auth.test/oauth2/token',"                   \
    "'authorization_endpoint':'https://x.auth.test/oauth2/authorize'}"

static const script_case cases[] = {
    {.name = "injected metadata asks the MCP server nothing: seed-20 seed-21",
        .settings = M2M AS,
        .answers = {HAS_META(""), GRANTS(HOUR)},
        .steps = LOCKED META "\n" GOOD_END,
        .after = "token issuer=https://as.test\n"
                 "token resource=https://mcp.test/mcp\n"
                 "bindings app=https://as.test"},
    {.name = "injection holds after a 401 that names metadata: seed-21 A-040",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M AS,
        .challenge_status = 401,
        .challenge = "Bearer resource_metadata=\"https://mcp.test/prm\"",
        .answers = {HAS_META(""), GRANTS(HOUR)},
        .steps = LOCKED META "\n" GOOD_END,
        .after = "token access_token=CANARY-a2"},
    {.name = "an underscore in discovery_url is read as a hyphen: seed-22",
        .settings = M2M "discovery_url=https://as.test/.well-known/"
                        "openid_configuration\n",
        .answers = {{OIDC, 200, META_BODY("")}, GRANTS("")},
        .steps = LOCKED OIDC "\n" GOOD_END,
        .logs = "spelled openid_configuration",
        .after = "token issuer=https://as.test"},
    {.name = "a server without RFC 8414 is asked for OpenID: seed-23 A-052",
        .settings = M2M AS,
        .answers = {{META, 400}, {OIDC, 200, META_BODY("")}, GRANTS("")},
        .steps = LOCKED META "\n" OIDC "\n" GOOD_END,
        .after = "token issuer=https://as.test"},
    {.name = "a 502 and a page are not metadata: A-052",
        .settings = M2M AS,
        .answers = {{META, 200, "<html>"}, {OIDC, 502}},
        .steps = LOCKED META "\n" OIDC "\n" FAILED("E_PROTOCOL"),
        .status = MCPAUTH_E_PROTOCOL,
        .says = "publishes no metadata; tried "
                "https://as.test/.well-known/oauth-authorization-server (200), "
                "https://as.test/.well-known/openid-configuration (502)"},
    {.name = "a 5xx of the server is no reason to ask elsewhere: seed-23 A-052",
        .settings = M2M AS,
        .answers = {{META, 500}},
        .steps = LOCKED META "\nwait 500\n" META "\n" FAILED("E_HTTP"),
        .status = MCPAUTH_E_HTTP,
        .says = "answered 500"},
    {.name = "a 5xx that passes is forgotten: S-067",
        .settings = M2M AS,
        .answers = {{META, 503, .header = "Retry-After: 7"}, HAS_META(""),
            GRANTS("")},
        .steps = LOCKED META "\nwait 7000\n" META "\n" GOOD_END,
        .after = "token issuer=https://as.test"},
    {.name = "silence of the server is an error: A-052",
        .settings = M2M AS,
        .answers = {{META, .failure = MCPAUTH_E_TIMEOUT}},
        .steps = LOCKED META "\n" FAILED("E_TIMEOUT"),
        .status = MCPAUTH_E_TIMEOUT,
        .says = "reading the metadata of https://as.test: as scripted"},
    {.name = "a redirect the driver did not follow is an error: S-006",
        .settings = M2M AS,
        .answers = {{META, 302, .header = "Location: https://evil.test/"}},
        .steps = LOCKED META "\n" FAILED("E_HTTP"),
        .status = MCPAUTH_E_HTTP,
        .says = "answered 302"},
    {.name = "the issuer must be the one that was asked: A-053 S-026 seed-44",
        .settings = M2M AS,
        .answers = {{META, 200,
            "{'issuer':'https://as.test/','token_endpoint':"
            "'https://as.test/token'}"}},
        .steps = LOCKED META "\n" FAILED("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED,
        .says = "\"https://as.test/\""},
    {.name = "one other issuer may be trusted: A-054 S-026",
        .settings = M2M AS "trusted_issuer=https://as.test/\n",
        .answers = {{META, 200,
                        "{'issuer':'https://as.test/','token_endpoint':"
                        "'https://as.test/token'}"},
            GRANTS("")},
        .steps = LOCKED META "\n" GOOD_END,
        .logs = "0 discovery: the metadata of https://as.test names the issuer "
                "https://as.test/, which is taken because trusted_issuer",
        .after = "token issuer=https://as.test\n"
                 "token trusted_issuer=https://as.test/"},
    {.name = "what needs no trust is not noted: A-054",
        .settings = M2M AS "trusted_issuer=https://as.test\n",
        .stored = RECORD("m2m", EXPIRED ",'trusted_issuer':'https://x.test'"),
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOCKED META "\n" GOOD_END,
        .after = "token trusted_issuer=-"},
    {.name = "a wrong pin trusts nobody: S-026",
        .settings = M2M AS "trusted_issuer=https://other.test\n",
        .answers = {{META, 200,
            "{'issuer':'https://as.test/','token_endpoint':"
            "'https://as.test/token'}"}},
        .steps = LOCKED META "\n" FAILED("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED},
    {.name = "a token endpoint in clear text is refused: S-009 A-055",
        .settings = M2M AS,
        .answers = {{META, 200,
            "{'issuer':'https://as.test','token_endpoint':"
            "'http://as.test/token'}"}},
        .steps = LOCKED META "\n" FAILED("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED},
    {.name = "a document without endpoints is filled up: seed-24",
        .settings = M2M AS "token_endpoint=https://as.test/token\n",
        .answers = {{META, 200, "{'issuer':'https://as.test'}"}, GRANTS("")},
        .steps = LOCKED META "\n" GOOD_END,
        .after = "token access_token=CANARY-a2"},
    {.name = "a configured endpoint never overrides the document: seed-24",
        .settings = M2M AS "token_endpoint=https://evil.test/token\n",
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOCKED META "\n" GOOD_END,
        .after = "token access_token=CANARY-a2"},
    {.name = "no token endpoint at all: A-055",
        .settings = M2M AS,
        .answers = {{META, 200, "{'issuer':'https://as.test'}"}},
        .steps = LOCKED META "\n" FAILED("E_PROTOCOL"),
        .status = MCPAUTH_E_PROTOCOL,
        .says = "names no token_endpoint | set token_endpoint"},

    /* --- protected resource metadata -----------------------------------------
     */

    {.name = "nothing configured: the MCP server is asked first: A-010",
        .settings = M2M,
        .steps = "load\ndone nothing\n"},
    {.name = "a bare 401 leads to the well-known place: A-027 A-031 seed-03",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M,
        .challenge_status = 401,
        .answers = {HAS_PRM(""), HAS_META(""), GRANTS("")},
        .steps = LOCKED PRM "\n" META "\n" GOOD_END,
        .after = "token issuer=https://as.test\nbindings app=https://as.test"},
    {.name = "the challenge names the place: A-024 A-030 seed-03",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M,
        .challenge_status = 401,
        .challenge = "Bearer resource_metadata=\"https://else.test/prm\"",
        .answers = {{"GET https://else.test/prm", 200, PRM_BODY("")},
            HAS_META(""), GRANTS("")},
        .steps = LOCKED "GET https://else.test/prm\n" META "\n" GOOD_END,
        .logs = "0 discovery: the MCP server's metadata is at another origin, "
                "on else.test",
        .after = "token issuer=https://as.test"},
    {.name = "a runtime of today: suffix and query in the resource: seed-48",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = "server=" ARN "?qualifier=D\nclient_id=app\n"
                    "client_secret=CANARY-s\nresource_policy=always\n",
        .challenge_status = 401,
        .challenge = "Bearer resource_metadata=\"" ARN
                     "/.well-known/oauth-protected-resource?qualifier=D\"",
        .answers = {{ARN_PRM, 200,
                        "{'authorization_servers':['" POOL "'],'resource':'" ARN
                        "?qualifier=D'}"},
            {POOL_META, 400}, {POOL_OIDC, 400}, {POOL_SUFFIX, 200, POOL_BODY},
            {POOL_TOKEN, 200, TOKEN_BODY("")}},
        .steps = LOCKED ARN_PRM "\n" POOL_META "\n" POOL_OIDC "\n" POOL_SUFFIX
                                "\n" POOL_TOKEN " [Basic app:CANARY-s] "
                                "grant_type=client_credentials resource=" ARN
                                "?qualifier=D\n" SAVED,
        .after = "token resource=" ARN "?qualifier=D\ntoken issuer=" POOL},
    {.name = "a named place without document: the list goes on: A-033",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M,
        .challenge_status = 401,
        .challenge = "Bearer resource_metadata=\"https://mcp.test/prm\"",
        .answers = {HAS_PRM(""), HAS_META(""), GRANTS("")},
        .steps =
            LOCKED "GET https://mcp.test/prm\n" PRM "\n" META "\n" GOOD_END,
        .after = "token issuer=https://as.test"},
    {.name = "a named place in clear text is not visited: A-023 S-003",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M,
        .challenge_status = 401,
        .challenge = "Bearer resource_metadata=\"http://169.254.169.254/\"",
        .answers = {HAS_PRM(""), HAS_META(""), GRANTS("")},
        .steps = LOCKED PRM "\n" META "\n" GOOD_END,
        .logs = "may not be fetched",
        .after = "token issuer=https://as.test"},
    {.name = "a configured place is tried before the well-known ones",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M "resource_metadata=https://mcp.test/mine\n",
        .challenge_status = 401,
        .answers = {{"GET https://mcp.test/mine", 200, PRM_BODY("")},
            HAS_META(""), GRANTS("")},
        .steps = LOCKED "GET https://mcp.test/mine\n" META "\n" GOOD_END,
        .after = "token issuer=https://as.test"},
    {.name = "a server that does not list the header gets it: A-039",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M,
        .challenge_status = 401,
        .answers = {HAS_PRM(",'bearer_methods_supported':['body']"),
            HAS_META(""), GRANTS("")},
        .steps = LOCKED PRM "\n" META "\n" GOOD_END,
        .logs = "(bearer_methods_supported); it is used all the same",
        .after = "token issuer=https://as.test"},
    {.name = "a page at the path, the document at the root: A-031 A-032",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M,
        .challenge_status = 401,
        .answers = {{PRM, 200, "<html>"}, {PRM_ROOT, 200, PRM_BODY("")},
            HAS_META(""), GRANTS("")},
        .steps = LOCKED PRM "\n" PRM_ROOT "\n" META "\n" GOOD_END,
        .after = "token issuer=https://as.test"},
    {.name = "nobody says who the authorization server is: A-041",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M "origin_fallback=never\n",
        .challenge_status = 401,
        .steps = LOCKED PRM "\n" PRM_ROOT "\n" FAILED("E_PROTOCOL"),
        .status = MCPAUTH_E_PROTOCOL,
        .says = "tried https://mcp.test/.well-known/oauth-protected-resource/"
                "mcp (404), https://mcp.test/.well-known/"
                "oauth-protected-resource (404) | name it: set "
                "OAUTH_DISCOVERY_URL"},
    {.name = "a 5xx of the MCP server is not `no metadata`: A-032",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M,
        .challenge_status = 401,
        .answers = {{PRM, 504}},
        .steps = LOCKED PRM "\nwait 500\n" PRM "\n" FAILED("E_HTTP"),
        .status = MCPAUTH_E_HTTP,
        .says = "finding the authorization server of https://mcp.test/mcp"},
    {.name = "an unreachable MCP server is not `no metadata`: A-032",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M,
        .challenge_status = 401,
        .answers = {{PRM, .failure = MCPAUTH_E_NETWORK}},
        .steps = LOCKED PRM "\nwait 500\n" PRM "\n" FAILED("E_NETWORK"),
        .status = MCPAUTH_E_NETWORK,
        .says = "as scripted"},
    {.name = "metadata of another resource ends it: A-036 S-027",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M,
        .challenge_status = 401,
        .answers = {{PRM, 200,
            "{'resource':'https://mcp.test/mc',"
            "'authorization_servers':['https://as.test']}"}},
        .steps = LOCKED PRM "\n" FAILED("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED,
        .says = "\"https://mcp.test/mc\", not for https://mcp.test/mcp"},
    {.name = "who wants the very resource gets it: A-036",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M "resource_match=exact\n",
        .challenge_status = 401,
        .answers = {{PRM, 200,
                        "{'resource':'https://MCP.test:443/mcp',"
                        "'authorization_servers':['https://as.test']}"},
            HAS_META(""), GRANTS("")},
        .steps = LOCKED PRM "\n" META "\n" TOKEN " [Basic app:CANARY-s] "
                            "grant_type=client_credentials "
                            "resource=https://MCP.test:443/mcp\n" SAVED,
        .after = "token issuer=https://as.test"},
    {.name = "who wants the very resource takes no other: A-036 S-027",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M "resource_match=exact\n",
        .challenge_status = 401,
        .answers = {{PRM, 200,
            "{'resource':'https://mcp.test/',"
            "'authorization_servers':['https://as.test']}"}},
        .steps = LOCKED PRM "\n" FAILED("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED,
        .says = "\"https://mcp.test/\", not for https://mcp.test/mcp"},
    {.name = "the document's resource is sent as it is: A-131",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M,
        .challenge_status = 401,
        .answers = {{PRM, 200,
                        "{'resource':'https://MCP.test:443/',"
                        "'authorization_servers':['https://as.test']}"},
            HAS_META(""), GRANTS("")},
        .steps = LOCKED PRM "\n" META "\n" TOKEN " [Basic app:CANARY-s] "
                            "grant_type=client_credentials "
                            "resource=https://MCP.test:443/\n" SAVED,
        .after = "token resource=https://MCP.test:443/"},
    {.name = "entries that are no issuers are passed over: A-037",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M,
        .challenge_status = 401,
        .answers = {{PRM, 200,
                        "{'resource':'https://mcp.test/mcp',"
                        "'authorization_servers':['http://a.test',7,"
                        "'https://b.test?x','https://as.test']}"},
            HAS_META(""), GRANTS("")},
        .steps = LOCKED PRM "\n" META "\n" GOOD_END,
        .after = "token issuer=https://as.test"},
    {.name = "no entry is an issuer: A-035 A-037",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M,
        .challenge_status = 401,
        .answers = {{PRM, 200,
            "{'resource':'https://mcp.test/mcp',"
            "'authorization_servers':['http://a.test']}"}},
        .steps = LOCKED PRM "\n" PRM_ROOT "\n" FAILED("E_PROTOCOL"),
        .status = MCPAUTH_E_PROTOCOL},

    /* --- which issuer --------------------------------------------------------
     */

    {.name = "the issuer the client was used at is chosen: A-038 A-071",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M,
        .stored = BOUND_TO("https://as.test"),
        .challenge_status = 401,
        .answers = {{PRM, 200,
                        "{'resource':'https://mcp.test/mcp',"
                        "'authorization_servers':['https://b.test',"
                        "'https://as.test']}"},
            HAS_META(""), GRANTS("")},
        .steps = LOCKED PRM "\n" META "\n" GOOD_END,
        .after = "token issuer=https://as.test"},
    {.name = "a client's secret does not follow to another issuer: "
             "A-071 A-080 S-031",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M,
        .stored = BOUND_TO("https://before.test"),
        .challenge_status = 401,
        .answers = {HAS_PRM("")},
        .steps = LOCKED PRM "\n" FAILED("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED,
        .says = "names the authorization server https://as.test, but this "
                "client was used at https://before.test"},
    {.name = "a configured move is the user's word: S-031",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M AS,
        .stored = BOUND_TO("https://before.test"),
        .challenge_status = 401,
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOCKED META "\n" GOOD_END,
        .after = "bindings app=https://as.test"},
    {.name = "an issuer with a registered client is chosen: A-038",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = SERVER,
        .stored = "{'version':1,'clients':{'https://as.test':{'client_id':"
                  "'c'}}}",
        .challenge_status = 401,
        .answers = {{PRM, 200,
                        "{'resource':'https://mcp.test/mcp',"
                        "'authorization_servers':['https://b.test',"
                        "'https://as.test']}"},
            HAS_META("")},
        .steps = LOCKED PRM "\n" META "\n" FAILED("E_LOGIN_REQUIRED"),
        .status = MCPAUTH_E_LOGIN_REQUIRED,
        .says = "wants a login at https://as.test"},
    {.name = "a refresh token stays with its issuer: A-040 A-081 S-031",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = APP,
        .stored = RECORD("interactive", REFRESH EXPIRED),
        .challenge_status = 401,
        .sent = RECORD("interactive", REFRESH EXPIRED),
        .answers = {{PRM, 200,
                        "{'resource':'https://mcp.test/mcp',"
                        "'authorization_servers':['https://b.test']}"},
            {OTHER_META, 200, OTHER_BODY}},
        .steps = LOCKED PRM "\n" OTHER_META "\n" FAILED("E_LOGIN_REQUIRED"),
        .status = MCPAUTH_E_LOGIN_REQUIRED,
        .says = "https://b.test"},
    {.name = "a registered client stays with its issuer: A-080 A-081",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = SERVER,
        .stored = "{'version':1,'clients':{'https://as.test':{'client_id':"
                  "'c','client_secret':'CANARY-c'}}}",
        .challenge_status = 401,
        .answers = {{PRM, 200,
                        "{'resource':'https://mcp.test/mcp',"
                        "'authorization_servers':['https://b.test']}"},
            {OTHER_META, 200, OTHER_BODY}},
        .steps = LOCKED PRM "\n" OTHER_META "\n" FAILED("E_USAGE"),
        .status = MCPAUTH_E_USAGE,
        .says = "https://b.test does not register clients | create a client "
                "there and set OAUTH_CLIENT_ID"},
    {.name = "a 401 with a token: metadata again, then refresh: A-040 A-173",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = APP,
        .stored = RECORD("interactive", REFRESH FRESH),
        .challenge_status = 401,
        .sent = RECORD("interactive", REFRESH FRESH),
        .answers = {HAS_PRM(""), HAS_META(""), GRANTS("")},
        .steps = LOCKED PRM "\n" META "\n" RENEWAL SAVED,
        .after = "token refresh_token=CANARY-r1"},
    {.name = "a due renewal goes straight to the token's issuer: A-152 S-069",
        .settings = APP,
        .stored = RECORD("interactive", REFRESH EXPIRED),
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOCKED META "\n" RENEWAL SAVED,
        .after = "token access_token=CANARY-a2"},
    {.name = "a login asks the MCP server anew: A-040",
        .purpose = MCPAUTH_FLOW_LOGIN,
        .settings = APP,
        .stored = RECORD("interactive", REFRESH FRESH),
        .answers = {HAS_PRM(""), HAS_META("")},
        .steps = LOCKED PRM "\n" META "\n" FAILED("E_LOGIN_REQUIRED"),
        .status = MCPAUTH_E_LOGIN_REQUIRED},
};

int main(void)
{
    return script_main(
        "discovery", cases, sizeof cases / sizeof *cases, NULL, 0);
}
