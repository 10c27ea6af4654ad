/* module.c - see module.h. */
#include "net/module.h"

const ma_net_module *ma_net_module_get(void)
{
    static const ma_net_module module = {
        .size = sizeof module,
        .http_new = mcpauth_http_curl_new,
        .multi_new = ma_multi_new,
        .multi = {ma_multi_start, ma_multi_stop, ma_multi_pause, ma_multi_wait,
            ma_multi_free},
        .callback_listen = ma_callback_listen,
        .callback_redirect_uri = ma_callback_redirect_uri,
        .callback_wait = ma_callback_wait,
        .callback_free = ma_callback_free,
        .browser_available = ma_browser_available,
        .browser_open = ma_browser_open,
    };
    return &module;
}
