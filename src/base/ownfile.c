/* ownfile.c - see ownfile.h. */
#include "base/ownfile.h"

#include <string.h>
#include <sys/stat.h>

#include "base/error.h"

static mcpauth_status refuse(
    mcpauth_error *err, const char *what, const char *hint)
{
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_USAGE, "%s", what);
    ma_error_hint(err, "%s", hint);
    return st;
}

static mcpauth_status judge(int fd, mode_t forbidden, mcpauth_error *err)
{
    struct stat found;
    if (fstat(fd, &found))
        return ma_error_set(err, MCPAUTH_E_USAGE, "%s", strerror(errno));
    if (!S_ISREG(found.st_mode))
        return refuse(err, "it is no regular file", "name the file of the key");
    if (found.st_uid != 0 && found.st_uid != geteuid())
        return refuse(err, "it belongs to someone else",
            "use a key that nobody else knows");
    if (found.st_mode & forbidden)
        return refuse(err, "others may read or change it",
            "take that right away (chmod 600), and think of who has read it");
    return MCPAUTH_OK;
}

/* Whoever names a pipe is not to wait for its other end. */
mcpauth_status ma_ownfile_open(
    const char *path, mode_t forbidden, ma_fd *out_fd, mcpauth_error *err)
{
    MA_SCOPED(ma_fd)
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return ma_error_set(err, MCPAUTH_E_USAGE, "%s", strerror(errno));
    mcpauth_status st = judge(fd, forbidden, err);
    if (!st)
        *out_fd = ma_fd_take(&fd);
    return st;
}
