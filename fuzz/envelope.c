/* envelope.c - a text is a message or it is not; every span of a message is
 * a value inside the text, and reads the same when it stands alone. */
#include "mcp/envelope.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void require(bool truth)
{
    if (!truth)
        abort();
}

static void check_value(ma_span text, ma_span value)
{
    ma_span alone;
    if (!value.at)
        return;
    require(value.at >= text.at);
    require(value.at + value.len <= text.at + text.len);
    require(!ma_value_parse(value, &alone, NULL));
    require(ma_span_eq(alone, value));
}

static void check_string(ma_span value)
{
    MA_SCOPED(ma_buf) said = ma_buf_init(1 << 24);
    bool string = ma_value_write_text(&said, value);
    require(string == ma_value_is_string(value));
    if (string && ma_span_find(ma_buf_span(&said), '\0') == said.len)
        require(ma_value_says(value, ma_buf_text(&said)));
}

static void check_items(ma_span text, ma_span value)
{
    ma_span name, item;
    ma_value_walk walk = ma_value_walk_init(value);
    while (ma_value_walk_next(&walk, &name, &item)) {
        check_value(text, name);
        check_value(text, item);
        check_string(item);
    }
}

static void check_message(ma_span text, const ma_envelope *message)
{
    const ma_span values[] = {message->id, message->method, message->params,
        message->result, message->message, message->data, message->batch};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        check_value(text, values[i]);
    check_items(text, message->params);
    check_items(text, message->result);
}

/* Everything that a tour opens it closes, and it ends when all is closed. */
static void check_tour(ma_span text, bool json)
{
    size_t opened = 0;
    size_t closed = 0;
    ma_span name, value;
    ma_value_step step;
    ma_value_tour tour = ma_value_tour_init(text);
    while ((step = ma_value_tour_next(&tour, &name, &value))) {
        opened += step == MA_VALUE_OPENED;
        closed += step == MA_VALUE_CLOSED;
        require(opened - closed == tour.depth);
        if (step == MA_VALUE_SCALAR)
            check_value(text, value);
    }
    require(!json || opened == closed);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    ma_span text = ma_span_make((const char *)bytes, len);
    ma_span value;
    ma_envelope message;
    bool json = !ma_value_parse(text, &value, NULL);
    bool readable = !ma_envelope_parse(text, &message, NULL);
    require(json || !readable);
    check_tour(json ? value : text, json);
    if (json) {
        check_value(text, value);
        check_items(text, value);
    }
    if (readable)
        check_message(text, &message);
    return 0;
}
