/* curl.c - the mcpauth_http on libcurl.
 *
 * Connections stay open between requests.
 * A handle only ever speaks to one origin under one address rule: so a
 * connection that a user's own host was allowed to have is never handed to a
 * request a server asked for (S-028, S-077). */
#include <mcpauth/mcpauth.h>

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "net/easy.h"
#include "net/handle.h"
#include "net/pool.h"
#include "net/proxy.h"

typedef struct {
    ma_easy_rules rules;
    ma_pool *pool;
} ma_curl;

static void close_handle(void *handle)
{
    ma_handle_free(handle);
}

static void free_driver(void *ctx)
{
    ma_curl *driver = ctx;
    if (!driver)
        return;
    ma_pool_free(driver->pool);
    ma_easy_rules_done(&driver->rules);
    ma_free(driver);
}
MA_AUTO_DEFINE(ma_curl, free_driver)

static mcpauth_status run(ma_easy *easy, ma_handle *handle)
{
    mcpauth_status st = ma_easy_begin(easy);
    if (st)
        return st;
    CURLcode code =
        ma_handle_run(handle, easy->answer->request->cancel, &easy->until_ms);
    return ma_easy_result(easy, code);
}

static ma_handle *take_handle(ma_pool *pool, const char *key, bool once)
{
    ma_handle *handle = ma_pool_take(pool, key);
    bool stale = handle && once && ma_clock_boot_ms() >= handle->stale_ms;
    if (handle && !stale && !ma_handle_spoilt(handle))
        return handle;
    ma_handle_free(handle);
    return ma_handle_new();
}

/* Runs easy on a handle out of the pool. */
static mcpauth_status run_pooled(ma_pool *pool, ma_easy *easy)
{
    const ma_peer *peer = easy->peer;
    mcpauth_error *err = easy->answer->err;
    MA_SCOPED(ma_buf) key = ma_buf_init(MA_URL_MAX);
    ma_buf_addf(&key, "%d ", (int)peer->rule);
    ma_url_write_origin(&key, peer->url);
    mcpauth_status st = ma_buf_status(&key, "the origin", err);
    if (st)
        return st;
    ma_handle *handle =
        take_handle(pool, ma_buf_text(&key), easy->answer->request->once);
    if (!handle)
        return ma_error_nomem(err);
    easy->handle = handle->easy;
    st = run(easy, handle);
    handle->stale_ms = ma_clock_boot_ms() + easy->answer->idle_ms;
    ma_easy_end(easy);
    ma_easy_reset(easy);
    ma_pool_put(pool, ma_buf_text(&key), handle);
    return st;
}

/* Asks url once; a redirect that may be followed leaves its URL in answer. */
static mcpauth_status ask_once(const ma_curl *driver, const ma_url *url,
    int64_t deadline_ms, ma_answer *answer)
{
    const ma_peer peer = {&driver->rules.options, url, answer->request->address,
        ma_proxy_find(url)};
    mcpauth_status st = ma_peer_judge(&peer, answer->err);
    if (st)
        return st;
    ma_easy easy = {
        .rules = &driver->rules,
        .peer = &peer,
        .answer = answer,
        .deadline_ms = deadline_ms,
    };
    return run_pooled(driver->pool, &easy);
}

static mcpauth_status perform(void *ctx, const mcpauth_http_request *request,
    const mcpauth_http_sink *sink, mcpauth_error *err)
{
    const ma_curl *driver = ctx;
    MA_SCOPED(ma_url) url = {0};
    mcpauth_status st = ma_url_parse(ma_span_of(request->url), &url, err);
    if (st)
        return st;
    int64_t deadline_ms = 0;
    if (request->timeout_ms > 0)
        deadline_ms = ma_clock_boot_ms() + request->timeout_ms;
    bool may_follow = strcmp(request->method, "GET") == 0;
    for (int left = may_follow ? request->redirects : 0;; left--) {
        MA_SCOPED(ma_answer)
        answer = ma_answer_init(request, &url, left, sink, err);
        st = ask_once(driver, &url, deadline_ms, &answer);
        if (st || !answer.next.text)
            return st;
        ma_url_done(&url);
        url = answer.next;
        answer.next = (ma_url){0};
    }
}

mcpauth_status mcpauth_http_curl_new(const mcpauth_curl_options *options,
    mcpauth_http **out_http, mcpauth_error *err)
{
    static const mcpauth_http_ops ops = {sizeof ops, perform, free_driver};
    MA_AUTO(ma_curl) made = ma_calloc(1, sizeof *made);
    if (!made)
        return ma_error_nomem(err);
    mcpauth_status st = ma_easy_rules_init(options, &made->rules, err);
    if (st)
        return st;
    made->pool = ma_pool_new(close_handle);
    if (!made->pool)
        return ma_error_nomem(err);
    return mcpauth_http_new(&ops, ma_move(&made), out_http, err);
}
