/* response.c - an envelope around a result. */
#include "bridge/response.h"

void ma_response_write(ma_buf *to, ma_span id, ma_span result)
{
    ma_buf_add_text(to, "{\"jsonrpc\":\"2.0\",\"id\":");
    ma_buf_add_span(to, id);
    ma_buf_add_text(to, ",\"result\":");
    ma_buf_add_span(to, result);
    ma_buf_add_byte(to, '}');
}
