/* errand_test.c - a message that is to be carried. */
#include "bridge/errand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static ma_errand *make(const char *text)
{
    ma_envelope message;
    ma_errand *errand = NULL;
    assert_int_equal(ma_envelope_parse(ma_span_of(text), &message, NULL), 0);
    assert_int_equal(
        ma_errand_new(MA_EXCHANGE_FOR_REQUEST, &message, &errand, NULL), 0);
    return errand;
}

static void a_message_is_kept_byte_for_byte_T_007(void **state)
{
    const char *text = "{\"params\": {\"a\":1.10}, \"jsonrpc\":\"2.0\","
                       "\"id\" :12345678901234567890,\"method\":\"t\\u006fo\"}";
    (void)state;
    ma_errand *errand = make(text);
    assert_string_equal(ma_buf_text(&errand->body), text);
    assert_string_equal(errand->id, "12345678901234567890");
    assert_string_equal(errand->method, "too");
    assert_true(ma_span_is(ma_errand_params(errand), "{\"a\":1.10}"));
    assert_true(ma_errand_is(errand, "too"));
    assert_false(errand->repeatable);
    ma_errand_free(errand);
}

static void what_only_asks_may_come_twice_T_025(void **state)
{
    (void)state;
    ma_errand *list =
        make("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}");
    ma_errand *call =
        make("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\"}");
    assert_true(list->repeatable);
    assert_false(call->repeatable);
    assert_null(ma_errand_params(list).at);
    ma_errand_free(list);
    ma_errand_free(call);
}

static void lists_keep_their_order(void **state)
{
    ma_errands list = {0};
    ma_errand *some[4];
    (void)state;
    assert_null(ma_errands_take(&list));
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(
            ma_errand_new(MA_EXCHANGE_FOR_STREAM, NULL, &some[i], NULL), 0);
        ma_errands_put(&list, some[i]);
    }
    ma_errands_drop(&list, some[1]);
    ma_errands_drop(&list, some[1]);
    assert_ptr_equal(ma_errands_take(&list), some[0]);
    ma_errands_put(&list, some[0]);
    assert_ptr_equal(ma_errands_take(&list), some[2]);
    assert_ptr_equal(ma_errands_take(&list), some[3]);
    assert_ptr_equal(ma_errands_take(&list), some[0]);
    assert_null(ma_errands_take(&list));
    for (size_t i = 0; i < 4; i++)
        ma_errand_free(some[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_kept_byte_for_byte_T_007),
        cmocka_unit_test(what_only_asks_may_come_twice_T_025),
        cmocka_unit_test(lists_keep_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
