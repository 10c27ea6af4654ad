/* exchange.c - reads an answer of Streamable HTTP, whichever form it takes. */
#include "mcp/exchange.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/headers.h"
#include "base/quote.h"
#include "base/url.h"
#include "mcp/refusal.h"
#include "mcp/sse.h"

enum {
    WORDS_MAX = 64 * 1024,     /* of the body of a refusal (S-011) */
    RETRY_AFTER_MAX_S = 86400, /* what is longer is as good as a day */
    ID_MAX = 24                /* the digits of an uint64_t */
};

/* What the body of an answer is good for. */
typedef enum {
    BODY_UNKNOWN, /* no head yet */
    BODY_MESSAGE,
    BODY_STREAM,
    BODY_WORDS, /* of a refusal */
    BODY_IGNORED
} body_kind;

struct answer {
    body_kind body;
    int http_status;
    int64_t retry_after_ms;
    char *location; /* fit to be shown */
    ma_secret *session_id;
    ma_buf text; /* BODY_MESSAGE and BODY_WORDS */
    ma_sse *sse; /* BODY_STREAM */
    ma_value_walk batch;
    bool in_batch;
    bool ended;
    bool text_taken;
    bool done;
    bool too_long;   /* an event was */
    unsigned unread; /* messages that were none, or nobody's */
    ma_exchange_event event;
};

struct ma_exchange {
    ma_exchange_purpose purpose;
    ma_buf content;
    ma_exchange_rules rules;
    unsigned generation;
    char id[ID_MAX];
    mcpauth_headers *headers;
    ma_buf body;
    struct answer answer;
};

static void answer_done(struct answer *answer)
{
    ma_free(answer->location);
    ma_secret_free(answer->session_id);
    ma_buf_done(&answer->text);
    ma_sse_free(answer->sse);
}

void ma_exchange_free(ma_exchange *exchange)
{
    if (!exchange)
        return;
    answer_done(&exchange->answer);
    mcpauth_headers_free(exchange->headers);
    ma_buf_done(&exchange->content);
    ma_buf_done(&exchange->body);
    ma_free(exchange);
}

/* --- sending ------------------------------------------------------------- */

mcpauth_status ma_exchange_new(ma_exchange_purpose purpose, ma_buf *content,
    ma_exchange **out, mcpauth_error *err)
{
    mcpauth_status st = ma_buf_status(content, "the message", err);
    if (st)
        return st;
    ma_exchange *exchange = ma_calloc(1, sizeof *exchange);
    if (!exchange)
        return ma_error_nomem(err);
    exchange->purpose = purpose;
    exchange->content = *content;
    *content = ma_buf_init(content->cap);
    *out = exchange;
    return MCPAUTH_OK;
}

static mcpauth_status write_body(
    ma_exchange *exchange, uint64_t id, mcpauth_error *err)
{
    ma_buf *body = &exchange->body;
    ma_buf_done(body);
    exchange->id[0] = '\0';
    if (exchange->purpose == MA_EXCHANGE_FOR_CLOSE)
        return MCPAUTH_OK;
    *body = ma_buf_init(exchange->content.cap + 64);
    ma_buf_add_text(body, "{\"jsonrpc\":\"2.0\"");
    if (exchange->purpose == MA_EXCHANGE_FOR_REQUEST) {
        snprintf(exchange->id, ID_MAX, "%" PRIu64, id);
        ma_buf_addf(body, ",\"id\":%s", exchange->id);
    }
    ma_buf_add_span(body, ma_buf_span(&exchange->content));
    return ma_buf_status(body, "the message", err);
}

/* T-020: both types always, also where no body is expected back. */
static mcpauth_status write_headers(ma_exchange *exchange, mcpauth_error *err)
{
    mcpauth_headers_free(exchange->headers);
    exchange->headers = mcpauth_headers_new();
    if (!exchange->headers)
        return ma_error_nomem(err);
    mcpauth_status st = mcpauth_headers_add(exchange->headers, "Accept",
        "application/json, text/event-stream", err);
    if (st || exchange->purpose == MA_EXCHANGE_FOR_CLOSE)
        return st;
    return mcpauth_headers_add(
        exchange->headers, "Content-Type", "application/json", err);
}

mcpauth_status ma_exchange_prepare(ma_exchange *exchange, uint64_t id,
    unsigned generation, const ma_exchange_rules *rules, mcpauth_error *err)
{
    answer_done(&exchange->answer);
    exchange->answer = (struct answer){.retry_after_ms = -1};
    exchange->rules = *rules;
    exchange->generation = generation;
    mcpauth_status st = write_body(exchange, id, err);
    return st ? st : write_headers(exchange, err);
}

const char *ma_exchange_http_method(const ma_exchange *exchange)
{
    return exchange->purpose == MA_EXCHANGE_FOR_CLOSE ? "DELETE" : "POST";
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

unsigned ma_exchange_generation(const ma_exchange *exchange)
{
    return exchange->generation;
}

/* --- head, body, end ----------------------------------------------------- */

/* A date instead of seconds counts as unsaid: no clock is known here. */
static int64_t parse_retry_after_ms(const char *text)
{
    int64_t seconds = 0;
    ma_span digits = ma_span_trim(ma_span_of(text));
    if (digits.len == 0)
        return -1;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.at[i] < '0' || digits.at[i] > '9')
            return -1;
        seconds = seconds * 10 + (digits.at[i] - '0');
        if (seconds > RETRY_AFTER_MAX_S)
            seconds = RETRY_AFTER_MAX_S;
    }
    return seconds * 1000;
}

static mcpauth_status refuse_type(const struct answer *answer,
    const mcpauth_headers *headers, mcpauth_error *err)
{
    ma_span field = ma_span_of(mcpauth_headers_get(headers, "Content-Type"));
    MA_AUTO(ma_text) type = ma_quote(ma_span_trim(ma_span_cut(&field, ';')));
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_PROTOCOL,
        "the MCP server answered HTTP %d with media type \"%s\", neither JSON "
        "nor an event stream",
        answer->http_status, type ? type : "");
    ma_error_http_status(err, answer->http_status);
    ma_error_hint(err, "check that the URL is the MCP endpoint itself; a login "
                       "page or a proxy may have answered");
    return st;
}

static body_kind choose_body(
    const ma_exchange *exchange, const mcpauth_headers *headers)
{
    int status = exchange->answer.http_status;
    if (exchange->purpose == MA_EXCHANGE_FOR_CLOSE)
        return BODY_IGNORED;
    if (status / 100 != 2)
        return BODY_WORDS;
    if (exchange->purpose == MA_EXCHANGE_FOR_NOTICE)
        return BODY_IGNORED;
    if (status == 202 || status == 204)
        return BODY_UNKNOWN;
    if (ma_headers_is_type(headers, "application/json"))
        return BODY_MESSAGE;
    if (ma_headers_is_type(headers, "text/event-stream"))
        return BODY_STREAM;
    return BODY_UNKNOWN;
}

static mcpauth_status take_fields(
    struct answer *answer, const mcpauth_headers *headers, mcpauth_error *err)
{
    const char *location = mcpauth_headers_get(headers, "Location");
    const char *session_id = mcpauth_headers_get(headers, "Mcp-Session-Id");
    answer->retry_after_ms =
        parse_retry_after_ms(mcpauth_headers_get(headers, "Retry-After"));
    if (location)
        answer->location = ma_url_redacted(location);
    if (!session_id)
        return MCPAUTH_OK;
    return ma_secret_set(&answer->session_id, ma_span_of(session_id), err);
}

mcpauth_status ma_exchange_head(ma_exchange *exchange, int status,
    const mcpauth_headers *headers, mcpauth_error *err)
{
    struct answer *answer = &exchange->answer;
    if (answer->http_status)
        return ma_error_set(
            err, MCPAUTH_E_STATE, "this exchange has its answer already");
    mcpauth_status st = take_fields(answer, headers, err);
    if (st)
        return st;
    answer->http_status = status;
    answer->body = choose_body(exchange, headers);
    switch (answer->body) {
    case BODY_UNKNOWN:
        return refuse_type(answer, headers, err);
    case BODY_STREAM:
        return ma_sse_new(exchange->rules.message_max, &answer->sse, err);
    default:
        answer->text = ma_buf_init(answer->body == BODY_WORDS
                                       ? WORDS_MAX
                                       : exchange->rules.message_max);
        return MCPAUTH_OK;
    }
}

/* What of bytes is still worth keeping. */
static ma_span cut_words(const struct answer *answer, ma_span bytes)
{
    size_t room = WORDS_MAX - answer->text.len;
    return ma_span_make(bytes.at, bytes.len < room ? bytes.len : room);
}

static mcpauth_status add_text(
    struct answer *answer, ma_span bytes, mcpauth_error *err)
{
    ma_buf_add_span(&answer->text, bytes);
    return ma_buf_status(&answer->text, "the MCP server's answer", err);
}

mcpauth_status ma_exchange_feed(
    ma_exchange *exchange, ma_span bytes, mcpauth_error *err)
{
    struct answer *answer = &exchange->answer;
    switch (answer->body) {
    case BODY_MESSAGE:
        return add_text(answer, bytes, err);
    case BODY_STREAM:
        return ma_sse_feed(answer->sse, bytes, err);
    case BODY_WORDS:
        return add_text(answer, cut_words(answer, bytes), err);
    case BODY_IGNORED:
        return MCPAUTH_OK;
    default:
        return ma_error_set(
            err, MCPAUTH_E_STATE, "the head of this answer was not taken");
    }
}

void ma_exchange_end(ma_exchange *exchange)
{
    exchange->answer.ended = true;
}

bool ma_exchange_streams(const ma_exchange *exchange)
{
    return exchange->answer.body == BODY_STREAM;
}

/* --- messages ------------------------------------------------------------ */

static mcpauth_status next_streamed(
    struct answer *answer, ma_span *out_text, mcpauth_error *err)
{
    const ma_sse_event *event;
    for (;;) {
        mcpauth_status st = ma_sse_next(answer->sse, &event, err);
        if (st || !event)
            return st;
        if (!ma_span_is(event->type, "message"))
            continue;
        answer->too_long = answer->too_long || event->too_long;
        /* T-031: without data it only sets the id. */
        if (event->data.len == 0)
            continue;
        *out_text = event->data;
        return MCPAUTH_OK;
    }
}

/* The text of the next message, wherever it comes from; absent: none yet. */
static mcpauth_status next_text(
    struct answer *answer, ma_span *out_text, mcpauth_error *err)
{
    ma_span no_name;
    *out_text = ma_span_make(NULL, 0);
    if (ma_value_walk_next(&answer->batch, &no_name, out_text))
        return MCPAUTH_OK;
    answer->in_batch = false;
    if (answer->body == BODY_STREAM)
        return next_streamed(answer, out_text, err);
    if (answer->body == BODY_MESSAGE && answer->ended && !answer->text_taken &&
        answer->text.len > 0) {
        answer->text_taken = true;
        *out_text = ma_buf_span(&answer->text);
    }
    return MCPAUTH_OK;
}

static bool is_retry_code(const ma_exchange *exchange, int64_t code)
{
    for (size_t i = 0; i < MA_EXCHANGE_RETRY_CODES; i++) {
        if (code != 0 && exchange->rules.retry_codes[i] == code)
            return true;
    }
    return false;
}

/* T-002, S-024: same digits, same type; only an error may lack an id. */
static bool answers_us(const ma_exchange *exchange, const ma_envelope *message)
{
    if (!message->id.at)
        return message->kind == MA_ENVELOPE_ERROR;
    return ma_span_is(message->id, exchange->id);
}

static ma_exchange_event_kind name_event(
    const ma_exchange *exchange, const ma_envelope *message)
{
    switch (message->kind) {
    case MA_ENVELOPE_REQUEST:
        return MA_EXCHANGE_SERVER_REQUEST;
    case MA_ENVELOPE_NOTIFICATION:
        return MA_EXCHANGE_NOTIFICATION;
    case MA_ENVELOPE_RESPONSE:
        return MA_EXCHANGE_RESPONSE;
    default:
        return is_retry_code(exchange, message->code) ? MA_EXCHANGE_RETRY_LATER
                                                      : MA_EXCHANGE_ERROR;
    }
}

static const ma_exchange_event *make_event(ma_exchange *exchange,
    ma_exchange_event_kind kind, const ma_envelope *message)
{
    struct answer *answer = &exchange->answer;
    answer->event = (ma_exchange_event){
        .kind = kind,
        .http_status = answer->http_status,
        .retry_after_ms = answer->retry_after_ms,
    };
    if (message)
        answer->event.message = *message;
    answer->done = answer->done || kind >= MA_EXCHANGE_RESPONSE;
    return &answer->event;
}

static mcpauth_status begin_batch(
    ma_exchange *exchange, const ma_envelope *message, mcpauth_error *err)
{
    struct answer *answer = &exchange->answer;
    if (!exchange->rules.batches || answer->in_batch)
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the MCP server sent a batch where a single message is due");
    answer->batch = ma_value_walk_init(message->batch);
    answer->in_batch = true;
    return MCPAUTH_OK;
}

/* Leaves *out_event alone when the text is nothing to hand out. */
static mcpauth_status read_text(ma_exchange *exchange, ma_span text,
    const ma_exchange_event **out_event, mcpauth_error *err)
{
    struct answer *answer = &exchange->answer;
    bool streamed = answer->body == BODY_STREAM;
    ma_envelope message;
    mcpauth_status st =
        ma_envelope_parse(text, &message, streamed ? NULL : err);
    if (st && !streamed)
        return ma_error_in(err, st, "the MCP server's answer");
    if (st) {
        answer->unread++; /* T-031: the stream stays */
        return MCPAUTH_OK;
    }
    if (message.kind == MA_ENVELOPE_BATCH)
        return begin_batch(exchange, &message, err);
    if (message.kind == MA_ENVELOPE_REQUEST && !exchange->rules.server_requests)
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the MCP server sent a request, which this protocol version has "
            "no place for");
    bool ours = message.kind == MA_ENVELOPE_REQUEST ||
                message.kind == MA_ENVELOPE_NOTIFICATION ||
                (!answer->done && answers_us(exchange, &message));
    if (!ours) {
        answer->unread++; /* T-004 */
        return MCPAUTH_OK;
    }
    *out_event = make_event(exchange, name_event(exchange, &message), &message);
    return MCPAUTH_OK;
}

/* --- the end of an answer ------------------------------------------------ */

static mcpauth_status fail_unanswered(
    const ma_exchange *exchange, mcpauth_error *err)
{
    const struct answer *answer = &exchange->answer;
    if (answer->too_long)
        return ma_error_set(err, MCPAUTH_E_LIMIT,
            "the MCP server sent an event longer than %zu bytes",
            exchange->rules.message_max);
    if (answer->body == BODY_STREAM)
        return ma_error_set(err, MCPAUTH_E_NETWORK,
            "the event stream ended before the response to request %s (%u "
            "messages on it were unreadable or for others)",
            exchange->id, answer->unread);
    if (answer->text.len == 0)
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the MCP server answered HTTP %d with an empty body",
            answer->http_status);
    return ma_error_set(err, MCPAUTH_E_PROTOCOL,
        "the MCP server's answer holds no response to request %s",
        exchange->id);
}

mcpauth_status ma_exchange_failure(
    const ma_exchange *exchange, mcpauth_error *err)
{
    const struct answer *answer = &exchange->answer;
    if (answer->event.message.message.at)
        return ma_refusal_of_message(
            &answer->event.message, answer->http_status, err);
    ma_refusal refusal = {
        answer->http_status, answer->location, ma_buf_span(&answer->text)};
    return ma_refusal_of_status(&refusal, err);
}

/* T-023: a JSON-RPC error in the body of a refusal is the request's answer. */
static bool read_refusal(const ma_exchange *exchange, ma_envelope *out)
{
    return exchange->purpose == MA_EXCHANGE_FOR_REQUEST &&
           !ma_envelope_parse(ma_buf_span(&exchange->answer.text), out, NULL) &&
           out->kind == MA_ENVELOPE_ERROR && answers_us(exchange, out);
}

static mcpauth_status conclude(ma_exchange *exchange,
    const ma_exchange_event **out_event, mcpauth_error *err)
{
    struct answer *answer = &exchange->answer;
    ma_envelope message;
    int status = answer->http_status;
    answer->done = true;
    if (answer->body == BODY_IGNORED)
        *out_event = make_event(exchange, MA_EXCHANGE_ACCEPTED, NULL);
    else if (answer->body != BODY_WORDS)
        return fail_unanswered(exchange, err);
    else if (status == 401 || status == 403)
        *out_event = make_event(exchange, MA_EXCHANGE_NEED_AUTH, NULL);
    else if (status == 404 && exchange->rules.in_session)
        *out_event = make_event(exchange, MA_EXCHANGE_SESSION_LOST, NULL);
    else if (status == 429 || status == 503)
        *out_event = make_event(exchange, MA_EXCHANGE_RETRY_LATER, NULL);
    else if (read_refusal(exchange, &message))
        *out_event = make_event(exchange, MA_EXCHANGE_ERROR, &message);
    else
        return ma_exchange_failure(exchange, err);
    return MCPAUTH_OK;
}

mcpauth_status ma_exchange_next(ma_exchange *exchange,
    const ma_exchange_event **out_event, mcpauth_error *err)
{
    struct answer *answer = &exchange->answer;
    const ma_exchange_event *event = NULL;
    while (!event) {
        ma_span text;
        mcpauth_status st = next_text(answer, &text, err);
        if (!st && text.at)
            st = read_text(exchange, text, &event, err);
        else if (!st && answer->ended && !answer->done)
            st = conclude(exchange, &event, err);
        answer->done = answer->done || st;
        if (st)
            return st;
        if (!text.at)
            break;
    }
    *out_event = event;
    return MCPAUTH_OK;
}

bool ma_exchange_done(const ma_exchange *exchange)
{
    return exchange->answer.done;
}

ma_span ma_exchange_last_event_id(const ma_exchange *exchange)
{
    const ma_sse *sse = exchange->answer.sse;
    return sse ? ma_sse_last_id(sse) : ma_span_make(NULL, 0);
}

int64_t ma_exchange_retry_ms(const ma_exchange *exchange)
{
    const ma_sse *sse = exchange->answer.sse;
    return sse ? ma_sse_retry_ms(sse) : -1;
}

const ma_secret *ma_exchange_session_id(const ma_exchange *exchange)
{
    return exchange->answer.session_id;
}
