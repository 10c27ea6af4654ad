/* request.h - one request with all that belongs to it. */
#ifndef MA_CLIENT_REQUEST_H
#define MA_CLIENT_REQUEST_H

#include <mcpauth/client.h>

#include "base/buf.h"

/* Opens the session when that is still to be done, makes the call, answers
 * what the server asks in between, and appends the result, as mcpauth_client
 * hands it out. */
mcpauth_status ma_request_make(mcpauth_client *client, const mcpauth_call *call,
    ma_buf *to, mcpauth_error *err);

#endif
