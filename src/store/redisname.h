/* redisname.h - the addresses of a host, found in time.
 *
 * getaddrinfo knows no deadline, so it runs in a thread of its own, which may
 * go on after everybody has given up. */
#ifndef MA_STORE_REDISNAME_H
#define MA_STORE_REDISNAME_H

#include <mcpauth/error.h>
#include <netdb.h>
#include <stdint.h>

#include "base/auto.h"

static inline void ma_redisname_free(struct addrinfo *list)
{
    if (list)
        freeaddrinfo(list);
}
typedef struct addrinfo ma_redisname;
MA_AUTO_DEFINE(ma_redisname, ma_redisname_free)

/* 0; EAI_AGAIN at the deadline, a moment of ma_clock_boot_ms; or what else
 * getaddrinfo says. */
int ma_redisname_find(
    const char *host, int port, int64_t deadline_ms, ma_redisname **out_list);

#endif
