/* Tests of result.c. */
#include "client/result.h"

#include <mcpauth/client.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

static void answers_are_told_from_what_is_to_be_acted_on(void **state)
{
    static const struct {
        ma_exchange_event_kind kind;
        bool answer;
        bool answer_while_opening;
    } rows[] = {
        {MA_EXCHANGE_RESPONSE, true, true},
        {MA_EXCHANGE_ACCEPTED, true, true},
        {MA_EXCHANGE_ERROR, false, true},
        {MA_EXCHANGE_NEED_AUTH, false, false},
        {MA_EXCHANGE_SESSION_LOST, false, false},
        {MA_EXCHANGE_RETRY_LATER, false, false},
    };
    const ma_result wanted = {.opening = false};
    const ma_result opening = {.opening = true};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ma_exchange_event_kind kind = rows[i].kind;
        assert_int_equal(ma_result_is_answer(NULL, kind), rows[i].answer);
        assert_int_equal(ma_result_is_answer(&wanted, kind), rows[i].answer);
        assert_int_equal(
            ma_result_is_answer(&opening, kind), rows[i].answer_while_opening);
    }
}

static mcpauth_status take(
    ma_result *result, ma_exchange_event_kind kind, const char *text)
{
    ma_exchange_event event = {.kind = kind};
    event.message.result = ma_span_of(text);
    return ma_result_take(result, NULL, NULL, &event, NULL);
}

static void result_is_kept_byte_for_byte_and_moved_out_once(void **state)
{
    static const char json[] = "{ \"n\" : 1.10,\n \"n\":\t1e400 }";
    MA_SCOPED(ma_result) result = {.opening = false};
    char *text = NULL;
    size_t len = 0;
    (void)state;
    assert_int_equal(take(&result, MA_EXCHANGE_RESPONSE, json), MCPAUTH_OK);
    assert_int_equal(take(&result, MA_EXCHANGE_RETRY_LATER, "{}"), MCPAUTH_OK);
    assert_int_equal(ma_result_move(&result, &text, &len, NULL), MCPAUTH_OK);
    assert_string_equal(text, json);
    assert_int_equal(len, strlen(json));
    mcpauth_text_free(text);
    assert_int_equal(result.text.len, 0);
}

static void the_last_answer_is_the_one_that_is_kept(void **state)
{
    MA_SCOPED(ma_result) result = {.opening = false};
    (void)state;
    assert_int_equal(take(&result, MA_EXCHANGE_RESPONSE, "{\"a\":1}"), 0);
    assert_int_equal(take(&result, MA_EXCHANGE_RESPONSE, "{\"b\":2}"), 0);
    assert_string_equal(ma_buf_text(&result.text), "{\"b\":2}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_told_from_what_is_to_be_acted_on),
        cmocka_unit_test(result_is_kept_byte_for_byte_and_moved_out_once),
        cmocka_unit_test(the_last_answer_is_the_one_that_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
