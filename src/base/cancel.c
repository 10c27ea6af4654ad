/* cancel.c - an eventfd: poll(2) can wait for it, and a signal handler may
 * write to it. */
#include "base/cancel.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"

struct mcpauth_cancel {
    int fd;
    atomic_bool asked;
    bool timed;                      /* by a timerfd */
    const mcpauth_cancel *either[2]; /* NULL: none */
};

mcpauth_cancel *mcpauth_cancel_new(void)
{
    mcpauth_cancel *cancel = ma_calloc(1, sizeof *cancel);
    if (!cancel)
        return NULL;
    cancel->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (cancel->fd >= 0)
        return cancel;
    ma_free(cancel);
    return NULL;
}

void mcpauth_cancel_free(mcpauth_cancel *cancel)
{
    if (!cancel)
        return;
    close(cancel->fd);
    ma_free(cancel);
}

void mcpauth_cancel_ask(mcpauth_cancel *cancel)
{
    const uint64_t one = 1;
    atomic_store(&cancel->asked, true);
    /* It fails only when it is readable already. */
    ssize_t written = write(cancel->fd, &one, sizeof one);
    (void)written;
}

static bool is_readable(const mcpauth_cancel *cancel)
{
    struct pollfd fd = {cancel->fd, POLLIN, 0};
    return poll(&fd, 1, 0) == 1;
}

bool mcpauth_cancel_asked(const mcpauth_cancel *cancel)
{
    if (!cancel)
        return false;
    if (cancel->timed)
        return is_readable(cancel);
    return atomic_load(&cancel->asked) ||
           mcpauth_cancel_asked(cancel->either[0]) ||
           mcpauth_cancel_asked(cancel->either[1]);
}

int mcpauth_cancel_fd(const mcpauth_cancel *cancel)
{
    return cancel ? cancel->fd : -1;
}

/* --- two in one ---------------------------------------------------------- */

/* An epoll descriptor is readable when one of those it watches is. */
static bool watch(int fd, const mcpauth_cancel *cancel)
{
    struct epoll_event event = {.events = EPOLLIN};
    return epoll_ctl(fd, EPOLL_CTL_ADD, cancel->fd, &event) == 0;
}

mcpauth_cancel *ma_cancel_either(
    const mcpauth_cancel *one, const mcpauth_cancel *other)
{
    mcpauth_cancel *cancel = ma_calloc(1, sizeof *cancel);
    if (!cancel)
        return NULL;
    cancel->either[0] = one;
    cancel->either[1] = other;
    cancel->fd = epoll_create1(EPOLL_CLOEXEC);
    if (cancel->fd >= 0 && watch(cancel->fd, one) && watch(cancel->fd, other))
        return cancel;
    if (cancel->fd >= 0)
        close(cancel->fd);
    ma_free(cancel);
    return NULL;
}

void ma_cancel_reset(mcpauth_cancel *cancel)
{
    uint64_t asked;
    ssize_t taken = read(cancel->fd, &asked, sizeof asked);
    (void)taken;
    atomic_store(&cancel->asked, false);
}

/* --- by time ------------------------------------------------------------- */

mcpauth_cancel *ma_cancel_timer(void)
{
    mcpauth_cancel *cancel = ma_calloc(1, sizeof *cancel);
    if (!cancel)
        return NULL;
    cancel->timed = true;
    cancel->fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (cancel->fd >= 0)
        return cancel;
    ma_free(cancel);
    return NULL;
}

void ma_cancel_set(mcpauth_cancel *timer, int64_t delay_ms)
{
    struct itimerspec when = {{0, 0}, {0, 0}};
    if (delay_ms < INT64_MAX) {
        when.it_value.tv_sec = delay_ms > 0 ? delay_ms / 1000 : 0;
        when.it_value.tv_nsec = delay_ms > 0 ? delay_ms % 1000 * 1000000 : 1;
    }
    timerfd_settime(timer->fd, 0, &when, NULL);
}

/* --- waiting ------------------------------------------------------------- */

static int to_poll_ms(int64_t left_ms)
{
    return left_ms < INT32_MAX ? (int)left_ms : INT32_MAX;
}

mcpauth_status ma_cancel_await(const mcpauth_cancel *event,
    const mcpauth_cancel *cancel, int64_t timeout_ms)
{
    int64_t until_ms = ma_clock_boot_ms() + timeout_ms;
    struct pollfd fds[] = {{mcpauth_cancel_fd(event), POLLIN, 0},
        {mcpauth_cancel_fd(cancel), POLLIN, 0}};
    while (!mcpauth_cancel_asked(event)) {
        int64_t left_ms = until_ms - ma_clock_boot_ms();
        if (mcpauth_cancel_asked(cancel))
            return MCPAUTH_E_CANCELLED;
        if (timeout_ms && left_ms <= 0)
            return MCPAUTH_E_TIMEOUT;
        poll(fds, 2, timeout_ms ? to_poll_ms(left_ms) : -1);
    }
    return MCPAUTH_OK;
}

bool ma_cancel_pause(const mcpauth_cancel *cancel, int64_t delay_ms)
{
    int64_t until_ms = ma_clock_boot_ms() + delay_ms;
    struct pollfd asked = {mcpauth_cancel_fd(cancel), POLLIN, 0};
    for (;;) {
        int64_t left_ms = until_ms - ma_clock_boot_ms();
        if (mcpauth_cancel_asked(cancel))
            return false;
        if (left_ms <= 0)
            return true;
        poll(&asked, 1, to_poll_ms(left_ms));
    }
}

mcpauth_status ma_cancel_error(mcpauth_error *err)
{
    return ma_error_set(err, MCPAUTH_E_CANCELLED, "cancelled");
}
