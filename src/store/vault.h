/* vault.h - items of the desktop's keyring, over D-Bus (the Secret Service).
 *
 * An item is secret bytes under a name; the service keeps them encrypted.
 * Nothing here waits longer than MA_VAULT_DEADLINE_MS for the service, except
 * for a person who may be asked to unlock it (S-050).  Every failure is
 * E_STORE, with the words of the service.  The functions may be called by
 * several threads; one at a time is served. */
#ifndef MA_STORE_VAULT_H
#define MA_STORE_VAULT_H

#include <mcpauth/store.h>

#include "base/buf.h"

enum { MA_VAULT_DEADLINE_MS = 2000, MA_VAULT_PERSON_MS = 120 * 1000 };

typedef struct ma_vault ma_vault;

/* Finds the service and the default keyring.  may_ask: a locked one makes the
 * service ask the person at the desktop; else it is an error. */
mcpauth_status ma_vault_new(
    bool may_ask, ma_vault **out_vault, mcpauth_error *err);

/* NULL is allowed. */
void ma_vault_free(ma_vault *vault);
MA_AUTO_DEFINE(ma_vault, ma_vault_free)

/* What an item is: a record, or what was found in the place of one. */
typedef enum { MA_VAULT_RECORD = 0, MA_VAULT_CORRUPT = 1 } ma_vault_kind;

/* The attribute of an item that somebody else has put there for us to read. */
#define MA_VAULT_KEY_ATTRIBUTE "mcpauth-key"

/* Lent to each. */
typedef struct {
    const char *server;
    const char *account;
    ma_span bytes;
} ma_vault_item;

/* Calls each for every item of that name, of all names when it is NULL, until
 * it returns false.  each must not call the vault. */
mcpauth_status ma_vault_find(ma_vault *vault, ma_vault_kind kind,
    const mcpauth_store_key *name,
    bool (*each)(void *ctx, const ma_vault_item *item), void *ctx,
    mcpauth_error *err);

/* Makes bytes the one item of that name. */
mcpauth_status ma_vault_write(ma_vault *vault, ma_vault_kind kind,
    const mcpauth_store_key *name, ma_span bytes, mcpauth_error *err);

/* OK also when there is none. */
mcpauth_status ma_vault_remove(ma_vault *vault, ma_vault_kind kind,
    const mcpauth_store_key *name, mcpauth_error *err);

/* Appends the bytes of the item whose attribute mcpauth-key is name, in
 * whatever keyring.  E_STORE also when there is none. */
mcpauth_status ma_vault_read_key(
    ma_vault *vault, const char *name, ma_buf *to, mcpauth_error *err);

#endif
