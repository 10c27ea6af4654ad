/* lines.h - what a host writes, cut into lines as the bytes arrive (T-150). */
#ifndef MA_BRIDGE_LINES_H
#define MA_BRIDGE_LINES_H

#include "base/buf.h"

typedef struct {
    size_t line_max;
    ma_buf rest;   /* bytes that are not handed out yet */
    size_t handed; /* of them are */
    size_t sought; /* of them hold no line end */
    bool skipping; /* the rest of a line that was too long */
} ma_lines;

/* line_max: the longest line, in bytes; what is longer is none. */
ma_lines ma_lines_init(size_t line_max);
void ma_lines_done(ma_lines *lines);
MA_SCOPED_DEFINE(ma_lines, ma_lines_done)

/* Takes what was read, which may be empty.  Spans that were handed out end. */
mcpauth_status ma_lines_feed(
    ma_lines *lines, ma_span bytes, mcpauth_error *err);

/* The next line without its end, lent until the next feed; blank ones are
 * skipped (T-150).  False: there is none yet.
 * *out_too_long: it is longer than line_max, and *out_line empty (T-154). */
bool ma_lines_next(ma_lines *lines, ma_span *out_line, bool *out_too_long);

/* What stands behind the last line end, when nothing more will come. */
bool ma_lines_last(ma_lines *lines, ma_span *out_line);

#endif
