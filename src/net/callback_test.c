/* Tests of callback.c: sockets on loopback stand for browsers. */
#include "net/callback.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/error.h"
#include "net/resultpage.h"

#define REAL "state=good&code=CANARY"

/* --- a login under way --------------------------------------------------- */

struct login {
    ma_callback *callback;
    mcpauth_error *err;
    pthread_t thread;
    int judged;
    mcpauth_status status;
    char query[256]; /* the one accepted */
};

static mcpauth_status judge(void *ctx, const char *query, mcpauth_error *err)
{
    struct login *login = ctx;
    login->judged++;
    if (!strstr(query, "state=good"))
        return ma_error_set(err, MCPAUTH_E_STATE, "forged");
    snprintf(login->query, sizeof login->query, "%s", query);
    if (strstr(query, "error="))
        return ma_error_set(err, MCPAUTH_E_REFUSED, "the user said no");
    return MCPAUTH_OK;
}

static void *wait_for_browser(void *ctx)
{
    struct login *login = ctx;
    login->status = ma_callback_wait(login->callback,
        ma_clock_boot_ms() + 60000, -1, judge, login, login->err);
    return NULL;
}

static void start_login(struct login *login, const char *redirect_uri)
{
    memset(login, 0, sizeof *login);
    login->err = mcpauth_error_new();
    assert_int_equal(
        ma_callback_listen(redirect_uri, 0, &login->callback, login->err), 0);
    assert_int_equal(
        pthread_create(&login->thread, NULL, wait_for_browser, login), 0);
}

static mcpauth_status end_login(struct login *login)
{
    pthread_join(login->thread, NULL);
    ma_callback_free(login->callback);
    mcpauth_error_free(login->err);
    return login->status;
}

/* --- a browser ----------------------------------------------------------- */

static int port_of(const struct login *login)
{
    const char *uri = ma_callback_redirect_uri(login->callback);
    return (int)strtol(strrchr(uri, ':') + 1, NULL, 10);
}

static int dial(const char *host, int port)
{
    char service[16];
    struct addrinfo hints = {
        .ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
    struct addrinfo *at = NULL;
    snprintf(service, sizeof service, "%d", port);
    assert_int_equal(getaddrinfo(host, service, &hints, &at), 0);
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    bool open = connect(fd, at->ai_addr, at->ai_addrlen) == 0;
    freeaddrinfo(at);
    if (open)
        return fd;
    close(fd);
    return -1;
}

static void say(int fd, const char *text)
{
    (void)!send(fd, text, strlen(text), MSG_NOSIGNAL);
}

enum { ANSWER_MAX = 16 * 1024 };

/* Reads until the listener closes; returns the HTTP status, 0 for none. */
static int hear(int fd, char answer[ANSWER_MAX])
{
    size_t len = 0;
    ssize_t got = 0;
    do {
        len += (size_t)got;
        got = recv(fd, answer + len, ANSWER_MAX - 1 - len, 0);
    } while (got > 0);
    answer[len] = '\0';
    close(fd);
    return len > 9 ? (int)strtol(answer + 9, NULL, 10) : 0;
}

static int visit(const struct login *login, const char *method,
    const char *target, const char *host, char answer[ANSWER_MAX])
{
    char request[1024];
    char authority[64];
    snprintf(authority, sizeof authority, "127.0.0.1:%d", port_of(login));
    snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: %s\r\n\r\n",
        method, target, host ? host : authority);
    int fd = dial("127.0.0.1", port_of(login));
    assert_true(fd >= 0);
    say(fd, request);
    return hear(fd, answer);
}

static void finish(struct login *login)
{
    char answer[ANSWER_MAX];
    assert_int_equal(visit(login, "GET", "/callback?" REAL, NULL, answer), 200);
    assert_non_null(strstr(answer, ma_resultpage_html(MA_RESULTPAGE_DONE)));
    assert_int_equal(end_login(login), MCPAUTH_OK);
    assert_string_equal(login->query, REAL);
}

/* --- tests --------------------------------------------------------------- */

static void default_uri_is_a_loopback_literal_A_104_A_105(void **state)
{
    struct login login;
    char expected[64];
    (void)state;
    start_login(&login, NULL);
    snprintf(expected, sizeof expected, "http://127.0.0.1:%d/callback",
        port_of(&login));
    assert_string_equal(ma_callback_redirect_uri(login.callback), expected);
    assert_int_equal(dial("127.0.0.2", port_of(&login)), -1);
    assert_int_equal(dial("::1", port_of(&login)), -1);
    finish(&login);
}

static void forged_answers_change_nothing_S_036_A_108(void **state)
{
    static const char *const forged[] = {"/callback", "/callback?code=evil",
        "/callback?code=evil&state=bad", "/callback?error=access_denied",
        "/callback?error=x&state="};
    struct login login;
    char answer[ANSWER_MAX];
    (void)state;
    start_login(&login, NULL);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(visit(&login, "GET", forged[i], NULL, answer), 400);
    finish(&login);
    assert_int_equal(login.judged, 6);
}

static void final_failure_ends_the_wait(void **state)
{
    struct login login;
    char answer[ANSWER_MAX];
    (void)state;
    start_login(&login, NULL);
    assert_int_equal(
        visit(&login, "GET", "/callback?state=good&error=access_denied", NULL,
            answer),
        200);
    assert_non_null(strstr(answer, ma_resultpage_html(MA_RESULTPAGE_FAILED)));
    pthread_join(login.thread, NULL);
    assert_int_equal(login.status, MCPAUTH_E_REFUSED);
    assert_string_equal(mcpauth_error_message(login.err), "the user said no");
    ma_callback_free(login.callback);
    mcpauth_error_free(login.err);
}

static void success_leaves_no_error_behind_S_036(void **state)
{
    struct login login;
    char answer[ANSWER_MAX];
    (void)state;
    start_login(&login, NULL);
    visit(&login, "GET", "/callback?code=evil", NULL, answer);
    visit(&login, "GET", "/callback?" REAL, NULL, answer);
    pthread_join(login.thread, NULL);
    assert_int_equal(mcpauth_error_status(login.err), MCPAUTH_OK);
    ma_callback_free(login.callback);
    mcpauth_error_free(login.err);
}

static void noise_is_answered_and_not_judged_S_037_A_107(void **state)
{
    static const struct {
        const char *method;
        const char *target;
        const char *host; /* NULL: ours */
        int status;
    } rows[] = {
        {"GET", "/callback?" REAL, "evil.example", 403},
        {"GET", "/callback?" REAL, "127.0.0.1", 403},
        {"GET", "/callback?" REAL, "localhost", 403},
        {"GET", "/callback?" REAL, "127.0.0.1:1", 403},
        {"GET", "/favicon.ico", NULL, 404},
        {"GET", "/?" REAL, NULL, 404},
        {"GET", "/callback/?" REAL, NULL, 404},
        {"GET", "/Callback?" REAL, NULL, 404},
        {"GET", "/%63allback?" REAL, NULL, 404},
        {"HEAD", "/callback?" REAL, NULL, 405},
        {"POST", "/callback?" REAL, NULL, 405},
        {"OPTIONS", "/callback?" REAL, NULL, 405},
    };
    struct login login;
    char answer[ANSWER_MAX];
    (void)state;
    start_login(&login, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(
            visit(&login, rows[i].method, rows[i].target, rows[i].host, answer),
            rows[i].status);
    finish(&login);
    assert_int_equal(login.judged, 1);
}

static void half_open_sockets_do_not_keep_the_browser_out_S_038(void **state)
{
    static const char *const starts[] = {"", ("GET /callback?" REAL),
        "\x16\x03\x01\x02", "GET / HTTP/1.1\r\nA:"};
    struct login login;
    int fds[100];
    (void)state;
    start_login(&login, NULL);
    for (int i = 0; i < 100; i++) {
        fds[i] = dial("127.0.0.1", port_of(&login));
        assert_true(fds[i] >= 0);
        say(fds[i], starts[i % 4]);
    }
    finish(&login);
    for (int i = 0; i < 100; i++)
        close(fds[i]);
}

static void giant_request_is_not_judged_S_038(void **state)
{
    enum { LONG = 64 * 1024 };
    struct login login;
    char answer[ANSWER_MAX];
    char *request = malloc(LONG + 1);
    (void)state;
    assert_non_null(request);
    memset(request, 'a', LONG);
    request[LONG] = '\0';
    memcpy(request, "GET /callback?" REAL, strlen("GET /callback?" REAL));
    start_login(&login, NULL);
    int fd = dial("127.0.0.1", port_of(&login));
    say(fd, request);
    assert_int_not_equal(hear(fd, answer), 200);
    finish(&login);
    assert_int_equal(login.judged, 1);
    free(request);
}

static void page_echoes_nothing_S_039(void **state)
{
    struct login login;
    char answer[ANSWER_MAX];
    (void)state;
    start_login(&login, NULL);
    visit(
        &login, "GET", "/callback?error=<script>CANARY</script>", NULL, answer);
    assert_null(strstr(answer, "CANARY"));
    visit(&login, "GET", "/<script>CANARY</script>", NULL, answer);
    assert_null(strstr(answer, "CANARY"));
    visit(&login, "GET", "/callback", "<script>CANARY</script>", answer);
    assert_null(strstr(answer, "CANARY"));
    visit(&login, "GET", "/callback?" REAL "&x=%3Cscript%3E", NULL, answer);
    assert_null(strstr(answer, "CANARY"));
    assert_null(strstr(answer, "script"));
    assert_non_null(
        strstr(answer, "Content-Security-Policy: default-src 'none'; style-src "
                       "'unsafe-inline'\r\n"));
    assert_non_null(strstr(answer, "Cache-Control: no-store\r\n"));
    assert_non_null(strstr(answer, "Referrer-Policy: no-referrer\r\n"));
    assert_non_null(strstr(answer, "X-Content-Type-Options: nosniff\r\n"));
    assert_int_equal(end_login(&login), MCPAUTH_OK);
}

static void second_hit_gets_the_same_page_S_037(void **state)
{
    static const char format[] =
        "GET /callback?" REAL " HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n";
    struct login login = {0};
    char request[256];
    char answers[2][ANSWER_MAX];
    int fds[2];
    (void)state;
    assert_int_equal(ma_callback_listen(NULL, 0, &login.callback, NULL), 0);
    snprintf(request, sizeof request, format, port_of(&login));
    for (int i = 0; i < 2; i++) {
        fds[i] = dial("127.0.0.1", port_of(&login));
        say(fds[i], request);
    }
    wait_for_browser(&login);
    assert_int_equal(login.status, MCPAUTH_OK);
    assert_int_equal(login.judged, 1);
    for (int i = 0; i < 2; i++)
        assert_int_equal(hear(fds[i], answers[i]), 200);
    assert_non_null(strstr(answers[1], ma_resultpage_html(MA_RESULTPAGE_DONE)));
    ma_callback_free(login.callback);
}

static void busy_port_is_named_with_a_remedy_S_040(void **state)
{
    struct login login;
    char port[16];
    char uri[64];
    ma_callback *other = NULL;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    (void)state;
    start_login(&login, NULL);
    snprintf(port, sizeof port, "port %d", port_of(&login));
    snprintf(uri, sizeof uri, "http://localhost:%d", port_of(&login));
    assert_int_equal(ma_callback_listen(NULL, port_of(&login), &other, err),
        MCPAUTH_E_STATE);
    assert_non_null(strstr(mcpauth_error_message(err), port));
    assert_non_null(strstr(mcpauth_error_hint(err), "--callback-port"));
    assert_int_equal(ma_callback_listen(uri, 0, &other, NULL), MCPAUTH_E_STATE);
    assert_null(other);
    finish(&login);
}

static void squatter_on_ipv6_is_noticed_S_040(void **state)
{
    ma_callback *squatter = NULL;
    ma_callback *other = NULL;
    char uri[64];
    struct login login;
    (void)state;
    start_login(&login, NULL);
    int port = port_of(&login);
    finish(&login);
    snprintf(uri, sizeof uri, "http://[::1]:%d", port);
    if (ma_callback_listen(uri, 0, &squatter, NULL))
        skip();
    snprintf(uri, sizeof uri, "http://localhost:%d", port);
    assert_int_equal(ma_callback_listen(uri, 0, &other, NULL), MCPAUTH_E_STATE);
    ma_callback_free(squatter);
    assert_int_equal(ma_callback_listen(uri, 0, &other, NULL), MCPAUTH_OK);
    ma_callback_free(other);
}

static void two_logins_at_once_S_040(void **state)
{
    struct login first;
    struct login second;
    (void)state;
    start_login(&first, NULL);
    start_login(&second, NULL);
    assert_int_not_equal(port_of(&first), port_of(&second));
    finish(&second);
    finish(&first);
}

/* One round trip to the path a browser would ask for, over each address. */
static void try_uri(const char *format, const char *address, const char *target)
{
    struct login login;
    char uri[128];
    char request[256];
    char answer[ANSWER_MAX];
    ma_callback *probe = NULL;
    assert_int_equal(ma_callback_listen(NULL, 0, &probe, NULL), 0);
    const char *free_uri = ma_callback_redirect_uri(probe);
    int port = (int)strtol(strrchr(free_uri, ':') + 1, NULL, 10);
    ma_callback_free(probe);
    const char *hole = strchr(format, '#');
    snprintf(uri, sizeof uri, "%.*s%d%s", (int)(hole - format), format, port,
        hole + 1);
    start_login(&login, uri);
    assert_string_equal(ma_callback_redirect_uri(login.callback), uri);
    int fd = dial(address, port);
    assert_true(fd >= 0);
    snprintf(request, sizeof request,
        "GET %s HTTP/1.1\r\nHost: %.*s:%d\r\n\r\n", target,
        (int)(hole - format) - 8, format + 7, port);
    say(fd, request);
    assert_int_equal(hear(fd, answer), 200);
    assert_int_equal(end_login(&login), MCPAUTH_OK);
}

static void redirect_uri_is_kept_byte_for_byte_seed_34_A_104(void **state)
{
    static const char *const rows[][3] = {
        {"http://localhost:#", "127.0.0.1", "/?" REAL},
        {"http://localhost:#", "::1", "/?" REAL},
        {"http://localhost:#/", "127.0.0.1", "/?" REAL},
        {"http://LocalHost:#/Cb", "127.0.0.1", "/Cb?" REAL},
        {"http://localhost:#/a/b?app=1", "::1", "/a/b?app=1&" REAL},
        {"http://127.0.0.1:#/%63b", "127.0.0.1", "/%63b?" REAL},
        {"http://127.0.0.7:#/cb", "127.0.0.7", "/cb?" REAL},
        {"http://[::1]:#/cb", "::1", "/cb?" REAL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        try_uri(rows[i][0], rows[i][1], rows[i][2]);
}

static void foreign_redirect_uri_is_for_pasting_A_108(void **state)
{
    static const char *const uris[] = {"https://localhost:3000/",
        "http://app.example/cb", "http://10.0.0.1:3000/", "myapp://callback",
        "urn:ietf:wg:oauth:2.0:oob", "http://0.0.0.0:3000/"};
    (void)state;
    for (size_t i = 0; i < sizeof uris / sizeof *uris; i++) {
        ma_callback *callback = NULL;
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        assert_int_equal(ma_callback_listen(uris[i], 0, &callback, err),
            MCPAUTH_E_UNSUPPORTED);
        assert_non_null(
            strstr(mcpauth_error_message(err), "unsupported to listen"));
        assert_null(callback);
    }
}

static void wait_ends_by_deadline_and_by_cancel(void **state)
{
    struct login login = {0};
    int ends[2];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(ma_callback_listen(NULL, 0, &login.callback, NULL), 0);
    assert_int_equal(ma_callback_wait(login.callback, ma_clock_boot_ms() + 20,
                         ends[0], judge, &login, NULL),
        MCPAUTH_E_TIMEOUT);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(ma_callback_wait(login.callback, INT64_MAX, ends[0], judge,
                         &login, NULL),
        MCPAUTH_E_CANCELLED);
    ma_callback_free(login.callback);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(default_uri_is_a_loopback_literal_A_104_A_105),
        cmocka_unit_test(forged_answers_change_nothing_S_036_A_108),
        cmocka_unit_test(final_failure_ends_the_wait),
        cmocka_unit_test(success_leaves_no_error_behind_S_036),
        cmocka_unit_test(noise_is_answered_and_not_judged_S_037_A_107),
        cmocka_unit_test(half_open_sockets_do_not_keep_the_browser_out_S_038),
        cmocka_unit_test(giant_request_is_not_judged_S_038),
        cmocka_unit_test(page_echoes_nothing_S_039),
        cmocka_unit_test(second_hit_gets_the_same_page_S_037),
        cmocka_unit_test(busy_port_is_named_with_a_remedy_S_040),
        cmocka_unit_test(squatter_on_ipv6_is_noticed_S_040),
        cmocka_unit_test(two_logins_at_once_S_040),
        cmocka_unit_test(redirect_uri_is_kept_byte_for_byte_seed_34_A_104),
        cmocka_unit_test(foreign_redirect_uri_is_for_pasting_A_108),
        cmocka_unit_test(wait_ends_by_deadline_and_by_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
