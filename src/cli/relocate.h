/* relocate.h - a login goes from one store to another: at every moment one of
 * them has it, and what was cut off can be done again. */
#ifndef MA_CLI_RELOCATE_H
#define MA_CLI_RELOCATE_H

#include "cli/storage.h"

/* Moves the record of key.  *out_moved is false when the source has none, also
 * because an earlier try moved it.  E_STORE, with the record where it was:
 * someone is working with it, or the target has another one.  What differs
 * there but is of the same login gives way to what is newer. */
mcpauth_status ma_relocate(const ma_storage_pair *stores,
    const mcpauth_store_key *key, bool *out_moved, mcpauth_error *err);

#endif
