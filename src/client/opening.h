/* opening.h - finds out which revision a server speaks, and makes it ready. */
#ifndef MA_CLIENT_OPENING_H
#define MA_CLIENT_OPENING_H

#include <mcpauth/client.h>

/* Opens the session unless it is open; when several threads want that, it is
 * done once (T-053).  cancel: of who wants it; NULL: nobody cancels. */
mcpauth_status ma_opening_run(
    mcpauth_client *client, const mcpauth_cancel *cancel, mcpauth_error *err);

/* Opens it for the sake of who listens; nothing happens when nobody does. */
mcpauth_status ma_opening_keep(mcpauth_client *client, mcpauth_error *err);

#endif
