/* redissocket.c - see redissocket.h. */
#include "store/redissocket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/clock.h"
#include "base/error.h"
#include "store/redisname.h"

static mcpauth_status fail(
    const ma_redisurl *url, int cause, mcpauth_error *err)
{
    mcpauth_status st =
        cause == ETIMEDOUT
            ? ma_error_set(err, MCPAUTH_E_NETWORK, "%s does not answer in time",
                  url->shown)
            : ma_error_set(err, MCPAUTH_E_NETWORK, "cannot reach %s: %s",
                  url->shown, strerror(cause));
    ma_error_hint(err, "see whether Redis runs there and can be reached from "
                       "here; tokens are in it");
    return st;
}

/* 0, or the errno; ETIMEDOUT at the deadline. */
static int await(int fd, short events, int64_t deadline_ms)
{
    struct pollfd wanted = {.fd = fd, .events = events};
    for (;;) {
        int64_t left_ms = deadline_ms - ma_clock_boot_ms();
        if (left_ms <= 0)
            return ETIMEDOUT;
        int ready = poll(&wanted, 1, (int)left_ms);
        if (ready > 0)
            return 0;
        if (ready < 0 && errno != EINTR)
            return errno;
    }
}

/* --- connecting ---------------------------------------------------------- */

/* 0 or the errno; on 0, *out_fd is connected. */
static int connect_to(const struct sockaddr *address, socklen_t len,
    int64_t deadline_ms, ma_fd *out_fd)
{
    const int on = 1;
    int cause = 0;
    socklen_t cause_len = sizeof cause;
    MA_SCOPED(ma_fd)
    fd = socket(
        address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return errno;
    if (address->sa_family != AF_UNIX)
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, address, len)) {
        if (errno != EINPROGRESS)
            return errno;
        cause = await(fd, POLLOUT, deadline_ms);
        if (!cause && getsockopt(fd, SOL_SOCKET, SO_ERROR, &cause, &cause_len))
            cause = errno;
    }
    if (!cause)
        *out_fd = ma_fd_take(&fd);
    return cause;
}

static mcpauth_status open_unix(const ma_redisurl *url, int64_t deadline_ms,
    ma_fd *out_fd, mcpauth_error *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(url->path) >= sizeof address.sun_path)
        return fail(url, ENAMETOOLONG, err);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", url->path);
    int cause = connect_to(
        (const struct sockaddr *)&address, sizeof address, deadline_ms, out_fd);
    return cause ? fail(url, cause, err) : MCPAUTH_OK;
}

/* A name that takes too long is as good as a host that does. */
static mcpauth_status fail_name(
    const ma_redisurl *url, int answer, int64_t deadline_ms, mcpauth_error *err)
{
    if (answer == EAI_MEMORY)
        return ma_error_nomem(err);
    if (answer == EAI_AGAIN && ma_clock_boot_ms() >= deadline_ms)
        return fail(url, ETIMEDOUT, err);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_NETWORK,
        "cannot reach %s: %s", url->shown, gai_strerror(answer));
    ma_error_hint(err, "look at the name of the host, and at DNS");
    return st;
}

static mcpauth_status open_inet(const ma_redisurl *url, int64_t deadline_ms,
    ma_fd *out_fd, mcpauth_error *err)
{
    MA_AUTO(ma_redisname) list = NULL;
    int answer = ma_redisname_find(url->host, url->port, deadline_ms, &list);
    if (answer)
        return fail_name(url, answer, deadline_ms, err);
    int cause = ETIMEDOUT;
    for (const ma_redisname *at = list; at && *out_fd < 0; at = at->ai_next)
        cause = connect_to(at->ai_addr, at->ai_addrlen, deadline_ms, out_fd);
    return cause ? fail(url, cause, err) : MCPAUTH_OK;
}

mcpauth_status ma_redissocket_open(const ma_redisurl *url, int64_t deadline_ms,
    ma_fd *out_fd, mcpauth_error *err)
{
    MA_SCOPED(ma_fd) fd = -1;
    mcpauth_status st = url->path ? open_unix(url, deadline_ms, &fd, err)
                                  : open_inet(url, deadline_ms, &fd, err);
    if (!st)
        *out_fd = ma_fd_take(&fd);
    return st;
}

/* --- bytes --------------------------------------------------------------- */

static bool must_wait(int cause)
{
    return cause == EAGAIN || cause == EWOULDBLOCK || cause == EINTR;
}

mcpauth_status ma_redissocket_send(int fd, const ma_redisurl *url,
    ma_span bytes, int64_t deadline_ms, mcpauth_error *err)
{
    while (bytes.len > 0) {
        ssize_t sent = send(fd, bytes.at, bytes.len, MSG_NOSIGNAL);
        int cause = sent < 0 ? errno : 0;
        if (must_wait(cause))
            cause = await(fd, POLLOUT, deadline_ms);
        if (cause)
            return fail(url, cause, err);
        if (sent > 0)
            bytes = ma_span_make(bytes.at + sent, bytes.len - (size_t)sent);
    }
    return MCPAUTH_OK;
}

mcpauth_status ma_redissocket_receive(int fd, const ma_redisurl *url,
    int64_t deadline_ms, char *room, size_t room_len, size_t *out_len,
    mcpauth_error *err)
{
    for (;;) {
        ssize_t got = recv(fd, room, room_len, 0);
        if (got > 0) {
            *out_len = (size_t)got;
            return MCPAUTH_OK;
        }
        int cause = got < 0 ? errno : ECONNRESET;
        if (must_wait(cause))
            cause = await(fd, POLLIN, deadline_ms);
        if (cause)
            return fail(url, cause, err);
    }
}
