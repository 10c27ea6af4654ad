/* directory.h - a directory in which nobody else can put anything.
 *
 * The rule, as ssh has it: from the root on, every directory belongs to root
 * or to us and nobody else may write in it, unless it is sticky; the last one
 * is ours and not writable by others at all.  A symbolic link is followed when
 * root or we made it, and what it leads to is held to the same (S-047). */
#ifndef MA_STORE_DIRECTORY_H
#define MA_STORE_DIRECTORY_H

#include <mcpauth/error.h>

#include "base/buf.h"
#include "base/fd.h"

typedef struct {
    const char *path; /* for messages; lent */
    ma_fd fd;         /* what every name is looked up in */
} ma_directory;

/* The path from the root, for ma_free: the process may change its directory.
 * E_USAGE: it is empty. */
mcpauth_status ma_directory_make_absolute(
    const char *path, char **out, mcpauth_error *err);

/* Opens path, which is absolute; what is missing is made with mode 0700.
 * E_STORE: it cannot be made or opened, or breaks the rule. */
mcpauth_status ma_directory_open(
    const char *path, ma_directory *out, mcpauth_error *err);
void ma_directory_done(ma_directory *directory);
MA_SCOPED_DEFINE(ma_directory, ma_directory_done)

/* Room for all names of a directory. */
enum { MA_DIRECTORY_NAMES_MAX = 16 * 1024 * 1024 };

/* Appends the name of every entry and a NUL behind each. */
mcpauth_status ma_directory_list(
    const ma_directory *directory, ma_buf *to, mcpauth_error *err);

/* Makes the names durable. */
mcpauth_status ma_directory_sync(
    const ma_directory *directory, mcpauth_error *err);

/* Sets err to "doing directory/name: words of cause" (an errno), with a hint;
 * returns E_STORE. */
mcpauth_status ma_directory_failed(const ma_directory *directory,
    const char *name, const char *doing, int cause, mcpauth_error *err);

#endif
