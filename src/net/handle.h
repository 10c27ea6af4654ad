/* handle.h - a libcurl handle with the connections that are its own, for one
 * transfer at a time. */
#ifndef MA_NET_HANDLE_H
#define MA_NET_HANDLE_H

#include <curl/curl.h>

#include "base/cancel.h"

typedef struct {
    CURL *easy;
    CURLM *multi; /* runs easy, and keeps the connections */
} ma_handle;

/* NULL: out of memory. */
ma_handle *ma_handle_new(void);

/* Closes its connections.  NULL is allowed. */
void ma_handle_free(ma_handle *handle);
MA_AUTO_DEFINE(ma_handle, ma_handle_free)

/* Runs what easy's options say to its end.  CURLE_ABORTED_BY_CALLBACK: cancel
 * was asked, or *until_ms (ma_clock_boot_ms; 0: never), which a callback may
 * set meanwhile, passed. */
CURLcode ma_handle_run(
    ma_handle *handle, const mcpauth_cancel *cancel, const int64_t *until_ms);

#endif
