/* fd.h - a file descriptor closes with its scope. */
#ifndef MA_STORE_FD_H
#define MA_STORE_FD_H

#include <unistd.h>

#include "base/auto.h"

typedef int ma_fd; /* -1: none */

static inline void ma_fd_done(ma_fd *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}
MA_SCOPED_DEFINE(ma_fd, ma_fd_done)

/* Moves the descriptor out. */
static inline ma_fd ma_fd_take(ma_fd *fd)
{
    ma_fd taken = *fd;
    *fd = -1;
    return taken;
}

#endif
