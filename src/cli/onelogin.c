/* onelogin.c - see onelogin.h. */
#include "cli/onelogin.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"

static const char machine[] = "client:";

/* Sets what makes the configuration's key that account, whatever environment
 * and file say: a machine's is "client:<id>" or "client:<id>/<name>", and
 * a workload's, which nothing else makes here, is taken as it is. */
static mcpauth_status set_account(
    mcpauth_config *config, const char *account, mcpauth_error *err)
{
    bool is_machine = strncmp(account, machine, strlen(machine)) == 0;
    ma_span name = ma_span_of(is_machine ? account + strlen(machine) : NULL);
    ma_span id = is_machine ? ma_span_cut(&name, '/') : (ma_span){0};
    MA_AUTO(ma_text) client = ma_strndup(id.at ? id.at : "", id.len);
    if (!client)
        return ma_error_nomem(err);
    const char *own = is_machine ? name.at : account;
    mcpauth_status st = mcpauth_config_set(
        config, "mode", is_machine ? "m2m" : "interactive", err);
    if (!st && is_machine)
        st = mcpauth_config_set(config, "client_id", client, err);
    if (!st)
        st = mcpauth_config_set(config, "account", own ? own : "", err);
    return st;
}

mcpauth_status ma_onelogin_run(const ma_context *context,
    const mcpauth_store_key *key, const char *word, ma_onelogin_fn *run,
    void *ctx, mcpauth_error *err)
{
    ma_context one = {.options = context->options,
        .command = context->command,
        .words_used = context->words_used,
        .out = context->out,
        .say = context->say,
        .store = context->store}; /* whose passphrase is typed once */
    mcpauth_status st = ma_context_begin(&one, err);
    if (!st)
        st = ma_context_choose(&one, word, err);
    if (!st)
        st = set_account(one.settings.config, key->account, err);
    if (!st)
        st = ma_context_open_provider(&one, MA_CONTEXT_ASK_NOBODY, err);
    if (!st)
        st = run(&one, ctx, err);
    one.store = NULL;
    mcpauth_status last = ma_context_done(&one, st ? NULL : err);
    return st ? st : last;
}
