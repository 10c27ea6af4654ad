/* privatekey.h - the private key of a client, from a file of ours alone. */
#ifndef MA_AGENTCORE_PRIVATEKEY_H
#define MA_AGENTCORE_PRIVATEKEY_H

#include <mcpauth/config.h>

/* Sets private_key to what the file holds.  E_USAGE: it cannot be read, others
 * may read it (S-047), or there is no key in it that can be used. */
mcpauth_status ma_privatekey_read(
    mcpauth_config *config, const char *path, mcpauth_error *err);

#endif
