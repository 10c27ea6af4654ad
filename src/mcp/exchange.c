/* exchange.c - what is sent, and remembered until it is answered. */
#include "mcp/exchange.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/headers.h"
#include "base/json.h"

enum {
    FRAME_MAX = 1024, /* what is put around params */
    ID_MAX = 24       /* the digits of an uint64_t */
};

struct ma_exchange {
    ma_exchange_purpose purpose;
    char *method;
    ma_buf content;
    mcpauth_headers *fields;
    ma_exchange_rules rules;
    char *url;
    unsigned generation;
    char id[ID_MAX];
    bool resumes;
    char *resume_id;  /* where it broke off; NULL: at its beginning */
    int64_t retry_ms; /* said before it broke off */
    mcpauth_headers *headers;
    ma_buf body;
    ma_inbound *inbound;
};

void ma_exchange_free(ma_exchange *exchange)
{
    if (!exchange)
        return;
    ma_inbound_free(exchange->inbound);
    mcpauth_headers_free(exchange->headers);
    mcpauth_headers_free(exchange->fields);
    ma_buf_done(&exchange->content);
    ma_buf_done(&exchange->body);
    ma_free(exchange->method);
    ma_free(exchange->url);
    ma_free(exchange->resume_id);
    ma_free(exchange);
}

mcpauth_status ma_exchange_new(ma_exchange_purpose purpose, const char *method,
    ma_buf *content, const mcpauth_headers *fields, ma_exchange **out,
    mcpauth_error *err)
{
    mcpauth_status st = ma_buf_status(content, "the message", err);
    if (st)
        return st;
    MA_AUTO(ma_exchange) exchange = ma_calloc(1, sizeof *exchange);
    if (!exchange)
        return ma_error_nomem(err);
    exchange->purpose = purpose;
    exchange->retry_ms = -1;
    exchange->method = ma_strdup(method);
    if (method && !exchange->method)
        return ma_error_nomem(err);
    if (fields)
        st = ma_headers_dup(fields, &exchange->fields, err);
    if (st)
        return st;
    exchange->content = *content;
    *content = ma_buf_init(content->cap);
    *out = ma_move(&exchange);
    return MCPAUTH_OK;
}

/* --- sending ------------------------------------------------------------- */

static bool is_get(const ma_exchange *exchange)
{
    return exchange->resumes || exchange->purpose == MA_EXCHANGE_FOR_STREAM;
}

static bool has_body(const ma_exchange *exchange)
{
    return !is_get(exchange) && exchange->purpose != MA_EXCHANGE_FOR_CLOSE;
}

/* What resumes keeps the id that the answer will have. */
static mcpauth_status begin_body(
    ma_exchange *exchange, uint64_t id, mcpauth_error *err)
{
    ma_buf *body = &exchange->body;
    ma_buf_done(body);
    if (!has_body(exchange))
        return MCPAUTH_OK;
    exchange->id[0] = '\0';
    *body = ma_buf_init(exchange->content.cap + FRAME_MAX);
    ma_buf_add_text(body, "{\"jsonrpc\":\"2.0\"");
    if (exchange->purpose == MA_EXCHANGE_FOR_REQUEST) {
        snprintf(exchange->id, ID_MAX, "%" PRIu64, id);
        ma_buf_addf(body, ",\"id\":%s", exchange->id);
    }
    if (exchange->method) {
        ma_buf_add_text(body, ",\"method\":");
        ma_json_write_string(body, ma_span_of(exchange->method));
    } else {
        ma_buf_add_span(body, ma_buf_span(&exchange->content));
    }
    return ma_buf_status(body, "the message", err);
}

/* T-020: both types always, also where no body is expected back. */
static const char *accepted(const ma_exchange *exchange)
{
    return is_get(exchange) ? "text/event-stream"
                            : "application/json, text/event-stream";
}

static mcpauth_status write_headers(ma_exchange *exchange, mcpauth_error *err)
{
    mcpauth_headers_free(exchange->headers);
    exchange->headers = mcpauth_headers_new();
    if (!exchange->headers)
        return ma_error_nomem(err);
    mcpauth_status st = mcpauth_headers_add(
        exchange->headers, "Accept", accepted(exchange), err);
    if (!st && has_body(exchange))
        st = mcpauth_headers_add(
            exchange->headers, "Content-Type", "application/json", err);
    if (!st && is_get(exchange) && exchange->resume_id)
        st = mcpauth_headers_add(
            exchange->headers, "Last-Event-ID", exchange->resume_id, err);
    return st;
}

static mcpauth_status set_text(char **at, const char *text, mcpauth_error *err)
{
    ma_free(*at);
    *at = ma_strdup(text);
    return text && !*at ? ma_error_nomem(err) : MCPAUTH_OK;
}

/* Places in the streams of another session mean nothing here (T-043). */
static void forget_place(ma_exchange *exchange, unsigned generation)
{
    if (exchange->generation != generation)
        ma_free(ma_move(&exchange->resume_id));
    exchange->generation = generation;
}

mcpauth_status ma_exchange_prepare(ma_exchange *exchange, uint64_t id,
    unsigned generation, const ma_exchange_rules *rules, mcpauth_error *err)
{
    forget_place(exchange, generation);
    exchange->rules = *rules;
    mcpauth_status st = set_text(&exchange->url, rules->url, err);
    exchange->rules.url = exchange->url;
    ma_inbound_free(ma_move(&exchange->inbound));
    if (!st)
        st = begin_body(exchange, id, err);
    if (!st)
        st = write_headers(exchange, err);
    if (!st)
        st = ma_inbound_new(exchange->purpose, is_get(exchange), exchange->id,
            &exchange->rules, &exchange->inbound, err);
    return st;
}

mcpauth_status ma_exchange_repeat(ma_exchange *exchange, mcpauth_error *err)
{
    ma_inbound_free(ma_move(&exchange->inbound));
    return ma_inbound_new(exchange->purpose, is_get(exchange), exchange->id,
        &exchange->rules, &exchange->inbound, err);
}

ma_buf *ma_exchange_body_to(ma_exchange *exchange)
{
    return &exchange->body;
}

ma_exchange_purpose ma_exchange_for(const ma_exchange *exchange)
{
    return exchange->purpose;
}

const char *ma_exchange_http_method(const ma_exchange *exchange)
{
    if (exchange->purpose == MA_EXCHANGE_FOR_CLOSE)
        return "DELETE";
    return is_get(exchange) ? "GET" : "POST";
}

const char *ma_exchange_url(const ma_exchange *exchange)
{
    return is_get(exchange) ? NULL : exchange->url;
}

mcpauth_headers *ma_exchange_headers(ma_exchange *exchange)
{
    return exchange->headers;
}

ma_span ma_exchange_body(const ma_exchange *exchange)
{
    return ma_buf_span(&exchange->body);
}

ma_span ma_exchange_id(const ma_exchange *exchange)
{
    return ma_span_of(exchange->id[0] ? exchange->id : NULL);
}

const char *ma_exchange_method(const ma_exchange *exchange)
{
    return exchange->method;
}

ma_span ma_exchange_params(const ma_exchange *exchange)
{
    bool any = exchange->method && exchange->content.len > 0;
    return any ? ma_buf_span(&exchange->content) : ma_span_make(NULL, 0);
}

const mcpauth_headers *ma_exchange_fields(const ma_exchange *exchange)
{
    return exchange->fields;
}

unsigned ma_exchange_generation(const ma_exchange *exchange)
{
    return exchange->generation;
}

/* --- resuming ------------------------------------------------------------ */

bool ma_exchange_resumable(const ma_exchange *exchange)
{
    bool placed = exchange->resume_id ||
                  ma_inbound_last_event_id(exchange->inbound).len > 0;
    return exchange->purpose == MA_EXCHANGE_FOR_REQUEST &&
           exchange->rules.resumes && placed;
}

/* What the stream said before counts until it says something else. */
mcpauth_status ma_exchange_resume(ma_exchange *exchange, mcpauth_error *err)
{
    ma_span id = ma_inbound_last_event_id(exchange->inbound);
    char *copy = id.len ? ma_strndup(id.at, id.len) : NULL;
    if (id.len && !copy)
        return ma_error_nomem(err);
    if (copy) {
        ma_free(exchange->resume_id);
        exchange->resume_id = copy;
    }
    exchange->retry_ms = ma_exchange_retry_ms(exchange);
    exchange->resumes = true;
    return MCPAUTH_OK;
}

bool ma_exchange_resumes(const ma_exchange *exchange)
{
    return exchange->resumes;
}

int64_t ma_exchange_retry_ms(const ma_exchange *exchange)
{
    int64_t said = ma_inbound_retry_ms(exchange->inbound);
    return said >= 0 ? said : exchange->retry_ms;
}

/* --- what comes back ----------------------------------------------------- */

mcpauth_status ma_exchange_head(ma_exchange *exchange, int status,
    const mcpauth_headers *headers, mcpauth_error *err)
{
    return ma_inbound_head(exchange->inbound, status, headers, err);
}

mcpauth_status ma_exchange_feed(
    ma_exchange *exchange, ma_span bytes, mcpauth_error *err)
{
    return ma_inbound_feed(exchange->inbound, bytes, err);
}

void ma_exchange_end(ma_exchange *exchange)
{
    ma_inbound_end(exchange->inbound);
}

mcpauth_status ma_exchange_next(ma_exchange *exchange,
    const ma_exchange_event **out_event, mcpauth_error *err)
{
    return ma_inbound_next(exchange->inbound, out_event, err);
}

/* As if it had come where it should. */
mcpauth_status ma_exchange_answer(
    ma_exchange *exchange, ma_span message, mcpauth_error *err)
{
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    if (!headers)
        return ma_error_nomem(err);
    mcpauth_status st =
        mcpauth_headers_add(headers, "Content-Type", "application/json", err);
    ma_inbound_free(ma_move(&exchange->inbound));
    exchange->rules.elsewhere = false;
    if (!st)
        st = ma_inbound_new(exchange->purpose, false, exchange->id,
            &exchange->rules, &exchange->inbound, err);
    if (!st)
        st = ma_inbound_head(exchange->inbound, 200, headers, err);
    if (!st)
        st = ma_inbound_feed(exchange->inbound, message, err);
    if (!st)
        ma_inbound_end(exchange->inbound);
    return st;
}

bool ma_exchange_done(const ma_exchange *exchange)
{
    return ma_inbound_done(exchange->inbound);
}

mcpauth_status ma_exchange_failure(
    const ma_exchange *exchange, mcpauth_error *err)
{
    return ma_inbound_failure(exchange->inbound, err);
}

bool ma_exchange_streams(const ma_exchange *exchange)
{
    return ma_inbound_streams(exchange->inbound);
}

const ma_secret *ma_exchange_session_id(const ma_exchange *exchange)
{
    return ma_inbound_session_id(exchange->inbound);
}
