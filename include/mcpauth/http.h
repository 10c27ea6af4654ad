/* http.h - one HTTP request and its answer, and how to bring your own HTTP
 * library.
 *
 * The engine describes requests, the MCP client sends them, and a mcpauth_http
 * carries them out.  mcpauth_http_curl_new (mcpauth.h) makes the one on
 * libcurl; a program with its own event loop or HTTP library fills a
 * mcpauth_http_ops instead.
 *
 * Whoever implements it keeps these rules, which protect credentials:
 *   - no redirect is followed but as `redirects` says;
 *   - no cookie, .netrc, Referer or stored credential is ever added;
 *   - TLS certificates and host names are verified;
 *   - the body is cut off at body_max while it arrives, headers at 256 KiB;
 *   - `address` is judged on the address really connected to. */
#ifndef MCPAUTH_HTTP_H
#define MCPAUTH_HTTP_H

#include <mcpauth/cancel.h>
#include <mcpauth/error.h>
#include <stdbool.h>

MCPAUTH_BEGIN_DECLS

/* --- fields -------------------------------------------------------------- */

typedef struct mcpauth_headers mcpauth_headers;

/* An empty list, or NULL when out of memory. */
MCPAUTH_API mcpauth_headers *mcpauth_headers_new(void);

/* Wipes the values.  NULL is allowed. */
MCPAUTH_API void mcpauth_headers_free(mcpauth_headers *headers);

/* Adds one field; both are copied.  E_PROTOCOL: not a legal name or value. */
MCPAUTH_API mcpauth_status mcpauth_headers_add(mcpauth_headers *headers,
    const char *name, const char *value, mcpauth_error *err);

/* The first field of that name, case ignored; NULL when there is none. */
MCPAUTH_API const char *mcpauth_headers_get(
    const mcpauth_headers *headers, const char *name);

/* How many there are; NULL headers count 0. */
MCPAUTH_API size_t mcpauth_headers_count(const mcpauth_headers *headers);

/* By position below the count; lent. */
MCPAUTH_API const char *mcpauth_headers_name(
    const mcpauth_headers *headers, size_t index);

/* Likewise. */
MCPAUTH_API const char *mcpauth_headers_value(
    const mcpauth_headers *headers, size_t index);

/* --- request ------------------------------------------------------------- */

/* Which peer addresses may be connected to. */
typedef enum {
    MCPAUTH_ADDRESS_ANY = 0,    /* the user chose this host */
    MCPAUTH_ADDRESS_PUBLIC = 1, /* a server named it: public addresses only */
    MCPAUTH_ADDRESS_NEAR = 2    /* the user chose this host, which may be spoken
                                   to in clear if it turns out to be on a
                                   loopback or link-local address, as the
                                   metadata services of clouds are */
} mcpauth_address_rule;

/* Lent by the library; may grow at its end. */
typedef struct mcpauth_http_request {
    const char *method; /* GET, POST, DELETE */
    const char *url;    /* absolute, already judged and re-serialised */
    const mcpauth_headers *headers; /* NULL: none */
    const char *body;               /* NULL: none; may hold secrets */
    size_t body_len;
    size_t body_max; /* longest answer body taken, in bytes */
    int redirects;   /* how many to follow, same origin only; 0 for
                        every request that carries a credential */
    mcpauth_address_rule address;
    int64_t connect_timeout_ms;
    int64_t timeout_ms;           /* whole exchange; 0: none */
    int64_t idle_timeout_ms;      /* longest silence while the body arrives; 0:
                                     none */
    const mcpauth_cancel *cancel; /* perform ends soon after it is asked, with
                                     E_CANCELLED; NULL: never */
    bool once; /* not sent again, over another connection, when the first is
                  lost without a word: it may have been acted on */
    bool certificate; /* the client's certificate is to be shown (RFC 8705), and
                         the request not sent without one.  To a host that the
                         user chose it is shown without this, too, if that asks
                         for one; to others it is not */
} mcpauth_http_request;

/* --- answer -------------------------------------------------------------- */

/* Takes the answer as it arrives.  head comes once, before any body; either
 * function stops the exchange by returning something else than OK, which
 * perform then returns unchanged. */
typedef struct mcpauth_http_sink {
    mcpauth_status (*head)(void *ctx, int status,
        const mcpauth_headers *headers, mcpauth_error *err);
    mcpauth_status (*body)(
        void *ctx, const char *bytes, size_t len, mcpauth_error *err);
    void *ctx;
} mcpauth_http_sink;

/* --- driver -------------------------------------------------------------- */

typedef struct mcpauth_http_ops {
    size_t size; /* sizeof(mcpauth_http_ops), for growth */

    /* Carries one request out and blocks until its answer ended, sink stopped
     * it, or it failed.  May be called from several threads at once.
     * E_NETWORK: not reached or cut off.  E_TIMEOUT: a limit in the request
     * passed.  E_UNTRUSTED: address or redirect rule.  E_LIMIT: answer too
     * large.  E_CANCELLED: cancel was asked.  E_USAGE: the certificate that is
     * wanted is not there. */
    mcpauth_status (*perform)(void *ctx, const mcpauth_http_request *request,
        const mcpauth_http_sink *sink, mcpauth_error *err);

    /* Releases ctx. */
    void (*free)(void *ctx);
} mcpauth_http_ops;

typedef struct mcpauth_http mcpauth_http;

/* Wraps ops (copied) and ctx (owned from then on, also after E_NOMEM).
 * E_USAGE: a function or the size is missing; ctx stays the caller's. */
MCPAUTH_API mcpauth_status mcpauth_http_new(const mcpauth_http_ops *ops,
    void *ctx, mcpauth_http **out_http, mcpauth_error *err);

/* NULL is allowed. */
MCPAUTH_API void mcpauth_http_free(mcpauth_http *http);

MCPAUTH_END_DECLS

#endif
