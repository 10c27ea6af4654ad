/* standard.c - see standard.h. */
#include "sandbox/standard.h"

#include "sandbox/consent.h"
#include "sandbox/enrol.h"
#include "sandbox/tokens.h"

static void write_endpoints(const char *at, bool registration, ma_buf *to)
{
    ma_buf_addf(to,
        ",\"authorization_endpoint\":\"%s/authorize\","
        "\"token_endpoint\":\"%s/token\","
        "\"revocation_endpoint\":\"%s/revoke\"",
        at, at, at);
    if (registration)
        ma_buf_addf(to, ",\"registration_endpoint\":\"%s/register\"", at);
}

static void show_metadata(ma_idp *idp, ma_visit *visit)
{
    const ma_faults *faults = &idp->world->faults;
    const char *at = idp->world->origins[MA_SANDBOX_STANDARD];
    bool other = ma_faults_on(faults, MA_FAULT_BAD_ISSUER);
    ma_buf *to = &visit->reply;
    ma_visit_json(
        visit, 200, "{\"issuer\":\"%s%s\"", at, other ? "/other" : "");
    if (!ma_faults_on(faults, MA_FAULT_NO_DOMAIN))
        write_endpoints(
            at, !ma_faults_on(faults, MA_FAULT_NO_REGISTRATION), to);
    if (!ma_faults_on(faults, MA_FAULT_NO_S256))
        ma_buf_add_text(to, ",\"code_challenge_methods_supported\":[\"S256\"]");
    ma_buf_add_text(to,
        ",\"response_types_supported\":[\"code\"],"
        "\"grant_types_supported\":[\"authorization_code\","
        "\"refresh_token\",\"client_credentials\"],"
        "\"token_endpoint_auth_methods_supported\":[\"none\","
        "\"client_secret_basic\",\"client_secret_post\"],"
        "\"scopes_supported\":[\"mcp:read\",\"mcp:write\"],"
        "\"authorization_response_iss_parameter_supported\":true}");
    visit->place = MA_PLACE_METADATA;
}

static void enrol(ma_idp *idp, ma_visit *visit)
{
    if (!ma_faults_on(&idp->world->faults, MA_FAULT_NO_REGISTRATION))
        ma_enrol_answer(idp, visit);
}

static const struct {
    const char *method;
    const char *path;
    void (*answer)(ma_idp *idp, ma_visit *visit);
} routes[] = {
    {"GET", "/.well-known/oauth-authorization-server", show_metadata},
    {"GET", "/authorize", ma_consent_answer},
    {"POST", "/token", ma_tokens_answer},
    {"POST", "/revoke", ma_tokens_revoke},
    {"POST", "/register", enrol},
};

void ma_standard_answer(ma_idp *idp, ma_visit *visit)
{
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (!ma_visit_is(visit, routes[i].method, routes[i].path))
            continue;
        routes[i].answer(idp, visit);
        return;
    }
    if (ma_span_starts(visit->path, MA_ENROL_PREFIX))
        ma_enrol_manage(idp, visit);
}
