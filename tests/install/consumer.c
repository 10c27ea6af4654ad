/* consumer.c - the smallest program on the installed library: it shows that
 * headers, link lines and shared objects fit together.  C99 and C++. */
#include <mcpauth/config.h>
#include <mcpauth/error.h>
#include <stdio.h>

int main(void)
{
    mcpauth_error *err = mcpauth_error_new();
    mcpauth_config *config = mcpauth_config_new();
    mcpauth_status status =
        mcpauth_config_set(config, "server", "https://mcp.example/mcp", err);

    printf("%s %s\n", mcpauth_status_name(status),
        status ? "" : mcpauth_config_get(config, "server"));
    mcpauth_config_free(config);
    mcpauth_error_free(err);
    return status != MCPAUTH_OK;
}
