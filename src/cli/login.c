/* login.c - mcpauth login. */
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"
#include "base/url.h"
#include "cli/context.h"
#include "cli/moment.h"
#include "oauth/token.h"
#include "store/store.h"

static void tell(ma_context *context, const mcpauth_token *token)
{
    MA_AUTO(ma_text)
    server =
        ma_url_redacted(mcpauth_config_get(context->settings.config, "server"));
    if (!token) {
        ma_context_say(context, "%s asks for no login.", server);
        return;
    }
    MA_AUTO(ma_text) issuer = ma_url_redacted(mcpauth_token_issuer(token));
    const char *scope = mcpauth_token_scope(token);
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(scope));
    char until[MA_MOMENT_MAX];
    ma_moment_write_until(mcpauth_token_expires_at_ms(token), until);
    ma_context_say(context, "Logged in to %s\nat %s%s%s.", server, issuer,
        scope ? ", scope " : "", scope ? shown : "");
    ma_context_say(context, "The token expires %s%s.", until,
        mcpauth_token_renewable(token) ? " and is renewed by itself" : "");
}

static mcpauth_status read_kept(
    ma_context *context, mcpauth_token **out_token, mcpauth_error *err)
{
    mcpauth_store_key key;
    MA_SCOPED(mcpauth_record) record = {0};
    mcpauth_status st = mcpauth_config_key(context->settings.config, &key, err);
    if (!st)
        st = mcpauth_store_load(context->store, &key, &record, err);
    return st ? st : mcpauth_token_parse(&record, out_token, err);
}

/* A login that is not kept is good for nothing: the command is over. */
static mcpauth_status expect_kept(
    ma_context *context, const mcpauth_token *token, mcpauth_error *err)
{
    MA_AUTO(mcpauth_token) kept = NULL;
    mcpauth_status st = token ? read_kept(context, &kept, NULL) : MCPAUTH_OK;
    if (!token || (!st && kept &&
                      strcmp(mcpauth_token_access(kept),
                          mcpauth_token_access(token)) == 0))
        return MCPAUTH_OK;
    st = ma_error_set(err, MCPAUTH_E_STORE,
        "the login worked, but could not be kept in %s",
        mcpauth_store_describe(context->store));
    ma_error_hint(err, "see to the store, then log in again");
    return st;
}

mcpauth_status ma_login_run(ma_context *context, mcpauth_error *err)
{
    MA_AUTO(mcpauth_token) token = NULL;
    mcpauth_status st =
        ma_context_choose(context, ma_context_word(context, 0), err);
    if (!st)
        st = ma_context_open_kept_store(context, err);
    if (!st)
        st = ma_context_open_provider(context, MA_CONTEXT_ASK, err);
    if (!st)
        st = mcpauth_provider_login(context->provider, &token, err);
    if (!st)
        st = expect_kept(context, token, err);
    if (!st)
        tell(context, token);
    return st;
}
