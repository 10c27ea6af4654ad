/* handle.h - a libcurl handle with the connections that are its own, for one
 * transfer at a time. */
#ifndef MA_NET_HANDLE_H
#define MA_NET_HANDLE_H

#include <curl/curl.h>

#include "base/cancel.h"

typedef struct {
    CURL *easy;
    CURLM *multi;       /* runs easy, and keeps the connections */
    curl_socket_t kept; /* the last one's; CURL_SOCKET_BAD: none was kept */
    int64_t stale_ms;   /* when that has been idle too long for a request that
                           must not be sent twice; by ma_clock_boot_ms */
} ma_handle;

/* NULL: out of memory. */
ma_handle *ma_handle_new(void);

/* Closes its connections.  NULL is allowed. */
void ma_handle_free(ma_handle *handle);
MA_AUTO_DEFINE(ma_handle, ma_handle_free)

/* Whether the server has said something on the kept connection that nobody
 * asked for.  Most often it is a goodbye, which libcurl does not notice when it
 * comes by TLS: the next request would be lost on it. */
bool ma_handle_spoilt(const ma_handle *handle);

/* Runs what easy's options say to its end.  CURLE_ABORTED_BY_CALLBACK: cancel
 * was asked, or *until_ms (ma_clock_boot_ms; 0: never), which a callback may
 * set meanwhile, passed. */
CURLcode ma_handle_run(
    ma_handle *handle, const mcpauth_cancel *cancel, const int64_t *until_ms);

#endif
