/* session.h - a client's conversation with one MCP server, without the I/O.
 *
 * To open it: take exchanges from ma_session_open_next, carry each out, give
 * its final event to ma_session_open_got, until next has none.  Then every
 * ma_session_write_ function makes one exchange (exchange.h).  When one of
 * them ends in SESSION_LOST: ma_session_lost, open again, ma_session_renew,
 * once.  Which era of the protocol is spoken stays inside. */
#ifndef MA_MCP_SESSION_H
#define MA_MCP_SESSION_H

#include "mcp/exchange.h"

typedef struct ma_session ma_session;

/* Borrowed for the call of new. */
typedef struct {
    const char *server; /* URL of the MCP endpoint */
    const char *client_name;
    const char *client_version;
    ma_span capabilities;         /* a JSON object; absent: none (T-013) */
    const char *protocol_version; /* this one alone; NULL: the newest, or what
                                     the server prefers of those we know */
    const char *known_version;    /* what it spoke the last time, tried first;
                                     NULL: nothing is known */
    size_t message_max;           /* 0: MA_SESSION_MESSAGE_MAX */
    /* JSON-RPC errors that say "not now" at this server, such as AgentCore's
     * -32003 and -32005; they become RETRY_LATER. */
    int64_t retry_codes[MA_EXCHANGE_RETRY_CODES];
} ma_session_options;

enum { MA_SESSION_MESSAGE_MAX = 64 * 1024 * 1024 }; /* T-006 */

/* E_USAGE: an unknown protocol version, or capabilities are no object. */
mcpauth_status ma_session_new(
    const ma_session_options *options, ma_session **out, mcpauth_error *err);

/* NULL is allowed. */
void ma_session_free(ma_session *session);
MA_AUTO_DEFINE(ma_session, ma_session_free)

/* --- opening ------------------------------------------------------------- */

/* The next exchange of the handshake; NULL when the session is open.  One that
 * is for a stream stays under way as long as the session; its first event is
 * the one to give to open_got. */
mcpauth_status ma_session_open_next(
    ma_session *session, ma_exchange **out_exchange, mcpauth_error *err);

/* Takes what that exchange ended with: RESPONSE, ERROR, REFUSED, ACCEPTED or
 * ENDPOINT.  The other final events are the caller's to act on, as with every
 * exchange.
 * E_UNSUPPORTED: no protocol version in common.  E_RPC, E_HTTP: the server
 * refuses. */
mcpauth_status ma_session_open_got(ma_session *session,
    const ma_exchange *exchange, const ma_exchange_event *event,
    mcpauth_error *err);

/* It failed instead, with status and err.  OK: there is another way, and err
 * is cleared; otherwise err says what is the matter. */
mcpauth_status ma_session_open_failed(
    ma_session *session, mcpauth_status status, mcpauth_error *err);

/* As the option known_version; only an opening that has not begun heeds it. */
void ma_session_expect(ma_session *session, const char *known_version);

bool ma_session_is_open(const ma_session *session);

/* What the server said of itself; lent until the session is opened anew. */
typedef struct {
    const char *version;  /* the protocol's, as negotiated; NULL until open */
    ma_span info;         /* serverInfo, an object; absent when it said none */
    ma_span capabilities; /* an object, or absent */
    ma_span instructions; /* a string, or absent */
} ma_session_peer;

const ma_session_peer *ma_session_server(const ma_session *session);

/* How what the server says unasked is listened to, once it is open. */
typedef enum {
    MA_SESSION_CHANNEL_STREAM,       /* ma_session_write_stream */
    MA_SESSION_CHANNEL_SUBSCRIPTION, /* a request, subscriptions/listen */
    MA_SESSION_CHANNEL_ENDPOINT      /* the stream it was opened with */
} ma_session_channel;

ma_session_channel ma_session_listens(const ma_session *session);

/* --- talking ------------------------------------------------------------- */

typedef struct {
    const char *method;
    ma_span params;                /* a JSON object, or absent */
    const mcpauth_headers *fields; /* Mcp-Param-*, for where the revision has
                                      them; NULL: none */
} ma_session_call;

/* E_USAGE: params are something else.  E_STATE: the session is not open. */
mcpauth_status ma_session_write_request(ma_session *session,
    const ma_session_call *call, ma_exchange **out_exchange,
    mcpauth_error *err);
mcpauth_status ma_session_write_notification(ma_session *session,
    const ma_session_call *call, ma_exchange **out_exchange,
    mcpauth_error *err);

/* Tells the server that nobody waits for the answer to request any more; NULL
 * where hanging up tells it (T-110, T-111). */
mcpauth_status ma_session_write_cancelled(ma_session *session,
    const ma_exchange *request, ma_exchange **out_exchange, mcpauth_error *err);

/* A stream for what the server says unasked (T-044); its responses are none. */
mcpauth_status ma_session_write_stream(
    ma_session *session, ma_exchange **out_exchange, mcpauth_error *err);

/* Answers a request of the server: with a result, an object (absent: {}); with
 * an error; or as is due when nobody here serves it: ping with {}, the rest
 * with "method not found" (T-003).  id is the request's, raw. */
mcpauth_status ma_session_write_result(ma_session *session, ma_span id,
    ma_span result, ma_exchange **out_exchange, mcpauth_error *err);
mcpauth_status ma_session_write_error(ma_session *session, ma_span id,
    int64_t code, const char *message, ma_exchange **out_exchange,
    mcpauth_error *err);
mcpauth_status ma_session_write_default(ma_session *session,
    const ma_envelope *request, ma_exchange **out_exchange, mcpauth_error *err);

/* Makes an exchange ready to be sent once more: after a login, a pause, or in
 * a new session.  A request gets a new id (T-001), unless it asks for the rest
 * of a stream. */
mcpauth_status ma_session_renew(
    ma_session *session, ma_exchange *exchange, mcpauth_error *err);

/* Makes it ready to ask for the rest of its stream, which broke off (T-042);
 * a stream of the server's own is asked for once more.
 * E_NETWORK: the session it was made in is gone, and the stream with it. */
mcpauth_status ma_session_resume(
    ma_session *session, ma_exchange *exchange, mcpauth_error *err);

/* --- ending -------------------------------------------------------------- */

/* Forgets the session that exchange was made in.  When somebody did already,
 * nothing happens, so that a session lost to many is opened once (T-053). */
void ma_session_lost(ma_session *session, const ma_exchange *exchange);

/* Exchange was made in the session that there is now. */
bool ma_session_has(const ma_session *session, const ma_exchange *exchange);

/* Forgets the session: before another user's token is used (T-051). */
void ma_session_reset(ma_session *session);

/* The farewell, whose answer matters to nobody (T-052); NULL when there is
 * nothing to end.  The session is not open afterwards. */
mcpauth_status ma_session_write_close(
    ma_session *session, ma_exchange **out_exchange, mcpauth_error *err);

#endif
