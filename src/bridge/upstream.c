/* upstream.c - the era of the server, and its session. */
#include "bridge/upstream.h"

#include "base/error.h"

ma_upstream ma_upstream_init(void)
{
    return (ma_upstream){.opening = ma_buf_init(MA_SESSION_MESSAGE_MAX)};
}

void ma_upstream_done(ma_upstream *upstream)
{
    if (upstream->era)
        upstream->era->free(upstream->state);
    ma_buf_done(&upstream->opening);
    *upstream = (ma_upstream){0};
}

mcpauth_status ma_upstream_speak(ma_upstream *upstream, const ma_era *era,
    const ma_session_options *options, mcpauth_error *err)
{
    void *state = NULL;
    mcpauth_status st = era->new (options, &state, err);
    if (st)
        return st;
    if (upstream->era)
        upstream->era->free(upstream->state);
    upstream->era = era;
    upstream->state = state;
    ma_upstream_reset(upstream);
    return MCPAUTH_OK;
}

void ma_upstream_reset(ma_upstream *upstream)
{
    upstream->open = false;
    upstream->peer = (ma_session_peer){0};
    upstream->session++;
    upstream->era->reset(upstream->state);
}

mcpauth_status ma_upstream_agree(ma_upstream *upstream, ma_span result,
    const ma_secret *session_id, mcpauth_error *err)
{
    ma_buf_clear(&upstream->opening);
    ma_buf_add_span(&upstream->opening, result);
    mcpauth_status st =
        ma_buf_status(&upstream->opening, "what the MCP server says", err);
    if (!st)
        st = upstream->era->read_opening(upstream->state,
            ma_buf_span(&upstream->opening), session_id, &upstream->peer, err);
    upstream->open = !st && upstream->peer.version;
    return st;
}

mcpauth_status ma_upstream_add_fields(const ma_upstream *upstream,
    const ma_errand *errand, mcpauth_headers *to, mcpauth_error *err)
{
    const ma_session_call said = {
        errand->method, ma_errand_params(errand), errand->fields};
    if (!upstream->era)
        return MCPAUTH_OK;
    return upstream->era->add_headers(upstream->state, &said, to, err);
}

void ma_upstream_set_rules(
    const ma_upstream *upstream, ma_exchange_rules *rules)
{
    if (upstream->era)
        upstream->era->set_rules(upstream->state, rules);
}
