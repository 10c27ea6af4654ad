/* mcpauth.h - everything, and what needs libcurl.
 *
 * What holds for all headers, unless a comment says otherwise: text is UTF-8
 * and NUL-terminated; inputs are borrowed for the call; pointers are not NULL,
 * but `err` may be; outputs are untouched on failure; what a getter returns is
 * lent until its object changes or dies; objects named in an options structure
 * are borrowed until what was made with it is freed; one object is used by one
 * thread at a time, but a provider, a store and an HTTP driver by any number;
 * different objects are independent of each other. */
#ifndef MCPAUTH_MCPAUTH_H
#define MCPAUTH_MCPAUTH_H

#include <mcpauth/agentcore.h>
#include <mcpauth/client.h>
#include <mcpauth/config.h>
#include <mcpauth/error.h>
#include <mcpauth/flow.h>
#include <mcpauth/http.h>
#include <mcpauth/skill.h>
#include <mcpauth/store.h>
#include <mcpauth/token.h>
#include <mcpauth/version.h>

MCPAUTH_BEGIN_DECLS

/* The version of the library that is running; compare MCPAUTH_VERSION. */
MCPAUTH_API const char *mcpauth_version(void);

/* --- only in libmcpauth, not in libmcpauth-core ----------------------------
 */

/* How the driver on libcurl behaves.  A member that is NULL or false is the
 * default. */
typedef struct mcpauth_curl_options {
    size_t size;            /* sizeof(mcpauth_curl_options), for growth */
    bool allow_private;     /* servers may name hosts on private addresses */
    const char *allow_http; /* one host that may be spoken to in clear, which
                               the configuration must name too */
    const char *ca_file;    /* PEM file trusted instead of the system's */
    const char *cert_file;  /* client certificate for mutual TLS, PEM; read
                               for each request */
    const char *key_file;   /* its key, no passphrase; NULL: in cert_file */
    const char *user_agent; /* instead of mcpauth/<version> */
} mcpauth_curl_options;

/* The HTTP driver on libcurl; options may be NULL, its texts are copied.  It
 * heeds HTTPS_PROXY, ALL_PROXY, NO_PROXY and SSL_CERT_FILE. */
MCPAUTH_API mcpauth_status mcpauth_http_curl_new(
    const mcpauth_curl_options *options, mcpauth_http **out_http,
    mcpauth_error *err);

/* A user interface of one loopback callback and one browser.  When no browser
 * can be opened, or one is not wanted, show is told the URL to give to a
 * person, in the thread that drives the login; it is not NULL, and ctx is
 * handed to it. */
MCPAUTH_API mcpauth_status mcpauth_ui_loopback_new(bool open_browser,
    void (*show)(void *ctx, const char *url, const char *issuer), void *ctx,
    mcpauth_ui **out_ui, mcpauth_error *err);

MCPAUTH_END_DECLS

#endif
