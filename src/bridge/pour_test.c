/* pour_test.c - a long response beside short ones. */
#include "bridge/pour.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

enum { LONG = 3 * 1024 * 1024 };

typedef struct {
    int fds[2];
    ma_outlet *outlet;
    ma_buf got;
} world;

static world begin(void)
{
    world w = {.got = ma_buf_init(SIZE_MAX)};
    assert_int_equal(pipe(w.fds), 0);
    w.outlet = ma_outlet_new(w.fds[1]);
    assert_non_null(w.outlet);
    return w;
}

static void end(world *w)
{
    ma_outlet_free(w->outlet);
    ma_buf_done(&w->got);
    close(w->fds[0]);
    close(w->fds[1]);
}

/* The host reads some. */
static void read_some(world *w)
{
    char bytes[65536];
    assert_int_equal(ma_outlet_flush(w->outlet, NULL), 0);
    ssize_t len = read(w->fds[0], bytes, sizeof bytes);
    assert_true(len > 0);
    ma_buf_add(&w->got, bytes, (size_t)len);
}

static void read_all(world *w)
{
    int in_pipe = 0;
    while (!ioctl(w->fds[0], FIONREAD, &in_pipe) &&
           (in_pipe || ma_outlet_waiting(w->outlet)))
        read_some(w);
}

static void what_waits_for_a_slow_host_is_bounded_S_064_T_183(void **state)
{
    world w = begin();
    char *text = malloc(LONG);
    ma_pour pour = {.outlet = w.outlet, .rest = ma_span_make(text, LONG)};
    (void)state;
    assert_non_null(text);
    memset(text, 'x', LONG);
    size_t most = ma_outlet_room(w.outlet);
    while (ma_pour_is_stuck(&pour)) {
        assert_int_equal(ma_pour_go_on(&pour, NULL), 0);
        assert_true(ma_outlet_waiting(w.outlet) <= most);
        read_some(&w);
    }
    assert_int_equal(ma_pour_end(&pour, NULL), 0);
    read_all(&w);
    assert_int_equal(w.got.len, LONG + 1);
    assert_memory_equal(w.got.at, text, LONG);
    assert_int_equal(w.got.at[LONG], '\n');
    free(text);
    end(&w);
}

static void two_do_not_mix_T_151(void **state)
{
    world w = begin();
    ma_pour one = {.outlet = w.outlet, .rest = ma_span_of("a\nb")};
    ma_pour other = {.outlet = w.outlet, .rest = ma_span_of("c")};
    (void)state;
    assert_int_equal(ma_pour_go_on(&one, NULL), 0);
    assert_false(ma_pour_can_go_on(&other));
    assert_int_equal(ma_pour_go_on(&other, NULL), 0);
    assert_true(ma_pour_is_stuck(&other));
    assert_int_equal(ma_outlet_say(w.outlet, ma_span_of("short"), NULL), 0);
    one.rest = ma_span_of("d");
    assert_int_equal(ma_pour_go_on(&one, NULL), 0);
    assert_int_equal(ma_pour_end(&one, NULL), 0);
    assert_true(ma_pour_can_go_on(&other));
    assert_int_equal(ma_pour_go_on(&other, NULL), 0);
    assert_int_equal(ma_pour_end(&other, NULL), 0);
    assert_int_equal(ma_pour_end(&other, NULL), 0);
    read_all(&w);
    assert_string_equal(ma_buf_text(&w.got), "a bd\nshort\nc\n");
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_waits_for_a_slow_host_is_bounded_S_064_T_183),
        cmocka_unit_test(two_do_not_mix_T_151),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
