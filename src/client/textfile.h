/* textfile.h - a file that another program may replace at any time. */
#ifndef MA_CLIENT_TEXTFILE_H
#define MA_CLIENT_TEXTFILE_H

#include "base/buf.h"

/* Appends what is in it at this moment.  Whoever put it there decides who may
 * read it.  E_USAGE: it cannot be read, or is no regular file.  E_LIMIT. */
mcpauth_status ma_textfile_read(
    const char *path, ma_buf *to, mcpauth_error *err);

#endif
