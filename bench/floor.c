/* floor.c - a bridge that does nothing but what any has to: lines of stdin
 * become requests over connections that are kept, and answers become lines.
 *
 *   floor PORT
 *
 * It trusts both sides, speaks to 127.0.0.1 in clear, and is to be compared
 * with, not used. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINKS = 128, HEAD_MAX = 512, READ_MAX = 256 * 1024 };

/* A connection, and the answer that arrives on it. */
typedef struct {
    int fd;
    bool busy;
    bool streams; /* an event stream with one event */
    char *text;   /* head and body so far */
    size_t len, room;
    size_t need; /* of text; 0: the head is not there yet */
    size_t body; /* where it begins */
} lane;

static lane links[LINKS];
static size_t link_count;
static int port;
static char input[READ_MAX];
static size_t input_len;

static void die(const char *what)
{
    fprintf(stderr, "floor: %s\n", what);
    exit(1);
}

static lane *find_link(void)
{
    const int yes = 1;
    for (size_t i = 0; i < link_count; i++)
        if (!links[i].busy)
            return &links[i];
    if (link_count == LINKS)
        die("too many at once");
    struct sockaddr_in there = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    lane *link = &links[link_count++];
    link->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(link->fd, (struct sockaddr *)&there, sizeof there))
        die("cannot connect");
    setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return link;
}

static void write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t done = write(fd, bytes, len);
        if (done <= 0)
            die("cannot write");
        bytes += done;
        len -= (size_t)done;
    }
}

static void post(const char *line, size_t len)
{
    char request[READ_MAX + HEAD_MAX];
    lane *link = find_link();
    int head = snprintf(request, HEAD_MAX,
        "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
        "Content-Type: application/json\r\n"
        "Accept: application/json, text/event-stream\r\n"
        "Mcp-Session-Id: s\r\nContent-Length: %zu\r\n\r\n",
        port, len);
    memcpy(request + head, line, len);
    write_all(link->fd, request, (size_t)head + len);
    link->busy = true;
    link->len = link->need = 0;
}

static void hear(void)
{
    ssize_t len =
        read(STDIN_FILENO, input + input_len, sizeof input - input_len);
    if (len <= 0)
        exit(0);
    input_len += (size_t)len;
    char *at = input;
    for (char *end; (end = memchr(at, '\n', (size_t)(input + input_len - at)));
         at = end + 1)
        post(at, (size_t)(end - at));
    input_len -= (size_t)(at - input);
    memmove(input, at, input_len);
}

static void read_head(lane *link)
{
    link->text[link->len] = '\0';
    const char *end = strstr(link->text, "\r\n\r\n");
    if (!end)
        return;
    const char *field = strcasestr(link->text, "\r\nContent-Length:");
    link->body = (size_t)(end + 4 - link->text);
    link->need = link->body + strtoul(field + 17, NULL, 10);
    link->streams = strstr(link->text, "text/event-stream");
}

/* Answers of the server have no line end in them, and an event one field. */
static void say(lane *link)
{
    char *from = link->text + link->body;
    size_t len = link->need - link->body;
    if (link->streams) {
        from += 6;
        len -= 8;
    }
    if (!len)
        return;
    from[len] = '\n';
    write_all(STDOUT_FILENO, from, len + 1);
}

static void attend(lane *link)
{
    if (link->room - link->len < READ_MAX + 2) {
        link->room = link->room * 2 + READ_MAX + 2;
        link->text = realloc(link->text, link->room);
    }
    ssize_t len =
        read(link->fd, link->text + link->len, link->room - link->len - 2);
    if (len <= 0)
        die("the server has gone");
    link->len += (size_t)len;
    if (!link->need)
        read_head(link);
    if (!link->need || link->len < link->need)
        return;
    say(link);
    link->busy = false;
}

int main(int argc, char **argv)
{
    struct pollfd fds[LINKS + 1] = {{STDIN_FILENO, POLLIN, 0}};
    port = argc == 2 ? atoi(argv[1]) : 0;
    for (;;) {
        size_t count = link_count;
        for (size_t i = 0; i < count; i++)
            fds[i + 1] =
                (struct pollfd){links[i].busy ? links[i].fd : -1, POLLIN, 0};
        if (poll(fds, count + 1, -1) < 0)
            die("cannot wait");
        for (size_t i = 0; i < count; i++)
            if (fds[i + 1].revents)
                attend(&links[i]);
        if (fds[0].revents)
            hear();
    }
}
