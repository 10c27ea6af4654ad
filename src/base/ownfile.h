/* ownfile.h - a file with a secret in it, which nobody else may read. */
#ifndef MA_BASE_OWNFILE_H
#define MA_BASE_OWNFILE_H

#include <mcpauth/error.h>

#include "base/fd.h"

/* Opens it for reading.  forbidden: the rights that nobody else may have.
 * E_USAGE: it cannot be opened, is no regular file, belongs to someone else
 * than us or root, or others have such a right; the message does not name
 * it. */
mcpauth_status ma_ownfile_open(
    const char *path, mode_t forbidden, ma_fd *out_fd, mcpauth_error *err);

#endif
