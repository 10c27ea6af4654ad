/* steadystore.h - a store under whose locks no signal ends the program: between
 * the answer with a token and its save, that token exists nowhere else (S-071),
 * and a client that was registered for a login is there to be used again. */
#ifndef MA_CLI_STEADYSTORE_H
#define MA_CLI_STEADYSTORE_H

#include <mcpauth/store.h>

/* Owns inner from then on, also on failure. */
mcpauth_status ma_steadystore_new(
    mcpauth_store *inner, mcpauth_store **out_store, mcpauth_error *err);

#endif
