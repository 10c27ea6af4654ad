/* askhttp.h - one request through the driver on libcurl, for tests. */
#ifndef TESTS_FAKE_ASKHTTP_H
#define TESTS_FAKE_ASKHTTP_H

#include <mcpauth/mcpauth.h>

#include "base/error.h"
#include "base/http.h"

/* options may be NULL.  Fails the test when there is no driver. */
mcpauth_http *ask_driver(const mcpauth_curl_options *options);

/* A GET of http://127.0.0.1:port/path with short limits.  The URL is written
 * to room, at least ASK_URL_MAX bytes. */
enum { ASK_URL_MAX = 256, ASK_BODY_MAX = 64 * 1024 };
mcpauth_http_request ask_get(char *room, int port, const char *path);

/* A POST of "secret=CANARY" there. */
mcpauth_http_request ask_post(char *room, int port, const char *path);

/* One exchange with a driver of its own; the answer is dropped. */
mcpauth_status ask_once(const mcpauth_curl_options *options,
    const mcpauth_http_request *request, mcpauth_error *err);

#endif
