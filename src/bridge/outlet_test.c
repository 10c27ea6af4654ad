/* outlet_test.c - one line a message, whoever waits for whom. */
#include "bridge/outlet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct {
    int fds[2]; /* ours, and the outlet's */
    ma_outlet *outlet;
} world;

static world begin(bool socket)
{
    world w = {.fds = {-1, -1}};
    if (socket)
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, w.fds), 0);
    else
        assert_int_equal(pipe(w.fds), 0);
    w.outlet = ma_outlet_new(w.fds[1]);
    assert_non_null(w.outlet);
    return w;
}

static void end(world *w)
{
    ma_outlet_free(w->outlet);
    close(w->fds[0]);
    close(w->fds[1]);
}

static void say(world *w, const char *text)
{
    assert_int_equal(ma_outlet_say(w->outlet, ma_span_of(text), NULL), 0);
}

/* Reads all that there is, while the outlet writes it. */
static void read_all(world *w, ma_buf *to)
{
    char bytes[65536];
    while (ma_outlet_waiting(w->outlet)) {
        assert_int_equal(ma_outlet_flush(w->outlet, NULL), 0);
        ssize_t len = read(w->fds[0], bytes, sizeof bytes);
        assert_true(len > 0);
        ma_buf_add(to, bytes, (size_t)len);
    }
}

static void check(world *w, const char *expected)
{
    MA_SCOPED(ma_buf) got = ma_buf_init(SIZE_MAX);
    read_all(w, &got);
    assert_string_equal(ma_buf_text(&got), expected);
}

static void a_message_is_one_line_T_151(void **state)
{
    (void)state;
    for (int socket = 0; socket < 2; socket++) {
        world w = begin(socket);
        say(&w, "{\"a\":1}");
        say(&w, "{\r\n  \"b\":\n2\r}\n");
        check(&w, "{\"a\":1}\n{    \"b\": 2 } \n");
        end(&w);
    }
}

static void a_message_in_pieces_is_not_interrupted_T_150(void **state)
{
    world w = begin(true);
    int other = 0;
    (void)state;
    assert_true(ma_outlet_is_free(w.outlet));
    assert_true(ma_outlet_begin(w.outlet, &w));
    assert_false(ma_outlet_begin(w.outlet, &other));
    assert_int_equal(ma_outlet_piece(w.outlet, ma_span_of("[1,\n"), NULL), 0);
    say(&w, "{}");
    assert_int_equal(ma_outlet_piece(w.outlet, ma_span_of("2]"), NULL), 0);
    assert_false(ma_outlet_is_free(w.outlet));
    assert_int_equal(ma_outlet_end(w.outlet, NULL), 0);
    assert_true(ma_outlet_begin(w.outlet, &other));
    assert_int_equal(ma_outlet_end(w.outlet, NULL), 0);
    check(&w, "[1, 2]\n{}\n\n");
    end(&w);
}

/* Nobody waits for a host that does not read, and nothing is lost. */
static void a_full_pipe_keeps_nobody_waiting(void **state)
{
    static char text[100000];
    (void)state;
    memset(text, 'x', sizeof text - 1);
    for (int socket = 0; socket < 2; socket++) {
        world w = begin(socket);
        MA_SCOPED(ma_buf) got = ma_buf_init(SIZE_MAX);
        for (int i = 0; i < 20; i++) {
            say(&w, text);
            assert_int_equal(ma_outlet_flush(w.outlet, NULL), 0);
        }
        assert_true(ma_outlet_waiting(w.outlet) > sizeof text);
        read_all(&w, &got);
        char bytes[65536];
        while (got.len < 20 * sizeof text) {
            ssize_t len = read(w.fds[0], bytes, sizeof bytes);
            assert_true(len > 0);
            ma_buf_add(&got, bytes, (size_t)len);
        }
        assert_int_equal(got.len, 20 * sizeof text);
        for (size_t i = 0; i < 20; i++)
            assert_int_equal(got.at[(i + 1) * sizeof text - 1], '\n');
        end(&w);
    }
}

static void a_host_that_is_gone_is_told(void **state)
{
    (void)state;
    world w = begin(true);
    say(&w, "{}");
    close(w.fds[0]);
    assert_int_equal(ma_outlet_flush(w.outlet, NULL), MCPAUTH_E_NETWORK);
    w.fds[0] = dup(w.fds[1]);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_one_line_T_151),
        cmocka_unit_test(a_message_in_pieces_is_not_interrupted_T_150),
        cmocka_unit_test(a_full_pipe_keeps_nobody_waiting),
        cmocka_unit_test(a_host_that_is_gone_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
