/* quirks.h - what single identity providers do differently, as rows of data.
 *
 * A row is picked by its name when the user gave one, else by the issuer's
 * host.  The flow asks the row; it never asks who the provider is. */
#ifndef MA_OAUTH_QUIRKS_H
#define MA_OAUTH_QUIRKS_H

#include <mcpauth/config.h>

/* Requests that may carry RFC 8707 `resource`. */
enum {
    MA_RESOURCE_AUTHORIZE = 1,
    MA_RESOURCE_CODE = 2,
    MA_RESOURCE_REFRESH = 4,
    MA_RESOURCE_CLIENT_CREDENTIALS = 8,
    MA_RESOURCE_ALL = 15
};

typedef struct {
    const char *error; /* RFC 6749 5.2 code */
    int mode;          /* a mcpauth_mode, or -1 for any */
    const char *hint;  /* what to do, one line */
} ma_quirks_hint;

typedef struct {
    const char *name;
    bool s256_unadvertised;        /* PKCE works though no document says so */
    unsigned resource;             /* MA_RESOURCE_... under policy auto */
    const char *resource_refusal;  /* in a refusal: leave `resource` out, and
                                      all is well; NULL: never */
    const char *interactive_scope; /* when nobody named one; NULL: none */
    const char *default_redirect_uri; /* NULL: loopback, any port */
    const char *no_endpoint_hint;     /* when the document has no endpoints */
    const char *redirect_hint;        /* when no redirect ever comes */
    const ma_quirks_hint *hints;      /* ends with error == NULL; may be NULL */
} ma_quirks;

/* The row of that name, or for the issuer when name is NULL; what no row knows
 * gets the last, which is the specification itself.  NULL: out of memory. */
const ma_quirks *ma_quirks_find(const char *name, const char *issuer);

/* Whether a row has that name. */
bool ma_quirks_known(const char *name);

/* Names in order, NULL after the last: for help texts. */
const char *ma_quirks_name(size_t position);

/* The hint for an error of the token or authorization endpoint; rows first,
 * then what holds everywhere; NULL: none. */
const char *ma_quirks_find_hint(
    const ma_quirks *quirks, const char *error, mcpauth_mode mode);

#endif
