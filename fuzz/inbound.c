/* inbound.c - an answer gives the same events, wherever its pieces end, for
 * every purpose and under all rules.  Of the input the first byte is the
 * purpose and the rules, the second the length of a piece, the third the HTTP
 * status and the media type; the rest is the body. */
#include "mcp/inbound.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/error.h"

enum { MESSAGE_MAX = 256, HEAD_BYTES = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void require(bool truth)
{
    if (!truth)
        abort();
}

/* --- what the first bytes say -------------------------------------------- */

static ma_exchange_purpose purpose_of(uint8_t byte)
{
    return (ma_exchange_purpose)(byte & 3);
}

static ma_exchange_rules rules_of(uint8_t byte)
{
    return (ma_exchange_rules){
        .batches = byte & 4,
        .server_requests = byte & 8,
        .in_session = byte & 16,
        .resumes = byte & 32,
        .elsewhere = byte & 64,
        .message_max = MESSAGE_MAX,
        .retry_codes = {-32003, -32005},
    };
}

static int status_of(uint8_t byte)
{
    static const int statuses[] = {200, 200, 200, 202, 204, 302, 400, 401, 403,
        404, 405, 429, 500, 503, 101, 599};
    return statuses[byte & 15];
}

static mcpauth_headers *headers_of(uint8_t byte)
{
    static const char *const types[] = {"application/json", "text/event-stream",
        "TEXT/Event-Stream; charset=x", "text/html"};
    mcpauth_headers *headers = mcpauth_headers_new();
    require(headers);
    require(!mcpauth_headers_add(
        headers, "Content-Type", types[byte >> 4 & 3], NULL));
    if (byte & 64)
        require(!mcpauth_headers_add(headers, "Retry-After", "1", NULL));
    if (byte & 128)
        require(!mcpauth_headers_add(headers, "Mcp-Session-Id", "s", NULL));
    return headers;
}

/* --- what comes of it ---------------------------------------------------- */

static void write_event(ma_buf *to, const ma_exchange_event *event)
{
    ma_buf_addf(to, "%d %d %lld ", (int)event->kind, event->http_status,
        (long long)event->retry_after_ms);
    ma_buf_add_span(to, event->message.text);
    ma_buf_add_span(to, event->message.id);
    ma_buf_add_byte(to, '\n');
}

static mcpauth_status write_events(
    ma_inbound *inbound, unsigned *finals, ma_buf *to, mcpauth_error *err)
{
    const ma_exchange_event *event;
    for (;;) {
        mcpauth_status st = ma_inbound_next(inbound, &event, err);
        if (st || !event)
            return st;
        *finals += event->kind >= MA_EXCHANGE_RESPONSE;
        require(*finals <= 1);
        require(ma_inbound_done(inbound) == (*finals == 1));
        write_event(to, event);
    }
}

static mcpauth_status play(ma_inbound *inbound, ma_span body, size_t piece_len,
    unsigned *finals, ma_buf *to, mcpauth_error *err)
{
    while (body.len > 0) {
        size_t len = piece_len < body.len ? piece_len : body.len;
        mcpauth_status st =
            ma_inbound_feed(inbound, ma_span_make(body.at, len), err);
        if (!st)
            st = write_events(inbound, finals, to, err);
        if (st)
            return st;
        body = ma_span_make(body.at + len, body.len - len);
    }
    ma_inbound_end(inbound);
    return write_events(inbound, finals, to, err);
}

static void write_answer(
    ma_buf *to, const uint8_t *bytes, ma_span body, size_t piece_len)
{
    ma_inbound *inbound = NULL;
    unsigned finals = 0;
    const ma_exchange_rules rules = rules_of(bytes[0]);
    ma_exchange_purpose purpose = purpose_of(bytes[0]);
    mcpauth_headers *headers = headers_of(bytes[2]);
    mcpauth_error *err = mcpauth_error_new();
    require(!ma_inbound_new(purpose, purpose == MA_EXCHANGE_FOR_STREAM, "7",
        &rules, &inbound, NULL));
    mcpauth_status st =
        ma_inbound_head(inbound, status_of(bytes[2]), headers, err);
    if (!st)
        st = play(inbound, body, piece_len, &finals, to, err);
    require(st || finals == 1);
    if (!st)
        st = ma_inbound_failure(inbound, err);
    ma_buf_addf(to, "%d %s id ", st, mcpauth_error_message(err));
    ma_buf_add_span(to, ma_inbound_last_event_id(inbound));
    mcpauth_error_free(err);
    mcpauth_headers_free(headers);
    ma_inbound_free(inbound);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    MA_SCOPED(ma_buf) whole = ma_buf_init(1 << 24);
    MA_SCOPED(ma_buf) pieces = ma_buf_init(1 << 24);
    if (len < HEAD_BYTES)
        return 0;
    ma_span body =
        ma_span_make((const char *)bytes + HEAD_BYTES, len - HEAD_BYTES);
    write_answer(&whole, bytes, body, body.len);
    write_answer(&pieces, bytes, body, (size_t)bytes[1] + 1);
    require(ma_span_eq(ma_buf_span(&whole), ma_buf_span(&pieces)));
    return 0;
}
