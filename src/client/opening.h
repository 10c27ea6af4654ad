/* opening.h - finds out which revision a server speaks, and makes it ready. */
#ifndef MA_CLIENT_OPENING_H
#define MA_CLIENT_OPENING_H

#include <mcpauth/client.h>

/* Opens the session unless it is open; when several threads want that, it is
 * done once (T-053).  cancel: of who wants it; NULL: nobody cancels.
 * timeout_ms: how long to wait for another who does it; 0: as long as the
 * client allows for one exchange.
 * E_CANCELLED also when the client is closed meanwhile. */
mcpauth_status ma_opening_run(mcpauth_client *client,
    const mcpauth_cancel *cancel, int64_t timeout_ms, mcpauth_error *err);

/* Waits likewise for the turn to open, and has it then. */
mcpauth_status ma_opening_take(mcpauth_client *client,
    const mcpauth_cancel *cancel, int64_t timeout_ms, mcpauth_error *err);

/* Opens it for the sake of who listens; nothing happens when nobody does. */
mcpauth_status ma_opening_keep(mcpauth_client *client, mcpauth_error *err);

#endif
