/* logout_test.c - what is undone, in which order, and what cannot stop it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "places.h"
#include "script.h"

#define LOGOUT .purpose = MCPAUTH_FLOW_LOGOUT
#define REVOKE "POST https://as.test/revoke"
#define WHERE  ",'revocation_endpoint':'https://as.test/revoke'"
#define REVOKES(what, hint, proof)                                             \
    REVOKE proof " token=" what " token_type_hint=" hint
#define REVOKES_BOTH(id)                                                       \
    REVOKES("CANARY-r1", "refresh_token", "")                                  \
    " client_id=" id                                                           \
    "\n" REVOKES("CANARY-a1", "access_token", "") " client_id=" id "\n"
#define GONE "remove\nunlock\ndone nothing\n"

#define MANAGED "https://as.test/register/app"
#define CLIENT(members)                                                        \
    ",'clients':{'https://as.test':{'client_id':'app'" members "}}"
#define MANAGES                                                                \
    ",'registration_client_uri':'" MANAGED                                     \
    "','registration_access_token':'CANARY-g'"
#define STORED(more)                                                           \
    "{'version':1,'token':" RECORD_TOKEN("interactive", REFRESH EXPIRED WHERE) \
        more "}"

static const script_case cases[] = {
    {.name = "refresh token first, then access token, then the record: A-262",
        LOGOUT,
        .settings = APP,
        .stored = STORED(""),
        .answers = {{REVOKE, 200}},
        .steps = LOCKED REVOKES_BOTH("app") GONE,
        .logs = "1 logout: revoking the refresh token: the server answered 200",
        .after = "none"},
    {.name = "no refresh token: only the access token: A-262",
        LOGOUT,
        .settings = M2M,
        .stored = RECORD("m2m", FRESH WHERE),
        .answers = {{REVOKE, 200}},
        .steps = LOCKED REVOKES(
            "CANARY-a1", "access_token", " [Basic app:CANARY-s]") "\n" GONE,
        .after = "none"},
    {.name = "the client proves itself as configured: A-121",
        LOGOUT,
        .settings = M2M "token_endpoint_auth_method=client_secret_post\n",
        .stored = RECORD("m2m", FRESH WHERE),
        .answers = {{REVOKE, 200}},
        .steps = LOCKED REVOKES("CANARY-a1", "access_token",
            "") " client_id=app client_secret=CANARY-s\n" GONE,
        .after = "none"},
    {.name = "a client with a key signs who it is: A-182 A-183",
        LOGOUT,
        .settings = APP KEY "mode=interactive\n",
        .stored = STORED(""),
        .answers = {{REVOKE, 200}},
        .steps = LOCKED REVOKES("CANARY-r1", "refresh_token", "") BY_KEY
        "\n" REVOKES("CANARY-a1", "access_token", "") BY_KEY "\n" GONE,
        .after = "none"},
    {.name = "a client with a certificate shows it: A-270",
        LOGOUT,
        .settings = APP TLS,
        .stored = RECORD("m2m", FRESH WHERE),
        .answers = {{REVOKE, 200}},
        .steps = LOCKED REVOKES("CANARY-a1", "access_token",
            " [certificate]") " client_id=app\n" GONE,
        .after = "none"},
    {.name = "a token that was bound to one goes back by it: A-272",
        LOGOUT,
        .settings = APP,
        .stored = RECORD("m2m", FRESH WHERE ",'certified':true"),
        .answers = {{REVOKE, 200}},
        .steps = LOCKED REVOKES("CANARY-a1", "access_token",
            " [certificate]") " client_id=app\n" GONE,
        .after = "none"},
    {.name = "an assertion is for the endpoint, when that is configured: A-183",
        LOGOUT,
        .settings = APP KEY "client_assertion_audience=endpoint\n",
        .stored = RECORD("m2m", FRESH WHERE),
        .answers = {{REVOKE, 200}},
        .steps = LOCKED REVOKES("CANARY-a1", "access_token",
            "") " [JWT ES256 of app for https://as.test/revoke]\n" GONE,
        .after = "none"},
    {.name = "an assertion is made as it was for the token: A-183",
        LOGOUT,
        .settings = APP "private_key=" RSA_JWK "\n",
        .stored = RECORD("m2m",
            FRESH WHERE ",'assertion_audience':'https://as.test/',"
                        "'assertion_alg':'PS256'"),
        .answers = {{REVOKE, 200}},
        .steps = LOCKED REVOKES("CANARY-a1", "access_token",
            "") " [PS256 of app for https://as.test/]\n" GONE,
        .after = "none"},
    {.name = "a key of another kind signs as it can: A-183",
        LOGOUT,
        .settings = APP KEY,
        .stored = RECORD("m2m", FRESH WHERE ",'assertion_alg':'PS256'"),
        .answers = {{REVOKE, 200}},
        .steps =
            LOCKED REVOKES("CANARY-a1", "access_token", "") BY_KEY "\n" GONE,
        .after = "none"},
    {.name = "no revocation endpoint: the record goes: A-262",
        LOGOUT,
        .settings = APP,
        .stored = RECORD("interactive", REFRESH FRESH),
        .steps = LOCKED GONE,
        .after = "none"},
    {.name = "a revocation endpoint in clear text is not spoken to: S-009",
        LOGOUT,
        .settings = APP,
        .stored = RECORD("interactive",
            REFRESH ",'revocation_endpoint':'http://as.test/revoke'"),
        .steps = LOCKED GONE,
        .after = "none"},
    {.name = "a server that fails does not keep the record alive: A-262",
        LOGOUT,
        .settings = APP,
        .stored = STORED(""),
        .answers = {{REVOKE, 503, "", "Retry-After: 9"},
            {REVOKE, .failure = MCPAUTH_E_NETWORK}},
        .steps = LOCKED REVOKES_BOTH("app") GONE,
        .logs = "0 logout: revoking the refresh token: the server answered 503",
        .after = "none"},
    {.name = "revocation follows no redirect: S-007",
        LOGOUT,
        .settings = APP,
        .stored = STORED(""),
        .answers = {{REVOKE, 307, "", "Location: https://evil.test/"}},
        .steps = LOCKED REVOKES_BOTH("app") GONE,
        .logs = "0 logout: revoking the refresh token: the server answered 307",
        .after = "none"},
    {.name = "nothing is stored: nothing to undo: A-262",
        LOGOUT,
        .settings = APP,
        .steps = LOCKED GONE,
        .after = "none"},
    {.name = "a registered client is deleted last: A-262",
        LOGOUT,
        .settings = SERVER,
        .stored = STORED(CLIENT(MANAGES)),
        .answers = {{REVOKE, 200}, {"DELETE " MANAGED, 204}},
        .steps = LOCKED REVOKES_BOTH("app") "DELETE " MANAGED
                                            " [Bearer CANARY-g]\n" GONE,
        .after = "none"},
    {.name = "a registered client proves itself as it registered: A-076",
        LOGOUT,
        .settings = SERVER,
        .stored = STORED(
            CLIENT(",'client_secret':'CANARY-d','token_endpoint_auth_method':"
                   "'client_secret_post'")),
        .answers = {{REVOKE, 200}},
        .steps = LOCKED REVOKES("CANARY-r1", "refresh_token",
            "") " client_id=app client_secret=CANARY-d\n" REVOKES("CANARY-a1",
            "access_token", "") " client_id=app client_secret=CANARY-d\n" GONE,
        .after = "none"},
    {.name = "a client that cannot be deleted is forgotten: A-262",
        LOGOUT,
        .settings = SERVER,
        .stored = STORED(CLIENT(MANAGES)),
        .answers = {{REVOKE, 200},
            {"DELETE " MANAGED, .failure = MCPAUTH_E_TIMEOUT}},
        .steps = LOCKED REVOKES_BOTH("app") "DELETE " MANAGED
                                            " [Bearer CANARY-g]\n" GONE,
        .logs = "0 logout: deleting the registered client failed: as scripted",
        .after = "none"},
    {.name = "the registration is kept when that is asked for: A-262",
        LOGOUT,
        .keep_registration = true,
        .settings = SERVER,
        .stored = STORED(CLIENT(MANAGES)),
        .answers = {{REVOKE, 200}},
        .steps = LOCKED REVOKES_BOTH("app") "save\nunlock\ndone nothing\n",
        .after = "clients https://as.test client_id=app\ntoken=-"},
    {.name = "a token of other settings is revoked, too: A-262",
        LOGOUT,
        .settings = SERVER "scope=other\nclient_id=someone\n"
                           "client_secret=CANARY-s\nmode=interactive\n",
        .stored = STORED(""),
        .answers = {{REVOKE, 200}},
        .steps = LOCKED REVOKES_BOTH("app") GONE,
        .after = "none"},
    {.name = "a record that cannot be removed is an error: S-046",
        LOGOUT,
        .settings = APP,
        .stored = RECORD("interactive", FRESH),
        .saves = "f",
        .steps = LOCKED "remove failed\n" FAILED("E_STORE"),
        .status = MCPAUTH_E_STORE,
        .says = "the login at https://mcp.test/mcp could not be forgotten: as "
                "scripted"},
    {.name = "somebody renewed meanwhile: his record goes, too: A-262",
        LOGOUT,
        .settings = APP,
        .stored = RECORD("interactive", FRESH),
        .locks = "u",
        .meanwhile = RECORD("interactive", FRESH),
        .meanwhile_at = "remove",
        .steps = "load\nlock unavailable\nload\nremove conflict\nload\n"
                 "remove\ndone nothing\n",
        .after = "none"},
    {.name = "a record nobody can read is removed: S-045",
        LOGOUT,
        .settings = APP,
        .stored = "[[[[",
        .steps = LOCKED GONE,
        .after = "none"},
    {.name = "somebody is at it: his turn first: A-013",
        LOGOUT,
        .settings = APP,
        .stored = RECORD("interactive", FRESH),
        .locks = "hl",
        .steps = "load\nlock held\nwait 100\n" LOCKED GONE,
        .after = "none"},
};

int main(void)
{
    return script_main("logout", cases, sizeof cases / sizeof *cases, NULL, 0);
}
