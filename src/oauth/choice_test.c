/* choice_test.c - which scope, which client and which grant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "places.h"
#include "script.h"

#define DOCUMENT  "https://app.test/client.json"
#define DOCUMENTS ",'client_id_metadata_document_supported':true"
#define BY_URL    SERVER AS "scope=a\nclient_metadata_url=" DOCUMENT "\n"
#define DOCUMENT_RECORD(members)                                               \
    "{'version':1,'token':" TOKEN_OF(DOCUMENT, "interactive", members) "}"
#define LOGS_IN(as, client)                                                    \
    "browse " as "/authorize client_id=" client REDIRECT " scope=a" RESOURCE   \
    "\nPOST " as "/token grant_type=authorization_code code=CANARY-c" REDIRECT \
    " code_verifier=*" RESOURCE " client_id=" client "\n"
#define ASKS_TO_REGISTER                                                       \
    REGISTER " redirect_uris=" URI " token_endpoint_auth_method=none "         \
             "scope=a\n"
#define REGISTERED                                                             \
    {                                                                          \
        REGISTER, 201, "{'client_id':'one'}"                                   \
    }

/* A person whose token, with this scope, lacks "b". */
#define STEPS_UP(scope)                                                        \
    .purpose = MCPAUTH_FLOW_TOKEN, .person = true, .settings = APP AS,         \
    .challenge_status = 403,                                                   \
    .challenge = "Bearer error=\"insufficient_scope\", scope=\"b\"",           \
    .stored = RECORD("interactive", FRESH ",'requested_scope':'" scope "'"),   \
    .sent = RECORD("interactive", ",'scope':'a'")
#define ASKED                                                                  \
    .purpose = MCPAUTH_FLOW_TOKEN, .person = true, .settings = APP,            \
    .challenge_status = 401
#define NO_RESOURCE                                                            \
    {                                                                          \
        TOKEN, 400,                                                            \
            "{'error':'invalid_target','error_description':"                   \
            "'AADSTS9010010: they disagree.'}"                                 \
    }

/* A server that moved from https://as.test to https://b.test. */
#define B_PRM                                                                  \
    {                                                                          \
        PRM, 200,                                                              \
            "{'resource':'https://mcp.test/mcp','authorization_servers':"      \
            "['https://b.test']}"                                              \
    }
#define B_META "GET https://b.test/.well-known/oauth-authorization-server"
#define B_BODY(members)                                                        \
    "{'issuer':'https://b.test',"                                              \
    "'authorization_endpoint':'https://b.test/authorize',"                     \
    "'token_endpoint':'https://b.test/token',"                                 \
    "'code_challenge_methods_supported':['S256']" members "}"
#define MOVED PERSON, .purpose = MCPAUTH_FLOW_TOKEN, .challenge_status = 401

static const script_case cases[] = {
    /* --- client --------------------------------------------------------------
     */

    {.name = "a client's document comes before registration: A-070 A-072",
        PERSON,
        .settings = BY_URL,
        .answers = {HAS_META(CAN_REGISTER DOCUMENTS), GRANTS(HOUR)},
        .steps = LOCKED META
        "\n" ASKING LISTENED LOGS_IN("https://as.test", DOCUMENT) LOGGED_IN,
        .after = "token client_id=" DOCUMENT "\nclients=-\nbindings=-"},
    {.name = "a configured client comes before its document: A-070",
        PERSON,
        .settings = BY_URL "client_id=app\n",
        .answers = {HAS_META(CAN_REGISTER DOCUMENTS), GRANTS(HOUR)},
        .steps = LOCKED META
        "\n" ASKING LISTENED LOGS_IN("https://as.test", "app") LOGGED_IN,
        .after = "token client_id=app\nbindings app=https://as.test"},
    {.name = "a server that does not take documents registers: A-057 A-070",
        PERSON,
        .settings = BY_URL,
        .answers = {HAS_META(CAN_REGISTER
                        ",'client_id_metadata_document_supported':'true'"),
            REGISTERED, GRANTS("")},
        .steps = LOCKED META "\n" ASKING LISTENED ASKS_TO_REGISTER LOGS_IN(
            "https://as.test", "one") LOGGED_IN,
        .after = "token client_id=one"},
    {.name = "a server that would take a document is told of: A-079",
        PERSON,
        .settings = SERVER AS "scope=a\n",
        .answers = {HAS_META(CAN_REGISTER DOCUMENTS), REGISTERED, GRANTS("")},
        .steps = LOCKED META "\n" ASKING LISTENED ASKS_TO_REGISTER LOGS_IN(
            "https://as.test", "one") LOGGED_IN,
        .logs = "1 registration: registering a client; client_metadata_url "
                "would make that unnecessary here",
        .after = "token client_id=one"},
    {.name = "a server that takes nothing else: the hint says so: A-070",
        PERSON,
        .settings = SERVER AS,
        .answers = {HAS_META(DOCUMENTS)},
        .steps = LOCKED META "\n" FAILED("E_USAGE"),
        .status = MCPAUTH_E_USAGE,
        .says = "or set client_metadata_url, which it takes as well"},
    {.name = "a document that is refused is not replaced: A-078",
        PERSON,
        .settings = BY_URL,
        .answers = {HAS_META(CAN_REGISTER DOCUMENTS),
            {TOKEN, 401, "{'error':'invalid_client'}"}},
        .steps = LOCKED META "\n" ASKING LISTENED LOGS_IN(
            "https://as.test", DOCUMENT) GAVE_UP("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "invalid_client"},
    {.name = "a document renews what it was granted: A-072 A-152",
        .settings = SERVER "client_metadata_url=" DOCUMENT "\n",
        .stored = DOCUMENT_RECORD(REFRESH EXPIRED),
        .answers = {HAS_META(DOCUMENTS), GRANTS("")},
        .steps = LOCKED META "\nsave\n" TOKEN " grant_type=refresh_token "
                             "refresh_token=CANARY-r1" RESOURCE
                             " client_id=" DOCUMENT "\n" SAVED,
        .after = "token client_id=" DOCUMENT},
    {.name = "a document may be that of a client with a key: A-072 A-182",
        PERSON,
        .settings = BY_URL "mode=interactive\n" KEY,
        .answers = {HAS_META(DOCUMENTS), GRANTS("")},
        .steps = LOCKED META
        "\n" ASKING LISTENED
        "browse https://as.test/authorize client_id=" DOCUMENT REDIRECT
        " scope=a" RESOURCE "\n" TOKEN " grant_type=authorization_code "
        "code=CANARY-c" REDIRECT " code_verifier=*" RESOURCE
        " [ES256 of " DOCUMENT " for https://as.test]\n" LOGGED_IN,
        .after = "token client_id=" DOCUMENT},
    {.name = "a machine has no document: A-180",
        .settings = BY_URL "mode=m2m\n",
        .answers = {HAS_META(DOCUMENTS)},
        .steps = LOCKED META "\n" FAILED("E_USAGE"),
        .status = MCPAUTH_E_USAGE,
        .says = "OAUTH_CLIENT_ID"},

    /* --- another issuer ------------------------------------------------------
     */

    {.name = "a server that moved: a new client there, the old one kept: "
             "A-040 A-080 A-081",
        MOVED,
        .settings = SERVER "scope=a\n",
        .stored = "{'version':1,'token':" RECORD_TOKEN("interactive",
            REFRESH FRESH ",'requested_scope':'a'") ",'clients':{'https://"
                                                    "as.test':{'client_id':"
                                                    "'app','client_secret':"
                                                    "'CANARY-d'}}}",
        .sent = RECORD("interactive", ""),
        .answers = {B_PRM,
            {B_META, 200,
                B_BODY(",'registration_endpoint':'https://b.test/register'")},
            {"POST https://b.test/register", 201, "{'client_id':'two'}"},
            {"POST https://b.test/token", 200, TOKEN_BODY(HOUR)}},
        .steps =
            LOCKED PRM "\n" B_META "\n" ASKING LISTENED
                       "POST https://b.test/register redirect_uris=" URI
                       " token_endpoint_auth_method=none scope=a\n" LOGS_IN(
                           "https://b.test", "two") LOGGED_IN,
        .after =
            "token issuer=https://b.test\ntoken client_id=two\n"
            "token refresh_token=-\nclients https://as.test client_id=app\n"
            "clients https://b.test client_id=two"},
    {.name = "a server that moved back: its client is still known: A-081",
        MOVED,
        .settings = SERVER "scope=a\n",
        .stored = "{'version':1,'clients':{'https://as.test':{'client_id':"
                  "'app','redirect_uris':['" URI "']},'https://b.test':{"
                  "'client_id':'two'}}}",
        .answers = {HAS_PRM(""), HAS_META(CAN_REGISTER), GRANTS("")},
        .steps = LOCKED PRM "\n" META "\n" ASKING "listen " URI
                            "\n" LOGS_IN("https://as.test", "app") LOGGED_IN,
        .after = "token client_id=app\nclients https://b.test client_id=two"},
    {.name = "a document is good at every issuer, a token at one: A-081",
        MOVED,
        .settings = SERVER "scope=a\nclient_metadata_url=" DOCUMENT "\n",
        .stored = DOCUMENT_RECORD(REFRESH FRESH ",'requested_scope':'a'"),
        .sent = RECORD("interactive", ""),
        .answers = {B_PRM, {B_META, 200, B_BODY(DOCUMENTS)},
            {"POST https://b.test/token", 200, TOKEN_BODY(HOUR)}},
        .steps = LOCKED PRM "\n" B_META "\n" ASKING LISTENED LOGS_IN(
            "https://b.test", DOCUMENT) LOGGED_IN,
        .after = "token issuer=https://b.test\ntoken client_id=" DOCUMENT},

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
        .steps = LOCKED META "\n" ASKING LISTENED APP_BROWSE
                             " scope=openid email profile" RESOURCE
                             "\n" APP_CODE LOGGED_IN,
        .after = "token requested_scope=openid email profile"},
    {.name = "scope: a person's default by provider row: seed-15",
        .settings = APP AS "provider=cognito\nredirect_uri=http://127.0.0.1:"
                           "49152/callback\n",
        PERSON,
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOCKED META
        "\n" ASKING "listen http://127.0.0.1:49152/callback\n" APP_BROWSE
        " scope=openid email aws.cognito.signin.user.admin" RESOURCE
        "\n" APP_CODE LOGGED_IN,
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
        .steps = LOCKED PRM "\n" META "\n" ASKING LISTENED APP_BROWSE RESOURCE
                            "\n" APP_CODE LOGGED_IN,
        .after = "token requested_scope=-"},
    {.name = "scope: offline_access where the server lists it: A-150",
        .settings = APP,
        .purpose = MCPAUTH_FLOW_LOGIN,
        PERSON,
        .answers = {HAS_PRM(",'scopes_supported':['a']"),
            HAS_META(",'scopes_supported':['offline_access']"), GRANTS("")},
        .steps = LOCKED PRM "\n" META "\n" ASKING LISTENED APP_BROWSE
                            " scope=a offline_access" RESOURCE
                            " prompt=consent\n" APP_CODE LOGGED_IN,
        .after = "token requested_scope=a offline_access"},
    {.name = "scope: what was granted before is asked for again: A-142",
        ASKED,
        .challenge = "Bearer scope=\"c a\"",
        .redirects = {"code=CANARY-c&state=+"},
        .stored = RECORD("interactive", FRESH ",'scope':'a b'"),
        .sent = RECORD("interactive", ""),
        .answers = {HAS_PRM(""), HAS_META(""), GRANTS("")},
        .steps = LOCKED PRM "\n" META "\n" ASKING LISTENED APP_BROWSE
                            " scope=c a b" RESOURCE "\n" APP_CODE LOGGED_IN,
        .after = "token requested_scope=c a b"},
    {.name = "scope: what another issuer granted is not: A-080 A-142",
        ASKED,
        .challenge = "Bearer scope=\"c\"",
        .redirects = {"code=CANARY-c&state=+"},
        .stored = RECORD("interactive", FRESH ",'scope':'a b'"),
        .sent = RECORD("interactive", ""),
        .answers = {B_PRM, {B_META, 200, B_BODY("")},
            {"POST https://b.test/token", 200, TOKEN_BODY("")}},
        .steps =
            LOCKED PRM "\n" B_META "\n" ASKING LISTENED
                       "browse https://b.test/authorize client_id=app" REDIRECT
                       " scope=c" RESOURCE "\n"
                       "POST https://b.test/token "
                       "grant_type=authorization_code code=CANARY-c" REDIRECT
                       " code_verifier=*" RESOURCE " client_id=app\n" LOGGED_IN,
        .after = "token issuer=https://b.test"},
    {.name = "scope: no offline_access beside the user's words: A-150",
        .settings = APP "scope=a\n",
        .purpose = MCPAUTH_FLOW_LOGIN,
        PERSON,
        .answers = {HAS_PRM(""),
            HAS_META(",'scopes_supported':['offline_access']"), GRANTS("")},
        .steps = LOCKED PRM "\n" META "\n" ASKING LISTENED APP_BROWSE
                            " scope=a" RESOURCE "\n" APP_CODE LOGGED_IN,
        .after = "token requested_scope=a"},
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
        .steps = LOCKED PRM "\n" META "\n" ASKING LISTENED APP_BROWSE
                            " scope=c a b g" RESOURCE "\n" APP_CODE LOGGED_IN,
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
        .steps = LOCKED PRM "\n" META "\n" ASKING LISTENED APP_BROWSE
                            " scope=a p" RESOURCE "\n" APP_CODE LOGGED_IN,
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
        .steps = LOCKED META "\n" ASKING LISTENED APP_BROWSE
                             " scope=a b" RESOURCE "\n" APP_CODE LOGGED_IN,
        .after = "token requested_scope=a b"},
    {.name = "a step-up that is denied is remembered: A-163",
        STEPS_UP("a"),
        .redirects = {"error=access_denied&state=+"},
        .answers = {HAS_META("")},
        .steps =
            LOCKED META "\n" ASKING LISTENED APP_BROWSE " scope=b a" RESOURCE
                        "\nload\nsave\n" GAVE_UP("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "(access_denied)",
        .after = "token access_token=CANARY-a1\ntoken denied_scope=b a"},
    {.name = "what was denied is not asked for again: A-163 S-033",
        STEPS_UP("a','denied_scope':'b a"),
        .answers = {HAS_META("")},
        .steps = LOCKED META "\n" FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "wants the scope \"b\", which was denied when it was asked for "
                "before | log in again"},
    {.name = "what was denied does not stand in the way of other scope: A-163",
        STEPS_UP("a','denied_scope':'c a"),
        .redirects = {"code=CANARY-c&state=+"},
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOCKED META "\n" ASKING LISTENED APP_BROWSE
                             " scope=b a" RESOURCE "\n" APP_CODE LOGGED_IN,
        .after = "token requested_scope=b a\ntoken denied_scope=-"},
    {.name = "a step-up that is granted in part is a denial: A-164",
        STEPS_UP("a"),
        .redirects = {"code=CANARY-c&state=+"},
        .answers = {HAS_META(""), GRANTS(",'scope':'a'")},
        .steps = LOCKED META "\n" ASKING LISTENED APP_BROWSE
                             " scope=b a" RESOURCE "\n" APP_CODE LOGGED_IN,
        .after = "token scope=a\ntoken denied_scope=b"},
    {.name = "a renewal forgets no denial: A-163",
        .settings = APP,
        .stored = RECORD("interactive", REFRESH EXPIRED ",'denied_scope':'b'"),
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOCKED META "\n" RENEWAL SAVED,
        .after = "token denied_scope=b"},

    {.name = "a token endpoint that moved away gets no refresh token: S-031",
        .settings = APP,
        .stored = RECORD("interactive",
            REFRESH EXPIRED ",'token_endpoint':'https://old.test/token'"),
        .answers = {HAS_META("")},
        .steps = LOCKED META "\n" FAILED("E_LOGIN_REQUIRED"),
        .status = MCPAUTH_E_LOGIN_REQUIRED,
        .logs = "the token endpoint has moved from old.test to as.test"},
    {.name = "a token endpoint that moved within its origin does: S-031",
        .settings = APP,
        .stored = RECORD("interactive",
            REFRESH EXPIRED ",'token_endpoint':'https://as.test/old'"),
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOCKED META "\n" RENEWAL SAVED,
        .after = "token token_endpoint=https://as.test/token"},

    /* --- less than was asked for ---------------------------------------------
     */

    {.name = "scope that is refused: without offline_access: A-115 A-150",
        ASKED,
        .challenge = "Bearer scope=\"a\"",
        .redirects = {"error=invalid_scope&state=+", "code=CANARY-c&state=+"},
        .answers = {HAS_PRM(""),
            HAS_META(",'scopes_supported':['offline_access']"), GRANTS("")},
        .steps = LOCKED PRM "\n" META "\n" ASKING LISTENED APP_BROWSE
                            " scope=a offline_access" RESOURCE
                            " prompt=consent\nlisten " URI "\n" APP_BROWSE
                            " scope=a" RESOURCE "\n" APP_CODE LOGGED_IN,
        .logs = "(invalid_scope); asking once more, for \"a\"",
        .after = "token requested_scope=a"},
    {.name = "scope that is refused: the challenge's alone: A-115",
        STEPS_UP("a"),
        .redirects = {"error=invalid_scope&state=+", "code=CANARY-c&state=+"},
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOCKED META
        "\n" ASKING LISTENED APP_BROWSE " scope=b a" RESOURCE "\nlisten " URI
        "\n" APP_BROWSE " scope=b" RESOURCE "\n" APP_CODE LOGGED_IN,
        .after = "token requested_scope=b"},
    {.name = "scope that is refused: without what was granted before: A-115",
        ASKED,
        .redirects = {"error=invalid_scope&state=+", "code=CANARY-c&state=+"},
        .stored = RECORD("interactive", FRESH ",'scope':'a'"),
        .sent = RECORD("interactive", ""),
        .answers = {HAS_PRM(",'scopes_supported':['p']"), HAS_META(""),
            GRANTS("")},
        .steps =
            LOCKED PRM "\n" META "\n" ASKING LISTENED APP_BROWSE
                       " scope=p a" RESOURCE "\nlisten " URI "\n" APP_BROWSE
                       " scope=p" RESOURCE "\n" APP_CODE LOGGED_IN,
        .after = "token requested_scope=p"},
    {.name = "scope that is refused twice: A-115 S-033",
        STEPS_UP("a"),
        .redirects = {"error=invalid_scope&state=+",
            "error=invalid_scope&state=+", "code=CANARY-c&state=+"},
        .answers = {HAS_META("")},
        .steps = LOCKED META
        "\n" ASKING LISTENED APP_BROWSE " scope=b a" RESOURCE "\nlisten " URI
        "\n" APP_BROWSE " scope=b" RESOURCE "\n" GAVE_UP("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "(invalid_scope)"},
    {.name = "scope that is refused without offline_access, too: A-115 S-033",
        STEPS_UP("a"),
        .redirects = {"error=invalid_scope&state=+",
            "error=invalid_scope&state=+", "code=CANARY-c&state=+"},
        .answers = {HAS_META(",'scopes_supported':['offline_access']")},
        .steps = LOCKED META
        "\n" ASKING LISTENED APP_BROWSE " scope=b a offline_access" RESOURCE
        " prompt=consent\nlisten " URI "\n" APP_BROWSE " scope=b a" RESOURCE
        "\n" GAVE_UP("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED},
    {.name = "the user's scope is not narrowed: A-115",
        .person = true,
        .settings = APP AS "scope=a offline_access\n",
        .redirects = {"error=invalid_scope&state=+", "code=CANARY-c&state=+"},
        .answers = {HAS_META("")},
        .steps = LOCKED META "\n" ASKING LISTENED APP_BROWSE
                             " scope=a offline_access" RESOURCE
                             " prompt=consent\n" GAVE_UP("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "name scopes that this client may have with --scope"},
    {.name = "`resource` that is refused beside the scope: left out: A-115",
        .person = true,
        .settings = APP AS "scope=a\n",
        .redirects = {"error=invalid_target&error_description=AADSTS9010010:"
                      "%20no&state=+",
            "code=CANARY-c&state=+"},
        .answers = {HAS_META(""), GRANTS("")},
        .steps =
            LOCKED META "\n" ASKING LISTENED APP_BROWSE " scope=a" RESOURCE
                        "\nlisten " URI "\n" APP_BROWSE " scope=a\n" TOKEN
                        " grant_type=authorization_code code=CANARY-c" REDIRECT
                        " code_verifier=*"
                        " client_id=app\n" LOGGED_IN,
        .logs = "the server takes no `resource` beside this scope",
        .after = "token resource=https://mcp.test/mcp"},
    {.name = "`resource` that is refused otherwise: what to do: A-115 A-130",
        .person = true,
        .settings = APP AS "scope=a\n",
        .redirects = {"error=invalid_target&error_description=AADSTS901001"
                      "&state=+"},
        .answers = {HAS_META("")},
        .steps = LOCKED META "\n" ASKING LISTENED APP_BROWSE " scope=a" RESOURCE
                             "\n" GAVE_UP("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "or set resource_policy to never"},
    {.name = "`resource` that the user insists on is not left out: A-130",
        .settings = M2M AS "resource_policy=always\n",
        .answers = {HAS_META(""), NO_RESOURCE},
        .steps = LOCKED META "\n" MACHINE RESOURCE "\n" FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "AADSTS9010010"},
    {.name = "`resource` that is refused at the token endpoint: A-124 A-130",
        .settings = M2M AS,
        .answers = {HAS_META(""), NO_RESOURCE, GRANTS("")},
        .steps = LOCKED META "\n" MACHINE RESOURCE "\n" MACHINE "\n" SAVED,
        .after = "token access_token=CANARY-a2"},
    {.name = "a token that is refused without `resource`, too: A-130 S-033",
        .settings = M2M AS,
        .answers = {HAS_META(""), NO_RESOURCE},
        .steps = LOCKED META "\n" MACHINE RESOURCE "\n" MACHINE
                             "\n" FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED},
    {.name = "a code is not sent again without `resource`: A-116 A-130",
        PERSON,
        .settings = APP AS "scope=a\n",
        .answers = {HAS_META(""), NO_RESOURCE, GRANTS("")},
        .steps = LOCKED META "\n" ASKING LISTENED APP_BROWSE " scope=a" RESOURCE
                             "\n" APP_CODE GAVE_UP("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED},

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

int main(void)
{
    return script_main("choice", cases, sizeof cases / sizeof *cases, NULL, 0);
}
