/* listener.h - the stream of what the server says unasked, in a thread of its
 * own: a GET (T-044), subscriptions/listen (T-100), or the one stream of
 * 2024-11-05.  One who opens the session uses it at a time. */
#ifndef MA_CLIENT_LISTENER_H
#define MA_CLIENT_LISTENER_H

#include <mcpauth/client.h>

#include "mcp/exchange.h"

typedef struct ma_listener ma_listener;

/* NULL: out of memory.  client must outlive it. */
ma_listener *ma_listener_new(mcpauth_client *client);

/* Stops.  NULL is allowed. */
void ma_listener_free(ma_listener *listener);

/* What subscriptions/listen is to name, an object; NULL: nothing.  Holds from
 * the next resume on. */
mcpauth_status ma_listener_want(
    ma_listener *listener, const char *wanted, mcpauth_error *err);

/* Lent until the next want; NULL: nothing. */
const char *ma_listener_wanted(const ma_listener *listener);

/* Begins with a stream that says where to POST, which is moved in, and waits
 * until it did, or cancel is asked. */
mcpauth_status ma_listener_begin(ma_listener *listener, ma_exchange **exchange,
    const mcpauth_cancel *cancel, mcpauth_error *err);

/* In a session just opened, or after want: listens if there is anything to
 * listen for, and waits until the server has begun to talk, or will not, or
 * until cancel is asked.
 * A server that has no such stream is no error unless something is wanted:
 * E_UNSUPPORTED. */
mcpauth_status ma_listener_resume(
    ma_listener *listener, const mcpauth_cancel *cancel, mcpauth_error *err);

/* Ends the stream, and waits until it has ended. */
void ma_listener_stop(ma_listener *listener);

#endif
