/* logout.c - revoke, unregister, forget. */
#include "oauth/logout.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/form.h"
#include "base/headers.h"
#include "oauth/clientproof.h"
#include "oauth/fetch.h"
#include "oauth/keeping.h"

static const char *registration_uri(const mcpauth_flow *flow)
{
    return ma_json_text(
        ma_clientproof_registered(flow), "registration_client_uri");
}

static mcpauth_status judge_url(
    const mcpauth_flow *flow, const char *url, bool *out_ok, mcpauth_error *err)
{
    ma_server_rules rules;
    *out_ok = false;
    mcpauth_status st = ma_fetch_rules(flow, &rules, err);
    return st || !url ? st : ma_server_judge_endpoint(url, &rules, out_ok, err);
}

/* What is left to do here, whatever became of the rest. */
static mcpauth_status forget(mcpauth_flow *flow, mcpauth_error *err)
{
    flow->remove = !flow->keep_registration;
    flow->dirty = true;
    ma_flow_go(flow, MA_FLOW_SAVED);
    return flow->remove ? MCPAUTH_OK : ma_record_drop_token(&flow->record, err);
}

/* Nobody waits for the lock as long as this takes. */
static bool is_late(const mcpauth_flow *flow)
{
    if (flow->now_ms < ma_keeping_until_ms(flow))
        return false;
    ma_config_log(flow->config, 0, "logout",
        "the servers take too long; what is left there ends by itself");
    return true;
}

/* Next of: refresh token, access token, registration, the record itself. */
static mcpauth_status next_undoing(mcpauth_flow *flow, mcpauth_error *err)
{
    const char *revocation =
        flow->token ? ma_token_revocation_endpoint(flow->token) : NULL;
    bool revokes = false;
    bool unregisters = false;
    mcpauth_status st = judge_url(flow, revocation, &revokes, err);
    if (!st)
        st = judge_url(flow, registration_uri(flow), &unregisters, err);
    if (st)
        return st;
    if (flow->token && !ma_token_refresh(flow->token))
        flow->refresh_revoked = true;
    if (flow->token && ma_token_is_identity(flow->token) &&
        flow->refresh_revoked)
        flow->access_revoked = true;
    if (revokes && !flow->access_revoked) {
        ma_flow_go(flow, MA_FLOW_REVOCATION);
        return MCPAUTH_OK;
    }
    if (unregisters && !flow->keep_registration &&
        flow->state != MA_FLOW_UNREGISTRATION) {
        ma_flow_go(flow, MA_FLOW_UNREGISTRATION);
        return MCPAUTH_OK;
    }
    return forget(flow, err);
}

mcpauth_status ma_logout_start(mcpauth_flow *flow, mcpauth_error *err)
{
    return next_undoing(flow, err);
}

mcpauth_status ma_logout_ask_revocation(mcpauth_flow *flow, mcpauth_error *err)
{
    if (is_late(flow))
        return forget(flow, err);
    mcpauth_status st = ma_request_post(&flow->request,
        ma_token_revocation_endpoint(flow->token),
        "application/x-www-form-urlencoded", err);
    if (st)
        return st;
    bool refresh = !flow->refresh_revoked;
    ma_span token = refresh ? ma_secret_span(ma_token_refresh(flow->token))
                            : ma_token_access_span(flow->token);
    ma_form_add(&flow->request.body, "token", token);
    ma_form_add(&flow->request.body, "token_type_hint",
        ma_span_of(refresh ? "refresh_token" : "access_token"));
    st = ma_clientproof_add_stored(flow, NULL, err);
    return st ? st : ma_fetch_ask(flow, err);
}

/* Says how it went; a server that cannot is no reason to stay logged in.
 * level: of a failure. */
static void report(const mcpauth_flow *flow, const ma_flow_fetch *fetch,
    int level, const char *what)
{
    if (fetch->status) {
        ma_config_log(flow->config, level, "logout", "%s failed: %s", what,
            mcpauth_error_message(fetch->why));
        return;
    }
    int http_status = fetch->answer->http_status;
    ma_config_log(flow->config, http_status < 300 ? 1 : level, "logout",
        "%s: the server answered %d", what, http_status);
}

mcpauth_status ma_logout_got_revocation(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err)
{
    bool refresh = !flow->refresh_revoked;
    if (refresh)
        report(flow, fetch, 0, "revoking the refresh token");
    else
        report(flow, fetch, 1, "revoking the access token");
    if (refresh)
        flow->refresh_revoked = true;
    else
        flow->access_revoked = true;
    return next_undoing(flow, err);
}

mcpauth_status ma_logout_ask_unregistration(
    mcpauth_flow *flow, mcpauth_error *err)
{
    if (is_late(flow))
        return forget(flow, err);
    mcpauth_status st = ma_request_post(
        &flow->request, registration_uri(flow), "application/json", err);
    if (st)
        return st;
    flow->request.view.method = "DELETE";
    const char *access = ma_json_text(
        ma_clientproof_registered(flow), "registration_access_token");
    if (access) {
        MA_SCOPED(ma_buf) field = ma_buf_init(MA_REQUEST_BODY_MAX);
        ma_buf_addf(&field, "Bearer %s", access);
        st = ma_buf_status(&field, "a header", err);
        if (!st)
            st = mcpauth_headers_add(flow->request.headers, "Authorization",
                ma_buf_text(&field), err);
    }
    return st ? st : ma_fetch_ask(flow, err);
}

mcpauth_status ma_logout_got_unregistration(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err)
{
    report(flow, fetch, 0, "deleting the registered client");
    return next_undoing(flow, err);
}
