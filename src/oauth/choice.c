/* choice.c - which scope, which client and which grant. */
#include "oauth/choice.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "oauth/adoption.h"
#include "oauth/assertion.h"
#include "oauth/clientproof.h"
#include "oauth/introspection.h"
#include "oauth/keeping.h"
#include "oauth/login.h"
#include "oauth/possession.h"
#include "oauth/register.h"
#include "oauth/scope.h"
#include "oauth/voucher.h"

/* --- scope --------------------------------------------------------------- */

/* What was asked for before, unless a login starts anew. */
static const char *renewed_scope(const mcpauth_flow *flow)
{
    bool renews = flow->token && flow->purpose != MCPAUTH_FLOW_LOGIN;
    return renews ? ma_token_requested_scope(flow->token) : NULL;
}

/* the user's words, the challenge's, the resource's, the last ones, then
 * defaults that only a person's login takes. */
static void select_scope(const mcpauth_flow *flow, ma_buf *scope)
{
    bool interactive =
        mcpauth_config_mode(flow->config) == MCPAUTH_MODE_INTERACTIVE;
    const char *configured = ma_config_text(flow->config, MA_CONFIG_SCOPE);
    ma_scope_add(scope, ma_span_of(configured));
    if (!scope->len)
        ma_scope_add(scope, ma_span_of(flow->challenge.scope));
    if (!scope->len)
        ma_scope_add_array(scope, flow->resource_metadata.scopes_supported);
    if (!scope->len)
        ma_scope_add(scope, ma_span_of(renewed_scope(flow)));
    if (scope->len || !interactive)
        return;
    ma_scope_add(scope, ma_span_of(flow->quirks->interactive_scope));
    if (!scope->len && ma_config_text(flow->config, MA_CONFIG_DISCOVERY_URL))
        ma_scope_add(scope, ma_span_of("openid email profile"));
}

/* what a person has granted at this issuer is not to be lost by being
 * asked for something else. */
static void keep_granted_scope(const mcpauth_flow *flow, ma_buf *scope)
{
    const char *issuer = flow->token ? mcpauth_token_issuer(flow->token) : NULL;
    if (!scope->len || !issuer || strcmp(issuer, flow->issuer) != 0 ||
        flow->purpose == MCPAUTH_FLOW_LOGIN ||
        mcpauth_config_mode(flow->config) != MCPAUTH_MODE_INTERACTIVE ||
        ma_config_text(flow->config, MA_CONFIG_SCOPE))
        return;
    ma_scope_add(scope, ma_span_of(mcpauth_token_scope(flow->token)));
}

/* Nobody is asked twice for what he has denied. */
static mcpauth_status refuse_denied(
    const mcpauth_flow *flow, const ma_buf *scope, mcpauth_error *err)
{
    ma_span denied = ma_span_of(ma_record_denied_scope(&flow->record));
    const char *wanted =
        flow->challenge.scope ? flow->challenge.scope : ma_buf_text(scope);
    if (!denied.len || !ma_scope_covers(denied, ma_span_of(wanted)))
        return MCPAUTH_OK;
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_REFUSED,
        "the MCP server wants the scope \"%s\", which was denied when it was "
        "asked for before",
        wanted);
    ma_error_hint(err, "log in again to be asked for it once more");
    return st;
}

/* What was asked for before stays asked for; E_REFUSED when that is all there
 * is. */
static mcpauth_status widen_scope(
    const mcpauth_flow *flow, ma_buf *scope, mcpauth_error *err)
{
    if (!flow->attempt || !ma_attempt_steps_up(flow->attempt) || !flow->token)
        return MCPAUTH_OK;
    ma_span requested = ma_span_of(ma_token_requested_scope(flow->token));
    ma_scope_add(scope, requested);
    ma_scope_add(scope, ma_span_of(mcpauth_token_scope(flow->token)));
    ma_scope_add(scope, ma_span_of(flow->challenge.scope));
    mcpauth_status st = ma_scope_status(scope, err);
    if (!st)
        st = refuse_denied(flow, scope, err);
    if (st || flow->challenge.scope ||
        !ma_scope_covers(requested, ma_buf_span(scope)))
        return st;
    st = ma_error_set(err, MCPAUTH_E_REFUSED,
        "the MCP server wants more scope than \"%s\" and does not say which",
        ma_buf_text(scope));
    ma_error_hint(
        err, "find out which scope it needs and name it with --scope");
    return st;
}

/* only where the server lists it, and never alone. */
static void add_offline_access(const mcpauth_flow *flow, ma_buf *scope)
{
    if (scope->len &&
        mcpauth_config_mode(flow->config) == MCPAUTH_MODE_INTERACTIVE &&
        !ma_config_text(flow->config, MA_CONFIG_SCOPE) &&
        ma_json_has(flow->server.scopes_supported, "offline_access"))
        ma_scope_add(scope, ma_span_of("offline_access"));
}

static mcpauth_status choose_scope(mcpauth_flow *flow, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) scope = ma_buf_init(MA_SCOPE_MAX);
    select_scope(flow, &scope);
    mcpauth_status st = widen_scope(flow, &scope, err);
    keep_granted_scope(flow, &scope);
    if (st)
        return st;
    add_offline_access(flow, &scope);
    st = ma_scope_status(&scope, err);
    if (st)
        return st;
    return ma_flow_set_text(
        &flow->scope, scope.len ? ma_buf_text(&scope) : NULL, err);
}

/* scope without offline_access. */
static void copy_without_offline(ma_span scope, ma_buf *to)
{
    while (scope.at) {
        ma_span token = ma_span_cut(&scope, ' ');
        if (!ma_span_is(token, "offline_access"))
            ma_scope_add(to, token);
    }
}

mcpauth_status ma_choice_narrow_scope(
    mcpauth_flow *flow, bool *out_narrowed, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) narrow = ma_buf_init(MA_SCOPE_MAX);
    ma_span scope = ma_span_of(flow->scope);
    *out_narrowed = false;
    if (flow->scope_narrowed || ma_config_text(flow->config, MA_CONFIG_SCOPE))
        return MCPAUTH_OK;
    copy_without_offline(scope, &narrow);
    if (ma_scope_same(ma_buf_span(&narrow), scope)) {
        ma_buf_clear(&narrow);
        select_scope(flow, &narrow);
    }
    mcpauth_status st = ma_scope_status(&narrow, err);
    if (st || !narrow.len || ma_scope_same(ma_buf_span(&narrow), scope))
        return st;
    flow->scope_narrowed = *out_narrowed = true;
    return ma_flow_set_text(&flow->scope, ma_buf_text(&narrow), err);
}

/* --- client -------------------------------------------------------------- */

mcpauth_status ma_choice_use_client(mcpauth_flow *flow, const char *client_id,
    ma_span secret, const ma_key *key, const char *fixed_method,
    mcpauth_error *err)
{
    const ma_server *server = &flow->server;
    mcpauth_status st =
        ma_clientauth_choose(server->token_endpoint_auth_methods_supported,
            fixed_method, secret.len > 0, key != NULL, &flow->auth_method, err);
    if (!st && flow->auth_method == MA_CLIENTAUTH_KEY)
        st = ma_assertion_choose_alg(key,
            server->token_endpoint_auth_signing_alg_values_supported,
            ma_config_text(flow->config, MA_CONFIG_AUTH_ALG), &flow->auth_alg,
            err);
    if (!st)
        st = ma_flow_set_text(&flow->client_id, client_id, err);
    if (!st)
        st = ma_secret_set(&flow->client_secret,
            secret.len ? secret : (ma_span){NULL, 0}, err);
    return st;
}

/* The one registered here before, while its secret lasts; leaves
 * client_id NULL when there is none. */
static mcpauth_status find_registered(mcpauth_flow *flow, mcpauth_error *err)
{
    flow->client = MA_CLIENT_REGISTERED;
    const ma_json *client = ma_record_client(&flow->record, flow->issuer);
    if (!client || ma_register_expired(client, flow->now_ms))
        return ma_flow_set_text(&flow->client_id, NULL, err);
    return ma_choice_use_client(flow, ma_json_text(client, "client_id"),
        ma_span_of(ma_json_text(client, "client_secret")), NULL,
        ma_json_text(client, "token_endpoint_auth_method"), err);
}

/* Whoever an assertion vouches for is no client, unless one is configured
 * (A-210). */
static mcpauth_status use_no_client(mcpauth_flow *flow, mcpauth_error *err)
{
    flow->client = MA_CLIENT_CONFIGURED;
    flow->auth_method = MA_CLIENTAUTH_NONE;
    return ma_flow_set_text(&flow->client_id, NULL, err);
}

mcpauth_status ma_choice_find_client(mcpauth_flow *flow, mcpauth_error *err)
{
    const mcpauth_config *config = flow->config;
    const char *configured = ma_config_text(config, MA_CONFIG_CLIENT_ID);
    const char *document =
        ma_config_text(config, MA_CONFIG_CLIENT_METADATA_URL);
    if (configured) {
        flow->client = MA_CLIENT_CONFIGURED;
        return ma_choice_use_client(flow, configured,
            ma_config_span(config, MA_CONFIG_CLIENT_SECRET),
            ma_config_private_key(config), ma_clientproof_method(flow), err);
    }
    if (mcpauth_config_mode(config) == MCPAUTH_MODE_M2M &&
        ma_config_text(config, MA_CONFIG_ASSERTION))
        return use_no_client(flow, err);
    if (!document || !flow->server.client_documents ||
        mcpauth_config_mode(config) != MCPAUTH_MODE_INTERACTIVE)
        return find_registered(flow, err);
    flow->client = MA_CLIENT_DOCUMENT;
    return ma_choice_use_client(flow, document, (ma_span){NULL, 0},
        ma_config_private_key(config),
        ma_config_text(config, MA_CONFIG_AUTH_METHOD), err);
}

/* --- which grant -----------------------------------------------------------
 */

static mcpauth_status missing(const char *what, mcpauth_error *err)
{
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_USAGE,
        "a token for a machine needs a client id and a client secret, a "
        "private key or a certificate, or an assertion; missing: %s",
        what);
    ma_error_hint(err, "set it in the environment or the configuration file");
    return st;
}

/* A client that is configured beside an assertion authenticates as well. */
static mcpauth_status start_machine(mcpauth_flow *flow, mcpauth_error *err)
{
    if (ma_config_text(flow->config, MA_CONFIG_ASSERTION))
        return ma_voucher_start(flow, err);
    if (!flow->client_id)
        return missing("OAUTH_CLIENT_ID", err);
    if (!flow->client_secret && flow->auth_method == MA_CLIENTAUTH_NONE)
        return missing("OAUTH_CLIENT_SECRET", err);
    flow->grant = MA_GRANT_CLIENT_CREDENTIALS;
    ma_keeping_begin_token(flow);
    return MCPAUTH_OK;
}

/* The stored refresh token belongs to this issuer and client, and nothing says
 * that it cannot help. */
static bool can_refresh(const mcpauth_flow *flow)
{
    if (!flow->token || !ma_token_refresh(flow->token) || flow->refresh_done)
        return false;
    if (flow->purpose == MCPAUTH_FLOW_LOGIN || !flow->server.token_endpoint)
        return false;
    if (flow->attempt && (ma_attempt_steps_up(flow->attempt) ||
                             ma_attempt_refreshed(flow->attempt)))
        return false;
    const char *issuer = mcpauth_token_issuer(flow->token);
    const char *client_id = mcpauth_token_client_id(flow->token);
    return issuer && !strcmp(issuer, flow->issuer) && client_id &&
           flow->client_id && !strcmp(client_id, flow->client_id);
}

/* *out_moved: the token endpoint has left the origin that the refresh token is
 * from; it does not follow there (S-031). */
static mcpauth_status judge_endpoint(
    const mcpauth_flow *flow, bool *out_moved, mcpauth_error *err)
{
    const char *known = ma_record_token_endpoint(&flow->record);
    const char *now = flow->server.token_endpoint;
    MA_SCOPED(ma_url) before = {0};
    MA_SCOPED(ma_url) after = {0};
    mcpauth_status st =
        known ? ma_url_parse(ma_span_of(known), &before, err) : MCPAUTH_OK;
    if (!st && known)
        st = ma_url_parse(ma_span_of(now), &after, err);
    *out_moved = !st && known && !ma_url_same_origin(&before, &after);
    if (*out_moved)
        ma_config_log(flow->config, 0, "token",
            "the token endpoint has moved from %s to %s; the refresh token "
            "does not follow, a new login is needed",
            before.host, after.host);
    return st;
}

static mcpauth_status start_password(mcpauth_flow *flow, mcpauth_error *err)
{
    if (!ma_config_password_grant(flow->config))
        return ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
            "a login with username and password is not possible here");
    if (!flow->client_id || !ma_config_text(flow->config, MA_CONFIG_USERNAME) ||
        !ma_config_text(flow->config, MA_CONFIG_PASSWORD))
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "a login of the test user needs OAUTH_CLIENT_ID, "
            "OAUTH_TEST_USERNAME and OAUTH_TEST_PASSWORD");
    flow->grant = MA_GRANT_PASSWORD;
    ma_keeping_begin_token(flow);
    return MCPAUTH_OK;
}

/* Nobody is sent to this authorization server: who he is, is for the
 * identity provider to say. */
static mcpauth_status start_enterprise(mcpauth_flow *flow, mcpauth_error *err)
{
    if (!flow->client_id) {
        mcpauth_status st = ma_error_set(err, MCPAUTH_E_USAGE,
            "enterprise-managed authorization needs a client that is "
            "registered at the MCP server's authorization server beforehand");
        ma_error_hint(err, "set OAUTH_CLIENT_ID, or client_id in the "
                           "configuration; idp_client_id is another one");
        return st;
    }
    return ma_voucher_start(flow, err);
}

/* The scope is the one that is asked for elsewhere. */
static mcpauth_status start_exchange(mcpauth_flow *flow, mcpauth_error *err)
{
    mcpauth_status st = ma_choice_find_client(flow, err);
    if (st)
        return st;
    if (!flow->client_id) {
        st = ma_error_set(err, MCPAUTH_E_USAGE,
            "no client of the identity provider is configured");
        ma_error_hint(err, "set idp_client_id");
        return st;
    }
    flow->grant = MA_GRANT_EXCHANGE;
    ma_keeping_begin_token(flow);
    return MCPAUTH_OK;
}

mcpauth_status ma_choice_no_endpoint(
    const mcpauth_flow *flow, const char *name, mcpauth_error *err)
{
    MA_AUTO(ma_text) issuer = ma_url_redacted(flow->issuer);
    mcpauth_status st =
        ma_error_set(err, MCPAUTH_E_PROTOCOL, "the metadata of %s names no %s",
            issuer ? issuer : "the authorization server", name);
    if (flow->quirks->no_endpoint_hint)
        ma_error_hint(err, "%s", flow->quirks->no_endpoint_hint);
    else
        ma_error_hint(err, "set %s in the configuration", name);
    return st;
}

static mcpauth_status need_token_endpoint(
    const mcpauth_flow *flow, mcpauth_error *err)
{
    if (flow->server.token_endpoint ||
        mcpauth_config_mode(flow->config) == MCPAUTH_MODE_PASSWORD)
        return MCPAUTH_OK;
    return ma_choice_no_endpoint(flow, "token_endpoint", err);
}

/* A place that cannot be locked can hardly be written. */
static mcpauth_status refuse_unsafe(
    const mcpauth_flow *flow, mcpauth_error *err)
{
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_STORE,
        "the store cannot be locked, and the next refresh token might not be "
        "kept");
    return ma_keeping_spare_refresh(flow, st, err);
}

mcpauth_status ma_choice_make(mcpauth_flow *flow, mcpauth_error *err)
{
    flow->tries = 0;
    if (flow->purpose == MCPAUTH_FLOW_INTROSPECT)
        return ma_introspection_choose(flow, err);
    mcpauth_status st = need_token_endpoint(flow, err);
    if (!st && flow->purpose == MCPAUTH_FLOW_EXCHANGE)
        return start_exchange(flow, err);
    if (!st && flow->purpose == MCPAUTH_FLOW_ADOPT)
        return ma_adoption_take(flow, err);
    if (!st)
        st = choose_scope(flow, err);
    if (!st)
        st = ma_choice_find_client(flow, err);
    if (!st)
        st = ma_possession_choose(flow, err);
    if (st)
        return st;
    mcpauth_mode mode = mcpauth_config_mode(flow->config);
    if (mode == MCPAUTH_MODE_M2M)
        return start_machine(flow, err);
    bool moved = false;
    if (can_refresh(flow))
        st = judge_endpoint(flow, &moved, err);
    if (st)
        return st;
    if (can_refresh(flow) && !moved) {
        if (flow->unsafe)
            return refuse_unsafe(flow, err);
        flow->grant = MA_GRANT_REFRESH;
        ma_keeping_begin_token(flow);
        return MCPAUTH_OK;
    }
    if (mode == MCPAUTH_MODE_PASSWORD)
        return start_password(flow, err);
    if (mode == MCPAUTH_MODE_ENTERPRISE)
        return start_enterprise(flow, err);
    return ma_login_start(flow, err);
}
