/* module.h - this folder as one object, which the program loads when it is
 * asked for the sandbox: nobody else pays for an HTTP server. */
#ifndef MA_SANDBOX_MODULE_H
#define MA_SANDBOX_MODULE_H

#include "sandbox/sandbox.h"

/* Each member is the function of the same name. */
typedef struct {
    size_t size; /* sizeof(ma_sandbox_module): both sides of one build */
    mcpauth_status (*sandbox_new)(const ma_sandbox_options *options,
        ma_sandbox **out_sandbox, mcpauth_error *err);
    void (*sandbox_free)(ma_sandbox *sandbox);
    const char *(*sandbox_origin)(
        const ma_sandbox *sandbox, ma_sandbox_server server);
    const char *(*sandbox_mcp_url)(
        const ma_sandbox *sandbox, ma_sandbox_server server);
    void (*sandbox_write_environment)(const ma_sandbox *sandbox, ma_buf *out);
    mcpauth_status (*sandbox_run)(
        ma_sandbox *sandbox, int stop_fd, mcpauth_error *err);
    bool (*sandbox_fault)(size_t index, ma_sandbox_word *out_word);
    bool (*sandbox_profile)(size_t index, ma_sandbox_word *out_word);
} ma_sandbox_module;

/* The one symbol of mcpauth-sandbox.so, for dlsym. */
MCPAUTH_API const ma_sandbox_module *ma_sandbox_module_get(void);

#endif
