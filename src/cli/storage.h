/* storage.h - the store that a run works with. */
#ifndef MA_CLI_STORAGE_H
#define MA_CLI_STORAGE_H

#include "cli/context.h"

/* The one that MCPAUTH_STORE names, file when it names none.  A directory that
 * cannot be used is a warning, and memory is used instead; but whoever asked
 * for more than a file gets that or an error (S-050).
 * E_USAGE: there is no such store, or what it needs is not set. */
mcpauth_status ma_storage_open(
    ma_context *context, mcpauth_store **out_store, mcpauth_error *err);

#endif
