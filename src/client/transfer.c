/* transfer.c - HTTP on one side, events on the other. */
#include "client/transfer.h"

#include <string.h>

#include "base/error.h"
#include "base/http.h"
#include "client/caller.h"
#include "client/clientstate.h"

enum {
    CONNECT_TIMEOUT_MS = 10000,
    REFUSAL_MAX = 64 * 1024 /* kept of a 401 or 403, for the words in it */
};

void ma_transfer_done(ma_transfer *at)
{
    mcpauth_headers_free(ma_move(&at->head));
    ma_buf_done(&at->refusal);
}

/* --- what arrives -------------------------------------------------------- */

static mcpauth_status take_event(
    ma_transfer *at, const ma_exchange_event *event, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    at->said = true;
    switch (event->kind) {
    case MA_EXCHANGE_NOTIFICATION:
        ma_client_tell(at->client, &event->message);
        ma_answerer_heard(at->client->answerer, &event->message);
        break;
    case MA_EXCHANGE_SERVER_REQUEST:
        st = ma_answerer_take(at->client->answerer, &event->message,
            ma_exchange_generation(at->exchange), at->cancel, err);
        break;
    case MA_EXCHANGE_ENDPOINT:
    case MA_EXCHANGE_OTHER:
        break;
    default:
        at->final = *event;
        at->has_final = true;
    }
    return !st && at->took ? at->took(at->ctx, event, err) : st;
}

static mcpauth_status take_events(ma_transfer *at, mcpauth_error *err)
{
    for (;;) {
        const ma_exchange_event *event = NULL;
        mcpauth_status st = ma_exchange_next(at->exchange, &event, err);
        if (!st && event)
            st = take_event(at, event, err);
        if (st || !event)
            return st;
    }
}

static mcpauth_status on_head(
    void *ctx, int status, const mcpauth_headers *headers, mcpauth_error *err)
{
    ma_transfer *at = ctx;
    mcpauth_status st = MCPAUTH_OK;
    at->began = status / 100 == 2;
    if (status == 401 || status == 403)
        st = ma_headers_dup(headers, &at->head, err);
    else if (at->caller)
        ma_caller_note(at->caller, headers);
    if (!st)
        st = ma_exchange_head(at->exchange, status, headers, err);
    if (!st && ma_exchange_streams(at->exchange) && at->started)
        at->started(at->ctx);
    return st ? st : take_events(at, err);
}

static mcpauth_status on_body(
    void *ctx, const char *bytes, size_t len, mcpauth_error *err)
{
    ma_transfer *at = ctx;
    if (at->head && at->refusal.len + len <= REFUSAL_MAX)
        ma_buf_add(&at->refusal, bytes, len);
    mcpauth_status st =
        ma_exchange_feed(at->exchange, ma_span_make(bytes, len), err);
    if (!st)
        st = take_events(at, err);
    if (st || !at->has_final || !ma_exchange_streams(at->exchange))
        return st;
    at->enough = true; /* T-040 */
    return MCPAUTH_E_CANCELLED;
}

/* --- what is sent -------------------------------------------------------- */

static const char *find_url(const ma_transfer *at)
{
    const char *url = ma_exchange_url(at->exchange);
    return url ? url : at->client->options.server;
}

/* Only what is not there yet makes the others' time stand still. */
static mcpauth_status authorize(ma_transfer *at, mcpauth_error *err)
{
    ma_exchange *exchange = at->exchange;
    ma_span body = ma_exchange_body(exchange);
    const mcpauth_http_request request = {
        .method = ma_exchange_http_method(exchange),
        .url = find_url(at),
        .body = body.len ? body.at : NULL,
        .body_len = body.len,
    };
    bool waits = !ma_caller_is_ready(at->caller);
    if (waits)
        ma_limit_hold_all(at->client);
    mcpauth_status st = mcpauth_caller_authorize(
        at->caller, &request, ma_exchange_headers(exchange), err);
    if (waits)
        ma_limit_release_all(at->client);
    return st;
}

static mcpauth_status add_headers(ma_transfer *at, mcpauth_error *err)
{
    const mcpauth_headers *own = at->client->headers;
    mcpauth_headers *headers = ma_exchange_headers(at->exchange);
    mcpauth_status st = MCPAUTH_OK;
    for (size_t i = 0; !st && i < mcpauth_headers_count(own); i++)
        st = ma_headers_set(headers, mcpauth_headers_name(own, i),
            mcpauth_headers_value(own, i), err);
    return st || !at->caller ? st : authorize(at, err);
}

/* E_CANCELLED when it is only that nobody waits for the rest. */
static mcpauth_status perform(ma_transfer *at, mcpauth_error *err)
{
    ma_exchange *exchange = at->exchange;
    ma_span body = ma_exchange_body(exchange);
    mcpauth_http_request request = {
        .method = ma_exchange_http_method(exchange),
        .url = find_url(at),
        .headers = ma_exchange_headers(exchange),
        .body = body.len ? body.at : NULL,
        .body_len = body.len,
        .body_max = SIZE_MAX,
        .connect_timeout_ms = CONNECT_TIMEOUT_MS,
        .timeout_ms = at->timeout_ms,
        .cancel = at->cancel,
        .once = at->once,
    };
    const mcpauth_http_sink sink = {on_head, on_body, at};
    return ma_http_perform(at->client->options.http, &request, &sink, err);
}

static mcpauth_status perform_in_time(ma_transfer *at, mcpauth_error *err)
{
    if (!at->limit)
        return perform(at, err);
    ma_limit_start(at->limit);
    mcpauth_status st = perform(at, err);
    return ma_limit_stop(at->limit, at->enough ? MCPAUTH_OK : st,
        "the MCP server did not answer", err);
}

mcpauth_status ma_transfer_run(ma_transfer *at, mcpauth_error *err)
{
    ma_transfer_done(at);
    at->has_final = false;
    at->began = false;
    at->said = false;
    at->enough = false;
    at->refusal = ma_buf_init(REFUSAL_MAX);
    mcpauth_status st = add_headers(at, err);
    if (!st)
        st = perform_in_time(at, err);
    if (at->enough)
        return MCPAUTH_OK;
    if (st)
        return st;
    ma_exchange_end(at->exchange);
    return take_events(at, err);
}

static mcpauth_answer answer_of(const ma_transfer *at)
{
    return (mcpauth_answer){
        .http_status = at->final.http_status,
        .headers = at->head,
        .body = ma_buf_text(&at->refusal),
        .body_len = at->refusal.len,
    };
}

mcpauth_status ma_transfer_say(ma_transfer *at, mcpauth_error *err)
{
    bool again = false;
    mcpauth_status st = ma_transfer_run(at, err);
    if (st || !at->caller || !at->head)
        return st;
    mcpauth_answer answer = answer_of(at);
    st = ma_caller_judge_proof(at->caller, &answer, &again, err);
    if (!st && again)
        st = ma_exchange_repeat(at->exchange, err);
    return st || !again ? st : ma_transfer_run(at, err);
}

mcpauth_status ma_transfer_judge(
    ma_transfer *at, bool *out_again, mcpauth_error *err)
{
    *out_again = false;
    if (!at->caller)
        return MCPAUTH_OK;
    mcpauth_answer answer = answer_of(at);
    ma_limit_hold_all(at->client);
    mcpauth_status st =
        mcpauth_caller_answered(at->caller, &answer, out_again, err);
    ma_limit_release_all(at->client);
    return st;
}
