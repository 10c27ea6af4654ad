/* cognito.c - see cognito.h.
 *
 * What Cognito does not have is as important as what it has: its discovery
 * document names neither PKCE, registration, grant types nor the auth method
 * `none`, and the RFC 8414 place answers 400. */
#include "sandbox/cognito.h"

#include "base/json.h"
#include "sandbox/consent.h"
#include "sandbox/signin.h"
#include "sandbox/tokens.h"

static const char *origin(const ma_idp *idp)
{
    return idp->world->origins[MA_SANDBOX_COGNITO];
}

static void show_discovery(ma_idp *idp, ma_visit *visit)
{
    const ma_faults *faults = &idp->world->faults;
    bool domain = !ma_faults_on(faults, MA_FAULT_NO_DOMAIN);
    bool other = ma_faults_on(faults, MA_FAULT_BAD_ISSUER);
    const char *at = origin(idp);
    ma_buf *to = &visit->reply;
    ma_visit_json(visit, 200, "{");
    if (domain)
        ma_buf_addf(to,
            "\"authorization_endpoint\":\"%s/oauth2/authorize\","
            "\"end_session_endpoint\":\"%s/logout\",",
            at, at);
    ma_buf_addf(to,
        "\"id_token_signing_alg_values_supported\":[\"RS256\"],"
        "\"issuer\":\"%s%s\","
        "\"jwks_uri\":\"%s" MA_WORLD_POOL_PATH "/.well-known/jwks.json\","
        "\"response_types_supported\":[\"code\",\"token\"],",
        at, other ? "/us-east-1_Other" : MA_WORLD_POOL_PATH, at);
    if (domain)
        ma_buf_addf(to, "\"revocation_endpoint\":\"%s/oauth2/revoke\",", at);
    ma_buf_add_text(to,
        "\"scopes_supported\":[\"openid\",\"email\",\"phone\",\"profile\"],"
        "\"subject_types_supported\":[\"public\"],");
    if (domain)
        ma_buf_addf(to, "\"token_endpoint\":\"%s/oauth2/token\",", at);
    ma_buf_add_text(to, "\"token_endpoint_auth_methods_supported\":"
                        "[\"client_secret_basic\",\"client_secret_post\"]");
    if (domain)
        ma_buf_addf(to, ",\"userinfo_endpoint\":\"%s/oauth2/userInfo\"", at);
    ma_buf_add_byte(to, '}');
    visit->place = MA_PLACE_METADATA;
}

static void refuse_rfc8414(ma_idp *idp, ma_visit *visit)
{
    (void)idp;
    ma_visit_json(visit, 400, "{\"message\":\"Bad Request\"}");
}

/* There is no key to show: see signer.h. */
static void show_keys(ma_idp *idp, ma_visit *visit)
{
    (void)idp;
    ma_visit_json(visit, 200, "{\"keys\":[]}");
}

static void show_error(ma_idp *idp, ma_visit *visit)
{
    (void)idp;
    MA_AUTO(ma_text) error = ma_visit_param(visit->query, "error");
    ma_visit_answer(visit, 400, "text/html; charset=utf-8");
    ma_buf_add_text(&visit->reply,
        "<!DOCTYPE html><title>Error</title><p>An error was "
        "encountered with the requested page.\n");
    if (error)
        ma_visit_note(visit, "error", ma_span_of(error));
}

static const struct {
    const char *method;
    const char *path;
    void (*answer)(ma_idp *idp, ma_visit *visit);
} routes[] = {
    {"GET", MA_WORLD_POOL_PATH "/.well-known/openid-configuration",
        show_discovery},
    {"GET", MA_WORLD_POOL_PATH "/.well-known/oauth-authorization-server",
        refuse_rfc8414},
    {"GET", MA_WORLD_POOL_PATH "/.well-known/jwks.json", show_keys},
    {"GET", "/oauth2/authorize", ma_consent_answer},
    {"POST", "/oauth2/token", ma_tokens_answer},
    {"POST", "/oauth2/revoke", ma_tokens_revoke},
    {"GET", "/error", show_error},
    {"POST", "/", ma_signin_answer},
};

void ma_cognito_answer(ma_idp *idp, ma_visit *visit)
{
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (!ma_visit_is(visit, routes[i].method, routes[i].path))
            continue;
        routes[i].answer(idp, visit);
        ma_visit_set(visit, "x-amz-cognito-request-id",
            "00000000-0000-4000-8000-%012zu", idp->world->journal.count);
        return;
    }
}
