/* fetch.c - how a flow asks for a document, and what it makes of silence. */
#include "oauth/fetch.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/httpdate.h"
#include "oauth/keeping.h"

enum {
    BACKOFF_FIRST_MS = 500,
    RETRY_AFTER_MAX_MS = 60000,
    CLOCKS_AGREE_S = 60
};

ma_span ma_fetch_body(const ma_flow_fetch *fetch)
{
    return ma_span_make(fetch->answer->body, fetch->answer->body_len);
}

/* Parses a setting; *out stays empty when it is unset.  Lack of memory must not
 * look like a verdict about it. */
static mcpauth_status parse_setting(const mcpauth_flow *flow,
    ma_config_setting setting, ma_url *out, mcpauth_error *err)
{
    ma_span text = ma_config_span(flow->config, setting);
    return text.len ? ma_url_parse(text, out, err) : MCPAUTH_OK;
}

/* discovery_url is a document's URL, not an issuer. */
static bool names_document(const mcpauth_flow *flow)
{
    const char *url = ma_config_text(flow->config, MA_CONFIG_DISCOVERY_URL);
    return url && flow->issuer && strcmp(url, flow->issuer);
}

static bool has_certificate_alone(const mcpauth_config *config)
{
    static const ma_config_setting others[] = {MA_CONFIG_AUTH_METHOD,
        MA_CONFIG_CLIENT_SECRET, MA_CONFIG_PRIVATE_KEY, MA_CONFIG_ASSERTION};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (ma_config_text(config, others[i]))
            return false;
    return ma_config_text(config, MA_CONFIG_CERTIFICATE) &&
           ma_config_text(config, MA_CONFIG_CLIENT_ID);
}

/* The MCP server takes such tokens, or the one to be renewed is one. */
static bool binds_to_certificate(const mcpauth_flow *flow)
{
    bool renews = flow->token && flow->purpose != MCPAUTH_FLOW_LOGIN;
    return ma_config_text(flow->config, MA_CONFIG_CERTIFICATE) &&
           (flow->resource_metadata.certificate_bound ||
               (renews && ma_token_certified(flow->token)));
}

/* Clear text goes to loopback only, and only when the user named a loopback
 * address himself (S-003). */
mcpauth_status ma_fetch_rules(
    const mcpauth_flow *flow, ma_server_rules *out_rules, mcpauth_error *err)
{
    const mcpauth_config *config = flow->config;
    MA_SCOPED(ma_url) discovery = {0};
    mcpauth_status st =
        parse_setting(flow, MA_CONFIG_DISCOVERY_URL, &discovery, err);
    if (st)
        return st;
    *out_rules = (ma_server_rules){
        .issuer = flow->issuer,
        .issuer_cut = names_document(flow) || flow->fallback,
        .trusted_issuer = ma_config_text(config, MA_CONFIG_TRUSTED_ISSUER),
        .authorization_endpoint =
            ma_config_text(config, MA_CONFIG_AUTHORIZATION_ENDPOINT),
        .token_endpoint = ma_config_text(config, MA_CONFIG_TOKEN_ENDPOINT),
        .clear_host = ma_config_text(config, MA_CONFIG_ALLOW_HTTP),
        .loopback_http = ma_url_loopback(ma_config_server(config)) ||
                         (discovery.host && ma_url_loopback(&discovery)),
        .proves_by_certificate = ma_config_proves_by_certificate(config),
        .has_certificate_alone = has_certificate_alone(config),
        .binds_to_certificate = binds_to_certificate(flow),
    };
    return MCPAUTH_OK;
}

/* Whether the user named url's origin, or hosts like it. */
static mcpauth_status judge_host(const mcpauth_flow *flow, const ma_url *url,
    bool *out_chosen, mcpauth_error *err)
{
    static const ma_config_setting settings[] = {MA_CONFIG_DISCOVERY_URL,
        MA_CONFIG_TOKEN_ENDPOINT, MA_CONFIG_RESOURCE_METADATA};
    const ma_url *server = ma_config_server(flow->config);
    *out_chosen = ma_config_is(flow->config, MA_CONFIG_ALLOW_PRIVATE, "true") ||
                  ma_url_loopback(server) || ma_url_private(server) ||
                  ma_url_same_origin(url, server);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        MA_SCOPED(ma_url) named = {0};
        mcpauth_status st = parse_setting(flow, settings[i], &named, err);
        if (st)
            return st;
        if (named.host && ma_url_same_origin(url, &named))
            *out_chosen = true;
    }
    return MCPAUTH_OK;
}

/* A host the user chose may be anywhere; one a server named must be public
 * (A-233). */
static mcpauth_status find_rule(const mcpauth_flow *flow,
    mcpauth_address_rule *out_rule, mcpauth_error *err)
{
    MA_SCOPED(ma_url) url = {0};
    mcpauth_status st =
        ma_url_parse(ma_buf_span(&flow->request.url), &url, err);
    bool chosen = false;
    if (!st)
        st = judge_host(flow, &url, &chosen, err);
    if (st)
        return st;
    *out_rule = chosen ? MCPAUTH_ADDRESS_ANY : MCPAUTH_ADDRESS_PUBLIC;
    return MCPAUTH_OK;
}

/* Nobody waits for the lock longer than this takes. */
static mcpauth_status keep_to_lock(mcpauth_flow *flow, mcpauth_error *err)
{
    mcpauth_http_request *view = &flow->request.view;
    int64_t left_ms = ma_keeping_until_ms(flow) - flow->now_ms;
    mcpauth_status st = ma_keeping_check_time(flow, err);
    if (!st && left_ms < view->timeout_ms)
        view->timeout_ms = left_ms;
    return st;
}

mcpauth_status ma_fetch_ask(mcpauth_flow *flow, mcpauth_error *err)
{
    mcpauth_address_rule rule = MCPAUTH_ADDRESS_PUBLIC;
    mcpauth_status st = ma_buf_status(&flow->request.url, "a URL", err);
    if (!st)
        st = find_rule(flow, &rule, err);
    if (!st)
        st = ma_request_view(&flow->request, rule, &flow->step.request, err);
    if (!st)
        st = keep_to_lock(flow, err);
    flow->step.kind = MCPAUTH_STEP_FETCH;
    flow->asked = !st;
    return st;
}

mcpauth_status ma_fetch_failed(
    const ma_flow_fetch *fetch, const char *url, mcpauth_error *err)
{
    if (fetch->status) {
        ma_error_copy(err, fetch->why);
        return fetch->status;
    }
    MA_AUTO(ma_text) shown = ma_url_redacted(url);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_HTTP, "%s answered %d",
        shown ? shown : "the server", fetch->answer->http_status);
    ma_error_http_status(err, fetch->answer->http_status);
    return st;
}

/* An assertion in the request; what it is made of needs no encoding.  Without
 * memory of its own: it must not fail. */
static ma_span find_param(const mcpauth_flow *flow, const char *name)
{
    ma_span rest = ma_buf_span(&flow->request.body);
    while (rest.at) {
        ma_span value = ma_span_cut(&rest, '&');
        if (ma_span_is(ma_span_cut(&value, '='), name))
            return value;
    }
    return rest;
}

void ma_fetch_mask(const mcpauth_flow *flow, mcpauth_error *err)
{
    const ma_secret *secrets[] = {
        flow->client_secret,
        flow->login_state,
        flow->code,
        flow->verifier,
        flow->nonce,
        flow->token ? ma_token_refresh(flow->token) : NULL,
    };
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        if (secrets[i])
            ma_error_mask(err, ma_secret_span(secrets[i]));
    ma_error_mask(err, ma_config_span(flow->config, MA_CONFIG_PASSWORD));
    ma_error_mask(err, find_param(flow, "client_assertion"));
    ma_error_mask(err, ma_secret_span(flow->voucher));
    ma_error_mask(
        err, ma_span_of(mcpauth_headers_get(flow->request.headers, "DPoP")));
    ma_span proof =
        ma_span_of(mcpauth_headers_get(flow->request.headers, "Authorization"));
    ma_span_cut(&proof, ' ');
    ma_error_mask(err, proof);
}

void ma_fetch_hint_clock(
    const mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err)
{
    const char *date = mcpauth_headers_get(fetch->answer->headers, "Date");
    int64_t theirs_ms = 0;
    if (!date || !ma_httpdate_parse(ma_span_of(date), &theirs_ms))
        return;
    int64_t ahead_s = (flow->now_ms - theirs_ms) / 1000;
    if (ahead_s >= -CLOCKS_AGREE_S && ahead_s <= CLOCKS_AGREE_S)
        return;
    ma_error_hint(err,
        "the clock of this machine is %" PRId64 " s %s that of the server, so "
        "that what it signs is not good there now; set it",
        ahead_s > 0 ? ahead_s : -ahead_s, ahead_s > 0 ? "ahead of" : "behind");
}

/* --- trying again ------------------------------------------------------------
 */

static bool may_pass(const ma_flow_fetch *fetch)
{
    if (fetch->status)
        return fetch->status == MCPAUTH_E_NETWORK;
    int status = fetch->answer->http_status;
    return status == 429 || status == 500 || (status >= 502 && status <= 504);
}

static int64_t at_most(int64_t delay_ms)
{
    return delay_ms > RETRY_AFTER_MAX_MS ? RETRY_AFTER_MAX_MS : delay_ms;
}

/* RFC 9110 10.2.3: seconds or a date; 0 when there is none, or it is past. */
static int64_t retry_after_ms(
    const mcpauth_flow *flow, const ma_flow_fetch *fetch)
{
    const char *text =
        fetch->status
            ? NULL
            : mcpauth_headers_get(fetch->answer->headers, "Retry-After");
    int64_t at_ms = 0;
    if (!text)
        return 0;
    if (ma_httpdate_parse(ma_span_of(text), &at_ms))
        return at_ms > flow->now_ms ? at_most(at_ms - flow->now_ms) : 0;
    char *end = NULL;
    long long seconds = strtoll(text, &end, 10);
    if (end == text || *end || seconds < 0)
        return 0;
    return seconds > RETRY_AFTER_MAX_MS / 1000 ? RETRY_AFTER_MAX_MS
                                               : seconds * 1000;
}

/* Up to a quarter more, so that many do not come back at once. */
static int64_t jitter_ms(const mcpauth_flow *flow, int64_t delay_ms)
{
    unsigned char byte = 0;
    if (ma_config_random(flow->config, &byte, 1, NULL))
        return 0;
    return delay_ms * byte / 1024;
}

bool ma_fetch_later(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, int tries_max)
{
    if (++flow->tries >= tries_max)
        return false;
    int64_t delay_ms = retry_after_ms(flow, fetch);
    if (!delay_ms)
        delay_ms = (int64_t)BACKOFF_FIRST_MS << (flow->tries - 1);
    delay_ms += jitter_ms(flow, delay_ms);
    if (flow->now_ms + delay_ms >= ma_keeping_until_ms(flow))
        return false;
    ma_config_log(flow->config, 1, "retry",
        "no answer to build on; trying again in %lld ms", (long long)delay_ms);
    flow->until_ms = flow->now_ms + delay_ms;
    flow->resume = flow->state;
    ma_flow_go(flow, MA_FLOW_BACKOFF);
    return true;
}

bool ma_fetch_again(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, int tries_max)
{
    return may_pass(fetch) && ma_fetch_later(flow, fetch, tries_max);
}
