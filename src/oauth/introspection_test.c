/* introspection_test.c - who is asked about a stored token, as whom, and what
 * comes of it.  No step of it locks or saves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "places.h"
#include "script.h"

#define INTROSPECT .purpose = MCPAUTH_FLOW_INTROSPECT
#define ASK        "POST https://as.test/introspect"
#define ENDPOINT   ",'introspection_endpoint':'https://as.test/introspect'"
#define METHODS(list)                                                          \
    ENDPOINT ",'introspection_endpoint_auth_methods_supported':[" list "]"
#define LOOKED_UP "load\n" META "\n"
#define ASKED(proof, client)                                                   \
    ASK proof " token=CANARY-a1 token_type_hint=access_token" client "\n"
#define ASKED_OPENLY ASKED("", " client_id=app")
#define DONE         "done nothing\n"
#define ACTIVE                                                                 \
    {                                                                          \
        ASK, 200, "{'active':true}"                                            \
    }
#define STORED        .settings = APP, .stored = RECORD("interactive", REFRESH FRESH)
#define ANSWERED(...) .answers = {HAS_META(ENDPOINT), {ASK, __VA_ARGS__}}

static const script_case cases[] = {
    {.name = "the issuer is asked, and its answer kept whole: A-263",
        INTROSPECT,
        STORED,
        ANSWERED(
            200, "{'active':true,'sub':'alice','cnf':{'jkt':'k'},'x':[1.50]}"),
        .steps = LOOKED_UP ASKED_OPENLY
        "said {\"active\":true,\"sub\":\"alice\",\"cnf\":{\"jkt\":\"k\"},"
        "\"x\":[1.5]}\n" DONE},
    {.name = "a token that is not good is an answer: A-263",
        INTROSPECT,
        STORED,
        ANSWERED(200, "{'active':false}"),
        .steps = LOOKED_UP ASKED_OPENLY "said {\"active\":false}\n" DONE},
    {.name = "one that has ended here is asked about, not renewed: A-263",
        INTROSPECT,
        .settings = APP,
        .stored = RECORD("interactive", REFRESH EXPIRED),
        .answers = {HAS_META(ENDPOINT), ACTIVE},
        .steps = LOOKED_UP ASKED_OPENLY "said {\"active\":true}\n" DONE},
    {.name = "an issuer without introspection is not asked: A-263",
        INTROSPECT,
        STORED,
        .answers = {HAS_META("")},
        .steps = LOOKED_UP DONE},
    {.name = "a machine proves itself by its secret: A-263 A-121",
        INTROSPECT,
        .settings = M2M,
        .stored = RECORD("m2m", FRESH),
        .answers = {HAS_META(ENDPOINT), ACTIVE},
        .steps = LOOKED_UP ASKED(
            " [Basic app:CANARY-s]", "") "said {\"active\":true}\n" DONE},
    {.name = "by the method that this endpoint takes: A-263 A-121",
        INTROSPECT,
        .settings = M2M,
        .stored = RECORD("m2m", FRESH),
        .answers = {HAS_META(METHODS("'client_secret_post'")), ACTIVE},
        .steps = LOOKED_UP ASKED(
            "", " client_id=app client_secret=CANARY-s") "said "
                                                         "{\"active\":true}"
                                                         "\n" DONE},
    {.name = "by a key: A-263 A-182",
        INTROSPECT,
        .settings = APP KEY,
        .stored = RECORD("m2m", FRESH),
        .answers = {HAS_META(METHODS("'private_key_jwt'")), ACTIVE},
        .steps = LOOKED_UP ASKED("", BY_KEY) "said {\"active\":true}\n" DONE},
    {.name = "by a certificate, where it is asked for: A-263 A-270 A-271",
        INTROSPECT,
        .settings = APP TLS,
        .stored = RECORD("m2m", FRESH),
        .answers = {HAS_META(METHODS("'tls_client_auth'") ALIASED),
            {"POST https://tls.as.test/introspect", 200, "{'active':true}"}},
        .steps = LOOKED_UP "POST https://tls.as.test/introspect [certificate] "
                           "token=CANARY-a1 token_type_hint=access_token "
                           "client_id=app\nsaid {\"active\":true}\n" DONE},
    {.name = "by a certificate that is all there is: A-263 A-270",
        INTROSPECT,
        .settings = APP "certificate_file=/own.pem\n",
        .stored = RECORD("interactive", FRESH ",'certified':true"),
        .answers = {HAS_META(METHODS(
                        "'tls_client_auth'") ",'token_endpoint_auth_methods_"
                                             "supported':"
                                             "['tls_client_auth']" ALIASED),
            {"POST https://tls.as.test/introspect", 200, "{'active':true}"}},
        .steps = LOOKED_UP "POST https://tls.as.test/introspect [certificate] "
                           "token=CANARY-a1 token_type_hint=access_token "
                           "client_id=app\nsaid {\"active\":true}\n" DONE},
    {.name = "by what was registered: A-263 A-076",
        INTROSPECT,
        .settings = SERVER,
        .stored = "{'version':1,'token':" RECORD_TOKEN("interactive",
            FRESH) ",'clients':{'https://as.test':{'client_id':'app',"
                   "'client_secret':'CANARY-d'}}}",
        .answers = {HAS_META(ENDPOINT), ACTIVE},
        .steps = LOOKED_UP ASKED(
            " [Basic app:CANARY-d]", "") "said {\"active\":true}\n" DONE},
    {.name = "an endpoint that takes none of ours is not asked: A-263",
        INTROSPECT,
        STORED,
        .answers = {HAS_META(METHODS("'tls_client_auth_of_tomorrow'"))},
        .steps = LOOKED_UP "E_UNSUPPORTED\n",
        .status = MCPAUTH_E_UNSUPPORTED,
        .says = "the introspection endpoint takes clients by "
                "tls_client_auth_of_tomorrow, and this client has none"},
    {.name = "an endpoint in clear text gets no token: A-263 S-009",
        INTROSPECT,
        STORED,
        .answers = {HAS_META(
            ",'introspection_endpoint':'http://as.test/introspect'")},
        .steps = LOOKED_UP "E_UNTRUSTED\n",
        .status = MCPAUTH_E_UNTRUSTED,
        .says = "`introspection_endpoint` is not an https URL"},
    {.name = "a client that may not ask is told so: A-263 A-124",
        INTROSPECT,
        STORED,
        ANSWERED(
            403, "{'error':'access_denied','error_description':'not you'}"),
        .steps = LOOKED_UP ASKED_OPENLY "E_REFUSED\n",
        .status = MCPAUTH_E_REFUSED,
        .says = "asking https://as.test about the token: the authorization "
                "server refused with status 403 (access_denied: \"not you\") | "
                "have this client allowed to introspect"},
    {.name = "a 401 without JSON, in its own words: A-263",
        INTROSPECT,
        STORED,
        ANSWERED(401, "who are you?"),
        .steps = LOOKED_UP ASKED_OPENLY "E_HTTP\n",
        .status = MCPAUTH_E_HTTP,
        .says = "the introspection endpoint answered with status 401 (no "
                "content type): \"who are you?\""},
    {.name = "rubbish is no verdict: A-263 S-018",
        INTROSPECT,
        STORED,
        ANSWERED(200, "<html>"),
        .steps = LOOKED_UP ASKED_OPENLY "E_PROTOCOL\n",
        .status = MCPAUTH_E_PROTOCOL,
        .says = "something else than a JSON"},
    {.name = "no verdict is none, whatever it looks like: A-263",
        INTROSPECT,
        STORED,
        ANSWERED(200, "{'active':'true','sub':'alice'}"),
        .steps = LOOKED_UP ASKED_OPENLY "E_PROTOCOL\n",
        .status = MCPAUTH_E_PROTOCOL,
        .says = "does not say whether the token is `active`"},
    {.name = "a server that echoes the token is not quoted: A-263 S-054",
        INTROSPECT,
        STORED,
        ANSWERED(400, "{'error':'x','error_description':'no CANARY-a1'}"),
        .steps = LOOKED_UP ASKED_OPENLY "E_REFUSED\n",
        .status = MCPAUTH_E_REFUSED,
        .says = "no [masked]"},
    {.name = "what passes is waited for once: A-263",
        INTROSPECT,
        STORED,
        .answers = {HAS_META(ENDPOINT), {ASK, 503}, ACTIVE},
        .steps = LOOKED_UP ASKED_OPENLY "wait 500\n" ASKED_OPENLY
                                        "said {\"active\":true}\n" DONE},
    {.name = "a server that says nothing in time: A-263",
        INTROSPECT,
        STORED,
        .answers = {HAS_META(ENDPOINT), {ASK, .failure = MCPAUTH_E_TIMEOUT}},
        .steps = LOOKED_UP ASKED_OPENLY "E_TIMEOUT\n",
        .status = MCPAUTH_E_TIMEOUT,
        .says = "asking https://as.test about the token: as scripted"},
    {.name = "whatever settings it was obtained with: A-263",
        INTROSPECT,
        .settings = SERVER "scope=other\nmode=m2m\nclient_id=someone\n"
                           "client_secret=CANARY-s\n",
        .stored = RECORD("interactive", FRESH),
        .answers = {HAS_META(ENDPOINT), ACTIVE},
        .steps = LOOKED_UP ASKED_OPENLY "said {\"active\":true}\n" DONE},
    {.name = "by the configured document of that issuer: A-263",
        INTROSPECT,
        .settings = APP AS,
        .stored = RECORD("interactive", FRESH),
        .answers = {{OIDC, 200, META_BODY(ENDPOINT)}, ACTIVE},
        .steps = "load\n" META "\n" OIDC "\n" ASKED_OPENLY
                 "said {\"active\":true}\n" DONE},
    {.name = "no other issuer than the token's is asked: A-263 S-031",
        INTROSPECT,
        .settings = M2M "discovery_url=https://other.test\n",
        .stored = RECORD("m2m", FRESH),
        .steps = "load\nE_USAGE\n",
        .status = MCPAUTH_E_USAGE,
        .says = "the stored token was issued by https://as.test, but "
                "discovery_url names https://other.test"},
    {.name = "of a login at an identity provider, the refresh token: A-263",
        INTROSPECT,
        .settings = APP,
        .stored = "{'version':1,'token':{'access_token':'CANARY-i',"
                  "'token_type':'N_A','mode':'interactive',"
                  "'issuer':'https://as.test','client_id':'app'" REFRESH "}}",
        .answers = {HAS_META(ENDPOINT), ACTIVE},
        .steps = LOOKED_UP ASK
        " token=CANARY-r1 token_type_hint=refresh_token client_id=app\n"
        "said {\"active\":true}\n" DONE},
    {.name = "nobody is asked about an ID token alone: A-263",
        INTROSPECT,
        .settings = APP,
        .stored = "{'version':1,'token':{'access_token':'CANARY-i',"
                  "'token_type':'N_A','mode':'interactive',"
                  "'issuer':'https://as.test','client_id':'app'}}",
        .steps = "load\nE_UNSUPPORTED\n",
        .status = MCPAUTH_E_UNSUPPORTED,
        .says = "an ID token alone"},
    {.name = "nor when it is not known whom to ask: A-263",
        INTROSPECT,
        .settings = APP,
        .stored = "{'version':1,'token':{'access_token':'CANARY-a1',"
                  "'token_type':'Bearer','mode':'interactive',"
                  "'client_id':'app'}}",
        .steps = "load\nE_UNSUPPORTED\n",
        .status = MCPAUTH_E_UNSUPPORTED,
        .says = "it is not known who issued the token"},
    {.name = "nothing is stored: nobody is asked: A-263",
        INTROSPECT,
        .settings = APP,
        .steps = "load\nE_LOGIN_REQUIRED\n",
        .status = MCPAUTH_E_LOGIN_REQUIRED,
        .says = "not logged in to https://mcp.test/mcp"},
    {.name = "what cannot be read is not taken for nothing: A-263",
        INTROSPECT,
        STORED,
        .loads = "f",
        .steps = "load failed\nE_STORE\n",
        .status = MCPAUTH_E_STORE,
        .says = "the login at https://mcp.test/mcp cannot be read"},
};

int main(void)
{
    return script_main(
        "introspection", cases, sizeof cases / sizeof *cases, NULL, 0);
}
