/* push.c - an authorization request on its way around the browser. */
#include "oauth/push.h"

#include "base/alloc.h"
#include "base/error.h"
#include "oauth/alphabet.h"
#include "oauth/authorize.h"
#include "oauth/clientproof.h"
#include "oauth/fetch.h"
#include "oauth/grant.h"
#include "oauth/login.h"
#include "oauth/possession.h"
#include "oauth/verdict.h"

enum { TRIES_MAX = 2 };

/* RFC 9126 2.1: what the browser would carry, and the proof of the token
 * endpoint; the client's id stands in it once. */
static mcpauth_status write_body(mcpauth_flow *flow, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) challenge = ma_buf_init(MA_LOGIN_CHALLENGE_MAX);
    ma_authorize_request request = {0};
    mcpauth_status st = ma_login_draw(flow, &challenge, &request, err);
    if (st)
        return st;
    if (ma_clientauth_names_client(flow->auth_method))
        request.client_id = NULL;
    ma_authorize_write_form(&request, &flow->request.body);
    st = ma_clientproof_add_chosen(flow, err);
    return st ? st : ma_possession_add(flow, err);
}

mcpauth_status ma_push_ask(mcpauth_flow *flow, mcpauth_error *err)
{
    mcpauth_status st =
        ma_request_post(&flow->request, flow->server.pushed_request_endpoint,
            "application/x-www-form-urlencoded", err);
    if (!st)
        st = write_body(flow, err);
    if (st)
        return st;
    ma_config_log(flow->config, 1, "login",
        "telling the server what the login is for, before the browser goes "
        "there");
    return ma_fetch_ask(flow, err);
}

/* --- the answer ---------------------------------------------------------- */

static mcpauth_status take_request_uri(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err)
{
    const ma_verdict_answer answer = {
        .from = "the pushed authorization request endpoint",
        .creates = true,
        .http_status = fetch->answer->http_status,
        .headers = fetch->answer->headers,
        .body = ma_fetch_body(fetch),
    };
    MA_AUTO(ma_json) document = NULL;
    mcpauth_status st = ma_verdict_read(&answer, &document, err);
    if (st)
        return st;
    const char *uri = ma_json_text(document, "request_uri");
    if (!uri || !*uri || !ma_alphabet_vschar(ma_span_of(uri)))
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the pushed authorization request endpoint gave no usable "
            "`request_uri`");
    int64_t life_s = ma_json_int(document, "expires_in", 0);
    if (life_s > 0)
        ma_config_log(flow->config, 1, "login",
            "the address to log in at is to be opened within %lld s",
            (long long)life_s);
    return ma_flow_set_text(&flow->request_uri, uri, err);
}

static mcpauth_status refused(
    mcpauth_flow *flow, mcpauth_status status, mcpauth_error *err)
{
    ma_fetch_mask(flow, err);
    mcpauth_status st = status;
    if (status == MCPAUTH_E_REFUSED)
        st = ma_login_refused(flow, status, err);
    if (!st)
        return MCPAUTH_OK;
    ma_grant_add_hint(flow, err);
    MA_AUTO(ma_text) url = ma_url_redacted(ma_buf_text(&flow->request.url));
    return ma_error_in(err, st, "pushing the request for a login to %s",
        url ? url : "the authorization server");
}

mcpauth_status ma_push_got(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err)
{
    bool again = false;
    mcpauth_status st = ma_possession_read(flow, fetch, &again, err);
    if (again)
        ma_flow_go(flow, MA_FLOW_PUSHED_REQUEST);
    if (st || again)
        return st;
    if (ma_fetch_again(flow, fetch, TRIES_MAX))
        return MCPAUTH_OK;
    st = fetch->status ? ma_fetch_failed(fetch, NULL, err)
                       : take_request_uri(flow, fetch, err);
    if (st)
        return refused(flow, st, err);
    ma_flow_go(flow, MA_FLOW_REDIRECT);
    return MCPAUTH_OK;
}
