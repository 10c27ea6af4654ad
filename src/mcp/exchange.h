/* exchange.h - one HTTP request of MCP and what comes back.
 *
 * A session makes it (session.h).  Send what the first functions lend; feed
 * the head, the bytes and the end of the answer as they arrive; after each,
 * take events until there is none (inbound.h names them).  Once made, an
 * exchange does not touch its session: many may be under way at a time, each
 * in a thread of its own. */
#ifndef MA_MCP_EXCHANGE_H
#define MA_MCP_EXCHANGE_H

#include "mcp/inbound.h"

typedef struct ma_exchange ma_exchange;

/* NULL is allowed. */
void ma_exchange_free(ma_exchange *exchange);
MA_AUTO_DEFINE(ma_exchange, ma_exchange_free)

/* --- what to send -------------------------------------------------------- */

ma_exchange_purpose ma_exchange_for(const ma_exchange *exchange);

/* "POST", "GET" or "DELETE". */
const char *ma_exchange_http_method(const ma_exchange *exchange);

/* Where to; NULL: the URL of the MCP server. */
const char *ma_exchange_url(const ma_exchange *exchange);

/* The caller adds its own fields, such as Authorization.  The list holds the
 * session's id, a secret. */
mcpauth_headers *ma_exchange_headers(ma_exchange *exchange);

ma_span ma_exchange_body(const ma_exchange *exchange);

/* The raw id of our request, as notifications/cancelled wants it; absent when
 * nothing is asked. */
ma_span ma_exchange_id(const ma_exchange *exchange);

/* The method of MCP; NULL when it has none. */
const char *ma_exchange_method(const ma_exchange *exchange);

/* Its params, as the session was given them; absent: none. */
ma_span ma_exchange_params(const ma_exchange *exchange);

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
 * Fails when the answer is broken, or ends without a response. */
mcpauth_status ma_exchange_next(ma_exchange *exchange,
    const ma_exchange_event **out_event, mcpauth_error *err);

/* The answer that came elsewhere (T-171), instead of head, feed and end. */
mcpauth_status ma_exchange_answer(
    ma_exchange *exchange, ma_span message, mcpauth_error *err);

/* True once a final event was taken or next failed: whatever may still come,
 * nobody waits for it. */
bool ma_exchange_done(const ma_exchange *exchange);

/* Makes an error of the final event just taken: E_RPC for a JSON-RPC error,
 * E_REFUSED for 401 and 403, else E_HTTP; in the server's own words. */
mcpauth_status ma_exchange_failure(
    const ma_exchange *exchange, mcpauth_error *err);

/* The answer is an event stream: it may go on after the response. */
bool ma_exchange_streams(const ma_exchange *exchange);

/* The stream broke off, and may go on in another: ma_session_resume. */
bool ma_exchange_resumable(const ma_exchange *exchange);

/* How long the server wants its reader to wait before; -1: it never said. */
int64_t ma_exchange_retry_ms(const ma_exchange *exchange);

/* --- for the session that makes it --------------------------------------- */

/* method: copied, NULL for what has none.  content: the params, or of an
 * answer what follows `"jsonrpc":"2.0"`; moved out of the buf.  fields: of
 * this request alone (Mcp-Param-*), copied; NULL: none. */
mcpauth_status ma_exchange_new(ma_exchange_purpose purpose, const char *method,
    ma_buf *content, const mcpauth_headers *fields, ma_exchange **out,
    mcpauth_error *err);

/* Makes it ready to be sent, also once more: a request gets this id, header
 * fields start afresh, a former answer is forgotten. */
mcpauth_status ma_exchange_prepare(ma_exchange *exchange, uint64_t id,
    unsigned generation, const ma_exchange_rules *rules, mcpauth_error *err);

/* From prepare on; where the session appends what follows the method. */
ma_buf *ma_exchange_body_to(ma_exchange *exchange);

/* The fields of this request alone, or NULL. */
const mcpauth_headers *ma_exchange_fields(const ma_exchange *exchange);

/* It is sent once more as it is, in the session it was prepared for. */
mcpauth_status ma_exchange_repeat(ma_exchange *exchange, mcpauth_error *err);

/* From the next prepare on it asks for the rest of its stream.  A stream that
 * nothing is known of is asked for anew. */
mcpauth_status ma_exchange_resume(ma_exchange *exchange, mcpauth_error *err);

/* It asks for the rest of a stream. */
bool ma_exchange_resumes(const ma_exchange *exchange);

/* Which session, counted, it was prepared for. */
unsigned ma_exchange_generation(const ma_exchange *exchange);

/* The Mcp-Session-Id of the answer, unjudged; NULL without one. */
const ma_secret *ma_exchange_session_id(const ma_exchange *exchange);

#endif
