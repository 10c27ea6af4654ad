/* driver.h - carries out the steps of a flow, blocking, with the provider's
 * store, HTTP driver and user interface. */
#ifndef MA_CLIENT_DRIVER_H
#define MA_CLIENT_DRIVER_H

#include <mcpauth/client.h>

#include "base/http.h"

/* Runs flow to its end.  *out_token is a copy for the caller, NULL when there
 * is nothing to attach. */
mcpauth_status ma_driver_run(const mcpauth_provider_options *options,
    mcpauth_flow *flow, mcpauth_token **out_token, mcpauth_error *err);

/* Asks the MCP server without a token, to learn its challenge.  *out_answer
 * holds what it said; a status other than 401 and 403 means that it has no
 * objection. */
mcpauth_status ma_driver_probe(const mcpauth_provider_options *options,
    ma_http_answer *out_answer, mcpauth_error *err);

#endif
