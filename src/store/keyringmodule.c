/* keyringmodule.c - see keyringmodule.h. */
#include "store/keyringmodule.h"

#include "store/vault.h"

static mcpauth_status read_key(
    bool may_ask, const char *name, ma_buf *to, mcpauth_error *err)
{
    MA_AUTO(ma_vault) vault = NULL;
    mcpauth_status st = ma_vault_new(may_ask, &vault, err);
    return st ? st : ma_vault_read_key(vault, name, to, err);
}

const ma_keyringmodule *ma_keyringmodule_get(void)
{
    static const ma_keyringmodule module = {
        sizeof module, mcpauth_store_keyring_new, read_key};
    return &module;
}
