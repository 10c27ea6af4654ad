/* nonblocking.c - a second opening of the same thing, which is set otherwise.
 */
#include "bridge/nonblocking.h"

#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* A pipe that poll(2) calls writable takes so much at once (pipe(7)); what is
 * neither pipe nor socket never makes anybody wait for long. */
enum { PIPE_LEN = 1024 * 1024 };

static ma_nonblocking as_it_is(int fd, mode_t mode)
{
    return (ma_nonblocking){.fd = fd,
        .socket = S_ISSOCK(mode),
        .most = S_ISFIFO(mode) ? PIPE_BUF : SSIZE_MAX};
}

ma_nonblocking ma_nonblocking_open(int fd)
{
    char path[64];
    struct stat stat;
    mode_t mode = fstat(fd, &stat) ? 0 : stat.st_mode;
    if (!S_ISFIFO(mode))
        return as_it_is(fd, mode);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int own = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (own < 0)
        return as_it_is(fd, mode);
    (void)!fcntl(own, F_SETPIPE_SZ, PIPE_LEN); /* its reader wakes less often */
    return (ma_nonblocking){.fd = own, .own = true, .most = SSIZE_MAX};
}

void ma_nonblocking_close(ma_nonblocking *at)
{
    if (at->own)
        close(at->fd);
    *at = (ma_nonblocking){.fd = -1};
}

ssize_t ma_nonblocking_write(
    const ma_nonblocking *at, const void *bytes, size_t len)
{
    if (at->socket)
        return send(at->fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    return write(at->fd, bytes, len < at->most ? len : at->most);
}
