/* source.h - where an assertion is, as the setting `assertion` says: a file, a
 * variable, a command, or the metadata service of a cloud. */
#ifndef MA_CLIENT_SOURCE_H
#define MA_CLIENT_SOURCE_H

#include <mcpauth/http.h>

#include "base/buf.h"

/* Longest assertion. */
enum { MA_SOURCE_MAX = 64 * 1024 };

typedef struct {
    const char *text;   /* of the setting */
    const char *header; /* "Name: value" for a URL; NULL: none */
    int64_t timeout_ms; /* of a command, or a request; 0 or less: it is over */
} ma_source;

/* Appends what is there at this moment.  A URL answers with the JWT alone, or
 * with a JSON object that holds it as one of value, access_token, id_token or
 * token.  The message names the source and never what it gave.
 * E_USAGE: there is nothing, or it cannot be read.  E_NETWORK, E_TIMEOUT,
 * E_HTTP, E_PROTOCOL, E_LIMIT. */
mcpauth_status ma_source_read(const ma_source *source, mcpauth_http *http,
    ma_buf *to, mcpauth_error *err);

#endif
