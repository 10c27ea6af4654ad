/* Tests of multi.c: many at once in one thread, and what else is waited for. */
#include "net/multi.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "askhttp.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "raw.h"

#define OK_HELLO "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

enum { MANY = 20, BODY_MAX = 64 };

/* One request, and what came of it. */
typedef struct {
    ma_multi *multi;
    ma_multi_transfer *transfer;
    char url[ASK_URL_MAX];
    mcpauth_http_request request;
    int http_status;
    char body[BODY_MAX];
    int ends;
    mcpauth_status status;
    char why[256];
    bool hangs_up; /* at the first piece */
} call;

static mcpauth_status take_head(
    void *ctx, int status, const mcpauth_headers *headers, mcpauth_error *err)
{
    call *c = ctx;
    (void)headers, (void)err;
    c->http_status = status;
    return MCPAUTH_OK;
}

static mcpauth_status take_body(
    void *ctx, const char *bytes, size_t len, mcpauth_error *err)
{
    call *c = ctx;
    size_t have = strlen(c->body);
    (void)err;
    snprintf(c->body + have, BODY_MAX - have, "%.*s", (int)len, bytes);
    if (c->hangs_up)
        ma_multi_stop(c->multi, c->transfer);
    return MCPAUTH_OK;
}

static void take_end(void *ctx, mcpauth_status status, const mcpauth_error *why)
{
    call *c = ctx;
    c->ends++;
    c->status = status;
    snprintf(c->why, sizeof c->why, "%s", mcpauth_error_message(why));
}

static void start(call *c, ma_multi *multi)
{
    const ma_multi_sink sink = {{take_head, take_body, c}, take_end, c};
    c->multi = multi;
    assert_int_equal(
        ma_multi_start(multi, &c->request, &sink, &c->transfer, NULL), 0);
}

static void call_to(call *c, ma_multi *multi, const raw_server *server)
{
    c->request = ask_post(c->url, raw_port(server), "/mcp");
    start(c, multi);
}

static void wait_once(ma_multi *multi)
{
    assert_int_equal(ma_multi_wait(multi, NULL, 0, -1, NULL), 0);
}

static void wait_for(call *c)
{
    while (!c->ends)
        wait_once(c->multi);
}

static ma_multi *make(void)
{
    ma_multi *multi = NULL;
    assert_int_equal(ma_multi_new(NULL, &multi, NULL), 0);
    return multi;
}

/* --- answers ------------------------------------------------------------- */

static void many_are_answered_over_kept_connections(void **state)
{
    static call calls[MANY];
    raw_server *server = raw_start(raw_say, OK_HELLO);
    MA_AUTO(ma_multi) multi = make();
    (void)state;
    for (int round = 0; round < 2; round++) {
        memset(calls, 0, sizeof calls);
        for (size_t i = 0; i < MANY; i++)
            call_to(&calls[i], multi, server);
        for (size_t i = 0; i < MANY; i++) {
            wait_for(&calls[i]);
            assert_int_equal(calls[i].ends, 1);
            assert_int_equal(calls[i].status, MCPAUTH_OK);
            assert_int_equal(calls[i].http_status, 200);
            assert_string_equal(calls[i].body, "hello");
        }
    }
    assert_int_equal(raw_requests(server), 2 * MANY);
    assert_true(raw_hits(server) <= MANY);
    raw_stop(server);
}

static void say_nothing(raw_peer *peer, void *ctx)
{
    (void)ctx;
    raw_linger(peer);
}

static void one_that_is_silent_holds_up_no_other_T_180(void **state)
{
    call silent = {0};
    call quick = {0};
    raw_server *deaf = raw_start(say_nothing, NULL);
    raw_server *server = raw_start(raw_say, OK_HELLO);
    MA_AUTO(ma_multi) multi = make();
    (void)state;
    call_to(&silent, multi, deaf);
    call_to(&quick, multi, server);
    wait_for(&quick);
    assert_int_equal(silent.ends, 0);
    ma_multi_stop(multi, silent.transfer);
    assert_int_equal(silent.ends, 0);
    raw_stop(server);
    raw_stop(deaf);
}

static void who_hangs_up_within_an_answer_hears_no_more_T_221(void **state)
{
    call c = {.hangs_up = true};
    call next = {0};
    raw_server *server = raw_start(raw_say, OK_HELLO);
    MA_AUTO(ma_multi) multi = make();
    (void)state;
    call_to(&c, multi, server);
    while (!c.body[0])
        wait_once(multi);
    call_to(&next, multi, server);
    wait_for(&next);
    assert_string_equal(next.body, "hello");
    assert_int_equal(c.ends, 0);
    raw_stop(server);
}

/* Begins to answer; says one word more after one was read from the first of
 * these, and that it did through the last. */
static void say_in_two(raw_peer *peer, void *ctx)
{
    const int *ends = ctx;
    char byte;
    if (raw_receive(peer) && raw_send(peer, "HTTP/1.1 200 OK\r\n\r\none ") &&
        read(ends[0], &byte, 1) == 1 && raw_send(peer, "two") &&
        write(ends[3], "!", 1) == 1)
        raw_linger(peer);
}

/* What it means may be that something is to be said: nothing is waited for
 * before that. */
static void news_beside_a_new_request_is_told_at_once_T_180(void **state)
{
    int ends[4];
    call c = {0};
    call silent = {0};
    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(pipe(ends + 2), 0);
    raw_server *server = raw_start(say_in_two, ends);
    raw_server *deaf = raw_start(say_nothing, NULL);
    MA_AUTO(ma_multi) multi = make();
    struct pollfd said = {ends[2], POLLIN, 0};
    call_to(&c, multi, server);
    while (!c.body[0])
        wait_once(multi);
    assert_int_equal(write(ends[1], "!", 1), 1);
    assert_int_equal(poll(&said, 1, -1), 1);
    call_to(&silent, multi, deaf);
    assert_int_equal(ma_multi_wait(multi, &said, 1, -1, NULL), 0);
    assert_string_equal(c.body, "one two");
    assert_int_equal(said.revents, 0);
    ma_multi_stop(multi, c.transfer);
    ma_multi_stop(multi, silent.transfer);
    raw_stop(deaf);
    raw_stop(server);
    for (size_t i = 0; i < 4; i++)
        close(ends[i]);
}

/* Calls of which the first that is answered ends all others, and takes back
 * what they were lent. */
typedef struct {
    ma_multi *multi;
    ma_multi_transfer *transfers[MANY];
    mcpauth_http_request *lent[MANY];
    int answered;
} rivals;

static mcpauth_status take_any_head(
    void *ctx, int status, const mcpauth_headers *headers, mcpauth_error *err)
{
    (void)ctx, (void)status, (void)headers, (void)err;
    return MCPAUTH_OK;
}

static mcpauth_status end_others(
    void *ctx, const char *bytes, size_t len, mcpauth_error *err)
{
    rivals *all = ctx;
    (void)bytes, (void)len, (void)err;
    all->answered++;
    for (size_t i = 0; i < MANY; i++) {
        ma_multi_stop(all->multi, all->transfers[i]);
        ma_free(all->lent[i]);
    }
    return MCPAUTH_OK;
}

static void take_no_end(
    void *ctx, mcpauth_status status, const mcpauth_error *why)
{
    (void)ctx, (void)status, (void)why;
    fail();
}

static void what_was_lent_is_not_needed_after_a_stop_T_221(void **state)
{
    char url[ASK_URL_MAX];
    rivals all = {.multi = make()};
    const ma_multi_sink sink = {
        {take_any_head, end_others, &all}, take_no_end, &all};
    raw_server *server = raw_start(raw_say, OK_HELLO);
    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        all.lent[i] = ma_malloc(sizeof *all.lent[i]);
        *all.lent[i] = ask_post(url, raw_port(server), "/mcp");
        assert_int_equal(ma_multi_start(all.multi, all.lent[i], &sink,
                             &all.transfers[i], NULL),
            0);
    }
    while (!all.answered)
        wait_once(all.multi);
    assert_int_equal(all.answered, 1);
    ma_multi_free(all.multi);
    raw_stop(server);
}

/* More than the sockets hold, so that the server is still at it. */
static void say_much(raw_peer *peer, void *ctx)
{
    enum { PIECE = 64 * 1024, PIECES = 512 };
    static char piece[PIECE];
    (void)ctx;
    memset(piece, 'x', PIECE);
    bool on = raw_receive(peer) &&
              raw_send(peer, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    for (int i = 0; on && i < PIECES; i++)
        on = raw_send_bytes(peer, piece, PIECE);
}

static void what_is_paused_goes_on_where_it_was_S_064(void **state)
{
    call c = {0};
    call other = {0};
    raw_server *server = raw_start(say_much, NULL);
    raw_server *quick = raw_start(raw_say, OK_HELLO);
    MA_AUTO(ma_multi) multi = make();
    (void)state;
    c.request = ask_post(c.url, raw_port(server), "/mcp");
    c.request.body_max = SIZE_MAX;
    start(&c, multi);
    while (!c.body[0])
        wait_once(multi);
    ma_multi_pause(multi, c.transfer, true);
    call_to(&other, multi, quick);
    wait_for(&other);
    assert_int_equal(c.ends, 0);
    ma_multi_pause(multi, c.transfer, false);
    wait_for(&c);
    assert_int_equal(c.status, MCPAUTH_OK);
    raw_stop(quick);
    raw_stop(server);
}

/* --- connections --------------------------------------------------------- */

/* Answers one request, and says goodbye by a byte nobody asked for. */
static void say_and_spoil(raw_peer *peer, void *ctx)
{
    const int *said = ctx;
    if (raw_receive(peer) && raw_send(peer, OK_HELLO) && raw_send(peer, "!") &&
        write(*said, "!", 1) == 1)
        raw_linger(peer);
}

static void spoilt_connection_is_not_used_again_T_025(void **state)
{
    int said[2];
    assert_int_equal(pipe(said), 0);
    raw_server *server = raw_start(say_and_spoil, &said[1]);
    MA_AUTO(ma_multi) multi = make();
    (void)state;
    for (int i = 1; i <= 3; i++) {
        call c = {0};
        char byte;
        c.request = ask_post(c.url, raw_port(server), "/");
        c.request.once = true;
        start(&c, multi);
        wait_for(&c);
        assert_int_equal(c.status, MCPAUTH_OK);
        assert_string_equal(c.body, "hello");
        assert_int_equal(raw_hits(server), i);
        assert_int_equal(read(said[0], &byte, 1), 1);
    }
    raw_stop(server);
    close(said[0]);
    close(said[1]);
}

/* Answers the first request of a connection, and closes on the second. */
static void answer_once(raw_peer *peer, void *ctx)
{
    (void)ctx;
    if (raw_receive(peer) && raw_send(peer, OK_HELLO))
        (void)raw_receive(peer);
}

static void what_may_have_been_done_is_not_sent_twice_T_025(void **state)
{
    raw_server *server = raw_start(answer_once, NULL);
    MA_AUTO(ma_multi) multi = make();
    (void)state;
    for (int i = 0; i < 2; i++) {
        call c = {0};
        c.request = ask_post(c.url, raw_port(server), "/");
        c.request.once = true;
        start(&c, multi);
        wait_for(&c);
        assert_int_equal(c.status, i ? MCPAUTH_E_NETWORK : MCPAUTH_OK);
    }
    assert_int_equal(raw_requests(server), 2);
    raw_stop(server);
}

/* A server that waits for no more than the next moment. */
static void idle_connection_near_its_end_is_for_what_may_be_repeated_T_025(
    void **state)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=0\r\n"
                                 "Content-Length: 5\r\n\r\nhello";
    static const struct {
        bool once;
        int hits;
    } rows[] = {{false, 1}, {false, 1}, {true, 2}, {true, 3}, {false, 3}};
    raw_server *server = raw_start(raw_say, (void *)answer);
    MA_AUTO(ma_multi) multi = make();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        call c = {0};
        c.request = ask_post(c.url, raw_port(server), "/");
        c.request.once = rows[i].once;
        start(&c, multi);
        wait_for(&c);
        assert_int_equal(c.status, MCPAUTH_OK);
        assert_string_equal(c.body, "hello");
        assert_int_equal(raw_hits(server), rows[i].hits);
    }
    raw_stop(server);
}

/* --- failures ------------------------------------------------------------ */

static void failures_come_at_the_end(void **state)
{
    static const struct {
        const char *url;
        mcpauth_status status;
    } rows[] = {
        {"not a URL", MCPAUTH_E_USAGE},
        {"http://198.51.100.7/", MCPAUTH_E_UNTRUSTED},
        {"http://127.0.0.1:1/", MCPAUTH_E_NETWORK},
    };
    MA_AUTO(ma_multi) multi = make();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        call c = {0};
        c.request = ask_post(c.url, 1, "/");
        c.request.url = rows[i].url;
        start(&c, multi);
        wait_for(&c);
        assert_int_not_equal(c.status, MCPAUTH_OK);
        if (i)
            assert_int_equal(c.status, rows[i].status);
        assert_true(c.why[0]);
    }
}

/* --- other descriptors --------------------------------------------------- */

static void another_descriptor_is_heard_and_its_end_too(void **state)
{
    int ends[2];
    int out[2];
    call c = {0};
    raw_server *server = raw_start(say_nothing, NULL);
    MA_AUTO(ma_multi) multi = make();
    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(pipe(out), 0);
    call_to(&c, multi, server);
    struct pollfd fds[] = {
        {-1, POLLIN, 0}, {ends[0], POLLIN, 0}, {out[1], 0, 0}};
    assert_int_equal(write(ends[1], "x", 1), 1);
    while (!fds[1].revents)
        assert_int_equal(ma_multi_wait(multi, fds, 3, -1, NULL), 0);
    assert_true(fds[1].revents & POLLIN);
    char byte;
    assert_int_equal(read(ends[0], &byte, 1), 1);
    close(ends[1]);
    fds[1].revents = 0;
    while (!fds[1].revents)
        assert_int_equal(ma_multi_wait(multi, fds, 3, -1, NULL), 0);
    assert_int_equal(read(ends[0], &byte, 1), 0);
    assert_int_equal(fds[0].revents, 0);
    assert_int_equal(fds[2].revents, 0);
    fds[1].fd = -1;
    close(out[0]);
    while (!fds[2].revents)
        assert_int_equal(ma_multi_wait(multi, fds, 3, -1, NULL), 0);
    assert_true(fds[2].revents & POLLERR);
    close(out[1]);
    close(ends[0]);
    ma_multi_stop(multi, c.transfer);
    raw_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_are_answered_over_kept_connections),
        cmocka_unit_test(one_that_is_silent_holds_up_no_other_T_180),
        cmocka_unit_test(news_beside_a_new_request_is_told_at_once_T_180),
        cmocka_unit_test(who_hangs_up_within_an_answer_hears_no_more_T_221),
        cmocka_unit_test(what_was_lent_is_not_needed_after_a_stop_T_221),
        cmocka_unit_test(what_is_paused_goes_on_where_it_was_S_064),
        cmocka_unit_test(spoilt_connection_is_not_used_again_T_025),
        cmocka_unit_test(
            idle_connection_near_its_end_is_for_what_may_be_repeated_T_025),
        cmocka_unit_test(what_may_have_been_done_is_not_sent_twice_T_025),
        cmocka_unit_test(failures_come_at_the_end),
        cmocka_unit_test(another_descriptor_is_heard_and_its_end_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
