/* store.h - stores and records that go with their scope, and what decorators
 * of stores use. */
#ifndef MA_STORE_STORE_H
#define MA_STORE_STORE_H

#include <mcpauth/store.h>

#include "base/auto.h"

MA_AUTO_DEFINE(mcpauth_store, mcpauth_store_free)
MA_SCOPED_DEFINE(mcpauth_record, mcpauth_record_done)

typedef bool ma_store_each_fn(
    void *each_ctx, const mcpauth_store_key *key, const mcpauth_record *record);
typedef void ma_store_found_fn(void *found_ctx, const char *what);

/* As the public functions, but records may be sealed, and longer by that. */
mcpauth_status ma_store_load_any(mcpauth_store *store,
    const mcpauth_store_key *key, mcpauth_record *out_record,
    mcpauth_error *err);
mcpauth_status ma_store_save_any(mcpauth_store *store,
    const mcpauth_store_key *key, const char *bytes, size_t len,
    int64_t version, mcpauth_save_answer *out_answer, int64_t *out_version,
    mcpauth_error *err);
mcpauth_status ma_store_list_any(mcpauth_store *store, ma_store_each_fn *each,
    void *each_ctx, mcpauth_error *err);

#endif
