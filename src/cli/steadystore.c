/* steadystore.c - a store under whose locks no signal ends the program. */
#include "cli/steadystore.h"

#include "cli/interrupt.h"

static mcpauth_status load(void *ctx, const mcpauth_store_key *key,
    mcpauth_record *out_record, mcpauth_error *err)
{
    return mcpauth_store_load(ctx, key, out_record, err);
}

static mcpauth_status save(void *ctx, const mcpauth_store_key *key,
    const char *bytes, size_t len, int64_t version,
    mcpauth_save_answer *out_answer, int64_t *out_version, mcpauth_error *err)
{
    return mcpauth_store_save(
        ctx, key, bytes, len, version, out_answer, out_version, err);
}

static mcpauth_status lock(void *ctx, const mcpauth_store_key *key,
    mcpauth_lock_kind kind, const void *owner, mcpauth_lock *out_lock,
    mcpauth_error *err)
{
    ma_interrupt_hold();
    mcpauth_status st =
        mcpauth_store_lock(ctx, key, kind, owner, out_lock, err);
    if (st || out_lock->answer != MCPAUTH_LOCKED)
        ma_interrupt_release();
    return st;
}

static void unlock(void *ctx, const mcpauth_store_key *key,
    mcpauth_lock_kind kind, const void *owner)
{
    mcpauth_store_unlock(ctx, key, kind, owner);
    ma_interrupt_release();
}

static mcpauth_status list(void *ctx,
    bool (*each)(void *each_ctx, const mcpauth_store_key *key,
        const mcpauth_record *record),
    void *each_ctx, mcpauth_error *err)
{
    return mcpauth_store_list(ctx, each, each_ctx, err);
}

static mcpauth_status check(void *ctx,
    void (*found)(void *found_ctx, const char *what), void *found_ctx,
    mcpauth_error *err)
{
    return mcpauth_store_check(ctx, found, found_ctx, err);
}

static const char *describe(void *ctx)
{
    return mcpauth_store_describe(ctx);
}

static void free_inner(void *ctx)
{
    mcpauth_store_free(ctx);
}

mcpauth_status ma_steadystore_new(
    mcpauth_store *inner, mcpauth_store **out_store, mcpauth_error *err)
{
    static const mcpauth_store_ops ops = {sizeof ops, load, save, lock, unlock,
        list, describe, free_inner, check};
    return mcpauth_store_new(&ops, inner, out_store, err);
}
