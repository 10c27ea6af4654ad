/* span.c - comparing and cutting views. */
#include "base/span.h"

#include <string.h>

bool ma_span_eq(ma_span a, ma_span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool ma_span_is(ma_span span, const char *text)
{
    return ma_span_eq(span, ma_span_of(text));
}

static unsigned char lower(char byte)
{
    unsigned char c = (unsigned char)byte;
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + ('a' - 'A')) : c;
}

/* strncasecmp would follow the locale. */
bool ma_span_is_nocase(ma_span span, const char *text)
{
    ma_span other = ma_span_of(text);
    if (span.len != other.len)
        return false;
    for (size_t i = 0; i < span.len; i++)
        if (lower(span.at[i]) != lower(other.at[i]))
            return false;
    return true;
}

bool ma_span_starts(ma_span span, const char *prefix)
{
    ma_span start = ma_span_of(prefix);
    return span.len >= start.len &&
           ma_span_eq(ma_span_make(span.at, start.len), start);
}

bool ma_span_ends(ma_span span, const char *suffix)
{
    ma_span end = ma_span_of(suffix);
    if (!end.len || span.len < end.len)
        return !end.len;
    const char *at = span.at + (span.len - end.len);
    return ma_span_eq(ma_span_make(at, end.len), end);
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

ma_span ma_span_trim(ma_span span)
{
    while (span.len && is_blank(span.at[0]))
        span = ma_span_make(span.at + 1, span.len - 1);
    while (span.len && is_blank(span.at[span.len - 1]))
        span.len--;
    return span;
}

ma_span ma_span_cut(ma_span *rest, char separator)
{
    size_t len = ma_span_find(*rest, separator);
    ma_span piece = ma_span_make(rest->at, len);
    *rest = len == rest->len
                ? ma_span_make(NULL, 0)
                : ma_span_make(rest->at + len + 1, rest->len - len - 1);
    return piece;
}

size_t ma_span_find(ma_span span, char byte)
{
    const char *found = span.len ? memchr(span.at, byte, span.len) : NULL;
    return found ? (size_t)(found - span.at) : span.len;
}
