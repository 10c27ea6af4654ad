/* exchange.h - one HTTP request of MCP and what comes back.
 *
 * A session makes it (session.h).  Send what the first functions lend; feed
 * the head, the bytes and the end of the answer as they arrive; after each,
 * take events until there is none.  Once made, an exchange does not touch its
 * session: many may be under way at a time, each in a thread of its own. */
#ifndef MA_MCP_EXCHANGE_H
#define MA_MCP_EXCHANGE_H

#include <mcpauth/http.h>

#include "base/secret.h"
#include "mcp/envelope.h"

/* From RESPONSE on, an event is final: there is one per exchange, and only
 * notifications and server requests may still follow it. */
typedef enum {
    MA_EXCHANGE_NOTIFICATION,   /* of the server, in message */
    MA_EXCHANGE_SERVER_REQUEST, /* answer message.id in an exchange of its own,
                                   without waiting for the end of this one */
    MA_EXCHANGE_RESPONSE,       /* message.result */
    MA_EXCHANGE_ERROR,          /* message.code and message.message, any
                                   http_status */
    MA_EXCHANGE_ACCEPTED,       /* a notification, answer or close arrived */
    MA_EXCHANGE_NEED_AUTH,      /* 401 or 403 (T-024) */
    MA_EXCHANGE_SESSION_LOST,   /* 404: ma_session_lost, open, renew (T-053) */
    MA_EXCHANGE_RETRY_LATER     /* refused unprocessed, for now: renew it after
                                   retry_after_ms */
} ma_exchange_event_kind;

/* Spans in message are lent until the next call of next, feed or free. */
typedef struct {
    ma_exchange_event_kind kind;
    int http_status;
    ma_envelope message;
    int64_t retry_after_ms; /* of RETRY_LATER; -1: the server does not say */
} ma_exchange_event;

typedef struct ma_exchange ma_exchange;

/* NULL is allowed. */
void ma_exchange_free(ma_exchange *exchange);
MA_AUTO_DEFINE(ma_exchange, ma_exchange_free)

/* --- what to send -------------------------------------------------------- */

/* "POST" or "DELETE". */
const char *ma_exchange_http_method(const ma_exchange *exchange);

/* The caller adds its own fields, such as Authorization.  The list holds the
 * session's id, a secret. */
mcpauth_headers *ma_exchange_headers(ma_exchange *exchange);

ma_span ma_exchange_body(const ma_exchange *exchange);

/* The raw id of our request, as notifications/cancelled wants it; absent when
 * nothing is asked. */
ma_span ma_exchange_id(const ma_exchange *exchange);

/* --- what comes back ----------------------------------------------------- */

/* Status and header fields.  E_PROTOCOL: no answer to what was sent, such as
 * a login page; there is no use in the body then. */
mcpauth_status ma_exchange_head(ma_exchange *exchange, int status,
    const mcpauth_headers *headers, mcpauth_error *err);

/* A piece of the body, lent until next has no further event.  E_LIMIT: the
 * answer is longer than the session's message_max. */
mcpauth_status ma_exchange_feed(
    ma_exchange *exchange, ma_span bytes, mcpauth_error *err);

/* The body is whole.  Not to be called when the transport failed. */
void ma_exchange_end(ma_exchange *exchange);

/* The next event, lent until the next call; NULL: there is none (yet).
 * Fails when the answer is broken, ends without a response, or has a status
 * that no event stands for. */
mcpauth_status ma_exchange_next(ma_exchange *exchange,
    const ma_exchange_event **out_event, mcpauth_error *err);

/* True once a final event was taken or next failed: whatever may still come,
 * nobody waits for it. */
bool ma_exchange_done(const ma_exchange *exchange);

/* Makes an error of the final event just taken: E_RPC for a JSON-RPC error,
 * E_REFUSED for 401 and 403, else E_HTTP; in the server's own words. */
mcpauth_status ma_exchange_failure(
    const ma_exchange *exchange, mcpauth_error *err);

/* The answer is an event stream: it may go on after the response. */
bool ma_exchange_streams(const ma_exchange *exchange);

/* Where its event stream can be resumed, and after how long; as sse.h. */
ma_span ma_exchange_last_event_id(const ma_exchange *exchange);
int64_t ma_exchange_retry_ms(const ma_exchange *exchange);

/* --- for the session that makes it --------------------------------------- */

typedef enum {
    MA_EXCHANGE_FOR_REQUEST, /* a response is due */
    MA_EXCHANGE_FOR_NOTICE,  /* a notification, or our answer to the server */
    MA_EXCHANGE_FOR_CLOSE    /* the end of a session */
} ma_exchange_purpose;

enum { MA_EXCHANGE_RETRY_CODES = 4 };

/* What the era and the moment allow the answer to be. */
typedef struct {
    bool batches;         /* an array of messages (T-005) */
    bool server_requests; /* requests of the server on our stream */
    bool in_session;      /* so a 404 means that the session is gone */
    size_t message_max;
    int64_t retry_codes[MA_EXCHANGE_RETRY_CODES]; /* RETRY_LATER; 0: unused */
} ma_exchange_rules;

/* content: what follows the id in the message, closing brace included; moved
 * out of the buf. */
mcpauth_status ma_exchange_new(ma_exchange_purpose purpose, ma_buf *content,
    ma_exchange **out, mcpauth_error *err);

/* Makes it ready to be sent, also once more: the message gets this id (0: it
 * needs none), the header fields start afresh, a former answer is forgotten. */
mcpauth_status ma_exchange_prepare(ma_exchange *exchange, uint64_t id,
    unsigned generation, const ma_exchange_rules *rules, mcpauth_error *err);

/* Which session, counted, it was prepared for. */
unsigned ma_exchange_generation(const ma_exchange *exchange);

/* The Mcp-Session-Id of the answer, unjudged; NULL without one. */
const ma_secret *ma_exchange_session_id(const ma_exchange *exchange);

#endif
