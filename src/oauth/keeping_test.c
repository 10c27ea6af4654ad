/* keeping_test.c - two locks, marks, and what two have saved at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "places.h"
#include "script.h"

#define UNLOCKED     "load\nlock unavailable\nload\n"
#define HELD         "load\nlock held\n"
#define ANEW         "unlock\nlock\nload\n"
#define TURN         "wait 100\nload\n"
#define LOGIN_TURN   "lock login held\nwait 500\nload\n"
#define MACHINE_ASKS META "\n" MACHINE RESOURCE "\n"
#define WORKS        .answers = {HAS_META(""), GRANTS(HOUR)}
#define TOOK         "token access_token=CANARY-a2"
#define MARK(at)     ",'refresh_started_at_ms':" at
#define NO_MARK      "token refresh_started_at_ms=-"
#define CUT_OFF      "a refresh that began 7 s ago was cut off before its answer "
#define UNTIL(obtained, expires)                                               \
    ",'obtained_at_ms':" obtained ",'expires_at_ms':" expires
#define ENDING UNTIL("1699996430000", "1700000030000")

/* What somebody else has. */
#define OTHERS(members)                                                        \
    "{'version':1,'protocol_version':'2025-06-18','token':{"                   \
    "'access_token':'CANARY-b1','mode':'interactive','issuer':"                \
    "'https://as.test','resource':'https://mcp.test/"                          \
    "mcp','client_id':'app'" members "}}"
#define SAYS_MORE(members)                                                     \
    "{'version':1,'protocol_version':'2025-06-18','token':" RECORD_TOKEN(      \
        "interactive", members) "}"
#define HAS_MORE "\nprotocol_version=2025-06-18"

/* A person and a configured client. */
#define APP_LOGIN .person = true, .settings = APP AS "scope=a\n"
#define LOGS_IN   APP_LOGIN, .redirects = {"code=CANARY-c&state=+"}
#define BROWSES   BROWSE("app", URI)
#define TRADES    CODE("app", URI)

/* A person and a registered client. */
#define DCR_LOGIN .person = true, .settings = SERVER AS "scope=a\n"
#define REGISTERS                                                              \
    REGISTER " redirect_uris=" URI " token_endpoint_auth_method=none "         \
             "scope=a\n"
#define REGISTERED                                                             \
    {                                                                          \
        REGISTER, 201, "{'client_id':'two'}"                                   \
    }
#define CLIENT(id)                                                             \
    "'clients':{'https://as.test':{'client_id':'" id                           \
    "','redirect_uris':['" URI "']}}"
#define CLIENT_IS "clients https://as.test client_id="

static const script_case cases[] = {

    /* --- somebody else renews ------------------------------------------------
     */

    {.name = "the lock is held: wait, look, use his token: "
             "A-013 S-041 S-042 seed-40",
        .settings = M2M AS,
        .stored = RECORD("m2m", EXPIRED),
        .locks = "h",
        .meanwhile = RECORD("m2m", FRESH),
        .meanwhile_at = "wait 100",
        .steps = HELD TURN "done CANARY-a1\n"},
    {.name = "the lock was held for nothing: our turn: A-013 S-042",
        .settings = M2M AS,
        .stored = RECORD("m2m", EXPIRED),
        .locks = "hhl",
        WORKS,
        .steps = HELD TURN "lock held\n" TURN "lock\nload\n" MACHINE_ASKS SAVED,
        .after = TOOK},
    {.name = "somebody was faster between two looks: S-042",
        .settings = M2M AS,
        .stored = RECORD("m2m", EXPIRED),
        .meanwhile = RECORD("m2m", FRESH),
        .meanwhile_at = "lock",
        .steps = LOCKED "unlock\ndone CANARY-a1\n"},
    {.name = "the other one logged out meanwhile: A-013",
        .settings = APP,
        .stored = RECORD("interactive", EXPIRED REFRESH),
        .locks = "h",
        .meanwhile_at = "wait 100",
        .steps = HELD TURN "done nothing\n"},
    {.name = "the old token is used while somebody renews it: S-041 S-069",
        .settings = APP,
        .stored = RECORD("interactive", REFRESH ENDING),
        .locks = "h",
        .steps = HELD "done CANARY-a1\n",
        .logs = "1 token: somebody else is renewing it; the present one is"},
    {.name = "the old token was refused, so the new one is waited for: S-041",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = APP,
        .challenge_status = 401,
        .stored = RECORD("interactive", REFRESH ENDING),
        .sent = RECORD("interactive", ""),
        .locks = "h",
        .meanwhile = OTHERS(FRESH),
        .meanwhile_at = "wait 100",
        .steps = HELD TURN "done CANARY-b1\n"},
    {.name = "the old token ends too soon for its use: S-041",
        .settings = APP,
        .min_valid_ms = 30000,
        .stored = RECORD("interactive", REFRESH ENDING),
        .locks = "h",
        .meanwhile = OTHERS(FRESH),
        .meanwhile_at = "wait 100",
        .steps = HELD TURN "done CANARY-b1\n"},
    {.name = "a lock that is held for too long: S-041 S-049",
        .settings = M2M AS,
        .stored = RECORD("m2m", EXPIRED),
        .locks = "h",
        .late_ms = 20000,
        .steps = HELD TURN "lock held\n" TURN "lock held\nE_TIMEOUT\n",
        .status = MCPAUTH_E_TIMEOUT,
        .says =
            "the token for https://mcp.test/mcp is being renewed by mcpauth "
            "(process 4711), which takes too long | look whether that "
            "process is stopped, and end it"},
    {.name = "a lock that is free at the last moment: S-041 S-049",
        .settings = M2M AS,
        .stored = RECORD("m2m", EXPIRED),
        .locks = "hhl",
        .late_ms = 34900,
        WORKS,
        .steps = HELD TURN "lock held\n" TURN "lock\nload\n" MACHINE_ASKS SAVED,
        .after = TOOK},

    /* --- how long a renewal may take -----------------------------------------
     */

    {.name = "a server that is slow leaves less time for the next: S-049",
        .settings = M2M AS,
        .answers = {{META, 200, META_BODY(""), .takes_ms = 29999},
            GRANTS(HOUR)},
        .steps = LOCKED MACHINE_ASKS SAVED,
        .after = TOOK},
    {.name = "a server that is slower leaves none: S-049",
        .settings = M2M AS,
        .answers = {{META, 200, META_BODY(""), .takes_ms = 30000}},
        .steps = LOCKED META "\n" FAILED("E_TIMEOUT"),
        .status = MCPAUTH_E_TIMEOUT,
        .says = "takes too long for others to wait for it | try again when the "
                "servers answer faster"},
    {.name = "what is too late to be asked for is not noted: S-043 S-049",
        DUE,
        .answers = {{META, 200, META_BODY(""), .takes_ms = 30000}},
        .steps = LOCKED META "\n" FAILED("E_TIMEOUT"),
        .status = MCPAUTH_E_TIMEOUT},
    {.name = "a slow server does not cost the old token: S-049 S-069",
        .settings = APP,
        .stored = RECORD(
            "interactive", REFRESH UNTIL("1699996430000", "1700000031000")),
        .answers = {{META, 200, META_BODY(""), .takes_ms = 30000}},
        .steps = LOCKED META "\nunlock\ndone CANARY-a1\n"},
    {.name = "a person may take his time: A-013 S-049",
        LOGS_IN,
        .answers = {{META, 200, META_BODY(""), .takes_ms = 30000}, GRANTS("")},
        .steps = LOCKED META "\n" ASKING LISTENED BROWSES TRADES LOGGED_IN,
        .after = TOOK},
    {.name = "a logout forgets, whatever a slow server does: S-049",
        .purpose = MCPAUTH_FLOW_LOGOUT,
        .settings = APP,
        .stored = RECORD("interactive",
            FRESH REFRESH ",'revocation_endpoint':'https://as.test/revoke'"),
        .answers = {{"POST https://as.test/revoke", 200, "",
            .takes_ms = 30000}},
        .steps = LOCKED "POST https://as.test/revoke token=CANARY-r1 "
                        "token_type_hint=refresh_token client_id=app\n"
                        "remove\nunlock\ndone nothing\n",
        .logs = "0 logout: the servers take too long",
        .after = "none"},
    {.name = "a logout leaves a client behind, where there is no time: S-049",
        .purpose = MCPAUTH_FLOW_LOGOUT,
        .settings = SERVER,
        .stored = "{'version':1,'token':" RECORD_TOKEN("interactive",
            FRESH ",'revocation_endpoint':'https://as.test/"
                  "revoke'") ",'clients':{"
                             "'https://"
                             "as.test':{'client_id':'app','"
                             "registration_client_uri':"
                             "'https://as.test/register/app'}}}",
        .answers = {{"POST https://as.test/revoke", 200, "",
            .takes_ms = 30000}},
        .steps = LOCKED "POST https://as.test/revoke token=CANARY-a1 "
                        "token_type_hint=access_token client_id=app\n"
                        "remove\nunlock\ndone nothing\n",
        .logs = "0 logout: the servers take too long",
        .after = "none"},

    /* --- somebody else logs in -----------------------------------------------
     */

    {.name = "a login holds its own lock to its end: A-013 S-033",
        .purpose = MCPAUTH_FLOW_LOGIN,
        APP_LOGIN,
        .stored = RECORD("interactive", FRESH),
        .redirects = {"!E_TIMEOUT"},
        .answers = {HAS_META("")},
        .steps = LOCKED META "\n" ASKING LISTENED BROWSES GAVE_UP("E_TIMEOUT"),
        .status = MCPAUTH_E_TIMEOUT},
    {.name = "whoever waits for a login uses its token: A-013 S-033",
        .purpose = MCPAUTH_FLOW_TOKEN,
        APP_LOGIN,
        .login_locks = "h",
        .meanwhile = OTHERS(FRESH ",'requested_scope':'a'"),
        .meanwhile_at = "wait 500",
        .answers = {HAS_META("")},
        .steps = LOCKED META "\nunlock\n" LOGIN_TURN "done CANARY-b1\n",
        .logs = "1 turn: waiting for the login that mcpauth (process 4711) is "
                "busy with"},
    {.name = "a login that came to nothing: our turn: A-013 S-033",
        LOGS_IN,
        .login_locks = "hhl",
        .answers = {HAS_META(""), GRANTS("")},
        .steps =
            LOCKED META "\nunlock\n" LOGIN_TURN LOGIN_TURN
                        "lock login\nload\n" LISTENED BROWSES TRADES LOGGED_IN,
        .after = TOOK},
    {.name = "a login that ended before the lock was there: A-013 S-033",
        LOGS_IN,
        .meanwhile = OTHERS(FRESH ",'requested_scope':'a'"),
        .meanwhile_at = "lock login",
        .answers = {HAS_META("")},
        .steps = LOCKED META "\n" ASKING "unlock login\ndone CANARY-b1\n"},
    {.name = "a login that does not end: A-013 S-049",
        APP_LOGIN,
        .login_locks = "h",
        .login_timeout_ms = 1000,
        .answers = {HAS_META("")},
        .steps = LOCKED META "\nunlock\n" LOGIN_TURN LOGIN_TURN LOGIN_TURN
                             "lock login held\nE_TIMEOUT\n",
        .status = MCPAUTH_E_TIMEOUT,
        .says = "somebody is being asked to log in to https://mcp.test/mcp by "
                "mcpauth (process 4711), and has not done so yet | finish that "
                "login, or end that process and try again"},
    {.name = "whoever wants a login of his own takes one he waited for: A-013",
        .purpose = MCPAUTH_FLOW_LOGIN,
        APP_LOGIN,
        .login_locks = "h",
        .meanwhile = OTHERS(
            UNTIL("1700000000001", "1700003600000") ",'requested_scope':'a'"),
        .meanwhile_at = "wait 500",
        .answers = {HAS_META("")},
        .steps = LOCKED META "\nunlock\n" LOGIN_TURN "done CANARY-b1\n"},
    {.name = "but not one from before: A-013",
        .purpose = MCPAUTH_FLOW_LOGIN,
        LOGS_IN,
        .login_locks = "hl",
        .meanwhile = OTHERS(
            UNTIL("1700000000000", "1700003600000") ",'requested_scope':'a'"),
        .meanwhile_at = "wait 500",
        .answers = {HAS_META(""), GRANTS("")},
        .steps =
            LOCKED META "\nunlock\n" LOGIN_TURN
                        "lock login\nload\n" LISTENED BROWSES TRADES LOGGED_IN,
        .after = TOOK},
    {.name = "and not one before he waited: A-013",
        .purpose = MCPAUTH_FLOW_LOGIN,
        LOGS_IN,
        .stored = RECORD("interactive",
            UNTIL("1700000000001", "1700003600000") ",'requested_scope':'a'"),
        .answers = {{META, 200, META_BODY(""), .takes_ms = 10}, GRANTS("")},
        .steps = LOCKED META "\n" ASKING LISTENED BROWSES TRADES LOGGED_IN,
        .after = TOOK},
    {.name = "a refresh token that came meanwhile is used with its lock: "
             "A-013 S-042",
        LOGS_IN,
        .login_locks = "hl",
        .meanwhile =
            RECORD("interactive", EXPIRED REFRESH ",'requested_scope':'a'"),
        .meanwhile_at = "wait 500",
        WORKS,
        .steps = LOCKED META "\nunlock\n" LOGIN_TURN "lock login\nload\nlock\n"
                             "load\n" META "\n" RENEWAL "save\nunlock\n"
                             "unlock login\ndone CANARY-a2\n",
        .after = TOOK},
    {.name = "a refresh token that came meanwhile and is dead: A-013 A-154",
        LOGS_IN,
        .login_locks = "hl",
        .meanwhile =
            RECORD("interactive", EXPIRED REFRESH ",'requested_scope':'a'"),
        .meanwhile_at = "wait 500",
        .answers = {HAS_META(""), REFUSES("invalid_grant"), GRANTS("")},
        .steps = LOCKED META "\nunlock\n" LOGIN_TURN "lock login\nload\nlock\n"
                             "load\n" META "\n" RENEWAL
                             "save\nunlock\n" LISTENED BROWSES TRADES LOGGED_IN,
        .after = TOOK},
    {.name = "a refresh token that came after one that died: A-154 S-042",
        LOGS_IN,
        .stored =
            RECORD("interactive", EXPIRED REFRESH ",'requested_scope':'a'"),
        .login_locks = "hl",
        .meanwhile = OTHERS(
            EXPIRED ",'refresh_token':'CANARY-r2','requested_scope':'a'"),
        .meanwhile_at = "wait 500",
        .answers = {HAS_META(""), REFUSES("invalid_grant"), GRANTS("")},
        .steps = LOCKED META
        "\n" RENEWAL "save\nunlock\n" LOGIN_TURN "lock login\nload\n"
        "lock\nload\n" META "\nsave\n" TOKEN
        " grant_type=refresh_token refresh_token=CANARY-r2" RESOURCE
        " client_id=app\nsave\nunlock\nunlock login\ndone CANARY-a2\n",
        .after = TOOK HAS_MORE},
    {.name = "who has logged in waits for whoever renews: A-013 S-041",
        LOGS_IN,
        .locks = "lhl",
        .answers = {HAS_META(""), GRANTS(HOUR)},
        .steps = LOCKED META "\n" ASKING LISTENED BROWSES TRADES
                             "lock held\n" TURN LOGGED_IN,
        .after = TOOK},
    {.name = "but loses nothing when that does not end: S-043 S-049",
        LOGS_IN,
        .locks = "lh",
        .late_ms = 40000,
        .answers = {HAS_META(""), GRANTS(HOUR)},
        .steps =
            LOCKED META "\n" ASKING LISTENED BROWSES TRADES "lock held\n" TURN
                        "lock held\nload\nsave\nunlock login\n"
                        "done CANARY-a2\n",
        .after = TOOK},

    /* --- where nothing can be locked -----------------------------------------
     */

    {.name = "a store without locks: no lock, no unlock: A-013",
        .settings = M2M AS,
        .locks = "u",
        WORKS,
        .steps = UNLOCKED MACHINE_ASKS "save\ndone CANARY-a2\n",
        .logs = "cannot lock",
        .after = TOOK},
    {.name = "a store without locks, somebody was faster: no unlock: S-042",
        .settings = M2M AS,
        .stored = RECORD("m2m", EXPIRED),
        .locks = "u",
        .meanwhile = RECORD("m2m", FRESH),
        .meanwhile_at = "lock unavailable",
        .steps = UNLOCKED "done CANARY-a1\n"},
    {.name = "a login in a store without locks: A-013",
        LOGS_IN,
        .locks = "u",
        .answers = {HAS_META(""), GRANTS("")},
        .steps = UNLOCKED META
        "\nlock login unavailable\nload\n" LISTENED BROWSES TRADES
        "save\ndone CANARY-a2\n",
        .after = TOOK},
    {.name = "a login where only a refresh can be locked: A-013",
        LOGS_IN,
        .login_locks = "u",
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOCKED META
        "\nunlock\nlock login unavailable\nload\n" LISTENED BROWSES TRADES
        "lock\nload\n" SAVED,
        .after = TOOK},

    /* --- marks ---------------------------------------------------------------
     */

    {.name = "when the request goes out is noted, not when it was due: S-043",
        DUE,
        .answers = {{META, 200, META_BODY(""), .takes_ms = 7000},
            {TOKEN, .failure = MCPAUTH_E_TIMEOUT}},
        .steps = LOCKED META "\n" RENEWAL FAILED("E_TIMEOUT"),
        .status = MCPAUTH_E_TIMEOUT,
        .after = "token access_token=CANARY-a1\n"
                 "token refresh_token=CANARY-r1\n"
                 "token refresh_started_at_ms=1700000007000"},
    {.name = "a mark that is found: the same refresh token once more: S-043",
        .settings = APP,
        .stored = RECORD("interactive", REFRESH EXPIRED MARK("1699999993000")),
        WORKS,
        .steps = LOCKED META "\n" RENEWAL SAVED,
        .logs = "0 token: " CUT_OFF "was saved; trying the same refresh token",
        .after = TOOK "\n" NO_MARK},
    {.name = "a mark that is found, and nobody there: S-043 A-154",
        .settings = APP,
        .stored = RECORD("interactive", REFRESH EXPIRED MARK("1699999993000")),
        .answers = {HAS_META(""), REFUSES("invalid_grant")},
        .steps = LOCKED META "\n" RENEWAL "save\n" FAILED("E_LOGIN_REQUIRED"),
        .status = MCPAUTH_E_LOGIN_REQUIRED,
        .says = CUT_OFF "was saved, which has probably used up the refresh "
                        "token: https://mcp.test/mcp wants a login",
        .after = "token refresh_token=-\n" NO_MARK},
    {.name = "a mark that is found, and a person there: S-043 A-154",
        LOGS_IN,
        .stored = RECORD("interactive",
            REFRESH EXPIRED MARK("1699999993000") ",'requested_scope':'a'"),
        .answers = {HAS_META(""), REFUSES("invalid_grant"), GRANTS("")},
        .steps = LOCKED META "\n" RENEWAL
                             "save\n" ASKING LISTENED BROWSES TRADES LOGGED_IN,
        .logs = "the refresh token is no longer accepted: " CUT_OFF,
        .after = TOOK "\ntoken refresh_token=-\n" NO_MARK},
    {.name = "a mark from a clock that was ahead: S-019 S-043",
        .settings = APP,
        .stored = RECORD("interactive", REFRESH EXPIRED MARK("1800000000000")),
        .answers = {HAS_META(""), REFUSES("invalid_grant")},
        .steps = LOCKED META "\n" RENEWAL "save\n" FAILED("E_LOGIN_REQUIRED"),
        .status = MCPAUTH_E_LOGIN_REQUIRED,
        .says = "a refresh that began 0 s ago",
        .after = "token refresh_token=-"},
    {.name = "a mark of somebody else stays where nothing has come out: S-043",
        .settings = APP,
        .stored = RECORD("interactive", REFRESH EXPIRED MARK("1699999993000")),
        .answers = {HAS_META(""), REFUSES("invalid_client")},
        .steps = LOCKED META "\n" RENEWAL "save\n" FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .after = "token refresh_token=CANARY-r1\n"
                 "token refresh_started_at_ms=1699999993000"},
    {.name = "a mark that cannot be saved: S-043 S-046",
        DUE,
        .saves = "fs",
        WORKS,
        .steps = LOCKED META "\nsave failed\n" RENEWAL_AGAIN SAVED,
        .logs = "could not be saved",
        .after = TOOK},
    {.name = "a mark that cannot be saved where tokens rotate: S-046 S-050",
        .settings = APP,
        .stored =
            RECORD("interactive", REFRESH EXPIRED ",'refresh_rotates':true"),
        .saves = "f",
        .answers = {HAS_META("")},
        .steps = LOCKED META "\nsave failed\n" FAILED("E_STORE"),
        .status = MCPAUTH_E_STORE,
        .says = "the next refresh token could not be kept: ",
        .after = "token refresh_token=CANARY-r1\n" NO_MARK},
    {.name = "a mark that cannot be saved before the end: S-046 S-069",
        .settings = APP,
        .stored = RECORD("interactive", REFRESH ENDING),
        .saves = "f",
        .answers = {HAS_META("")},
        .steps = LOCKED META "\nsave failed\nunlock\ndone CANARY-a1\n",
        .logs = "the present token is still good",
        .after = "token refresh_token=CANARY-r1\n" NO_MARK},
    {.name = "a lock that ran out is waited for again: S-050",
        DUE,
        .locks = "lhl",
        .meanwhile = OTHERS(FRESH),
        .meanwhile_at = "save",
        .answers = {HAS_META("")},
        .steps = LOCKED META "\nsave conflict\nunlock\nlock held\n" TURN
                             "done CANARY-b1\n"},
    {.name = "a mark that comes too late: what is new is used: S-042 S-043",
        DUE,
        .meanwhile = OTHERS(FRESH),
        .meanwhile_at = "save",
        .answers = {HAS_META("")},
        .steps =
            LOCKED META "\nsave conflict\n" ANEW "unlock\ndone CANARY-b1\n"},
    {.name = "a mark that comes too late: what is new is renewed: S-042 S-043",
        DUE,
        .meanwhile = OTHERS(EXPIRED ",'refresh_token':'CANARY-r2'"),
        .meanwhile_at = "save",
        WORKS,
        .steps = LOCKED META
        "\nsave conflict\n" ANEW META "\nsave\n" TOKEN
        " grant_type=refresh_token refresh_token=CANARY-r2" RESOURCE
        " client_id=app\n" SAVED,
        .after = TOOK HAS_MORE},
    {.name = "a mark that always comes too late: S-042 S-043",
        DUE,
        .saves = "cccs",
        WORKS,
        .steps = LOCKED META "\nsave conflict\n" ANEW META
                             "\nsave conflict\n" ANEW META
                             "\nsave conflict\n" RENEWAL_AGAIN SAVED,
        .after = TOOK},
    {.name = "marks and tokens that come too late are counted apart: S-042",
        DUE,
        .saves = "ccsccs",
        WORKS,
        .steps = LOCKED META
        "\nsave conflict\n" ANEW META "\nsave conflict\n" ANEW META "\n" RENEWAL
        "save conflict\nload\n" ANEW "save conflict\nload\n" ANEW SAVED,
        .after = TOOK},

    /* --- two save ------------------------------------------------------------
     */

    {.name = "somebody saved meanwhile: ours is newer: S-042",
        .settings = M2M AS,
        .stored = RECORD("m2m", EXPIRED),
        .locks = "u",
        .meanwhile = RECORD("m2m", FRESH),
        .meanwhile_at = "save",
        WORKS,
        .steps =
            UNLOCKED MACHINE_ASKS "save conflict\nload\nsave\ndone CANARY-a2\n",
        .after = TOOK},
    {.name = "somebody saved where there was nothing: S-042",
        .settings = M2M AS,
        .locks = "u",
        .meanwhile = RECORD("m2m", FRESH),
        .meanwhile_at = "save",
        WORKS,
        .steps =
            UNLOCKED MACHINE_ASKS "save conflict\nload\nsave\ndone CANARY-a2\n",
        .after = TOOK},
    {.name = "a store that is always ahead: S-042",
        .settings = M2M AS,
        .stored = RECORD("m2m", EXPIRED),
        .saves = "c",
        WORKS,
        .steps = LOCKED MACHINE_ASKS "save conflict\nload\n" ANEW
                                     "save conflict\nload\n" ANEW
                                     "save conflict\nunlock\ndone CANARY-a2\n",
        .logs = "others keep saving"},
    {.name = "a lock that ran out before the save is taken anew: S-042 S-050",
        .settings = M2M AS,
        .stored = RECORD("m2m", EXPIRED),
        .saves = "cs",
        WORKS,
        .steps = LOCKED MACHINE_ASKS "save conflict\nload\n" ANEW
                                     "save\nunlock\ndone CANARY-a2\n",
        .after = TOOK},
    {.name = "a store that is away for a while: S-043 S-050",
        .settings = APP,
        .stored =
            RECORD("interactive", REFRESH EXPIRED ",'refresh_rotates':true"),
        .saves = "sffs",
        .answers = {HAS_META(""), GRANTS(HOUR ",'refresh_token':'CANARY-r2'")},
        .steps = LOCKED META "\n" RENEWAL
                             "save failed\nwait 500\nsave failed\nwait 500\n"
                             "save\nunlock\ndone CANARY-a2\n",
        .logs = "could not be saved yet, trying again",
        .after = TOOK "\ntoken refresh_token=CANARY-r2"},
    {.name = "each thing that is saved has its own tries: S-042",
        LOGS_IN,
        .stored =
            RECORD("interactive", EXPIRED REFRESH ",'requested_scope':'a'"),
        .saves = "sccsccs",
        .answers = {HAS_META(""), REFUSES("invalid_grant"), GRANTS("")},
        .steps = LOCKED META
        "\n" RENEWAL
        "save conflict\nload\nsave conflict\nload\nsave\n" ASKING LISTENED
            BROWSES TRADES "lock\nload\nsave conflict\nload\n" ANEW
        "save conflict\nload\n" ANEW "save\nunlock\nunlock login\n"
        "done CANARY-a2\n",
        .after = TOOK},
    {.name = "a login is used, whatever hides the record by then: S-046",
        LOGS_IN,
        .loads = "sssu",
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOCKED META "\n" ASKING LISTENED BROWSES TRADES
                             "lock\nload failed\n"
                             "save\nunlock\nunlock login\n"
                             "done CANARY-a2\n",
        .after = TOOK},
    {.name = "what somebody else has saved beside a renewal stays: S-042",
        DUE,
        .meanwhile = SAYS_MORE(REFRESH EXPIRED MARK("1700000000000")),
        .meanwhile_at = RENEWAL_LINE,
        WORKS,
        .steps = LOCKED META "\n" RENEWAL "save conflict\nload\n" SAVED,
        .after = TOOK HAS_MORE "\n" NO_MARK},
    {.name = "what somebody else has saved beside a login stays: S-042",
        LOGS_IN,
        .meanwhile = SAYS_MORE(FRESH),
        .meanwhile_at = "listen any",
        .answers = {HAS_META(""), GRANTS("")},
        .steps = LOCKED META "\n" ASKING LISTENED BROWSES TRADES LOGGED_IN,
        .after = TOOK HAS_MORE "\nbindings app=https://as.test"},
    {.name = "a dead refresh token is not taken from a newer record: S-042",
        DUE,
        .meanwhile = OTHERS(",'refresh_token':'CANARY-r2'"),
        .meanwhile_at = RENEWAL_LINE,
        .answers = {HAS_META(""), REFUSES("invalid_grant")},
        .steps = LOCKED META
        "\n" RENEWAL "save conflict\nload\nsave\n" FAILED("E_LOGIN_REQUIRED"),
        .status = MCPAUTH_E_LOGIN_REQUIRED,
        .after = "token access_token=CANARY-b1\n"
                 "token refresh_token=CANARY-r2" HAS_MORE},
    {.name = "a dead refresh token goes, whatever else is saved: S-042 A-154",
        DUE,
        .meanwhile = SAYS_MORE(REFRESH EXPIRED MARK("1700000000000")),
        .meanwhile_at = RENEWAL_LINE,
        .answers = {HAS_META(""), REFUSES("invalid_grant")},
        .steps = LOCKED META
        "\n" RENEWAL "save conflict\nload\nsave\n" FAILED("E_LOGIN_REQUIRED"),
        .status = MCPAUTH_E_LOGIN_REQUIRED,
        .after = "token access_token=CANARY-a1\n"
                 "token refresh_token=-\n" NO_MARK HAS_MORE},
    {.name = "a mark goes, whatever else is saved: S-042 S-043",
        DUE,
        .meanwhile = SAYS_MORE(REFRESH EXPIRED MARK("1700000000000")),
        .meanwhile_at = RENEWAL_LINE,
        .answers = {HAS_META(""), REFUSES("invalid_client")},
        .steps = LOCKED META "\n" RENEWAL
                             "save conflict\nload\nsave\n" FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .after = "token refresh_token=CANARY-r1\n" NO_MARK HAS_MORE},
    {.name = "a client that was registered beside others' records: S-042",
        DCR_LOGIN,
        .redirects = {"!E_CANCELLED"},
        .meanwhile = OTHERS(FRESH),
        .meanwhile_at = "listen any",
        .answers = {HAS_META(CAN_REGISTER), REGISTERED},
        .steps = LOCKED META "\n" ASKING LISTENED REGISTERS BROWSE(
            "two", URI) "load\nsave\n" GAVE_UP("E_CANCELLED"),
        .status = MCPAUTH_E_CANCELLED,
        .after = CLIENT_IS "two\ntoken access_token=CANARY-b1" HAS_MORE},
    {.name = "a client that others registered at the last moment: S-042",
        DCR_LOGIN,
        .redirects = {"!E_CANCELLED"},
        .meanwhile = "{'version':1," CLIENT("one") "}",
        .meanwhile_at = "save",
        .answers = {HAS_META(CAN_REGISTER), REGISTERED},
        .steps = LOCKED META "\n" ASKING LISTENED REGISTERS BROWSE("two",
            URI) "load\nsave conflict\nload\nsave\n" GAVE_UP("E_CANCELLED"),
        .status = MCPAUTH_E_CANCELLED,
        .after = CLIENT_IS "one"},
    {.name = "a login keeps the client it was made with: S-042",
        DCR_LOGIN,
        .redirects = {"code=CANARY-c&state=+"},
        .meanwhile = "{'version':1," CLIENT("one") "}",
        .meanwhile_at = "listen any",
        .answers = {HAS_META(CAN_REGISTER), REGISTERED, GRANTS("")},
        .steps = LOCKED META "\n" ASKING LISTENED REGISTERS BROWSE("two", URI)
            CODE("two", URI) LOGGED_IN,
        .after = CLIENT_IS "two\ntoken client_id=two"},
    {.name = "a failure that cannot be saved stays the failure: S-046",
        DCR_LOGIN,
        .redirects = {"!E_CANCELLED"},
        .saves = "f",
        .answers = {HAS_META(CAN_REGISTER), REGISTERED},
        .steps = LOCKED META "\n" ASKING LISTENED REGISTERS BROWSE(
            "two", URI) "load\nsave failed\n" GAVE_UP("E_CANCELLED"),
        .status = MCPAUTH_E_CANCELLED},
    {.name = "what is known to be dead stays dead in a full store: S-046 A-078",
        DCR_LOGIN,
        .redirects = {"code=CANARY-c&state=+"},
        .stored = "{'version':1,'token':" RECORD_TOKEN("interactive",
            REFRESH EXPIRED ",'requested_scope':'a'") "," CLIENT("app") "}",
        .saves = "f",
        .answers = {HAS_META(CAN_REGISTER), REFUSES("invalid_client"),
            REGISTERED, GRANTS("")},
        .steps = LOCKED META
        "\nsave failed\n" RENEWAL_AGAIN
        "save failed\n" ASKING LISTENED REGISTERS BROWSE("two", URI)
            CODE("two", URI) "lock\nload\nsave failed\nunlock\nunlock "
                             "login\ndone CANARY-a2\n"},

    /* --- not all at once -----------------------------------------------------
     */

    {.name = "some renew later than others: S-069",
        .settings = M2M AS,
        .stored = RECORD("m2m", UNTIL("1699990000000", "1700000030001")),
        .draw = 255,
        .steps = "load\ndone CANARY-a1\n"},
    {.name = "but not at the very end: S-069",
        .settings = M2M AS,
        .stored = RECORD("m2m", UNTIL("1699990000000", "1700000030000")),
        .draw = 255,
        WORKS,
        .steps = LOCKED MACHINE_ASKS SAVED,
        .after = TOOK},
};

/* --- what is not said ----------------------------------------------------- */

/* Where nothing can be locked a mark may be that of somebody who is at it. */
static void a_mark_says_nothing_where_nothing_is_locked_S_043(void **state)
{
    (void)state;
    const script_case row = {
        .settings = APP,
        .stored = RECORD("interactive", REFRESH EXPIRED MARK("1699999993000")),
        .locks = "u",
        .answers = {HAS_META(""), REFUSES("invalid_grant")},
    };
    script *world = script_open(&row);
    assert_int_equal(script_play(world), MCPAUTH_E_LOGIN_REQUIRED);
    assert_null(strstr(script_message(world), "cut off"));
    assert_null(strstr(script_log(world), "cut off"));
    script_close(world);
}

/* A mark that has cost nothing is no reason. */
static void a_mark_says_nothing_where_nothing_was_refused_S_043(void **state)
{
    (void)state;
    const script_case row = {
        .purpose = MCPAUTH_FLOW_LOGIN,
        .settings = APP AS,
        .stored = RECORD("interactive", REFRESH EXPIRED MARK("1699999993000")),
        .answers = {HAS_META("")},
    };
    script *world = script_open(&row);
    assert_int_equal(script_play(world), MCPAUTH_E_LOGIN_REQUIRED);
    assert_null(strstr(script_message(world), "cut off"));
    assert_null(strstr(script_log(world), "cut off"));
    script_close(world);
}

static void a_mark_says_nothing_where_the_client_was_refused_S_043(void **state)
{
    (void)state;
    const script_case row = {
        .settings = SERVER,
        .stored = "{'version':1,'token':" RECORD_TOKEN("interactive",
            REFRESH EXPIRED MARK("1699999993000")) "," CLIENT("app") "}",
        .answers = {HAS_META(CAN_REGISTER), REFUSES("invalid_client")},
    };
    script *world = script_open(&row);
    assert_int_equal(script_play(world), MCPAUTH_E_LOGIN_REQUIRED);
    assert_null(strstr(script_message(world), "cut off"));
    script_assert_stored(world, "token refresh_started_at_ms=1699999993000");
    script_close(world);
}

static void that_nothing_can_be_locked_is_said_once(void **state)
{
    (void)state;
    const script_case row = {
        LOGS_IN,
        .locks = "u",
        .answers = {HAS_META(""), GRANTS("")},
    };
    script *world = script_open(&row);
    assert_int_equal(script_play(world), MCPAUTH_OK);
    const char *said = strstr(script_log(world), "cannot lock");
    assert_non_null(said);
    assert_null(strstr(said + 1, "cannot lock"));
    script_close(world);
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(a_mark_says_nothing_where_nothing_is_locked_S_043),
        cmocka_unit_test(a_mark_says_nothing_where_nothing_was_refused_S_043),
        cmocka_unit_test(
            a_mark_says_nothing_where_the_client_was_refused_S_043),
        cmocka_unit_test(that_nothing_can_be_locked_is_said_once),
    };
    return script_main("keeping", cases, sizeof cases / sizeof *cases, others,
        sizeof others / sizeof *others);
}
