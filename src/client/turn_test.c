/* Tests of turn.c. */
#include "client/turn.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cancel.h"

static void whoever_waits_can_stop_waiting_T_114(void **state)
{
    MA_AUTO(mcpauth_cancel) cancel = mcpauth_cancel_new();
    ma_turn *turn = ma_turn_new();
    (void)state;
    assert_int_equal(ma_turn_take(turn, cancel, 0), MCPAUTH_OK);
    assert_int_equal(ma_turn_take(turn, cancel, 1), MCPAUTH_E_TIMEOUT);
    mcpauth_cancel_ask(cancel);
    assert_int_equal(ma_turn_take(turn, cancel, 0), MCPAUTH_E_CANCELLED);
    ma_turn_give(turn);
    assert_int_equal(ma_turn_take(turn, cancel, 0), MCPAUTH_E_CANCELLED);
    assert_int_equal(ma_turn_take(turn, NULL, 0), MCPAUTH_OK);
    ma_turn_free(turn);
    ma_turn_free(NULL);
}

enum { THREADS = 4, TIMES = 1000 };

typedef struct {
    ma_turn *turn;
    int count; /* whose turn it is counts */
} counter;

static void *count_up(void *ctx)
{
    counter *c = ctx;
    for (int i = 0; i < TIMES; i++) {
        if (ma_turn_take(c->turn, NULL, 0))
            return c;
        c->count++;
        ma_turn_give(c->turn);
    }
    return NULL;
}

static void one_has_it_at_a_time(void **state)
{
    counter c = {ma_turn_new(), 0};
    pthread_t threads[THREADS];
    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count_up, &c), 0);
    for (int i = 0; i < THREADS; i++) {
        void *failed = NULL;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(c.count, THREADS * TIMES);
    ma_turn_free(c.turn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_waits_can_stop_waiting_T_114),
        cmocka_unit_test(one_has_it_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
