/* reply.h - what the program says to a request of the server. */
#ifndef MA_CLIENT_REPLY_H
#define MA_CLIENT_REPLY_H

#include <mcpauth/client.h>

#include "base/buf.h"
#include "mcp/session.h"

struct mcpauth_reply {
    ma_buf result; /* an object; empty: none was given */
    int64_t code;
    ma_buf message; /* of an error; empty: there is none */
};

mcpauth_reply ma_reply_init(void);
void ma_reply_done(mcpauth_reply *reply);
MA_SCOPED_DEFINE(mcpauth_reply, ma_reply_done)

/* Has the client's serve fill it, in turn; without one, or when cancel is asked
 * before (NULL: nobody cancels), it stays empty.  What comes of a call that
 * serve itself makes is refused. */
void ma_reply_serve(mcpauth_reply *reply, mcpauth_client *client,
    const char *method, ma_span params, const mcpauth_cancel *cancel);

/* Whether this thread is in the client's serve. */
bool ma_reply_is_serving(mcpauth_client *client);

/* Makes the exchange that brings it to the server; NULL in *out_exchange when
 * the session is another by now. */
mcpauth_status ma_reply_write(const mcpauth_reply *reply, ma_session *session,
    ma_span id, unsigned generation, ma_exchange **out_exchange,
    mcpauth_error *err);

#endif
