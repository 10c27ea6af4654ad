/* foreignfile.h - files that other programs write, and that are theirs.
 *
 * They are read as they lie: through symbolic links, whoever may read them,
 * but nothing that is no file, and nothing without end. */
#ifndef MA_CLI_FOREIGNFILE_H
#define MA_CLI_FOREIGNFILE_H

#include "base/buf.h"
#include "base/json.h"

/* Some keep all that was ever said in theirs. */
enum { MA_FOREIGNFILE_MAX = 64 * 1024 * 1024 };

/* Appends all of it.  E_USAGE: it cannot be opened or read, or is no regular
 * file; E_LIMIT: it is longer than to may hold.  The message names it. */
mcpauth_status ma_foreignfile_read(
    const char *path, ma_buf *to, mcpauth_error *err);

/* Reads an object; comments and a comma too many are no matter, and an empty
 * file is an empty object.  Also E_PROTOCOL: it is no JSON, with the place. */
mcpauth_status ma_foreignfile_parse(
    const char *path, ma_json **out, mcpauth_error *err);

#endif
