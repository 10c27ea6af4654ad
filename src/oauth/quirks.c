/* quirks.c - the rows. */
#include "oauth/quirks.h"

#include <string.h>

#include "base/url.h"

enum { ANY = -1 };

static const ma_quirks_hint cognito_hints[] = {
    {"unauthorized_client", MCPAUTH_MODE_M2M,
        "allow the grant: `aws cognito-idp update-user-pool-client "
        "--user-pool-id POOL --client-id ID --allowed-o-auth-flows "
        "client_credentials --allowed-o-auth-flows-user-pool-client "
        "--allowed-o-auth-scopes SERVER/SCOPE` (give the client's other "
        "settings too: the command resets what it is not told); a client "
        "without a secret cannot be given one, make another with `aws "
        "cognito-idp create-user-pool-client --generate-secret`"},
    {"unauthorized_client", ANY,
        "allow the grant: `aws cognito-idp update-user-pool-client "
        "--user-pool-id POOL --client-id ID --allowed-o-auth-flows code "
        "--allowed-o-auth-flows-user-pool-client --allowed-o-auth-scopes "
        "openid email aws.cognito.signin.user.admin "
        "--supported-identity-providers COGNITO --callback-urls "
        "REDIRECT_URI` (give the client's other settings too: the command "
        "resets what it is not told)"},
    {"invalid_scope", MCPAUTH_MODE_M2M,
        "machine-to-machine takes custom scopes only: define them on a "
        "resource server of the user pool, allow them for the app client, and "
        "name them as SERVER/SCOPE in OAUTH_M2M_SCOPES or --scope; openid, "
        "email and profile are for people"},
    {"invalid_scope", ANY,
        "the app client must allow every scope that is asked for: allow "
        "openid, email and aws.cognito.signin.user.admin, or name fewer with "
        "--scope"},
    {"invalid_client", ANY,
        "check client id and secret: an app client with a secret needs "
        "OAUTH_CLIENT_SECRET, one without must not be sent any, and both must "
        "belong to the user pool of the issuer"},
    {"invalid_grant", MCPAUTH_MODE_INTERACTIVE,
        "log in again; if that fails too: the app client must be able to read "
        "the attributes of every scope asked for, and the MCP server's URL "
        "must be a resource server of the user pool unless resource_policy is "
        "never"},
    {NULL, ANY, NULL},
};

static const ma_quirks_hint entra_hints[] = {
    {"invalid_scope", MCPAUTH_MODE_M2M,
        "name one scope, RESOURCE/.default (such as api://APP/.default), with "
        "--scope or OAUTH_M2M_SCOPES"},
    {"invalid_scope", ANY,
        "name scopes with their application, as api://APP/SCOPE; a bare name "
        "is looked for in Microsoft Graph"},
    {"invalid_target", ANY,
        "Entra refuses a `resource` that its scopes do not belong to: set "
        "resource_policy to never"},
    {NULL, ANY, NULL},
};

static const ma_quirks_hint common_hints[] = {
    {"invalid_scope", MCPAUTH_MODE_M2M,
        "name scopes that this client may have with --scope or "
        "OAUTH_M2M_SCOPES; openid, email and profile are for people"},
    {"invalid_scope", ANY,
        "name scopes that this client may have with --scope"},
    {"invalid_client", ANY,
        "check client id, client secret or key, and "
        "token_endpoint_auth_method; servers differ in which method they "
        "take"},
    {"unauthorized_client", MCPAUTH_MODE_M2M,
        "allow the client_credentials grant for this client at the "
        "authorization server"},
    {"unauthorized_client", ANY,
        "allow the authorization_code and refresh_token grants and the "
        "redirect URI for this client at the authorization server"},
    {"unsupported_grant_type", ANY,
        "this server does not offer the grant; choose another with --mode"},
    {"invalid_grant", MCPAUTH_MODE_INTERACTIVE,
        "the login or refresh token is no longer valid: log in again"},
    {"invalid_target", ANY,
        "the server does not know this MCP server as a resource: have it "
        "registered there, or set resource_policy to never"},
    {"access_denied", ANY,
        "this user or client may not use the application: have it assigned at "
        "the authorization server, or log in as someone else"},
    {NULL, ANY, NULL},
};

enum { COGNITO, ENTRA, STANDARD, ROWS };

static const ma_quirks rows[ROWS] = {
    [COGNITO] =
        {
            .name = "cognito",
            .s256_unadvertised = true,
            .resource =
                MA_RESOURCE_AUTHORIZE | MA_RESOURCE_CODE | MA_RESOURCE_REFRESH,
            .interactive_scope = "openid email aws.cognito.signin.user.admin",
            .default_redirect_uri = "http://localhost:3000",
            .no_endpoint_hint =
                "the user pool has no domain, and so no login page: make one "
                "with `aws cognito-idp create-user-pool-domain --domain PREFIX "
                "--user-pool-id POOL`",
            .redirect_hint =
                "Cognito shows a refused redirect URI in the browser only "
                "(redirect_mismatch): it must stand among the app client's "
                "callback URLs byte for byte, port and path included",
            .hints = cognito_hints,
        },
    [ENTRA] =
        {
            .name = "entra",
            .s256_unadvertised = true,
            .resource = 0,
            .redirect_hint =
                "Entra shows a refused redirect URI in the browser only "
                "(AADSTS50011): register it for the application as a mobile "
                "and desktop redirect URI",
            .hints = entra_hints,
        },
    [STANDARD] =
        {
            .name = "standard",
            .resource = MA_RESOURCE_ALL,
            /* Entra behind another name: resource and scope disagree. */
            .resource_refusal = "AADSTS9010010",
        },
};

/* Which hosts of issuers a row is for. */
static const struct {
    const char *prefix;
    const char *suffix;
    size_t row;
} hosts[] = {
    {"cognito-idp.", ".amazonaws.com", COGNITO},
    {"cognito-idp.", ".amazonaws.com.cn", COGNITO},
    {"login.microsoftonline.com", "login.microsoftonline.com", ENTRA},
    {"login.microsoftonline.us", "login.microsoftonline.us", ENTRA},
    {"login.partner.microsoftonline.cn", "login.partner.microsoftonline.cn",
        ENTRA},
    {"sts.windows.net", "sts.windows.net", ENTRA},
    {"", ".ciamlogin.com", ENTRA},
};

static const ma_quirks *find_name(const char *name)
{
    for (size_t i = 0; i < ROWS; i++)
        if (!strcmp(rows[i].name, name))
            return &rows[i];
    return NULL;
}

static const ma_quirks *find_issuer(const char *issuer)
{
    MA_SCOPED(ma_url) url = {0};
    mcpauth_status st = ma_url_parse(ma_span_of(issuer), &url, NULL);
    if (st == MCPAUTH_E_NOMEM)
        return NULL;
    if (st)
        return &rows[STANDARD];
    ma_span host = ma_span_of(url.host);
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
        if (ma_span_starts(host, hosts[i].prefix) &&
            ma_span_ends(host, hosts[i].suffix))
            return &rows[hosts[i].row];
    return &rows[STANDARD];
}

const ma_quirks *ma_quirks_find(const char *name, const char *issuer)
{
    if (!name)
        return find_issuer(issuer);
    const ma_quirks *row = find_name(name);
    return row ? row : &rows[STANDARD];
}

bool ma_quirks_known(const char *name)
{
    return find_name(name) != NULL;
}

const char *ma_quirks_name(size_t position)
{
    return position < ROWS ? rows[position].name : NULL;
}

static const char *find_hint(
    const ma_quirks_hint *hints, const char *error, mcpauth_mode mode)
{
    for (; hints && hints->error; hints++)
        if (!strcmp(hints->error, error) &&
            (hints->mode == ANY || hints->mode == (int)mode))
            return hints->hint;
    return NULL;
}

const char *ma_quirks_find_hint(
    const ma_quirks *quirks, const char *error, mcpauth_mode mode)
{
    const char *hint = find_hint(quirks->hints, error, mode);
    return hint ? hint : find_hint(common_hints, error, mode);
}
