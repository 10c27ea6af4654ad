/* redissocket.h - a stream socket to a Redis that never blocks past a moment.
 *
 * Deadlines are moments of ma_clock_boot_ms.  A failure is E_NETWORK, which may
 * pass, and names the Redis. */
#ifndef MA_STORE_REDISSOCKET_H
#define MA_STORE_REDISSOCKET_H

#include <stdint.h>

#include "base/fd.h"
#include "store/redisurl.h"

/* Tries every address of the host in turn. */
mcpauth_status ma_redissocket_open(const ma_redisurl *url, int64_t deadline_ms,
    ma_fd *out_fd, mcpauth_error *err);

mcpauth_status ma_redissocket_send(int fd, const ma_redisurl *url,
    ma_span bytes, int64_t deadline_ms, mcpauth_error *err);

/* Waits for at least one byte; E_NETWORK also when the other side closes. */
mcpauth_status ma_redissocket_receive(int fd, const ma_redisurl *url,
    int64_t deadline_ms, char *room, size_t room_len, size_t *out_len,
    mcpauth_error *err);

#endif
