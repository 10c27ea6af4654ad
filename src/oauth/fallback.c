/* fallback.c - a server from before resource metadata. */
#include "oauth/fallback.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "oauth/fetch.h"

bool ma_fallback_allowed(const mcpauth_flow *flow)
{
    return !ma_config_is(flow->config, MA_CONFIG_ORIGIN_FALLBACK, "never") &&
           !ma_config_text(flow->config, MA_CONFIG_DISCOVERY_URL) &&
           !ma_record_has_metadata(&flow->record);
}

static mcpauth_status write_origin(
    const mcpauth_flow *flow, ma_buf *origin, mcpauth_error *err)
{
    ma_url_write_origin(origin, ma_config_server(flow->config));
    return ma_buf_status(origin, "the server's origin", err);
}

mcpauth_status ma_fallback_take_origin(mcpauth_flow *flow, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) origin = ma_buf_init(MA_URL_MAX);
    mcpauth_status st = write_origin(flow, &origin, err);
    if (!st)
        st = ma_flow_set_text(&flow->issuer, ma_buf_text(&origin), err);
    if (!st)
        st = ma_flow_set_text(
            &flow->resource, ma_config_server_text(flow->config), err);
    if (st)
        return st;
    flow->fallback = true;
    ma_config_log(flow->config, 1, "discovery",
        "the MCP server publishes no resource metadata: by the rules of "
        "revision " MA_FALLBACK_REVISION " it is its own authorization "
        "server, at %s (tried %s)",
        flow->issuer, ma_buf_text(&flow->tried));
    return MCPAUTH_OK;
}

mcpauth_status ma_fallback_is_origin(const mcpauth_flow *flow,
    const char *issuer, bool *out_is, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) origin = ma_buf_init(MA_URL_MAX);
    mcpauth_status st = write_origin(flow, &origin, err);
    if (!st)
        *out_is = !strcmp(ma_buf_text(&origin), issuer);
    return st;
}

static mcpauth_status put_place(ma_json *document, const char *name,
    const char *origin, const char *path, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) url = ma_buf_init(MA_URL_MAX);
    ma_buf_add_text(&url, origin);
    ma_buf_add_text(&url, path);
    mcpauth_status st = ma_buf_status(&url, "an endpoint", err);
    return st ? st : ma_json_put_text(document, name, ma_buf_text(&url), err);
}

/* Who names an endpoint has no need of a guess; ma_server_parse fills it in. */
static bool is_configured(const mcpauth_flow *flow, const char *name)
{
    return mcpauth_config_get(flow->config, name) != NULL;
}

static mcpauth_status write_document(
    const mcpauth_flow *flow, ma_json *document, mcpauth_error *err)
{
    static const struct {
        const char *name;
        const char *path;
    } places[] = {
        {"issuer", ""},
        {"authorization_endpoint", "/authorize"},
        {"token_endpoint", "/token"},
        {"registration_endpoint", "/register"},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (is_configured(flow, places[i].name))
            continue;
        mcpauth_status st = put_place(
            document, places[i].name, flow->issuer, places[i].path, err);
        if (st)
            return st;
    }
    return MCPAUTH_OK;
}

/* A person sees where he is sent; a machine's secret would go, unseen, to
 * whoever answers 404 often enough. */
static mcpauth_status refuse_guess(const mcpauth_flow *flow, mcpauth_error *err)
{
    if (mcpauth_config_mode(flow->config) != MCPAUTH_MODE_M2M ||
        ma_config_text(flow->config, MA_CONFIG_TOKEN_ENDPOINT))
        return MCPAUTH_OK;
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_USAGE,
        "neither the MCP server nor %s publishes any metadata, and a client "
        "secret is not sent where nobody said it belongs; tried %s",
        flow->issuer, ma_buf_text(&flow->tried));
    ma_error_hint(err,
        "name the authorization server: set OAUTH_DISCOVERY_URL, or "
        "discovery_url in the configuration, to its issuer, or token_endpoint "
        "where it has no metadata");
    return st;
}

mcpauth_status ma_fallback_take_places(mcpauth_flow *flow, mcpauth_error *err)
{
    mcpauth_status st = refuse_guess(flow, err);
    if (st)
        return st;
    MA_SCOPED(ma_buf) text = ma_buf_init(4 * MA_URL_MAX);
    MA_AUTO(ma_json) document = ma_json_object();
    if (!document)
        return ma_error_nomem(err);
    st = write_document(flow, document, err);
    if (st)
        return st;
    ma_json_write(&text, document);
    st = ma_buf_status(&text, "the default endpoints", err);
    ma_server_rules rules;
    if (!st)
        st = ma_fetch_rules(flow, &rules, err);
    ma_server_done(&flow->server);
    if (!st)
        st = ma_server_parse(ma_buf_span(&text), &rules, &flow->server, err);
    if (st)
        return st;
    flow->places_assumed = true;
    ma_config_log(flow->config, 1, "discovery",
        "%s publishes no metadata either: its endpoints are taken to be "
        "/authorize, /token and /register, where none is configured",
        flow->issuer);
    return MCPAUTH_OK;
}

void ma_fallback_add_hint(const mcpauth_flow *flow, mcpauth_error *err)
{
    if (flow->fallback)
        ma_error_hint(err,
            "the MCP server does not say who its authorization server is, so "
            "it was asked itself; if that is another, set OAUTH_DISCOVERY_URL, "
            "or discovery_url in the configuration, to its issuer");
}
