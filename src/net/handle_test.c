/* Tests of handle.c: an exchange that is cancelled, wherever it stands. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "askhttp.h"
#include "base/cancel.h"
#include "raw.h"

/* Asks to cancel once the request has arrived. */
typedef struct {
    mcpauth_cancel *cancel;
    const char *said; /* of the answer before; NULL: nothing */
} silence;

static void serve_silence(raw_peer *peer, void *ctx)
{
    silence *s = ctx;
    if (!raw_receive(peer) || (s->said && !raw_send(peer, s->said)))
        return;
    mcpauth_cancel_ask(s->cancel);
    raw_linger(peer);
}

/* Without cancellation these would last a day. */
static void waiting_ends_at_once_T_110(void **state)
{
    static const char *const said[] = {NULL, "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhell"};
    (void)state;
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        char url[ASK_URL_MAX];
        MA_AUTO(mcpauth_cancel) cancel = mcpauth_cancel_new();
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        silence s = {cancel, said[i]};
        raw_server *server = raw_start(serve_silence, &s);
        mcpauth_http_request request = ask_post(url, raw_port(server), "/");
        request.timeout_ms = 86400000;
        request.cancel = cancel;
        assert_int_equal(ask_once(NULL, &request, err), MCPAUTH_E_CANCELLED);
        assert_string_equal(mcpauth_error_message(err), "cancelled");
        raw_stop(server);
    }
}

static void what_was_cancelled_before_is_not_sent(void **state)
{
    char url[ASK_URL_MAX];
    MA_AUTO(mcpauth_cancel) cancel = mcpauth_cancel_new();
    raw_server *server = raw_start(raw_say, "HTTP/1.1 204 No\r\n\r\n");
    mcpauth_http_request request = ask_get(url, raw_port(server), "/");
    (void)state;
    mcpauth_cancel_ask(cancel);
    request.cancel = cancel;
    assert_int_equal(ask_once(NULL, &request, NULL), MCPAUTH_E_CANCELLED);
    assert_int_equal(raw_requests(server), 0);
    raw_stop(server);
}

static void connection_serves_again_after_another_was_cancelled(void **state)
{
    char url[ASK_URL_MAX];
    MA_AUTO(mcpauth_cancel) cancel = mcpauth_cancel_new();
    MA_AUTO(mcpauth_http) http = ask_driver(NULL);
    raw_server *server = raw_start(raw_say, "HTTP/1.1 204 No\r\n\r\n");
    mcpauth_http_request request = ask_get(url, raw_port(server), "/");
    (void)state;
    mcpauth_cancel_ask(cancel);
    for (int i = 0; i < 3; i++) {
        MA_SCOPED(ma_http_answer) answer = {0};
        request.cancel = i == 1 ? cancel : NULL;
        assert_int_equal(ma_http_fetch(http, &request, &answer, NULL),
            i == 1 ? MCPAUTH_E_CANCELLED : MCPAUTH_OK);
    }
    assert_int_equal(raw_requests(server), 2);
    raw_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waiting_ends_at_once_T_110),
        cmocka_unit_test(what_was_cancelled_before_is_not_sent),
        cmocka_unit_test(connection_serves_again_after_another_was_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
