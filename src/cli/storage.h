/* storage.h - the store that a run works with. */
#ifndef MA_CLI_STORAGE_H
#define MA_CLI_STORAGE_H

#include "cli/context.h"

/* The one that MCPAUTH_STORE names, or an error (S-050); file when it names
 * none.  Then a directory that cannot be used is a warning, and memory is used
 * instead; but not with kept, for who wants to know what a store has.
 * E_USAGE: there is no such store, or what it needs is not set. */
mcpauth_status ma_storage_open(ma_context *context, bool kept,
    mcpauth_store **out_store, mcpauth_error *err);

/* Where logins are and where they are to be. */
typedef struct {
    mcpauth_store *source;
    mcpauth_store *target;
    bool same_place; /* the same records, under another seal or none */
    bool same_locks; /* who holds the source's holds the target's */
} ma_storage_pair;

/* The one that MCPAUTH_STORE names and the one that target names in the same
 * way, sealed with what MCPAUTH_STORE_TARGET_KEY says, or else the same key.
 * Both are given to mcpauth_store_free.  E_USAGE: as above, or they are one. */
mcpauth_status ma_storage_open_pair(ma_context *context, const char *target,
    ma_storage_pair *out, mcpauth_error *err);

#endif
