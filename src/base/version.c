/* version.c - which mcpauth is running. */
#include <mcpauth/mcpauth.h>

const char *mcpauth_version(void)
{
    return MCPAUTH_VERSION;
}
