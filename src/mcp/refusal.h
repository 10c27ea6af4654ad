/* refusal.h - an answer that is no result, told as an error to a person. */
#ifndef MA_MCP_REFUSAL_H
#define MA_MCP_REFUSAL_H

#include "mcp/envelope.h"

/* An HTTP status that nobody wants, and what came with it. */
typedef struct {
    int http_status;
    const char *location; /* fit to be shown; NULL without one */
    ma_span body;         /* as far as it was kept */
} ma_refusal;

/* E_RPC, with the code and words of a JSON-RPC error.  http_status is what it
 * came with, 200 included. */
mcpauth_status ma_refusal_of_message(
    const ma_envelope *error, int http_status, mcpauth_error *err);

/* E_REFUSED for 401 and 403, else E_HTTP, with the server's words where the
 * body has any: a JSON-RPC error, or the usual members of a JSON object. */
mcpauth_status ma_refusal_of_status(
    const ma_refusal *refusal, mcpauth_error *err);

#endif
