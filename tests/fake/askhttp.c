/* askhttp.c - see askhttp.h. */
#include "askhttp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

mcpauth_http *ask_driver(const mcpauth_curl_options *options)
{
    mcpauth_http *http = NULL;
    assert_int_equal(mcpauth_http_curl_new(options, &http, NULL), 0);
    return http;
}

mcpauth_http_request ask_get(char *room, int port, const char *path)
{
    snprintf(room, ASK_URL_MAX, "http://127.0.0.1:%d%s", port, path);
    return (mcpauth_http_request){
        .method = "GET",
        .url = room,
        .body_max = ASK_BODY_MAX,
        .connect_timeout_ms = 5000,
        .timeout_ms = 20000,
    };
}

mcpauth_http_request ask_post(char *room, int port, const char *path)
{
    static const char body[] = "secret=CANARY";
    mcpauth_http_request request = ask_get(room, port, path);
    request.method = "POST";
    request.body = body;
    request.body_len = strlen(body);
    return request;
}

mcpauth_status ask_once(const mcpauth_curl_options *options,
    const mcpauth_http_request *request, mcpauth_error *err)
{
    MA_AUTO(mcpauth_http) http = ask_driver(options);
    MA_SCOPED(ma_http_answer) answer = {0};
    return ma_http_fetch(http, request, &answer, err);
}
