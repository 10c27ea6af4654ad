/* faulty.c - system calls that fail; preloaded into the program.
 *
 *     FAULTY_UNDER    only calls about files at or below this directory count
 *     FAULTY_CALL     which call is to fail, as "fsync"; its
 *     FAULTY_NTH      which of its calls, the first being 1
 *     FAULTY_CAUSE    errno, a number
 *     FAULTY_REPORT   a file to which the name of each call is written
 *
 * A call that fails does nothing, except that close closes. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

static struct {
    const char *under;
    const char *call;
    long nth;
    int cause;
    int report;
} wanted;

static void *real(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (!found)
        abort();
    return found;
}

static long number_of(const char *variable)
{
    const char *text = getenv(variable);
    return text ? strtol(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void read_environment(void)
{
    const char *report = getenv("FAULTY_REPORT");
    wanted.under = getenv("FAULTY_UNDER");
    wanted.call = getenv("FAULTY_CALL");
    wanted.nth = number_of("FAULTY_NTH");
    wanted.cause = (int)number_of("FAULTY_CAUSE");
    wanted.report =
        report ? open(report, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)
               : -1;
}

/* Whether name in that directory, or the descriptor itself, counts. */
static bool is_under(int fd, const char *name)
{
    char link[64];
    char path[PATH_MAX + NAME_MAX + 2];
    if (!wanted.under)
        return false;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, path, PATH_MAX);
    if (len < 0)
        return false;
    snprintf(path + len, sizeof path - (size_t)len, "/%s", name);
    size_t under = strlen(wanted.under);
    return !strncmp(path, wanted.under, under) && path[under] == '/';
}

static bool fails(const char *call, int fd, const char *name)
{
    if (!is_under(fd, name))
        return false;
    if (wanted.report >= 0)
        dprintf(wanted.report, "%s\n", call);
    if (!wanted.call || strcmp(wanted.call, call) != 0 || --wanted.nth != 0)
        return false;
    errno = wanted.cause;
    return true;
}

EXPORTED int openat(int at, const char *name, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    int (*call)(int, const char *, int, ...) = real("openat");
    return fails("openat", at, name) ? -1 : call(at, name, flags, mode);
}

EXPORTED ssize_t read(int fd, void *to, size_t len)
{
    ssize_t (*call)(int, void *, size_t) = real("read");
    return fails("read", fd, "") ? -1 : call(fd, to, len);
}

EXPORTED ssize_t write(int fd, const void *bytes, size_t len)
{
    ssize_t (*call)(int, const void *, size_t) = real("write");
    return fails("write", fd, "") ? -1 : call(fd, bytes, len);
}

EXPORTED int fsync(int fd)
{
    int (*call)(int) = real("fsync");
    return fails("fsync", fd, "") ? -1 : call(fd);
}

EXPORTED int fchmod(int fd, mode_t mode)
{
    int (*call)(int, mode_t) = real("fchmod");
    return fails("fchmod", fd, "") ? -1 : call(fd, mode);
}

EXPORTED int close(int fd)
{
    int (*call)(int) = real("close");
    bool failed = fails("close", fd, "");
    int answer = call(fd);
    if (failed)
        errno = wanted.cause;
    return failed ? -1 : answer;
}

EXPORTED int renameat(int at, const char *from, int to, const char *name)
{
    int (*call)(int, const char *, int, const char *) = real("renameat");
    return fails("renameat", at, from) ? -1 : call(at, from, to, name);
}

EXPORTED int linkat(
    int at, const char *from, int to, const char *name, int flags)
{
    int (*call)(int, const char *, int, const char *, int) = real("linkat");
    return fails("linkat", at, from) ? -1 : call(at, from, to, name, flags);
}

EXPORTED int unlinkat(int at, const char *name, int flags)
{
    int (*call)(int, const char *, int) = real("unlinkat");
    return fails("unlinkat", at, name) ? -1 : call(at, name, flags);
}

/* Only locks are meant: every other use leaves the descriptor as it is. */
EXPORTED int fcntl(int fd, int command, ...)
{
    va_list rest;
    va_start(rest, command);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    int (*call)(int, int, ...) = real("fcntl");
    bool locks = command == F_OFD_SETLK;
    return locks && fails("fcntl", fd, "") ? -1 : call(fd, command, argument);
}
