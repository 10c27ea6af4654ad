/* shell.c - a child in a process group of its own, and a pipe. */
#include "client/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"

enum { FDS_GUESS = 4096, READ_LEN = 4096 };

/* --- the child ----------------------------------------------------------- */

typedef char *environment;
MA_AUTO_DEFINE(environment, ma_free)

/* Ours may be secrets, and mean nothing to others (S-053). */
static bool is_ours(const char *entry)
{
    return strncmp(entry, "MCPAUTH_", 8) == 0 ||
           strncmp(entry, "OAUTH_", 6) == 0;
}

/* What is left of our environment; its texts are lent. */
static char **copy_environment(void)
{
    size_t count = 0;
    size_t kept = 0;
    while (environ && environ[count])
        count++;
    char **copy = ma_calloc(count + 1, sizeof *copy);
    for (size_t i = 0; copy && i < count; i++)
        if (!is_ours(environ[i]))
            copy[kept++] = environ[i];
    return copy;
}

static void hide_descriptors(void)
{
    if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
        return;
    for (int fd = 3; fd < FDS_GUESS; fd++)
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* Only async-signal-safe calls are allowed here. */
static void become(const char *command, char **env, int out)
{
    static char shell[] = "sh", option[] = "-c";
    char *words[] = {shell, option, (char *)command, NULL};
    sigset_t none;
    sigemptyset(&none);
    setpgid(0, 0);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    int null = open("/dev/null", O_RDONLY);
    dup2(null, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    hide_descriptors();
    execve("/bin/sh", words, env);
    _exit(127);
}

static mcpauth_status start(
    const char *command, pid_t *out_child, int *out_fd, mcpauth_error *err)
{
    int ends[2];
    MA_AUTO(environment) env = copy_environment();
    if (!env)
        return ma_error_nomem(err);
    if (pipe2(ends, O_CLOEXEC))
        return ma_error_set(
            err, MCPAUTH_E_USAGE, "no pipe: %s", strerror(errno));
    pid_t child = fork();
    if (child == 0)
        become(command, env, ends[1]);
    int error = errno;
    close(ends[1]);
    *out_fd = ends[0];
    *out_child = child;
    if (child > 0) {
        setpgid(child, child);
        return MCPAUTH_OK;
    }
    close(ends[0]);
    return ma_error_set(
        err, MCPAUTH_E_USAGE, "no process: %s", strerror(error));
}

/* --- what it writes ------------------------------------------------------ */

static mcpauth_status wait_for_bytes(
    int fd, int64_t until_ms, mcpauth_error *err)
{
    for (;;) {
        struct pollfd at = {fd, POLLIN, 0};
        int64_t left_ms = until_ms - ma_clock_boot_ms();
        if (left_ms <= 0)
            return ma_error_set(
                err, MCPAUTH_E_TIMEOUT, "it took too long and was ended");
        int ready = poll(&at, 1, left_ms < 60000 ? (int)left_ms : 60000);
        if (ready > 0)
            return MCPAUTH_OK;
        if (ready < 0 && errno != EINTR)
            return ma_error_set(
                err, MCPAUTH_E_USAGE, "no waiting: %s", strerror(errno));
    }
}

static mcpauth_status read_all(
    int fd, int64_t until_ms, ma_buf *to, mcpauth_error *err)
{
    char bytes[READ_LEN];
    for (;;) {
        mcpauth_status st = wait_for_bytes(fd, until_ms, err);
        if (st)
            return st;
        ssize_t len = read(fd, bytes, sizeof bytes);
        if (len > 0)
            ma_buf_add(to, bytes, (size_t)len);
        explicit_bzero(bytes, sizeof bytes);
        st = ma_buf_status(to, "what it writes", err);
        if (st || len == 0)
            return st;
        if (len < 0 && errno != EINTR)
            return ma_error_set(
                err, MCPAUTH_E_USAGE, "no reading: %s", strerror(errno));
    }
}

/* --- its end ------------------------------------------------------------- */

/* Whoever closes its stdout is about to end; it has what is left of the time.
 */
static mcpauth_status reap(
    pid_t child, int64_t until_ms, int *out_how, mcpauth_error *err)
{
    const struct timespec pause = {.tv_nsec = 2000000};
    for (;;) {
        pid_t got = waitpid(child, out_how, WNOHANG);
        if (got == child)
            return MCPAUTH_OK;
        if (got < 0 && errno != EINTR)
            return ma_error_set(
                err, MCPAUTH_E_USAGE, "no word of it: %s", strerror(errno));
        if (ma_clock_boot_ms() >= until_ms)
            return ma_error_set(
                err, MCPAUTH_E_TIMEOUT, "it took too long and was ended");
        nanosleep(&pause, NULL);
    }
}

static void end(pid_t child)
{
    kill(-child, SIGKILL);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        continue;
}

static mcpauth_status judge(int how, mcpauth_error *err)
{
    if (WIFSIGNALED(how))
        return ma_error_set(
            err, MCPAUTH_E_USAGE, "it was ended by signal %d", WTERMSIG(how));
    if (WEXITSTATUS(how) == 127)
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "it could not be found, or started (status 127)");
    if (WEXITSTATUS(how))
        return ma_error_set(
            err, MCPAUTH_E_USAGE, "it ended with status %d", WEXITSTATUS(how));
    return MCPAUTH_OK;
}

mcpauth_status ma_shell_run(
    const char *command, int64_t timeout_ms, ma_buf *to, mcpauth_error *err)
{
    int fd = -1;
    int how = 0;
    pid_t child = -1;
    int64_t until_ms = ma_clock_boot_ms() + timeout_ms;
    mcpauth_status st = start(command, &child, &fd, err);
    if (st)
        return st;
    st = read_all(fd, until_ms, to, err);
    close(fd);
    if (!st)
        st = reap(child, until_ms, &how, err);
    if (st)
        end(child);
    return st ? st : judge(how, err);
}
