/* lockfile.c - see lockfile.h. */
#include "store/lockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/quote.h"

enum {
    WAIT_MAX_MS = 5000,
    PAUSE_MS = 1, /* between two tries: far less than the fsync waited for */
    OURS_ALONE = S_IRUSR | S_IWUSR,
    NAMES_AT = 16, /* behind the bytes that carry locks */
    NAME_ROOM = 96
};

/* The place, not the moment, is the reason: read-only, full, no locks (S-048).
 */
static bool is_unable(int cause)
{
    switch (cause) {
    case EROFS:
    case EACCES:
    case EPERM:
    case ENOSPC:
    case EDQUOT:
    case ENOLCK:
    case ENOSYS:
    case EOPNOTSUPP:
    case EINVAL:
        return true;
    default:
        return false;
    }
}

/* *out_fd stays -1 when nothing can be locked here. */
static mcpauth_status open_file(const ma_directory *directory, const char *name,
    ma_fd *out_fd, mcpauth_error *err)
{
    struct stat found;
    MA_SCOPED(ma_fd)
    fd = ma_fd_open(directory->fd, name,
        O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, OURS_ALONE);
    if (fd < 0 && is_unable(errno))
        return MCPAUTH_OK;
    if (fd < 0 || fstat(fd, &found))
        return ma_directory_failed(directory, name, "opening", errno, err);
    if (!S_ISREG(found.st_mode) || found.st_uid != geteuid())
        return ma_directory_failed(directory, name, "locking", EPERM, err);
    /* umask may have cut the mode of a new one. */
    if ((found.st_mode & ALLPERMS) != OURS_ALONE && fchmod(fd, OURS_ALONE))
        return ma_directory_failed(directory, name, "opening", errno, err);
    *out_fd = ma_fd_take(&fd);
    return MCPAUTH_OK;
}

/* --- who holds it -------------------------------------------------------- */

/* Each lock has a place of its own for a name. */
static off_t name_place(ma_lockfile_byte byte)
{
    return NAMES_AT + (off_t)byte * NAME_ROOM;
}

/* That it cannot be written takes nothing but the name. */
static void write_name(int fd, ma_lockfile_byte byte)
{
    char name[NAME_ROOM] = "";
    snprintf(name, sizeof name, "%s (process %ld)",
        program_invocation_short_name, (long)getpid());
    ssize_t put = pwrite(fd, name, sizeof name, name_place(byte));
    (void)put;
}

static void read_name(int fd, ma_lockfile_byte byte, mcpauth_lock *out_lock)
{
    char name[NAME_ROOM + 1] = "";
    ssize_t got = pread(fd, name, NAME_ROOM, name_place(byte));
    if (got <= 0)
        return;
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(name));
    snprintf(
        out_lock->holder, sizeof out_lock->holder, "%s", shown ? shown : "");
}

/* --- taking it ----------------------------------------------------------- */

static mcpauth_status lock_byte(const ma_directory *directory, const char *name,
    int fd, ma_lockfile_byte byte, mcpauth_lock *out_lock, mcpauth_error *err)
{
    struct flock range = {.l_type = F_WRLCK,
        .l_whence = SEEK_SET,
        .l_start = (off_t)byte,
        .l_len = 1};
    int failed = fcntl(fd, F_OFD_SETLK, &range);
    while (failed && errno == EINTR)
        failed = fcntl(fd, F_OFD_SETLK, &range);
    if (!failed) {
        out_lock->answer = MCPAUTH_LOCKED;
        if (byte != MA_LOCKFILE_WRITE)
            write_name(fd, byte);
        return MCPAUTH_OK;
    }
    bool held = errno == EAGAIN || errno == EACCES;
    if (!held && !is_unable(errno))
        return ma_directory_failed(directory, name, "locking", errno, err);
    out_lock->answer = held ? MCPAUTH_LOCK_HELD : MCPAUTH_LOCK_UNAVAILABLE;
    if (held)
        read_name(fd, byte, out_lock);
    return MCPAUTH_OK;
}

mcpauth_status ma_lockfile_try(const ma_directory *directory, const char *name,
    ma_lockfile_byte byte, ma_fd *out_fd, mcpauth_lock *out_lock,
    mcpauth_error *err)
{
    MA_SCOPED(ma_fd) fd = -1;
    mcpauth_lock lock = {.answer = MCPAUTH_LOCK_UNAVAILABLE};
    mcpauth_status st = open_file(directory, name, &fd, err);
    if (!st && fd >= 0)
        st = lock_byte(directory, name, fd, byte, &lock, err);
    if (st)
        return st;
    if (lock.answer == MCPAUTH_LOCKED)
        *out_fd = ma_fd_take(&fd);
    *out_lock = lock;
    return MCPAUTH_OK;
}

static mcpauth_status give_up(
    const ma_directory *directory, const char *name, mcpauth_error *err)
{
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_STORE,
        "locking %s/%s: somebody has been writing for %d ms", directory->path,
        name, WAIT_MAX_MS);
    ma_error_hint(err, "look for a stopped process that holds it (lslocks)");
    return st;
}

mcpauth_status ma_lockfile_wait(const ma_directory *directory, const char *name,
    ma_lockfile_byte byte, ma_fd *out_fd, mcpauth_error *err)
{
    static const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};
    int64_t give_up_at_ms = ma_clock_boot_ms() + WAIT_MAX_MS;
    mcpauth_lock lock = {.answer = MCPAUTH_LOCK_HELD};
    mcpauth_status st =
        ma_lockfile_try(directory, name, byte, out_fd, &lock, err);
    while (!st && lock.answer == MCPAUTH_LOCK_HELD) {
        if (ma_clock_boot_ms() > give_up_at_ms)
            return give_up(directory, name, err);
        nanosleep(&pause, NULL);
        st = ma_lockfile_try(directory, name, byte, out_fd, &lock, err);
    }
    return st;
}
