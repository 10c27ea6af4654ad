/* enrol_test.c - becoming a client, with every refusal, and once more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "places.h"
#include "script.h"

#define REGISTERS(uri)                                                         \
    REGISTER " redirect_uris=" uri " token_endpoint_auth_method=none "         \
             "scope=a\n"
#define PLAINLY(uri)                                                           \
    REGISTER " redirect_uris=" uri " token_endpoint_auth_method=none "         \
             "(of no type)\n"
#define LOCALHOST "http://localhost:49152/callback"
#define LOGIN                                                                  \
    .purpose = MCPAUTH_FLOW_LOGIN, .person = true,                             \
    .redirects = {"code=CANARY-c&state=+"}

/* Clients that the server registered. */
#define DCR SERVER AS "scope=a\n"
#define CLIENTS(members)                                                       \
    "'clients':{'https://as.test':{'client_id':'one'" members "}}"
#define AT_7777  ",'redirect_uris':['http://127.0.0.1:7777/callback']"
#define URI_7777 "http://127.0.0.1:7777/callback"
#define REGISTERED(id)                                                         \
    {                                                                          \
        REGISTER, 201, "{'client_id':'" id "'}"                                \
    }

static const script_case cases[] = {
    /* --- registration --------------------------------------------------------
     */

    {.name = "a client is registered, after the address is known: "
             "A-070 A-074 A-104",
        LOGIN,
        .settings = DCR,
        .answers = {HAS_META(CAN_REGISTER), REGISTERED("one"), GRANTS("")},
        .steps = LOCKED META "\n" ASKING "listen any\n" REGISTERS(URI)
            BROWSE("one", URI) CODE("one", URI) LOGGED_IN,
        .after = "clients https://as.test client_id=one\n"
                 "token client_id=one\nbindings=-"},
    {.name = "what the server makes of the client holds: A-076",
        LOGIN,
        .settings = DCR,
        .answers = {HAS_META(CAN_REGISTER),
            {REGISTER, 201,
                "{'client_id':'one','client_secret':'CANARY-d',"
                "'token_endpoint_auth_method':'client_secret_post',"
                "'registration_client_uri':'https://as.test/register/one',"
                "'registration_access_token':'CANARY-g'}"},
            GRANTS("")},
        .steps = LOCKED META "\n" ASKING "listen any\n" REGISTERS(URI)
            BROWSE("one", URI) TOKEN
        " grant_type=authorization_code code=CANARY-c "
        "redirect_uri=" URI " code_verifier=*" RESOURCE
        " client_id=one client_secret=CANARY-d\n" LOGGED_IN,
        .after = "clients https://as.test client_secret=CANARY-d\n"
                 "clients https://as.test registration_access_token=CANARY-g\n"
                 "clients https://as.test registration_client_uri="
                 "https://as.test/register/one"},
    {.name = "a registered client and its address are used again: A-106",
        LOGIN,
        .settings = DCR,
        .stored = "{'version':1," CLIENTS(AT_7777) "}",
        .answers = {HAS_META(CAN_REGISTER), GRANTS("")},
        .steps = LOCKED META "\n" ASKING "listen " URI_7777 "\n" BROWSE(
            "one", URI_7777) CODE("one", URI_7777) LOGGED_IN,
        .after = "clients https://as.test client_id=one"},
    {.name = "its address is taken: another client is registered: A-106",
        LOGIN,
        .settings = DCR,
        .stored = "{'version':1," CLIENTS(AT_7777) "}",
        .binds = "to",
        .answers = {HAS_META(CAN_REGISTER), REGISTERED("two"), GRANTS("")},
        .steps = LOCKED META "\n" ASKING "listen " URI_7777
                             "\nlisten any\n" REGISTERS(URI) BROWSE("two", URI)
                                 CODE("two", URI) LOGGED_IN,
        .after = "clients https://as.test client_id=two"},
    {.name = "its address is taken, and no registration any more: A-106",
        LOGIN,
        .settings = DCR,
        .stored = "{'version':1," CLIENTS(AT_7777) "}",
        .binds = "to",
        .answers = {HAS_META("")},
        .steps =
            LOCKED META "\n" ASKING "listen " URI_7777 "\n" GAVE_UP("E_STATE"),
        .status = MCPAUTH_E_STATE},
    {.name = "another address, and no registration any more: A-104",
        LOGIN,
        .settings = DCR "callback_port=49152\n",
        .stored = "{'version':1," CLIENTS(AT_7777) "}",
        .answers = {HAS_META("")},
        .steps =
            LOCKED META "\n" ASKING "listen port 49152\n" GAVE_UP("E_USAGE"),
        .status = MCPAUTH_E_USAGE,
        .says = "does not register clients"},
    {.name = "a client whose secret has ended is registered anew: A-076 S-035",
        LOGIN,
        .settings = DCR,
        .stored = "{'version':1," CLIENTS(
            AT_7777 ",'client_secret':'CANARY-d','client_secret_expires_at':"
                    "1700000000") "}",
        .answers = {HAS_META(CAN_REGISTER), REGISTERED("two"), GRANTS("")},
        .steps = LOCKED META "\n" ASKING "listen " URI_7777 "\n" REGISTERS(
            URI_7777) BROWSE("two", URI_7777) CODE("two", URI_7777) LOGGED_IN,
        .after = "clients https://as.test client_id=two\n"
                 "clients https://as.test client_secret=-"},
    {.name = "a secret that has ended is not used to refresh: A-076",
        .person = true,
        .redirects = {"code=CANARY-c&state=+"},
        .settings = SERVER,
        .stored =
            "{'version':1,'token':" RECORD_TOKEN("interactive", REFRESH EXPIRED
                ",'requested_scope':'a'") ","
                                          "'clients':{'https://"
                                          "as.test':{'client_id':'app'" AT_7777
                                          ",'client_secret':'CANARY-d','client_"
                                          "secret_expires_at':"
                                          "1700000000}}}",
        .answers = {HAS_META(CAN_REGISTER), REGISTERED("two"), GRANTS("")},
        .steps = LOCKED META "\n" ASKING "listen " URI_7777 "\n" REGISTERS(
            URI_7777) BROWSE("two", URI_7777) CODE("two", URI_7777) LOGGED_IN,
        .after = "token client_id=two"},
    {.name = "a registration without our address: A-076 S-035",
        LOGIN,
        .settings = DCR,
        .answers = {HAS_META(CAN_REGISTER),
            {REGISTER, 201,
                "{'client_id':'one','redirect_uris':['https://evil.test']}"}},
        .steps = LOCKED META "\n" ASKING "listen any\n" REGISTERS(URI)
            GAVE_UP("E_PROTOCOL"),
        .status = MCPAUTH_E_PROTOCOL,
        .says = "registering a client at https://as.test/register: "},
    {.name = "a registration is refused: less is asked for, once: A-077",
        LOGIN,
        .settings = DCR,
        .answers = {HAS_META(CAN_REGISTER),
            {REGISTER, 400,
                "{'error':'invalid_client_metadata','error_description':"
                "'no'}"}},
        .steps = LOCKED META "\n" ASKING "listen any\n" REGISTERS(URI)
            PLAINLY(URI) GAVE_UP("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "(invalid_client_metadata: \"no\") | create a client there by "
                "hand and set OAUTH_CLIENT_ID"},
    {.name = "less is asked for, and that is granted: A-077",
        LOGIN,
        .settings = DCR,
        .answers = {HAS_META(CAN_REGISTER),
            {REGISTER, 400, "{'error':'invalid_client_metadata'}"},
            REGISTERED("one"), GRANTS("")},
        .steps = LOCKED META "\n" ASKING "listen any\n" REGISTERS(URI)
            PLAINLY(URI) BROWSE("one", URI) CODE("one", URI) LOGGED_IN,
        .logs = "asking once more, without scope and application type",
        .after = "token client_id=one"},
    {.name = "the other name of loopback is taken: A-077",
        LOGIN,
        .settings = DCR,
        .answers = {HAS_META(CAN_REGISTER),
            {REGISTER, 400, "{'error':'invalid_redirect_uri'}"},
            REGISTERED("one"), GRANTS("")},
        .steps = LOCKED META "\n" ASKING "listen any\n" REGISTERS(
            URI) "listen " LOCALHOST "\n" REGISTERS(LOCALHOST)
            BROWSE("one", LOCALHOST) CODE("one", LOCALHOST) LOGGED_IN,
        .logs = "asking once more, to come back to the other name of loopback",
        .after = "token client_id=one"},
    {.name = "neither name of loopback is taken: A-077",
        LOGIN,
        .settings = DCR,
        .answers = {HAS_META(CAN_REGISTER),
            {REGISTER, 400, "{'error':'invalid_redirect_uri'}"}},
        .steps = LOCKED META "\n" ASKING "listen any\n" REGISTERS(
            URI) "listen " LOCALHOST "\n" REGISTERS(LOCALHOST)
            GAVE_UP("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "invalid_redirect_uri"},
    {.name = "the user's redirect URI is not replaced: A-077 A-104",
        LOGIN,
        .settings = DCR "redirect_uri=" LOCALHOST "\n",
        .answers = {HAS_META(CAN_REGISTER),
            {REGISTER, 400, "{'error':'invalid_redirect_uri'}"}},
        .steps = LOCKED META "\n" ASKING "listen " LOCALHOST
                             "\n" REGISTERS(LOCALHOST) GAVE_UP("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED},
    {.name = "a registration is not for everybody: what to do: A-077 A-078",
        LOGIN,
        .settings = DCR,
        .answers = {HAS_META(CAN_REGISTER), {REGISTER, 401}},
        .steps = LOCKED META "\n" ASKING "listen any\n" REGISTERS(URI)
            GAVE_UP("E_HTTP"),
        .status = MCPAUTH_E_HTTP,
        .says = "or set initial_access_token"},
    {.name = "an initial access token goes to registration only: A-078",
        LOGIN,
        .settings = DCR "initial_access_token=CANARY-i\n",
        .answers = {HAS_META(CAN_REGISTER), REGISTERED("one"), GRANTS("")},
        .steps = LOCKED META
        "\n" ASKING "listen any\n" REGISTER
        " [Bearer CANARY-i] redirect_uris=" URI
        " token_endpoint_auth_method=none scope=a\n" BROWSE("one", URI)
            CODE("one", URI) LOGGED_IN,
        .after = "token client_id=one"},
    {.name = "a server that says the initial access token back: S-054",
        LOGIN,
        .settings = DCR "initial_access_token=CANARY-i\n",
        .answers = {HAS_META(CAN_REGISTER),
            {REGISTER, 401,
                "{'error':'invalid_token','error_description':"
                "'not CANARY-i'}"}},
        .steps = LOCKED META
        "\n" ASKING "listen any\n" REGISTER
        " [Bearer CANARY-i] redirect_uris=" URI
        " token_endpoint_auth_method=none scope=a\n" REGISTER
        " [Bearer CANARY-i] redirect_uris=" URI
        " token_endpoint_auth_method=none (of no type)\n" GAVE_UP("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "not [masked]"},
    {.name = "a secret beside the method none is not used: A-076",
        LOGIN,
        .settings = DCR,
        .answers = {HAS_META(CAN_REGISTER
                        ",'token_endpoint_auth_methods_supported':['none']"),
            {REGISTER, 201, "{'client_id':'one','client_secret':'CANARY-d'}"},
            GRANTS("")},
        .steps = LOCKED META "\n" ASKING "listen any\n" REGISTERS(URI)
            BROWSE("one", URI) CODE("one", URI) LOGGED_IN,
        .after = "token client_id=one"},
    {.name = "a registration may take a second try: S-067",
        LOGIN,
        .settings = DCR,
        .answers = {HAS_META(CAN_REGISTER), {REGISTER, 503}, REGISTERED("one"),
            GRANTS("")},
        .steps = LOCKED META
        "\n" ASKING "listen any\n" REGISTERS(URI) "wait 500\n" REGISTERS(URI)
            BROWSE("one", URI) CODE("one", URI) LOGGED_IN,
        .after = "token client_id=one"},
    {.name = "a registration that was made is not made twice: S-033",
        LOGIN,
        .settings = DCR,
        .answers = {HAS_META(CAN_REGISTER),
            {REGISTER, 201, "{'client_id':'one'}", "Retry-After: 1"},
            GRANTS("")},
        .steps = LOCKED META "\n" ASKING "listen any\n" REGISTERS(URI)
            BROWSE("one", URI) CODE("one", URI) LOGGED_IN,
        .after = "token client_id=one"},
    {.name = "nobody to register with: A-077",
        LOGIN,
        .settings = DCR,
        .answers = {HAS_META(CAN_REGISTER),
            {REGISTER, .failure = MCPAUTH_E_NETWORK}},
        .steps = LOCKED META "\n" ASKING "listen any\n" REGISTERS(
            URI) "wait 500\n" REGISTERS(URI) GAVE_UP("E_NETWORK"),
        .status = MCPAUTH_E_NETWORK,
        .says = "registering a client at https://as.test/register: as "
                "scripted"},
    {.name = "a registration follows no redirect: S-007 A-125",
        LOGIN,
        .settings = DCR,
        .answers = {HAS_META(CAN_REGISTER),
            {REGISTER, 308, "", "Location: https://evil.test/"}},
        .steps = LOCKED META "\n" ASKING "listen any\n" REGISTERS(URI)
            GAVE_UP("E_HTTP"),
        .status = MCPAUTH_E_HTTP},
    {.name = "a client that was registered outlives a login that was not: "
             "A-074 S-033",
        .purpose = MCPAUTH_FLOW_LOGIN,
        .person = true,
        .redirects = {"!E_CANCELLED"},
        .settings = DCR,
        .answers = {HAS_META(CAN_REGISTER), REGISTERED("one")},
        .steps = LOCKED META "\n" ASKING "listen any\n" REGISTERS(URI)
            BROWSE("one", URI) "load\nsave\n" GAVE_UP("E_CANCELLED"),
        .status = MCPAUTH_E_CANCELLED,
        .after = "clients https://as.test client_id=one\ntoken=-"},

    /* --- a client the server no longer knows ---------------------------------
     */

    {.name = "a forgotten client is registered again, once: A-078 S-033",
        .purpose = MCPAUTH_FLOW_LOGIN,
        .person = true,
        .redirects = {"code=CANARY-c&state=+", "code=CANARY-c&state=+"},
        .settings = DCR,
        .stored = "{'version':1," CLIENTS(AT_7777) "}",
        .answers = {HAS_META(CAN_REGISTER),
            {TOKEN, 401, "{'error':'invalid_client'}"}, REGISTERED("two"),
            GRANTS("")},
        .steps = LOCKED META "\n" ASKING "listen " URI_7777 "\n" BROWSE(
            "one", URI_7777) CODE("one", URI_7777) "listen any\n" REGISTERS(URI)
            BROWSE("two", URI) CODE("two", URI) LOGGED_IN,
        .logs = "no longer knows this client",
        .after = "clients https://as.test client_id=two\ntoken client_id=two"},
    {.name = "a client is forgotten before the code: A-078 S-033",
        .purpose = MCPAUTH_FLOW_LOGIN,
        .person = true,
        .redirects = {"error=invalid_client&state=+", "code=CANARY-c&state=+"},
        .settings = DCR,
        .stored = "{'version':1," CLIENTS(AT_7777) "}",
        .answers = {HAS_META(CAN_REGISTER), REGISTERED("two"), GRANTS("")},
        .steps = LOCKED META "\n" ASKING "listen " URI_7777 "\n" BROWSE(
            "one", URI_7777) "listen any\n" REGISTERS(URI) BROWSE("two", URI)
            CODE("two", URI) LOGGED_IN,
        .logs = "no longer knows this client",
        .after = "clients https://as.test client_id=two"},
    {.name = "a configured client that is refused before the code: A-078",
        .purpose = MCPAUTH_FLOW_LOGIN,
        .person = true,
        .redirects = {"error=invalid_client&state=+"},
        .settings = DCR "client_id=app\n",
        .answers = {HAS_META(CAN_REGISTER)},
        .steps = LOCKED META "\n" ASKING "listen any\n" BROWSE("app", URI)
            GAVE_UP("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "invalid_client"},
    {.name = "the new client is forgotten, too: A-078 S-033",
        .purpose = MCPAUTH_FLOW_LOGIN,
        .person = true,
        .redirects = {"code=CANARY-c&state=+", "code=CANARY-c&state=+"},
        .settings = DCR,
        .stored = "{'version':1," CLIENTS(AT_7777) "}",
        .answers = {HAS_META(CAN_REGISTER),
            {TOKEN, 401, "{'error':'invalid_client'}"}, REGISTERED("two")},
        .steps = LOCKED META "\n" ASKING "listen " URI_7777 "\n" BROWSE(
            "one", URI_7777) CODE("one", URI_7777) "listen any\n" REGISTERS(URI)
            BROWSE("two", URI)
                CODE("two", URI) "load\nsave\n" GAVE_UP("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "invalid_client",
        .after = "clients https://as.test client_id=two"},
    {.name = "a refresh of a forgotten client: a new client, a new login: "
             "A-078 A-154",
        .person = true,
        .redirects = {"code=CANARY-c&state=+"},
        .settings = SERVER,
        .stored =
            "{'version':1,'token':" RECORD_TOKEN("interactive", REFRESH EXPIRED
                ",'requested_scope':'a'") ",'clients':{"
                                          "'https://"
                                          "as.test':{'client_id':'app'" AT_7777
                                          "}}}",
        .answers = {HAS_META(CAN_REGISTER),
            {TOKEN, 401, "{'error':'invalid_client'}"}, REGISTERED("two"),
            GRANTS("")},
        .steps = LOCKED META "\n" RENEWAL "save\n" ASKING
                             "listen any\n" REGISTERS(URI) BROWSE("two", URI)
                                 CODE("two", URI) LOGGED_IN,
        .after = "token client_id=two\ntoken refresh_token=-"},
    {.name = "a refresh of a forgotten client, nobody there: nothing is "
             "thrown away: S-067",
        .settings = SERVER,
        .stored = "{'version':1,'token':" RECORD_TOKEN("interactive",
            REFRESH EXPIRED) ",'clients':{'https://as.test':{'client_id':"
                             "'app'" AT_7777 "}}}",
        .answers = {HAS_META(CAN_REGISTER),
            {TOKEN, 401, "{'error':'invalid_client'}"}},
        .steps = LOCKED META "\n" RENEWAL "save\n" FAILED("E_LOGIN_REQUIRED"),
        .status = MCPAUTH_E_LOGIN_REQUIRED,
        .after = "token refresh_token=CANARY-r1\n"
                 "token refresh_started_at_ms=-\n"
                 "clients https://as.test client_id=app"},
};

int main(void)
{
    return script_main("enrol", cases, sizeof cases / sizeof *cases, NULL, 0);
}
