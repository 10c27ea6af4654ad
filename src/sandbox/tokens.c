/* tokens.c - see tokens.h. */
#include "sandbox/tokens.h"

#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/crypto.h"
#include "base/json.h"
#include "sandbox/issue.h"

enum { CREDENTIALS_MAX = 8192, RETRY_AFTER_S = 1 };

/* --- refusals ------------------------------------------------------------ */

/* What a careless server would repeat: whatever the form holds. */
static char *find_secret(const ma_visit *visit)
{
    static const char *const names[] = {
        "client_secret", "refresh_token", "code", "code_verifier"};
    char *secret = NULL;
    for (size_t i = 0; !secret && i < sizeof names / sizeof *names; i++)
        secret = ma_visit_param(ma_buf_span(&visit->body), names[i]);
    return secret;
}

static void write_description(
    const ma_idp *idp, const char *description, ma_visit *visit)
{
    MA_AUTO(ma_text) secret = NULL;
    if (ma_faults_on(&idp->world->faults, MA_FAULT_ECHO_SECRET))
        secret = find_secret(visit);
    if (!secret && !idp->kind->describes)
        return;
    ma_buf_add_text(&visit->reply, ",\"error_description\":");
    ma_json_write_string(
        &visit->reply, ma_span_of(secret ? secret : description));
}

static void refuse(const ma_idp *idp, ma_visit *visit, const char *error,
    const char *description)
{
    bool client = !strcmp(error, "invalid_client");
    int status = client ? idp->kind->invalid_client_status : 400;
    ma_visit_json(visit, status, "{\"error\":\"%s\"", error);
    write_description(idp, description, visit);
    ma_buf_add_byte(&visit->reply, '}');
    ma_visit_set(visit, "Cache-Control", "no-store");
    if (status == 401)
        ma_visit_set(visit, "WWW-Authenticate", "Basic realm=\"sandbox\"");
}

/* --- client authentication (RFC 6749 2.3) -------------------------------- */

typedef struct {
    char *id;
    char *secret; /* NULL: none was sent */
} credentials;

static void done_credentials(const credentials *at)
{
    ma_free(at->id);
    ma_free(at->secret);
}
MA_SCOPED_DEFINE(credentials, done_credentials)

/* "id:secret", each form-encoded (RFC 6749 2.3.1). */
static bool read_basic(const char *encoded, credentials *out)
{
    MA_SCOPED(ma_buf) plain = ma_buf_init(CREDENTIALS_MAX);
    if (!ma_base64_read(&plain, ma_span_of(encoded)))
        return false;
    MA_SCOPED(ma_buf) pairs = ma_buf_init(CREDENTIALS_MAX);
    ma_span secret = ma_buf_span(&plain);
    ma_span id = ma_span_cut(&secret, ':');
    ma_buf_add_text(&pairs, "id=");
    ma_buf_add_span(&pairs, id);
    ma_buf_add_text(&pairs, "&secret=");
    ma_buf_add_span(&pairs, secret);
    out->id = ma_visit_param(ma_buf_span(&pairs), "id");
    out->secret = ma_visit_param(ma_buf_span(&pairs), "secret");
    return out->id && out->secret;
}

static bool read_credentials(
    const ma_idp *idp, const ma_visit *visit, credentials *out)
{
    const ma_faults *faults = &idp->world->faults;
    const char *field = ma_visit_field(visit, "Authorization");
    if (field && !strncasecmp(field, "Basic ", 6))
        return !ma_faults_on(faults, MA_FAULT_POST_ONLY) &&
               read_basic(field + 6, out);
    out->id = ma_visit_param(ma_buf_span(&visit->body), "client_id");
    out->secret = ma_visit_param(ma_buf_span(&visit->body), "client_secret");
    bool posted = out->secret && ma_faults_on(faults, MA_FAULT_BASIC_ONLY);
    return out->id && !posted;
}

/* The client, or NULL when it is not who it says. */
static const ma_client *authenticate(const ma_idp *idp, const ma_visit *visit)
{
    MA_SCOPED(credentials) sent = {0};
    if (!read_credentials(idp, visit, &sent))
        return NULL;
    const ma_client *client = ma_clients_get(&idp->clients, sent.id);
    if (!client || !client->secret != !sent.secret)
        return NULL;
    bool same = !sent.secret || !strcmp(sent.secret, client->secret);
    return same ? client : NULL;
}

/* --- grants -------------------------------------------------------------- */

static void grant_machine(ma_idp *idp, const ma_client *client, ma_visit *visit)
{
    ma_span form = ma_buf_span(&visit->body);
    MA_AUTO(ma_text) scope = ma_visit_param(form, "scope");
    MA_AUTO(ma_text) resource = NULL;
    if (idp->kind->binds_at_token)
        resource = ma_visit_param(form, "resource");
    if (scope && !ma_clients_lists_all(client->scopes, scope)) {
        refuse(idp, visit, "invalid_scope", "a scope is not for this client");
        return;
    }
    const ma_grant grant = {
        .client_id = client->id,
        .scope = scope ? scope : client->scopes,
        .resource = resource,
    };
    ma_issue_machine(idp, &grant, visit);
}

/* RFC 7636 4.6. */
static bool verify(const ma_login *login, const char *verifier)
{
    if (!login->challenge)
        return true;
    unsigned char hash[MA_SHA256_LEN];
    if (!verifier || ma_crypto_sha256(ma_span_of(verifier), hash, NULL))
        return false;
    MA_SCOPED(ma_buf) challenge = ma_buf_init(64);
    ma_base64_write_url(
        &challenge, ma_span_make((const char *)hash, sizeof hash));
    return ma_span_is(ma_buf_span(&challenge), login->challenge);
}

/* A resource at the token endpoint must be the one that was consented to
 * (RFC 8707 2.2). */
static bool same_resource(
    const ma_idp *idp, const ma_login *login, ma_span form)
{
    MA_AUTO(ma_text) resource = ma_visit_param(form, "resource");
    return !idp->kind->binds_at_token || !resource || !login->resource ||
           !strcmp(resource, login->resource);
}

static void grant_code(ma_idp *idp, const ma_client *client, ma_visit *visit)
{
    ma_span form = ma_buf_span(&visit->body);
    MA_AUTO(ma_text) code = ma_visit_param(form, "code");
    MA_AUTO(ma_text) redirect_uri = ma_visit_param(form, "redirect_uri");
    MA_AUTO(ma_text) verifier = ma_visit_param(form, "code_verifier");
    ma_login *login = code ? ma_idp_find_code(idp, code) : NULL;
    if (!login || strcmp(login->client_id, client->id) != 0) {
        refuse(idp, visit, "invalid_grant", "the code is not good");
        return;
    }
    login->code_used = true;
    if (!redirect_uri || strcmp(redirect_uri, login->redirect_uri) != 0)
        refuse(idp, visit, idp->kind->redirect_error, "another redirect_uri");
    else if (!verify(login, verifier))
        refuse(idp, visit, "invalid_grant", "the code_verifier is not good");
    else if (!same_resource(idp, login, form))
        refuse(idp, visit, "invalid_target", "another resource");
    else
        ma_issue_login(idp, login, false, visit);
}

static void grant_refresh(ma_idp *idp, const ma_client *client, ma_visit *visit)
{
    ma_span form = ma_buf_span(&visit->body);
    MA_AUTO(ma_text) token = ma_visit_param(form, "refresh_token");
    bool refused =
        ma_faults_strike(&idp->world->faults, MA_FAULT_REFRESH_REFUSED);
    ma_login *login = token ? ma_idp_find_refresh(idp, token) : NULL;
    if (refused || !login || strcmp(login->client_id, client->id) != 0)
        refuse(idp, visit, "invalid_grant", "the refresh token is not good");
    else if (!same_resource(idp, login, form))
        refuse(idp, visit, "invalid_target", "another resource");
    else
        ma_issue_login(idp, login, true, visit);
}

static const struct {
    const char *grant_type;
    void (*grant)(ma_idp *idp, const ma_client *client, ma_visit *visit);
} grants[] = {
    {"client_credentials", grant_machine},
    {"authorization_code", grant_code},
    {"refresh_token", grant_refresh},
};

static void answer_grant(ma_idp *idp, const char *grant_type,
    const ma_client *client, ma_visit *visit)
{
    for (size_t i = 0; i < sizeof grants / sizeof *grants; i++) {
        if (strcmp(grants[i].grant_type, grant_type) != 0)
            continue;
        if (ma_clients_lists(client->grants, ma_span_of(grant_type)))
            grants[i].grant(idp, client, visit);
        else
            refuse(idp, visit, "unauthorized_client",
                "this grant is not for this client");
        return;
    }
    refuse(idp, visit, "unsupported_grant_type", "no such grant");
}

/* --- endpoints ----------------------------------------------------------- */

/* Answers without looking at the request, when a fault says so. */
static bool fails(ma_idp *idp, ma_visit *visit)
{
    ma_world *world = idp->world;
    if (ma_faults_strike(&world->faults, MA_FAULT_TOKEN_429)) {
        ma_visit_json(visit, 429, "{\"message\":\"Too Many Requests\"}");
        ma_visit_set(visit, "Retry-After", "%d", RETRY_AFTER_S);
        return true;
    }
    if (ma_faults_strike(&world->faults, MA_FAULT_TOKEN_5XX)) {
        ma_visit_answer(visit, 503, "text/plain");
        ma_buf_add_text(&visit->reply, "Service Unavailable");
        return true;
    }
    if (!ma_faults_on(&world->faults, MA_FAULT_REDIRECT_TOKEN))
        return false;
    MA_SCOPED(ma_buf) elsewhere = ma_buf_init(CREDENTIALS_MAX);
    ma_buf_addf(&elsewhere, "%s/elsewhere", world->origins[MA_SANDBOX_GATEWAY]);
    ma_visit_redirect(visit, 307, &elsewhere);
    return true;
}

void ma_tokens_answer(ma_idp *idp, ma_visit *visit)
{
    if (fails(idp, visit))
        return;
    ma_span form = ma_buf_span(&visit->body);
    MA_AUTO(ma_text) grant_type = ma_visit_param(form, "grant_type");
    if (!grant_type) {
        refuse(idp, visit, "invalid_request", "grant_type is missing");
        return;
    }
    const ma_client *client = authenticate(idp, visit);
    if (!client || ma_faults_on(&idp->world->faults, MA_FAULT_ECHO_SECRET))
        refuse(idp, visit, "invalid_client", "client authentication failed");
    else
        answer_grant(idp, grant_type, client, visit);
}

/* An unknown token is as good as a revoked one (RFC 7009 2.2); an access token
 * cannot be revoked at Cognito. */
void ma_tokens_revoke(ma_idp *idp, ma_visit *visit)
{
    MA_AUTO(ma_text) token = ma_visit_param(ma_buf_span(&visit->body), "token");
    const ma_client *client = authenticate(idp, visit);
    if (!client || !token) {
        refuse(idp, visit, client ? "invalid_request" : "invalid_client",
            "client or token is missing");
        if (!client)
            visit->status = 401;
        return;
    }
    if (idp->kind == &ma_idp_cognito &&
        ma_span_starts(ma_span_of(token), "eyJ")) {
        refuse(idp, visit, "unsupported_token_type", "no refresh token");
        return;
    }
    ma_login *login = ma_idp_find_refresh(idp, token);
    if (login && !strcmp(login->client_id, client->id))
        login->revoked = true;
    ma_visit_answer(visit, 200, NULL);
}
