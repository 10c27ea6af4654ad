/* Tests of curl.c: what is sent, how answers arrive, and what is shared. */
#include <mcpauth/mcpauth.h>

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "askhttp.h"
#include "raw.h"

#define OK_HELLO "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

/* --- requests ------------------------------------------------------------ */

static void request_says_what_it_was_given_and_no_more(void **state)
{
    char url[ASK_URL_MAX];
    raw_server *server = raw_start(raw_say, OK_HELLO);
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    mcpauth_http_request request = ask_post(url, raw_port(server), "/a/../b?q");
    (void)state;
    request.headers = headers;
    assert_int_equal(mcpauth_headers_add(headers, "X-Empty", "", NULL), 0);
    assert_int_equal(mcpauth_headers_add(headers, "X-Two", "b c", NULL), 0);
    assert_int_equal(ask_once(NULL, &request, NULL), MCPAUTH_OK);
    assert_true(raw_heard(server, "POST /a/../b?q HTTP/1.1\r\n"));
    assert_true(raw_heard(server, "X-Empty:\r\n"));
    assert_true(raw_heard(server, "X-Two: b c\r\n"));
    assert_true(raw_heard(server, "User-Agent: mcpauth/"));
    assert_true(raw_heard(server, "\r\n\r\nsecret=CANARY"));
    assert_false(raw_heard(server, "Expect:"));
    assert_false(raw_heard(server, "Content-Type:"));
    assert_false(raw_heard(server, "Accept-Encoding:"));
    assert_false(raw_heard(server, "Referer:"));
    raw_stop(server);
}

static void methods_are_get_post_and_delete(void **state)
{
    char url[ASK_URL_MAX];
    raw_server *server = raw_start(raw_say, OK_HELLO);
    mcpauth_http_request request = ask_get(url, raw_port(server), "/x");
    (void)state;
    request.method = "DELETE";
    assert_int_equal(ask_once(NULL, &request, NULL), MCPAUTH_OK);
    assert_true(raw_heard(server, "DELETE /x HTTP/1.1\r\n"));
    request.method = "POST";
    assert_int_equal(ask_once(NULL, &request, NULL), MCPAUTH_OK);
    assert_true(raw_heard(server, "Content-Length: 0\r\n"));
    request.method = "PUT";
    assert_int_equal(ask_once(NULL, &request, NULL), MCPAUTH_E_USAGE);
    assert_int_equal(raw_requests(server), 2);
    raw_stop(server);
}

/* libcurl would ask first, and wait a second for servers that say nothing. */
static void large_body_is_sent_unasked(void **state)
{
    enum { LARGE = 1536 * 1024 };
    char url[ASK_URL_MAX];
    char *body = calloc(1, LARGE + 1);
    raw_server *server = raw_start(raw_say, OK_HELLO);
    mcpauth_http_request request = ask_post(url, raw_port(server), "/");
    (void)state;
    assert_non_null(body);
    memset(body, 'x', LARGE);
    request.body = body;
    request.body_len = LARGE;
    assert_int_equal(ask_once(NULL, &request, NULL), MCPAUTH_OK);
    assert_true(raw_heard(server, "Content-Length: 1572864\r\n"));
    assert_false(raw_heard(server, "Expect:"));
    raw_stop(server);
    free(body);
}

/* --- the home directory and the environment ------------------------------ */

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void netrc_cookies_and_http_proxy_change_nothing_S_078(void **state)
{
    char home[] = "/tmp/ma-net-home-XXXXXX";
    char netrc[64];
    char url[ASK_URL_MAX];
    char proxy_url[ASK_URL_MAX];
    raw_server *proxy = raw_start(raw_say, OK_HELLO);
    raw_server *server =
        raw_start(raw_say, "HTTP/1.1 200 OK\r\nSet-Cookie: c=CRUMB; Path=/\r\n"
                           "Content-Length: 0\r\n\r\n");
    mcpauth_http_request request = ask_get(url, raw_port(server), "/");
    (void)state;
    assert_non_null(mkdtemp(home));
    snprintf(netrc, sizeof netrc, "%s/.netrc", home);
    write_file(netrc, "machine 127.0.0.1 login evil password EVIL\n"
                      "default login evil password EVIL\n");
    snprintf(
        proxy_url, sizeof proxy_url, "http://127.0.0.1:%d", raw_port(proxy));
    setenv("HOME", home, 1);
    setenv("http_proxy", proxy_url, 1);
    setenv("ALL_PROXY", proxy_url, 1);
    MA_AUTO(mcpauth_http) http = ask_driver(NULL);
    for (int i = 0; i < 2; i++) {
        MA_SCOPED(ma_http_answer) answer = {0};
        assert_int_equal(ma_http_fetch(http, &request, &answer, NULL), 0);
    }
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
    assert_int_equal(raw_requests(server), 2);
    assert_int_equal(raw_hits(proxy), 0);
    assert_false(raw_heard(server, "Authorization:"));
    assert_false(raw_heard(server, "Cookie:"));
    unlink(netrc);
    rmdir(home);
    raw_stop(server);
    raw_stop(proxy);
}

/* --- answers ------------------------------------------------------------- */

static void final_answer_alone_counts_S_014(void **state)
{
    char url[ASK_URL_MAX];
    raw_server *server = raw_start(raw_say,
        "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
        "HTTP/1.1 401 No\r\nWWW-Authenticate: Bearer\r\n"
        "WWW-Authenticate: Basic realm=\"a\"\r\n\t,charset=\"UTF-8\"\r\n"
        "Transfer-Encoding: chunked\r\n\r\n"
        "2\r\nno\r\n0\r\nX-Trailer: 1\r\n\r\n");
    mcpauth_http_request request = ask_get(url, raw_port(server), "/");
    MA_AUTO(mcpauth_http) http = ask_driver(NULL);
    MA_SCOPED(ma_http_answer) answer = {0};
    (void)state;
    assert_int_equal(ma_http_fetch(http, &request, &answer, NULL), 0);
    assert_int_equal(answer.status, 401);
    assert_string_equal(ma_buf_text(&answer.body), "no");
    assert_null(mcpauth_headers_get(answer.headers, "X-Early"));
    assert_null(mcpauth_headers_get(answer.headers, "X-Trailer"));
    assert_int_equal(mcpauth_headers_count(answer.headers), 3);
    assert_string_equal(mcpauth_headers_value(answer.headers, 0), "Bearer");
    assert_non_null(
        strstr(mcpauth_headers_value(answer.headers, 1), ",charset"));
    raw_stop(server);
}

/* The server goes on only after the sink has had the event before. */
struct stream {
    int ready[2];
    int events;
    int heads;
    bool head_first;
    mcpauth_status head_says;
    mcpauth_status body_says;
};

static void serve_events(raw_peer *peer, void *ctx)
{
    struct stream *stream = ctx;
    char token = 0;
    bool open = raw_receive(peer) &&
                raw_send(peer, "HTTP/1.1 200 OK\r\n"
                               "Content-Type: text/event-stream\r\n\r\n");
    for (int i = 0; open && i < 3; i++)
        open = raw_send(peer, "data: x\n\n") &&
               read(stream->ready[0], &token, 1) == 1;
}

static mcpauth_status see_head(
    void *ctx, int status, const mcpauth_headers *headers, mcpauth_error *err)
{
    struct stream *stream = ctx;
    stream->heads++;
    stream->head_first = stream->events == 0;
    assert_int_equal(status, 200);
    assert_non_null(mcpauth_headers_get(headers, "content-type"));
    if (stream->head_says)
        return ma_error_set(err, stream->head_says, "the sink's own words");
    return MCPAUTH_OK;
}

static mcpauth_status see_body(
    void *ctx, const char *bytes, size_t len, mcpauth_error *err)
{
    struct stream *stream = ctx;
    assert_memory_equal(bytes, "data: x\n\n", len);
    stream->events++;
    assert_int_equal(write(stream->ready[1], "t", 1), 1);
    if (stream->body_says)
        return ma_error_set(err, stream->body_says, "the sink's own words");
    return MCPAUTH_OK;
}

static mcpauth_status watch_stream(struct stream *stream, mcpauth_error *err)
{
    char url[ASK_URL_MAX];
    assert_int_equal(pipe2(stream->ready, O_CLOEXEC), 0);
    raw_server *server = raw_start(serve_events, stream);
    mcpauth_http_request request = ask_get(url, raw_port(server), "/sse");
    mcpauth_http_sink sink = {see_head, see_body, stream};
    MA_AUTO(mcpauth_http) http = ask_driver(NULL);
    request.timeout_ms = 0;
    mcpauth_status st = ma_http_perform(http, &request, &sink, err);
    close(stream->ready[1]);
    raw_stop(server);
    close(stream->ready[0]);
    return st;
}

static void events_reach_the_sink_as_they_come(void **state)
{
    struct stream stream = {0};
    (void)state;
    assert_int_equal(watch_stream(&stream, NULL), MCPAUTH_OK);
    assert_int_equal(stream.events, 3);
    assert_int_equal(stream.heads, 1);
    assert_true(stream.head_first);
}

static void sink_stops_the_exchange_with_its_own_error(void **state)
{
    struct stream at_head = {.head_says = MCPAUTH_E_REFUSED};
    struct stream at_body = {.body_says = MCPAUTH_E_CANCELLED};
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    (void)state;
    assert_int_equal(watch_stream(&at_head, err), MCPAUTH_E_REFUSED);
    assert_string_equal(mcpauth_error_message(err), "the sink's own words");
    assert_int_equal(at_head.events, 0);
    mcpauth_error_clear(err);
    assert_int_equal(watch_stream(&at_body, err), MCPAUTH_E_CANCELLED);
    assert_string_equal(mcpauth_error_message(err), "the sink's own words");
    assert_int_equal(at_body.events, 1);
}

/* --- redirects ----------------------------------------------------------- */

struct hop {
    int status;
    int to_port; /* 0: the same origin */
};

static void serve_redirect(raw_peer *peer, void *ctx)
{
    const struct hop *hop = ctx;
    char answer[256];
    while (raw_receive(peer)) {
        if (strncmp(peer->request, "GET /end", 8) == 0) {
            if (!raw_send(peer, OK_HELLO))
                return;
            continue;
        }
        if (hop->to_port)
            snprintf(answer, sizeof answer,
                "HTTP/1.1 %d X\r\nLocation: http://127.0.0.1:%d/?t=CANARY\r\n"
                "Content-Length: 4\r\n\r\nbody",
                hop->status, hop->to_port);
        else
            snprintf(answer, sizeof answer,
                "HTTP/1.1 %d X\r\nLocation: %s\r\n"
                "Content-Length: 4\r\n\r\nbody",
                hop->status, strstr(peer->request, "loop") ? "/loop" : "end");
        if (!raw_send(peer, answer))
            return;
    }
}

static const int redirect_statuses[] = {301, 302, 303, 307, 308};

static void post_never_follows_a_redirect_S_007(void **state)
{
    raw_server *other = raw_start(raw_say, OK_HELLO);
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        for (int same = 0; same < 2; same++) {
            char url[ASK_URL_MAX];
            struct hop hop = {redirect_statuses[i], same ? 0 : raw_port(other)};
            raw_server *server = raw_start(serve_redirect, &hop);
            mcpauth_http_request request =
                ask_post(url, raw_port(server), "/token?q=CANARY");
            MA_AUTO(mcpauth_error) err = mcpauth_error_new();
            request.redirects = 3;
            assert_int_equal(
                ask_once(NULL, &request, err), MCPAUTH_E_UNTRUSTED);
            const char *message = mcpauth_error_message(err);
            assert_non_null(strstr(message, "redirect not followed"));
            assert_null(strstr(message, "CANARY"));
            assert_int_equal(mcpauth_error_http_status(err), hop.status);
            assert_int_equal(raw_requests(server), 1);
            raw_stop(server);
        }
    }
    assert_int_equal(raw_hits(other), 0);
    raw_stop(other);
}

static void get_follows_within_its_origin_only_S_006(void **state)
{
    raw_server *other = raw_start(raw_say, OK_HELLO);
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        char url[ASK_URL_MAX];
        struct hop hop = {redirect_statuses[i], 0};
        raw_server *server = raw_start(serve_redirect, &hop);
        mcpauth_http_request request = ask_get(url, raw_port(server), "/a");
        assert_int_equal(ask_once(NULL, &request, NULL), MCPAUTH_E_UNTRUSTED);
        request.redirects = 1;
        assert_int_equal(ask_once(NULL, &request, NULL), MCPAUTH_OK);
        assert_true(raw_heard(server, "GET /end "));
        hop.to_port = raw_port(other);
        assert_int_equal(ask_once(NULL, &request, NULL), MCPAUTH_E_UNTRUSTED);
        raw_stop(server);
    }
    assert_int_equal(raw_hits(other), 0);
    raw_stop(other);
}

static void redirect_loop_ends_S_006(void **state)
{
    char url[ASK_URL_MAX];
    struct hop hop = {302, 0};
    raw_server *server = raw_start(serve_redirect, &hop);
    mcpauth_http_request request = ask_get(url, raw_port(server), "/loop");
    (void)state;
    request.redirects = 3;
    assert_int_equal(ask_once(NULL, &request, NULL), MCPAUTH_E_UNTRUSTED);
    assert_int_equal(raw_requests(server), 4);
    raw_stop(server);
}

/* --- sharing ------------------------------------------------------------- */

static void connection_is_kept_between_requests_T_026(void **state)
{
    char url[ASK_URL_MAX];
    raw_server *server = raw_start(raw_say, OK_HELLO);
    mcpauth_http_request request = ask_get(url, raw_port(server), "/");
    MA_AUTO(mcpauth_http) http = ask_driver(NULL);
    (void)state;
    for (int i = 0; i < 5; i++) {
        MA_SCOPED(ma_http_answer) answer = {0};
        assert_int_equal(ma_http_fetch(http, &request, &answer, NULL), 0);
    }
    assert_int_equal(raw_hits(server), 1);
    assert_int_equal(raw_requests(server), 5);
    raw_stop(server);
}

static mcpauth_status take_head(
    void *ctx, int status, const mcpauth_headers *headers, mcpauth_error *err)
{
    (void)ctx, (void)status, (void)headers, (void)err;
    return MCPAUTH_OK;
}

static mcpauth_status take_enough(
    void *ctx, const char *bytes, size_t len, mcpauth_error *err)
{
    (void)ctx, (void)bytes, (void)len, (void)err;
    return MCPAUTH_E_CANCELLED;
}

#define HELLO_CHUNK                                                            \
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"

static void connection_of_a_stream_heard_enough_is_kept_T_026(void **state)
{
    static const struct {
        const char *answer;
        int connections;
    } rows[] = {{HELLO_CHUNK "0\r\n\r\n", 1},
        {HELLO_CHUNK "0\r\nTrailer: x\r\n\r\n", 1}, {HELLO_CHUNK, 3},
        {HELLO_CHUNK "2\r\nno\r\n0\r\n\r\n", 3}};
    const mcpauth_http_sink sink = {take_head, take_enough, NULL};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char url[ASK_URL_MAX];
        raw_server *server = raw_start(raw_say, (void *)rows[i].answer);
        mcpauth_http_request request = ask_get(url, raw_port(server), "/");
        MA_AUTO(mcpauth_http) http = ask_driver(NULL);
        for (int turn = 0; turn < 3; turn++)
            assert_int_equal(ma_http_perform(http, &request, &sink, NULL),
                MCPAUTH_E_CANCELLED);
        assert_int_equal(raw_hits(server), rows[i].connections);
        raw_stop(server);
    }
}

static void field_of_one_request_is_not_in_the_next_S_028(void **state)
{
    char url[ASK_URL_MAX];
    raw_server *server = raw_start(raw_say, OK_HELLO);
    mcpauth_http_request request = ask_get(url, raw_port(server), "/one");
    MA_AUTO(mcpauth_http) http = ask_driver(NULL);
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    MA_SCOPED(ma_http_answer) first = {0};
    MA_SCOPED(ma_http_answer) second = {0};
    (void)state;
    assert_int_equal(
        mcpauth_headers_add(headers, "X-Seen", "in /two", NULL), 0);
    assert_int_equal(ma_http_fetch(http, &request, &first, NULL), 0);
    assert_false(raw_heard(server, "X-Seen"));
    request.headers = headers;
    assert_int_equal(ma_http_fetch(http, &request, &second, NULL), 0);
    assert_true(raw_heard(server, "X-Seen"));
    raw_stop(server);
    server = raw_start(raw_say, OK_HELLO);
    request = ask_get(url, raw_port(server), "/three");
    MA_SCOPED(ma_http_answer) third = {0};
    assert_int_equal(ma_http_fetch(http, &request, &third, NULL), 0);
    assert_false(raw_heard(server, "X-Seen"));
    raw_stop(server);
}

static void forked_child_opens_its_own_connection_S_072(void **state)
{
    char url[ASK_URL_MAX];
    raw_server *server = raw_start(raw_say, OK_HELLO);
    mcpauth_http_request request = ask_get(url, raw_port(server), "/");
    MA_AUTO(mcpauth_http) http = ask_driver(NULL);
    MA_SCOPED(ma_http_answer) first = {0};
    MA_SCOPED(ma_http_answer) second = {0};
    int status = 0;
    (void)state;
    assert_int_equal(ma_http_fetch(http, &request, &first, NULL), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(ma_http_fetch(http, &request, &second, NULL) ? 1 : 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(raw_hits(server), 2);
    assert_int_equal(ma_http_fetch(http, &request, &second, NULL), 0);
    assert_int_equal(raw_hits(server), 2);
    raw_stop(server);
}

static void serve_path(raw_peer *peer, void *ctx)
{
    char answer[256];
    (void)ctx;
    while (raw_receive(peer)) {
        char *path = peer->request + strlen("GET ");
        size_t len = strcspn(path, " ");
        snprintf(answer, sizeof answer,
            "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%.*s", len, (int)len,
            path);
        if (!raw_send(peer, answer))
            return;
    }
}

struct worker {
    mcpauth_http *http;
    int port;
    int number;
    int good;
};

static void *work(void *ctx)
{
    struct worker *worker = ctx;
    for (int i = 0; i < 20; i++) {
        char url[ASK_URL_MAX];
        char path[32];
        snprintf(path, sizeof path, "/%d/%d", worker->number, i);
        mcpauth_http_request request = ask_get(url, worker->port, path);
        MA_SCOPED(ma_http_answer) answer = {0};
        if (!ma_http_fetch(worker->http, &request, &answer, NULL) &&
            strcmp(ma_buf_text(&answer.body), path) == 0)
            worker->good++;
    }
    return NULL;
}

static void eight_threads_share_a_driver_S_072(void **state)
{
    raw_server *server = raw_start(serve_path, NULL);
    MA_AUTO(mcpauth_http) http = ask_driver(NULL);
    struct worker workers[8];
    pthread_t threads[8];
    (void)state;
    for (int i = 0; i < 8; i++) {
        workers[i] = (struct worker){http, raw_port(server), i, 0};
        assert_int_equal(
            pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(workers[i].good, 20);
    }
    assert_true(raw_hits(server) <= 8);
    raw_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request_says_what_it_was_given_and_no_more),
        cmocka_unit_test(methods_are_get_post_and_delete),
        cmocka_unit_test(large_body_is_sent_unasked),
        cmocka_unit_test(netrc_cookies_and_http_proxy_change_nothing_S_078),
        cmocka_unit_test(final_answer_alone_counts_S_014),
        cmocka_unit_test(events_reach_the_sink_as_they_come),
        cmocka_unit_test(sink_stops_the_exchange_with_its_own_error),
        cmocka_unit_test(post_never_follows_a_redirect_S_007),
        cmocka_unit_test(get_follows_within_its_origin_only_S_006),
        cmocka_unit_test(redirect_loop_ends_S_006),
        cmocka_unit_test(connection_is_kept_between_requests_T_026),
        cmocka_unit_test(connection_of_a_stream_heard_enough_is_kept_T_026),
        cmocka_unit_test(field_of_one_request_is_not_in_the_next_S_028),
        cmocka_unit_test(forked_child_opens_its_own_connection_S_072),
        cmocka_unit_test(eight_threads_share_a_driver_S_072),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
