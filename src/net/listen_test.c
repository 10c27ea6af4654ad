/* Tests of listen.c. */
#include "net/listen.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static mcpauth_status open_at(
    const char *text, int fds[MA_LISTEN_MAX], size_t *out_count)
{
    MA_SCOPED(ma_url) url = {0};
    assert_int_equal(ma_url_parse(ma_span_of(text), &url, NULL), 0);
    return ma_listen_open(&url, 0, fds, out_count, NULL);
}

/* The address a socket is bound to, as text. */
static void read_bound(int fd, char text[INET6_ADDRSTRLEN])
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } at;
    socklen_t len = sizeof at;
    assert_int_equal(getsockname(fd, &at.any, &len), 0);
    const void *address = at.any.sa_family == AF_INET
                              ? (const void *)&at.v4.sin_addr
                              : (const void *)&at.v6.sin6_addr;
    assert_non_null(
        inet_ntop(at.any.sa_family, address, text, INET6_ADDRSTRLEN));
}

static void only_loopback_addresses_are_bound_A_105(void **state)
{
    static const struct {
        const char *url;
        const char *addresses[MA_LISTEN_MAX];
    } rows[] = {
        {"http://localhost/", {"127.0.0.1", "::1"}},
        {"http://app.localhost/", {"127.0.0.1", "::1"}},
        {"http://127.0.0.1/", {"127.0.0.1", NULL}},
        {"http://127.9.9.9/", {"127.9.9.9", NULL}},
        {"http://[::1]/", {"::1", NULL}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int fds[MA_LISTEN_MAX] = {-1, -1};
        char bound[INET6_ADDRSTRLEN];
        size_t count = 0;
        assert_int_equal(open_at(rows[i].url, fds, &count), MCPAUTH_OK);
        assert_int_equal(count, rows[i].addresses[1] ? 2 : 1);
        for (size_t k = 0; k < count; k++) {
            read_bound(fds[k], bound);
            assert_string_equal(bound, rows[i].addresses[k]);
            assert_int_equal(ma_listen_port(fds[k]), ma_listen_port(fds[0]));
        }
        for (size_t k = 0; k < count; k++)
            close(fds[k]);
    }
}

static void sockets_are_private_to_the_process_S_040_S_056(void **state)
{
    int fds[MA_LISTEN_MAX] = {-1, -1};
    int shared = 1;
    socklen_t len = sizeof shared;
    size_t count = 0;
    (void)state;
    assert_int_equal(open_at("http://127.0.0.1/", fds, &count), MCPAUTH_OK);
    assert_int_equal(fcntl(fds[0], F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    assert_int_equal(
        getsockopt(fds[0], SOL_SOCKET, SO_REUSEPORT, &shared, &len), 0);
    assert_int_equal(shared, 0);
    close(fds[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_loopback_addresses_are_bound_A_105),
        cmocka_unit_test(sockets_are_private_to_the_process_S_040_S_056),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
