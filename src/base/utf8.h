/* utf8.h - one character of UTF-8 at a time, strictly (RFC 3629). */
#ifndef MA_BASE_UTF8_H
#define MA_BASE_UTF8_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/* Reads the first character of text: its length in bytes and, in *out_code,
 * its code point.  0 when text is empty or begins with no whole, shortest,
 * legal sequence. */
size_t ma_utf8_next(ma_span text, uint32_t *out_code);

bool ma_utf8_valid(ma_span text);

/* True for a code point that acts on a terminal or on the order or lines of a
 * text instead of being seen: C0, DEL, C1, bidirectional controls, line and
 * paragraph separator (S-022). */
bool ma_utf8_is_control(uint32_t code);

#endif
