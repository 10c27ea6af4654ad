/* keys.h - whose records a store has, gathered: it must not change while it is
 * listed. */
#ifndef MA_CLI_KEYS_H
#define MA_CLI_KEYS_H

#include <mcpauth/store.h>

#include "base/buf.h"

/* Room for the names of all logins. */
enum { MA_KEYS_MAX = 16 * 1024 * 1024 };

/* Appends the key of every record.  A failure comes when those that could be
 * read are there. */
mcpauth_status ma_keys_gather(
    mcpauth_store *store, ma_buf *to, mcpauth_error *err);

/* The next of those gathered in rest, lent; false: none is left. */
bool ma_keys_next(ma_span *rest, mcpauth_store_key *out_key);

#endif
