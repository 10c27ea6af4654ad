/* steadystore.h - a store under whose lock no signal ends the program: between
 * the answer with a rotated token and its save, that token exists nowhere else
 * (S-071). */
#ifndef MA_CLI_STEADYSTORE_H
#define MA_CLI_STEADYSTORE_H

#include <mcpauth/store.h>

/* Owns inner from then on, also on failure. */
mcpauth_status ma_steadystore_new(
    mcpauth_store *inner, mcpauth_store **out_store, mcpauth_error *err);

#endif
