/* textfile.c - a file that another program may replace at any time. */
#include "client/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"

/* It may be a link that is turned to another file. */
static mcpauth_status open_file(
    const char *path, ma_fd *out_fd, mcpauth_error *err)
{
    struct stat info;
    ma_fd fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return ma_error_set(
            err, MCPAUTH_E_USAGE, "it cannot be opened: %s", strerror(errno));
    *out_fd = fd;
    if (fstat(fd, &info) || !S_ISREG(info.st_mode))
        return ma_error_set(err, MCPAUTH_E_USAGE, "it is no regular file");
    return MCPAUTH_OK;
}

mcpauth_status ma_textfile_read(
    const char *path, ma_buf *to, mcpauth_error *err)
{
    char bytes[4096];
    MA_SCOPED(ma_fd) fd = -1;
    mcpauth_status st = open_file(path, &fd, err);
    while (!st) {
        ssize_t len = read(fd, bytes, sizeof bytes);
        if (len < 0 && errno == EINTR)
            continue;
        if (len < 0)
            st = ma_error_set(
                err, MCPAUTH_E_USAGE, "it cannot be read: %s", strerror(errno));
        if (len <= 0)
            break;
        ma_buf_add(to, bytes, (size_t)len);
        st = ma_buf_status(to, "what is in it", err);
    }
    explicit_bzero(bytes, sizeof bytes);
    return st;
}
