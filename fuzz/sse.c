/* sse.c - a stream gives the same events, wherever its pieces end.  The first
 * byte of the input is the length of a piece, the rest is the stream. */
#include "mcp/sse.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"

enum { EVENT_MAX = 256 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void require(bool truth)
{
    if (!truth)
        abort();
}

static void write_events(ma_sse *sse, ma_buf *to)
{
    const ma_sse_event *event;
    for (;;) {
        require(!ma_sse_next(sse, &event, NULL));
        if (!event)
            return;
        require(event->data.len <= EVENT_MAX);
        ma_buf_addf(to, "%zu %zu %d ", event->type.len, event->data.len,
            event->too_long);
        ma_buf_add_span(to, event->type);
        ma_buf_add_span(to, event->data);
    }
}

static void write_stream(ma_buf *to, ma_span stream, size_t piece_len)
{
    ma_sse *sse = NULL;
    require(!ma_sse_new(EVENT_MAX, 0, &sse, NULL));
    while (stream.len > 0) {
        size_t len = piece_len < stream.len ? piece_len : stream.len;
        require(!ma_sse_feed(sse, ma_span_make(stream.at, len), NULL));
        write_events(sse, to);
        stream = ma_span_make(stream.at + len, stream.len - len);
    }
    ma_buf_addf(to, " retry %lld id ", (long long)ma_sse_retry_ms(sse));
    ma_buf_add_span(to, ma_sse_last_id(sse));
    ma_sse_free(sse);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    MA_SCOPED(ma_buf) whole = ma_buf_init(1 << 24);
    MA_SCOPED(ma_buf) pieces = ma_buf_init(1 << 24);
    if (len < 2)
        return 0;
    ma_span stream = ma_span_make((const char *)bytes + 1, len - 1);
    write_stream(&whole, stream, stream.len);
    write_stream(&pieces, stream, (size_t)bytes[0] + 1);
    require(ma_span_eq(ma_buf_span(&whole), ma_buf_span(&pieces)));
    return 0;
}
