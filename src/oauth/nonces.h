/* nonces.h - the newest DPoP nonce of each origin (RFC 9449 8, 9; A-208).
 *
 * An authorization server and a resource server may share an origin; their
 * nonces are different ones all the same. */
#ifndef MA_OAUTH_NONCES_H
#define MA_OAUTH_NONCES_H

#include <mcpauth/http.h>

#include "base/auto.h"
#include "base/url.h"

/* How many are kept, the longest used first to go; and the longest of them. */
enum { MA_NONCES_MAX = 8, MA_NONCES_LEN_MAX = 4096 };

typedef enum { MA_NONCES_AUTHORIZATION, MA_NONCES_RESOURCE } ma_nonces_role;

typedef struct {
    ma_nonces_role role;
    char *origin;
    char *nonce;
} ma_nonces_entry;

/* Starts zeroed.  Newest first. */
typedef struct {
    ma_nonces_entry entries[MA_NONCES_MAX];
    size_t count;
} ma_nonces;

void ma_nonces_done(ma_nonces *nonces);
MA_SCOPED_DEFINE(ma_nonces, ma_nonces_done)

/* The usable DPoP-Nonce of an answer, or NULL: exactly one field, of the bytes
 * that 8.1 allows.  Lent by headers, which may be NULL. */
const char *ma_nonces_find(const mcpauth_headers *headers);

/* Takes the nonce of any answer, 2xx too, in place of the one before; an
 * answer without one changes nothing. */
mcpauth_status ma_nonces_note(ma_nonces *nonces, ma_nonces_role role,
    const ma_url *url, const mcpauth_headers *headers, mcpauth_error *err);

/* What the next proof for url carries: lent until the next change; NULL in
 * *out when there is none. */
mcpauth_status ma_nonces_get(const ma_nonces *nonces, ma_nonces_role role,
    const ma_url *url, const char **out, mcpauth_error *err);

#endif
