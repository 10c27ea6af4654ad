/* logout.c - mcpauth logout. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/url.h"
#include "cli/context.h"
#include "cli/keys.h"
#include "cli/onelogin.h"
#include "oauth/config.h"
#include "store/store.h"

static mcpauth_status find_record(
    ma_context *context, bool *out_found, mcpauth_error *err)
{
    mcpauth_store_key key;
    MA_SCOPED(mcpauth_record) record = {0};
    mcpauth_status st = mcpauth_config_key(context->settings.config, &key, err);
    if (!st)
        st = mcpauth_store_load(context->store, &key, &record, err);
    if (!st)
        *out_found = record.bytes;
    return st;
}

/* Ends the login that the provider of context stands for. */
static mcpauth_status end_login(
    ma_context *context, void *ctx, mcpauth_error *err)
{
    (void)ctx;
    MA_AUTO(ma_text)
    server =
        ma_url_redacted(mcpauth_config_get(context->settings.config, "server"));
    bool keep = ma_options_has(context->options, MA_OPTION_KEEP_REGISTRATION);
    bool found = false;
    mcpauth_status st = find_record(context, &found, err);
    if (!st && found)
        st = mcpauth_provider_logout(context->provider, keep, err);
    if (!st)
        ma_context_say(context, "%s %s.",
            found ? "Logged out of" : "Not logged in to",
            server ? server : "the server");
    return st;
}

/* --- every login --------------------------------------------------------- */

/* Tries all of them; the first failure is what remains. */
static mcpauth_status end_all(ma_context *context, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) names = ma_buf_init(MA_KEYS_MAX);
    mcpauth_store_key key;
    mcpauth_status first = ma_context_open_kept_store(context, err);
    if (!first)
        first = ma_keys_gather(context->store, &names, err);
    if (!first && !names.len)
        ma_context_say(context, "Not logged in anywhere.");
    for (ma_span rest = ma_buf_span(&names); ma_keys_next(&rest, &key);) {
        mcpauth_status st = ma_onelogin_run(
            context, &key, key.server, end_login, NULL, first ? NULL : err);
        first = first ? first : st;
    }
    return first;
}

mcpauth_status ma_logout_run(ma_context *context, mcpauth_error *err)
{
    const char *word = ma_context_word(context, 0);
    bool all = false;
    mcpauth_status st = ma_context_all(context, &all, err);
    if (st || all)
        return st ? st : end_all(context, err);
    st = ma_context_choose(context, word, err);
    if (!st)
        st = ma_context_open_kept_store(context, err);
    if (!st)
        st = ma_context_open_provider(context, MA_CONTEXT_ASK_NOBODY, err);
    return st ? st : end_login(context, NULL, err);
}
