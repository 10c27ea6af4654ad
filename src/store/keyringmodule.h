/* keyringmodule.h - the keyring as one object, which the program loads when
 * tokens rest there, so that the others start without libsecret. */
#ifndef MA_STORE_KEYRINGMODULE_H
#define MA_STORE_KEYRINGMODULE_H

#include <mcpauth/store.h>

#include "base/buf.h"

/* keyring_new is the function of that name; read_key is ma_vault_read_key, of a
 * vault of its own. */
typedef struct {
    size_t size; /* sizeof(ma_keyringmodule): both sides of one build */
    mcpauth_status (*keyring_new)(const char *lock_directory, bool may_ask,
        mcpauth_store **out_store, mcpauth_error *err);
    mcpauth_status (*read_key)(
        bool may_ask, const char *name, ma_buf *to, mcpauth_error *err);
} ma_keyringmodule;

/* The one symbol of mcpauth-keyring.so, for dlsym. */
MCPAUTH_API const ma_keyringmodule *ma_keyringmodule_get(void);

#endif
