/* toolfields.h - arguments of tools that also go as header fields: which they
 * are is learned from lists of tools (T-065 to T-069). */
#ifndef MA_CLIENT_TOOLFIELDS_H
#define MA_CLIENT_TOOLFIELDS_H

#include <mcpauth/client.h>

#include "base/buf.h"

/* The fields that go with a round of call, which has those params; NULL in
 * *out_fields: none.  Lists the tools first when that was never done, and anew
 * when `again`.
 * E_UNSUPPORTED: the tool must not be called. */
mcpauth_status ma_toolfields_write(mcpauth_client *client,
    const mcpauth_call *call, ma_span params, bool again,
    mcpauth_headers **out_fields, mcpauth_error *err);

/* Learns from the result of a tools/list with those params, and appends it
 * without the tools that must not be called. */
mcpauth_status ma_toolfields_learn(mcpauth_client *client, ma_span params,
    ma_span result, ma_buf *to, mcpauth_error *err);

#endif
