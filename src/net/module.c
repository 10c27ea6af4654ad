/* module.c - see module.h. */
#include "net/module.h"

const ma_net_module *ma_net_module_get(void)
{
    static const ma_net_module module = {
        .size = sizeof module,
        .http_new = mcpauth_http_curl_new,
        .callback_listen = ma_callback_listen,
        .callback_redirect_uri = ma_callback_redirect_uri,
        .callback_wait = ma_callback_wait,
        .callback_free = ma_callback_free,
        .browser_available = ma_browser_available,
        .browser_open = ma_browser_open,
    };
    return &module;
}
