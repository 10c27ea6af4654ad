/* fakehttp.h - a mcpauth_http that answers from a list, in this process, any
 * number of threads at once.
 *
 * In what a test writes, ' stands for "; in bodies, $ID is the id of the
 * JSON-RPC request that is answered. */
#ifndef MA_TESTS_ENGINE_FAKEHTTP_H
#define MA_TESTS_ENGINE_FAKEHTTP_H

#include <mcpauth/http.h>

/* The first row that fits, and is not used up, answers; without one it is 404.
 * The first members are those of script_answer, so that places.h serves. */
typedef struct {
    const char *request; /* "POST https://as.test/token" */
    int http_status;
    const char *body;
    const char *headers;    /* "Name: value", one a line; NULL: JSON */
    mcpauth_status failure; /* comes after the answer, or, with http_status 0,
                               instead of it */
    const char *when;       /* stands in the request's fields or body; NULL:
                               whatever they say */
    int times;              /* how often it answers; 0: always */
    void (*before)(void *ctx); /* called first, with nothing locked */
    void *ctx;
    bool hold; /* goes on behind the answer until the request is cancelled, or
                  fakehttp_end */
} fakehttp_row;

#define JSON   "Content-Type: application/json"
#define STREAM "Content-Type: text/event-stream"

typedef struct fakehttp fakehttp;

/* rows outlive it. */
fakehttp *fakehttp_new(const fakehttp_row *rows, size_t count);

/* Frees itself as well. */
mcpauth_http *fakehttp_driver(fakehttp *fake);

/* Answers arrive in pieces of so many bytes; 0: whole. */
void fakehttp_set_piece(fakehttp *fake, size_t len);

/* How many requests were like this, and had with in their fields or body. */
int fakehttp_count(fakehttp *fake, const char *request, const char *with);

/* Waits until so many requests were like this. */
void fakehttp_wait(
    fakehttp *fake, const char *request, const char *with, int count);

/* Waits until a request with this in its fields or body is held, says so much
 * more to it, and waits until that was taken. */
void fakehttp_push(fakehttp *fake, const char *with, const char *body);

/* Likewise; then the answer ends: well, or by failure. */
void fakehttp_end(fakehttp *fake, const char *with, mcpauth_status failure);

/* Waits until no request with this is held. */
void fakehttp_wait_free(fakehttp *fake, const char *with);

/* Request index as "POST url\nName: value\n...\nbody"; NULL: there were not so
 * many. */
const char *fakehttp_text(fakehttp *fake, size_t index);

#endif
