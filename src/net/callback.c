/* callback.c - see callback.h.
 *
 * libmicrohttpd runs without a thread of its own: one epoll descriptor per
 * socket, polled by ma_callback_wait.  Every connection has a few seconds in
 * all, and the oldest goes when there are many, so that silent ones cannot
 * keep the browser out (S-038). */
#include "net/callback.h"

#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "net/listen.h"
#include "net/resultpage.h"

enum {
    HEADER_MAX = 16 * 1024, /* also all the memory of one connection */
    VISIT_MS = 5000,        /* one connection, from accept to close */
    VISITORS_MAX = 128,     /* refused beyond, over all sockets */
    VISITORS_KEPT = 48,     /* beyond, the oldest is sent away */
    FAREWELL_MS = 2000      /* the browser's time to take its page */
};

struct visitor {
    int fd;
    int64_t until_ms; /* INT64_MAX once sent away */
};

struct ma_callback {
    char *redirect_uri;
    ma_url url;
    char *authority; /* what Host must say */
    struct MHD_Daemon *daemons[MA_LISTEN_MAX];
    size_t daemon_count;
    struct visitor visitors[VISITORS_MAX]; /* oldest first */
    size_t visitor_count;
    /* Lent by ma_callback_wait while it runs: */
    mcpauth_redirect_fn *judge;
    void *judge_ctx;
    mcpauth_error *err;
    /* The outcome: */
    bool settled;
    mcpauth_status verdict;
    struct MHD_Connection *telling; /* gets the result page */
};

/* --- visitors ------------------------------------------------------------ */

static int visitor_fd(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

/* Its connection closes at the next turn of the loop. */
static void send_away(struct visitor *visitor)
{
    shutdown(visitor->fd, SHUT_RDWR);
    visitor->until_ms = INT64_MAX;
}

static void send_oldest_away(ma_callback *callback)
{
    for (size_t i = 0; i < callback->visitor_count; i++) {
        if (callback->visitors[i].until_ms == INT64_MAX)
            continue;
        send_away(&callback->visitors[i]);
        return;
    }
}

static void add_visitor(ma_callback *callback, int fd)
{
    struct visitor visitor = {fd, ma_clock_boot_ms() + VISIT_MS};
    if (callback->visitor_count >= VISITORS_KEPT)
        send_oldest_away(callback);
    if (callback->visitor_count == VISITORS_MAX) {
        send_away(&visitor);
        return;
    }
    callback->visitors[callback->visitor_count++] = visitor;
}

static void remove_visitor(ma_callback *callback, int fd)
{
    struct visitor *at = callback->visitors;
    for (size_t i = 0; i < callback->visitor_count; i++) {
        if (at[i].fd != fd)
            continue;
        callback->visitor_count--;
        memmove(&at[i], &at[i + 1], (callback->visitor_count - i) * sizeof *at);
        return;
    }
}

static void notice_visitor(void *ctx, struct MHD_Connection *connection,
    void **own, enum MHD_ConnectionNotificationCode code)
{
    ma_callback *callback = ctx;
    int fd = visitor_fd(connection);
    (void)own;
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        add_visitor(callback, fd);
    if (code == MHD_CONNECTION_NOTIFY_CLOSED)
        remove_visitor(callback, fd);
}

/* Sends away whose time is over; returns when the next one's is. */
static int64_t end_visits(ma_callback *callback)
{
    int64_t now_ms = ma_clock_boot_ms();
    int64_t next_ms = INT64_MAX;
    for (size_t i = 0; i < callback->visitor_count; i++) {
        struct visitor *visitor = &callback->visitors[i];
        if (visitor->until_ms <= now_ms)
            send_away(visitor);
        if (visitor->until_ms < next_ms)
            next_ms = visitor->until_ms;
    }
    return next_ms;
}

/* --- requests ------------------------------------------------------------ */

static enum MHD_Result send_page(
    struct MHD_Connection *connection, ma_resultpage page)
{
    static const char *const fields[][2] = {
        {"Content-Type", "text/html; charset=utf-8"},
        {"Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'"},
        {"Cache-Control", "no-store"},
        {"Referrer-Policy", "no-referrer"},
        {"X-Content-Type-Options", "nosniff"},
        {"Connection", "close"},
    };
    const char *html = ma_resultpage_html(page);
    struct MHD_Response *response = MHD_create_response_from_buffer(
        strlen(html), (void *)html, MHD_RESPMEM_PERSISTENT);
    if (!response)
        return MHD_NO;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        MHD_add_response_header(response, fields[i][0], fields[i][1]);
    if (page == MA_RESULTPAGE_METHOD)
        MHD_add_response_header(response, "Allow", "GET");
    enum MHD_Result sent =
        MHD_queue_response(connection, ma_resultpage_status(page), response);
    MHD_destroy_response(response);
    return sent;
}

/* Host as a browser writes it: without the port when that is http's own. */
static bool is_our_host(const ma_callback *callback, const char *host)
{
    if (!host)
        return false;
    if (strcasecmp(host, callback->authority) == 0)
        return true;
    size_t len = strlen(callback->authority) - strlen(":80");
    return callback->url.port == 80 && strlen(host) == len &&
           strncasecmp(host, callback->authority, len) == 0;
}

static bool is_our_path(const ma_callback *callback, ma_span path)
{
    ma_span ours = callback->url.path;
    return ma_span_eq(path, ours.len > 0 ? ours : ma_span_of("/"));
}

static ma_resultpage show_result(const ma_callback *callback)
{
    return callback->verdict ? MA_RESULTPAGE_FAILED : MA_RESULTPAGE_DONE;
}

/* Puts the query before the judge; a forged one changes nothing (S-036). */
static ma_resultpage judge_query(
    ma_callback *callback, const char *query, struct MHD_Connection *connection)
{
    if (callback->settled)
        return show_result(callback);
    MA_AUTO(mcpauth_error) scratch = mcpauth_error_new();
    mcpauth_status st = callback->judge(callback->judge_ctx, query, scratch);
    if (st == MCPAUTH_E_STATE)
        return MA_RESULTPAGE_REFUSED;
    if (st)
        ma_error_copy(callback->err, scratch);
    callback->settled = true;
    callback->verdict = st;
    callback->telling = connection;
    return show_result(callback);
}

/* uri is the request target as it was sent, still encoded. */
static ma_resultpage choose_page(ma_callback *callback, const char *method,
    const char *uri, struct MHD_Connection *connection)
{
    const char *host = MHD_lookup_connection_value(
        connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST);
    ma_span query = ma_span_of(uri);
    ma_span path = ma_span_cut(&query, '?');
    if (!is_our_host(callback, host))
        return MA_RESULTPAGE_FORBIDDEN;
    if (!is_our_path(callback, path))
        return MA_RESULTPAGE_NOT_FOUND;
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0)
        return MA_RESULTPAGE_METHOD;
    return judge_query(callback, query.at ? query.at : "", connection);
}

static void *keep_uri(
    void *ctx, const char *uri, struct MHD_Connection *connection)
{
    (void)ctx, (void)connection;
    return ma_strdup(uri);
}

static enum MHD_Result answer_request(void *ctx,
    struct MHD_Connection *connection, const char *decoded, const char *method,
    const char *version, const char *body, size_t *body_len, void **own)
{
    const char *uri = *own;
    (void)decoded, (void)version, (void)body, (void)body_len;
    if (!uri)
        return MHD_NO;
    return send_page(connection, choose_page(ctx, method, uri, connection));
}

static void end_request(void *ctx, struct MHD_Connection *connection,
    void **own, enum MHD_RequestTerminationCode code)
{
    ma_callback *callback = ctx;
    char *uri = *own; /* holds the code */
    (void)code;
    if (uri)
        explicit_bzero(uri, strlen(uri));
    ma_free(uri);
    *own = NULL;
    if (callback->telling == connection)
        callback->telling = NULL;
}

/* --- life ---------------------------------------------------------------- */

static bool start_daemon(ma_callback *callback, int fd)
{
    struct MHD_Daemon *daemon = MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL,
        answer_request, callback, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADER_MAX,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)VISITORS_MAX / MA_LISTEN_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)VISIT_MS / 1000,
        MHD_OPTION_URI_LOG_CALLBACK, keep_uri, callback,
        MHD_OPTION_NOTIFY_COMPLETED, end_request, callback,
        MHD_OPTION_NOTIFY_CONNECTION, notice_visitor, callback, MHD_OPTION_END);
    if (daemon)
        callback->daemons[callback->daemon_count++] = daemon;
    return daemon;
}

static mcpauth_status open_doors(
    ma_callback *callback, int port, mcpauth_error *err)
{
    int fds[MA_LISTEN_MAX];
    size_t count = 0;
    mcpauth_status st = ma_listen_open(&callback->url, port, fds, &count, err);
    if (st)
        return st;
    callback->url.port = ma_listen_port(fds[0]);
    bool started = true;
    for (size_t i = 0; i < count; i++) {
        started = started && start_daemon(callback, fds[i]);
        if (!started)
            close(fds[i]);
    }
    return started ? MCPAUTH_OK : ma_error_nomem(err);
}

static mcpauth_status name_doors(
    ma_callback *callback, const char *redirect_uri, mcpauth_error *err)
{
    const ma_url *url = &callback->url;
    MA_SCOPED(ma_buf) authority = ma_buf_init(MA_URL_MAX);
    MA_SCOPED(ma_buf) uri = ma_buf_init(MA_URL_MAX);
    ma_buf_addf(
        &authority, url->ipv6 ? "[%s]:%d" : "%s:%d", url->host, url->port);
    if (redirect_uri)
        ma_buf_add_text(&uri, redirect_uri);
    else
        ma_buf_addf(&uri, "http://%s/callback", ma_buf_text(&authority));
    callback->authority = ma_buf_take(&authority);
    callback->redirect_uri = ma_buf_take(&uri);
    if (!callback->authority || !callback->redirect_uri)
        return ma_error_nomem(err);
    return MCPAUTH_OK;
}

static mcpauth_status report_unsupported(const char *uri, mcpauth_error *err)
{
    MA_AUTO(ma_text) shown = ma_url_redacted(uri);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
        "unsupported to listen for a redirect to %s", shown ? shown : "there");
    ma_error_hint(err, "copy the address the browser ends at, and paste it");
    return st;
}

static mcpauth_status read_uri(const char *uri, ma_url *out, mcpauth_error *err)
{
    ma_span text = ma_span_of(uri);
    if (!ma_span_starts(text, "http:"))
        return report_unsupported(uri, err);
    mcpauth_status st = ma_url_parse(text, out, err);
    if (st)
        return ma_error_in(err, st, "the redirect URI");
    return ma_url_loopback(out) ? MCPAUTH_OK : report_unsupported(uri, err);
}

mcpauth_status ma_callback_listen(const char *redirect_uri, int port,
    ma_callback **out_callback, mcpauth_error *err)
{
    const char *uri = redirect_uri ? redirect_uri : "http://127.0.0.1/callback";
    MA_AUTO(ma_callback) made = ma_calloc(1, sizeof *made);
    if (!made)
        return ma_error_nomem(err);
    mcpauth_status st = read_uri(uri, &made->url, err);
    if (!st)
        st = open_doors(made, redirect_uri ? made->url.port : port, err);
    if (!st)
        st = name_doors(made, redirect_uri, err);
    if (st)
        return st;
    *out_callback = ma_move(&made);
    return MCPAUTH_OK;
}

void ma_callback_free(ma_callback *callback)
{
    if (!callback)
        return;
    for (size_t i = 0; i < callback->daemon_count; i++)
        MHD_stop_daemon(callback->daemons[i]);
    ma_url_done(&callback->url);
    ma_free(callback->authority);
    ma_free(callback->redirect_uri);
    ma_free(callback);
}

const char *ma_callback_redirect_uri(const ma_callback *callback)
{
    return callback->redirect_uri;
}

/* --- the loop ------------------------------------------------------------ */

static int wait_ms(ma_callback *callback, int64_t deadline_ms)
{
    int64_t until_ms = end_visits(callback);
    if (deadline_ms < until_ms)
        until_ms = deadline_ms;
    int64_t left_ms = until_ms - ma_clock_boot_ms();
    left_ms = left_ms > 0 ? left_ms : 0;
    for (size_t i = 0; i < callback->daemon_count; i++) {
        MHD_UNSIGNED_LONG_LONG own_ms = 0;
        if (MHD_get_timeout(callback->daemons[i], &own_ms) == MHD_YES &&
            own_ms < (MHD_UNSIGNED_LONG_LONG)left_ms)
            left_ms = (int64_t)own_ms;
    }
    return left_ms < INT32_MAX ? (int)left_ms : INT32_MAX;
}

/* One turn.  E_CANCELLED: cancel_fd became readable. */
static mcpauth_status turn(ma_callback *callback, int64_t deadline_ms,
    int cancel_fd, mcpauth_error *err)
{
    struct pollfd fds[MA_LISTEN_MAX + 1] = {{cancel_fd, POLLIN, 0}};
    for (size_t i = 0; i < callback->daemon_count; i++) {
        const union MHD_DaemonInfo *info =
            MHD_get_daemon_info(callback->daemons[i], MHD_DAEMON_INFO_EPOLL_FD);
        fds[i + 1] = (struct pollfd){info ? info->epoll_fd : -1, POLLIN, 0};
    }
    int ready =
        poll(fds, callback->daemon_count + 1, wait_ms(callback, deadline_ms));
    if (ready > 0 && fds[0].revents)
        return ma_error_set(
            err, MCPAUTH_E_CANCELLED, "waiting for the browser was stopped");
    if (ready < 0 && errno != EINTR)
        return ma_error_set(err, MCPAUTH_E_STATE,
            "waiting for the browser failed (errno %d)", errno);
    for (size_t i = 0; i < callback->daemon_count; i++)
        MHD_run(callback->daemons[i]);
    return MCPAUTH_OK;
}

static mcpauth_status report_late(
    const ma_callback *callback, mcpauth_error *err)
{
    MA_AUTO(ma_text) uri = ma_url_redacted(callback->redirect_uri);
    return ma_error_set(err, MCPAUTH_E_TIMEOUT,
        "the browser did not come back to %s in time", uri ? uri : "us");
}

mcpauth_status ma_callback_wait(ma_callback *callback, int64_t deadline_ms,
    int cancel_fd, mcpauth_redirect_fn *judge, void *ctx, mcpauth_error *err)
{
    callback->judge = judge;
    callback->judge_ctx = ctx;
    callback->err = err;
    while (!callback->settled) {
        if (ma_clock_boot_ms() >= deadline_ms)
            return report_late(callback, err);
        mcpauth_status st = turn(callback, deadline_ms, cancel_fd, err);
        if (st)
            return st;
    }
    int64_t farewell_ms = ma_clock_boot_ms() + FAREWELL_MS;
    while (callback->telling && ma_clock_boot_ms() < farewell_ms &&
           !turn(callback, farewell_ms, -1, NULL))
        continue;
    return callback->verdict;
}
