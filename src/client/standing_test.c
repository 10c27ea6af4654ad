/* standing_test.c - what is told again, and what is not. */
#include "client/standing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buf.h"

#define LEVEL "logging/setLevel"
#define SUB   "resources/subscribe"
#define UNSUB "resources/unsubscribe"

static void write_all(const ma_standing *standing, ma_buf *to)
{
    const char *method;
    ma_span params;
    for (size_t i = 0; ma_standing_at(standing, i, &method, &params); i++) {
        ma_buf_addf(to, "%s ", method);
        ma_buf_add_span(to, params);
        ma_buf_add_byte(to, '\n');
    }
}

static void only_the_latest_of_each_is_told_again_T_054(void **state)
{
    static const struct {
        const char *method, *params;
    } notes[] = {
        {LEVEL, "{\"level\":\"debug\"}"},
        {SUB, "{\"uri\":\"file:///a\"}"},
        {"tools/call", "{\"name\":\"x\"}"},
        {SUB, "{\"uri\":\"file:///b\"}"},
        {LEVEL, "{\"level\":\"error\"}"},
        {SUB, "{ \"uri\":\"file:\\/\\/\\/a\" }"},
        {UNSUB, "{\"uri\":\"file:///b\"}"},
        {UNSUB, "{\"uri\":\"file:///c\"}"},
        {UNSUB, "{}"},
        {UNSUB, NULL},
        {SUB, NULL},
    };
    MA_SCOPED(ma_buf) told = ma_buf_init(1000);
    MA_AUTO(ma_standing) standing = ma_standing_new();
    (void)state;
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
        ma_standing_note(
            standing, notes[i].method, ma_span_of(notes[i].params));
    write_all(standing, &told);
    assert_string_equal(ma_buf_text(&told), LEVEL
        " {\"level\":\"error\"}\n" SUB " { \"uri\":\"file:\\/\\/\\/a\" }\n");
}

static void there_is_an_end_to_what_is_kept(void **state)
{
    const char *method;
    ma_span params;
    MA_AUTO(ma_standing) standing = ma_standing_new();
    (void)state;
    for (int i = 0; i < 2000; i++) {
        char text[50];
        snprintf(text, sizeof text, "{\"uri\":\"x:%d\"}", i);
        ma_standing_note(standing, SUB, ma_span_of(text));
    }
    assert_true(ma_standing_at(standing, 1023, &method, &params));
    assert_false(ma_standing_at(standing, 1024, &method, &params));
    ma_standing_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_latest_of_each_is_told_again_T_054),
        cmocka_unit_test(there_is_an_end_to_what_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
