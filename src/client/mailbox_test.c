/* mailbox_test.c - answers, those who wait for them, and those who wait in
 * vain. */
#include "client/mailbox.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/error.h"

enum { THREADS = 8 };

static ma_mailbox *open_box(unsigned generation)
{
    ma_mailbox *mailbox = ma_mailbox_new();
    ma_mailbox_open(mailbox, generation);
    return mailbox;
}

static void deliver(ma_mailbox *mailbox, const char *text)
{
    ma_envelope message;
    assert_int_equal(ma_envelope_parse(ma_span_of(text), &message, NULL), 0);
    ma_mailbox_deliver(mailbox, &message);
}

static mcpauth_status expect(ma_mailbox *mailbox, const char *id)
{
    return ma_mailbox_expect(mailbox, ma_span_of(id), 1, NULL);
}

#define ONE   "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{ }}"
#define TWO   "{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"result\":{}}"
#define WRONG "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":1,\"message\":\"m\"}}"

static void an_answer_is_kept_for_who_expects_it_T_171(void **state)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(100);
    ma_mailbox *mailbox = open_box(1);
    (void)state;
    assert_int_equal(expect(mailbox, "1"), 0);
    assert_int_equal(expect(mailbox, "2"), 0);
    deliver(mailbox, WRONG);
    deliver(mailbox, TWO);
    deliver(mailbox, ONE);
    deliver(mailbox, ONE);
    assert_int_equal(
        ma_mailbox_wait(mailbox, ma_span_of("1"), 0, NULL, &text, NULL), 0);
    assert_string_equal(ma_buf_text(&text), ONE);
    ma_mailbox_forget(mailbox, ma_span_of("1"));
    ma_mailbox_forget(mailbox, ma_span_of("1"));
    deliver(mailbox, ONE);
    ma_mailbox_free(mailbox);
    ma_mailbox_free(NULL);
}

static void nobody_waits_where_no_stream_is_T_172(void **state)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    ma_mailbox *mailbox = ma_mailbox_new();
    (void)state;
    assert_int_equal(expect(mailbox, "1"), MCPAUTH_E_NETWORK);
    ma_mailbox_open(mailbox, 1);
    assert_int_equal(expect(mailbox, "1"), 0);
    ma_mailbox_fail(mailbox);
    assert_int_equal(expect(mailbox, "2"), MCPAUTH_E_NETWORK);

    /* The stream of the next session brings nothing for the one before. */
    ma_mailbox_open(mailbox, 2);
    assert_int_equal(
        ma_mailbox_expect(mailbox, ma_span_of("2"), 1, err), MCPAUTH_E_NETWORK);
    assert_non_null(mcpauth_error_message(err));
    assert_int_equal(ma_mailbox_expect(mailbox, ma_span_of("2"), 2, NULL), 0);
    ma_mailbox_free(mailbox);
}

static void waiting_ends_with_the_stream_T_172(void **state)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(100);
    ma_mailbox *mailbox = open_box(1);
    (void)state;
    assert_int_equal(expect(mailbox, "1"), 0);
    ma_mailbox_fail(mailbox);
    deliver(mailbox, ONE);
    assert_int_equal(
        ma_mailbox_wait(mailbox, ma_span_of("1"), 0, NULL, &text, NULL),
        MCPAUTH_E_NETWORK);
    assert_int_equal(text.len, 0);
    ma_mailbox_free(mailbox);
}

static void what_arrived_before_is_an_answer_all_the_same(void **state)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(100);
    ma_mailbox *mailbox = open_box(1);
    (void)state;
    assert_int_equal(expect(mailbox, "1"), 0);
    deliver(mailbox, ONE);
    ma_mailbox_fail(mailbox);
    assert_int_equal(
        ma_mailbox_wait(mailbox, ma_span_of("1"), 0, NULL, &text, NULL), 0);
    assert_string_equal(ma_buf_text(&text), ONE);
    ma_mailbox_free(mailbox);
}

static void waiting_ends_by_cancel_and_by_time_T_114(void **state)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(100);
    MA_AUTO(mcpauth_cancel) cancel = mcpauth_cancel_new();
    ma_mailbox *mailbox = open_box(1);
    (void)state;
    assert_int_equal(expect(mailbox, "1"), 0);
    assert_int_equal(
        ma_mailbox_wait(mailbox, ma_span_of("1"), 1, cancel, &text, NULL),
        MCPAUTH_E_TIMEOUT);
    mcpauth_cancel_ask(cancel);
    assert_int_equal(
        ma_mailbox_wait(mailbox, ma_span_of("1"), 0, cancel, &text, NULL),
        MCPAUTH_E_CANCELLED);
    ma_mailbox_free(mailbox);
}

/* --- many at once -------------------------------------------------------- */

typedef struct {
    ma_mailbox *mailbox;
    char id[2];
    mcpauth_status st;
} waiter;

static void *wait_for(void *ctx)
{
    waiter *at = ctx;
    MA_SCOPED(ma_buf) text = ma_buf_init(100);
    at->st = expect(at->mailbox, at->id);
    if (!at->st)
        at->st = ma_mailbox_wait(
            at->mailbox, ma_span_of(at->id), 0, NULL, &text, NULL);
    ma_mailbox_forget(at->mailbox, ma_span_of(at->id));
    return NULL;
}

/* Whether somebody came before the stream ended or behind it. */
static void nobody_is_forgotten_when_the_stream_ends_T_172(void **state)
{
    waiter waiters[THREADS];
    pthread_t threads[THREADS];
    ma_mailbox *mailbox = open_box(1);
    (void)state;
    for (int i = 0; i < THREADS; i++) {
        waiters[i] = (waiter){mailbox, {(char)('0' + i), '\0'}, 0};
        assert_int_equal(
            pthread_create(&threads[i], NULL, wait_for, &waiters[i]), 0);
    }
    ma_mailbox_fail(mailbox);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(waiters[i].st, MCPAUTH_E_NETWORK);
    }
    ma_mailbox_free(mailbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_kept_for_who_expects_it_T_171),
        cmocka_unit_test(nobody_waits_where_no_stream_is_T_172),
        cmocka_unit_test(waiting_ends_with_the_stream_T_172),
        cmocka_unit_test(what_arrived_before_is_an_answer_all_the_same),
        cmocka_unit_test(waiting_ends_by_cancel_and_by_time_T_114),
        cmocka_unit_test(nobody_is_forgotten_when_the_stream_ends_T_172),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
