/* places.h - the servers that most cases of the engine meet. */
#ifndef MA_TESTS_ENGINE_PLACES_H
#define MA_TESTS_ENGINE_PLACES_H

#include "base/keys_test.h"

#define SERVER "server=https://mcp.test/mcp\n"
#define APP    SERVER "client_id=app\n"
#define M2M    APP "client_secret=CANARY-s\n"
#define KEY    "private_key=" EC_JWK "\n"
#define TLS    "token_endpoint_auth_method=tls_client_auth\n"
#define AS     "discovery_url=https://as.test\n"

#define PRM      "GET https://mcp.test/.well-known/oauth-protected-resource/mcp"
#define PRM_ROOT "GET https://mcp.test/.well-known/oauth-protected-resource"
#define META     "GET https://as.test/.well-known/oauth-authorization-server"
#define OIDC     "GET https://as.test/.well-known/openid-configuration"
#define TOKEN    "POST https://as.test/token"
#define REGISTER "POST https://as.test/register"

/* Members are added behind a comma. */
#define PRM_BODY(members)                                                      \
    "{'resource':'https://mcp.test/mcp',"                                      \
    "'authorization_servers':['https://as.test']" members "}"
#define META_BODY(members)                                                     \
    "{'issuer':'https://as.test',"                                             \
    "'authorization_endpoint':'https://as.test/authorize',"                    \
    "'token_endpoint':'https://as.test/token',"                                \
    "'code_challenge_methods_supported':['S256']" members "}"
#define TOKEN_BODY(members)                                                    \
    "{'access_token':'CANARY-a2','token_type':'Bearer'" members "}"
#define ALIASED                                                                \
    ",'mtls_endpoint_aliases':{"                                               \
    "'token_endpoint':'https://tls.as.test/token',"                            \
    "'revocation_endpoint':'https://tls.as.test/revoke',"                      \
    "'introspection_endpoint':'https://tls.as.test/introspect',"               \
    "'pushed_authorization_request_endpoint':'https://tls.as.test/par'}"
#define HOUR ",'expires_in':3600"

#define HAS_PRM(members)                                                       \
    {                                                                          \
        PRM, 200, PRM_BODY(members)                                            \
    }
#define HAS_META(members)                                                      \
    {                                                                          \
        META, 200, META_BODY(members)                                          \
    }
#define GRANTS(members)                                                        \
    {                                                                          \
        TOKEN, 200, TOKEN_BODY(members)                                        \
    }
#define REFUSES(error)                                                         \
    {                                                                          \
        TOKEN, 400, "{'error':'" error "'}"                                    \
    }
#define CAN_REGISTER ",'registration_endpoint':'https://as.test/register'"

/* Records; SCRIPT_NOW is 1700000000000. */
#define SCRIPT_NOW INT64_C(1700000000000)
#define RECORD(mode, members)                                                  \
    "{'version':1,'token':" RECORD_TOKEN(mode, members) "}"
#define RECORD_TOKEN(mode, members) TOKEN_OF("app", mode, members)
#define TOKEN_OF(client, mode, members)                                        \
    "{'access_token':'CANARY-a1','token_type':'Bearer','mode':'" mode          \
    "','issuer':'https://as.test','resource':'https://mcp.test/mcp',"          \
    "'client_id':'" client "'" members "}"
#define FRESH   ",'obtained_at_ms':1699999000000,'expires_at_ms':1700002600000"
#define EXPIRED ",'obtained_at_ms':1699996000000,'expires_at_ms':1699999600000"
#define REFRESH ",'refresh_token':'CANARY-r1'"

/* Steps. */
#define LOCKED      "load\nlock\nload\n"
#define SAVED       "save\nunlock\ndone CANARY-a2\n"
#define ASKING      "unlock\nlock login\nload\n"
#define LOGGED_IN   "lock\nload\nsave\nunlock\nunlock login\ndone CANARY-a2\n"
#define FAILED(st)  "unlock\n" st "\n"
#define GAVE_UP(st) "unlock login\n" st "\n"
#define LISTENED    "listen any\n"
#define RESOURCE    " resource=https://mcp.test/mcp"
#define MACHINE     TOKEN " [Basic app:CANARY-s] grant_type=client_credentials"
#define BY_KEY      " [ES256 of app for https://as.test]"
#define RENEWAL_LINE                                                           \
    TOKEN " grant_type=refresh_token refresh_token=CANARY-r1" RESOURCE         \
          " client_id=app"
#define RENEWAL       "save\n" RENEWAL_LINE "\n"
#define RENEWAL_AGAIN RENEWAL_LINE "\n"
#define REDIRECT      " redirect_uri=http://127.0.0.1:49152/callback"
#define APP_BROWSE    "browse https://as.test/authorize client_id=app" REDIRECT
#define APP_CODE                                                               \
    TOKEN " grant_type=authorization_code code=CANARY-c" REDIRECT              \
          " code_verifier=*" RESOURCE " client_id=app\n"
#define URI "http://127.0.0.1:49152/callback"
#define BROWSE(client, uri)                                                    \
    "browse https://as.test/authorize client_id=" client " redirect_uri=" uri  \
    " scope=a" RESOURCE "\n"
#define CODE(client, uri)                                                      \
    TOKEN " grant_type=authorization_code code=CANARY-c redirect_uri=" uri     \
          " code_verifier=*" RESOURCE " client_id=" client "\n"

/* How a case begins. */
#define PERSON .person = true, .redirects = {"code=CANARY-c&state=+"}
#define DUE    .settings = APP, .stored = RECORD("interactive", REFRESH EXPIRED)
#define SENT_AGAIN                                                             \
    .purpose = MCPAUTH_FLOW_TOKEN, .challenge_status = 401,                    \
    .sent = RECORD("m2m", "")

#endif
