/* listener_test.c - how visits travel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sched.h>
#include <stdatomic.h>

#include "sandbox/caller.h"
#include "sandbox/listener.h"

static char origin[64];
static atomic_bool late_asked;

/* Tells what was asked; the path says how. */
static void echo(void *ctx, ma_visit *visit)
{
    (void)ctx;
    const char *field = ma_visit_field(visit, "X-Test");
    ma_visit_answer(visit, 200, "text/plain");
    ma_visit_set(visit, "X-Reply", "%s", "yes");
    ma_buf_addf(&visit->reply, "%s %s %s %zu", visit->method, visit->target,
        field ? field : "-", visit->body.len);
    visit->padding = ma_span_starts(visit->path, "/padded") ? 100000 : 0;
    visit->cut = ma_span_starts(visit->path, "/cut");
    if (!ma_span_starts(visit->path, "/late"))
        return;
    visit->delay_ms = 600000;
    late_asked = true;
}

static ma_listener *start_listener(ma_buf *out_origin)
{
    ma_listener *listener = NULL;
    assert_int_equal(ma_listener_new(0, &listener, NULL), MCPAUTH_OK);
    assert_int_equal(ma_listener_start(listener, echo, NULL, NULL), MCPAUTH_OK);
    ma_buf_addf(out_origin, "http://127.0.0.1:%d", ma_listener_port(listener));
    return listener;
}

static int start(void **state)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(sizeof origin - 1);
    *state = start_listener(&text);
    memcpy(origin, ma_buf_text(&text), text.len + 1);
    return 0;
}

static int stop(void **state)
{
    ma_listener_free(*state);
    return 0;
}

static void path_fields_and_body_arrive_as_sent(void **state)
{
    (void)state;
    MA_SCOPED(answer)
    got = call(origin, "POST", "/arn%3Aaws/x?q=%20", "X-Test: t\r\n", "12345");
    assert_int_equal(got.status, 200);
    assert_string_equal(got.body, "POST /arn%3Aaws/x?q=%20 t 5");
    assert_field(&got, "X-Reply", "yes");
}

static void a_large_body_is_gathered(void **state)
{
    (void)state;
    enum { LEN = 1024 * 1024 };
    char *body = ma_malloc(LEN + 1);
    memset(body, 'x', LEN);
    body[LEN] = '\0';
    MA_SCOPED(answer) got = call(origin, "POST", "/", "", body);
    assert_string_equal(got.body, "POST / - 1048576");
    ma_free(body);
}

static void padding_comes_before_the_body_S_011(void **state)
{
    (void)state;
    MA_SCOPED(answer) got = call(origin, "GET", "/padded", "", NULL);
    assert_int_equal(strspn(got.body, " "), 100000);
    assert_string_equal(got.body + 100000, "GET /padded - 0");
    assert_field(&got, "Content-Length", "100015");
}

static void a_cut_answer_ends_half_way_S_014(void **state)
{
    (void)state;
    MA_SCOPED(answer) got = call(origin, "GET", "/cut", "", NULL);
    assert_field(&got, "Content-Length", "12");
    assert_string_equal(got.body, "GET /c");
}

static void a_late_answer_does_not_hold_up_the_end_S_012(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) own = ma_buf_init(CALLER_TEXT_MAX);
    ma_listener *listener = start_listener(&own);
    int fd = connect_to(ma_buf_text(&own));
    const char request[] = "GET /late HTTP/1.1\r\nHost: s\r\n\r\n";
    assert_int_equal(send(fd, request, sizeof request - 1, MSG_NOSIGNAL),
        (ssize_t)(sizeof request - 1));
    while (!late_asked)
        sched_yield();
    ma_listener_free(listener);
    close(fd);
}

static void a_taken_port_is_told(void **state)
{
    ma_listener *second = NULL;
    assert_int_equal(ma_listener_new(ma_listener_port(*state), &second, NULL),
        MCPAUTH_E_STATE);
    assert_null(second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(path_fields_and_body_arrive_as_sent),
        cmocka_unit_test(a_large_body_is_gathered),
        cmocka_unit_test(padding_comes_before_the_body_S_011),
        cmocka_unit_test(a_cut_answer_ends_half_way_S_014),
        cmocka_unit_test(a_taken_port_is_told),
        cmocka_unit_test(a_late_answer_does_not_hold_up_the_end_S_012),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
