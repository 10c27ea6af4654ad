/* fieldvalue.c - MCP 2026-07-28, Streamable HTTP, Value Encoding. */
#include "mcp/fieldvalue.h"

#include "base/base64.h"

static const char opening[] = "=?base64?";
static const char closing[] = "?=";

/* RFC 9110 5.5 allows a tab inside as well; encoded, it is safe from whoever
 * folds white space on the way. */
static bool is_printable(ma_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < 0x20 || text.at[i] > 0x7E)
            return false;
    }
    return true;
}

static bool is_plain(ma_span text)
{
    return is_printable(text) && ma_span_trim(text).len == text.len &&
           !(ma_span_starts(text, opening) && ma_span_ends(text, closing));
}

void ma_fieldvalue_write(ma_buf *to, ma_span text)
{
    if (is_plain(text)) {
        ma_buf_add_span(to, text);
        return;
    }
    ma_buf_add_text(to, opening);
    ma_base64_write(to, text);
    ma_buf_add_text(to, closing);
}
