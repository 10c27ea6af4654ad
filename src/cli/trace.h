/* trace.h - a record of every HTTP exchange of one run, for --trace.
 *
 * One JSON document, {"mcpauth": version, "exchanges": [...]}, in a file only
 * its owner can read.  What could be used to log in never gets into it; see
 * cli/redact.h.  One thread at a time. */
#ifndef MA_CLI_TRACE_H
#define MA_CLI_TRACE_H

#include <mcpauth/http.h>
#include <stdbool.h>

typedef struct ma_trace ma_trace;

/* Puts a mcpauth_http in the place of *http that notes what passes; it owns
 * the former one and the trace.  whole: bodies of MCP messages too, not only
 * what they are.  The file is made at once, so that a path that cannot be
 * written fails before anything was sent (E_USAGE); *http is as it was then. */
mcpauth_status ma_trace_wrap(const char *path, bool whole, mcpauth_http **http,
    ma_trace **out_trace, mcpauth_error *err);

/* Writes the document, whatever became of the command.  E_STORE: it could not
 * be written. */
mcpauth_status ma_trace_save(ma_trace *trace, mcpauth_error *err);

#endif
