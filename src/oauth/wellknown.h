/* wellknown.h - where metadata is looked for, and in which order. */
#ifndef MA_OAUTH_WELLKNOWN_H
#define MA_OAUTH_WELLKNOWN_H

#include "base/buf.h"
#include "base/url.h"

enum { MA_WELLKNOWN_MAX = 4 };

/* Candidate URLs in order; entries from count on are NULL. */
typedef struct {
    char *urls[MA_WELLKNOWN_MAX];
    size_t count;
} ma_wellknown;

void ma_wellknown_done(ma_wellknown *list);
MA_SCOPED_DEFINE(ma_wellknown, ma_wellknown_done)

/* RFC 9728 documents of an MCP URL: the well-known name inserted before path
 * and query; the same without a trailing slash when the path has one; the root
 * (A-031). */
mcpauth_status ma_wellknown_resource(
    const ma_url *server, ma_wellknown *out, mcpauth_error *err);

/* RFC 8414 and OpenID Connect Discovery documents of an issuer, in the order
 * of A-050; never another URL. */
mcpauth_status ma_wellknown_issuer(
    ma_span issuer, ma_wellknown *out, mcpauth_error *err);

/* What a user configured as discovery_url: a bare issuer, or the URL of a
 * discovery document with openid-configuration (or openid_configuration) or
 * oauth-authorization-server behind the issuer or inserted before its path.
 * Appends the issuer it stands for.  E_USAGE: no http(s) URL. */
mcpauth_status ma_wellknown_issuer_of(
    ma_span discovery_url, ma_buf *out_issuer, mcpauth_error *err);

/* The candidates for a configured discovery_url: the document it names first
 * (spelled with a hyphen), then the others of its issuer; for a bare issuer
 * the list of ma_wellknown_issuer. */
mcpauth_status ma_wellknown_discovery(
    ma_span discovery_url, ma_wellknown *out, mcpauth_error *err);

/* A discovery_url that itself names a document with an underscore. */
bool ma_wellknown_is_underscored(ma_span discovery_url);

#endif
