/* listen.c - see listen.h. */
#include "net/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"

enum { BACKLOG = 64 };

typedef union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} address;

/* A descriptor that closes with its scope; -1 is none. */
typedef int scoped_fd;

static void close_fd(const scoped_fd *fd)
{
    if (*fd >= 0)
        close(*fd);
}
MA_SCOPED_DEFINE(scoped_fd, close_fd)

static bool read_address(const char *text, int port, address *out)
{
    address made = {0};
    if (inet_pton(AF_INET, text, &made.v4.sin_addr) == 1) {
        made.v4.sin_family = AF_INET;
        made.v4.sin_port = htons((uint16_t)port);
        *out = made;
        return true;
    }
    if (inet_pton(AF_INET6, text, &made.v6.sin6_addr) != 1)
        return false;
    made.v6.sin6_family = AF_INET6;
    made.v6.sin6_port = htons((uint16_t)port);
    *out = made;
    return true;
}

/* An open listener, or -1 with errno.  SO_REUSEADDR lets a second login follow
 * the first at once; Linux never lets it share a port that is listened on. */
static int open_listener(const address *at)
{
    const int on = 1;
    bool v6 = at->any.sa_family == AF_INET6;
    socklen_t len = v6 ? sizeof at->v6 : sizeof at->v4;
    MA_SCOPED(scoped_fd)
    fd = socket(
        at->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on))
        return -1;
    if (v6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on))
        return -1;
    if (bind(fd, &at->any, len) || listen(fd, BACKLOG))
        return -1;
    int open = fd;
    fd = -1;
    return open;
}

static mcpauth_status report(int port, int error, mcpauth_error *err)
{
    char words[128];
    const char *text = strerror_r(error, words, sizeof words);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_STATE,
        "cannot listen on port %d for the browser: %s", port, text);
    ma_error_hint(err, "choose another port with --callback-port, or end the "
                       "program that uses this one");
    return st;
}

int ma_listen_port(int fd)
{
    address at = {0};
    socklen_t len = sizeof at;
    if (getsockname(fd, &at.any, &len))
        return 0;
    return ntohs(
        at.any.sa_family == AF_INET6 ? at.v6.sin6_port : at.v4.sin_port);
}

mcpauth_status ma_listen_open(const ma_url *url, int port,
    int out_fds[MA_LISTEN_MAX], size_t *out_count, mcpauth_error *err)
{
    static const char *const both[MA_LISTEN_MAX] = {"127.0.0.1", "::1"};
    address first = {0};
    bool literal = read_address(url->host, port, &first);
    if (!literal)
        (void)read_address(both[0], port, &first);
    MA_SCOPED(scoped_fd) fd = open_listener(&first);
    if (fd < 0)
        return report(port, errno, err);
    address second = {0};
    int also = -1;
    if (!literal && read_address(both[1], ma_listen_port(fd), &second))
        also = open_listener(&second);
    /* A machine without IPv6 has nobody listening there either. */
    if (!literal && also < 0 && errno != EADDRNOTAVAIL && errno != EAFNOSUPPORT)
        return report(port, errno, err);
    out_fds[0] = fd;
    out_fds[1] = also;
    *out_count = also < 0 ? 1 : 2;
    fd = -1;
    return MCPAUTH_OK;
}
