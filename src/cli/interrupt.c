/* interrupt.c - SIGINT, SIGTERM and SIGHUP.
 *
 * A signal handler has nothing but globals; these are the program's only
 * mutable ones. */
#include "cli/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Threads change them, and the handler runs in any of them: atomic and free of
 * locks, as C11 7.14.1.1 p5 wants it. */
static _Atomic int holds;
static _Atomic int waiting;
static mcpauth_cancel *_Atomic cancelled;
static _Atomic int leaving; /* 0: not; else one more than the status */
static int event_fd = -1;

static void handle(int signal_number)
{
    (void)signal_number;
    int saved_errno = errno;
    mcpauth_cancel *cancel = cancelled;
    /* It waits before the holds are looked at, and they are let go before
     * somebody looks whether it waits: one of the two sees the other. */
    bool again = waiting++ > 0;
    if ((!holds && !cancel) || again)
        _exit(MA_INTERRUPT_EXIT);
    if (cancel)
        mcpauth_cancel_ask(cancel);
    uint64_t one = 1;
    (void)!write(event_fd, &one, sizeof one);
    errno = saved_errno;
}

void ma_interrupt_init(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction old;
        struct sigaction action = {.sa_handler = handle};
        sigfillset(&action.sa_mask);
        /* nohup, or a shell's background job, wants it ignored. */
        if (!sigaction(signals[i], NULL, &old) && old.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
    }
}

int ma_interrupt_fd(void)
{
    return event_fd;
}

void ma_interrupt_cancel(mcpauth_cancel *cancel)
{
    cancelled = cancel;
}

void ma_interrupt_hold(void)
{
    holds++;
}

void ma_interrupt_release(void)
{
    if (--holds > 0)
        return;
    if (leaving)
        _exit(leaving - 1);
    if (waiting && !cancelled)
        _exit(MA_INTERRUPT_EXIT);
}

void ma_interrupt_idle(void)
{
    if (!holds && waiting)
        _exit(MA_INTERRUPT_EXIT);
}

void ma_interrupt_leave(int status)
{
    leaving = status + 1;
    if (!holds)
        _exit(status);
    for (;;)
        pause();
}
