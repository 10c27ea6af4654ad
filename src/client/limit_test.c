/* Tests of limit.c. */
#include "client/limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cancel.h"
#include "base/error.h"
#include "talk.h"

enum { DAY_MS = 86400000, MOMENT_MS = 20 };

static const fakehttp_row rows[] = {DISCOVERS};

static mcpauth_status wait_for(const ma_limit *limit, int64_t timeout_ms)
{
    return ma_cancel_await(ma_limit_cancel(limit), NULL, timeout_ms);
}

static void what_took_too_long_is_told_T_114(void **state)
{
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    MA_SCOPED(ma_limit) limit = {0};
    assert_int_equal(ma_limit_init(&limit, t.client, 1, NULL, NULL), 0);
    for (int turn = 0; turn < 2; turn++) {
        ma_limit_start(&limit);
        assert_int_equal(wait_for(&limit, 0), MCPAUTH_OK);
        assert_int_equal(
            ma_limit_stop(&limit, MCPAUTH_E_CANCELLED, "it was not", t.err),
            MCPAUTH_E_TIMEOUT);
        assert_string_equal(
            mcpauth_error_message(t.err), "it was not within 1 ms");
        assert_false(mcpauth_cancel_asked(ma_limit_cancel(&limit)));
    }
    ma_limit_start(&limit);
    assert_int_equal(wait_for(&limit, 0), MCPAUTH_OK);
    assert_int_equal(
        ma_limit_stop(&limit, MCPAUTH_E_RPC, "", NULL), MCPAUTH_E_RPC);
    ma_limit_done(&limit);
    limit = (ma_limit){0};
    talk_close(&t);
}

static void who_cancels_is_not_late_T_114(void **state)
{
    mcpauth_cancel *cancel = mcpauth_cancel_new();
    talk t;
    (void)state;
    TALK(&t, rows, 0);
    for (int64_t length_ms = 0; length_ms <= 1; length_ms++) {
        ma_limit limit;
        assert_int_equal(
            ma_limit_init(&limit, t.client, length_ms, cancel, NULL), 0);
        ma_limit_start(&limit);
        mcpauth_cancel_ask(cancel);
        assert_int_equal(wait_for(&limit, 0), MCPAUTH_OK);
        assert_int_equal(ma_limit_stop(&limit, MCPAUTH_E_CANCELLED, "", NULL),
            MCPAUTH_E_CANCELLED);
        ma_limit_done(&limit);
    }
    mcpauth_cancel_free(cancel);
    talk_close(&t);
}

static void clocks_stand_still_while_anybody_holds_them_T_114(void **state)
{
    talk t;
    ma_limit brief, late, idle;
    (void)state;
    TALK(&t, rows, 0);
    assert_int_equal(ma_limit_init(&brief, t.client, 1, NULL, NULL), 0);
    assert_int_equal(ma_limit_init(&idle, t.client, 1, NULL, NULL), 0);
    assert_int_equal(ma_limit_init(&late, t.client, DAY_MS, NULL, NULL), 0);
    ma_limit_start(&late);
    ma_limit_hold_all(t.client);
    ma_limit_start(&brief);
    assert_int_equal(wait_for(&brief, MOMENT_MS), MCPAUTH_E_TIMEOUT);
    ma_limit_hold_all(t.client);
    ma_limit_release_all(t.client);
    assert_int_equal(wait_for(&brief, MOMENT_MS), MCPAUTH_E_TIMEOUT);
    ma_limit_release_all(t.client);
    assert_int_equal(wait_for(&brief, 0), MCPAUTH_OK);
    /* What is over stays over. */
    ma_limit_hold_all(t.client);
    assert_int_equal(wait_for(&brief, 0), MCPAUTH_OK);
    ma_limit_release_all(t.client);
    assert_false(mcpauth_cancel_asked(ma_limit_cancel(&late)));
    assert_false(mcpauth_cancel_asked(ma_limit_cancel(&idle)));
    ma_limit_done(&idle);
    ma_limit_done(&brief);
    ma_limit_done(&late);
    talk_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_took_too_long_is_told_T_114),
        cmocka_unit_test(who_cancels_is_not_late_T_114),
        cmocka_unit_test(clocks_stand_still_while_anybody_holds_them_T_114),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
