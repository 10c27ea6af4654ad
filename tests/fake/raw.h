/* raw.h - a server of bytes on 127.0.0.1, for tests of what no HTTP library
 * would send.
 *
 * Every connection gets a thread, which runs the test's function; all that
 * clients send through raw_receive is kept.  A failure to start aborts. */
#ifndef TESTS_FAKE_RAW_H
#define TESTS_FAKE_RAW_H

#include <stdbool.h>
#include <stddef.h>

enum { RAW_REQUEST_MAX = 2 * 1024 * 1024 };

typedef struct raw_server raw_server;

typedef struct {
    raw_server *server;
    int fd;
    char request[RAW_REQUEST_MAX]; /* the last one, NUL-terminated */
    size_t len;
} raw_peer;

/* Serves one connection, which closes when it returns. */
typedef void raw_serve_fn(raw_peer *peer, void *ctx);

raw_server *raw_start(raw_serve_fn *serve, void *ctx);

/* Ends every connection and thread.  NULL is allowed. */
void raw_stop(raw_server *server);

int raw_port(const raw_server *server);

/* Connections accepted so far. */
int raw_hits(raw_server *server);

/* Requests received so far. */
int raw_requests(raw_server *server);

/* Whether any request held text. */
bool raw_heard(raw_server *server, const char *text);

/* Reads one request with its body.  False when the client is gone. */
bool raw_receive(raw_peer *peer);

/* False when the client is gone. */
bool raw_send(raw_peer *peer, const char *text);
bool raw_send_bytes(raw_peer *peer, const void *bytes, size_t len);

/* Blocks until the client closes. */
void raw_linger(raw_peer *peer);

/* A raw_serve_fn: answers every request of a connection with ctx, a text. */
void raw_say(raw_peer *peer, void *ctx);

/* A raw_serve_fn: answers one request with ctx and closes. */
void raw_say_once(raw_peer *peer, void *ctx);

#endif
