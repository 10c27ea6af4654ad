/* call_tool.c - calls one tool of an MCP server, as a machine.
 *
 *   MCPAUTH_SERVER=https://mcp.example/mcp OAUTH_CLIENT_ID=... \
 *   OAUTH_CLIENT_SECRET=... OAUTH_DISCOVERY_URL=https://as.example \
 *   call_tool '{"name":"echo","arguments":{"text":"hello"}}' */
#include <mcpauth/mcpauth.h>
#include <stdio.h>

static mcpauth_status call(
    mcpauth_client *client, const char *params, mcpauth_error *err)
{
    char *result = NULL;
    size_t len = 0;
    mcpauth_status st = mcpauth_client_request(
        client, "tools/call", params, &result, &len, err);
    if (!st)
        printf("%.*s\n", (int)len, result);
    mcpauth_text_free(result);
    return st;
}

static mcpauth_status run(const mcpauth_config *config, mcpauth_store *store,
    mcpauth_http *http, const char *params, mcpauth_error *err)
{
    const mcpauth_provider_options who = {
        .size = sizeof who,
        .config = config,
        .store = store,
        .http = http,
    };
    mcpauth_provider *provider = NULL;
    mcpauth_client *client = NULL;
    mcpauth_status st = mcpauth_provider_new(&who, &provider, err);
    const mcpauth_client_options where = {
        .size = sizeof where,
        .provider = provider,
        .http = http,
        .server = mcpauth_config_get(config, "server"),
        .name = "call_tool",
    };
    if (!st)
        st = mcpauth_client_new(&where, &client, err);
    if (!st)
        st = call(client, params, err);
    if (client)
        mcpauth_client_close(client);
    mcpauth_client_free(client);
    mcpauth_provider_free(provider);
    return st;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: call_tool PARAMS\n");
        return 2;
    }
    mcpauth_error *err = mcpauth_error_new();
    mcpauth_config *config = mcpauth_config_new();
    mcpauth_store *store = NULL;
    mcpauth_http *http = NULL;
    mcpauth_status st = mcpauth_config_set(config, "mode", "m2m", err);
    if (!st)
        st = mcpauth_agentcore_read_environment(config, err);
    if (!st)
        st = mcpauth_store_memory_new(&store, err);
    if (!st)
        st = mcpauth_http_curl_new(NULL, &http, err);
    if (!st)
        st = run(config, store, http, argv[1], err);
    if (st)
        fprintf(stderr, "call_tool: %s\n", mcpauth_error_message(err));
    mcpauth_http_free(http);
    mcpauth_store_free(store);
    mcpauth_config_free(config);
    mcpauth_error_free(err);
    return st != MCPAUTH_OK;
}
