/* push_test.c - requests that a browser does not carry. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "places.h"
#include "script.h"

#define PAR      "POST https://as.test/par"
#define OFFERED  ",'pushed_authorization_request_endpoint':'https://as.test/par'"
#define REQUIRED OFFERED ",'require_pushed_authorization_requests':true"
#define TAKEN(name)                                                            \
    {                                                                          \
        PAR, 201, "{'request_uri':'urn:par:" name "','expires_in':60}"         \
    }
#define SAYS_NO(error)                                                         \
    {                                                                          \
        PAR, 400, "{'error':'" error "'}"                                      \
    }
#define SETTINGS APP AS "scope=a\n"
#define PERSONAL .person = true, .settings = SETTINGS
#define CONFIDENTIAL                                                           \
    .person = true, .settings = SETTINGS "mode=interactive\n"                  \
                                         "client_secret=CANARY-s\n"
#define LOGS_IN .redirects = {"code=CANARY-c&state=+"}
#define TO_PUSH LOCKED META "\n" ASKING "listen any\n"
#define PUSHES(client, scope)                                                  \
    PAR " redirect_uri=" URI " scope=" scope RESOURCE " client_id=" client "\n"
#define PUSH PUSHES("app", "a")
#define PUSH_OFFLINE                                                           \
    PAR " redirect_uri=" URI                                                   \
        " scope=openid email profile offline_access" RESOURCE                  \
        " prompt=consent client_id=app\n"
#define PUSH_BASIC                                                             \
    PAR " [Basic app:CANARY-s] client_id=app redirect_uri=" URI                \
        " scope=a" RESOURCE "\n"
#define GOES(client, name)                                                     \
    "browse https://as.test/authorize client_id=" client                       \
    " request_uri=urn:par:" name "\n"
#define REGISTERS                                                              \
    REGISTER " redirect_uris=" URI " token_endpoint_auth_method=none "         \
             "scope=a\n"

static const script_case cases[] = {
    {.name = "a server that insists is told before the browser: A-102",
        PERSONAL,
        LOGS_IN,
        .answers = {HAS_META(REQUIRED), TAKEN("1"), GRANTS("")},
        .steps = TO_PUSH PUSH GOES("app", "1") CODE("app", URI) LOGGED_IN,
        .logs = "1 login: the address to log in at is to be opened within 60",
        .after = "token access_token=CANARY-a2"},
    {.name = "the person to log in is named to it: A-100 A-102",
        .person = true,
        .settings = APP AS "scope=a\nlogin_hint=jane\n",
        LOGS_IN,
        .answers = {HAS_META(REQUIRED), TAKEN("1"), GRANTS("")},
        .steps = TO_PUSH PAR " redirect_uri=" URI " scope=a" RESOURCE
                             " login_hint=jane client_id=app\n" GOES("app", "1")
                                 CODE("app", URI) LOGGED_IN,
        .after = "token access_token=CANARY-a2"},
    {.name = "a client with a key signs who it is, each time: A-102 A-182 "
             "A-183",
        .person = true,
        .settings = SETTINGS "mode=interactive\n" KEY,
        LOGS_IN,
        .answers = {HAS_META(REQUIRED), TAKEN("1"), GRANTS("")},
        .steps =
            TO_PUSH PAR " client_id=app redirect_uri=" URI
                        " scope=a" RESOURCE BY_KEY "\n" GOES("app", "1") TOKEN
        " grant_type=authorization_code code=CANARY-c"
        " redirect_uri=" URI " code_verifier=*" RESOURCE BY_KEY "\n" LOGGED_IN,
        .after = "token access_token=CANARY-a2"},
    {.name = "a client with a certificate shows it, and is named once: A-102 "
             "A-270 A-271",
        .person = true,
        .settings = SETTINGS "mode=interactive\n" TLS,
        LOGS_IN,
        .answers = {HAS_META(REQUIRED ALIASED),
            {"POST https://tls.as.test/par", 201,
                "{'request_uri':'urn:par:1'}"},
            {"POST https://tls.as.test/token", 200, TOKEN_BODY("")}},
        .steps = TO_PUSH
        "POST https://tls.as.test/par [certificate] redirect_uri=" URI
        " scope=a" RESOURCE " client_id=app\n" GOES("app",
            "1") "POST https://tls.as.test/token [certificate] "
                 "grant_type=authorization_code code=CANARY-c redirect_uri=" URI
                 " code_verifier=*" RESOURCE " client_id=app\n" LOGGED_IN,
        .after = "token access_token=CANARY-a2"},
    {.name = "one that merely offers it is not: A-102",
        PERSONAL,
        LOGS_IN,
        .answers = {HAS_META(OFFERED), GRANTS("")},
        .steps = TO_PUSH BROWSE("app", URI) CODE("app", URI) LOGGED_IN,
        .after = "token access_token=CANARY-a2"},
    {.name = "only a JSON true insists: A-057 A-102",
        PERSONAL,
        LOGS_IN,
        .answers = {HAS_META(OFFERED ",'require_pushed_authorization_requests':"
                                     "'true'"),
            GRANTS("")},
        .steps = TO_PUSH BROWSE("app", URI) CODE("app", URI) LOGGED_IN,
        .after = "token access_token=CANARY-a2"},
    {.name = "the query of the authorization endpoint is kept: A-100 A-102",
        PERSONAL,
        LOGS_IN,
        .answers = {{META, 200,
                        "{'issuer':'https://as.test',"
                        "'authorization_endpoint':'https://as.test/a?p=1',"
                        "'token_endpoint':'https://as.test/token',"
                        "'code_challenge_methods_supported':['S256']" REQUIRED
                        "}"},
            TAKEN("1"), GRANTS("")},
        .steps =
            TO_PUSH PUSH "browse https://as.test/a p=1 client_id=app "
                         "request_uri=urn:par:1\n" CODE("app", URI) LOGGED_IN,
        .after = "token access_token=CANARY-a2"},
    {.name = "a client with a secret proves itself, and is named: "
             "A-102 A-121 A-122",
        CONFIDENTIAL,
        LOGS_IN,
        .answers = {HAS_META(REQUIRED), TAKEN("1"), GRANTS("")},
        .steps = TO_PUSH PUSH_BASIC GOES("app", "1") TOKEN
        " [Basic app:CANARY-s] grant_type=authorization_code "
        "code=CANARY-c" REDIRECT " code_verifier=*" RESOURCE "\n" LOGGED_IN,
        .after = "token access_token=CANARY-a2"},
    {.name = "or in the body, and is named once: A-102 A-121 A-122",
        CONFIDENTIAL,
        .redirects = {"!E_CANCELLED"},
        .answers = {HAS_META(REQUIRED ",'token_endpoint_auth_methods_supported'"
                                      ":['client_secret_post']"),
            TAKEN("1")},
        .steps = TO_PUSH PAR " redirect_uri=" URI " scope=a" RESOURCE
                             " client_id=app client_secret=CANARY-s\n" GOES(
                                 "app", "1") GAVE_UP("E_CANCELLED"),
        .status = MCPAUTH_E_CANCELLED},
    {.name = "a client is registered first: A-074 A-102",
        .person = true,
        .settings = SERVER AS "scope=a\n",
        LOGS_IN,
        .answers = {HAS_META(REQUIRED CAN_REGISTER),
            {REGISTER, 201, "{'client_id':'one'}"}, TAKEN("1"), GRANTS("")},
        .steps = TO_PUSH REGISTERS PUSHES("one", "a") GOES("one", "1")
            CODE("one", URI) LOGGED_IN,
        .after = "token client_id=one"},
    {.name = "200 is as good as 201, and no lifetime is none of ours: A-102",
        PERSONAL,
        LOGS_IN,
        .answers = {HAS_META(REQUIRED),
            {PAR, 200, "{'request_uri':'urn:par:1'}"}, GRANTS("")},
        .steps = TO_PUSH PUSH GOES("app", "1") CODE("app", URI) LOGGED_IN,
        .after = "token access_token=CANARY-a2"},
    {.name = "nobody there to log in: nothing is pushed: A-102",
        .settings = SETTINGS,
        .answers = {HAS_META(REQUIRED)},
        .steps = LOCKED META "\n" FAILED("E_LOGIN_REQUIRED"),
        .status = MCPAUTH_E_LOGIN_REQUIRED},

    /* --- what the metadata may say -------------------------------------------
     */

    {.name = "it insists and does not say where: A-055 A-102",
        PERSONAL,
        .answers = {HAS_META(",'require_pushed_authorization_requests':true")},
        .steps = LOCKED META "\n" FAILED("E_PROTOCOL"),
        .status = MCPAUTH_E_PROTOCOL,
        .says = "the metadata of https://as.test requires pushed "
                "authorization requests, and names no "
                "pushed_authorization_request_endpoint"},
    {.name = "the place must be as safe as any: A-055 A-102 S-001",
        PERSONAL,
        .answers = {HAS_META(",'pushed_authorization_request_endpoint':"
                             "'http://as.test/par'")},
        .steps = LOCKED META "\n" FAILED("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED,
        .says = "`pushed_authorization_request_endpoint` is not an https URL"},

    /* --- once for each visit -------------------------------------------------
     */

    {.name = "a second visit is pushed anew: A-102 A-115",
        .person = true,
        .settings = APP AS,
        .redirects = {"error=invalid_scope&state=+", "code=CANARY-c&state=+"},
        .answers = {HAS_META(REQUIRED ",'scopes_supported':['offline_access']"),
            TAKEN("1"), TAKEN("2"), GRANTS("")},
        .steps = TO_PUSH PUSH_OFFLINE GOES(
            "app", "1") "listen " URI "\n" PUSHES("app", "openid email profile")
            GOES("app", "2") CODE("app", URI) LOGGED_IN,
        .after = "token access_token=CANARY-a2"},
    {.name = "a scope that is refused beforehand costs no visit: A-102 A-115",
        .person = true,
        .settings = APP AS,
        LOGS_IN,
        .answers = {HAS_META(REQUIRED ",'scopes_supported':['offline_access']"),
            SAYS_NO("invalid_scope"), TAKEN("2"), GRANTS("")},
        .steps = TO_PUSH PUSH_OFFLINE PUSHES("app", "openid email profile")
            GOES("app", "2") CODE("app", URI) LOGGED_IN,
        .after = "token access_token=CANARY-a2"},
    {.name = "a server out of order is asked once more: A-102 S-067",
        PERSONAL,
        LOGS_IN,
        .answers = {HAS_META(REQUIRED), {PAR, 503}, TAKEN("2"), GRANTS("")},
        .steps = TO_PUSH PUSH "wait 500\n" PUSH GOES("app", "2")
            CODE("app", URI) LOGGED_IN,
        .after = "token access_token=CANARY-a2"},

    /* --- refusals ------------------------------------------------------------
     */

    {.name = "a refusal in the server's words: A-102",
        PERSONAL,
        .answers = {HAS_META(REQUIRED),
            {PAR, 400,
                "{'error':'invalid_request','error_description':'not so'}"}},
        .steps = TO_PUSH PUSH GAVE_UP("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "pushing the request for a login to https://as.test/par: the "
                "authorization server refused with status 400 "
                "(invalid_request: \"not so\")"},
    {.name = "what the server says back is masked: A-102 S-054",
        CONFIDENTIAL,
        .answers = {HAS_META(REQUIRED),
            {PAR, 401,
                "{'error':'invalid_client','error_description':"
                "'not CANARY-s'}"}},
        .steps = TO_PUSH PUSH_BASIC GAVE_UP("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "not [masked]"},
    {.name = "a client that was forgotten is registered anew: A-078 A-102",
        .person = true,
        .settings = SERVER AS "scope=a\n",
        LOGS_IN,
        .stored = "{'version':1,'clients':{'https://as.test':{'client_id':"
                  "'one','redirect_uris':['" URI "']}}}",
        .answers = {HAS_META(REQUIRED CAN_REGISTER), SAYS_NO("invalid_client"),
            {REGISTER, 201, "{'client_id':'two'}"}, TAKEN("2"), GRANTS("")},
        .steps = LOCKED META "\n" ASKING "listen " URI "\n" PUSHES(
            "one", "a") "listen any\n" REGISTERS PUSHES("two", "a")
            GOES("two", "2") CODE("two", URI) LOGGED_IN,
        .logs = "no longer knows this client",
        .after = "clients https://as.test client_id=two"},
    {.name = "the new one is forgotten, too: A-078 A-102",
        .person = true,
        .settings = SERVER AS "scope=a\n",
        .stored = "{'version':1,'clients':{'https://as.test':{'client_id':"
                  "'one','redirect_uris':['" URI "']}}}",
        .answers = {HAS_META(REQUIRED CAN_REGISTER), SAYS_NO("invalid_client"),
            {REGISTER, 201, "{'client_id':'two'}"}},
        .steps = LOCKED META "\n" ASKING "listen " URI "\n" PUSHES(
            "one", "a") "listen any\n" REGISTERS PUSHES("two",
            "a") "load\nsave\n" GAVE_UP("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "invalid_client",
        .after = "clients https://as.test client_id=two"},
    {.name = "a configured client is not replaced: A-078 A-102",
        PERSONAL,
        .answers = {HAS_META(REQUIRED CAN_REGISTER), SAYS_NO("invalid_client")},
        .steps = TO_PUSH PUSH GAVE_UP("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "check client id, client secret"},
    {.name = "a redirect is not followed: A-102 A-125 S-007",
        PERSONAL,
        .answers = {HAS_META(REQUIRED),
            {PAR, 307, "", "Location: https://evil.test/"}},
        .steps = TO_PUSH PUSH GAVE_UP("E_HTTP"),
        .status = MCPAUTH_E_HTTP,
        .says = "the pushed authorization request endpoint answered with "
                "status 307"},
    {.name = "an answer without a name for the request: A-102",
        PERSONAL,
        .answers = {HAS_META(REQUIRED), {PAR, 201, "{'expires_in':60}"}},
        .steps = TO_PUSH PUSH GAVE_UP("E_PROTOCOL"),
        .status = MCPAUTH_E_PROTOCOL,
        .says = "no usable `request_uri`"},
    {.name = "a name with bytes that no name has: A-102",
        PERSONAL,
        .answers = {HAS_META(REQUIRED), {PAR, 201, "{'request_uri':'a\\nb'}"}},
        .steps = TO_PUSH PUSH GAVE_UP("E_PROTOCOL"),
        .status = MCPAUTH_E_PROTOCOL},
    {.name = "nobody there: A-102",
        PERSONAL,
        .answers = {HAS_META(REQUIRED), {PAR, .failure = MCPAUTH_E_NETWORK}},
        .steps = TO_PUSH PUSH "wait 500\n" PUSH GAVE_UP("E_NETWORK"),
        .status = MCPAUTH_E_NETWORK,
        .says = "to https://as.test/par: as scripted"},
};

int main(void)
{
    return script_main("push", cases, sizeof cases / sizeof *cases, NULL, 0);
}
