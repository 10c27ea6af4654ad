/* keys.c - see keys.h. */
#include "cli/keys.h"

#include <string.h>

static bool note_key(
    void *ctx, const mcpauth_store_key *key, const mcpauth_record *record)
{
    (void)record;
    ma_buf *to = ctx;
    ma_buf_add(to, key->server, strlen(key->server) + 1);
    ma_buf_add(to, key->account, strlen(key->account) + 1);
    return !to->failed;
}

mcpauth_status ma_keys_gather(
    mcpauth_store *store, ma_buf *to, mcpauth_error *err)
{
    mcpauth_status st = mcpauth_store_list(store, note_key, to, err);
    return st ? st : ma_buf_status(to, "the names of the logins", err);
}

bool ma_keys_next(ma_span *rest, mcpauth_store_key *out_key)
{
    if (!rest->len)
        return false;
    out_key->server = ma_span_cut(rest, '\0').at;
    out_key->account = ma_span_cut(rest, '\0').at;
    return true;
}
