/* fd.h - a file descriptor closes with its scope. */
#ifndef MA_BASE_FD_H
#define MA_BASE_FD_H

#include <errno.h>
#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"

typedef int ma_fd; /* -1: none */

static inline void ma_fd_done(ma_fd *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}
MA_SCOPED_DEFINE(ma_fd, ma_fd_done)

/* As openat and fsync, which a signal may interrupt on a file system that is
 * far away. */
static inline ma_fd ma_fd_open(int at, const char *name, int flags, mode_t mode)
{
    int fd = openat(at, name, flags | O_CLOEXEC, mode);
    while (fd < 0 && errno == EINTR)
        fd = openat(at, name, flags | O_CLOEXEC, mode);
    return fd;
}

static inline int ma_fd_sync(int fd)
{
    int failed = fsync(fd);
    while (failed && errno == EINTR)
        failed = fsync(fd);
    return failed;
}

/* Appends all that can be read, of which no copy stays behind; 0, or errno. */
int ma_fd_read_all(ma_fd fd, ma_buf *to);

/* Moves the descriptor out. */
static inline ma_fd ma_fd_take(ma_fd *fd)
{
    ma_fd taken = *fd;
    *fd = -1;
    return taken;
}

#endif
