/* calls_test.c - requests by their ids. */
#include "bridge/calls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static ma_errand *make(const char *id)
{
    char text[256];
    ma_envelope message;
    ma_errand *errand = NULL;
    snprintf(text, sizeof text,
        "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"tools/call\"}", id);
    assert_int_equal(ma_envelope_parse(ma_span_of(text), &message, NULL), 0);
    assert_int_equal(
        ma_errand_new(MA_EXCHANGE_FOR_REQUEST, &message, &errand, NULL), 0);
    return errand;
}

static void an_id_is_what_is_said_T_002(void **state)
{
    static const char *const ids[] = {"1", "\"1\"", "-1", "\"\"",
        "123456789012345678901234567890", "\"a\\u0062\"", "\"ac\"", "1.5",
        "1e3"};
    enum { COUNT = sizeof ids / sizeof *ids };
    ma_errand *errands[COUNT];
    ma_calls calls = {0};
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        errands[i] = make(ids[i]);
        assert_int_equal(ma_calls_put(&calls, errands[i], NULL), 0);
    }
    for (size_t i = 0; i < COUNT; i++)
        assert_ptr_equal(ma_calls_find(&calls, ma_span_of(ids[i])), errands[i]);
    assert_ptr_equal(ma_calls_find(&calls, ma_span_of("\"ab\"")), errands[5]);
    assert_ptr_equal(ma_calls_find(&calls, ma_span_of("1.0")), errands[0]);
    assert_ptr_equal(ma_calls_find(&calls, ma_span_of("1.50")), errands[7]);
    assert_ptr_equal(ma_calls_find(&calls, ma_span_of("1000")), errands[8]);
    assert_null(ma_calls_find(&calls, ma_span_of("2")));
    assert_null(ma_calls_find(&calls, ma_span_make(NULL, 0)));
    assert_int_equal(ma_calls_put(&calls, errands[0], NULL), MCPAUTH_E_STATE);
    ma_calls_drop(&calls, errands[0]);
    ma_calls_drop(&calls, errands[0]);
    assert_int_equal(calls.count, COUNT - 1);
    ma_errand_free(errands[0]);
    for (ma_errand *at; (at = ma_calls_take(&calls));)
        ma_errand_free(at);
    assert_int_equal(calls.count, 0);
    ma_calls_done(&calls);
}

static void thousands_find_their_places(void **state)
{
    enum { COUNT = 5000 };
    static ma_errand *errands[COUNT];
    ma_calls calls = {0};
    char id[32];
    (void)state;
    for (int i = 0; i < COUNT; i++) {
        snprintf(id, sizeof id, "%d", i);
        errands[i] = make(id);
        assert_int_equal(ma_calls_put(&calls, errands[i], NULL), 0);
    }
    errands[77]->accepted = true;
    assert_ptr_equal(ma_calls_accepted(&calls), errands[77]);
    for (int i = 0; i < COUNT; i++) {
        snprintf(id, sizeof id, "%d", i);
        assert_ptr_equal(ma_calls_find(&calls, ma_span_of(id)), errands[i]);
        ma_calls_drop(&calls, errands[i]);
        assert_null(ma_calls_find(&calls, ma_span_of(id)));
        ma_errand_free(errands[i]);
    }
    assert_null(ma_calls_accepted(&calls));
    ma_calls_done(&calls);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_is_what_is_said_T_002),
        cmocka_unit_test(thousands_find_their_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
