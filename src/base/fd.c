/* fd.c - see fd.h. */
#include "base/fd.h"

#include <string.h>

enum { CHUNK = 4096 };

int ma_fd_read_all(ma_fd fd, ma_buf *to)
{
    char chunk[CHUNK];
    ssize_t got = 0;
    do {
        got = read(fd, chunk, sizeof chunk);
        if (got > 0)
            ma_buf_add(to, chunk, (size_t)got);
    } while ((got > 0 && !to->failed) || (got < 0 && errno == EINTR));
    int cause = got < 0 ? errno : 0;
    explicit_bzero(chunk, sizeof chunk);
    return cause;
}
