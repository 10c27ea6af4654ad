/* arguments.h - what --arg and --args say, as one JSON object.
 *
 * The pieces are put together as text: a number stays as it was typed. */
#ifndef MA_CLI_ARGUMENTS_H
#define MA_CLI_ARGUMENTS_H

#include "base/buf.h"
#include "cli/options.h"

/* True when some --arg K=V needs a schema to know its type. */
bool ma_arguments_want_schema(const ma_options *options);

/* Appends the object: --args, or without it fallback (JSON; NULL: {}), then
 * each --arg over it.  V is a JSON value where schema, an object of JSON
 * Schema or absent, says that K is a number, boolean, array or object; else
 * it is a text.
 * E_USAGE: no object; a file that cannot be read; a V that does not fit. */
mcpauth_status ma_arguments_write(const ma_options *options,
    const char *fallback, ma_span schema, ma_buf *to, mcpauth_error *err);

#endif
