/* lines.c - bytes in, lines out. */
#include "bridge/lines.h"

#include <string.h>

enum { READ_MAX = 1024 * 1024 }; /* what a feed may bring beside a line */

ma_lines ma_lines_init(size_t line_max)
{
    return (ma_lines){
        .line_max = line_max, .rest = ma_buf_init(line_max + READ_MAX)};
}

void ma_lines_done(ma_lines *lines)
{
    ma_buf_done(&lines->rest);
}

/* Moves up what is left, once and not for every line. */
static void drop_handed(ma_lines *lines)
{
    ma_buf_consume(&lines->rest, lines->handed);
    lines->sought -= lines->handed;
    lines->handed = 0;
}

mcpauth_status ma_lines_feed(ma_lines *lines, ma_span bytes, mcpauth_error *err)
{
    drop_handed(lines);
    ma_buf_add_span(&lines->rest, bytes);
    return ma_buf_status(&lines->rest, "a line of the host", err);
}

/* Cuts the next line off, whatever is in it; false: it has no end yet. */
static bool cut(ma_lines *lines, ma_span *out_line)
{
    const char *at = lines->rest.at;
    const char *end = NULL;
    if (lines->sought < lines->rest.len)
        end = memchr(at + lines->sought, '\n', lines->rest.len - lines->sought);
    if (!end) {
        lines->sought = lines->rest.len;
        return false;
    }
    *out_line =
        ma_span_make(at + lines->handed, (size_t)(end - at) - lines->handed);
    lines->handed = lines->sought = (size_t)(end - at) + 1;
    return true;
}

static ma_span without_cr(ma_span line)
{
    if (line.len > 0 && line.at[line.len - 1] == '\r')
        line.len--;
    return line;
}

/* A line that has no end yet and is too long already is not kept. */
static bool begin_skipping(ma_lines *lines)
{
    bool begins =
        !lines->skipping && lines->rest.len - lines->handed > lines->line_max;
    if (begins || lines->skipping)
        lines->handed = lines->rest.len;
    lines->skipping = lines->skipping || begins;
    return begins;
}

bool ma_lines_next(ma_lines *lines, ma_span *out_line, bool *out_too_long)
{
    *out_too_long = false;
    while (cut(lines, out_line)) {
        bool tail = lines->skipping;
        lines->skipping = false;
        *out_line = without_cr(*out_line);
        *out_too_long = !tail && out_line->len > lines->line_max;
        if (*out_too_long)
            out_line->len = 0;
        if (*out_too_long || (!tail && ma_span_trim(*out_line).len > 0))
            return true;
    }
    *out_line = ma_span_make("", 0);
    *out_too_long = begin_skipping(lines);
    return *out_too_long;
}

bool ma_lines_last(ma_lines *lines, ma_span *out_line)
{
    *out_line = without_cr(ma_span_make(
        lines->rest.at + lines->handed, lines->rest.len - lines->handed));
    bool any = !lines->skipping && ma_span_trim(*out_line).len > 0;
    lines->handed = lines->sought = lines->rest.len;
    return any;
}
