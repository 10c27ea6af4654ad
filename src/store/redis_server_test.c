/* redis_server_test.c - see redis_server_test.h. */
#include "store/redis_server_test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/scratch_test.h"

/* --- programs ------------------------------------------------------------ */

/* Starts it in directory; what it says goes to out, -1: nowhere. */
static pid_t start(const char *directory, const char *const *words, int out)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(nowhere, 0);
    dup2(out < 0 ? nowhere : out, 1);
    dup2(nowhere, 2);
    if (chdir(directory) == 0)
        execvp(words[0], (char *const *)words);
    _exit(127);
}

/* Its exit status, and what it said. */
static int run(
    const char *directory, const char *const *words, char *said, size_t room)
{
    int ends[2];
    size_t len = 0;
    ssize_t got = 0;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t child = start(directory, words, ends[1]);
    close(ends[1]);
    while (
        len + 1 < room && (got = read(ends[0], said + len, room - len - 1)) > 0)
        len += (size_t)got;
    said[len] = '\0';
    close(ends[0]);
    return scratch_wait(child);
}

static void must_run(const char *directory, const char *const *words)
{
    char said[4096];
    assert_int_equal(run(directory, words, said, sizeof said), 0);
}

/* --- certificates -------------------------------------------------------- */

static void make_certificates(const char *directory)
{
    static const char *const authority[] = {"openssl", "req", "-x509",
        "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj",
        "/CN=test authority", NULL};
    static const char *const server[] = {"openssl", "req", "-x509", "-newkey",
        "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
        "server.key", "-out", "server.pem", "-days", "2", "-CA", "ca.pem",
        "-CAkey", "ca.key", "-subj", "/CN=server", "-addext",
        "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext",
        "basicConstraints=critical,CA:FALSE", NULL};
    must_run(directory, authority);
    must_run(directory, server);
}

/* --- the server ---------------------------------------------------------- */

static int free_port(void)
{
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    close(fd);
    return ntohs(at.sin_port);
}

/* Reads its log until it is ready. */
static void await_ready(int out)
{
    char said[65536] = "";
    size_t len = 0;
    while (!strstr(said, "ready to accept connections at")) {
        ssize_t got = read(out, said + len, sizeof said - len - 1);
        if (got <= 0)
            fail_msg("redis-server did not start: %s", said);
        len += (size_t)got;
        said[len] = '\0';
    }
}

void redis_restart(redis_server *server)
{
    char port[16], tls_port[16];
    int ends[2];
    snprintf(port, sizeof port, "%d", server->port);
    snprintf(tls_port, sizeof tls_port, "%d", server->tls_port);
    const char *words[40] = {"redis-server", "--port", port, "--bind",
        "127.0.0.1", "127.0.0.2", "--unixsocket", "redis.sock", "--appendonly",
        "yes", "--appendfsync", "always", "--save", "", "--daemonize", "no"};
    static const char *const tls[] = {"--tls-cert-file", "server.pem",
        "--tls-key-file", "server.key", "--tls-ca-cert-file", "ca.pem",
        "--tls-auth-clients", "no", "--tls-port"};
    size_t count = 16;
    for (size_t i = 0; server->tls_port && i < sizeof tls / sizeof *tls; i++)
        words[count++] = tls[i];
    if (server->tls_port)
        words[count++] = tls_port;
    assert_int_equal(pipe2(ends, 0), 0);
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    server->pid = start(server->directory, words, ends[1]);
    close(ends[1]);
    await_ready(ends[0]);
    /* It goes on talking to nobody. */
    close(ends[0]);
}

bool redis_start(redis_server *server, int listens)
{
    char said[256];
    static const char *const probe[] = {"redis-server", "--version", NULL};
    *server = (redis_server){0};
    if (run("/", probe, said, sizeof said) != 0)
        return false;
    assert_int_equal(scratch_setup(&server->directory), 0);
    if (listens & REDIS_TCP)
        server->port = free_port();
    if (listens & REDIS_TLS) {
        server->tls_port = free_port();
        make_certificates(server->directory);
    }
    redis_restart(server);
    return true;
}

void redis_kill(redis_server *server)
{
    if (!server->pid)
        return;
    kill(server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
    server->pid = 0;
}

void redis_stop(redis_server *server)
{
    redis_kill(server);
    if (server->directory)
        scratch_teardown(&server->directory);
}

void redis_freeze(const redis_server *server)
{
    kill(server->pid, SIGSTOP);
}

void redis_thaw(const redis_server *server)
{
    kill(server->pid, SIGCONT);
}

const char *redis_url(const redis_server *server, const char *user)
{
    static char url[512];
    snprintf(url, sizeof url, "redis+unix://%s%s%s/redis.sock",
        user ? user : "", user ? "@" : "", (const char *)server->directory);
    return url;
}

const char *redis_do(const redis_server *server, const char *const *words)
{
    static char said[1024 * 1024];
    const char *all[40] = {"redis-cli", "-s", "redis.sock"};
    size_t count = 3;
    while (*words)
        all[count++] = *words++;
    all[count] = NULL;
    assert_int_equal(run(server->directory, all, said, sizeof said), 0);
    size_t len = strlen(said);
    if (len && said[len - 1] == '\n')
        said[len - 1] = '\0';
    return said;
}
