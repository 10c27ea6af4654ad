/* stopper.c - runs a program and kills it at a chosen system call.
 *
 * It is started in the place of the program, with its arguments:
 *
 *     STOPPER_AT      kill -9 before this system call, the first being 1; 0 or
 *                     nothing: never
 *     STOPPER_REPORT  a file to be written: a letter for each call that was
 *                     begun, "v" when others can see what it does, else "-"
 *
 * Calls of all threads count, of children none.  It ends as the program ends.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SYSCALL_STOP = SIGTRAP | 0x80, NO_PROGRAM = 127 };

static const long visible[] = {SYS_write, SYS_pwrite64, SYS_writev, SYS_sendto,
    SYS_sendmsg, SYS_connect, SYS_bind, SYS_listen, SYS_shutdown, SYS_fsync,
    SYS_fchmod, SYS_fcntl, SYS_flock, SYS_renameat, SYS_linkat, SYS_unlinkat,
    SYS_mkdirat, SYS_ftruncate, SYS_exit_group};

static struct {
    pid_t program;
    long stop_at;
    long calls;
    FILE *report;
} self;

static void die(const char *what)
{
    fprintf(stderr, "stopper: %s: %s\n", what, strerror(errno));
    exit(NO_PROGRAM);
}

static void run_program(char **argv)
{
    unsetenv("STOPPER_AT");
    unsetenv("STOPPER_REPORT");
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    raise(SIGSTOP);
    execv(argv[0], argv);
    _exit(NO_PROGRAM);
}

static void begin(char **argv)
{
    const char *stop_at = getenv("STOPPER_AT");
    const char *report = getenv("STOPPER_REPORT");
    self.stop_at = stop_at ? strtol(stop_at, NULL, 10) : 0;
    self.report = report ? fopen(report, "we") : NULL;
    self.program = fork();
    if (self.program < 0)
        die("fork");
    if (!self.program)
        run_program(argv);
    int status = 0;
    if (waitpid(self.program, &status, 0) < 0 || !WIFSTOPPED(status))
        die("waiting for the program");
    if (ptrace(PTRACE_SETOPTIONS, self.program, NULL,
            (void *)(PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD |
                     PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC)))
        die("tracing it");
    ptrace(PTRACE_CONT, self.program, NULL, NULL);
}

static bool is_visible(uint64_t call)
{
    for (size_t i = 0; i < sizeof visible / sizeof *visible; i++)
        if ((uint64_t)visible[i] == call)
            return true;
    return false;
}

/* At a system call of a thread: on its way in, or out. */
static void meet_call(pid_t thread)
{
    struct __ptrace_syscall_info info = {0};
    ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info);
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY)
        return;
    self.calls++;
    if (self.report)
        fputc(is_visible(info.entry.nr) ? 'v' : '-', self.report);
    if (self.calls == self.stop_at)
        kill(self.program, SIGKILL);
}

/* The signal that the thread is to be given when it goes on. */
static long meet_stop(pid_t thread, int status)
{
    int number = WSTOPSIG(status);
    if (number == SYSCALL_STOP) {
        meet_call(thread);
        return 0;
    }
    if (number == SIGTRAP || number == SIGSTOP)
        return 0; /* a new program or thread */
    return number;
}

/* Until the program ends: how. */
static int follow(void)
{
    for (;;) {
        int status = 0;
        pid_t thread = waitpid(-1, &status, __WALL);
        if (thread < 0)
            die("following the program");
        if (!WIFSTOPPED(status) && thread == self.program)
            return status;
        if (!WIFSTOPPED(status))
            continue;
        long number = meet_stop(thread, status);
        ptrace(PTRACE_SYSCALL, thread, NULL, (void *)number);
    }
}

int main(int argc, char **argv)
{
    if (argc < 1)
        return NO_PROGRAM;
    begin(argv);
    int status = follow();
    if (self.report)
        fclose(self.report);
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
    return NO_PROGRAM;
}
