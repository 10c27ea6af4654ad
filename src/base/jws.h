/* jws.h - a signed text in compact serialization (RFC 7515 7.1). */
#ifndef MA_BASE_JWS_H
#define MA_BASE_JWS_H

#include "base/key.h"

/* Longest that is made. */
enum { MA_JWS_MAX = 64 * 1024 };

/* Appends header.payload.signature, each in base64url.  header and payload are
 * JSON objects; header names the same alg. */
mcpauth_status ma_jws_write(ma_buf *to, const ma_key *key, const char *alg,
    ma_span header, ma_span payload, mcpauth_error *err);

#endif
