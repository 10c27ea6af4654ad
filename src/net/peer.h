/* peer.h - who may be talked to.
 *
 * A URL is judged by its text before anything is resolved, and the address by
 * itself when the connection is opened, so that no name can change its mind
 * between the two (S-003, S-005, S-009). */
#ifndef MA_NET_PEER_H
#define MA_NET_PEER_H

#include <mcpauth/mcpauth.h>

#include "base/url.h"

struct sockaddr;

typedef struct {
    const mcpauth_curl_options *options;
    const ma_url *url;
    mcpauth_address_rule rule;
    const char *proxy; /* NULL: the connection goes to url's host itself */
} ma_peer;

/* E_UNTRUSTED: clear text to a host that is not loopback, or, through a
 * proxy, a host that is private by its text. */
mcpauth_status ma_peer_judge(const ma_peer *peer, mcpauth_error *err);

/* Whether a connection for url may be opened to address. */
bool ma_peer_allows(const ma_peer *peer, const struct sockaddr *address);

#endif
