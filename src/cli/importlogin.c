/* importlogin.c - see importlogin.h. */
#include "cli/importlogin.h"

#include <string.h>

#include "base/error.h"
#include "cli/mcpremote.h"
#include "oauth/token.h"
#include "store/store.h"

static bool is_text(const char *a, const char *b)
{
    return a && b && !strcmp(a, b);
}

/* It was taken over before, and nothing has happened since. */
static bool is_same(const mcpauth_token *token, const ma_json *document)
{
    return token && is_text(mcpauth_token_access(token),
                        ma_json_text(document, "access_token"));
}

static mcpauth_status read_kept(
    const ma_context *context, mcpauth_token **out_token, mcpauth_error *err)
{
    mcpauth_store_key key;
    MA_SCOPED(mcpauth_record) record = {0};
    mcpauth_status st = mcpauth_config_key(context->settings.config, &key, err);
    if (!st)
        st = mcpauth_store_load(context->store, &key, &record, err);
    return st ? st : mcpauth_token_parse(&record, out_token, err);
}

static mcpauth_status adopt(ma_context *own, const ma_importlogin *what,
    const ma_mcpremote_login *login, ma_importlogin_outcome *out,
    mcpauth_error *err)
{
    MA_AUTO(mcpauth_token) token = NULL;
    const mcpauth_adoption adoption = {
        .size = sizeof adoption,
        .answer = ma_buf_text(&login->answer),
        .answer_len = login->answer.len,
        .registration = what->configured || !login->client
                            ? NULL
                            : ma_buf_text(&login->registration),
        .registration_len = login->registration.len,
        .issuer = login->issuer,
        .obtained_at_ms = login->obtained_at_ms,
        .requested_scope = login->requested ? login->requested : what->scope,
    };
    mcpauth_status st =
        ma_context_open_provider(own, MA_CONTEXT_ASK_NOBODY, err);
    if (!st)
        st = mcpauth_provider_adopt(own->provider, &adoption, &token, err);
    if (!st)
        *out = is_same(token, login->document) ? MA_IMPORTLOGIN_TAKEN
                                               : MA_IMPORTLOGIN_KEPT;
    return st;
}

static mcpauth_status take(ma_context *own, const ma_importlogin *what,
    ma_importlogin_outcome *out, mcpauth_error *err)
{
    MA_SCOPED(ma_mcpremote_login) login = {0};
    MA_AUTO(mcpauth_token) kept = NULL;
    mcpauth_status st = ma_mcpremote_load(what->path, &login, err);
    if (!st)
        st = ma_context_choose(own, what->server, err);
    if (!st)
        st = ma_context_open_kept_store(own, err);
    if (!st)
        st = read_kept(own, &kept, err);
    *out = MA_IMPORTLOGIN_THERE;
    return st || is_same(kept, login.document)
               ? st
               : adopt(own, what, &login, out, err);
}

/* Each server has settings, and so a context, of its own. */
mcpauth_status ma_importlogin_take(const ma_context *context,
    const ma_importlogin *what, ma_importlogin_outcome *out, mcpauth_error *err)
{
    ma_context own = {
        .options = context->options,
        .command = context->command,
        .words_used = context->words_used,
        .out = context->out,
        .say = context->say,
    };
    mcpauth_status st = ma_context_begin(&own, err);
    if (!st)
        st = take(&own, what, out, err);
    mcpauth_status closed = ma_context_done(&own, st ? NULL : err);
    return st ? st : closed;
}
