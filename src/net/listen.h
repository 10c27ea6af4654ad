/* listen.h - listening sockets for a loopback URL. */
#ifndef MA_NET_LISTEN_H
#define MA_NET_LISTEN_H

#include "base/url.h"

enum { MA_LISTEN_MAX = 2 };

/* Opens one socket per loopback address that the URL's host stands for:
 * 127.0.0.1 and ::1 (when the machine has it) for a name, else the literal,
 * never another.  Nobody else can listen there as long as these are open
 * (S-040).  E_STATE: the port is taken; nothing stays open then. */
mcpauth_status ma_listen_open(const ma_url *url, int port,
    int out_fds[MA_LISTEN_MAX], size_t *out_count, mcpauth_error *err);

/* The port a socket listens on. */
int ma_listen_port(int fd);

#endif
