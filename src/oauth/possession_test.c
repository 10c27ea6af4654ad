/* possession_test.c - flows whose tokens are bound to a key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "places.h"
#include "script.h"

/* A key, as a record has it, and its thumbprint. */
#define KEY_PEM                                                                \
    "-----BEGIN PRIVATE KEY-----\\n"                                           \
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgv+wh1VHb8R0vqZE4\\n"      \
    "U8xGuSvrW60gvHUv4MM5gJQrr6WhRANCAAS9BA/FstL8cgkcittQs4qINIL3uKlf\\n"      \
    "XaFQq7pkQyr77E3Fd6piHzBnY2k/dxpiGwRobZtpZUtFh66GL2MdsEDr\\n"              \
    "-----END PRIVATE KEY-----\\n"
#define JKT "tiaQSI_4Vqp0AFCi_JdeM17rf8fuBJdyzMaQHtECUP4"

#define ALGS  ",'dpop_signing_alg_values_supported':['ES256']"
#define WANTS ",'dpop_bound_access_tokens_required':true"
#define BOUND                                                                  \
    {                                                                          \
        TOKEN, 200, "{'access_token':'CANARY-a2','token_type':'dpop'" HOUR "}" \
    }
#define SAYS(error, header)                                                    \
    {                                                                          \
        TOKEN, 400, "{'error':'" error "'}", header                            \
    }
#define NONCE(nonce) SAYS("use_dpop_nonce", "DPoP-Nonce: " nonce)
#define ASKS_M2M(how)                                                          \
    TOKEN " [Basic app:CANARY-s] [DPoP" how                                    \
          "] grant_type=client_credentials" RESOURCE "\n"
#define ALWAYS M2M AS "dpop=always\n"
#define FOUND  LOCKED META "\n"
#define KEPT                                                                   \
    "{'version':1,'token':{'access_token':'CANARY-a1','token_type':'DPoP',"    \
    "'mode':'interactive','issuer':'https://as.test',"                         \
    "'resource':'https://mcp.test/mcp','client_id':'app'" REFRESH EXPIRED      \
    ",'dpop_key':'" KEY_PEM "'}}"
#define LOST                                                                   \
    "{'version':1,'token':{'access_token':'CANARY-a1','token_type':'DPoP',"    \
    "'mode':'interactive','issuer':'https://as.test',"                         \
    "'resource':'https://mcp.test/mcp','client_id':'app'" REFRESH EXPIRED "}}"
#define CHALLENGED                                                             \
    .purpose = MCPAUTH_FLOW_TOKEN, .challenge_status = 401,                    \
    .challenge = "DPoP algs=\"ES256\""
#define RENEWS(how)                                                            \
    TOKEN " [DPoP" how                                                         \
          "] grant_type=refresh_token refresh_token=CANARY-r1" RESOURCE        \
          " client_id=app\n"

static const script_case cases[] = {
    {.name = "who always wants it proves a key in every token request: A-204",
        .settings = ALWAYS,
        .answers = {HAS_META(ALGS), BOUND},
        .steps = FOUND ASKS_M2M("") SAVED,
        .after = "token token_type=DPoP"},
    {.name = "an authorization server that can is no reason: A-201",
        .settings = M2M AS,
        .answers = {HAS_META(ALGS), GRANTS(HOUR)},
        .steps = FOUND MACHINE RESOURCE "\n" SAVED,
        .after = "token token_type=Bearer"},
    {.name = "an MCP server that challenges so is: A-201",
        CHALLENGED,
        .settings = M2M AS,
        .answers = {HAS_META(ALGS), BOUND},
        .steps = FOUND ASKS_M2M("") SAVED,
        .after = "token token_type=DPoP"},
    {.name = "an MCP server whose metadata says so is: A-201",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M,
        .answers = {HAS_PRM(ALGS), HAS_META(ALGS), BOUND},
        .steps = LOCKED PRM "\n" META "\n" ASKS_M2M("") SAVED,
        .after = "token token_type=DPoP"},
    {.name = "and who says never is not asked for it: A-201",
        CHALLENGED,
        .settings = M2M AS "dpop=never\n",
        .answers = {HAS_META(ALGS), GRANTS(HOUR)},
        .steps = FOUND MACHINE RESOURCE "\n" SAVED,
        .after = "token token_type=Bearer"},
    {.name = "unless nothing else will do: A-201",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = M2M "dpop=never\n",
        .answers = {HAS_PRM(WANTS), HAS_META(ALGS)},
        .steps = LOCKED PRM "\n" META "\n" FAILED("E_UNSUPPORTED"),
        .status = MCPAUTH_E_UNSUPPORTED,
        .says = "dpop=never"},
    {.name = "where it has to be and cannot, nothing is sent: A-201",
        .settings = ALWAYS,
        .answers = {HAS_META(",'dpop_signing_alg_values_supported':['RS512']")},
        .steps = FOUND FAILED("E_UNSUPPORTED"),
        .status = MCPAUTH_E_UNSUPPORTED,
        .says = "https://as.test cannot make one"},
    {.name = "where it may be and cannot, it is not: A-201",
        CHALLENGED,
        .settings = M2M AS,
        .answers = {HAS_META(",'dpop_signing_alg_values_supported':['RS512']"),
            GRANTS(HOUR)},
        .steps = FOUND MACHINE RESOURCE "\n" SAVED,
        .logs = "0 token: the MCP server takes tokens bound to a key",
        .after = "token token_type=Bearer"},
    {.name = "a server that offered it and does not is not believed: A-204",
        CHALLENGED,
        .settings = M2M AS,
        .answers = {HAS_META(ALGS), GRANTS(HOUR)},
        .steps = FOUND ASKS_M2M("") FAILED("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED,
        .says = "of type Bearer, though a proof"},
    {.name = "one that never offered it may do without: A-204",
        CHALLENGED,
        .settings = M2M AS,
        .answers = {HAS_META(""), GRANTS(HOUR)},
        .steps = FOUND ASKS_M2M("") SAVED,
        .logs = "0 token: the authorization server binds no tokens",
        .after = "token token_type=Bearer"},
    {.name = "but not where it has to be: A-204",
        .settings = ALWAYS,
        .answers = {HAS_META(""), GRANTS(HOUR)},
        .steps = FOUND ASKS_M2M("") FAILED("E_UNTRUSTED"),
        .status = MCPAUTH_E_UNTRUSTED},
    {.name = "a bound token that nobody asked for is none: A-204",
        .settings = M2M AS,
        .answers = {HAS_META(ALGS), BOUND},
        .steps = FOUND MACHINE RESOURCE "\n" FAILED("E_PROTOCOL"),
        .status = MCPAUTH_E_PROTOCOL,
        .says = "a key that nobody showed"},
    {.name = "a nonce that is wanted is sent, at once and once: A-206",
        .settings = ALWAYS,
        .answers = {HAS_META(ALGS), NONCE("n1"), BOUND},
        .steps = FOUND ASKS_M2M("") ASKS_M2M(" n1") SAVED,
        .after = "token token_type=DPoP"},
    {.name = "one after the other is an error: A-208",
        .settings = ALWAYS,
        .answers = {HAS_META(ALGS), NONCE("n1"), NONCE("n2")},
        .steps = FOUND ASKS_M2M("") ASKS_M2M(" n1") FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "use_dpop_nonce"},
    {.name = "a demand without one is an error: A-206",
        .settings = ALWAYS,
        .answers = {HAS_META(ALGS), SAYS("use_dpop_nonce", NULL)},
        .steps = FOUND ASKS_M2M("") FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED},
    {.name = "a nonce in any answer is for the next request: A-208",
        .settings = ALWAYS,
        .answers = {HAS_META(ALGS), {TOKEN, 503, "", "DPoP-Nonce: n1"}, BOUND},
        .steps = FOUND ASKS_M2M("") "wait 500\n" ASKS_M2M(" n1") SAVED,
        .after = "token token_type=DPoP"},
    {.name = "a clock that is off is allowed for: A-208",
        .settings = ALWAYS,
        .answers = {HAS_META(ALGS),
            SAYS("invalid_dpop_proof", "Date: Tue, 14 Nov 2023 22:23:20 GMT"),
            BOUND},
        .steps = FOUND ASKS_M2M("") ASKS_M2M(" +600s") SAVED,
        .logs = "is 600 s behind that of the authorization server",
        .after = "token token_type=DPoP"},
    {.name = "but once: A-208",
        .settings = ALWAYS,
        .answers = {HAS_META(ALGS),
            SAYS("invalid_dpop_proof", "Date: Tue, 14 Nov 2023 22:03:20 GMT")},
        .steps = FOUND ASKS_M2M("") ASKS_M2M(" -600s") FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "600 s ahead of"},
    {.name = "a proof that is bad at the right time is an error: A-208",
        .settings = ALWAYS,
        .answers = {HAS_META(ALGS),
            SAYS("invalid_dpop_proof", "Date: Tue, 14 Nov 2023 22:13:20 GMT")},
        .steps = FOUND ASKS_M2M("") FAILED("E_REFUSED"),
        .status = MCPAUTH_E_REFUSED,
        .says = "invalid_dpop_proof"},
    {.name = "a code is not used up by a demand for a nonce: A-206",
        PERSON,
        CHALLENGED,
        .settings = APP AS "scope=a\n",
        .answers = {HAS_META(ALGS), NONCE("n1"), BOUND},
        .steps = FOUND ASKING LISTENED
        "browse https://as.test/authorize client_id=app" REDIRECT
        " scope=a" RESOURCE " dpop_jkt=*\n" TOKEN
        " [DPoP] grant_type=authorization_code code=CANARY-c" REDIRECT
        " code_verifier=*" RESOURCE " client_id=app\n" TOKEN
        " [DPoP n1] grant_type=authorization_code code=CANARY-c" REDIRECT
        " code_verifier=*" RESOURCE " client_id=app\n" LOGGED_IN,
        .after = "token token_type=DPoP"},
    {.name = "a bound token is renewed with its key: A-209",
        .settings = APP,
        .stored = KEPT,
        .answers = {HAS_META(ALGS), BOUND},
        .steps = FOUND "save\n" RENEWS("") SAVED,
        .after = "token token_type=DPoP"},
    {.name = "a nonce does not use up a refresh token: A-206 A-209",
        .settings = APP,
        .stored = KEPT,
        .answers = {HAS_META(ALGS), NONCE("n1"), BOUND},
        .steps = FOUND "save\n" RENEWS("") RENEWS(" n1") SAVED,
        .after = "token refresh_token=CANARY-r1"},
    {.name = "without its key it is lost, and a person is asked: A-209",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = APP AS,
        .stored = LOST,
        .answers = {HAS_META(ALGS)},
        .steps = FOUND FAILED("E_LOGIN_REQUIRED"),
        .status = MCPAUTH_E_LOGIN_REQUIRED,
        .logs = "1 store: the stored token was obtained with other settings"},
    {.name = "who says never has no use for it: A-201",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .settings = APP AS "dpop=never\n",
        .stored = KEPT,
        .answers = {HAS_META(ALGS)},
        .steps = FOUND FAILED("E_LOGIN_REQUIRED"),
        .status = MCPAUTH_E_LOGIN_REQUIRED},
    {.name = "a client that is registered for it is told so: A-209",
        .person = true,
        .redirects = {"code=CANARY-c&state=+"},
        .settings = SERVER AS "scope=a\ndpop=always\n",
        .purpose = MCPAUTH_FLOW_TOKEN,
        .answers = {HAS_META(ALGS CAN_REGISTER),
            {REGISTER, 201, "{'client_id':'reg'}"}, BOUND},
        .steps = FOUND ASKING LISTENED REGISTER
        " redirect_uris=" URI
        " token_endpoint_auth_method=none scope=a dpop_bound\n"
        "browse https://as.test/authorize client_id=reg" REDIRECT
        " scope=a" RESOURCE " dpop_jkt=*\n" TOKEN
        " [DPoP] grant_type=authorization_code code=CANARY-c" REDIRECT
        " code_verifier=*" RESOURCE " client_id=reg\n" LOGGED_IN,
        .after = "token token_type=DPoP"},
};

int main(void)
{
    return script_main(
        "possession", cases, sizeof cases / sizeof *cases, NULL, 0);
}
