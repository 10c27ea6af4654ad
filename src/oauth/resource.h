/* resource.h - protected resource metadata (RFC 9728). */
#ifndef MA_OAUTH_RESOURCE_H
#define MA_OAUTH_RESOURCE_H

#include "base/json.h"
#include "base/url.h"

/* Views into document, which the struct owns. */
typedef struct {
    ma_json *document;
    const char *resource;
    const ma_json *authorization_servers; /* array, at least one usable */
    const ma_json *scopes_supported;      /* array or NULL, as is */
    const ma_json *bearer_methods;        /* bearer_methods_supported */
    const ma_json *dpop_algs; /* dpop_signing_alg_values_supported */
    bool dpop_required;       /* dpop_bound_access_tokens_required */
    bool certificate_bound;   /* tls_client_certificate_bound_access_tokens */
} ma_resource;

/* Parses body and checks it against the MCP URL: an object with `resource`
 * that covers server and at least one issuer that ma_resource_issuer
 * accepts.
 * E_PROTOCOL: no such document.  E_UNTRUSTED: `resource` is another one; the
 * message prints both. */
mcpauth_status ma_resource_parse(
    ma_span body, const ma_url *server, ma_resource *out, mcpauth_error *err);

void ma_resource_done(ma_resource *resource);
MA_SCOPED_DEFINE(ma_resource, ma_resource_done)

/* resource (a text) is an absolute URL without fragment, of server's origin,
 * whose path equals server's or is a prefix on whole segments; a query in it
 * is of no account when server has none, and must equal server's otherwise
 * (A-036, S-027).  Only E_NOMEM is an error. */
mcpauth_status ma_resource_covers(ma_span resource, const ma_url *server,
    bool *out_covers, mcpauth_error *err);

/* resource (a text) and server are the same URL in canonical form (RFC 9728
 * 3.3).  Only E_NOMEM is an error. */
mcpauth_status ma_resource_equals(ma_span resource, const ma_url *server,
    bool *out_equals, mcpauth_error *err);

/* resource is another than it has to be: E_UNTRUSTED; the message prints
 * both. */
mcpauth_status ma_resource_refuse(
    const char *resource, const ma_url *server, mcpauth_error *err);

/* The issuer at position, lent; NULL when that entry is no issuer identifier:
 * https (http only to loopback, for development), no query, fragment or
 * userinfo.  Only E_NOMEM is an error. */
mcpauth_status ma_resource_issuer(const ma_resource *resource, size_t position,
    const char **out_issuer, mcpauth_error *err);

#endif
