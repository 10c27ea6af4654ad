/* possession.h - tokens that are bound to a key, for a flow (RFC 9449).
 *
 * One key for each issuer and resource: it is made when the MCP server
 * first wants bound tokens, kept with the token, and proved in each request to
 * the authorization server. */
#ifndef MA_OAUTH_POSSESSION_H
#define MA_OAUTH_POSSESSION_H

#include "oauth/dpop.h"
#include "oauth/flowstate.h"

/* Whether this flow's token is to be bound: as the setting `dpop` says, and
 * the MCP server, and the token that is there.
 * E_UNSUPPORTED: it has to be, and cannot. */
mcpauth_status ma_possession_choose(mcpauth_flow *flow, mcpauth_error *err);

/* Adds a proof to flow->request, a POST, when there is something to prove. */
mcpauth_status ma_possession_add(mcpauth_flow *flow, mcpauth_error *err);

/* Looks at any answer to such a request, whose nonce is taken over. *out_again:
 * the server wants another proof, and nothing of the request was used up: make
 * it once more.  Not twice in a row. */
mcpauth_status ma_possession_read(mcpauth_flow *flow,
    const ma_flow_fetch *fetch, bool *out_again, mcpauth_error *err);

/* The token that came is of that type.  E_UNTRUSTED: a bound one was due;
 * E_PROTOCOL: a bound one came that nobody asked for. */
mcpauth_status ma_possession_judge(
    const mcpauth_flow *flow, bool bound, mcpauth_error *err);

/* Appends the DPoP field for one request to url: proof without url, jti and
 * alg, which are filled in. */
mcpauth_status ma_possession_prove(const mcpauth_config *config,
    const ma_dpop *proof, const char *url, ma_buf *to, mcpauth_error *err);

/* How far the clock of whoever sent headers is ahead of now_ms, when that is
 * more than a proof can bear; 0: it is not, or is not known. */
int64_t ma_possession_skew_ms(const mcpauth_headers *headers, int64_t now_ms);

#endif
