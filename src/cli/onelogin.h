/* onelogin.h - one of the stored logins, with the settings that stand for it,
 * whatever the command line and the environment choose otherwise. */
#ifndef MA_CLI_ONELOGIN_H
#define MA_CLI_ONELOGIN_H

#include "cli/context.h"

/* What is done with it; one has a provider. */
typedef mcpauth_status ma_onelogin_fn(
    ma_context *one, void *ctx, mcpauth_error *err);

/* Has run do it in a context of its own, beside context, whose store must be
 * open and is shared.  word: how the server was named; NULL: by the
 * environment. */
mcpauth_status ma_onelogin_run(const ma_context *context,
    const mcpauth_store_key *key, const char *word, ma_onelogin_fn *run,
    void *ctx, mcpauth_error *err);

#endif
