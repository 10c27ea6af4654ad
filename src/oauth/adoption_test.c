/* adoption_test.c - whose login becomes ours, and at whose server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "places.h"
#include "script.h"

/* Somebody's login of half an hour ago, by a client of his. */
#define THEIRS                                                                 \
    .answer = TOKEN_BODY(",'refresh_token':'CANARY-r2','scope':'a'" HOUR),     \
    .obtained_at_ms = SCRIPT_NOW - 1800000
#define REGISTERED                                                             \
    .registration = "{'client_id':'theirs','client_name':'x','redirect_uris':" \
                    "['http://localhost:1/oauth/callback'],"                   \
                    "'token_endpoint_auth_method':'none'}"

static const mcpauth_adoption registered = {THEIRS, REGISTERED};
static const mcpauth_adoption configured = {THEIRS};
static const mcpauth_adoption at_issuer = {
    THEIRS, REGISTERED, .issuer = "https://as.test/"};
static const mcpauth_adoption elsewhere = {
    THEIRS, REGISTERED, .issuer = "https://evil.test"};
static const mcpauth_adoption wider = {
    THEIRS, REGISTERED, .requested_scope = "a b"};
static const mcpauth_adoption ended = {.answer = TOKEN_BODY(HOUR),
    REGISTERED,
    .obtained_at_ms = SCRIPT_NOW - 3600000};
static const mcpauth_adoption undated = {
    .answer = TOKEN_BODY(""), REGISTERED, .obtained_at_ms = SCRIPT_NOW * 2};
static const mcpauth_adoption bound = {
    .answer = "{'access_token':'CANARY-a2','token_type':'DPoP'}", REGISTERED};
static const mcpauth_adoption no_token = {.answer = "{'error':'CANARY'}"};
static const mcpauth_adoption no_client = {
    THEIRS, .registration = "{'client_secret':'CANARY'}"};

#define ADOPTS(login)                                                          \
    .purpose = MCPAUTH_FLOW_ADOPT, .adopts = &(login),                         \
    .answers = {HAS_PRM(""), HAS_META("")}
#define LOOKED LOCKED PRM "\n" META "\n"
#define OWN(client, members)                                                   \
    "{'version':1,'token':" TOKEN_OF(client, "interactive", members) "}"
#define LONG_AGO ",'obtained_at_ms':1699990000000,'expires_at_ms':1699993600000"
#define KEPT_OWN LOOKED "unlock\ndone CANARY-a1\n"

static const script_case cases[] = {
    {.name = "a login is bound to the issuer that the server names: S-031",
        ADOPTS(registered),
        .settings = SERVER,
        .steps = LOOKED SAVED,
        .after = "token access_token=CANARY-a2\n"
                 "token refresh_token=CANARY-r2\n"
                 "token issuer=https://as.test\n"
                 "token resource=https://mcp.test/mcp\n"
                 "token client_id=theirs\n"
                 "token scope=a\n"
                 "token mode=interactive\n"
                 "token obtained_at_ms=1699998200000\n"
                 "token expires_at_ms=1700001800000\n"
                 "token token_endpoint=https://as.test/token\n"},
    {.name = "the issuer that is known beside it is the same: S-031",
        ADOPTS(at_issuer),
        .settings = SERVER,
        .steps = LOOKED SAVED,
        .after = "token issuer=https://as.test\n"},
    {.name = "a login of another issuer is not taken: S-031",
        ADOPTS(elsewhere),
        .settings = SERVER,
        .steps = LOOKED FAILED("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED,
        .says = "made at https://evil.test"},
    {.name = "what is stored does not say whom to trust: S-031",
        ADOPTS(registered),
        .settings = SERVER,
        .stored = OWN("app", LONG_AGO),
        .steps = LOOKED SAVED,
        .after = "token access_token=CANARY-a2\n"},
    {.name = "by the client that is configured: A-070",
        ADOPTS(configured),
        .settings = APP,
        .steps = LOOKED SAVED,
        .after = "token client_id=app\nbindings app=https://as.test\n"},
    {.name = "another client than the configured one: A-070",
        ADOPTS(registered),
        .settings = APP,
        .steps = LOOKED FAILED("E_USAGE"),
        .status = MCPAUTH_E_USAGE,
        .says = "by another client"},
    {.name = "a login of no client",
        ADOPTS(configured),
        .settings = SERVER,
        .steps = LOOKED FAILED("E_USAGE"),
        .status = MCPAUTH_E_USAGE,
        .says = "which client"},
    {.name = "a time to come is now, and no lifetime is none",
        ADOPTS(undated),
        .settings = SERVER,
        .steps = LOOKED SAVED,
        .after = "token obtained_at_ms=1700000000000\n"
                 "token expires_at_ms=-\n"
                 "token refresh_token=-\n"},
    {.name = "one that has ended is of no use",
        ADOPTS(ended),
        .settings = SERVER,
        .steps = LOOKED FAILED("E_LOGIN_REQUIRED"),
        .status = MCPAUTH_E_LOGIN_REQUIRED},
    {.name = "a newer login stays: S-043",
        ADOPTS(registered),
        .settings = SERVER,
        .stored = OWN("theirs", ",'obtained_at_ms':1699999000000,"
                                "'expires_at_ms':1699999500000"),
        .steps = KEPT_OWN},
    {.name = "an older one stays while it is good",
        ADOPTS(registered),
        .settings = SERVER,
        .stored = OWN("app", REFRESH EXPIRED),
        .steps = KEPT_OWN},
    {.name = "an older one of the same client is the same login",
        ADOPTS(registered),
        .settings = SERVER,
        .stored = OWN("theirs", REFRESH EXPIRED),
        .steps = LOOKED SAVED,
        .after = "token refresh_token=CANARY-r2\n"},
    {.name = "a newer one of other settings stays, too",
        ADOPTS(configured),
        .settings = APP,
        .stored = OWN("other", ",'obtained_at_ms':1699999000000"),
        .steps = LOOKED "unlock\ndone nothing\n"},
    {.name = "somebody logs in meanwhile: the token is put into his record",
        ADOPTS(registered),
        .settings = SERVER,
        .meanwhile = "{'version':1,'foreign':'x'}",
        .meanwhile_at = "save",
        .steps = LOOKED "save conflict\nload\nsave\nunlock\ndone CANARY-a2\n",
        .after = "token access_token=CANARY-a2\n"},
    {.name = "what cannot be kept is not taken over: S-046",
        ADOPTS(registered),
        .settings = SERVER,
        .saves = "f",
        .steps = LOOKED "save failed\n" FAILED("E_STORE"),
        .status = MCPAUTH_E_STORE,
        .says = "could not be kept"},
    {.name = "what cannot be read is not replaced: S-050",
        ADOPTS(registered),
        .settings = SERVER,
        .loads = "f",
        .steps = "load failed\nlock\nload failed\n" PRM "\n" META
                 "\n" FAILED("E_STORE"),
        .status = MCPAUTH_E_STORE,
        .says = "looking for a login"},
    {.name = "a machine needs no login of others",
        ADOPTS(configured),
        .settings = M2M,
        .steps = LOOKED FAILED("E_USAGE"),
        .status = MCPAUTH_E_USAGE,
        .says = "the mode here is m2m"},
    {.name = "a token that is bound to a key stays where the key is: S-032",
        ADOPTS(bound),
        .settings = SERVER,
        .steps = LOOKED FAILED("E_UNSUPPORTED"),
        .status = MCPAUTH_E_UNSUPPORTED},
    {.name = "a scope that is wanted, and was not granted",
        ADOPTS(registered),
        .settings = SERVER "scope=b\n",
        .steps = LOOKED FAILED("E_USAGE"),
        .status = MCPAUTH_E_USAGE,
        .says = "other settings"},
    {.name = "a scope that is wanted, was asked for, and was not granted",
        ADOPTS(wider),
        .settings = SERVER "scope=b\n",
        .steps = LOOKED SAVED,
        .after = "token scope=a\ntoken requested_scope=a b\n"},
    {.name = "no token",
        ADOPTS(no_token),
        .settings = SERVER,
        .steps = "",
        .status = MCPAUTH_E_USAGE,
        .says = "token answer"},
    {.name = "no client: S-035",
        ADOPTS(no_client),
        .settings = SERVER,
        .steps = "",
        .status = MCPAUTH_E_USAGE,
        .says = "registration"},
};

int main(void)
{
    return script_main(
        "adoption", cases, sizeof cases / sizeof *cases, NULL, 0);
}
