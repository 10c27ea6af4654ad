/* grant_refresh_test.c - a refresh, its failures, and the token it was to
 * replace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "places.h"
#include "script.h"

#define UNLOCKED "load\nlock unavailable\nload\n"

static const script_case cases[] = {
    {.name = "a client with a key signs for a renewal, too: A-182 A-183",
        .settings = APP KEY "mode=interactive\n",
        .stored = RECORD("interactive", REFRESH EXPIRED),
        .answers = {HAS_META(""), GRANTS("")},
        .steps =
            LOCKED META "\nsave\n" TOKEN " grant_type=refresh_token "
                        "refresh_token=CANARY-r1" RESOURCE BY_KEY "\n" SAVED,
        .after = "token access_token=CANARY-a2"},
    {.name = "a refresh keeps the old refresh token: seed-10 A-153",
        DUE,
        .answers = {HAS_META(""), GRANTS(HOUR)},
        .steps = LOCKED META "\n" RENEWAL SAVED,
        .after = "token access_token=CANARY-a2\n"
                 "token refresh_token=CANARY-r1\n"
                 "token expires_at_ms=1700003600000"},
    {.name = "a refresh takes the new refresh token: A-153",
        DUE,
        .answers = {HAS_META(""), GRANTS(",'refresh_token':'CANARY-r2'")},
        .steps = LOCKED META "\n" RENEWAL SAVED,
        .after = "token access_token=CANARY-a2\n"
                 "token refresh_token=CANARY-r2"},
    {.name = "a refresh keeps what was asked for and where: A-152 A-161",
        .settings = APP,
        .stored = RECORD("interactive",
            REFRESH EXPIRED ",'requested_scope':'a b','scope':'a'"),
        .answers = {HAS_META(",'revocation_endpoint':'https://as.test/revoke'"),
            GRANTS("")},
        .steps = LOCKED META "\n" RENEWAL SAVED,
        .after = "token requested_scope=a b\n"
                 "token revocation_endpoint=https://as.test/revoke"},
    {.name = "a dead refresh token leads to a login: seed-11 A-154",
        DUE,
        PERSON,
        .answers = {HAS_META(""), REFUSES("invalid_grant"),
            GRANTS(",'refresh_token':'CANARY-r2'")},
        .steps = LOCKED META "\n" RENEWAL
                             "save\n" ASKING LISTENED APP_BROWSE RESOURCE
                             "\n" APP_CODE LOGGED_IN,
        .logs = "no longer accepted",
        .after = "token refresh_token=CANARY-r2"},
    {.name = "the login after a dead refresh token keeps its scope: A-140",
        .settings = APP,
        .stored = RECORD("interactive",
            REFRESH EXPIRED ",'requested_scope':'a b','scope':'a'"),
        PERSON,
        .answers = {HAS_META(""), REFUSES("invalid_grant"), GRANTS("")},
        .steps = LOCKED META "\n" RENEWAL "save\n" ASKING LISTENED APP_BROWSE
                             " scope=a b" RESOURCE "\n" APP_CODE LOGGED_IN,
        .after = "token refresh_token=-\ntoken requested_scope=a b"},
    {.name = "a dead refresh token and nobody there: seed-11 A-154",
        DUE,
        .answers = {HAS_META(""), REFUSES("invalid_grant")},
        .steps = LOCKED META "\n" RENEWAL "save\n" FAILED("E_LOGIN_REQUIRED"),
        .status = MCPAUTH_E_LOGIN_REQUIRED,
        .says = "https://mcp.test/mcp wants a login at https://as.test, and "
                "nobody can be asked here",
        .after = "token access_token=CANARY-a1\ntoken refresh_token=-"},
    {.name = "a refresh refused without a word and nobody there: A-154",
        DUE,
        .answers = {HAS_META(""), {TOKEN, 400}},
        .steps = LOCKED META "\n" RENEWAL "save\n" FAILED("E_LOGIN_REQUIRED"),
        .status = MCPAUTH_E_LOGIN_REQUIRED,
        .logs = "the refresh token is refused without a reason: the token "
                "endpoint answered with status 400",
        .after = "token refresh_token=CANARY-r1\n"
                 "token refresh_started_at_ms=-"},
    {.name = "a refresh refused by a page leads to a login: A-154",
        DUE,
        PERSON,
        .answers = {HAS_META(""), {TOKEN, 401, "<html>"},
            GRANTS(",'refresh_token':'CANARY-r2'")},
        .steps = LOCKED META "\n" RENEWAL
                             "save\n" ASKING LISTENED APP_BROWSE RESOURCE
                             "\n" APP_CODE LOGGED_IN,
        .after = "token refresh_token=CANARY-r2"},
    {.name = "a refusal without a word behind a crash: A-154 S-043",
        .settings = APP,
        .stored = RECORD("interactive",
            REFRESH EXPIRED ",'refresh_started_at_ms':1699999990000"),
        .answers = {HAS_META(""), {TOKEN, 400}},
        .steps = LOCKED META "\n" RENEWAL "save\n" FAILED("E_LOGIN_REQUIRED"),
        .status = MCPAUTH_E_LOGIN_REQUIRED,
        .says = "a refresh that began 10 s ago was cut off",
        .after = "token refresh_token=CANARY-r1\n"
                 "token refresh_started_at_ms=1699999990000"},
    {.name = "no other status is a refusal without a word: A-154",
        DUE,
        .answers = {HAS_META(""), {TOKEN, 404}},
        .steps = LOCKED META "\n" RENEWAL "save\n" FAILED("E_HTTP"),
        .status = MCPAUTH_E_HTTP,
        .after = "token refresh_token=CANARY-r1\n"
                 "token refresh_started_at_ms=-"},
    {.name = "a refusal without a word or a lock: nobody was faster: S-042",
        DUE,
        .locks = "u",
        .answers = {HAS_META(""), {TOKEN, 400}},
        .steps = UNLOCKED META "\n" RENEWAL "load\n" META "\n" RENEWAL
                               "save\nE_LOGIN_REQUIRED\n",
        .status = MCPAUTH_E_LOGIN_REQUIRED,
        .after = "token refresh_token=CANARY-r1"},
    {.name = "a server that is busy is asked again: S-067 A-124",
        DUE,
        .answers = {HAS_META(""), {TOKEN, 503, "", "Retry-After: 3"},
            {TOKEN, 429}, GRANTS("")},
        .steps = LOCKED META "\n" RENEWAL "wait 3000\n" RENEWAL_AGAIN
                             "wait 1000\n" RENEWAL_AGAIN SAVED,
        .logs = "trying again in 3000 ms",
        .after = "token access_token=CANARY-a2"},
    {.name = "a server that stays busy: the refresh token is kept: S-067",
        DUE,
        .answers = {HAS_META(""), {TOKEN, 502}},
        .steps = LOCKED META "\n" RENEWAL "wait 500\n" RENEWAL_AGAIN
                             "wait 1000\n" RENEWAL_AGAIN FAILED("E_HTTP"),
        .status = MCPAUTH_E_HTTP,
        .says = "asking https://as.test/token for a token (refresh_token): ",
        .after = "token refresh_token=CANARY-r1\n"
                 "token refresh_started_at_ms=1700000000000"},
    {.name = "an absurd Retry-After is cut: S-067",
        DUE,
        .locks = "u",
        .answers = {HAS_META(""),
            {TOKEN, 503, "", "Retry-After: 99999999999999999999"}, GRANTS("")},
        .steps = UNLOCKED META "\n" RENEWAL "wait 60000\n" RENEWAL_AGAIN
                               "save\ndone CANARY-a2\n",
        .after = "token access_token=CANARY-a2"},
    {.name =
            "nobody is kept waiting for the lock by a Retry-After: S-049 S-067",
        DUE,
        .answers = {HAS_META(""), {TOKEN, 503, "", "Retry-After: 30"},
            GRANTS("")},
        .steps = LOCKED META "\n" RENEWAL FAILED("E_HTTP"),
        .status = MCPAUTH_E_HTTP,
        .after = "token refresh_token=CANARY-r1\n"
                 "token refresh_started_at_ms=1700000000000"},
    {.name = "a Retry-After may be a date: S-067",
        DUE,
        .answers = {HAS_META(""),
            {TOKEN, 503, "", "Retry-After: Tue, 14 Nov 2023 22:13:23 GMT"},
            GRANTS("")},
        .steps = LOCKED META "\n" RENEWAL "wait 3000\n" RENEWAL_AGAIN SAVED,
        .after = "token access_token=CANARY-a2"},
    {.name = "temporarily_unavailable passes: S-067",
        DUE,
        .answers = {HAS_META(""), REFUSES("temporarily_unavailable"),
            GRANTS("")},
        .steps = LOCKED META "\n" RENEWAL "wait 500\n" RENEWAL_AGAIN SAVED,
        .after = "token access_token=CANARY-a2"},
    {.name = "temporarily_unavailable stays: S-067",
        DUE,
        .answers = {HAS_META(""), REFUSES("temporarily_unavailable")},
        .steps = LOCKED META "\n" RENEWAL "wait 500\n" RENEWAL_AGAIN
                             "wait 1000\n" RENEWAL_AGAIN
                             "save\n" FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "temporarily_unavailable",
        .after = "token refresh_token=CANARY-r1\n"
                 "token refresh_started_at_ms=-"},
    {.name = "a token with Retry-After is taken, not asked for again: A-153",
        DUE,
        .answers = {HAS_META(""),
            {TOKEN, 200, TOKEN_BODY(",'refresh_token':'CANARY-r2'"),
                "Retry-After: 1"}},
        .steps = LOCKED META "\n" RENEWAL SAVED,
        .after = "token refresh_token=CANARY-r2"},
    {.name = "a refusal with Retry-After is a refusal: A-124",
        DUE,
        .answers = {HAS_META(""),
            {TOKEN, 400, "{'error':'invalid_scope'}", "Retry-After: 1"}},
        .steps = LOCKED META "\n" RENEWAL "save\n" FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "invalid_scope",
        .after = "token refresh_token=CANARY-r1\n"
                 "token refresh_started_at_ms=-"},
    {.name = "a lost connection keeps the refresh token: A-154 S-042",
        DUE,
        .answers = {HAS_META(""), {TOKEN, .failure = MCPAUTH_E_NETWORK}},
        .steps = LOCKED META "\n" RENEWAL "wait 500\n" RENEWAL_AGAIN
                             "wait 1000\n" RENEWAL_AGAIN FAILED("E_NETWORK"),
        .status = MCPAUTH_E_NETWORK,
        .says = "asking https://as.test/token for a token (refresh_token): as "
                "scripted",
        .after = "token refresh_token=CANARY-r1\n"
                 "token refresh_started_at_ms=1700000000000"},
    {.name = "a lost answer is the reason of the refusal after it: S-043",
        DUE,
        .answers = {HAS_META(""), {TOKEN, .failure = MCPAUTH_E_NETWORK},
            REFUSES("invalid_grant")},
        .steps = LOCKED META "\n" RENEWAL "wait 500\n" RENEWAL_AGAIN
                             "save\n" FAILED("E_LOGIN_REQUIRED"),
        .status = MCPAUTH_E_LOGIN_REQUIRED,
        .says = "was cut off before its answer was saved, which has probably "
                "used up the refresh token",
        .after = "token refresh_token=-"},
    {.name = "a lost answer is not forgotten for another refusal: S-043",
        DUE,
        .answers = {HAS_META(""), {TOKEN, .failure = MCPAUTH_E_NETWORK},
            REFUSES("invalid_client")},
        .steps = LOCKED META "\n" RENEWAL "wait 500\n" RENEWAL_AGAIN
                             "save\n" FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .after = "token refresh_token=CANARY-r1\n"
                 "token refresh_started_at_ms=1700000000000"},
    {.name = "an answer that takes too long is noted, not asked for again: "
             "S-043",
        DUE,
        .answers = {HAS_META(""), {TOKEN, .failure = MCPAUTH_E_TIMEOUT}},
        .steps = LOCKED META "\n" RENEWAL FAILED("E_TIMEOUT"),
        .status = MCPAUTH_E_TIMEOUT,
        .after = "token refresh_token=CANARY-r1\n"
                 "token refresh_started_at_ms=1700000000000"},
    {.name = "no other refusal kills a refresh token: S-067",
        DUE,
        .answers = {HAS_META(""), REFUSES("invalid_client")},
        .steps = LOCKED META "\n" RENEWAL "save\n" FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "invalid_client",
        .after = "token refresh_token=CANARY-r1\n"
                 "token refresh_started_at_ms=-"},
    {.name = "a page instead of a token keeps the refresh token: A-124",
        DUE,
        .answers = {HAS_META(""), {TOKEN, 200, "<html>"}},
        .steps = LOCKED META "\n" RENEWAL FAILED("E_PROTOCOL"),
        .status = MCPAUTH_E_PROTOCOL,
        .after = "token refresh_token=CANARY-r1\n"
                 "token refresh_started_at_ms=1700000000000"},
    {.name = "invalid_grant spelled otherwise kills nothing: S-067",
        DUE,
        .answers = {HAS_META(""), REFUSES("Invalid_Grant")},
        .steps = LOCKED META "\n" RENEWAL "save\n" FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .after = "token refresh_token=CANARY-r1\n"
                 "token refresh_started_at_ms=-"},
    {.name = "an old token is good until it ends: S-069",
        .settings = APP,
        .stored =
            RECORD("interactive", REFRESH ",'obtained_at_ms':1699996430000,"
                                          "'expires_at_ms':1700000030000"),
        .answers = {{META, .failure = MCPAUTH_E_NETWORK}},
        .steps = LOCKED META "\nwait 500\n" META "\nunlock\ndone CANARY-a1\n",
        .logs = "the present token is still good"},
    {.name = "an old token does not hide that its refresh token died: S-069",
        .settings = APP,
        .person = true,
        .redirects = {"!E_TIMEOUT"},
        .stored =
            RECORD("interactive", REFRESH ",'obtained_at_ms':1699996430000,"
                                          "'expires_at_ms':1700000030000"),
        .answers = {HAS_META(""), REFUSES("invalid_grant")},
        .steps = LOCKED META "\n" RENEWAL
                             "save\n" ASKING LISTENED APP_BROWSE RESOURCE
                             "\n" GAVE_UP("E_TIMEOUT"),
        .status = MCPAUTH_E_TIMEOUT,
        .after = "token refresh_token=-"},
    {.name = "an old token that was refused is not good: S-069",
        .settings = M2M AS,
        .stored = RECORD("m2m", FRESH),
        SENT_AGAIN,
        .answers = {{META, .failure = MCPAUTH_E_TIMEOUT}},
        .steps = LOCKED META "\n" FAILED("E_TIMEOUT"),
        .status = MCPAUTH_E_TIMEOUT},
    {.name = "an old token that ends too soon for its use: S-069",
        .settings = APP,
        .min_valid_ms = 30000,
        .stored =
            RECORD("interactive", REFRESH ",'obtained_at_ms':1699996430000,"
                                          "'expires_at_ms':1700000030000"),
        .answers = {{META, .failure = MCPAUTH_E_TIMEOUT}},
        .steps = LOCKED META "\n" FAILED("E_TIMEOUT"),
        .status = MCPAUTH_E_TIMEOUT},
    {.name = "a refusal is not outlived by the old token: S-069",
        .settings = M2M AS,
        .stored = RECORD("m2m", ",'obtained_at_ms':1699996430000,"
                                "'expires_at_ms':1700000030000"),
        .answers = {HAS_META(""), REFUSES("unauthorized_client")},
        .steps = LOCKED META "\n" MACHINE RESOURCE "\n" FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED},
    {.name = "invalid_grant without a lock: somebody else was faster: S-042",
        DUE,
        .locks = "u",
        .answers = {HAS_META(""), REFUSES("invalid_grant")},
        .meanwhile = RECORD("interactive", FRESH),
        .meanwhile_at = RENEWAL_LINE,
        .steps = UNLOCKED META "\n" RENEWAL "load\ndone CANARY-a1\n",
        .after = "token access_token=CANARY-a1"},
    {.name = "invalid_grant without a lock: nobody was: S-042 A-154",
        DUE,
        .locks = "u",
        .answers = {HAS_META(""), REFUSES("invalid_grant")},
        .steps = UNLOCKED META "\n" RENEWAL "load\n" META "\n" RENEWAL
                               "save\nE_LOGIN_REQUIRED\n",
        .status = MCPAUTH_E_LOGIN_REQUIRED,
        .after = "token refresh_token=-"},
};

int main(void)
{
    return script_main(
        "grant refresh", cases, sizeof cases / sizeof *cases, NULL, 0);
}
