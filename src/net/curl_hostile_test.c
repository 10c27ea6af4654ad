/* Tests of curl.c against servers that mean harm, and hosts that are not to be
 * spoken to. */
#include <mcpauth/mcpauth.h>

#include <arpa/inet.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "askhttp.h"
#include "raw.h"

#define OK_HELLO "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

static void framing_that_lies_is_no_success_S_014(void **state)
{
    static const struct {
        const char *answer;
        mcpauth_status status;
    } rows[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
            MCPAUTH_E_NETWORK},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 4\r\n\r\n"
         "hello",
            MCPAUTH_E_PROTOCOL},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello",
            MCPAUTH_E_PROTOCOL},
        {"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
            MCPAUTH_E_PROTOCOL},
        {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n"
         "hello",
            MCPAUTH_E_PROTOCOL},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello",
            MCPAUTH_E_NETWORK},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello",
            MCPAUTH_E_NETWORK},
        {"HTTP/1.1 200 OK\r\nContent-Type: te", MCPAUTH_E_NETWORK},
        {"HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 0\r\n\r\n",
            MCPAUTH_E_PROTOCOL},
        {"HTTP/1.1 101 Switching\r\n\r\nhello", MCPAUTH_E_PROTOCOL},
        {"hello, this is HTTP/0.9", MCPAUTH_E_PROTOCOL},
        {"\x16\x03\x01\x02\x03", MCPAUTH_E_PROTOCOL},
        {"", MCPAUTH_E_NETWORK},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char url[ASK_URL_MAX];
        raw_server *server = raw_start(raw_say_once, (void *)rows[i].answer);
        mcpauth_http_request request = ask_post(url, raw_port(server), "/");
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        mcpauth_status st = ask_once(NULL, &request, err);
        if (st != rows[i].status)
            print_message("row %zu: %s\n", i, mcpauth_error_message(err));
        assert_int_equal(st, rows[i].status);
        assert_string_not_equal(mcpauth_error_message(err), "");
        assert_int_equal(raw_requests(server), 1);
        raw_stop(server);
    }
}

static void serve_reset(raw_peer *peer, void *ctx)
{
    const struct linger hard = {1, 0};
    (void)ctx;
    if (!raw_receive(peer) ||
        !raw_send(peer, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"))
        return;
    setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

static void reset_mid_body_is_no_success_S_014(void **state)
{
    char url[ASK_URL_MAX];
    raw_server *server = raw_start(serve_reset, NULL);
    mcpauth_http_request request = ask_get(url, raw_port(server), "/");
    (void)state;
    assert_int_equal(ask_once(NULL, &request, NULL), MCPAUTH_E_NETWORK);
    raw_stop(server);
}

static void serve_once(raw_peer *peer, void *ctx)
{
    if (raw_receive(peer) && raw_send(peer, ctx))
        raw_receive(peer);
}

static void lost_kept_connection_is_no_reason_to_ask_twice_T_025(void **state)
{
    (void)state;
    for (int once = 0; once < 2; once++) {
        char url[ASK_URL_MAX];
        raw_server *server = raw_start(serve_once, OK_HELLO);
        mcpauth_http_request request = ask_post(url, raw_port(server), "/");
        MA_AUTO(mcpauth_http) http = ask_driver(NULL);
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        MA_SCOPED(ma_http_answer) first = {0};
        MA_SCOPED(ma_http_answer) second = {0};
        request.once = once;
        assert_int_equal(ma_http_fetch(http, &request, &first, NULL), 0);
        mcpauth_status st = ma_http_fetch(http, &request, &second, err);
        assert_int_equal(st, once ? MCPAUTH_E_NETWORK : MCPAUTH_OK);
        assert_int_equal(raw_requests(server), once ? 2 : 3);
        raw_stop(server);
    }
}

static void idle_connection_near_its_end_is_for_what_may_be_repeated_T_025(
    void **state)
{
    char url[ASK_URL_MAX];
    (void)state;
    raw_server *server =
        raw_start(raw_say, "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=0\r\n"
                           "Content-Length: 0\r\n\r\n");
    mcpauth_http_request request = ask_post(url, raw_port(server), "/");
    MA_AUTO(mcpauth_http) http = ask_driver(NULL);
    for (int i = 0; i < 4; i++) {
        MA_SCOPED(ma_http_answer) answer = {0};
        request.once = i >= 2;
        assert_int_equal(ma_http_fetch(http, &request, &answer, NULL), 0);
        assert_int_equal(raw_hits(server), i >= 2 ? i : 1);
    }
    raw_stop(server);
}

/* Says goodbye, in the words of HTTP, to a client that asks for nothing. */
struct goodbye {
    sem_t heard;
    sem_t said;
};

static void serve_goodbye(raw_peer *peer, void *ctx)
{
    struct goodbye *goodbye = ctx;
    if (!raw_receive(peer) || !raw_send(peer, OK_HELLO))
        return;
    sem_wait(&goodbye->heard);
    (void)raw_send(peer, "HTTP/1.1 408 Late\r\nContent-Length: 0\r\n\r\n");
    sem_post(&goodbye->said);
    raw_linger(peer);
}

static void connection_that_was_ended_serves_no_more_T_025(void **state)
{
    char url[ASK_URL_MAX];
    struct goodbye goodbye;
    (void)state;
    sem_init(&goodbye.heard, 0, 0);
    sem_init(&goodbye.said, 0, 0);
    raw_server *server = raw_start(serve_goodbye, &goodbye);
    mcpauth_http_request request = ask_post(url, raw_port(server), "/");
    MA_AUTO(mcpauth_http) http = ask_driver(NULL);
    request.once = true;
    for (int i = 0; i < 3; i++) {
        MA_SCOPED(ma_http_answer) answer = {0};
        assert_int_equal(ma_http_fetch(http, &request, &answer, NULL), 0);
        assert_int_equal(answer.status, 200);
        sem_post(&goodbye.heard);
        sem_wait(&goodbye.said);
    }
    assert_int_equal(raw_hits(server), 3);
    assert_int_equal(raw_requests(server), 3);
    raw_stop(server);
    sem_destroy(&goodbye.heard);
    sem_destroy(&goodbye.said);
}

/* --- too much ------------------------------------------------------------ */

struct flood {
    const char *head;
    const char *piece;
    atomic_size_t sent;
};

static void serve_flood(raw_peer *peer, void *ctx)
{
    struct flood *flood = ctx;
    const int small = 16 * 1024;
    setsockopt(peer->fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    if (!raw_receive(peer) || !raw_send(peer, flood->head))
        return;
    while (raw_send(peer, flood->piece))
        flood->sent += strlen(flood->piece);
}

static void ask_flood(struct flood *flood, size_t body_max)
{
    char url[ASK_URL_MAX];
    raw_server *server = raw_start(serve_flood, flood);
    mcpauth_http_request request = ask_get(url, raw_port(server), "/");
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    request.body_max = body_max;
    assert_int_equal(ask_once(NULL, &request, err), MCPAUTH_E_LIMIT);
    assert_non_null(strstr(mcpauth_error_message(err), "127.0.0.1"));
    raw_stop(server);
}

static void body_is_cut_off_while_it_arrives_S_011(void **state)
{
    enum { CAP = 8 * 1024 * 1024 };
    static char piece[8192];
    struct flood endless = {"HTTP/1.1 200 OK\r\n\r\n", piece, 0};
    struct flood announced = {
        "HTTP/1.1 500 No\r\nContent-Length: 99999999999\r\n\r\n", piece, 0};
    (void)state;
    memset(piece, 'x', sizeof piece - 1);
    ask_flood(&endless, CAP);
    assert_in_range(endless.sent, CAP, 2 * CAP);
    ask_flood(&announced, CAP);
    assert_in_range(announced.sent, CAP, 2 * CAP);
}

static void header_bomb_and_interim_flood_are_cut_off_S_014(void **state)
{
    struct flood bomb = {"HTTP/1.1 200 OK\r\n",
        "X-Bomb: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n", 0};
    struct flood interim = {
        "", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 0};
    (void)state;
    ask_flood(&bomb, 1024);
    assert_true(bomb.sent < 16 * 256 * 1024);
    ask_flood(&interim, 1024);
    assert_true(interim.sent < 16 * 256 * 1024);
}

/* --- too slow ------------------------------------------------------------ */

static void serve_silence(raw_peer *peer, void *ctx)
{
    const char *start = ctx;
    if (raw_receive(peer) && raw_send(peer, start))
        raw_linger(peer);
}

static mcpauth_status ask_silent(
    const char *start, int64_t timeout_ms, int64_t idle_ms)
{
    char url[ASK_URL_MAX];
    raw_server *server = raw_start(serve_silence, (void *)start);
    mcpauth_http_request request = ask_get(url, raw_port(server), "/");
    request.timeout_ms = timeout_ms;
    request.idle_timeout_ms = idle_ms;
    mcpauth_status st = ask_once(NULL, &request, NULL);
    raw_stop(server);
    return st;
}

static void silence_ends_S_012(void **state)
{
    (void)state;
    assert_int_equal(ask_silent("", 100, 0), MCPAUTH_E_TIMEOUT);
    assert_int_equal(
        ask_silent("HTTP/1.1 200 OK\r\n", 100, 0), MCPAUTH_E_TIMEOUT);
    assert_int_equal(
        ask_silent("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhe", 0, 100),
        MCPAUTH_E_TIMEOUT);
}

/* A listener whose queue is full drops the next SYN. */
static void black_hole_ends_S_012(void **state)
{
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fds[5];
    char url[ASK_URL_MAX];
    (void)state;
    fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fds[0], (struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(fds[0], 0), 0);
    assert_int_equal(getsockname(fds[0], (struct sockaddr *)&at, &len), 0);
    for (int i = 1; i < 5; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void)!connect(fds[i], (struct sockaddr *)&at, len);
    }
    mcpauth_http_request request = ask_get(url, ntohs(at.sin_port), "/");
    request.connect_timeout_ms = 100;
    request.timeout_ms = 0;
    assert_int_equal(ask_once(NULL, &request, NULL), MCPAUTH_E_TIMEOUT);
    for (int i = 0; i < 5; i++)
        close(fds[i]);
}

/* --- where not to go ----------------------------------------------------- */

static mcpauth_http_request ask_host(
    char *url, const char *host, raw_server *server)
{
    mcpauth_http_request request = ask_get(url, 1, "/");
    snprintf(url, ASK_URL_MAX, "http://%s:%d/", host, raw_port(server));
    return request;
}

static void server_named_hosts_must_be_public_S_003(void **state)
{
    static const char *const hosts[] = {
        "127.0.0.1", "localhost", "127.8.8.8", "[::1]", "[::ffff:127.0.0.1]"};
    raw_server *server = raw_start(raw_say, OK_HELLO);
    (void)state;
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        char url[ASK_URL_MAX];
        mcpauth_http_request request = ask_host(url, hosts[i], server);
        request.address = MCPAUTH_ADDRESS_PUBLIC;
        assert_int_equal(ask_once(NULL, &request, NULL), MCPAUTH_E_UNTRUSTED);
    }
    assert_int_equal(raw_hits(server), 0);
    raw_stop(server);
}

static void user_may_allow_private_hosts_S_003(void **state)
{
    char url[ASK_URL_MAX];
    const mcpauth_curl_options options = {
        .size = sizeof(mcpauth_curl_options), .allow_private = true};
    raw_server *server = raw_start(raw_say, OK_HELLO);
    mcpauth_http_request request = ask_host(url, "127.0.0.1", server);
    (void)state;
    request.address = MCPAUTH_ADDRESS_PUBLIC;
    assert_int_equal(ask_once(&options, &request, NULL), MCPAUTH_OK);
    raw_stop(server);
}

static void open_connection_does_not_bend_the_rule_S_003(void **state)
{
    char url[ASK_URL_MAX];
    raw_server *server = raw_start(raw_say, OK_HELLO);
    mcpauth_http_request request = ask_host(url, "127.0.0.1", server);
    MA_AUTO(mcpauth_http) http = ask_driver(NULL);
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(ma_http_answer) answer = {0};
    (void)state;
    assert_int_equal(ma_http_fetch(http, &request, &answer, NULL), 0);
    request.address = MCPAUTH_ADDRESS_PUBLIC;
    assert_int_equal(
        ma_http_fetch(http, &request, &answer, err), MCPAUTH_E_UNTRUSTED);
    assert_non_null(strstr(mcpauth_error_message(err), "127.0.0.1"));
    assert_int_equal(raw_requests(server), 1);
    raw_stop(server);
}

static void other_schemes_and_clear_text_are_refused_S_008_S_009(void **state)
{
    static const char *const urls[] = {
        "file:///etc/passwd",
        "ftp://127.0.0.1:%d/",
        "gopher://127.0.0.1:%d/_x",
        "dict://127.0.0.1:%d/d:x",
        "telnet://127.0.0.1:%d",
        "http://u:p@127.0.0.1:%d/",
        "http://127.0.0.1:%d@evil.invalid/",
        "http://login.evil.invalid:%d/",
        "http://127.0.0.1.evil.invalid:%d/",
        "http://10.0.0.1:%d/",
        "http://0x7f.1:%d/",
    };
    raw_server *server = raw_start(raw_say, OK_HELLO);
    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        char url[ASK_URL_MAX];
        char port[16];
        mcpauth_http_request request = ask_get(url, 1, "/");
        const char *hole = strstr(urls[i], "%d");
        snprintf(port, sizeof port, "%d", raw_port(server));
        snprintf(url, sizeof url, "%.*s%s%s",
            hole ? (int)(hole - urls[i]) : (int)strlen(urls[i]), urls[i],
            hole ? port : "", hole ? hole + 2 : "");
        mcpauth_status st = ask_once(NULL, &request, NULL);
        assert_true(st == MCPAUTH_E_USAGE || st == MCPAUTH_E_UNTRUSTED);
    }
    assert_int_equal(raw_hits(server), 0);
    raw_stop(server);
}

static void closed_port_is_named_with_a_remedy(void **state)
{
    char url[ASK_URL_MAX];
    char place[64];
    raw_server *server = raw_start(raw_say, OK_HELLO);
    mcpauth_http_request request = ask_host(url, "127.0.0.1", server);
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    (void)state;
    snprintf(place, sizeof place, "127.0.0.1:%d", raw_port(server));
    raw_stop(server);
    assert_int_equal(ask_once(NULL, &request, err), MCPAUTH_E_NETWORK);
    assert_non_null(strstr(mcpauth_error_message(err), place));
    assert_non_null(mcpauth_error_hint(err));
}

/* --- proxies ------------------------------------------------------------- */

static mcpauth_status ask_through_proxy(const char *proxy, const char *url,
    mcpauth_address_rule rule, mcpauth_error *err)
{
    char room[ASK_URL_MAX];
    mcpauth_http_request request = ask_get(room, 1, "/");
    request.url = url;
    request.address = rule;
    setenv("HTTPS_PROXY", proxy, 1);
    mcpauth_status st = ask_once(NULL, &request, err);
    unsetenv("HTTPS_PROXY");
    return st;
}

static void proxy_is_asked_and_its_own_address_is_exempt_S_078(void **state)
{
    char proxy[ASK_URL_MAX];
    raw_server *server =
        raw_start(raw_say_once, "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n");
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    (void)state;
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", raw_port(server));
    assert_int_equal(ask_through_proxy(proxy, "https://mcp.invalid/x?CANARY",
                         MCPAUTH_ADDRESS_PUBLIC, err),
        MCPAUTH_E_NETWORK);
    assert_true(raw_heard(server, "CONNECT mcp.invalid:443 "));
    assert_false(raw_heard(server, "CANARY"));
    assert_non_null(strstr(mcpauth_error_message(err), "proxy"));
    assert_non_null(strstr(mcpauth_error_hint(err), "HTTPS_PROXY"));
    raw_stop(server);
}

static void proxy_is_not_a_way_to_private_hosts_S_003(void **state)
{
    static const char *const urls[] = {"https://10.0.0.1/",
        "https://169.254.169.254/", "https://[fd00::1]/",
        "https://[::ffff:10.0.0.1]/"};
    char proxy[ASK_URL_MAX];
    raw_server *server = raw_start(raw_say_once, OK_HELLO);
    (void)state;
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", raw_port(server));
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
        assert_int_equal(
            ask_through_proxy(proxy, urls[i], MCPAUTH_ADDRESS_PUBLIC, NULL),
            MCPAUTH_E_UNTRUSTED);
    assert_int_equal(raw_hits(server), 0);
    raw_stop(server);
}

static void password_of_a_proxy_is_in_no_message(void **state)
{
    static const char *const proxies[] = {"ftp://u:CANARY@127.0.0.1:1",
        "http://u:CANARY@127.0.0.1:x", "http://u:CANARY@127.0.0.1:1"};
    (void)state;
    for (size_t i = 0; i < sizeof proxies / sizeof *proxies; i++) {
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        assert_int_not_equal(
            ask_through_proxy(
                proxies[i], "https://mcp.invalid/", MCPAUTH_ADDRESS_ANY, err),
            MCPAUTH_OK);
        assert_null(strstr(mcpauth_error_message(err), "CANARY"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(framing_that_lies_is_no_success_S_014),
        cmocka_unit_test(reset_mid_body_is_no_success_S_014),
        cmocka_unit_test(lost_kept_connection_is_no_reason_to_ask_twice_T_025),
        cmocka_unit_test(
            idle_connection_near_its_end_is_for_what_may_be_repeated_T_025),
        cmocka_unit_test(connection_that_was_ended_serves_no_more_T_025),
        cmocka_unit_test(body_is_cut_off_while_it_arrives_S_011),
        cmocka_unit_test(header_bomb_and_interim_flood_are_cut_off_S_014),
        cmocka_unit_test(silence_ends_S_012),
        cmocka_unit_test(black_hole_ends_S_012),
        cmocka_unit_test(server_named_hosts_must_be_public_S_003),
        cmocka_unit_test(user_may_allow_private_hosts_S_003),
        cmocka_unit_test(open_connection_does_not_bend_the_rule_S_003),
        cmocka_unit_test(other_schemes_and_clear_text_are_refused_S_008_S_009),
        cmocka_unit_test(closed_port_is_named_with_a_remedy),
        cmocka_unit_test(proxy_is_asked_and_its_own_address_is_exempt_S_078),
        cmocka_unit_test(proxy_is_not_a_way_to_private_hosts_S_003),
        cmocka_unit_test(password_of_a_proxy_is_in_no_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
