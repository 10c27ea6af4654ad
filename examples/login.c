/* login.c - logs a person in with a browser, and keeps the token in files.
 *
 *   login https://mcp.example/mcp DIRECTORY */
#include <mcpauth/mcpauth.h>
#include <stdio.h>

/* When there is no browser here, the person may have one elsewhere. */
static void show(void *ctx, const char *url, const char *issuer)
{
    fprintf(ctx, "To log in at %s, open\n  %s\n", issuer, url);
}

static void tell(const mcpauth_token *token)
{
    const char *scope = mcpauth_token_scope(token);
    printf("logged in at %s\n", mcpauth_token_issuer(token));
    printf("scope: %s\n", scope ? scope : "not told");
    printf("renewed by itself: %s\n",
        mcpauth_token_renewable(token) ? "yes" : "no");
}

static mcpauth_status log_in(
    mcpauth_provider_options *who, const char *directory, mcpauth_error *err)
{
    mcpauth_provider *provider = NULL;
    mcpauth_token *token = NULL;
    mcpauth_status st =
        mcpauth_store_file_new(directory, NULL, &who->store, err);
    if (!st)
        st = mcpauth_http_curl_new(NULL, &who->http, err);
    if (!st)
        st = mcpauth_ui_loopback_new(true, show, stderr, &who->ui, err);
    if (!st)
        st = mcpauth_provider_new(who, &provider, err);
    if (!st)
        st = mcpauth_provider_login(provider, &token, err);
    if (!st)
        tell(token);
    mcpauth_token_free(token);
    mcpauth_provider_free(provider);
    return st;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: login URL DIRECTORY\n");
        return 2;
    }
    mcpauth_error *err = mcpauth_error_new();
    mcpauth_config *config = mcpauth_config_new();
    mcpauth_provider_options who = {.size = sizeof who, .config = config};
    mcpauth_status st = mcpauth_config_set(config, "server", argv[1], err);
    if (!st)
        st = log_in(&who, argv[2], err);
    if (st)
        fprintf(stderr, "login: %s\n", mcpauth_error_message(err));
    if (st && mcpauth_error_hint(err))
        fprintf(stderr, "  %s\n", mcpauth_error_hint(err));
    mcpauth_ui_free(who.ui);
    mcpauth_http_free(who.http);
    mcpauth_store_free(who.store);
    mcpauth_config_free(config);
    mcpauth_error_free(err);
    return st != MCPAUTH_OK;
}
