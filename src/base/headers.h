/* headers.h - a list of HTTP fields, in order. */
#ifndef MA_BASE_HEADERS_H
#define MA_BASE_HEADERS_H

#include <mcpauth/http.h>

#include "base/auto.h"
#include "base/span.h"

MA_AUTO_DEFINE(mcpauth_headers, mcpauth_headers_free)

/* Adds a field whose value is wiped when the list is freed or the field
 * replaced, as every value here is.  name and value are copied.  E_PROTOCOL
 * when name is no token or value holds CR, LF, NUL or another control byte
 * but tab (S-017). */
mcpauth_status ma_headers_add(
    mcpauth_headers *headers, ma_span name, ma_span value, mcpauth_error *err);

/* Removes every field of that name, then adds one. */
mcpauth_status ma_headers_set(mcpauth_headers *headers, const char *name,
    const char *value, mcpauth_error *err);

/* Appends every field of from, which may be NULL. */
mcpauth_status ma_headers_append(
    mcpauth_headers *headers, const mcpauth_headers *from, mcpauth_error *err);

/* A list of its own with the same fields; from NULL: none. */
mcpauth_status ma_headers_dup(
    const mcpauth_headers *from, mcpauth_headers **out, mcpauth_error *err);

/* The media type of Content-Type without parameters, compared without case. */
bool ma_headers_is_type(const mcpauth_headers *headers, const char *type);

#endif
