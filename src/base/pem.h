/* pem.h - a private key out of PEM (RFC 7468, RFC 5958, RFC 5915, RFC 8017).
 */
#ifndef MA_BASE_PEM_H
#define MA_BASE_PEM_H

#include <mcpauth/error.h>

#include "base/buf.h"

struct evp_pkey_st;

/* Reads the first private key of text, for EVP_PKEY_free.
 * E_USAGE: there is none.  E_UNSUPPORTED: it is encrypted. */
mcpauth_status ma_pem_read(
    ma_span text, struct evp_pkey_st **out, mcpauth_error *err);

/* Appends key as unencrypted PKCS#8. */
mcpauth_status ma_pem_write(
    ma_buf *to, const struct evp_pkey_st *key, mcpauth_error *err);

#endif
