/* opening.h - finds out which revision a server speaks, and makes it ready. */
#ifndef MA_CLIENT_OPENING_H
#define MA_CLIENT_OPENING_H

#include <mcpauth/client.h>

/* Opens the session unless it is open; when several threads want that, it is
 * done once (T-053). */
mcpauth_status ma_opening_run(mcpauth_client *client, mcpauth_error *err);

#endif
