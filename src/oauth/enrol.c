/* enrol.c - becoming a client of an authorization server. */
#include "oauth/enrol.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "oauth/choice.h"
#include "oauth/fallback.h"
#include "oauth/fetch.h"
#include "oauth/login.h"
#include "oauth/register.h"

enum { TRIES_MAX = 2 };

static const char default_client_name[] = "mcpauth";

/* --- asking -------------------------------------------------------------- */

/* RFC 7591 3: where not everybody may register. */
static mcpauth_status add_initial_token(mcpauth_flow *flow, mcpauth_error *err)
{
    const char *token =
        ma_config_text(flow->config, MA_CONFIG_INITIAL_ACCESS_TOKEN);
    if (!token)
        return MCPAUTH_OK;
    MA_SCOPED(ma_buf) field = ma_buf_init(MA_REQUEST_BODY_MAX);
    ma_buf_add_text(&field, "Bearer ");
    ma_buf_add_text(&field, token);
    mcpauth_status st = ma_buf_status(&field, "a header", err);
    return st ? st
              : mcpauth_headers_add(flow->request.headers, "Authorization",
                    ma_buf_text(&field), err);
}

mcpauth_status ma_enrol_ask(mcpauth_flow *flow, mcpauth_error *err)
{
    const char *name = ma_config_text(flow->config, MA_CONFIG_CLIENT_NAME);
    ma_register_request request = {
        .client_name = name ? name : default_client_name,
        .redirect_uri = flow->redirect_uri,
        .application_type = flow->enrol_plainly ? NULL : "native",
        .scope = flow->enrol_plainly ? NULL : flow->scope,
        .dpop = ma_config_is(flow->config, MA_CONFIG_DPOP, "always"),
        .auth_methods = flow->server.token_endpoint_auth_methods_supported,
    };
    mcpauth_status st = ma_request_post(&flow->request,
        flow->server.registration_endpoint, "application/json", err);
    if (!st)
        st = add_initial_token(flow, err);
    if (!st)
        st = ma_register_write(&request, &flow->request.body, err);
    if (st)
        return st;
    ma_config_log(flow->config, 1, "registration", "registering a client%s",
        flow->server.client_documents
            ? "; client_metadata_url would make that unnecessary here"
            : "");
    return ma_fetch_ask(flow, err);
}

/* --- refusals ------------------------------------------------------------ */

/* Puts the other name of loopback into the redirect URI; none when it has
 * neither, or when it is the user's. */
static mcpauth_status name_other_host(
    mcpauth_flow *flow, bool *out_named, mcpauth_error *err)
{
    static const char *const starts[] = {
        "http://127.0.0.1", "http://localhost"};
    ma_span uri = ma_span_of(flow->redirect_uri);
    if (ma_config_text(flow->config, MA_CONFIG_REDIRECT_URI))
        return MCPAUTH_OK;
    for (size_t i = 0; i < 2; i++) {
        if (!ma_span_starts(uri, starts[i]))
            continue;
        MA_SCOPED(ma_buf) other = ma_buf_init(MA_URL_MAX);
        ma_buf_add_text(&other, starts[1 - i]);
        ma_buf_add_text(&other, uri.at + strlen(starts[i]));
        mcpauth_status st = ma_buf_status(&other, "the redirect URI", err);
        if (!st)
            st = ma_flow_set_text(&flow->listen_at, ma_buf_text(&other), err);
        *out_named = !st;
        return st;
    }
    return MCPAUTH_OK;
}

/* What the refusal is about is asked for otherwise, once in a flow.
 * *out_again: it is worth a try. */
static mcpauth_status adjust(
    mcpauth_flow *flow, bool *out_again, mcpauth_error *err)
{
    const char *code = mcpauth_error_server_code(err);
    *out_again = false;
    if (!code || flow->enrol_adjusted)
        return MCPAUTH_OK;
    flow->enrol_adjusted = true;
    if (!strcmp(code, "invalid_redirect_uri"))
        return name_other_host(flow, out_again, err);
    *out_again = flow->enrol_plainly = true;
    return MCPAUTH_OK;
}

static mcpauth_status ask_otherwise(mcpauth_flow *flow, const char *why)
{
    ma_config_log(flow->config, 1, "registration", "%s; asking once more, %s",
        why,
        flow->enrol_plainly ? "without scope and application type"
                            : "to come back to the other name of loopback");
    ma_flow_go(
        flow, flow->enrol_plainly ? MA_FLOW_REGISTRATION : MA_FLOW_CALLBACK);
    return MCPAUTH_OK;
}

static void add_hint(
    const mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err)
{
    if (fetch->status)
        return;
    int status = fetch->answer->http_status;
    bool keeps_out = status == 401 || status == 403;
    ma_fallback_add_hint(flow, err);
    ma_error_hint(err,
        "create a client there by hand and set OAUTH_CLIENT_ID%s",
        keeps_out &&
                !ma_config_text(flow->config, MA_CONFIG_INITIAL_ACCESS_TOKEN)
            ? ", or set initial_access_token to what the server gave you for "
              "registering"
            : "");
}

static mcpauth_status refused(mcpauth_flow *flow, const ma_flow_fetch *fetch,
    mcpauth_status st, mcpauth_error *err)
{
    ma_fetch_mask(flow, err);
    if (st == MCPAUTH_E_REFUSED) {
        bool again = false;
        mcpauth_status failed = adjust(flow, &again, err);
        if (failed)
            return failed;
        if (again)
            return ask_otherwise(flow, mcpauth_error_message(err));
    }
    MA_AUTO(ma_text) url = ma_url_redacted(ma_buf_text(&flow->request.url));
    st = ma_error_in(err, st, "registering a client at %s",
        url ? url : "the authorization server");
    add_hint(flow, fetch, err);
    return st;
}

/* --- the answer ---------------------------------------------------------- */

static mcpauth_status keep_client(
    mcpauth_flow *flow, ma_json *client, mcpauth_error *err)
{
    mcpauth_status st =
        ma_choice_use_client(flow, ma_json_text(client, "client_id"),
            ma_span_of(ma_json_text(client, "client_secret")), NULL,
            ma_json_text(client, "token_endpoint_auth_method"), err);
    MA_AUTO(ma_json) owned = client;
    if (!st)
        st = ma_record_put_client(
            &flow->record, flow->issuer, ma_move(&owned), err);
    if (st)
        return st;
    flow->dirty = true;
    ma_login_send(flow);
    return MCPAUTH_OK;
}

mcpauth_status ma_enrol_got(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err)
{
    if (ma_fetch_again(flow, fetch, TRIES_MAX))
        return MCPAUTH_OK;
    MA_AUTO(ma_json) client = NULL;
    mcpauth_status st = MCPAUTH_OK;
    if (fetch->status)
        st = ma_fetch_failed(fetch, NULL, err);
    else
        st = ma_register_parse(fetch->answer->http_status,
            fetch->answer->headers, ma_fetch_body(fetch), flow->redirect_uri,
            &client, err);
    return st ? refused(flow, fetch, st, err)
              : keep_client(flow, ma_move(&client), err);
}

/* --- once more ----------------------------------------------------------- */

bool ma_enrol_is_forgotten(
    const mcpauth_flow *flow, mcpauth_status st, const mcpauth_error *err)
{
    const char *code = mcpauth_error_server_code(err);
    return st == MCPAUTH_E_REFUSED && code && !strcmp(code, "invalid_client") &&
           flow->client == MA_CLIENT_REGISTERED && !flow->reregistered &&
           ma_login_may_browse(flow);
}

/* Where nobody can log in with another client, the old stays: the server may
 * only have been out of order (S-067). */
mcpauth_status ma_enrol_again(mcpauth_flow *flow, mcpauth_error *err)
{
    ma_config_log(flow->config, 0, "registration",
        "the authorization server no longer knows this client: %s",
        mcpauth_error_message(err));
    flow->reregistered = true;
    flow->refresh_done = true;
    if (!flow->interactive)
        return ma_choice_make(flow, err);
    flow->dirty = true;
    mcpauth_status st =
        ma_record_put_client(&flow->record, flow->issuer, NULL, err);
    if (!st)
        st = ma_record_drop_refresh(&flow->record, err);
    return st ? st : ma_choice_make(flow, err);
}
