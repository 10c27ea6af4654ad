/* upstream.c - an MCP server that costs as little as one can: what is left of
 * a call's time is the bridge's.
 *
 * Prints its port.  A thread a connection; it ends when its stdin does.  Tools:
 * echo, and json and stream, which answer with BIG bytes in one JSON document
 * or one event. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BIG = 16 * 1024 * 1024, REQUEST_MAX = 64 * 1024, HEAD_MAX = 1024 };

static char *big; /* a result, JSON without its id */

typedef struct {
    int fd;
    char bytes[REQUEST_MAX + 1];
    size_t len;
} peer;

static bool send_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        len -= (size_t)sent;
    }
    return true;
}

static bool sendf(int fd, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool sendf(int fd, const char *format, ...)
{
    char text[HEAD_MAX];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return send_all(fd, text, (size_t)len);
}

/* One request with its body, whose end *out_used is.  NULL: it is gone. */
static char *receive(peer *p, size_t *out_used)
{
    for (;;) {
        p->bytes[p->len] = '\0';
        char *body = strstr(p->bytes, "\r\n\r\n");
        if (body) {
            const char *field = strcasestr(p->bytes, "\r\nContent-Length:");
            size_t want =
                field && field < body ? strtoul(field + 17, NULL, 10) : 0;
            *out_used = (size_t)(body + 4 - p->bytes) + want;
            if (p->len >= *out_used)
                return body + 4;
        }
        ssize_t got = recv(p->fd, p->bytes + p->len, REQUEST_MAX - p->len, 0);
        if (got <= 0)
            return NULL;
        p->len += (size_t)got;
    }
}

/* The value of the id, as it is written. */
static void copy_id(const char *body, char *to, size_t max)
{
    const char *at = strstr(body, "\"id\":");
    size_t len = at ? strcspn(at + 5, ",}") : 0;
    snprintf(to, max, "%.*s", (int)len, at ? at + 5 : "");
}

static bool answer(int fd, const char *id, const char *result)
{
    char text[512];
    int len = snprintf(text, sizeof text,
        "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":%s}", id, result);
    return sendf(fd,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        "Mcp-Session-Id: s\r\nContent-Length: %d\r\n\r\n%s",
        len, text);
}

static bool answer_big(int fd, const char *id, bool stream)
{
    char before[128];
    int len = snprintf(before, sizeof before,
        "%s{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":", stream ? "data: " : "",
        id);
    const char *after = stream ? "}\n\n" : "}";
    return sendf(fd,
               "HTTP/1.1 200 OK\r\nContent-Type: %s\r\n"
               "Content-Length: %zu\r\n\r\n%s",
               stream ? "text/event-stream" : "application/json",
               (size_t)len + strlen(big) + strlen(after), before) &&
           send_all(fd, big, strlen(big)) && send_all(fd, after, strlen(after));
}

static bool serve(peer *p, const char *body)
{
    char id[64];
    copy_id(body, id, sizeof id);
    if (strncmp(p->bytes, "POST", 4) != 0)
        return sendf(p->fd, "HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n");
    if (!id[0])
        return sendf(p->fd, "HTTP/1.1 202 OK\r\nContent-Length: 0\r\n\r\n");
    if (strstr(body, "\"method\":\"initialize\""))
        return answer(p->fd, id,
            "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{}"
            "},\"serverInfo\":{\"name\":\"upstream\",\"version\":\"1\"}}");
    if (strstr(body, "\"name\":\"json\"") ||
        strstr(body, "\"name\":\"stream\""))
        return answer_big(p->fd, id, strstr(body, "\"name\":\"stream\""));
    if (strstr(body, "\"method\":\"tools/"))
        return answer(
            p->fd, id, "{\"content\":[{\"type\":\"text\",\"text\":\"hi\"}]}");
    return sendf(p->fd, "HTTP/1.1 400 No\r\nContent-Type: application/json\r\n"
                        "Content-Length: 2\r\n\r\n{}");
}

static void *attend(void *ctx)
{
    peer *p = ctx;
    size_t used = 0;
    char *body = NULL;
    while ((body = receive(p, &used)) && serve(p, body)) {
        memmove(p->bytes, p->bytes + used, p->len - used);
        p->len -= used;
    }
    close(p->fd);
    free(p);
    return NULL;
}

static void *accept_all(void *ctx)
{
    const int *listener = ctx;
    for (;;) {
        pthread_t thread;
        const int yes = 1;
        peer *p = calloc(1, sizeof *p);
        p->fd = accept(*listener, NULL, NULL);
        setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        if (p->fd < 0 || pthread_create(&thread, NULL, attend, p))
            abort();
        pthread_detach(thread);
    }
}

int main(void)
{
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in here = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof here;
    pthread_t thread;
    char byte;
    static const char before[] = "{\"content\":[{\"type\":\"text\",\"text\":\"";
    big = malloc(BIG + 1);
    memset(big, 'x', BIG);
    memcpy(big, before, strlen(before));
    memcpy(big + BIG - 4, "\"}]}", 5);
    if (bind(listener, (struct sockaddr *)&here, sizeof here) ||
        listen(listener, 128) ||
        getsockname(listener, (struct sockaddr *)&here, &len) ||
        pthread_create(&thread, NULL, accept_all, &listener))
        return 1;
    printf("%d\n", ntohs(here.sin_port));
    fflush(stdout);
    return read(STDIN_FILENO, &byte, 1) != 0;
}
