/* sealmodule.c - see sealmodule.h. */
#include "store/sealmodule.h"

#include "store/store.h"

static mcpauth_status make_sealed(mcpauth_store *inner,
    const ma_sealkey_source *source, mcpauth_store **out_store,
    mcpauth_error *err)
{
    MA_AUTO(mcpauth_store) owned = inner;
    MA_AUTO(ma_secret) key = NULL;
    mcpauth_status st = ma_sealkey_get(source, &key, err);
    if (st)
        return st;
    ma_span bytes = ma_secret_span(key);
    return mcpauth_store_sealed_new(ma_move(&owned),
        (const unsigned char *)bytes.at, bytes.len, out_store, err);
}

const ma_sealmodule *ma_sealmodule_get(void)
{
    static const ma_sealmodule module = {sizeof module, make_sealed};
    return &module;
}
