/* handle.c - curl_easy_perform, but for one that can be cancelled: that one
 * would notice only once a second. */
#include "net/handle.h"

#include <poll.h>

#include "base/alloc.h"
#include "base/clock.h"

enum { TURN_MS = 1000 }; /* as libcurl's own loop does */

ma_handle *ma_handle_new(void)
{
    MA_AUTO(ma_handle) handle = ma_calloc(1, sizeof *handle);
    if (!handle)
        return NULL;
    handle->kept = CURL_SOCKET_BAD;
    handle->easy = curl_easy_init();
    handle->multi = curl_multi_init();
    if (!handle->easy || !handle->multi)
        return NULL;
    return ma_move(&handle);
}

void ma_handle_free(ma_handle *handle)
{
    if (!handle)
        return;
    curl_easy_cleanup(handle->easy);
    curl_multi_cleanup(handle->multi);
    ma_free(handle);
}

bool ma_handle_spoilt(const ma_handle *handle)
{
    struct pollfd fd = {handle->kept, POLLIN | POLLRDHUP, 0};
    return handle->kept != CURL_SOCKET_BAD && poll(&fd, 1, 0) != 0;
}

/* How long to wait for news; 0: no longer. */
static int rest_ms(int64_t until_ms)
{
    int64_t rest = until_ms ? until_ms - ma_clock_boot_ms() : TURN_MS;
    if (rest < 0)
        return 0;
    return rest < TURN_MS ? (int)rest : TURN_MS;
}

/* CURLE_OK as long as it goes on, or when it has ended well. */
static CURLcode turn(ma_handle *handle, const mcpauth_cancel *cancel,
    const int64_t *until_ms, int *out_running)
{
    struct curl_waitfd asked = {
        .fd = mcpauth_cancel_fd(cancel), .events = CURL_WAIT_POLLIN};
    if (mcpauth_cancel_asked(cancel))
        return CURLE_ABORTED_BY_CALLBACK;
    if (curl_multi_perform(handle->multi, out_running))
        return CURLE_OUT_OF_MEMORY;
    int wait_ms = rest_ms(*until_ms);
    if (*out_running && !wait_ms)
        return CURLE_ABORTED_BY_CALLBACK;
    if (*out_running &&
        curl_multi_poll(handle->multi, &asked, cancel ? 1 : 0, wait_ms, NULL))
        return CURLE_OUT_OF_MEMORY;
    return CURLE_OK;
}

static CURLcode result_of(ma_handle *handle)
{
    int left = 0;
    const CURLMsg *message = curl_multi_info_read(handle->multi, &left);
    return message ? message->data.result : CURLE_OUT_OF_MEMORY;
}

/* Asked while multi still has easy, for it is multi that knows. */
static curl_socket_t find_kept(const ma_handle *handle)
{
    curl_socket_t kept = CURL_SOCKET_BAD;
    if (curl_easy_getinfo(handle->easy, CURLINFO_ACTIVESOCKET, &kept))
        return CURL_SOCKET_BAD;
    return kept;
}

CURLcode ma_handle_run(
    ma_handle *handle, const mcpauth_cancel *cancel, const int64_t *until_ms)
{
    int running = 1;
    CURLcode code = CURLE_OK;
    handle->kept = CURL_SOCKET_BAD;
    if (curl_multi_add_handle(handle->multi, handle->easy))
        return CURLE_OUT_OF_MEMORY;
    while (!code && running)
        code = turn(handle, cancel, until_ms, &running);
    if (!code)
        code = result_of(handle);
    if (!code)
        handle->kept = find_kept(handle);
    curl_multi_remove_handle(handle->multi, handle->easy);
    return code;
}
