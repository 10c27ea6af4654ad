/* keyring.c - a program that would keep tokens in the keyring. */
#include <mcpauth/mcpauth.h>
#include <stdio.h>

int main(void)
{
    mcpauth_store *store = NULL;
    mcpauth_status st = mcpauth_store_keyring_new("", 0, &store, NULL);
    if (st == MCPAUTH_E_USAGE)
        puts("OK https://mcp.example/mcp");
    mcpauth_store_free(store);
    return st != MCPAUTH_E_USAGE;
}
