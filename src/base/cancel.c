/* cancel.c - an eventfd: poll(2) can wait for it, and a signal handler may
 * write to it. */
#include "base/cancel.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"

struct mcpauth_cancel {
    int fd;
    atomic_bool asked;
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

bool mcpauth_cancel_asked(const mcpauth_cancel *cancel)
{
    return cancel && atomic_load(&cancel->asked);
}

int mcpauth_cancel_fd(const mcpauth_cancel *cancel)
{
    return cancel ? cancel->fd : -1;
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
        poll(&asked, 1, left_ms < INT32_MAX ? (int)left_ms : INT32_MAX);
    }
}

mcpauth_status ma_cancel_error(mcpauth_error *err)
{
    return ma_error_set(err, MCPAUTH_E_CANCELLED, "cancelled");
}
