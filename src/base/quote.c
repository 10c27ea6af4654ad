/* quote.c - the one escape that all foreign text passes. */
#include "base/quote.h"

#include "base/utf8.h"

/* Which characters may stay besides those that are plainly visible. */
typedef bool pass_fn(uint32_t code);

static bool pass_quoted(uint32_t code)
{
    return code != '"' && code != '\\' && !ma_utf8_is_control(code);
}

static bool pass_lines(uint32_t code)
{
    return code == '\n' || code == '\t' || !ma_utf8_is_control(code);
}

static void write_escaped(
    ma_buf *to, ma_span text, size_t max_len, pass_fn pass)
{
    for (size_t at = 0; at < text.len;) {
        ma_span rest = ma_span_make(text.at + at, text.len - at);
        uint32_t code = 0;
        size_t len = ma_utf8_next(rest, &code);
        size_t step = len ? len : 1;
        if (step > max_len - at) {
            ma_buf_add_text(to, "...");
            return;
        }
        if (len && pass(code))
            ma_buf_add(to, rest.at, len);
        else if (len > 1)
            ma_buf_addf(to, "\\u{%x}", (unsigned)code);
        else
            ma_buf_addf(to, "\\x%02x", (unsigned char)rest.at[0]);
        at += step;
    }
}

void ma_quote_write(ma_buf *to, ma_span text, size_t max_len)
{
    write_escaped(to, text, max_len, pass_quoted);
}

char *ma_quote(ma_span text)
{
    /* No escape is longer than four times what it stands for. */
    MA_SCOPED(ma_buf) quoted = ma_buf_init(4 * MA_QUOTE_MAX + sizeof "...");
    ma_quote_write(&quoted, text, MA_QUOTE_MAX);
    return ma_buf_take(&quoted);
}

void ma_quote_lines(ma_buf *to, ma_span text)
{
    write_escaped(to, text, text.len, pass_lines);
}
