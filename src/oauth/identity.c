/* identity.c - an ID token, and what is made of it. */
#include "oauth/identity.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/form.h"
#include "oauth/jwtview.h"

#define TYPE(name) "urn:ietf:params:oauth:token-type:" name

/* --- the configuration --------------------------------------------------- */

/* What the identity provider is called in the settings of a server, and in
 * those of a login. */
static const struct {
    ma_config_setting from;
    ma_config_setting to;
} copies[] = {
    {MA_CONFIG_IDP_ISSUER, MA_CONFIG_SERVER},
    {MA_CONFIG_IDP_ISSUER, MA_CONFIG_DISCOVERY_URL},
    {MA_CONFIG_IDP_CLIENT_ID, MA_CONFIG_CLIENT_ID},
    {MA_CONFIG_IDP_CLIENT_SECRET, MA_CONFIG_CLIENT_SECRET},
    {MA_CONFIG_IDP_SCOPE, MA_CONFIG_SCOPE},
    {MA_CONFIG_ACCOUNT, MA_CONFIG_ACCOUNT},
    {MA_CONFIG_ASSERTION, MA_CONFIG_ASSERTION},
    {MA_CONFIG_ASSERTION_HEADER, MA_CONFIG_ASSERTION_HEADER},
    {MA_CONFIG_REDIRECT_URI, MA_CONFIG_REDIRECT_URI},
    {MA_CONFIG_CALLBACK_PORT, MA_CONFIG_CALLBACK_PORT},
    {MA_CONFIG_LOGIN_HINT, MA_CONFIG_LOGIN_HINT},
    {MA_CONFIG_ALLOW_HTTP, MA_CONFIG_ALLOW_HTTP},
    {MA_CONFIG_ALLOW_PRIVATE, MA_CONFIG_ALLOW_PRIVATE},
};

/* A person's login there is interactive, whatever it is for; `openid` makes it
 * one that has an ID token. */
static const struct {
    ma_config_setting to;
    const char *value;
} fixed[] = {
    {MA_CONFIG_MODE, "interactive"},
    {MA_CONFIG_RESOURCE_POLICY, "never"},
    {MA_CONFIG_DPOP, "never"},
    {MA_CONFIG_SCOPE, "openid offline_access"},
};

static mcpauth_status copy_settings(
    const mcpauth_config *from, mcpauth_config *to, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    for (size_t i = 0; !st && i < sizeof fixed / sizeof *fixed; i++)
        st = mcpauth_config_set(
            to, ma_config_name(fixed[i].to), fixed[i].value, err);
    for (size_t i = 0; !st && i < sizeof copies / sizeof *copies; i++) {
        const char *value = ma_config_text(from, copies[i].from);
        if (value)
            st = mcpauth_config_set(
                to, ma_config_name(copies[i].to), value, err);
    }
    return st;
}

mcpauth_status mcpauth_config_identity(const mcpauth_config *config,
    mcpauth_config **out_config, mcpauth_error *err)
{
    if (!ma_config_text(config, MA_CONFIG_IDP_ISSUER))
        return ma_error_set(
            err, MCPAUTH_E_USAGE, "no identity provider is configured");
    MA_AUTO(mcpauth_config) made = mcpauth_config_new();
    if (!made)
        return ma_error_nomem(err);
    ma_config_inherit(made, config);
    mcpauth_status st = copy_settings(config, made, err);
    if (st)
        return ma_error_in(err, st, "the identity provider");
    ma_config_set_identity(made);
    *out_config = ma_move(&made);
    return MCPAUTH_OK;
}

/* --- an ID token --------------------------------------------------------- */

static mcpauth_status refuse(const mcpauth_flow *flow, mcpauth_status status,
    const char *why, mcpauth_error *err)
{
    MA_AUTO(ma_text) issuer = ma_url_redacted(flow->issuer);
    return ma_error_set(err, status, "the ID token of %s %s",
        issuer ? issuer : "the identity provider", why);
}

/* The one that this login drew; a renewal has none (12.2). */
static bool has_nonce(const mcpauth_flow *flow, const ma_jwtview *view)
{
    const char *nonce = ma_json_text(view->claims, "nonce");
    if (flow->grant != MA_GRANT_CODE)
        return true;
    return nonce && ma_secret_is(flow->nonce, ma_span_of(nonce));
}

static mcpauth_status check_claims(
    const mcpauth_flow *flow, const ma_jwtview *view, mcpauth_error *err)
{
    const char *issuer = ma_json_text(view->claims, "iss");
    const char *party = ma_json_text(view->claims, "azp");
    const ma_jwtview_wanted wanted = {
        .audience = flow->client_id, .now_ms = flow->now_ms};
    const char *expected =
        flow->server.issuer ? flow->server.issuer : flow->issuer;
    if (!issuer || strcmp(issuer, expected))
        return refuse(flow, MCPAUTH_E_UNTRUSTED, "is of another issuer", err);
    if (party && strcmp(party, flow->client_id))
        return refuse(
            flow, MCPAUTH_E_UNTRUSTED, "was made for another client", err);
    if (!has_nonce(flow, view))
        return refuse(
            flow, MCPAUTH_E_UNTRUSTED, "is not of this login (nonce)", err);
    mcpauth_status st = ma_jwtview_check(view, &wanted, err);
    return st ? ma_error_in(err, st, "the ID token") : st;
}

mcpauth_status ma_identity_take(
    const mcpauth_flow *flow, ma_tokenanswer *answer, mcpauth_error *err)
{
    MA_SCOPED(ma_jwtview) view = {0};
    int64_t expiry_ms = 0;
    if (!answer->id_token)
        return refuse(flow, MCPAUTH_E_PROTOCOL,
            "is missing in its answer, though `openid` was asked for", err);
    mcpauth_status st =
        ma_jwtview_parse(ma_secret_span(answer->id_token), &view, err);
    if (!st)
        st = check_claims(flow, &view, err);
    if (st)
        return st;
    (void)ma_jwtview_expiry(&view, &expiry_ms);
    ma_secret_free(answer->access_token);
    answer->access_token = ma_move(&answer->id_token);
    answer->bound = false;
    answer->expires_in_s = (expiry_ms - flow->now_ms) / 1000;
    return MCPAUTH_OK;
}

/* --- the exchange -------------------------------------------------------- */

void ma_identity_write_exchange(const mcpauth_flow *flow, ma_buf *form)
{
    ma_form_add(form, "grant_type",
        ma_span_of("urn:ietf:params:oauth:grant-type:token-exchange"));
    ma_form_add(form, "requested_token_type", ma_span_of(TYPE("id-jag")));
    ma_form_add(form, "audience", ma_span_of(flow->audience));
    ma_form_add(form, "resource", ma_span_of(flow->exchanged_for));
    ma_form_add(form, "subject_token", ma_secret_span(flow->voucher));
    ma_form_add(form, "subject_token_type", ma_span_of(TYPE("id_token")));
    if (flow->scope)
        ma_form_add(form, "scope", ma_span_of(flow->scope));
}

mcpauth_status ma_identity_check_exchange(
    const mcpauth_flow *flow, const ma_tokenanswer *answer, mcpauth_error *err)
{
    MA_SCOPED(ma_jwtview) view = {0};
    const ma_jwtview_wanted wanted = {
        .type = "oauth-id-jag+jwt",
        .audience = flow->audience,
        .resource = flow->exchanged_for,
        .now_ms = flow->now_ms,
    };
    if (!answer->issued_type || strcmp(answer->issued_type, TYPE("id-jag")))
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "what the identity provider gave is not of the type that was asked "
            "for (issued_token_type: id-jag)");
    mcpauth_status st =
        ma_jwtview_parse(ma_secret_span(answer->access_token), &view, err);
    if (!st)
        st = ma_jwtview_check(&view, &wanted, err);
    return st ? ma_error_in(err, st, "the identity provider's assertion") : st;
}
