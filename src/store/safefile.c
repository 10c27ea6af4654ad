/* safefile.c - see safefile.h. */
#include "store/safefile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/crypto.h"
#include "base/error.h"

enum { NAME_ROOM = NAME_MAX + 1, OURS_ALONE = S_IRUSR | S_IWUSR };

/* --- reading ------------------------------------------------------------- */

static mcpauth_status refuse(const ma_directory *directory, const char *name,
    const char *why, mcpauth_error *err)
{
    mcpauth_status st = ma_error_set(
        err, MCPAUTH_E_STORE, "%s/%s %s", directory->path, name, why);
    ma_error_hint(err, "look where it comes from; remove it to log in again");
    return st;
}

static mcpauth_status judge(
    const ma_directory *directory, const char *name, int fd, mcpauth_error *err)
{
    struct stat found;
    if (fstat(fd, &found))
        return ma_directory_failed(directory, name, "reading", errno, err);
    if (!S_ISREG(found.st_mode))
        return refuse(directory, name, "is not a regular file", err);
    if (found.st_uid != geteuid())
        return refuse(directory, name, "belongs to someone else", err);
    if (found.st_mode & (S_IRWXG | S_IRWXO))
        return refuse(directory, name, "is open to others (not 0600)", err);
    return MCPAUTH_OK;
}

/* 0 or an errno. */
static int read_up_to_cap(int fd, ma_buf *to)
{
    char chunk[4096];
    ssize_t got = 1;
    while (got != 0 && !to->failed && to->len < to->cap) {
        size_t room = to->cap - to->len;
        got = read(fd, chunk, room < sizeof chunk ? room : sizeof chunk);
        if (got < 0 && errno != EINTR)
            break;
        if (got > 0)
            ma_buf_add(to, chunk, (size_t)got);
    }
    int cause = got < 0 ? errno : 0;
    explicit_bzero(chunk, sizeof chunk);
    return cause;
}

mcpauth_status ma_safefile_read(const ma_directory *directory, const char *name,
    ma_buf *to, bool *out_found, mcpauth_error *err)
{
    /* Non-blocking: nobody waits for the other end of a pipe. */
    MA_SCOPED(ma_fd)
    fd = ma_fd_open(
        directory->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
    if (fd < 0 && errno == ENOENT) {
        *out_found = false;
        return MCPAUTH_OK;
    }
    if (fd < 0 && errno == ELOOP)
        return refuse(directory, name, "is a symbolic link", err);
    if (fd < 0)
        return ma_directory_failed(directory, name, "reading", errno, err);
    mcpauth_status st = judge(directory, name, fd, err);
    if (st)
        return st;

    int cause = read_up_to_cap(fd, to);
    if (cause)
        return ma_directory_failed(directory, name, "reading", cause, err);
    st = ma_buf_status(to, "the content of a file", err);
    if (!st)
        *out_found = true;
    return st;
}

/* --- writing ------------------------------------------------------------- */

/* 0 or an errno. */
static int write_all(int fd, ma_span bytes)
{
    while (bytes.len) {
        ssize_t put = write(fd, bytes.at, bytes.len);
        if (put < 0 && errno != EINTR)
            return errno;
        size_t step = put > 0 ? (size_t)put : 0;
        bytes = ma_span_make(bytes.at + step, bytes.len - step);
    }
    return 0;
}

/* A file that grows past RLIMIT_FSIZE earns EFBIG and a SIGXFSZ that kills.
 * The signal goes to the writing thread, which holds it off and drops it; what
 * the process does with signals is not ours to change (S-046). */
static int write_unharmed(int fd, ma_span bytes)
{
    static const struct timespec at_once = {0};
    sigset_t too_big;
    sigset_t before;
    sigset_t pending;
    sigemptyset(&too_big);
    sigaddset(&too_big, SIGXFSZ);
    sigemptyset(&pending);
    sigpending(&pending);

    pthread_sigmask(SIG_BLOCK, &too_big, &before);
    int cause = write_all(fd, bytes);
    if (cause == EFBIG && !sigismember(&pending, SIGXFSZ))
        sigtimedwait(&too_big, NULL, &at_once);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return cause;
}

/* 0 or an errno.  The mode is set again because umask may have cut it. */
static int fill(ma_fd *fd, ma_span bytes)
{
    if (fchmod(*fd, OURS_ALONE))
        return errno;
    int cause = write_unharmed(*fd, bytes);
    if (cause)
        return cause;
    if (ma_fd_sync(*fd))
        return errno;
    /* Linux has closed it also when a signal came in between. */
    return close(ma_fd_take(fd)) && errno != EINTR ? errno : 0;
}

static mcpauth_status name_temp(
    const char *name, char out[NAME_ROOM], mcpauth_error *err)
{
    uint64_t number = 0;
    mcpauth_status st = ma_crypto_random(&number, sizeof number, err);
    if (!st)
        snprintf(
            out, NAME_ROOM, "%s" MA_SAFEFILE_TEMP "%016" PRIx64, name, number);
    return st;
}

mcpauth_status ma_safefile_write(const ma_directory *directory,
    const char *name, ma_span bytes, mcpauth_error *err)
{
    MA_SCOPED(ma_fd)
    fd = ma_fd_open(directory->fd, name,
        O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, OURS_ALONE);
    if (fd < 0)
        return ma_directory_failed(directory, name, "making", errno, err);
    int cause = fill(&fd, bytes);
    if (!cause)
        return MCPAUTH_OK;
    unlinkat(directory->fd, name, 0);
    return ma_directory_failed(directory, name, "writing", cause, err);
}

mcpauth_status ma_safefile_replace(const ma_directory *directory,
    const char *name, ma_span bytes, mcpauth_error *err)
{
    char temp[NAME_ROOM];
    mcpauth_status st = name_temp(name, temp, err);
    if (!st)
        st = ma_safefile_write(directory, temp, bytes, err);
    if (st)
        return st;
    if (renameat(directory->fd, temp, directory->fd, name)) {
        int cause = errno;
        unlinkat(directory->fd, temp, 0);
        return ma_directory_failed(directory, name, "writing", cause, err);
    }
    return ma_directory_sync(directory, err);
}

/* --- names --------------------------------------------------------------- */

mcpauth_status ma_safefile_rename(const ma_directory *directory,
    const char *from, const char *to, mcpauth_error *err)
{
    if (renameat(directory->fd, from, directory->fd, to))
        return ma_directory_failed(directory, from, "renaming", errno, err);
    return ma_directory_sync(directory, err);
}

mcpauth_status ma_safefile_remove(
    const ma_directory *directory, const char *prefix, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) names = ma_buf_init(MA_DIRECTORY_NAMES_MAX);
    mcpauth_status st = ma_directory_list(directory, &names, err);
    if (st)
        return st;
    for (ma_span rest = ma_buf_span(&names); rest.at;) {
        ma_span name = ma_span_cut(&rest, '\0');
        if (!ma_span_starts(name, prefix))
            continue;
        if (unlinkat(directory->fd, name.at, 0) && errno != ENOENT)
            return ma_directory_failed(
                directory, name.at, "removing", errno, err);
    }
    return MCPAUTH_OK;
}
