/* listener.c - see listener.h. */
#include "sandbox/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/headers.h"

enum { BACKLOG = 1024, CONNECTIONS_MAX = 4096, BLOCK_LEN = 64 * 1024 };

struct ma_listener {
    int fd;      /* listens; libmicrohttpd's once it is started */
    int stop_fd; /* readable when late answers must wait no more */
    int port;
    ma_listener_fn *answer;
    void *ctx;
    struct MHD_Daemon *daemon;
};

/* --- answering ----------------------------------------------------------- */

/* A body on its way out. */
typedef struct {
    ma_buf body;
    size_t padding;
    bool cut;
} outflow;

static void free_outflow(void *at)
{
    outflow *flow = at;
    ma_buf_done(&flow->body);
    ma_free(flow);
}

static ssize_t read_outflow(void *cls, uint64_t position, char *to, size_t max)
{
    const outflow *flow = cls;
    size_t at = (size_t)position;
    size_t total = flow->padding + flow->body.len;
    size_t end = flow->cut ? total / 2 : total;
    if (at >= end)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t stop = at < flow->padding ? flow->padding : total;
    size_t len = (stop < end ? stop : end) - at;
    if (len > max)
        len = max;
    if (at < flow->padding)
        memset(to, ' ', len);
    else
        memcpy(to, flow->body.at + (at - flow->padding), len);
    return (ssize_t)len;
}

/* Takes the body out of visit; NULL when out of memory. */
static struct MHD_Response *make_response(ma_visit *visit)
{
    if (!visit->reply.len)
        return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    outflow *flow = ma_calloc(1, sizeof *flow);
    if (!flow)
        return NULL;
    flow->body = visit->reply;
    flow->padding = visit->padding;
    flow->cut = visit->cut;
    visit->reply = ma_buf_init(0);
    struct MHD_Response *response =
        MHD_create_response_from_callback(flow->padding + flow->body.len,
            BLOCK_LEN, read_outflow, flow, free_outflow);
    if (!response)
        free_outflow(flow);
    return response;
}

static enum MHD_Result send_answer(
    struct MHD_Connection *connection, ma_visit *visit)
{
    struct MHD_Response *response = make_response(visit);
    if (!response)
        return MHD_NO;
    for (size_t i = 0; i < mcpauth_headers_count(visit->reply_fields); i++)
        MHD_add_response_header(response,
            mcpauth_headers_name(visit->reply_fields, i),
            mcpauth_headers_value(visit->reply_fields, i));
    enum MHD_Result queued =
        MHD_queue_response(connection, (unsigned)visit->status, response);
    MHD_destroy_response(response);
    return queued;
}

static void wait_late(const ma_listener *listener, const ma_visit *visit)
{
    struct pollfd stop = {.fd = listener->stop_fd, .events = POLLIN};
    if (visit->delay_ms > 0)
        (void)poll(&stop, 1, (int)visit->delay_ms);
}

/* --- asking -------------------------------------------------------------- */

/* A visit from its first line to the end of its answer. */
typedef struct {
    char *target;
    ma_visit *visit; /* NULL until the fields are there */
} call;

static void *start_call(
    void *cls, const char *target, struct MHD_Connection *connection)
{
    (void)cls;
    (void)connection;
    call *at = ma_calloc(1, sizeof *at);
    if (at)
        at->target = ma_strdup(target);
    return at;
}

static void end_call(void *cls, struct MHD_Connection *connection,
    void **con_cls, enum MHD_RequestTerminationCode why)
{
    (void)cls;
    (void)connection;
    (void)why;
    call *at = *con_cls;
    if (!at)
        return;
    ma_free(at->target);
    ma_visit_free(at->visit);
    ma_free(at);
    *con_cls = NULL;
}

/* A field that may not be (S-017) counts as absent. */
static enum MHD_Result add_field(
    void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    ma_visit *visit = cls;
    mcpauth_status st =
        mcpauth_headers_add(visit->fields, name, value ? value : "", NULL);
    return st == MCPAUTH_E_NOMEM ? MHD_NO : MHD_YES;
}

static enum MHD_Result begin_visit(
    struct MHD_Connection *connection, call *at, const char *method)
{
    at->visit = at->target ? ma_visit_new(method, at->target) : NULL;
    if (!at->visit)
        return MHD_NO;
    MHD_get_connection_values(
        connection, MHD_HEADER_KIND, add_field, at->visit);
    return MHD_YES;
}

static enum MHD_Result handle(void *cls, struct MHD_Connection *connection,
    const char *url, const char *method, const char *version,
    const char *upload, size_t *upload_len, void **con_cls)
{
    (void)url;
    (void)version;
    ma_listener *listener = cls;
    call *at = *con_cls;
    if (!at)
        return MHD_NO;
    if (!at->visit)
        return begin_visit(connection, at, method);
    if (*upload_len) {
        ma_buf_add(&at->visit->body, upload, *upload_len);
        *upload_len = 0;
        return MHD_YES;
    }
    if (ma_buf_status(&at->visit->body, "the body", NULL))
        ma_visit_json(at->visit, 413, "{\"message\":\"Too large\"}");
    else
        listener->answer(listener->ctx, at->visit);
    wait_late(listener, at->visit);
    return send_answer(connection, at->visit);
}

/* --- life ---------------------------------------------------------------- */

static mcpauth_status report(int port, mcpauth_error *err)
{
    char words[128];
    const char *why = strerror_r(errno, words, sizeof words);
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_STATE,
        "the sandbox cannot listen on 127.0.0.1:%d: %s", port, why);
    ma_error_hint(err, "choose other ports with --port, or none at all");
    return st;
}

/* False, with errno, when the port cannot be had. */
static bool open_socket(ma_listener *listener, int port)
{
    const int on = 1;
    struct sockaddr_in at = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    listener->fd = fd;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ||
        bind(fd, (struct sockaddr *)&at, len) || listen(fd, BACKLOG) ||
        getsockname(fd, (struct sockaddr *)&at, &len))
        return false;
    listener->port = ntohs(at.sin_port);
    listener->stop_fd = eventfd(0, EFD_CLOEXEC);
    return listener->stop_fd >= 0;
}

mcpauth_status ma_listener_new(
    int port, ma_listener **out_listener, mcpauth_error *err)
{
    MA_AUTO(ma_listener) listener = ma_calloc(1, sizeof *listener);
    if (!listener)
        return ma_error_nomem(err);
    listener->fd = -1;
    listener->stop_fd = -1;
    if (!open_socket(listener, port))
        return report(port, err);
    *out_listener = ma_move(&listener);
    return MCPAUTH_OK;
}

int ma_listener_port(const ma_listener *listener)
{
    return listener->port;
}

mcpauth_status ma_listener_start(ma_listener *listener, ma_listener_fn *answer,
    void *ctx, mcpauth_error *err)
{
    listener->answer = answer;
    listener->ctx = ctx;
    listener->daemon = MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION |
                                            MHD_USE_POLL_INTERNAL_THREAD |
                                            MHD_USE_ITC,
        0, NULL, NULL, handle, listener, MHD_OPTION_LISTEN_SOCKET, listener->fd,
        MHD_OPTION_URI_LOG_CALLBACK, start_call, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, end_call, NULL,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX, MHD_OPTION_END);
    if (!listener->daemon)
        return ma_error_set(
            err, MCPAUTH_E_NOMEM, "the sandbox's HTTP server does not start");
    listener->fd = -1;
    return MCPAUTH_OK;
}

void ma_listener_free(ma_listener *listener)
{
    if (!listener)
        return;
    if (listener->stop_fd >= 0)
        (void)eventfd_write(listener->stop_fd, 1);
    if (listener->daemon)
        MHD_stop_daemon(listener->daemon);
    if (listener->fd >= 0)
        close(listener->fd);
    if (listener->stop_fd >= 0)
        close(listener->stop_fd);
    ma_free(listener);
}
