/* raw.c - see raw.h. */
#include "raw.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PEERS_MAX = 512, LOG_MAX = 1024 * 1024 };

struct raw_server {
    int fd;
    int port;
    raw_serve_fn *serve;
    void *ctx;
    pthread_t acceptor;
    pthread_mutex_t lock;
    pthread_t threads[PEERS_MAX];
    int fds[PEERS_MAX]; /* -1 once closed */
    int hits;
    int requests;
    bool stopping;
    char log[LOG_MAX];
    size_t log_len;
};

static void require(bool good)
{
    if (!good)
        abort();
}

static void close_peer(raw_server *server, int fd)
{
    pthread_mutex_lock(&server->lock);
    for (int i = 0; i < server->hits; i++)
        if (server->fds[i] == fd)
            server->fds[i] = -1;
    close(fd);
    pthread_mutex_unlock(&server->lock);
}

static void *run_peer(void *ctx)
{
    raw_peer *peer = ctx;
    raw_server *server = peer->server;
    server->serve(peer, server->ctx);
    close_peer(server, peer->fd);
    free(peer);
    return NULL;
}

static bool add_peer(raw_server *server, int fd)
{
    raw_peer *peer = calloc(1, sizeof *peer);
    require(peer);
    peer->server = server;
    peer->fd = fd;
    pthread_mutex_lock(&server->lock);
    bool taken = !server->stopping && server->hits < PEERS_MAX;
    if (taken) {
        int i = server->hits++;
        server->fds[i] = fd;
        require(!pthread_create(&server->threads[i], NULL, run_peer, peer));
    }
    pthread_mutex_unlock(&server->lock);
    if (!taken) {
        close(fd);
        free(peer);
    }
    return taken;
}

static void *run_acceptor(void *ctx)
{
    raw_server *server = ctx;
    for (;;) {
        int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0 || !add_peer(server, fd))
            return NULL;
    }
}

raw_server *raw_start(raw_serve_fn *serve, void *ctx)
{
    raw_server *server = calloc(1, sizeof *server);
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    require(server);
    server->serve = serve;
    server->ctx = ctx;
    pthread_mutex_init(&server->lock, NULL);
    server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    require(server->fd >= 0);
    require(!bind(server->fd, (struct sockaddr *)&at, len));
    require(!listen(server->fd, 128));
    require(!getsockname(server->fd, (struct sockaddr *)&at, &len));
    server->port = ntohs(at.sin_port);
    require(!pthread_create(&server->acceptor, NULL, run_acceptor, server));
    return server;
}

void raw_stop(raw_server *server)
{
    if (!server)
        return;
    pthread_mutex_lock(&server->lock);
    server->stopping = true;
    shutdown(server->fd, SHUT_RDWR);
    for (int i = 0; i < server->hits; i++)
        if (server->fds[i] >= 0)
            shutdown(server->fds[i], SHUT_RDWR);
    pthread_mutex_unlock(&server->lock);
    pthread_join(server->acceptor, NULL);
    for (int i = 0; i < server->hits; i++)
        pthread_join(server->threads[i], NULL);
    close(server->fd);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

int raw_port(const raw_server *server)
{
    return server->port;
}

int raw_hits(raw_server *server)
{
    pthread_mutex_lock(&server->lock);
    int hits = server->hits;
    pthread_mutex_unlock(&server->lock);
    return hits;
}

int raw_requests(raw_server *server)
{
    pthread_mutex_lock(&server->lock);
    int requests = server->requests;
    pthread_mutex_unlock(&server->lock);
    return requests;
}

bool raw_heard(raw_server *server, const char *text)
{
    pthread_mutex_lock(&server->lock);
    bool found = memmem(server->log, server->log_len, text, strlen(text));
    pthread_mutex_unlock(&server->lock);
    return found;
}

static void keep_request(raw_peer *peer)
{
    raw_server *server = peer->server;
    pthread_mutex_lock(&server->lock);
    size_t room = LOG_MAX - server->log_len;
    size_t len = peer->len < room ? peer->len : room;
    memcpy(server->log + server->log_len, peer->request, len);
    server->log_len += len;
    server->requests++;
    pthread_mutex_unlock(&server->lock);
}

/* Bytes a whole request has, once its header block is there; else 0. */
static size_t request_len(const raw_peer *peer)
{
    const char *end = strstr(peer->request, "\r\n\r\n");
    if (!end)
        return 0;
    const char *field = strcasestr(peer->request, "\r\ncontent-length:");
    size_t body = 0;
    if (field && field < end)
        body = strtoul(field + strlen("\r\ncontent-length:"), NULL, 10);
    return (size_t)(end - peer->request) + 4 + body;
}

bool raw_receive(raw_peer *peer)
{
    peer->len = 0;
    peer->request[0] = '\0';
    while (request_len(peer) == 0 || peer->len < request_len(peer)) {
        size_t room = sizeof peer->request - 1 - peer->len;
        ssize_t got = recv(peer->fd, peer->request + peer->len, room, 0);
        if (got <= 0)
            return false;
        peer->len += (size_t)got;
        peer->request[peer->len] = '\0';
    }
    keep_request(peer);
    return true;
}

bool raw_send_bytes(raw_peer *peer, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len > 0) {
        ssize_t sent = send(peer->fd, at, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        at += sent;
        len -= (size_t)sent;
    }
    return true;
}

bool raw_send(raw_peer *peer, const char *text)
{
    return raw_send_bytes(peer, text, strlen(text));
}

void raw_linger(raw_peer *peer)
{
    char byte = 0;
    while (recv(peer->fd, &byte, 1, 0) > 0)
        continue;
}

void raw_say(raw_peer *peer, void *ctx)
{
    while (raw_receive(peer) && raw_send(peer, ctx))
        continue;
}

void raw_say_once(raw_peer *peer, void *ctx)
{
    if (raw_receive(peer))
        (void)raw_send(peer, ctx);
}
