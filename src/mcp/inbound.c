/* inbound.c - head and bytes become events. */
#include "mcp/inbound.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/headers.h"
#include "base/quote.h"
#include "base/url.h"
#include "mcp/refusal.h"
#include "mcp/sse.h"

enum {
    WORDS_MAX = 64 * 1024,    /* of the body of a refusal (S-011) */
    RETRY_AFTER_MAX_S = 86400 /* what is longer is as good as a day */
};

/* What the body is good for. */
typedef enum {
    BODY_UNKNOWN, /* no head yet */
    BODY_MESSAGE,
    BODY_STREAM,
    BODY_WORDS, /* of a refusal */
    BODY_IGNORED
} body_kind;

struct ma_inbound {
    ma_exchange_purpose purpose;
    bool stream;
    const char *id;
    const ma_exchange_rules *rules;
    body_kind body;
    int http_status;
    int64_t retry_after_ms;
    char *location; /* fit to be shown */
    ma_secret *session_id;
    ma_buf text;       /* the body; of a stream, the error it brought */
    ma_envelope error; /* it ended with; lies in text */
    ma_sse *sse;       /* BODY_STREAM */
    ma_value_walk batch;
    bool in_batch;
    bool ended;
    bool text_taken;
    bool holds;      /* the response comes whole */
    bool pours;      /* the response comes in pieces, text is one */
    bool poured;     /* and was handed out */
    bool piece_last; /* and the message ends with it */
    ma_buf behind;   /* what came of the body since */
    bool done;
    bool endpoint;   /* the text at hand is one */
    bool too_long;   /* an event was */
    unsigned unread; /* messages that were none, or nobody's */
    ma_exchange_event event;
};

mcpauth_status ma_inbound_new(ma_exchange_purpose purpose, bool stream,
    const char *id, const ma_exchange_rules *rules, ma_inbound **out,
    mcpauth_error *err)
{
    ma_inbound *inbound = ma_calloc(1, sizeof *inbound);
    if (!inbound)
        return ma_error_nomem(err);
    inbound->purpose = purpose;
    inbound->stream = stream;
    inbound->id = id;
    inbound->rules = rules;
    inbound->retry_after_ms = -1;
    inbound->behind = ma_buf_init(SIZE_MAX);
    *out = inbound;
    return MCPAUTH_OK;
}

void ma_inbound_free(ma_inbound *inbound)
{
    if (!inbound)
        return;
    ma_free(inbound->location);
    ma_secret_free(inbound->session_id);
    ma_buf_done(&inbound->text);
    ma_buf_done(&inbound->behind);
    ma_sse_free(inbound->sse);
    ma_free(inbound);
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

static mcpauth_status refuse_type(const ma_inbound *inbound,
    const mcpauth_headers *headers, mcpauth_error *err)
{
    ma_span field = ma_span_of(mcpauth_headers_get(headers, "Content-Type"));
    MA_AUTO(ma_text) type = ma_quote(ma_span_trim(ma_span_cut(&field, ';')));
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_PROTOCOL,
        "the MCP server answered HTTP %d with media type \"%s\", neither JSON "
        "nor an event stream",
        inbound->http_status, type ? type : "");
    ma_error_http_status(err, inbound->http_status);
    ma_error_hint(err, "check that the URL is the MCP endpoint itself; a login "
                       "page or a proxy may have answered");
    return st;
}

static body_kind choose_body(
    const ma_inbound *inbound, const mcpauth_headers *headers)
{
    int status = inbound->http_status;
    if (inbound->purpose == MA_EXCHANGE_FOR_CLOSE)
        return BODY_IGNORED;
    if (status / 100 != 2)
        return BODY_WORDS;
    if (inbound->purpose == MA_EXCHANGE_FOR_NOTICE ||
        (inbound->rules->elsewhere && !inbound->stream))
        return BODY_IGNORED;
    if (status == 202 || status == 204)
        return BODY_UNKNOWN;
    if (ma_headers_is_type(headers, "application/json") && !inbound->stream)
        return BODY_MESSAGE;
    if (ma_headers_is_type(headers, "text/event-stream"))
        return BODY_STREAM;
    return BODY_UNKNOWN;
}

static mcpauth_status take_fields(
    ma_inbound *inbound, const mcpauth_headers *headers, mcpauth_error *err)
{
    const char *location = mcpauth_headers_get(headers, "Location");
    const char *session_id = mcpauth_headers_get(headers, "Mcp-Session-Id");
    inbound->retry_after_ms =
        parse_retry_after_ms(mcpauth_headers_get(headers, "Retry-After"));
    if (location)
        inbound->location = ma_url_redacted(location);
    if (!session_id)
        return MCPAUTH_OK;
    return ma_secret_set(&inbound->session_id, ma_span_of(session_id), err);
}

mcpauth_status ma_inbound_head(ma_inbound *inbound, int status,
    const mcpauth_headers *headers, mcpauth_error *err)
{
    if (inbound->http_status)
        return ma_error_set(
            err, MCPAUTH_E_STATE, "this exchange has its answer already");
    mcpauth_status st = take_fields(inbound, headers, err);
    if (st)
        return st;
    inbound->http_status = status;
    inbound->body = choose_body(inbound, headers);
    inbound->text = ma_buf_init(
        inbound->body == BODY_WORDS ? WORDS_MAX : inbound->rules->message_max);
    switch (inbound->body) {
    case BODY_UNKNOWN:
        return refuse_type(inbound, headers, err);
    case BODY_STREAM:
        return ma_sse_new(inbound->rules->message_max, inbound->rules->hold_max,
            &inbound->sse, err);
    default:
        return MCPAUTH_OK;
    }
}

/* What of bytes is still worth keeping. */
static ma_span cut_words(const ma_inbound *inbound, ma_span bytes)
{
    size_t room = WORDS_MAX - inbound->text.len;
    return ma_span_make(bytes.at, bytes.len < room ? bytes.len : room);
}

static mcpauth_status add_text(
    ma_inbound *inbound, ma_span bytes, mcpauth_error *err)
{
    ma_buf_add_span(&inbound->text, bytes);
    return ma_buf_status(&inbound->text, "the MCP server's answer", err);
}

/* The message at hand is the response, too long to be held, and may go in
 * pieces (T-183). */
static bool may_pour(const ma_inbound *inbound, ma_span beginning)
{
    return inbound->purpose == MA_EXCHANGE_FOR_REQUEST && !inbound->holds &&
           !inbound->done &&
           ma_envelope_begins_answer(beginning, ma_span_of(inbound->id));
}

static mcpauth_status add_body(
    ma_inbound *inbound, ma_span bytes, mcpauth_error *err)
{
    size_t hold_max = inbound->rules->hold_max;
    size_t len = inbound->text.len;
    bool full = hold_max && len <= hold_max && len + bytes.len > hold_max;
    if (full && !inbound->pours)
        inbound->pours = may_pour(inbound, ma_buf_span(&inbound->text));
    if (!inbound->pours)
        return add_text(inbound, bytes, err);
    ma_buf_add_span(&inbound->behind, bytes);
    return ma_buf_status(&inbound->behind, "the MCP server's answer", err);
}

mcpauth_status ma_inbound_feed(
    ma_inbound *inbound, ma_span bytes, mcpauth_error *err)
{
    switch (inbound->body) {
    case BODY_MESSAGE:
        return add_body(inbound, bytes, err);
    case BODY_STREAM:
        return ma_sse_feed(inbound->sse, bytes, err);
    case BODY_WORDS:
        return add_text(inbound, cut_words(inbound, bytes), err);
    case BODY_IGNORED:
        return MCPAUTH_OK;
    default:
        return ma_error_set(
            err, MCPAUTH_E_STATE, "the head of this answer was not taken");
    }
}

void ma_inbound_end(ma_inbound *inbound)
{
    inbound->ended = true;
}

mcpauth_status ma_inbound_keep(ma_inbound *inbound, mcpauth_error *err)
{
    return inbound->sse ? ma_sse_keep(inbound->sse, err) : MCPAUTH_OK;
}

void ma_inbound_hold(ma_inbound *inbound)
{
    inbound->holds = true;
}

size_t ma_inbound_held(const ma_inbound *inbound)
{
    size_t streamed = inbound->sse ? ma_sse_held(inbound->sse) : 0;
    return inbound->text.len + inbound->behind.len + streamed;
}

bool ma_inbound_streams(const ma_inbound *inbound)
{
    return inbound->body == BODY_STREAM;
}

/* --- pieces -------------------------------------------------------------- */

/* What is there of it, absent: nothing now.  *out_last: and no more will be. */
static ma_span pour_body(ma_inbound *inbound, bool *out_last)
{
    if (inbound->poured) {
        ma_buf_done(&inbound->text);
        inbound->text = inbound->behind;
        inbound->behind = ma_buf_init(SIZE_MAX);
    }
    *out_last = inbound->ended && !inbound->behind.len;
    inbound->poured = true;
    return inbound->text.len || *out_last ? ma_buf_span(&inbound->text)
                                          : ma_span_make(NULL, 0);
}

static mcpauth_status pour_stream(
    ma_inbound *inbound, bool *out_last, ma_span *out_text, mcpauth_error *err)
{
    const ma_sse_event *event = NULL;
    mcpauth_status st = ma_sse_next(inbound->sse, &event, err);
    *out_last = event && !event->more;
    *out_text = event ? event->data : ma_span_make(NULL, 0);
    return st;
}

/* --- messages ------------------------------------------------------------ */

/* T-031: other types are skipped, and what has no data only sets the id. */
static bool is_wanted(const ma_inbound *inbound, const ma_sse_event *event)
{
    bool endpoint =
        inbound->rules->elsewhere && ma_span_is(event->type, "endpoint");
    return event->data.len > 0 &&
           (endpoint || ma_span_is(event->type, "message"));
}

static mcpauth_status next_streamed(
    ma_inbound *inbound, ma_span *out_text, mcpauth_error *err)
{
    const ma_sse_event *event;
    for (;;) {
        mcpauth_status st = ma_sse_next(inbound->sse, &event, err);
        if (st || !event)
            return st;
        inbound->too_long = inbound->too_long || event->too_long;
        if (!is_wanted(inbound, event))
            continue;
        inbound->endpoint = ma_span_is(event->type, "endpoint");
        *out_text = event->data;
        return MCPAUTH_OK;
    }
}

/* The text of the next message, wherever it comes from; absent: none yet. */
static mcpauth_status next_text(
    ma_inbound *inbound, ma_span *out_text, mcpauth_error *err)
{
    ma_span no_name;
    *out_text = ma_span_make(NULL, 0);
    if (ma_value_walk_next(&inbound->batch, &no_name, out_text))
        return MCPAUTH_OK;
    inbound->in_batch = false;
    if (inbound->body == BODY_STREAM)
        return next_streamed(inbound, out_text, err);
    if (inbound->body == BODY_MESSAGE && inbound->ended &&
        !inbound->text_taken && inbound->text.len > 0) {
        inbound->text_taken = true;
        *out_text = ma_buf_span(&inbound->text);
    }
    return MCPAUTH_OK;
}

static bool is_retry_code(const ma_inbound *inbound, int64_t code)
{
    for (size_t i = 0; i < MA_EXCHANGE_RETRY_CODES; i++) {
        if (code != 0 && inbound->rules->retry_codes[i] == code)
            return true;
    }
    return false;
}

/* T-002, S-024: only an error may lack an id. */
static bool answers_us(const ma_inbound *inbound, const ma_envelope *message)
{
    if (!message->id.at)
        return message->kind == MA_ENVELOPE_ERROR;
    return ma_envelope_same_id(message->id, ma_span_of(inbound->id));
}

static ma_exchange_event_kind name_event(
    const ma_inbound *inbound, const ma_envelope *message)
{
    switch (message->kind) {
    case MA_ENVELOPE_REQUEST:
        return MA_EXCHANGE_SERVER_REQUEST;
    case MA_ENVELOPE_NOTIFICATION:
        return MA_EXCHANGE_NOTIFICATION;
    case MA_ENVELOPE_RESPONSE:
        return MA_EXCHANGE_RESPONSE;
    default:
        return is_retry_code(inbound, message->code) ? MA_EXCHANGE_RETRY_LATER
                                                     : MA_EXCHANGE_ERROR;
    }
}

static const ma_exchange_event *make_event(ma_inbound *inbound,
    ma_exchange_event_kind kind, const ma_envelope *message)
{
    inbound->event = (ma_exchange_event){
        .kind = kind,
        .http_status = inbound->http_status,
        .retry_after_ms = inbound->retry_after_ms,
    };
    if (message)
        inbound->event.message = *message;
    inbound->done = inbound->done || kind >= MA_EXCHANGE_RESPONSE;
    return &inbound->event;
}

static mcpauth_status begin_batch(
    ma_inbound *inbound, const ma_envelope *message, mcpauth_error *err)
{
    if (!inbound->rules->batches || inbound->in_batch)
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the MCP server sent a batch where a single message is due");
    inbound->batch = ma_value_walk_init(message->batch);
    inbound->in_batch = true;
    return MCPAUTH_OK;
}

/* What comes behind an error on its stream must not take its words away. */
static mcpauth_status keep_error(
    ma_inbound *inbound, const ma_envelope *message, mcpauth_error *err)
{
    inbound->error = *message;
    if (inbound->body != BODY_STREAM)
        return MCPAUTH_OK;
    mcpauth_status st = add_text(inbound, message->text, err);
    return st ? st
              : ma_envelope_parse(
                    ma_buf_span(&inbound->text), &inbound->error, err);
}

static mcpauth_status take_answer(ma_inbound *inbound,
    const ma_envelope *message, const ma_exchange_event **out_event,
    mcpauth_error *err)
{
    *out_event = make_event(inbound, name_event(inbound, message), message);
    return message->kind == MA_ENVELOPE_ERROR
               ? keep_error(inbound, message, err)
               : MCPAUTH_OK;
}

static mcpauth_status take_message(ma_inbound *inbound,
    const ma_envelope *message, const ma_exchange_event **out_event,
    mcpauth_error *err)
{
    bool asked = message->kind == MA_ENVELOPE_REQUEST;
    if (message->kind == MA_ENVELOPE_BATCH)
        return begin_batch(inbound, message, err);
    if (asked && !inbound->rules->server_requests)
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the MCP server sent a request, which this protocol version has "
            "no place for");
    bool said = asked || message->kind == MA_ENVELOPE_NOTIFICATION;
    if (!said && inbound->purpose == MA_EXCHANGE_FOR_STREAM)
        *out_event = make_event(inbound, MA_EXCHANGE_OTHER, message);
    else if (said || (!inbound->done && answers_us(inbound, message)))
        return take_answer(inbound, message, out_event, err);
    else
        inbound->unread++; /* T-004 */
    return MCPAUTH_OK;
}

/* Leaves *out_event alone when the text is nothing to hand out. */
static mcpauth_status read_text(ma_inbound *inbound, ma_span text,
    const ma_exchange_event **out_event, mcpauth_error *err)
{
    bool streamed = inbound->body == BODY_STREAM;
    ma_envelope message = {.text = text};
    if (inbound->endpoint) {
        inbound->endpoint = false;
        *out_event = make_event(inbound, MA_EXCHANGE_ENDPOINT, &message);
        return MCPAUTH_OK;
    }
    mcpauth_status st =
        ma_envelope_parse(text, &message, streamed ? NULL : err);
    if (!st)
        return take_message(inbound, &message, out_event, err);
    if (!streamed)
        return ma_error_in(err, st, "the MCP server's answer");
    inbound->unread++; /* T-031: the stream stays */
    return MCPAUTH_OK;
}

/* --- the end of an answer ------------------------------------------------ */

static mcpauth_status fail_unanswered(
    const ma_inbound *inbound, mcpauth_error *err)
{
    if (inbound->too_long)
        return ma_error_set(err, MCPAUTH_E_LIMIT,
            "the MCP server sent an event longer than %zu bytes",
            inbound->rules->message_max);
    if (inbound->body == BODY_STREAM)
        return ma_error_set(err, MCPAUTH_E_NETWORK,
            "the event stream ended before the response to request %s (%u "
            "messages on it were unreadable or for others)",
            inbound->id, inbound->unread);
    if (inbound->text.len == 0)
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the MCP server answered HTTP %d with an empty body",
            inbound->http_status);
    return ma_error_set(err, MCPAUTH_E_PROTOCOL,
        "the MCP server's answer holds no response to request %s", inbound->id);
}

mcpauth_status ma_inbound_failure(const ma_inbound *inbound, mcpauth_error *err)
{
    if (inbound->error.message.at)
        return ma_refusal_of_message(
            &inbound->error, inbound->http_status, err);
    ma_refusal refusal = {
        inbound->http_status, inbound->location, ma_buf_span(&inbound->text)};
    return ma_refusal_of_status(&refusal, err);
}

/* T-023: a JSON-RPC error in the body of a refusal is the request's answer. */
static bool read_refusal(const ma_inbound *inbound, ma_envelope *out)
{
    ma_envelope message;
    bool said =
        inbound->purpose == MA_EXCHANGE_FOR_REQUEST &&
        !ma_envelope_parse(ma_buf_span(&inbound->text), &message, NULL) &&
        message.kind == MA_ENVELOPE_ERROR && answers_us(inbound, &message);
    if (said)
        *out = message;
    return said;
}

static ma_exchange_event_kind name_refusal(const ma_inbound *inbound)
{
    switch (inbound->http_status) {
    case 401:
    case 403:
        return MA_EXCHANGE_NEED_AUTH;
    case 429:
    case 503:
        return MA_EXCHANGE_RETRY_LATER;
    case 404:
        return inbound->rules->in_session ? MA_EXCHANGE_SESSION_LOST
                                          : MA_EXCHANGE_REFUSED;
    default:
        return MA_EXCHANGE_REFUSED;
    }
}

static mcpauth_status conclude(ma_inbound *inbound,
    const ma_exchange_event **out_event, mcpauth_error *err)
{
    inbound->done = true;
    if (inbound->body == BODY_IGNORED) {
        *out_event = make_event(inbound, MA_EXCHANGE_ACCEPTED, NULL);
        return MCPAUTH_OK;
    }
    if (inbound->body == BODY_STREAM &&
        inbound->purpose == MA_EXCHANGE_FOR_STREAM) {
        *out_event = make_event(inbound, MA_EXCHANGE_CLOSED, NULL);
        return MCPAUTH_OK;
    }
    if (inbound->body != BODY_WORDS)
        return fail_unanswered(inbound, err);
    ma_exchange_event_kind kind = name_refusal(inbound);
    ma_envelope *error = &inbound->error;
    bool said = kind == MA_EXCHANGE_REFUSED && read_refusal(inbound, error);
    *out_event = said ? make_event(inbound, MA_EXCHANGE_ERROR, error)
                      : make_event(inbound, kind, NULL);
    return MCPAUTH_OK;
}

/* The next piece; behind the last one its end. */
static mcpauth_status next_piece(ma_inbound *inbound,
    const ma_exchange_event **out_event, mcpauth_error *err)
{
    ma_envelope message = {0};
    mcpauth_status st = MCPAUTH_OK;
    *out_event = NULL;
    if (inbound->piece_last) {
        inbound->pours = false;
        *out_event = make_event(inbound, MA_EXCHANGE_PIECED, NULL);
        return MCPAUTH_OK;
    }
    if (inbound->body == BODY_STREAM)
        st = pour_stream(inbound, &inbound->piece_last, &message.text, err);
    else
        message.text = pour_body(inbound, &inbound->piece_last);
    if (!st && message.text.at)
        *out_event = make_event(inbound, MA_EXCHANGE_PIECE, &message);
    return st;
}

static mcpauth_status next_whole(ma_inbound *inbound,
    const ma_exchange_event **out_event, mcpauth_error *err)
{
    const ma_exchange_event *event = NULL;
    while (!event) {
        ma_span text;
        mcpauth_status st = next_text(inbound, &text, err);
        if (!st && text.at)
            st = read_text(inbound, text, &event, err);
        else if (!st && inbound->ended && !inbound->done)
            st = conclude(inbound, &event, err);
        inbound->done = inbound->done || st;
        if (st)
            return st;
        if (!text.at)
            break;
    }
    *out_event = event;
    return MCPAUTH_OK;
}

/* What is too long for the stream to hold: *out_event is NULL before. */
static mcpauth_status go_on_full(ma_inbound *inbound,
    const ma_exchange_event **out_event, mcpauth_error *err)
{
    inbound->pours = may_pour(inbound, ma_sse_unfinished(inbound->sse));
    ma_sse_pour(inbound->sse, inbound->pours);
    return inbound->pours ? MCPAUTH_OK : next_whole(inbound, out_event, err);
}

mcpauth_status ma_inbound_next(ma_inbound *inbound,
    const ma_exchange_event **out_event, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    *out_event = NULL;
    if (!inbound->pours)
        st = next_whole(inbound, out_event, err);
    if (!st && !*out_event && inbound->sse && ma_sse_is_full(inbound->sse))
        st = go_on_full(inbound, out_event, err);
    if (st || *out_event || !inbound->pours)
        return st;
    st = next_piece(inbound, out_event, err);
    if (st || *out_event || !inbound->ended)
        return st;
    inbound->done = true;
    return fail_unanswered(inbound, err);
}

bool ma_inbound_done(const ma_inbound *inbound)
{
    return inbound->done;
}

ma_span ma_inbound_last_event_id(const ma_inbound *inbound)
{
    const ma_sse *sse = inbound->sse;
    return sse ? ma_sse_last_id(sse) : ma_span_make(NULL, 0);
}

int64_t ma_inbound_retry_ms(const ma_inbound *inbound)
{
    const ma_sse *sse = inbound->sse;
    return sse ? ma_sse_retry_ms(sse) : -1;
}

const ma_secret *ma_inbound_session_id(const ma_inbound *inbound)
{
    return inbound->session_id;
}
