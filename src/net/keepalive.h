/* keepalive.h - how long a connection may have been idle before a request that
 * must not be sent twice goes over it.
 *
 * A server closes idle connections when it likes, and of a request that is on
 * its way at that moment nobody knows whether it was carried out (RFC 9112
 * 9.3.1, 9.5).  Many say in advance how long they wait (RFC 2068 19.7.1.1). */
#ifndef MA_NET_KEEPALIVE_H
#define MA_NET_KEEPALIVE_H

#include <mcpauth/mcpauth.h>

/* By the Keep-Alive field of an answer, with time to spare for the way there;
 * without one, less than any common server waits. */
int64_t ma_keepalive_ms(const mcpauth_headers *headers);

#endif
