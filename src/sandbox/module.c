/* module.c - see module.h. */
#include "sandbox/module.h"

const ma_sandbox_module *ma_sandbox_module_get(void)
{
    static const ma_sandbox_module module = {
        .size = sizeof module,
        .sandbox_new = ma_sandbox_new,
        .sandbox_free = ma_sandbox_free,
        .sandbox_origin = ma_sandbox_origin,
        .sandbox_mcp_url = ma_sandbox_mcp_url,
        .sandbox_write_environment = ma_sandbox_write_environment,
        .sandbox_run = ma_sandbox_run,
        .sandbox_fault = ma_sandbox_fault,
        .sandbox_profile = ma_sandbox_profile,
    };
    return &module;
}
