/* discovery.c - which authorization server, and what it can do. */
#include "oauth/discovery.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"
#include "oauth/candidates.h"
#include "oauth/choice.h"
#include "oauth/fallback.h"
#include "oauth/fetch.h"

/* --- where to begin ------------------------------------------------------ */

/* Legal, and worth a word. */
static mcpauth_status warn_of_origin(
    const mcpauth_flow *flow, const char *text, mcpauth_error *err)
{
    MA_SCOPED(ma_url) url = {0};
    mcpauth_status st = ma_url_parse(ma_span_of(text), &url, err);
    if (st || ma_url_same_origin(&url, ma_config_server(flow->config)))
        return st;
    ma_config_log(flow->config, 0, "discovery",
        "the MCP server's metadata is at another origin, on %s", url.host);
    return MCPAUTH_OK;
}

/* Puts the challenge's resource_metadata first, when it may be fetched
 * (A-023). */
static mcpauth_status put_challenge(mcpauth_flow *flow, mcpauth_error *err)
{
    const char *url = flow->challenge.resource_metadata;
    if (!flow->challenged || !url)
        return MCPAUTH_OK;
    ma_server_rules rules;
    bool ok = false;
    mcpauth_status st = ma_fetch_rules(flow, &rules, err);
    if (!st)
        st = ma_server_judge_endpoint(url, &rules, &ok, err);
    if (st)
        return st;
    if (ok) {
        st = warn_of_origin(flow, url, err);
        return st ? st : ma_candidates_put_first(flow, url, err);
    }
    ma_config_log(flow->config, 0, "discovery",
        "the challenge names resource metadata at an address that may not be "
        "fetched; the well-known places are tried instead");
    return MCPAUTH_OK;
}

static mcpauth_status start_resource(mcpauth_flow *flow, mcpauth_error *err)
{
    ma_candidates_clear(flow);
    mcpauth_status st = ma_wellknown_resource(
        ma_config_server(flow->config), &flow->candidates, err);
    const char *hint =
        ma_config_text(flow->config, MA_CONFIG_RESOURCE_METADATA);
    if (!st && hint)
        st = ma_candidates_put_first(flow, hint, err);
    if (!st)
        st = put_challenge(flow, err);
    if (!st)
        ma_flow_go(flow, MA_FLOW_RESOURCE_METADATA);
    return st;
}

static mcpauth_status start_server(mcpauth_flow *flow, mcpauth_error *err)
{
    ma_candidates_clear(flow);
    const char *configured =
        ma_config_text(flow->config, MA_CONFIG_DISCOVERY_URL);
    mcpauth_status st = configured
                            ? ma_wellknown_discovery(ma_span_of(configured),
                                  &flow->candidates, err)
                            : ma_wellknown_issuer(ma_span_of(flow->issuer),
                                  &flow->candidates, err);
    if (!st)
        ma_flow_go(flow, MA_FLOW_SERVER_METADATA);
    return st;
}

/* The seed's way across domains: the resource is the MCP server itself, and
 * its authorization server is the configured one. */
static mcpauth_status inject_resource(
    mcpauth_flow *flow, const char *discovery_url, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) issuer = ma_buf_init(MA_URL_MAX);
    mcpauth_status st =
        ma_wellknown_issuer_of(ma_span_of(discovery_url), &issuer, err);
    if (!st)
        st = ma_buf_status(&issuer, "the issuer", err);
    if (!st)
        st = ma_flow_set_text(&flow->issuer, ma_buf_text(&issuer), err);
    if (!st)
        st = ma_flow_set_text(
            &flow->resource, ma_config_server_text(flow->config), err);
    if (st)
        return st;
    if (ma_wellknown_is_underscored(ma_span_of(discovery_url)))
        ma_config_log(flow->config, 1, "discovery",
            "discovery_url is spelled openid_configuration; the document is "
            "at openid-configuration");
    return start_server(flow, err);
}

/* Says which mode is in force, and why (seed row 13). */
static void announce_mode(const mcpauth_config *config)
{
    const char *set = ma_config_text(config, MA_CONFIG_MODE);
    bool detected = !set || !strcmp(set, "auto");
    bool secret = ma_config_text(config, MA_CONFIG_CLIENT_SECRET);
    bool key = ma_config_private_key(config);
    bool company = ma_config_text(config, MA_CONFIG_IDP_ISSUER);
    bool vouched = ma_config_text(config, MA_CONFIG_ASSERTION);
    bool certified = ma_config_proves_by_certificate(config);
    ma_config_log(config, 1, "mode", "%s (%s)",
        mcpauth_mode_name(mcpauth_config_mode(config)),
        !detected   ? "as configured"
        : company   ? "an identity provider is configured"
        : secret    ? "a client secret is configured"
        : key       ? "a private key is configured"
        : vouched   ? "an assertion is configured"
        : certified ? "the client has a certificate"
                    : "no client secret is configured");
}

/* The issuer of the stored token, for the resource it is for. */
static mcpauth_status start_known(mcpauth_flow *flow, mcpauth_error *err)
{
    const char *issuer = mcpauth_token_issuer(flow->token);
    mcpauth_status st = ma_flow_set_text(&flow->issuer, issuer, err);
    if (!st)
        st = ma_flow_set_text(
            &flow->resource, mcpauth_token_resource(flow->token), err);
    if (!st && ma_fallback_allowed(flow))
        st = ma_fallback_is_origin(flow, issuer, &flow->fallback, err);
    return st ? st : start_server(flow, err);
}

mcpauth_status ma_discovery_start(mcpauth_flow *flow, mcpauth_error *err)
{
    announce_mode(flow->config);
    flow->fallback = flow->places_assumed = false;
    const char *configured =
        ma_config_text(flow->config, MA_CONFIG_DISCOVERY_URL);
    if (configured)
        return inject_resource(flow, configured, err);
    const char *issuer = flow->token ? mcpauth_token_issuer(flow->token) : NULL;
    if (flow->challenged || !issuer || flow->purpose == MCPAUTH_FLOW_LOGIN ||
        flow->purpose == MCPAUTH_FLOW_ADOPT)
        return start_resource(flow, err);
    return start_known(flow, err);
}

/* What one server knows a client by is not shown to another (S-031). */
static mcpauth_status check_configured(
    const mcpauth_flow *flow, mcpauth_error *err)
{
    const char *issuer = mcpauth_token_issuer(flow->token);
    if (!strcmp(issuer, flow->issuer))
        return MCPAUTH_OK;
    MA_AUTO(ma_text) before = ma_url_redacted(issuer);
    MA_AUTO(ma_text) now = ma_url_redacted(flow->issuer);
    return ma_error_set(err, MCPAUTH_E_USAGE,
        "the stored token was issued by %s, but discovery_url names %s",
        before ? before : "", now ? now : "");
}

mcpauth_status ma_discovery_start_stored(mcpauth_flow *flow, mcpauth_error *err)
{
    const char *configured =
        ma_config_text(flow->config, MA_CONFIG_DISCOVERY_URL);
    if (!configured)
        return start_known(flow, err);
    mcpauth_status st = inject_resource(flow, configured, err);
    return st ? st : check_configured(flow, err);
}

/* --- fetching ------------------------------------------------------------ */

mcpauth_status ma_discovery_ask(mcpauth_flow *flow, mcpauth_error *err)
{
    mcpauth_status st =
        ma_request_get(&flow->request, ma_candidates_url(flow), err);
    if (!st && flow->fallback)
        st = mcpauth_headers_add(flow->request.headers, "MCP-Protocol-Version",
            MA_FALLBACK_REVISION, err);
    return st ? st : ma_fetch_ask(flow, err);
}

/* --- protected resource metadata ----------------------------------------- */

/* What was there before and is gone now is no server of the old kind: somebody
 * may want us to ask him. */
static mcpauth_status refuse_resource(mcpauth_flow *flow, mcpauth_error *err)
{
    bool gone = ma_record_has_metadata(&flow->record);
    mcpauth_status st = ma_error_set(err,
        gone ? MCPAUTH_E_UNTRUSTED : MCPAUTH_E_PROTOCOL,
        "the MCP server %s who its authorization server is; tried %s",
        gone ? "no longer says" : "does not say", ma_buf_text(&flow->tried));
    ma_error_hint(err, "name it: set OAUTH_DISCOVERY_URL, or discovery_url in "
                       "the configuration, to its issuer");
    return st;
}

/* The client_id that was given to us, and the one issuer it was used at. */
static const char *bound_issuer(const mcpauth_flow *flow)
{
    const char *client_id = ma_config_text(flow->config, MA_CONFIG_CLIENT_ID);
    return client_id ? ma_record_binding(&flow->record, client_id) : NULL;
}

static bool is_known(const mcpauth_flow *flow, const char *issuer)
{
    const char *bound = bound_issuer(flow);
    return bound ? !strcmp(bound, issuer)
                 : ma_record_client(&flow->record, issuer) != NULL;
}

/* An entry this client already has something at wins; else the first usable
 * one; there is one, or the document would have been refused. */
static mcpauth_status choose_issuer(
    const mcpauth_flow *flow, const char **out_issuer, mcpauth_error *err)
{
    const ma_resource *resource = &flow->resource_metadata;
    size_t count = ma_json_count(resource->authorization_servers);
    const char *chosen = NULL;
    for (size_t i = 0; i < count; i++) {
        const char *issuer = NULL;
        mcpauth_status st = ma_resource_issuer(resource, i, &issuer, err);
        if (st)
            return st;
        if (issuer && (!chosen || is_known(flow, issuer)))
            chosen = issuer;
        if (chosen && is_known(flow, chosen))
            break;
    }
    *out_issuer = chosen;
    return MCPAUTH_OK;
}

/* A pre-registered client stays with its issuer (A-071, S-031). */
static mcpauth_status check_binding(
    const mcpauth_flow *flow, const char *issuer, mcpauth_error *err)
{
    const char *bound = bound_issuer(flow);
    if (!bound || !strcmp(bound, issuer))
        return MCPAUTH_OK;
    MA_AUTO(ma_text) now = ma_url_redacted(issuer);
    MA_AUTO(ma_text) before = ma_url_redacted(bound);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_UNTRUSTED,
        "the MCP server names the authorization server %s, but this client "
        "was used at %s until now; its credentials stay there",
        now ? now : "", before ? before : "");
    ma_error_hint(err, "if the move is real, set discovery_url to the new "
                       "issuer, or log out of this server first");
    return st;
}

/* A-036; who wants it as RFC 9728 3.3 has it gets it so. */
static mcpauth_status check_match(const mcpauth_flow *flow, mcpauth_error *err)
{
    const char *resource = flow->resource_metadata.resource;
    const ma_url *server = ma_config_server(flow->config);
    bool equals = true;
    mcpauth_status st = MCPAUTH_OK;
    if (ma_config_is(flow->config, MA_CONFIG_RESOURCE_MATCH, "exact"))
        st = ma_resource_equals(ma_span_of(resource), server, &equals, err);
    return st || equals ? st : ma_resource_refuse(resource, server, err);
}

static mcpauth_status no_resource(mcpauth_flow *flow, mcpauth_error *err)
{
    if (flow->vague || !ma_fallback_allowed(flow))
        return refuse_resource(flow, err);
    mcpauth_status st = ma_fallback_take_origin(flow, err);
    if (!st)
        st = check_binding(flow, flow->issuer, err);
    return st ? st : start_server(flow, err);
}

/* MCP wants the header. */
static void warn_of_methods(const mcpauth_flow *flow)
{
    const ma_json *methods = flow->resource_metadata.bearer_methods;
    if (ma_json_count(methods) && !ma_json_has(methods, "header"))
        ma_config_log(flow->config, 0, "discovery",
            "the MCP server does not list the header among the ways to carry "
            "a token (bearer_methods_supported); it is used all the same");
}

/* From now on it is about this issuer and this resource. */
static mcpauth_status adopt_issuer(
    mcpauth_flow *flow, const char *issuer, mcpauth_error *err)
{
    mcpauth_status st = check_binding(flow, issuer, err);
    if (!st)
        st = ma_flow_set_text(&flow->issuer, issuer, err);
    if (!st)
        st = ma_flow_set_text(
            &flow->resource, flow->resource_metadata.resource, err);
    if (!st)
        st = ma_record_note_metadata(&flow->record, err);
    return st;
}

static mcpauth_status take_resource(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err)
{
    ma_resource_done(&flow->resource_metadata);
    mcpauth_status st = ma_resource_parse(ma_fetch_body(fetch),
        ma_config_server(flow->config), &flow->resource_metadata, err);
    if (st == MCPAUTH_E_PROTOCOL && ma_candidates_next(flow, fetch))
        return MCPAUTH_OK;
    if (!st)
        st = check_match(flow, err);
    const char *issuer = NULL;
    if (!st)
        st = choose_issuer(flow, &issuer, err);
    if (!st)
        st = adopt_issuer(flow, issuer, err);
    if (st)
        return st;
    warn_of_methods(flow);
    MA_AUTO(ma_text) shown = ma_url_redacted(issuer);
    ma_config_log(flow->config, 1, "discovery",
        "the resource names the authorization server %s", shown ? shown : "");
    return start_server(flow, err);
}

mcpauth_status ma_discovery_got_resource(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err)
{
    bool usable = false;
    bool more = false;
    mcpauth_status st = ma_candidates_sift(flow, fetch, &usable, &more, err);
    if (!st && usable)
        st = take_resource(flow, fetch, err);
    if (!st && !more)
        st = no_resource(flow, err);
    if (!st)
        return MCPAUTH_OK;
    MA_AUTO(ma_text)
    server = ma_url_redacted(ma_config_server_text(flow->config));
    return ma_error_in(err, st, "finding the authorization server of %s",
        server ? server : "the MCP server");
}

/* --- authorization server metadata --------------------------------------- */

static mcpauth_status no_server(mcpauth_flow *flow, mcpauth_error *err)
{
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_PROTOCOL,
        "the authorization server publishes no metadata; tried %s",
        ma_buf_text(&flow->tried));
    ma_error_hint(err, "check the issuer: behind it must stand "
                       "/.well-known/openid-configuration or "
                       "/.well-known/oauth-authorization-server");
    return st;
}

static mcpauth_status choose_row(mcpauth_flow *flow, mcpauth_error *err)
{
    flow->quirks = ma_quirks_find(
        ma_config_text(flow->config, MA_CONFIG_PROVIDER), flow->issuer);
    return flow->quirks ? MCPAUTH_OK : ma_error_nomem(err);
}

/* */
static void warn_of_issuer(const mcpauth_flow *flow)
{
    if (!flow->server.issuer_trusted)
        return;
    MA_AUTO(ma_text) ours = ma_url_redacted(flow->issuer);
    MA_AUTO(ma_text) theirs = ma_url_redacted(flow->server.issuer);
    ma_config_log(flow->config, 0, "discovery",
        "the metadata of %s names the issuer %s, which is taken because "
        "trusted_issuer says so",
        ours ? ours : "", theirs ? theirs : "");
}

static mcpauth_status take_server(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err)
{
    ma_server_done(&flow->server);
    ma_server_rules rules;
    mcpauth_status st = ma_fetch_rules(flow, &rules, err);
    if (!st)
        st = ma_server_parse(ma_fetch_body(fetch), &rules, &flow->server, err);
    if (st == MCPAUTH_E_PROTOCOL && ma_candidates_next(flow, fetch))
        return MCPAUTH_OK;
    if (st)
        return st;
    st = choose_row(flow, err);
    if (st)
        return st;
    warn_of_issuer(flow);
    MA_AUTO(ma_text) url = ma_url_redacted(ma_candidates_url(flow));
    ma_config_log(flow->config, 1, "discovery",
        "authorization server metadata from %s (provider row: %s)",
        url ? url : "", flow->quirks->name);
    return ma_choice_make(flow, err);
}

/* */
static mcpauth_status take_places(mcpauth_flow *flow, mcpauth_error *err)
{
    mcpauth_status st = ma_fallback_take_places(flow, err);
    if (!st)
        st = choose_row(flow, err);
    return st ? st : ma_choice_make(flow, err);
}

mcpauth_status ma_discovery_got_server(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err)
{
    bool usable = false;
    bool more = false;
    mcpauth_status st = ma_candidates_sift(flow, fetch, &usable, &more, err);
    if (!st && !usable && !more && flow->fallback && !flow->vague)
        return take_places(flow, err);
    if (!st && !usable && !more)
        st = no_server(flow, err);
    if (st) {
        MA_AUTO(ma_text) issuer = ma_url_redacted(flow->issuer);
        return ma_error_in(err, st, "reading the metadata of %s",
            issuer ? issuer : "the authorization server");
    }
    return usable ? take_server(flow, fetch, err) : MCPAUTH_OK;
}
