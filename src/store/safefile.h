/* safefile.h - whole files of secrets: ours alone, replaced at once or not at
 * all.
 *
 * At every moment a name leads to the old content or the new one, also after
 * kill -9 or a power cut (S-044).  A failure is E_STORE with the words of the
 * system, and leaves one of the two. */
#ifndef MA_STORE_SAFEFILE_H
#define MA_STORE_SAFEFILE_H

#include <stdbool.h>

#include "store/directory.h"

/* Between the name of a file and the random end of its next content's name. */
#define MA_SAFEFILE_TEMP ".tmp-"

/* Appends what the file holds, but no more than to may hold: of a longer file
 * only its beginning.  *out_found: there is such a file.  E_STORE also when it
 * is no regular file, not ours, or others may read or write it. */
mcpauth_status ma_safefile_read(const ma_directory *directory, const char *name,
    ma_buf *to, bool *out_found, mcpauth_error *err);

/* Makes a file, which must not exist, of bytes; durable on OK, but for its
 * name.  It is not there after a failure. */
mcpauth_status ma_safefile_write(const ma_directory *directory,
    const char *name, ma_span bytes, mcpauth_error *err);

/* Makes bytes the content of the file; durable on OK.  When only the last step
 * fails, making the new name durable, the new content is there all the same.
 */
mcpauth_status ma_safefile_replace(const ma_directory *directory,
    const char *name, ma_span bytes, mcpauth_error *err);

/* Durable on OK. */
mcpauth_status ma_safefile_rename(const ma_directory *directory,
    const char *from, const char *to, mcpauth_error *err);

/* Removes every file whose name starts with prefix; OK when there is none.
 * ma_directory_sync makes that durable. */
mcpauth_status ma_safefile_remove(
    const ma_directory *directory, const char *prefix, mcpauth_error *err);

#endif
