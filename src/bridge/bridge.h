/* bridge.h - a host on stdin and stdout, and a server behind HTTP, until one of
 * them is gone. */
#ifndef MA_BRIDGE_BRIDGE_H
#define MA_BRIDGE_BRIDGE_H

#include <mcpauth/client.h>

#include "bridge/crossing.h"
#include "net/multi.h"

typedef struct {
    int in_fd;       /* of the host, read from and never closed */
    int out_fd;      /* likewise, written to */
    int stop_fds[2]; /* readable: it is to end soon; -1: never */
    ma_crossing_options crossing;
    const ma_multi_ops *net;
    ma_multi *multi;                /* of net's */
    mcpauth_provider *provider;     /* NULL: no authorization */
    const mcpauth_headers *headers; /* sent to the server; NULL: none */

    /* Told once which revision of MCP the server speaks (T-074). */
    void (*learned)(void *ctx, const char *version);

    /* Words and codes of the program's own; ctx is handed to all of them. */
    void (*log)(void *ctx, int level, const char *event, const char *text);
    void (*advise)(void *ctx, mcpauth_status status, mcpauth_error *err);
    void *ctx;
} ma_bridge_options;

/* Runs until in_fd ends, one of stop_fds is readable, or the host reads no
 * more; then what is under way has two seconds.  The functions may be NULL;
 * advise adds to an error what a person can do, before the host is told.
 * *out_busy: a token is still being got, in a thread of its own, which uses the
 * provider. */
mcpauth_status ma_bridge_run(
    const ma_bridge_options *options, bool *out_busy, mcpauth_error *err);

#endif
