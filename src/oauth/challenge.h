/* challenge.h - WWW-Authenticate, as RFC 9110 11.6.1 says it.
 *
 * Reads all fields and all challenges in them in linear time, keeps the one
 * for Bearer or DPoP, and forgets it again when it is malformed (A-020..A-025,
 * S-021). */
#ifndef MA_OAUTH_CHALLENGE_H
#define MA_OAUTH_CHALLENGE_H

#include <mcpauth/http.h>

#include "base/auto.h"
#include "base/buf.h"

/* Texts are NULL when absent.  scope is NULL also when it holds a byte no
 * scope may hold. */
typedef struct {
    bool bearer;      /* a usable Bearer challenge was there */
    bool dpop;        /* a usable DPoP challenge was there (RFC 9449 7.1) */
    char *dpop_error; /* of the first one that has one */
    char *dpop_algs;
    char *resource_metadata;
    char *scope;
    char *error;
    char *error_description;
    char *error_uri;
} ma_challenge;

/* Reads the WWW-Authenticate fields of headers (NULL: none).  Of several
 * challenges of the two schemes the first with resource_metadata is taken, else
 * the first that says anything, else the first.  A malformed one counts as
 * absent; only E_NOMEM is an error. */
mcpauth_status ma_challenge_parse(
    const mcpauth_headers *headers, ma_challenge *out, mcpauth_error *err);

/* One field value, for tests and fuzzing; adds to what *into holds. */
mcpauth_status ma_challenge_parse_field(
    ma_span field, ma_challenge *into, mcpauth_error *err);

void ma_challenge_done(ma_challenge *challenge);
MA_SCOPED_DEFINE(ma_challenge, ma_challenge_done)

#endif
