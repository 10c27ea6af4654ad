/* redis_server_test.h - a real Redis for a test, in a directory of its own. */
#ifndef MA_STORE_REDIS_SERVER_TEST_H
#define MA_STORE_REDIS_SERVER_TEST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct {
    void *directory; /* scratch_test.h; holds redis.sock and its data */
    pid_t pid;       /* 0: it does not run */
    int port;        /* clear text; 0: none was asked for */
    int tls_port;
} redis_server;

/* What a server listens to beside its Unix socket. */
enum { REDIS_TCP = 1, REDIS_TLS = 2 };

/* False: redis-server is not installed.  With TLS, ca.pem, and server.pem for
 * localhost and 127.0.0.1, are in the directory, and client.pem with
 * client.key, which it does not ask for. */
bool redis_start(redis_server *server, int listens);
void redis_stop(redis_server *server);

/* kill -9, and the same again with its data, which is on disk at once. */
void redis_kill(redis_server *server);
void redis_restart(redis_server *server);

/* Stops it from answering anybody, and lets it go on. */
void redis_freeze(const redis_server *server);
void redis_thaw(const redis_server *server);

/* redis+unix://[user@]... of it; lent until the next call. */
const char *redis_url(const redis_server *server, const char *user);

/* The answer of redis-cli to these words, without its last newline; lent until
 * the next call. */
const char *redis_do(const redis_server *server, const char *const *words);
#define REDIS_DO(server, ...)                                                  \
    redis_do(server, (const char *const[]){__VA_ARGS__, NULL})

#endif
