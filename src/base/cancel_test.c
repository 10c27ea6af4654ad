/* Tests of cancel.c. */
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cancel.h"
#include "base/error.h"

static bool is_readable(const mcpauth_cancel *cancel)
{
    struct pollfd fd = {mcpauth_cancel_fd(cancel), POLLIN, 0};
    return poll(&fd, 1, 0) == 1;
}

static void asked_once_is_asked_for_good(void **state)
{
    MA_AUTO(mcpauth_cancel) cancel = mcpauth_cancel_new();
    (void)state;
    assert_false(mcpauth_cancel_asked(cancel));
    assert_false(is_readable(cancel));
    mcpauth_cancel_ask(cancel);
    mcpauth_cancel_ask(cancel);
    assert_true(mcpauth_cancel_asked(cancel));
    assert_true(is_readable(cancel));
    assert_true(is_readable(cancel));
}

static void nobody_asks_where_nobody_can(void **state)
{
    (void)state;
    assert_false(mcpauth_cancel_asked(NULL));
    assert_int_equal(mcpauth_cancel_fd(NULL), -1);
    assert_true(ma_cancel_pause(NULL, 1));
    mcpauth_cancel_free(NULL);
}

static void *ask(void *cancel)
{
    mcpauth_cancel_ask(cancel);
    return NULL;
}

/* Would hang for a day. */
static void pause_ends_when_another_thread_asks(void **state)
{
    MA_AUTO(mcpauth_cancel) cancel = mcpauth_cancel_new();
    pthread_t thread;
    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, ask, cancel), 0);
    assert_false(ma_cancel_pause(cancel, 86400000));
    pthread_join(thread, NULL);
    assert_false(ma_cancel_pause(cancel, 0));
}

static void either_is_asked_by_one_of_two(void **state)
{
    (void)state;
    for (int turn = 0; turn < 2; turn++) {
        mcpauth_cancel *two[] = {mcpauth_cancel_new(), mcpauth_cancel_new()};
        MA_AUTO(mcpauth_cancel) either = ma_cancel_either(two[0], two[1]);
        assert_false(mcpauth_cancel_asked(either));
        assert_false(is_readable(either));
        mcpauth_cancel_ask(two[turn]);
        assert_true(mcpauth_cancel_asked(either));
        assert_true(is_readable(either));
        assert_false(mcpauth_cancel_asked(two[1 - turn]));
        mcpauth_cancel_free(ma_move(&either));
        mcpauth_cancel_free(two[0]);
        mcpauth_cancel_free(two[1]);
    }
}

static void time_asks_when_it_is_told_to_T_114(void **state)
{
    MA_AUTO(mcpauth_cancel) timer = ma_cancel_timer();
    MA_AUTO(mcpauth_cancel) other = mcpauth_cancel_new();
    MA_AUTO(mcpauth_cancel) third = mcpauth_cancel_new();
    MA_AUTO(mcpauth_cancel) either = ma_cancel_either(timer, other);
    MA_AUTO(mcpauth_cancel) both = ma_cancel_either(either, third);
    (void)state;
    assert_false(mcpauth_cancel_asked(both));
    for (int64_t delay_ms = -1; delay_ms <= 1; delay_ms++) {
        ma_cancel_set(timer, delay_ms);
        assert_int_equal(ma_cancel_await(both, NULL, 0), MCPAUTH_OK);
        assert_true(is_readable(both));
        ma_cancel_set(timer, INT64_MAX);
        assert_false(mcpauth_cancel_asked(both));
        assert_false(is_readable(both));
    }
    ma_cancel_set(timer, 86400000);
    assert_false(mcpauth_cancel_asked(both));
}

static void reset_makes_it_new(void **state)
{
    MA_AUTO(mcpauth_cancel) cancel = mcpauth_cancel_new();
    (void)state;
    for (int turn = 0; turn < 2; turn++) {
        mcpauth_cancel_ask(cancel);
        mcpauth_cancel_ask(cancel);
        ma_cancel_reset(cancel);
        assert_false(mcpauth_cancel_asked(cancel));
        assert_false(is_readable(cancel));
    }
}

static void event_is_waited_for_as_long_as_anybody_likes_T_114(void **state)
{
    MA_AUTO(mcpauth_cancel) event = mcpauth_cancel_new();
    MA_AUTO(mcpauth_cancel) cancel = mcpauth_cancel_new();
    pthread_t thread;
    (void)state;
    assert_int_equal(ma_cancel_await(event, NULL, 1), MCPAUTH_E_TIMEOUT);
    mcpauth_cancel_ask(cancel);
    assert_int_equal(ma_cancel_await(event, cancel, 0), MCPAUTH_E_CANCELLED);
    assert_int_equal(pthread_create(&thread, NULL, ask, event), 0);
    assert_int_equal(ma_cancel_await(event, NULL, 0), MCPAUTH_OK);
    pthread_join(thread, NULL);
    assert_int_equal(ma_cancel_await(event, cancel, 0), MCPAUTH_OK);
}

static void error_says_so(void **state)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    (void)state;
    assert_int_equal(ma_cancel_error(err), MCPAUTH_E_CANCELLED);
    assert_string_equal(mcpauth_error_message(err), "cancelled");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asked_once_is_asked_for_good),
        cmocka_unit_test(nobody_asks_where_nobody_can),
        cmocka_unit_test(pause_ends_when_another_thread_asks),
        cmocka_unit_test(either_is_asked_by_one_of_two),
        cmocka_unit_test(time_asks_when_it_is_told_to_T_114),
        cmocka_unit_test(reset_makes_it_new),
        cmocka_unit_test(event_is_waited_for_as_long_as_anybody_likes_T_114),
        cmocka_unit_test(error_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
