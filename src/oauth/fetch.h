/* fetch.h - how a flow asks for a document, and what it makes of silence. */
#ifndef MA_OAUTH_FETCH_H
#define MA_OAUTH_FETCH_H

#include "oauth/flowstate.h"

/* Writes the FETCH step of flow->request; its URL decides the address rule. */
mcpauth_status ma_fetch_ask(mcpauth_flow *flow, mcpauth_error *err);

/* Tries are left: goes to BACKOFF, for as long as Retry-After says or twice as
 * long as before, and from there back to the present state. */
bool ma_fetch_later(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, int tries_max);

/* The same, when the fetch failed in a way that may pass by itself: network,
 * 429, 500, 502, 503, 504. */
bool ma_fetch_again(
    mcpauth_flow *flow, const ma_flow_fetch *fetch, int tries_max);

/* Sets err to why the fetch brought nothing: the driver's error, or the
 * status. */
mcpauth_status ma_fetch_failed(
    const ma_flow_fetch *fetch, const char *url, mcpauth_error *err);

/* Masks in err what this flow has to keep secret: a server that echoes what we
 * sent must not make us print it (S-054). */
void ma_fetch_mask(const mcpauth_flow *flow, mcpauth_error *err);

/* Adds a hint to err when the clock of this machine is not that of whoever
 * answered, so that what it signed was good at another time. */
void ma_fetch_hint_clock(
    const mcpauth_flow *flow, const ma_flow_fetch *fetch, mcpauth_error *err);

/* How endpoints of this flow are judged; lends from flow. */
mcpauth_status ma_fetch_rules(
    const mcpauth_flow *flow, ma_server_rules *out_rules, mcpauth_error *err);

ma_span ma_fetch_body(const ma_flow_fetch *fetch);

#endif
