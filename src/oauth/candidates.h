/* candidates.h - the places where a document may stand, asked one after the
 * other until one has it. */
#ifndef MA_OAUTH_CANDIDATES_H
#define MA_OAUTH_CANDIDATES_H

#include "oauth/flowstate.h"

/* None, and none tried. */
void ma_candidates_clear(mcpauth_flow *flow);

/* Puts url in front of the others, unless it is among them already; the last
 * gives way when there are too many. */
mcpauth_status ma_candidates_put_first(
    mcpauth_flow *flow, const char *url, mcpauth_error *err);

/* The one whose turn it is, lent. */
const char *ma_candidates_url(const mcpauth_flow *flow);

/* What was fetched is of no use: notes that, and moves on; false after the
 * last. */
bool ma_candidates_next(mcpauth_flow *flow, const ma_flow_fetch *fetch);

/* Judges what was fetched as far as all documents are alike.  *out_usable:
 * status 200, so the body is worth reading; otherwise, with OK, the fetch is
 * to be repeated or the next candidate to be taken (*out_more). */
mcpauth_status ma_candidates_sift(mcpauth_flow *flow,
    const ma_flow_fetch *fetch, bool *out_usable, bool *out_more,
    mcpauth_error *err);

#endif
