/* params.h - a caller's params with members of ours.
 *
 * A member of the caller's keeps its bytes, and its place among the others;
 * one that we own, however its name is escaped and however often it is there,
 * gives way to ours, which stand behind the rest.
 *
 * params and owned are objects (value.h); an absent or null params counts as
 * {}.  E_USAGE, and nothing appended: params or its _meta is no object. */
#ifndef MA_MCP_PARAMS_H
#define MA_MCP_PARAMS_H

#include "mcp/value.h"

/* A member of _meta that is the protocol's own (T-060). */
#define MA_META(name) "io.modelcontextprotocol/" name

/* Appends params with every member of owned in _meta (T-060). */
mcpauth_status ma_params_write_meta(
    ma_buf *to, ma_span params, ma_span owned, mcpauth_error *err);

/* Appends params with inputResponses, an object, and requestState, a string;
 * an absent one is left out, also when params has one (T-091).  They are the
 * params of the first round, never those of a retry. */
mcpauth_status ma_params_write_retry(ma_buf *to, ma_span params,
    ma_span responses, ma_span state, mcpauth_error *err);

/* Appends the object `from` without the members of these names; NULL ends them.
 */
void ma_params_write_without(
    ma_buf *to, ma_span from, const char *const *names);

#endif
