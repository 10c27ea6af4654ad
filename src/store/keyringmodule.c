/* keyringmodule.c - see keyringmodule.h. */
#include "store/keyringmodule.h"

const ma_keyringmodule *ma_keyringmodule_get(void)
{
    static const ma_keyringmodule module = {
        sizeof module, mcpauth_store_keyring_new};
    return &module;
}
