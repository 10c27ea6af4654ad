/* sse.h - decodes text/event-stream (WHATWG HTML 9.2.6) as bytes arrive.
 *
 * Feed a piece, take events until there are none, feed the next piece.  Where
 * a piece ends makes no difference (S-023). */
#ifndef MA_MCP_SSE_H
#define MA_MCP_SSE_H

#include <mcpauth/error.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/span.h"

enum {
    MA_SSE_ID_MAX = 8192,        /* it must fit a header field (T-006) */
    MA_SSE_RETRY_MAX_MS = 300000 /* larger ones are cut down to this */
};

typedef struct ma_sse ma_sse;

typedef struct {
    ma_span type;  /* "message" unless the stream says otherwise */
    ma_span data;  /* empty when too_long */
    bool too_long; /* its data passed event_max and was dropped */
    bool more;     /* of a pour: its data goes on in the next one */
} ma_sse_event;

/* hold_max: where data is so long, ma_sse_is_full asks what to do; 0: nowhere.
 */
mcpauth_status ma_sse_new(
    size_t event_max, size_t hold_max, ma_sse **out, mcpauth_error *err);

/* NULL is allowed. */
void ma_sse_free(ma_sse *sse);
MA_AUTO_DEFINE(ma_sse, ma_sse_free)

/* Lends the next piece, until ma_sse_next has found no further event.
 * E_STATE: the last piece is not used up. */
mcpauth_status ma_sse_feed(ma_sse *sse, ma_span bytes, mcpauth_error *err);

/* What is left of the piece is copied: whoever lent it goes away. */
mcpauth_status ma_sse_keep(ma_sse *sse, mcpauth_error *err);

/* The next event, lent until the next call; NULL when the piece is used up.
 * What the stream's end leaves unfinished is no event. */
mcpauth_status ma_sse_next(
    ma_sse *sse, const ma_sse_event **out_event, mcpauth_error *err);

/* The data of an event is longer than hold_max: next has no event, and goes on
 * when ma_sse_pour was called. */
bool ma_sse_is_full(const ma_sse *sse);

/* How much of an event that was not handed out is held, in bytes. */
size_t ma_sse_held(const ma_sse *sse);

/* That data, as far as it has come; lent until the next call of next. */
ma_span ma_sse_unfinished(const ma_sse *sse);

/* on: from now on the data of that event is handed out as it comes, in events
 * that say so, however much it is; else it is held, up to event_max. */
void ma_sse_pour(ma_sse *sse, bool on);

/* Where to resume: the id of the last finished event; empty: nowhere. */
ma_span ma_sse_last_id(const ma_sse *sse);

/* How long the server wants a reader to wait before it comes back; -1 when it
 * never said. */
int64_t ma_sse_retry_ms(const ma_sse *sse);

#endif
