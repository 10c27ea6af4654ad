/* inbound.h - what comes back for one HTTP request of MCP, whichever form it
 * takes: one JSON message, an event stream, a refusal, or nothing.
 *
 * Feed the head, the bytes and the end as they arrive; after each, take events
 * until there is none. */
#ifndef MA_MCP_INBOUND_H
#define MA_MCP_INBOUND_H

#include <mcpauth/http.h>

#include "base/secret.h"
#include "mcp/envelope.h"

/* What is due. */
typedef enum {
    MA_EXCHANGE_FOR_REQUEST, /* a response */
    MA_EXCHANGE_FOR_NOTICE,  /* nothing: a notification, or our answer */
    MA_EXCHANGE_FOR_CLOSE,   /* nothing: the end of a session */
    MA_EXCHANGE_FOR_STREAM   /* whatever the server has to say by itself */
} ma_exchange_purpose;

enum { MA_EXCHANGE_RETRY_CODES = 4 };

/* What the era and the moment allow it to be. */
typedef struct {
    bool batches;         /* an array of messages (T-005) */
    bool server_requests; /* requests of the server on our stream */
    bool in_session;      /* so a 404 means that the session is gone */
    bool resumes;         /* a broken stream may go on in another (T-042) */
    bool elsewhere;       /* responses come on another stream (T-171) */
    size_t message_max;
    size_t hold_max; /* a longer response comes in pieces; 0: none does */
    int64_t retry_codes[MA_EXCHANGE_RETRY_CODES]; /* RETRY_LATER; 0: unused */
    const char *url; /* of POSTs, lent; NULL: the server's */
} ma_exchange_rules;

/* From RESPONSE on, an event is final: there is one per exchange, and only
 * notifications and server requests may still follow it. */
typedef enum {
    MA_EXCHANGE_NOTIFICATION,   /* of the server, in message */
    MA_EXCHANGE_SERVER_REQUEST, /* answer message.id in an exchange of its own,
                                   without waiting for the end of this one */
    MA_EXCHANGE_ENDPOINT,       /* where to POST, in message.text (T-171) */
    MA_EXCHANGE_OTHER,          /* an answer to some other request */
    MA_EXCHANGE_PIECE,          /* of the response, in message.text */
    MA_EXCHANGE_RESPONSE,       /* message.result */
    MA_EXCHANGE_ERROR,          /* message.code and message.message, any
                                   http_status */
    MA_EXCHANGE_ACCEPTED,       /* a notification, answer or close arrived */
    MA_EXCHANGE_NEED_AUTH,      /* 401 or 403 (T-024) */
    MA_EXCHANGE_SESSION_LOST,   /* 404: ma_session_lost, open, renew (T-053) */
    MA_EXCHANGE_RETRY_LATER,    /* refused unprocessed, for now: renew it after
                                   retry_after_ms */
    MA_EXCHANGE_REFUSED,        /* any other HTTP status */
    MA_EXCHANGE_CLOSED,         /* the server ended a stream of its own */
    MA_EXCHANGE_PIECED          /* the last piece of the response was that */
} ma_exchange_event_kind;

/* Spans in message are lent until the next call of next, feed or free. */
typedef struct {
    ma_exchange_event_kind kind;
    int http_status;
    ma_envelope message;
    int64_t retry_after_ms; /* of RETRY_LATER; -1: the server does not say */
} ma_exchange_event;

typedef struct ma_inbound ma_inbound;

/* id: of the request, lent, like rules.  stream: nothing but an event stream
 * will do. */
mcpauth_status ma_inbound_new(ma_exchange_purpose purpose, bool stream,
    const char *id, const ma_exchange_rules *rules, ma_inbound **out,
    mcpauth_error *err);

/* NULL is allowed. */
void ma_inbound_free(ma_inbound *inbound);
MA_AUTO_DEFINE(ma_inbound, ma_inbound_free)

/* As the functions of exchange.h that are called so. */
mcpauth_status ma_inbound_head(ma_inbound *inbound, int status,
    const mcpauth_headers *headers, mcpauth_error *err);
mcpauth_status ma_inbound_feed(
    ma_inbound *inbound, ma_span bytes, mcpauth_error *err);
void ma_inbound_end(ma_inbound *inbound);

/* The bytes fed last need not stay until next has no further event. */
mcpauth_status ma_inbound_keep(ma_inbound *inbound, mcpauth_error *err);

mcpauth_status ma_inbound_next(ma_inbound *inbound,
    const ma_exchange_event **out_event, mcpauth_error *err);
bool ma_inbound_done(const ma_inbound *inbound);
mcpauth_status ma_inbound_failure(
    const ma_inbound *inbound, mcpauth_error *err);

/* From now on the response does not come in pieces, however long it is. */
void ma_inbound_hold(ma_inbound *inbound);

/* How much of the answer is held, in bytes. */
size_t ma_inbound_held(const ma_inbound *inbound);

/* It is an event stream: it may go on after the response. */
bool ma_inbound_streams(const ma_inbound *inbound);

/* As sse.h. */
ma_span ma_inbound_last_event_id(const ma_inbound *inbound);
int64_t ma_inbound_retry_ms(const ma_inbound *inbound);

/* The Mcp-Session-Id of the answer, unjudged; NULL without one. */
const ma_secret *ma_inbound_session_id(const ma_inbound *inbound);

#endif
