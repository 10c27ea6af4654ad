/* issue.c - see issue.h. */
#include "sandbox/issue.h"

#include "base/base64.h"
#include "base/crypto.h"

enum { CLAIMS_MAX = 32 * 1024, EXPIRED_SINCE_S = 60, JTI_BYTES = 12 };

static void add_text(ma_buf *claims, const char *name, const char *value)
{
    ma_buf_addf(claims, ",\"%s\":", name);
    ma_json_write_string(claims, ma_span_of(value));
}

/* Who, when, and from whom: what every token says. */
static void start_claims(const ma_idp *idp, ma_buf *claims)
{
    int64_t lifetime_s = ma_world_lifetime_s(idp->world);
    int64_t iat_s = ma_world_now_ms(idp->world) / 1000;
    if (ma_faults_on(&idp->world->faults, MA_FAULT_EXPIRED_TOKEN))
        iat_s -= lifetime_s + EXPIRED_SINCE_S;
    ma_buf_add_text(claims, "{\"iss\":\"");
    ma_idp_write_issuer(idp, claims);
    ma_buf_addf(claims, "\",\"iat\":%lld,\"exp\":%lld", (long long)iat_s,
        (long long)(iat_s + lifetime_s));
}

/* The number stands in jti, so that journal and expiry can tell tokens apart;
 * the rest keeps two tokens of two sandboxes from being equal. */
static void write_jti(ma_world *world, ma_buf *claims)
{
    unsigned char bytes[JTI_BYTES];
    if (ma_crypto_random(bytes, sizeof bytes, NULL))
        return;
    ma_buf_addf(claims, ",\"jti\":\"%u-", ++world->tokens_issued);
    ma_base64_write_url(
        claims, ma_span_make((const char *)bytes, sizeof bytes));
    ma_buf_add_byte(claims, '"');
}

void ma_issue_access(ma_idp *idp, const ma_grant *grant, ma_buf *to)
{
    MA_SCOPED(ma_buf) claims = ma_buf_init(CLAIMS_MAX);
    start_claims(idp, &claims);
    write_jti(idp->world, &claims);
    add_text(
        &claims, "sub", grant->username ? grant->username : grant->client_id);
    add_text(&claims, "client_id", grant->client_id);
    add_text(&claims, "token_use", "access");
    add_text(&claims, "scope", grant->scope);
    ma_buf_add_text(&claims, ",\"version\":2");
    if (grant->username)
        add_text(&claims, "username", grant->username);
    if (grant->resource)
        add_text(&claims, "aud", grant->resource);
    ma_buf_add_byte(&claims, '}');
    ma_signer_write_jwt(&idp->world->signer, ma_buf_span(&claims), to);
}

void ma_issue_id(ma_idp *idp, const ma_login *login, ma_buf *to)
{
    MA_SCOPED(ma_buf) claims = ma_buf_init(CLAIMS_MAX);
    start_claims(idp, &claims);
    add_text(&claims, "sub", login->username);
    add_text(&claims, "cognito:username", login->username);
    add_text(&claims, "aud", login->client_id);
    add_text(&claims, "token_use", "id");
    if (login->nonce)
        add_text(&claims, "nonce", login->nonce);
    ma_buf_add_byte(&claims, '}');
    ma_signer_write_jwt(&idp->world->signer, ma_buf_span(&claims), to);
}

void ma_issue_expires_in(const ma_idp *idp, ma_buf *to)
{
    const ma_faults *faults = &idp->world->faults;
    if (ma_faults_on(faults, MA_FAULT_EXPIRES_IN))
        ma_buf_add_text(to, ma_faults_text(faults, MA_FAULT_EXPIRES_IN));
    else
        ma_buf_addf(to, "%lld", (long long)ma_world_lifetime_s(idp->world));
}

/* --- answers ------------------------------------------------------------- */

/* The members behind the first ones, and the end. */
static void finish_answer(
    const ma_idp *idp, const ma_grant *grant, ma_visit *visit)
{
    const ma_faults *faults = &idp->world->faults;
    bool odd_type = ma_faults_on(faults, MA_FAULT_TOKEN_TYPE);
    ma_buf_add_text(&visit->reply, ",\"expires_in\":");
    ma_issue_expires_in(idp, &visit->reply);
    ma_buf_add_text(&visit->reply, ",\"token_type\":");
    ma_json_write_string(&visit->reply,
        ma_span_of(
            odd_type ? ma_faults_text(faults, MA_FAULT_TOKEN_TYPE) : "Bearer"));
    if (idp->kind->tells_scope)
        add_text(&visit->reply, "scope", grant->scope);
    ma_buf_add_byte(&visit->reply, '}');
    visit->place = MA_PLACE_TOKEN;
}

static void start_answer(ma_idp *idp, const ma_grant *grant, ma_visit *visit)
{
    ma_visit_json(visit, 200, "{\"access_token\":\"");
    ma_visit_set(visit, "Cache-Control", "no-store");
    ma_issue_access(idp, grant, &visit->reply);
    ma_buf_add_byte(&visit->reply, '"');
}

void ma_issue_machine(ma_idp *idp, const ma_grant *grant, ma_visit *visit)
{
    start_answer(idp, grant, visit);
    finish_answer(idp, grant, visit);
}

ma_grant ma_issue_grant(const ma_login *login)
{
    return (ma_grant){
        .client_id = login->client_id,
        .scope = login->scope,
        .username = login->username,
        .resource = login->resource,
    };
}

/* Without rotation the old refresh token stays good, and the answer that it
 * earned has none. */
void ma_issue_login(ma_idp *idp, ma_login *login, bool again, ma_visit *visit)
{
    ma_grant grant = ma_issue_grant(login);
    bool rotates = ma_idp_rotates(idp);
    if (again && rotates)
        login->generation++;
    start_answer(idp, &grant, visit);
    if (idp->kind->issues_id_tokens &&
        ma_clients_lists(login->scope, ma_span_of("openid"))) {
        ma_buf_add_text(&visit->reply, ",\"id_token\":\"");
        ma_issue_id(idp, login, &visit->reply);
        ma_buf_add_byte(&visit->reply, '"');
    }
    if (!again || rotates) {
        ma_buf_add_text(&visit->reply, ",\"refresh_token\":\"");
        ma_idp_write_refresh(idp, login, &visit->reply);
        ma_buf_add_byte(&visit->reply, '"');
    }
    finish_answer(idp, &grant, visit);
}
