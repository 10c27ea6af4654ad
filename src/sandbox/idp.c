/* idp.c - see idp.h. */
#include "sandbox/idp.h"

enum { CODE_LIFETIME_MS = 5 * 60 * 1000 };

#define USER_SCOPES                                                            \
    "openid email aws.cognito.signin.user.admin " MA_WORLD_POOL_SCOPES
#define USER_GRANTS "authorization_code refresh_token password"

const ma_idp_kind ma_idp_cognito = {
    .server = MA_SANDBOX_COGNITO,
    .issuer_path = MA_WORLD_POOL_PATH,
    .code_kind = "pool-code",
    .refresh_kind = "pool-refresh",
    .invalid_client_status = 400,
    .redirect_error = "unauthorized_client",
    .has_error_page = true,
    .issues_id_tokens = true,
};

const ma_idp_kind ma_idp_standard = {
    .server = MA_SANDBOX_STANDARD,
    .issuer_path = "",
    .code_kind = "code",
    .refresh_kind = "refresh",
    .invalid_client_status = 401,
    .redirect_error = "invalid_grant",
    .rotates = true,
    .describes = true,
    .names_itself = true,
    .any_loopback_port = true,
    .tells_scope = true,
    .binds_at_token = true,
};

/* --- life ---------------------------------------------------------------- */

static mcpauth_status add_pool_clients(ma_idp *idp, mcpauth_error *err)
{
    const ma_client clients[] = {
        {.id = "sandbox-m2m",
            .secret = MA_WORLD_M2M_SECRET,
            .scopes = MA_WORLD_POOL_SCOPES,
            .grants = "client_credentials"},
        {.id = "sandbox-public",
            .scopes = USER_SCOPES,
            .redirects = idp->world->redirects,
            .grants = USER_GRANTS},
        {.id = "sandbox-web",
            .secret = MA_WORLD_WEB_SECRET,
            .scopes = USER_SCOPES,
            .redirects = idp->world->redirects,
            .grants = USER_GRANTS},
        /* Not among the clients that AgentCore allows. */
        {.id = "sandbox-stranger",
            .secret = MA_WORLD_M2M_SECRET,
            .scopes = MA_WORLD_POOL_SCOPES,
            .grants = "client_credentials"},
    };
    mcpauth_status st = MCPAUTH_OK;
    for (size_t i = 0; !st && i < sizeof clients / sizeof *clients; i++)
        st = ma_clients_add(&idp->clients, &clients[i], err);
    return st;
}

static mcpauth_status add_standard_clients(ma_idp *idp, mcpauth_error *err)
{
    static const ma_client client = {.id = "sandbox-m2m",
        .secret = MA_WORLD_M2M_SECRET,
        .scopes = MA_WORLD_STANDARD_SCOPES,
        .grants = "client_credentials"};
    return ma_clients_add(&idp->clients, &client, err);
}

mcpauth_status ma_idp_init(
    ma_idp *idp, ma_world *world, const ma_idp_kind *kind, mcpauth_error *err)
{
    *idp = (ma_idp){.world = world, .kind = kind};
    return kind == &ma_idp_cognito ? add_pool_clients(idp, err)
                                   : add_standard_clients(idp, err);
}

void ma_idp_done(ma_idp *idp)
{
    ma_clients_done(&idp->clients);
    for (size_t i = 0; i < idp->login_count; i++)
        ma_idp_free_login(idp->logins[i]);
    ma_free(idp->logins);
    *idp = (ma_idp){0};
}

void ma_idp_write_issuer(const ma_idp *idp, ma_buf *to)
{
    ma_buf_addf(to, "%s%s", idp->world->origins[idp->kind->server],
        idp->kind->issuer_path);
}

/* --- logins -------------------------------------------------------------- */

void ma_idp_free_login(ma_login *login)
{
    if (!login)
        return;
    ma_free(login->client_id);
    ma_free(login->username);
    ma_free(login->scope);
    ma_free(login->redirect_uri);
    ma_free(login->challenge);
    ma_free(login->resource);
    ma_free(login->nonce);
    ma_free(login);
}

mcpauth_status ma_idp_add_login(ma_idp *idp, ma_login *login)
{
    MA_AUTO(ma_login) owned = login;
    size_t len = (idp->login_count + 1) * sizeof *idp->logins;
    ma_login **logins = ma_realloc(idp->logins, len);
    if (!logins)
        return MCPAUTH_E_NOMEM;
    login->made_ms = ma_world_now_ms(idp->world);
    login->index = (unsigned)idp->login_count;
    idp->logins = logins;
    logins[idp->login_count++] = ma_move(&owned);
    return MCPAUTH_OK;
}

bool ma_idp_rotates(const ma_idp *idp)
{
    return idp->kind->rotates ||
           ma_faults_on(&idp->world->faults, MA_FAULT_ROTATE);
}

static ma_login *find_login(
    ma_idp *idp, const char *kind, const char *text, unsigned *out_second)
{
    unsigned index = 0;
    bool ours =
        ma_signer_unseal(&idp->world->signer, kind, text, &index, out_second);
    return ours && index < idp->login_count ? idp->logins[index] : NULL;
}

ma_login *ma_idp_find_code(ma_idp *idp, const char *code)
{
    unsigned unused = 0;
    ma_login *login = find_login(idp, idp->kind->code_kind, code, &unused);
    if (!login)
        return NULL;
    int64_t age_ms = ma_world_now_ms(idp->world) - login->made_ms;
    login->revoked |= login->code_used;
    return login->revoked || age_ms > CODE_LIFETIME_MS ? NULL : login;
}

ma_login *ma_idp_find_refresh(ma_idp *idp, const char *token)
{
    unsigned generation = 0;
    ma_login *login =
        find_login(idp, idp->kind->refresh_kind, token, &generation);
    if (!login)
        return NULL;
    login->revoked |= generation != login->generation;
    return login->revoked ? NULL : login;
}

void ma_idp_write_code(const ma_idp *idp, const ma_login *login, ma_buf *to)
{
    ma_signer_seal(
        &idp->world->signer, idp->kind->code_kind, login->index, 0, to);
}

void ma_idp_write_refresh(const ma_idp *idp, const ma_login *login, ma_buf *to)
{
    ma_signer_seal(&idp->world->signer, idp->kind->refresh_kind, login->index,
        login->generation, to);
}
