/* module.h - this folder as one object, which the program loads when a command
 * needs the network, so that the others start without libcurl. */
#ifndef MA_NET_MODULE_H
#define MA_NET_MODULE_H

#include <mcpauth/mcpauth.h>

#include "net/browser.h"
#include "net/callback.h"
#include "net/multi.h"

/* Each member is the function of the same name. */
typedef struct {
    size_t size; /* sizeof(ma_net_module): both sides of one build */
    mcpauth_status (*http_new)(const mcpauth_curl_options *options,
        mcpauth_http **out_http, mcpauth_error *err);
    mcpauth_status (*multi_new)(const mcpauth_curl_options *options,
        ma_multi **out, mcpauth_error *err);
    ma_multi_ops multi;
    mcpauth_status (*callback_listen)(const char *redirect_uri, int port,
        ma_callback **out_callback, mcpauth_error *err);
    const char *(*callback_redirect_uri)(const ma_callback *callback);
    mcpauth_status (*callback_wait)(ma_callback *callback, int64_t deadline_ms,
        int cancel_fd, mcpauth_redirect_fn *judge, void *ctx,
        mcpauth_error *err);
    void (*callback_free)(ma_callback *callback);
    bool (*browser_available)(void);
    mcpauth_status (*browser_open)(
        const char *url, bool fragment, mcpauth_error *err);
} ma_net_module;

/* The one symbol of mcpauth-net.so, for dlsym. */
MCPAUTH_API const ma_net_module *ma_net_module_get(void);

#endif
