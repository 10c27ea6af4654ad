/* proxy.h - whether the environment puts a proxy between us and a URL.
 *
 * libcurl could read the environment itself, but then nobody else would know
 * whether the address it connects to is the proxy's or the server's. */
#ifndef MA_NET_PROXY_H
#define MA_NET_PROXY_H

#include "base/url.h"

/* The proxy's URL out of HTTPS_PROXY or ALL_PROXY (lower case wins), lent by
 * the environment; NULL for a direct connection.  Direct always: http, which
 * a proxy could read, loopback, and what NO_PROXY names.  May hold a
 * password: never show it. */
const char *ma_proxy_find(const ma_url *url);

/* Whether list, a value of NO_PROXY, names host: "*", a name with its
 * subdomains, an address, or a network such as 10.0.0.0/8. */
bool ma_proxy_exempts(ma_span list, const char *host);

#endif
