/* trace.h - a record of every HTTP exchange of one run, for --trace.
 *
 * One JSON document, {"mcpauth": version, "exchanges": [...], "left_out": how
 * many of them were too many}, in a file only its owner can read.  It is whole
 * after each exchange, so that a command that runs for days can be watched.
 * What could be used to log in never gets into it; see cli/redact.h. */
#ifndef MA_CLI_TRACE_H
#define MA_CLI_TRACE_H

#include "cli/passage.h"

typedef struct ma_trace ma_trace;

/* Begins one.  whole: as ma_passage_write.  The file is made at once, so that
 * a path that cannot be written fails before anything was sent (E_USAGE). */
mcpauth_status ma_trace_new(
    const char *path, bool whole, ma_trace **out, mcpauth_error *err);

/* NULL is allowed. */
void ma_trace_free(ma_trace *trace);
MA_AUTO_DEFINE(ma_trace, ma_trace_free)

/* Notes a passage that has ended; by any thread. */
void ma_trace_note(ma_trace *trace, const ma_passage *passage);

/* Puts a mcpauth_http in the place of *http that notes what passes; it owns the
 * former one, and borrows the trace.  On failure *http is as it was. */
mcpauth_status ma_trace_wrap(
    ma_trace *trace, mcpauth_http **http, mcpauth_error *err);

/* Ends the document, whatever became of the command.  E_STORE: it could not be
 * written. */
mcpauth_status ma_trace_save(ma_trace *trace, mcpauth_error *err);

#endif
