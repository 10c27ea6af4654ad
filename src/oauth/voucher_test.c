/* voucher_test.c - workloads that somebody else vouches for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "places.h"
#include "script.h"

/* Signed by nobody; what is looked at is what they say. */
#define JWT(claims) "eyJhbGciOiJFUzI1NiJ9." claims ".CANARY"
/* For https://as.test, until 600 s from now. */
#define GOOD JWT("eyJhdWQiOiJodHRwczovL2FzLnRlc3QiLCJleHAiOjE3MDAwMDA2MDB9")
/* For its token endpoint, until 900 s from now. */
#define NEXT                                                                   \
    JWT("eyJhdWQiOiJodHRwczovL2FzLnRlc3QvdG9rZW4iLCJleHAiOjE3MDAwMDA5MDB9")
/* For somebody else. */
#define OTHER                                                                  \
    JWT("eyJhdWQiOiJodHRwczovL2Vsc2V3aGVyZS50ZXN0IiwiZXhwIjoxNzAwMDAwNjAwfQ")
/* Until 600 s ago. */
#define OLD JWT("eyJhdWQiOiJodHRwczovL2FzLnRlc3QiLCJleHAiOjE2OTk5OTk0MDB9")
/* For two, and for ever. */
#define ENDLESS JWT("eyJhdWQiOlsieCIsImh0dHBzOi8vYXMudGVzdCJdfQ")

#define WORKLOAD SERVER AS "assertion=file:/token\n"
#define ASSERT   "assert file:/token\n"
#define AGAIN    "assert file:/token fresh\n"
#define BEARER(jwt)                                                            \
    TOKEN                                                                      \
    " grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer assertion=" jwt   \
        RESOURCE
#define TO_ASSERT LOCKED META "\n" ASSERT
#define DENIES                                                                 \
    {                                                                          \
        TOKEN, 400,                                                            \
            "{'error':'invalid_grant','error_description':'who is " GOOD "'}"  \
    }
#define WORKS(assertion) .settings = WORKLOAD, .assertions = {assertion}

static const script_case cases[] = {
    {.name = "the platform's assertion goes as it came, for no client: A-210",
        WORKS(GOOD "\n"),
        .answers = {HAS_META(""), GRANTS(HOUR)},
        .steps = TO_ASSERT BEARER(GOOD) "\n" SAVED,
        .logs = "1 mode: m2m (an assertion is configured)",
        .after = "token mode=m2m"},
    {.name = "a client that is configured goes along: A-210",
        .settings = APP AS "assertion=file:/token\nscope=a b\n",
        .assertions = {GOOD},
        .answers = {HAS_META(""), GRANTS(HOUR)},
        .steps = TO_ASSERT TOKEN
        " grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer "
        "assertion=" GOOD " scope=a b" RESOURCE " client_id=app\n" SAVED,
        .after = "token mode=m2m"},
    {.name = "a client that has a secret shows it: A-210",
        .settings = M2M AS "assertion=file:/token\n",
        .assertions = {GOOD},
        .answers = {HAS_META(""), GRANTS(HOUR)},
        .steps = TO_ASSERT TOKEN
        " [Basic app:CANARY-s] "
        "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer "
        "assertion=" GOOD RESOURCE "\n" SAVED,
        .after = "token mode=m2m"},
    {.name = "one without an end is as good: A-211",
        WORKS(ENDLESS),
        .answers = {HAS_META(""), GRANTS(HOUR)},
        .steps = TO_ASSERT BEARER(ENDLESS) "\n" SAVED,
        .after = "token mode=m2m"},
    {.name = "one for somebody else is sent, with a word: A-211",
        WORKS(OTHER),
        .answers = {HAS_META(""), GRANTS(HOUR)},
        .steps = TO_ASSERT BEARER(OTHER) "\n" SAVED,
        .after = "token mode=m2m",
        .logs = "0 token: the assertion is for neither https://as.test nor"},
    {.name = "one that has expired is not sent: A-211",
        WORKS(OLD),
        .answers = {HAS_META("")},
        .steps = TO_ASSERT FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "from file:/token has expired 600 s ago"},
    {.name = "what is no JWT is not sent, and not shown: A-211",
        WORKS("CANARY-garbage"),
        .answers = {HAS_META("")},
        .steps = TO_ASSERT FAILED("E_PROTOCOL"),
        .status = MCPAUTH_E_PROTOCOL,
        .says = "what file:/token gives is no JWT"},
    {.name = "without one there is no request: A-211",
        WORKS("!E_USAGE"),
        .answers = {HAS_META("")},
        .steps = TO_ASSERT FAILED("E_USAGE"),
        .status = MCPAUTH_E_USAGE},
    {.name = "a server that lists other grants is not asked: A-212",
        WORKS(GOOD),
        .answers = {HAS_META(",'grant_types_supported':['x','y']")},
        .steps = LOCKED META "\n" FAILED("E_UNSUPPORTED"),
        .status = MCPAUTH_E_UNSUPPORTED,
        .says = "takes no assertion for a grant"},
    {.name = "a server that lists it is: A-212",
        WORKS(GOOD),
        .answers = {HAS_META(",'grant_types_supported':["
                             "'urn:ietf:params:oauth:grant-type:jwt-bearer']"),
            GRANTS(HOUR)},
        .steps = TO_ASSERT BEARER(GOOD) "\n" SAVED,
        .after = "token mode=m2m"},
    {.name = "one that is refused is not sent twice: A-213",
        WORKS(GOOD),
        .answers = {HAS_META(""), DENIES},
        .steps = TO_ASSERT BEARER(GOOD) "\n" AGAIN FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "who is [masked]"},
    {.name = "one that was replaced meanwhile is sent once: A-213",
        WORKS(GOOD),
        .assertions[1] = NEXT,
        .answers = {HAS_META(""), DENIES, GRANTS(HOUR)},
        .steps = TO_ASSERT BEARER(GOOD) "\n" AGAIN BEARER(NEXT) "\n" SAVED,
        .after = "token mode=m2m"},
    {.name = "and no third one: A-213",
        WORKS(GOOD),
        .assertions[1] = NEXT,
        .assertions[2] = ENDLESS,
        .answers = {HAS_META(""), DENIES, REFUSES("invalid_grant")},
        .steps = TO_ASSERT BEARER(GOOD) "\n" AGAIN BEARER(NEXT) "\n" FAILED(
            "E_REFUSED"),
        .status = MCPAUTH_E_REFUSED},
    {.name = "a file that is gone by then does not hide the refusal: A-213",
        WORKS(GOOD),
        .assertions[1] = "!E_USAGE",
        .answers = {HAS_META(""), DENIES},
        .steps = TO_ASSERT BEARER(GOOD) "\n" AGAIN FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "who is [masked]"},
    {.name = "nor does one that has expired: A-213",
        WORKS(GOOD),
        .assertions[1] = OLD,
        .answers = {HAS_META(""), DENIES},
        .steps = TO_ASSERT BEARER(GOOD) "\n" AGAIN FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "who is [masked]"},
    {.name = "one that came second and meets a busy server: A-213",
        WORKS(GOOD),
        .assertions[1] = NEXT,
        .answers = {HAS_META(""), DENIES, {TOKEN, 503}, GRANTS(HOUR)},
        .steps = TO_ASSERT BEARER(GOOD) "\n" AGAIN BEARER(
            NEXT) "\nwait 500\nassert file:/token\n" BEARER(NEXT) "\n" SAVED,
        .after = "token mode=m2m"},
    {.name = "where each one is new, none is tried again: A-213",
        .settings = SERVER AS "assertion=command:make\n",
        .assertions = {GOOD, NEXT},
        .answers = {HAS_META(""), DENIES},
        .steps = LOCKED META
        "\nassert command:make\n" BEARER(GOOD) "\n" FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "who is [masked]"},
    {.name = "other refusals are the last word: A-213",
        WORKS(GOOD),
        .assertions[1] = NEXT,
        .answers = {HAS_META(""), REFUSES("unauthorized_client")},
        .steps = TO_ASSERT BEARER(GOOD) "\n" FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "(jwt-bearer)"},
    {.name = "what a grant that is not allowed needs: A-213",
        WORKS(GOOD),
        .answers = {HAS_META(""), REFUSES("unauthorized_client")},
        .steps = TO_ASSERT BEARER(GOOD) "\n" FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "allow the grant urn:ietf:params:oauth:grant-type:jwt-bearer"},
    {.name = "what an assertion that is not trusted needs: A-213",
        WORKS(GOOD),
        .answers = {HAS_META(""), DENIES},
        .steps = TO_ASSERT BEARER(GOOD) "\n" AGAIN FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "must trust whoever signs the assertion"},
    {.name = "whom a server asks for that wants a client: A-210",
        WORKS(GOOD),
        .stored = "{'version':1,'clients':{'https://as.test':"
                  "{'client_id':'old'}}}",
        .answers = {HAS_META(CAN_REGISTER), REFUSES("invalid_client")},
        .steps = TO_ASSERT BEARER(GOOD) "\n" FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "set client_id to one that may use them"},
    {.name = "a server that is busy gets the one of then: A-211",
        WORKS(GOOD),
        .assertions[1] = NEXT,
        .answers = {HAS_META(""), {TOKEN, 503, "", "Retry-After: 2"},
            GRANTS(HOUR)},
        .steps = TO_ASSERT BEARER(GOOD) "\nwait 2000\n" ASSERT BEARER(
            NEXT) "\n" SAVED,
        .after = "token mode=m2m"},
    {.name = "a token that has expired is asked for anew: A-214",
        WORKS(NEXT),
        .stored = "{'version':1,'token':{'access_token':'CANARY-a1',"
                  "'mode':'m2m','issuer':'https://as.test',"
                  "'resource':'https://mcp.test/mcp'" EXPIRED "}}",
        .answers = {HAS_META(""), GRANTS(HOUR)},
        .steps = TO_ASSERT BEARER(NEXT) "\n" SAVED,
        .after = "token mode=m2m"},
    {.name = "the clock is spoken of where it may be the reason: A-211",
        WORKS(GOOD),
        .answers = {HAS_META(""), {TOKEN, 400, "{'error':'invalid_grant'}",
                                      "Date: Tue, 14 Nov 2023 22:03:20 GMT"}},
        .steps = TO_ASSERT BEARER(GOOD) "\n" AGAIN FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "600 s ahead of"},
};

int main(void)
{
    return script_main("voucher", cases, sizeof cases / sizeof *cases, NULL, 0);
}
