/* patience_test.c - how often, and how long. */
#include "client/patience.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void a_refusal_is_waited_for_five_times_T_024(void **state)
{
    ma_patience patience = {0};
    int64_t delay_ms = 0;
    (void)state;
    assert_false(ma_patience_waits(&patience, false, 1000, &delay_ms));
    assert_false(ma_patience_waits(&patience, true, 60001, &delay_ms));
    assert_true(ma_patience_waits(&patience, true, 60000, &delay_ms));
    assert_int_equal(delay_ms, 60000);
    for (int i = 1; i < 5; i++) {
        assert_true(ma_patience_waits(&patience, true, -1, &delay_ms));
        assert_int_equal(delay_ms, 250 << i);
    }
    assert_false(ma_patience_waits(&patience, true, 0, &delay_ms));
}

static void a_stream_may_end_often_but_not_fail_often_T_042(void **state)
{
    ma_patience patience = {0};
    (void)state;
    for (int i = 0; i < 1000; i++)
        assert_true(ma_patience_resumes(&patience, true, true));
    for (int i = 1; i < 5; i++)
        assert_true(ma_patience_resumes(&patience, false, true));
    assert_false(ma_patience_resumes(&patience, false, true));

    patience = (ma_patience){0};
    for (int i = 0; i < 100; i++)
        assert_true(ma_patience_resumes(&patience, true, false));
    assert_false(ma_patience_resumes(&patience, true, false));
}

static void the_server_says_when_to_come_back_T_042(void **state)
{
    ma_patience patience = {0};
    (void)state;
    assert_true(ma_patience_resumes(&patience, true, true));
    assert_int_equal(ma_patience_resume_ms(&patience, 50), 50);
    assert_int_equal(ma_patience_resume_ms(&patience, 0), 0);
    assert_int_equal(ma_patience_resume_ms(&patience, -1), 1000);
    assert_true(ma_patience_resumes(&patience, false, true));
    int64_t delay_ms = ma_patience_resume_ms(&patience, -1);
    assert_in_range(delay_ms, 5000, 6250);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refusal_is_waited_for_five_times_T_024),
        cmocka_unit_test(a_stream_may_end_often_but_not_fail_often_T_042),
        cmocka_unit_test(the_server_says_when_to_come_back_T_042),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
