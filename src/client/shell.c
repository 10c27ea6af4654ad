/* shell.c - a child in a process group of its own, and a pipe. */
#include "client/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"

enum { FDS_GUESS = 4096, READ_LEN = 4096 };

typedef struct {
    pid_t id;  /* of its group, too */
    int out;   /* what it writes */
    int ended; /* readable from then on; -1: this system has no such thing */
} child;

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
    const char *command, child *out_child, mcpauth_error *err)
{
    int ends[2];
    MA_AUTO(environment) env = copy_environment();
    if (!env)
        return ma_error_nomem(err);
    if (pipe2(ends, O_CLOEXEC))
        return ma_error_set(
            err, MCPAUTH_E_USAGE, "no pipe: %s", strerror(errno));
    pid_t id = fork();
    if (id == 0)
        become(command, env, ends[1]);
    int error = errno;
    close(ends[1]);
    if (id > 0) {
        setpgid(id, id);
        *out_child = (child){id, ends[0], pidfd_open(id, 0)};
        return MCPAUTH_OK;
    }
    close(ends[0]);
    return ma_error_set(
        err, MCPAUTH_E_USAGE, "no process: %s", strerror(error));
}

/* --- what it writes ------------------------------------------------------ */

/* *out_more false: it has ended, and all that it wrote is read, though somebody
 * whom it has left behind holds its stdout. */
static mcpauth_status wait_for_bytes(
    const child *at, int64_t until_ms, bool *out_more, mcpauth_error *err)
{
    for (;;) {
        struct pollfd events[] = {{at->out, POLLIN, 0}, {at->ended, POLLIN, 0}};
        int64_t left_ms = until_ms - ma_clock_boot_ms();
        if (left_ms <= 0)
            return ma_error_set(
                err, MCPAUTH_E_TIMEOUT, "it took too long and was ended");
        int ready = poll(events, 2, left_ms < 60000 ? (int)left_ms : 60000);
        *out_more = events[0].revents;
        if (ready > 0)
            return MCPAUTH_OK;
        if (ready < 0 && errno != EINTR)
            return ma_error_set(
                err, MCPAUTH_E_USAGE, "no waiting: %s", strerror(errno));
    }
}

static mcpauth_status read_all(
    const child *at, int64_t until_ms, ma_buf *to, mcpauth_error *err)
{
    char bytes[READ_LEN];
    for (;;) {
        bool more = false;
        mcpauth_status st = wait_for_bytes(at, until_ms, &more, err);
        if (st || !more)
            return st;
        ssize_t len = read(at->out, bytes, sizeof bytes);
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
 * It is not buried yet, so that its group still goes by its name. */
static mcpauth_status wait_for_end(
    const child *at, int64_t until_ms, mcpauth_error *err)
{
    const struct timespec pause = {.tv_nsec = 2000000};
    for (;;) {
        siginfo_t how = {0};
        int failed =
            waitid(P_PID, (id_t)at->id, &how, WEXITED | WNOHANG | WNOWAIT);
        if (!failed && how.si_pid == at->id)
            return MCPAUTH_OK;
        if (failed && errno != EINTR) {
            mcpauth_status st = ma_error_set(err, MCPAUTH_E_USAGE,
                "how it ended is not known: %s", strerror(errno));
            ma_error_hint(err, "a program that has commands run must not "
                               "ignore SIGCHLD, nor reap what is not its own");
            return st;
        }
        if (ma_clock_boot_ms() >= until_ms)
            return ma_error_set(
                err, MCPAUTH_E_TIMEOUT, "it took too long and was ended");
        nanosleep(&pause, NULL);
    }
}

/* With all that it has started. */
static int end(const child *at)
{
    int how = 0;
    kill(-at->id, SIGKILL);
    while (waitpid(at->id, &how, 0) < 0 && errno == EINTR)
        continue;
    close(at->out);
    if (at->ended >= 0)
        close(at->ended);
    return how;
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
    child at = {0};
    int64_t until_ms = ma_clock_boot_ms() + timeout_ms;
    mcpauth_status st = start(command, &at, err);
    if (st)
        return st;
    st = read_all(&at, until_ms, to, err);
    if (!st)
        st = wait_for_end(&at, until_ms, err);
    int how = end(&at);
    return st ? st : judge(how, err);
}
