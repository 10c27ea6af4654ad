/* version.c - mcpauth version. */
#include <mcpauth/version.h>

#include "cli/context.h"

mcpauth_status ma_version_run(ma_context *context, mcpauth_error *err)
{
    (void)err;
    ma_context_print(context, "mcpauth %s\n", MCPAUTH_VERSION);
    return MCPAUTH_OK;
}
