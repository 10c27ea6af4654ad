/* lockfile.h - one holder at a time, among threads and processes.
 *
 * A lock is a byte of a file, held through an open file description of its
 * own (F_OFD_SETLK), so the kernel lets go when the holder closes it or dies;
 * nothing can be stale (S-049).  Who holds it is written into the file for
 * people alone: nothing is decided by it.  The file is never removed or
 * renamed: whoever locks the name locks the same file.
 *
 * Where the kernel has no locks (ENOLCK, as on a network file system without
 * them), there is none, and that is said (S-048).  A lock made by link() would
 * outlive its holder, and a dead holder cannot be told from a slow one. */
#ifndef MA_STORE_LOCKFILE_H
#define MA_STORE_LOCKFILE_H

#include <mcpauth/store.h>

#include "store/directory.h"

typedef enum {
    MA_LOCKFILE_REFRESH = 0, /* across a token request; mcpauth_store_lock */
    MA_LOCKFILE_WRITE = 1,   /* from comparing a version to its replacement */
    MA_LOCKFILE_LOGIN = 2    /* as long as a person is asked */
} ma_lockfile_byte;

/* Tries once.  LOCKED: closing *out_fd unlocks.  E_STORE: the name leads to
 * something that is not our lock file. */
mcpauth_status ma_lockfile_try(const ma_directory *directory, const char *name,
    ma_lockfile_byte byte, ma_fd *out_fd, mcpauth_lock *out_lock,
    mcpauth_error *err);

/* Waits for the holder, who writes a file and is done.  *out_fd is -1 where
 * nothing can be locked.  E_STORE: it takes too long. */
mcpauth_status ma_lockfile_wait(const ma_directory *directory, const char *name,
    ma_lockfile_byte byte, ma_fd *out_fd, mcpauth_error *err);

#endif
