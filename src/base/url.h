/* url.h - absolute http and https URLs, parsed strictly and once.
 *
 * What is accepted here is what a connection is made to: there is no second
 * parser with another opinion (S-004).  Refused: userinfo, spaces, controls,
 * backslash, quotes, < > ^ ` { | }, non-ASCII bytes, '%' without two hex
 * digits, '%' in a host, an empty host, ports outside 1-65535, and a host that
 * is a number in disguise (0x7f.1, 2130706433, 127.1, 0177.0.0.1). */
#ifndef MA_BASE_URL_H
#define MA_BASE_URL_H

#include "base/buf.h"

enum { MA_URL_MAX = 8192 };

/* Views into text, which the struct owns. */
typedef struct {
    char *text;    /* as given */
    bool https;    /* else http */
    char *host;    /* lower case; an IPv6 literal without its brackets */
    bool ipv6;     /* host is an IPv6 literal */
    int port;      /* explicit or the scheme's default */
    ma_span path;  /* "" or from the first '/' on */
    ma_span query; /* without '?'; at NULL when there is none */
    bool fragment; /* a '#' stands in it */
} ma_url;

/* E_USAGE with the reason when text is not such a URL; *out untouched then. */
mcpauth_status ma_url_parse(ma_span text, ma_url *out, mcpauth_error *err);
void ma_url_done(ma_url *url);
MA_SCOPED_DEFINE(ma_url, ma_url_done)

/* True when text parses (for choosing among candidates). */
bool ma_url_valid(ma_span text);

/* Appends scheme://host[:port], default port left out. */
void ma_url_write_origin(ma_buf *to, const ma_url *url);

/* Appends the canonical form: lower-case scheme and host, no default port, no
 * fragment, path as it is but without a lone '/', the query kept. */
void ma_url_write_canonical(ma_buf *to, const ma_url *url);

bool ma_url_same_origin(const ma_url *a, const ma_url *b);

/* localhost, *.localhost, 127.0.0.0/8 or ::1, by the text of the host. */
bool ma_url_loopback(const ma_url *url);

/* The host is an IP literal of a range that is not public (S-003): loopback,
 * link-local, private, unspecified, multicast, shared, IPv4-mapped forms. */
bool ma_url_private(const ma_url *url);

/* Resolves reference (absolute, //host, /path, path, ?query) against base as
 * RFC 3986 5.2 does and appends the result, not yet judged. */
mcpauth_status ma_url_resolve(
    const ma_url *base, ma_span reference, ma_buf *to, mcpauth_error *err);

/* For a message: scheme, host, port and path; no query, no userinfo, controls
 * escaped; works on any text.  For ma_free; NULL when out of memory. */
char *ma_url_redacted(const char *text);

/* Appends text with every byte outside RFC 3986's unreserved set as %XX,
 * upper-case hexadecimal. */
void ma_url_write_escaped(ma_buf *to, ma_span text);

#endif
