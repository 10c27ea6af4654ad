/* redislink.h - one connection to a Redis, in clear text or over TLS.
 *
 * The certificate must come from a known authority and be made for the host.
 * TLS runs over memory, so that every wait is one of redissocket.h, with a
 * deadline, and no write raises SIGPIPE.  A failure is E_NETWORK when it may
 * pass, and E_STORE when it is a matter of certificates or of TLS. */
#ifndef MA_STORE_REDISLINK_H
#define MA_STORE_REDISLINK_H

#include "store/redissocket.h"

/* Where TLS finds what it needs, PEM files; NULL: the system's authorities,
 * no certificate of our own. */
typedef struct {
    const char *ca_file;
    const char *cert_file;
    const char *key_file;
} ma_redislink_trust;

typedef struct ma_redislink ma_redislink;

/* url must live as long as the link. */
mcpauth_status ma_redislink_open(const ma_redisurl *url,
    const ma_redislink_trust *trust, int64_t deadline_ms,
    ma_redislink **out_link, mcpauth_error *err);
void ma_redislink_free(ma_redislink *link);
MA_AUTO_DEFINE(ma_redislink, ma_redislink_free)

mcpauth_status ma_redislink_send(
    ma_redislink *link, ma_span bytes, int64_t deadline_ms, mcpauth_error *err);

/* Waits for at least one byte. */
mcpauth_status ma_redislink_receive(ma_redislink *link, int64_t deadline_ms,
    char *room, size_t room_len, size_t *out_len, mcpauth_error *err);

#endif
