/* quote.h - foreign text made fit to be shown.
 *
 * Every string of a server that reaches a terminal, a log or an error passes
 * here: C0 and C1 controls, DEL, bidirectional controls, invalid UTF-8, the
 * quote and the backslash become \x1b or \u{202e}, so that the text can
 * neither drive a terminal nor pass for our own words (S-022). */
#ifndef MA_BASE_QUOTE_H
#define MA_BASE_QUOTE_H

#include "base/buf.h"

/* How much foreign text one message shows. */
enum { MA_QUOTE_MAX = 300 };

/* Appends text escaped, cut after max_len source bytes with "..." behind. */
void ma_quote_write(ma_buf *to, ma_span text, size_t max_len);

/* The escaped text, at most MA_QUOTE_MAX source bytes, for ma_free; NULL when
 * out of memory. */
char *ma_quote(ma_span text);

/* Like ma_quote_write, but whole, and newline, tab, quote and backslash pass:
 * for output that a person asked to read (a tool's text), where lines matter
 * and no quotes of ours stand around it. */
void ma_quote_lines(ma_buf *to, ma_span text);

#endif
