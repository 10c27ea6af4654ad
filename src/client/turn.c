/* turn.c - an eventfd that counts to one: readable while it is nobody's. */
#include "client/turn.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"

struct ma_turn {
    int fd;
};

ma_turn *ma_turn_new(void)
{
    ma_turn *turn = ma_calloc(1, sizeof *turn);
    if (!turn)
        return NULL;
    turn->fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
    if (turn->fd >= 0)
        return turn;
    ma_free(turn);
    return NULL;
}

void ma_turn_free(ma_turn *turn)
{
    if (!turn)
        return;
    close(turn->fd);
    ma_free(turn);
}

static bool try_to_take(const ma_turn *turn)
{
    uint64_t one;
    return read(turn->fd, &one, sizeof one) == (ssize_t)sizeof one;
}

mcpauth_status ma_turn_take(
    ma_turn *turn, const mcpauth_cancel *cancel, int64_t timeout_ms)
{
    int64_t until_ms = ma_clock_boot_ms() + timeout_ms;
    struct pollfd fds[] = {
        {turn->fd, POLLIN, 0}, {mcpauth_cancel_fd(cancel), POLLIN, 0}};
    for (;;) {
        if (mcpauth_cancel_asked(cancel))
            return MCPAUTH_E_CANCELLED;
        if (try_to_take(turn))
            return MCPAUTH_OK;
        int64_t left_ms = until_ms - ma_clock_boot_ms();
        if (timeout_ms && left_ms <= 0)
            return MCPAUTH_E_TIMEOUT;
        poll(fds, 2, timeout_ms && left_ms < INT32_MAX ? (int)left_ms : -1);
    }
}

void ma_turn_give(ma_turn *turn)
{
    const uint64_t one = 1;
    ssize_t written = write(turn->fd, &one, sizeof one);
    (void)written;
}
