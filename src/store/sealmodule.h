/* sealmodule.h - the seal as one object, which the program loads when a store
 * is sealed, so that the others start without libsodium. */
#ifndef MA_STORE_SEALMODULE_H
#define MA_STORE_SEALMODULE_H

#include "store/sealkey.h"

typedef struct {
    size_t size; /* sizeof(ma_sealmodule): both sides of one build */

    /* As mcpauth_store_sealed_new, with the key of that source. */
    mcpauth_status (*sealed_new)(mcpauth_store *inner,
        const ma_sealkey_source *source, mcpauth_store **out_store,
        mcpauth_error *err);
} ma_sealmodule;

/* The one symbol of mcpauth-seal.so, for dlsym. */
MCPAUTH_API const ma_sealmodule *ma_sealmodule_get(void);

#endif
