/* own_store.c - tokens rest where you say; here, a record in a variable of one
 * thread.  MCPAUTH_SERVER, OAUTH_CLIENT_ID, ... say where and as whom. */
#include <mcpauth/mcpauth.h>
#include <stdio.h>

static mcpauth_status load(void *ctx, const mcpauth_store_key *key,
    mcpauth_record *out, mcpauth_error *err)
{
    const mcpauth_record *kept = ctx;
    return mcpauth_record_set(out, kept->bytes, kept->len, kept->version, err);
}

static mcpauth_status save(void *ctx, const mcpauth_store_key *key,
    const char *bytes, size_t len, int64_t version,
    mcpauth_save_answer *out_answer, int64_t *out_version, mcpauth_error *err)
{
    mcpauth_record *kept = ctx;
    *out_answer = MCPAUTH_SAVE_CONFLICT;
    if (kept->version != version)
        return MCPAUTH_OK;
    mcpauth_record_done(kept);
    *out_answer = MCPAUTH_SAVED;
    *out_version = bytes ? version + 1 : 0;
    return mcpauth_record_set(kept, bytes, len, *out_version, err);
}

static mcpauth_status lock(void *ctx, const mcpauth_store_key *key,
    mcpauth_lock_kind kind, const void *owner, mcpauth_lock *out_lock,
    mcpauth_error *err)
{
    out_lock->answer = MCPAUTH_LOCKED;
    return MCPAUTH_OK;
}

static void unlock(void *ctx, const mcpauth_store_key *key,
    mcpauth_lock_kind kind, const void *owner)
{
}

static mcpauth_status list(void *ctx,
    bool (*each)(void *, const mcpauth_store_key *, const mcpauth_record *),
    void *each_ctx, mcpauth_error *err)
{
    return mcpauth_error_set(err, MCPAUTH_E_UNSUPPORTED, "no list here");
}

static const char *describe(void *ctx)
{
    return "a variable";
}

static void release(void *ctx)
{
    mcpauth_record_done(ctx);
}

int main(void)
{
    const mcpauth_store_ops ops = {
        sizeof ops, load, save, lock, unlock, list, describe, release, NULL};
    mcpauth_record kept = {NULL, 0, 0};
    mcpauth_error *err = mcpauth_error_new();
    mcpauth_config *config = mcpauth_config_new();
    mcpauth_provider_options who = {.size = sizeof who, .config = config};
    mcpauth_provider *provider = NULL;
    mcpauth_token *token = NULL;
    mcpauth_status st = mcpauth_agentcore_read_environment(config, err);
    st = st ? st : mcpauth_store_new(&ops, &kept, &who.store, err);
    st = st ? st : mcpauth_http_curl_new(NULL, &who.http, err);
    st = st ? st : mcpauth_provider_new(&who, &provider, err);
    st = st ? st : mcpauth_provider_token(provider, 0, &token, err);
    printf("own_store: %s\n", st ? mcpauth_error_message(err) : "got a token");
    mcpauth_token_free(token);
    mcpauth_provider_free(provider);
    mcpauth_http_free(who.http);
    mcpauth_store_free(who.store);
    mcpauth_config_free(config);
    mcpauth_error_free(err);
    return st != MCPAUTH_OK;
}
