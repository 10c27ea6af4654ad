/* span.h - a view of bytes that somebody else owns. */
#ifndef MA_BASE_SPAN_H
#define MA_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct {
    const char *at;
    size_t len;
} ma_span;

static inline ma_span ma_span_make(const char *at, size_t len)
{
    return (ma_span){at, len};
}

/* The bytes of a NUL-terminated text; NULL is the empty span. */
static inline ma_span ma_span_of(const char *text)
{
    return ma_span_make(text, text ? strlen(text) : 0);
}

bool ma_span_eq(ma_span a, ma_span b);
bool ma_span_is(ma_span span, const char *text);

/* ASCII case is ignored; other bytes are compared as they are. */
bool ma_span_is_nocase(ma_span span, const char *text);
bool ma_span_starts(ma_span span, const char *prefix);
bool ma_span_ends(ma_span span, const char *suffix);

/* Without the spaces and tabs at both ends (OWS, RFC 9110 5.6.3). */
ma_span ma_span_trim(ma_span span);

/* Cuts *rest at the first separator: returns what stood before it and leaves
 * what follows in *rest.  Without a separator all is returned and rest->at
 * becomes NULL, so `while (rest.at)` visits every piece. */
ma_span ma_span_cut(ma_span *rest, char separator);

/* First place of byte, or len when it does not occur. */
size_t ma_span_find(ma_span span, char byte);

#endif
