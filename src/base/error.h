/* error.h - how the library fills a mcpauth_error.
 *
 * The rule, once: the innermost function that knows what happened calls
 * ma_error_set; each caller may put one clause in front with ma_error_in;
 * nobody rewrites what is there.  Formats are our own constants, and their
 * arguments are numbers, our words, URLs through ma_url_redacted, and foreign
 * text through ma_quote.  err may be NULL everywhere, and running out of
 * memory for the words never changes the status. */
#ifndef MA_BASE_ERROR_H
#define MA_BASE_ERROR_H

#include <mcpauth/error.h>

#include "base/auto.h"
#include "base/span.h"

MA_AUTO_DEFINE(mcpauth_error, mcpauth_error_free)

/* Forgets what err held, sets status and message, returns status. */
mcpauth_status ma_error_set(mcpauth_error *err, mcpauth_status status,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Puts "context: " in front of the message.  Returns status as given, so that
 * `return ma_error_in(err, st, "refreshing %s", url);` reads well. */
mcpauth_status ma_error_in(mcpauth_error *err, mcpauth_status status,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

mcpauth_status ma_error_nomem(mcpauth_error *err);

/* Adds what to do next; the first hint stays. */
void ma_error_hint(mcpauth_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void ma_error_http_status(mcpauth_error *err, int http_status);

/* Records the server's own words, escaped by ma_quote; empty spans are
 * skipped.  The message gains `(code: "description")` behind it. */
void ma_error_server(
    mcpauth_error *err, ma_span code, ma_span description, ma_span uri);

/* Records what a JSON-RPC error carried besides, a JSON value; one of more than
 * 1 MiB is left out. */
void ma_error_data(mcpauth_error *err, ma_span data);

/* Replaces every occurrence of secret in everything err holds by "[masked]":
 * for a server that echoes what we sent. */
void ma_error_mask(mcpauth_error *err, ma_span secret);

/* Makes *to a copy of from.  Out of memory loses words, never the status. */
void ma_error_copy(mcpauth_error *to, const mcpauth_error *from);

#endif
