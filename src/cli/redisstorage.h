/* redisstorage.h - a Redis as the place of tokens, for a fleet. */
#ifndef MA_CLI_REDISSTORAGE_H
#define MA_CLI_REDISSTORAGE_H

#include <mcpauth/store.h>

#include "cli/settings.h"

/* Whether the value of MCPAUTH_STORE is the URL of a Redis. */
bool ma_redisstorage_named(const char *value);

/* The store at url, with what the environment says of it: a password, and
 * whom TLS trusts.  It must not be used without a seal. */
mcpauth_status ma_redisstorage_open(const ma_settings *settings,
    const char *url, mcpauth_store **out_store, mcpauth_error *err);

#endif
