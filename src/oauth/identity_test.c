/* identity_test.c - the company's identity provider: a login there, an
 * exchange, and what the MCP server's authorization server is told by it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "places.h"
#include "script.h"

/* --- tokens, signed by nobody --------------------------------------------- */

#define ID(claims) "eyJhbGciOiJSUzI1NiJ9." claims ".CANARY"
#define JAG(claims)                                                            \
    "eyJhbGciOiJSUzI1NiIsInR5cCI6Im9hdXRoLWlkLWphZytqd3QifQ." claims ".CANARY"
/* Of https://as.test, for app, until 600 s from now; the same with the nonce of
 * the first login; of others, for others, with another nonce, and of before. */
#define RENEWED                                                                \
    ID("eyJpc3MiOiJodHRwczovL2FzLnRlc3QiLCJhdWQiOiJhcHAiLCJleHAiOjE3MDAwMDA2M" \
       "DB9")
#define FIRST                                                                  \
    ID("eyJpc3MiOiJodHRwczovL2FzLnRlc3QiLCJhdWQiOiJhcHAiLCJleHAiOjE3MDAwMDA2M" \
       "DAsIm5vbmNlIjoiQ0FOQVJZMDAwMzAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMD" \
       "AwQSJ9")
#define OF_OTHER                                                               \
    ID("eyJpc3MiOiJodHRwczovL290aGVyLnRlc3QiLCJhdWQiOiJhcHAiLCJleHAiOjE3MDAwM" \
       "DA2MDAsIm5vbmNlIjoiQ0FOQVJZMDAwMzAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMD" \
       "AwMDAwQSJ9")
#define TO_OTHER                                                               \
    ID("eyJpc3MiOiJodHRwczovL2FzLnRlc3QiLCJhdWQiOiJvdGhlciIsImV4cCI6MTcwMDAwM" \
       "DYwMCwibm9uY2UiOiJDQU5BUlkwMDAzMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMD" \
       "AwMDBBIn0")
#define BY_OTHER                                                               \
    ID("eyJpc3MiOiJodHRwczovL2FzLnRlc3QiLCJhdWQiOlsiYXBwIiwib3RoZXIiXSwiZXhwI" \
       "joxNzAwMDAwNjAwLCJhenAiOiJvdGhlciIsIm5vbmNlIjoiQ0FOQVJZMDAwMzAwMDAwMD" \
       "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwQSJ9")
#define REPLAYED                                                               \
    ID("eyJpc3MiOiJodHRwczovL2FzLnRlc3QiLCJhdWQiOiJhcHAiLCJleHAiOjE3MDAwMDA2M" \
       "DAsIm5vbmNlIjoib3RoZXIifQ")
#define PAST                                                                   \
    ID("eyJpc3MiOiJodHRwczovL2FzLnRlc3QiLCJhdWQiOiJhcHAiLCJleHAiOjE2OTk5OTk5O" \
       "TksIm5vbmNlIjoiQ0FOQVJZMDAwMzAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMD" \
       "AwQSJ9")
/* For https://mcp-as.test, which is asked for https://mcp.test/mcp. */
#define GOOD                                                                   \
    JAG("eyJhdWQiOiJodHRwczovL21jcC1hcy50ZXN0IiwiY2xpZW50X2lkIjoibWNwIiwicmVz" \
        "b3VyY2UiOiJodHRwczovL21jcC50ZXN0L21jcCIsImV4cCI6MTcwMDAwMDMwMH0")
#define NEXT                                                                   \
    JAG("eyJhdWQiOiJodHRwczovL21jcC1hcy50ZXN0IiwiY2xpZW50X2lkIjoibWNwIiwicmVz" \
        "b3VyY2UiOiJodHRwczovL21jcC50ZXN0L21jcCIsImV4cCI6MTcwMDAwMDMwMX0")
#define WRONG_AS                                                               \
    JAG("eyJhdWQiOiJodHRwczovL2V2aWwudGVzdCIsImNsaWVudF9pZCI6Im1jcCIsInJlc291" \
        "cmNlIjoiaHR0cHM6Ly9tY3AudGVzdC9tY3AiLCJleHAiOjE3MDAwMDAzMDB9")
#define WRONG_RS                                                               \
    JAG("eyJhdWQiOiJodHRwczovL21jcC1hcy50ZXN0IiwiY2xpZW50X2lkIjoibWNwIiwicmVz" \
        "b3VyY2UiOiJodHRwczovL2V2aWwudGVzdC9tY3AiLCJleHAiOjE3MDAwMDAzMDB9")
#define WRONG_ID                                                               \
    JAG("eyJhdWQiOiJodHRwczovL21jcC1hcy50ZXN0IiwiY2xpZW50X2lkIjoiZXZpbCIsInJl" \
        "c291cmNlIjoiaHR0cHM6Ly9tY3AudGVzdC9tY3AiLCJleHAiOjE3MDAwMDAzMDB9")
#define NO_TYPE                                                                \
    ID("eyJhdWQiOiJodHRwczovL21jcC1hcy50ZXN0IiwiY2xpZW50X2lkIjoibWNwIiwicmVzb" \
       "3VyY2UiOiJodHRwczovL21jcC50ZXN0L21jcCIsImV4cCI6MTcwMDAwMDMwMH0")
#define OLD                                                                    \
    JAG("eyJhdWQiOiJodHRwczovL21jcC1hcy50ZXN0IiwiY2xpZW50X2lkIjoibWNwIiwicmVz" \
        "b3VyY2UiOiJodHRwczovL21jcC50ZXN0L21jcCIsImV4cCI6MTY5OTk5OTk5OX0")

/* --- at the identity provider --------------------------------------------- */

#define IDP SERVER "idp_issuer=https://as.test\nidp_client_id=app\n"
#define LOGS_IN                                                                \
    .identity = true, .purpose = MCPAUTH_FLOW_TOKEN, .person = true,           \
    .settings = IDP, .redirects = {"code=CANARY-c&state=+"}
#define GIVES(id_token)                                                        \
    {                                                                          \
        TOKEN, 200, TOKEN_BODY(",'id_token':'" id_token "'" REFRESH)           \
    }
#define SENT                                                                   \
    LOCKED META "\n" ASKING LISTENED                                           \
                "browse https://as.test/authorize client_id=app" REDIRECT      \
                " scope=openid offline_access prompt=consent\n" TOKEN          \
                " grant_type=authorization_code code=CANARY-c" REDIRECT        \
                " code_verifier=* client_id=app\n"
#define IN(id_token)                                                           \
    "lock\nload\nsave\nunlock\nunlock login\ndone " id_token "\n"
#define KEPT                                                                   \
    "{'version':1,'token':{'access_token':'" PAST "','token_type':'N_A',"      \
    "'mode':'interactive','issuer':'https://as.test',"                         \
    "'resource':'https://as.test/','client_id':'app',"                         \
    "'requested_scope':'openid offline_access'" REFRESH EXPIRED "}}"
#define RENEWS                                                                 \
    "load\nlock\nload\n" META "\nsave\n" TOKEN                                 \
    " grant_type=refresh_token refresh_token=CANARY-r1 client_id=app\n"

/* --- the exchange --------------------------------------------------------- */

#define ID_JAG "urn:ietf:params:oauth:token-type:id-jag"
#define EXCHANGES                                                              \
    .identity = true, .purpose = MCPAUTH_FLOW_EXCHANGE, .settings = IDP,       \
    .exchanges = RENEWED
#define VOUCHES(jag, type, kind)                                               \
    {                                                                          \
        TOKEN, 200,                                                            \
            "{'access_token':'" jag "','issued_token_type':'" type             \
            "','token_type':'" kind "','expires_in':300}"                      \
    }
#define EXCHANGE                                                               \
    META "\n" TOKEN                                                            \
         " grant_type=urn:ietf:params:oauth:grant-type:token-exchange"         \
         " requested_token_type=" ID_JAG                                       \
         " audience=https://mcp-as.test resource=https://mcp.test/mcp"         \
         " subject_token=" RENEWED                                             \
         " subject_token_type=urn:ietf:params:oauth:token-type:id_token"       \
         " scope=a client_id=app\n"

/* --- at the MCP server's authorization server ----------------------------- */

#define COMPANY                                                                \
    SERVER AS "client_id=mcp\nclient_secret=CANARY-s\n"                        \
              "idp_issuer=https://idp.test\nidp_client_id=app\n"
#define ASSERT "assert identity\n"
#define BEARER(jag)                                                            \
    TOKEN " [Basic mcp:CANARY-s] "                                             \
          "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer "            \
          "assertion=" jag RESOURCE "\n"
#define DENIES                                                                 \
    {                                                                          \
        TOKEN, 400, "{'error':'invalid_grant'}"                                \
    }

static const script_case cases[] = {
    {.name = "a login there keeps its ID token: A-190",
        LOGS_IN,
        .answers = {HAS_META(""), GIVES(FIRST)},
        .steps = SENT IN(FIRST),
        .after = "token token_type=N_A\ntoken expires_at_ms=1700000600000"},
    {.name = "an ID token of another issuer is none: A-190",
        LOGS_IN,
        .answers = {HAS_META(""), GIVES(OF_OTHER)},
        .steps = SENT GAVE_UP("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED,
        .says = "is of another issuer"},
    {.name = "nor one for another client: A-190",
        LOGS_IN,
        .answers = {HAS_META(""), GIVES(TO_OTHER)},
        .steps = SENT GAVE_UP("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED},
    {.name = "nor one that another client asked for: A-190",
        LOGS_IN,
        .answers = {HAS_META(""), GIVES(BY_OTHER)},
        .steps = SENT GAVE_UP("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED,
        .says = "for another client"},
    {.name = "nor one of another login: A-190",
        LOGS_IN,
        .answers = {HAS_META(""), GIVES(REPLAYED)},
        .steps = SENT GAVE_UP("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED,
        .says = "not of this login"},
    {.name = "nor one that has expired: A-190",
        LOGS_IN,
        .answers = {HAS_META(""), GIVES(PAST)},
        .steps = SENT GAVE_UP("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED},
    {.name = "without one the login was for nothing: A-190",
        LOGS_IN,
        .answers = {HAS_META(""), GRANTS("")},
        .steps = SENT GAVE_UP("E_PROTOCOL"),
        .status = MCPAUTH_E_PROTOCOL,
        .says = "is missing in its answer"},
    {.name = "it is renewed with nobody present: A-195",
        .identity = true,
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = IDP,
        .stored = KEPT,
        .answers = {HAS_META(""), GIVES(RENEWED)},
        .steps = RENEWS "save\nunlock\ndone " RENEWED "\n",
        .after = "token token_type=N_A"},
    {.name = "an ID token is exchanged for what nobody keeps: A-191 A-192",
        EXCHANGES,
        .answers = {HAS_META(""), VOUCHES(GOOD, ID_JAG, "n_a")},
        .steps = EXCHANGE "done " GOOD "\n"},
    {.name = "what is of another type is none: A-192",
        EXCHANGES,
        .answers = {HAS_META(""), VOUCHES(GOOD, "x", "N_A")},
        .steps = EXCHANGE "E_PROTOCOL\n",
        .status = MCPAUTH_E_PROTOCOL,
        .says = "issued_token_type"},
    {.name = "an access token is none: A-192",
        EXCHANGES,
        .answers = {HAS_META(""), VOUCHES(GOOD, ID_JAG, "Bearer")},
        .steps = EXCHANGE "E_PROTOCOL\n",
        .status = MCPAUTH_E_PROTOCOL,
        .says = "token_type is not N_A"},
    {.name = "one for another authorization server is not sent on: A-193",
        EXCHANGES,
        .answers = {HAS_META(""), VOUCHES(WRONG_AS, ID_JAG, "N_A")},
        .steps = EXCHANGE "E_UNTRUSTED\n",
        .status = MCPAUTH_E_UNTRUSTED},
    {.name = "nor one for another MCP server: A-193",
        EXCHANGES,
        .answers = {HAS_META(""), VOUCHES(WRONG_RS, ID_JAG, "N_A")},
        .steps = EXCHANGE "E_UNTRUSTED\n",
        .status = MCPAUTH_E_UNTRUSTED},
    {.name = "nor another kind of JWT: A-193",
        EXCHANGES,
        .answers = {HAS_META(""), VOUCHES(NO_TYPE, ID_JAG, "N_A")},
        .steps = EXCHANGE "E_UNTRUSTED\n",
        .status = MCPAUTH_E_UNTRUSTED},
    {.name = "nor one that has expired already: A-193",
        EXCHANGES,
        .answers = {HAS_META(""), VOUCHES(OLD, ID_JAG, "N_A")},
        .steps = EXCHANGE "E_UNTRUSTED\n",
        .status = MCPAUTH_E_UNTRUSTED},
    {.name = "a refusal is told in the identity provider's words: A-195",
        EXCHANGES,
        .answers = {HAS_META(""), REFUSES("invalid_target")},
        .steps = EXCHANGE "E_REFUSED\n",
        .status = MCPAUTH_E_REFUSED,
        .says = "invalid_target"},
    {.name = "the assertion goes to the MCP server's, with its client: A-194",
        .settings = COMPANY,
        .assertions = {GOOD},
        .answers = {HAS_META(""), GRANTS(HOUR)},
        .steps = LOCKED META "\n" ASSERT BEARER(GOOD) SAVED,
        .logs = "1 mode: enterprise (an identity provider is configured)",
        .after = "token mode=enterprise"},
    {.name = "one for another client does not: A-193",
        .settings = COMPANY,
        .assertions = {WRONG_ID},
        .answers = {HAS_META("")},
        .steps = LOCKED META "\n" ASSERT FAILED("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED},
    {.name = "one that is refused is replaced once: A-195",
        .settings = COMPANY,
        .assertions = {GOOD, NEXT},
        .answers = {HAS_META(""), DENIES},
        .steps = LOCKED META "\n" ASSERT BEARER(GOOD) ASSERT BEARER(NEXT)
            FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED},
    {.name = "one that comes back is replaced by way of a fresh login: A-195",
        .settings = COMPANY,
        .assertions = {GOOD, GOOD, NEXT},
        .answers = {HAS_META(""), DENIES},
        .steps = LOCKED META "\n" ASSERT BEARER(GOOD) ASSERT
        "assert identity fresh\n" BEARER(NEXT) FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED},
    {.name = "the same one again and again is not sent again: A-195",
        .settings = COMPANY,
        .assertions = {GOOD},
        .answers = {HAS_META(""), DENIES},
        .steps = LOCKED META "\n" ASSERT BEARER(GOOD) ASSERT
        "assert identity fresh\n" FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED},
    {.name = "a request that is made again has another one: A-195",
        .settings = COMPANY,
        .assertions = {GOOD, NEXT},
        .answers = {HAS_META(""), {TOKEN, 503, ""}, GRANTS(HOUR)},
        .steps = LOCKED META
        "\n" ASSERT BEARER(GOOD) "wait 500\n" ASSERT BEARER(NEXT) SAVED,
        .after = "token mode=enterprise"},
    {.name = "a server that names the profile takes it: A-196",
        .settings = COMPANY,
        .assertions = {GOOD},
        .answers = {HAS_META(",'grant_types_supported':['x'],"
                             "'authorization_grant_profiles_supported':"
                             "['urn:ietf:params:oauth:grant-profile:id-jag']"),
            GRANTS(HOUR)},
        .steps = LOCKED META "\n" ASSERT BEARER(GOOD) SAVED,
        .after = "token mode=enterprise"},
    {.name = "a person is asked with the login lock, and not the other: A-190",
        .settings = COMPANY,
        .person = true,
        .assertions = {"!E_LOGIN_REQUIRED", GOOD},
        .answers = {HAS_META(""), GRANTS(HOUR)},
        .steps = LOCKED META "\n" ASSERT ASKING
                             "assert identity person\n" BEARER(GOOD) LOGGED_IN,
        .after = "token mode=enterprise"},
    {.name = "where nobody can be asked, that is the end: A-190",
        .settings = COMPANY,
        .assertions = {"!E_LOGIN_REQUIRED"},
        .answers = {HAS_META("")},
        .steps = LOCKED META "\n" ASSERT FAILED("E_LOGIN_REQUIRED"),
        .status = MCPAUTH_E_LOGIN_REQUIRED},
    {.name = "who logs in anew does so at the identity provider: A-190",
        .purpose = MCPAUTH_FLOW_LOGIN,
        .settings = COMPANY,
        .person = true,
        .assertions = {GOOD},
        .answers = {HAS_META(""), GRANTS(HOUR)},
        .steps = LOCKED META
        "\n" ASKING "assert identity person login\n" BEARER(GOOD) LOGGED_IN,
        .after = "token mode=enterprise"},
    {.name = "it needs a client of its own there: A-190",
        .settings = SERVER AS "idp_issuer=https://idp.test\n",
        .answers = {HAS_META("")},
        .steps = LOCKED META "\n" FAILED("E_USAGE"),
        .status = MCPAUTH_E_USAGE,
        .says = "idp_client_id is another one"},
};

int main(void)
{
    return script_main(
        "identity", cases, sizeof cases / sizeof *cases, NULL, 0);
}
