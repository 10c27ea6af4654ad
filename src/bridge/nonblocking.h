/* nonblocking.h - writing to a descriptor that is ours to use, but not to
 * change: what it is set to holds for everybody who has it. */
#ifndef MA_BRIDGE_NONBLOCKING_H
#define MA_BRIDGE_NONBLOCKING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef struct {
    int fd;
    bool own; /* opened by us: closed with it */
    bool socket;
    size_t most; /* in one write */
} ma_nonblocking;

/* fd stays the caller's. */
ma_nonblocking ma_nonblocking_open(int fd);
void ma_nonblocking_close(ma_nonblocking *at);

/* As write(2), but never waits: -1 with EAGAIN instead; and without SIGPIPE
 * where that can be.  Behind poll(2) only. */
ssize_t ma_nonblocking_write(
    const ma_nonblocking *at, const void *bytes, size_t len);

#endif
