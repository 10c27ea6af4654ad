/* secret.h - bytes that must not be seen, and are wiped when they go.
 *
 * A token, verifier, code, client secret or a body that carries one is an
 * ma_secret from the moment it arrives.  There is no way to print one but its
 * fingerprint. */
#ifndef MA_BASE_SECRET_H
#define MA_BASE_SECRET_H

#include <mcpauth/error.h>
#include <stdbool.h>

#include "base/auto.h"
#include "base/span.h"

typedef struct ma_secret ma_secret;

/* A copy of the bytes, NUL-terminated behind them; NULL when out of memory. */
ma_secret *ma_secret_new(ma_span bytes);

/* Wipes and frees; NULL is allowed. */
void ma_secret_free(ma_secret *secret);
MA_AUTO_DEFINE(ma_secret, ma_secret_free)

/* Replaces *at by a copy of bytes (an empty span with at == NULL clears it).
 * *at is untouched when memory is out. */
mcpauth_status ma_secret_set(ma_secret **at, ma_span bytes, mcpauth_error *err);

/* Lent; NULL for a NULL secret. */
const char *ma_secret_text(const ma_secret *secret);
ma_span ma_secret_span(const ma_secret *secret);

/* Constant time in the length of the shorter; two NULLs are equal. */
bool ma_secret_eq(const ma_secret *a, const ma_secret *b);
bool ma_secret_is(const ma_secret *secret, ma_span bytes);

/* Room for "token#3fa9" and its like. */
enum { MA_FINGERPRINT_MAX = 32 };

/* Writes kind, '#' and four hex digits of the bytes' SHA-256: enough to tell
 * two apart in a log, useless to anybody else.  kind: at most 20 bytes. */
void ma_secret_fingerprint(
    const ma_secret *secret, const char *kind, char out[MA_FINGERPRINT_MAX]);

#endif
