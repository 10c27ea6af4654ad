/* multi.c - see multi.h. */
#include "net/multi.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "net/easy.h"
#include "net/proxy.h"

enum { KEPT_MAX = 64, IDLE_MAX = 64, EXTRA_MAX = 8 };

struct ma_multi_transfer {
    ma_multi *multi;
    mcpauth_http_request request; /* once stopped, what it lends is gone */
    ma_multi_sink sink;
    bool stopped; /* and the sink hears no more */
    CURL *handle;
    mcpauth_error *err;
    ma_url url;
    ma_peer peer;
    ma_answer answer;
    mcpauth_http_sink hearer; /* of answer */
    ma_easy easy;
    ma_multi_transfer *next;
    ma_multi_transfer **at; /* what points to it, in one of the lists */
};

/* A connection, until it is closed. */
typedef struct {
    curl_socket_t fd;
    ma_easy_end_here here; /* none: it is not known to be one of HTTP/1 */
    int64_t stale_ms;      /* as that of ma_handle */
} connection;

struct ma_multi {
    CURLM *handle;
    ma_easy_rules rules;
    bool inside; /* libcurl is calling: it must not be called */
    bool told;   /* some sink was, in this wait */
    ma_multi_transfer *fresh;
    ma_multi_transfer *running;
    ma_multi_transfer *leaving; /* stopped while libcurl was calling */
    ma_multi_transfer *idle;    /* for the next requests */
    size_t idle_count;
    connection *connections;
    size_t count, room;
};

/* --- lists --------------------------------------------------------------- */

static void unlist(ma_multi_transfer *transfer)
{
    *transfer->at = transfer->next;
    if (transfer->next)
        transfer->next->at = transfer->at;
}

static void enlist(ma_multi_transfer *transfer, ma_multi_transfer **list)
{
    transfer->next = *list;
    transfer->at = list;
    if (transfer->next)
        transfer->next->at = &transfer->next;
    *list = transfer;
}

static void move(ma_multi_transfer *transfer, ma_multi_transfer **list)
{
    unlist(transfer);
    enlist(transfer, list);
}

/* --- connections --------------------------------------------------------- */

static bool opened(void *ctx, curl_socket_t fd)
{
    ma_multi *multi = ctx;
    if (multi->count == multi->room) {
        size_t room = multi->room ? multi->room * 2 : 8;
        connection *grown =
            ma_realloc(multi->connections, room * sizeof *grown);
        if (!grown)
            return false;
        multi->connections = grown;
        multi->room = room;
    }
    multi->connections[multi->count++] = (connection){.fd = fd};
    return true;
}

static int closing(void *ctx, curl_socket_t fd)
{
    ma_multi *multi = ctx;
    for (size_t i = 0; i < multi->count; i++)
        if (multi->connections[i].fd == fd) {
            multi->connections[i] = multi->connections[--multi->count];
            break;
        }
    return close(fd);
}

static ma_easy_end_here find_here(curl_socket_t fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in ip4;
        struct sockaddr_in6 ip6;
    } address;
    socklen_t len = sizeof address;
    ma_easy_end_here here = {0};
    if (getsockname(fd, &address.any, &len))
        return here;
    bool ip6 = address.any.sa_family == AF_INET6;
    here.port = ntohs(ip6 ? address.ip6.sin6_port : address.ip4.sin_port);
    if (!inet_ntop(address.any.sa_family,
            ip6 ? (void *)&address.ip6.sin6_addr
                : (void *)&address.ip4.sin_addr,
            here.ip, sizeof here.ip))
        here.port = 0;
    return here;
}

static bool is_same(const ma_easy_end_here *one, const ma_easy_end_here *other)
{
    return one->port == other->port && strcmp(one->ip, other->ip) == 0;
}

static void answered(void *ctx, const ma_easy_end_here *here)
{
    ma_multi *multi = ctx;
    for (size_t i = 0; i < multi->count; i++) {
        connection *at = &multi->connections[i];
        if (at->here.port)
            continue;
        ma_easy_end_here found = find_here(at->fd);
        if (is_same(&found, here))
            at->here = found;
    }
}

/* What the server said that nobody asked for is most often a goodbye, which
 * libcurl takes for the beginning of an answer, and does not notice at all when
 * it comes by TLS. */
static bool is_spoilt(const connection *at)
{
    char byte;
    return recv(at->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 ||
           errno != EAGAIN;
}

/* libcurl notices this. */
static void hang_up(const connection *at)
{
    char bytes[4096];
    while (recv(at->fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
        continue;
    shutdown(at->fd, SHUT_RDWR);
}

static connection *find_connection(
    const ma_multi *multi, const ma_easy_end_here *here)
{
    for (size_t i = 0; here->port && i < multi->count; i++)
        if (is_same(&multi->connections[i].here, here))
            return &multi->connections[i];
    return NULL;
}

static bool approve(void *ctx, const ma_easy_end_here *here, bool once)
{
    const connection *at = find_connection(ctx, here);
    bool stale = at && once && ma_clock_boot_ms() >= at->stale_ms;
    if (!at || (!stale && !is_spoilt(at)))
        return true;
    hang_up(at);
    return false;
}

/* A request over it is through. */
static void note_idle(const ma_multi *multi, const ma_multi_transfer *transfer)
{
    connection *at = find_connection(multi, &transfer->easy.here);
    if (at)
        at->stale_ms = ma_clock_boot_ms() + transfer->answer.idle_ms;
}

/* --- life ---------------------------------------------------------------- */

static void free_transfer(ma_multi_transfer *transfer)
{
    if (!transfer)
        return;
    if (transfer->easy.handle)
        ma_easy_reset(&transfer->easy);
    curl_easy_cleanup(transfer->handle);
    ma_url_done(&transfer->url);
    mcpauth_error_free(transfer->err);
    ma_free(transfer);
}
MA_AUTO_DEFINE(ma_multi_transfer, free_transfer)

static ma_multi_transfer *new_transfer(ma_multi *multi)
{
    MA_AUTO(ma_multi_transfer) transfer = ma_calloc(1, sizeof *transfer);
    if (!transfer)
        return NULL;
    transfer->multi = multi;
    transfer->handle = curl_easy_init();
    transfer->err = mcpauth_error_new();
    return transfer->handle && transfer->err ? ma_move(&transfer) : NULL;
}

/* It is in no list. */
static void put_away(ma_multi_transfer *transfer)
{
    ma_multi *multi = transfer->multi;
    ma_answer_done(&transfer->answer);
    ma_easy_end(&transfer->easy);
    if (multi->idle_count == IDLE_MAX) {
        free_transfer(transfer);
        return;
    }
    multi->idle_count++;
    enlist(transfer, &multi->idle);
}

mcpauth_status ma_multi_new(
    const mcpauth_curl_options *options, ma_multi **out, mcpauth_error *err)
{
    MA_AUTO(ma_multi) multi = ma_calloc(1, sizeof *multi);
    if (!multi)
        return ma_error_nomem(err);
    mcpauth_status st = ma_easy_rules_init(options, &multi->rules, err);
    if (st)
        return st;
    multi->handle = curl_multi_init();
    if (!multi->handle ||
        curl_multi_setopt(multi->handle, CURLMOPT_MAXCONNECTS, (long)KEPT_MAX))
        return ma_error_nomem(err);
    *out = ma_move(&multi);
    return MCPAUTH_OK;
}

static void take_out(ma_multi_transfer *transfer)
{
    curl_multi_remove_handle(transfer->multi->handle, transfer->handle);
    unlist(transfer);
}

void ma_multi_free(ma_multi *multi)
{
    if (!multi)
        return;
    while (multi->fresh)
        ma_multi_stop(multi, multi->fresh);
    while (multi->running)
        ma_multi_stop(multi, multi->running);
    while (multi->idle) {
        ma_multi_transfer *transfer = multi->idle;
        unlist(transfer);
        free_transfer(transfer);
    }
    curl_multi_cleanup(multi->handle);
    ma_easy_rules_done(&multi->rules);
    ma_free(multi->connections);
    ma_free(multi);
}

/* --- one request --------------------------------------------------------- */

static mcpauth_status hear_head(
    void *ctx, int status, const mcpauth_headers *headers, mcpauth_error *err)
{
    const ma_multi_transfer *transfer = ctx;
    const mcpauth_http_sink *sink = &transfer->sink.answer;
    transfer->multi->told = true;
    return transfer->stopped ? MCPAUTH_E_CANCELLED
                             : sink->head(sink->ctx, status, headers, err);
}

static mcpauth_status hear_body(
    void *ctx, const char *bytes, size_t len, mcpauth_error *err)
{
    const ma_multi_transfer *transfer = ctx;
    const mcpauth_http_sink *sink = &transfer->sink.answer;
    transfer->multi->told = true;
    return transfer->stopped ? MCPAUTH_E_CANCELLED
                             : sink->body(sink->ctx, bytes, len, err);
}

/* Most go where the one before went. */
static mcpauth_status find_url(ma_multi_transfer *transfer, const char *text)
{
    ma_url *url = &transfer->url;
    if (url->text && strcmp(url->text, text) == 0)
        return MCPAUTH_OK;
    ma_easy_reset(&transfer->easy);
    ma_url_done(url);
    *url = (ma_url){0};
    return ma_url_parse(ma_span_of(text), url, transfer->err);
}

static mcpauth_status set_up(
    ma_multi_transfer *transfer, const mcpauth_http_request *request)
{
    ma_multi *multi = transfer->multi;
    mcpauth_status st = find_url(transfer, request->url);
    if (st)
        return st;
    transfer->peer = (ma_peer){&multi->rules.options, &transfer->url,
        request->address, ma_proxy_find(&transfer->url)};
    st = ma_peer_judge(&transfer->peer, transfer->err);
    return st ? st : ma_easy_begin(&transfer->easy);
}

static int64_t deadline_of(const mcpauth_http_request *request)
{
    return request->timeout_ms > 0 ? ma_clock_boot_ms() + request->timeout_ms
                                   : 0;
}

static void fill_in(ma_multi_transfer *transfer,
    const mcpauth_http_request *request, const ma_multi_sink *sink)
{
    static const ma_easy_watch watch = {opened, answered, approve, closing};
    ma_multi *multi = transfer->multi;
    transfer->request = *request;
    transfer->sink = *sink;
    transfer->stopped = false;
    transfer->hearer = (mcpauth_http_sink){hear_head, hear_body, transfer};
    mcpauth_error_clear(transfer->err);
    transfer->answer = ma_answer_init(&transfer->request, &transfer->url, 0,
        &transfer->hearer, transfer->err);
    transfer->easy = (ma_easy){
        .handle = transfer->handle,
        .rules = &multi->rules,
        .peer = &transfer->peer,
        .answer = &transfer->answer,
        .deadline_ms = deadline_of(request),
        .settled = transfer->easy.settled,
        .place = transfer->easy.place,
        .fields = transfer->easy.fields,
        .watch = &watch,
        .watch_ctx = multi,
    };
}

mcpauth_status ma_multi_start(ma_multi *multi,
    const mcpauth_http_request *request, const ma_multi_sink *sink,
    ma_multi_transfer **out, mcpauth_error *err)
{
    ma_multi_transfer *transfer = multi->idle;
    if (transfer) {
        unlist(transfer);
        multi->idle_count--;
    } else
        transfer = new_transfer(multi);
    if (!transfer)
        return ma_error_nomem(err);
    fill_in(transfer, request, sink);
    enlist(transfer, &multi->fresh);
    *out = transfer;
    return MCPAUTH_OK;
}

/* A fresh one is not libcurl's yet. */
void ma_multi_stop(ma_multi *multi, ma_multi_transfer *transfer)
{
    transfer->stopped = true;
    transfer->easy.stopped = MCPAUTH_E_CANCELLED;
    if (multi->inside) {
        move(transfer, &multi->leaving);
        return;
    }
    take_out(transfer);
    put_away(transfer);
}

void ma_multi_pause(ma_multi *multi, ma_multi_transfer *transfer, bool on)
{
    bool inside = multi->inside;
    multi->inside = true;
    curl_easy_pause(transfer->handle, on ? CURLPAUSE_RECV : CURLPAUSE_CONT);
    multi->inside = inside;
}

/* --- waiting ------------------------------------------------------------- */

/* Whoever is told may begin another. */
static void finish(ma_multi_transfer *transfer, mcpauth_status status)
{
    const ma_multi_sink *sink = &transfer->sink;
    transfer->multi->told = true;
    note_idle(transfer->multi, transfer);
    take_out(transfer);
    if (!transfer->stopped)
        sink->done(sink->ctx, status, transfer->err);
    put_away(transfer);
}

static mcpauth_status take_up(ma_multi_transfer *transfer)
{
    ma_multi *multi = transfer->multi;
    mcpauth_status st = set_up(transfer, transfer->answer.request);
    if (!st && (curl_easy_setopt(transfer->handle, CURLOPT_PRIVATE, transfer) ||
                   curl_multi_add_handle(multi->handle, transfer->handle)))
        st = ma_error_nomem(transfer->err);
    return st;
}

/* True: there was some. */
static bool take_up_fresh(ma_multi *multi)
{
    bool some = multi->fresh;
    while (multi->fresh) {
        ma_multi_transfer *transfer = multi->fresh;
        move(transfer, &multi->running);
        mcpauth_status st = take_up(transfer);
        if (st)
            finish(transfer, st);
    }
    return some;
}

/* Once more, on another connection. */
static void choose_again(ma_multi_transfer *transfer)
{
    ma_multi *multi = transfer->multi;
    transfer->easy.spoilt = false;
    curl_multi_remove_handle(multi->handle, transfer->handle);
    if (curl_multi_add_handle(multi->handle, transfer->handle))
        finish(transfer, ma_error_nomem(transfer->err));
}

/* *out_again: there is more to perform at once. */
static void take_end(const CURLMsg *message, bool *out_again)
{
    ma_multi_transfer *transfer = NULL;
    CURLcode code = message->data.result;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    if (transfer->easy.spoilt && !transfer->stopped) {
        choose_again(transfer);
        *out_again = true;
        return;
    }
    finish(transfer, ma_easy_result(&transfer->easy, code));
}

static void sweep(ma_multi *multi)
{
    while (multi->leaving) {
        ma_multi_transfer *transfer = multi->leaving;
        take_out(transfer);
        put_away(transfer);
    }
}

static mcpauth_status perform(ma_multi *multi, mcpauth_error *err)
{
    bool again = true;
    int left = 0;
    while (again) {
        again = false;
        multi->inside = true;
        CURLMcode code = curl_multi_perform(multi->handle, &left);
        multi->inside = false;
        if (code)
            return ma_error_nomem(err);
        for (const CURLMsg *message;
             (message = curl_multi_info_read(multi->handle, &left));)
            take_end(message, &again);
        sweep(multi);
    }
    return MCPAUTH_OK;
}

/* libcurl does not tell an end from news.  Who waits for news reads, and learns
 * which it is; the others are asked about once more. */
static void tell_ready(
    struct pollfd *extra, size_t count, const struct curl_waitfd *also)
{
    bool unclear = false;
    for (size_t i = 0; i < count; i++) {
        if (extra[i].fd < 0)
            continue;
        short ready = also++->revents;
        extra[i].revents = ready & extra[i].events & POLLIN;
        unclear = unclear || ready & ~extra[i].revents;
    }
    if (unclear)
        (void)poll(extra, count, 0);
}

static mcpauth_status poll_all(ma_multi *multi, struct pollfd *extra,
    size_t count, int64_t timeout_ms, mcpauth_error *err)
{
    struct curl_waitfd also[EXTRA_MAX];
    unsigned also_count = 0;
    assert(count <= EXTRA_MAX);
    for (size_t i = 0; i < count; i++)
        if (extra[i].fd >= 0)
            also[also_count++] =
                (struct curl_waitfd){extra[i].fd, extra[i].events, 0};
    bool ever = timeout_ms < 0 || timeout_ms > INT_MAX;
    if (curl_multi_poll(multi->handle, also, also_count,
            ever ? INT_MAX : (int)timeout_ms, NULL))
        return ma_error_nomem(err);
    tell_ready(extra, count, also);
    return MCPAUTH_OK;
}

/* Who was told of something may have something to do first. */
mcpauth_status ma_multi_wait(ma_multi *multi, struct pollfd *extra,
    size_t count, int64_t timeout_ms, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    multi->told = false;
    for (size_t i = 0; i < count; i++)
        extra[i].revents = 0;
    if (take_up_fresh(multi))
        st = perform(multi, err);
    if (!st && !multi->told)
        st = poll_all(multi, extra, count, timeout_ms, err);
    return st || multi->told ? st : perform(multi, err);
}
