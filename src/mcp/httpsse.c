/* httpsse.c - the endpoint; the messages themselves are legacy.c's. */
#include "mcp/httpsse.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/url.h"
#include "mcp/legacy.h"

static const char version[] = "2024-11-05";

typedef struct {
    void *legacy;
    ma_url server;
    char *endpoint; /* NULL until the stream said it */
} httpsse_state;

static bool speaks(const ma_revision *revision)
{
    return ma_span_is(ma_span_of(version), revision->name);
}

static void reset(void *state)
{
    httpsse_state *httpsse = state;
    ma_legacy_era.reset(httpsse->legacy);
    ma_legacy_offer(httpsse->legacy, version);
    ma_free(ma_move(&httpsse->endpoint));
}

static void free_state(void *state)
{
    httpsse_state *httpsse = state;
    if (!httpsse)
        return;
    ma_legacy_era.free(httpsse->legacy);
    ma_url_done(&httpsse->server);
    ma_free(httpsse->endpoint);
    ma_free(httpsse);
}
MA_AUTO_DEFINE(httpsse_state, free_state)

static mcpauth_status new_state(
    const ma_session_options *options, void **out_state, mcpauth_error *err)
{
    MA_AUTO(httpsse_state) httpsse = ma_calloc(1, sizeof *httpsse);
    if (!httpsse)
        return ma_error_nomem(err);
    mcpauth_status st =
        ma_url_parse(ma_span_of(options->server), &httpsse->server, err);
    if (!st)
        st = ma_legacy_era.new(options, &httpsse->legacy, err);
    if (st)
        return st;
    reset(httpsse);
    *out_state = ma_move(&httpsse);
    return MCPAUTH_OK;
}

/* T-171: at another origin it would be given the token. */
static mcpauth_status set_endpoint(
    void *state, ma_span endpoint, mcpauth_error *err)
{
    httpsse_state *httpsse = state;
    MA_SCOPED(ma_url) url = {0};
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_URL_MAX);
    mcpauth_status st = ma_url_resolve(&httpsse->server, endpoint, &text, err);
    if (!st)
        st = ma_buf_status(&text, "the URL", err);
    if (!st)
        st = ma_url_parse(ma_buf_span(&text), &url, err);
    if (st)
        return ma_error_in(err, st == MCPAUTH_E_NOMEM ? st : MCPAUTH_E_PROTOCOL,
            "the endpoint that the MCP server names");
    if (!ma_url_same_origin(&url, &httpsse->server)) {
        MA_AUTO(ma_text) theirs = ma_url_redacted(url.text);
        MA_AUTO(ma_text) ours = ma_url_redacted(httpsse->server.text);
        return ma_error_set(err, MCPAUTH_E_UNTRUSTED,
            "the MCP server at %s wants messages sent to %s, another origin",
            ours ? ours : "?", theirs ? theirs : "?");
    }
    ma_free(httpsse->endpoint);
    httpsse->endpoint = ma_strdup(url.text);
    return httpsse->endpoint ? MCPAUTH_OK : ma_error_nomem(err);
}

static void write_opening(const void *state, ma_buf *to)
{
    const httpsse_state *httpsse = state;
    ma_legacy_era.write_opening(httpsse->legacy, to);
}

static mcpauth_status read_opening(void *state, ma_span result,
    const ma_secret *session_id, ma_session_peer *out_server,
    mcpauth_error *err)
{
    const httpsse_state *httpsse = state;
    (void)session_id;
    return ma_legacy_era.read_opening(
        httpsse->legacy, result, NULL, out_server, err);
}

static ma_era_verdict judge_refusal(void *state, const ma_exchange_event *event)
{
    (void)state;
    (void)event;
    return MA_ERA_FAILED;
}

static mcpauth_status add_headers(const void *state,
    const ma_session_call *message, mcpauth_headers *to, mcpauth_error *err)
{
    (void)state, (void)message, (void)to, (void)err;
    return MCPAUTH_OK;
}

static void set_rules(const void *state, ma_exchange_rules *rules)
{
    const httpsse_state *httpsse = state;
    rules->batches = true;
    rules->server_requests = true;
    rules->elsewhere = true;
    rules->url = httpsse->endpoint;
}

const ma_era ma_httpsse_era = {
    .opening = "initialize",
    .opened = "notifications/initialized",
    .streamed = true,
    .channel = MA_SESSION_CHANNEL_ENDPOINT,
    .cancel_is_said = true,
    .speaks = speaks,
    .new = new_state,
    .free = free_state,
    .reset = reset,
    .set_endpoint = set_endpoint,
    .write_opening = write_opening,
    .read_opening = read_opening,
    .judge_refusal = judge_refusal,
    .write_params = ma_era_write_plain_params,
    .add_headers = add_headers,
    .set_rules = set_rules,
};
