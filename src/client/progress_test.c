/* progress_test.c - who is told of what. */
#include "client/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void told(void *ctx, const char *params, size_t len)
{
    char *to = ctx;
    memcpy(to, params, len);
    to[len] = '\0';
}

static void tell(
    const ma_progress *progress, const char *method, const char *params)
{
    char text[300];
    ma_envelope message;
    snprintf(text, sizeof text,
        "{\"jsonrpc\":\"2.0\",\"method\":\"%s\",\"params\":%s}", method,
        params);
    assert_int_equal(ma_envelope_parse(ma_span_of(text), &message, NULL), 0);
    ma_progress_tell(progress, &message);
}

static void each_call_is_told_of_its_own_T_120(void **state)
{
    char first[100] = "", second[100] = "";
    const mcpauth_call one = {.progress = told, .ctx = first};
    const mcpauth_call two = {.progress = told, .ctx = second};
    ma_progress progress = {0};
    ma_progress_call a, b;
    (void)state;
    ma_progress_begin(&progress, &a, &one);
    ma_progress_begin(&progress, &b, &two);
    assert_int_not_equal(a.token, b.token);
    tell(&progress, "notifications/progress",
        "{\"progressToken\":2,\"progress\":1.50}");
    assert_string_equal(first, "");
    assert_string_equal(second, "{\"progressToken\":2,\"progress\":1.50}");
    tell(&progress, "notifications/progress", "{\"progressToken\":1}");
    assert_string_equal(first, "{\"progressToken\":1}");
}

static void nothing_is_told_behind_the_end_T_120(void **state)
{
    char text[100] = "";
    const mcpauth_call call = {.progress = told, .ctx = text};
    ma_progress progress = {0};
    ma_progress_call a, b;
    (void)state;
    ma_progress_begin(&progress, &a, &call);
    ma_progress_begin(&progress, &b, &call);
    ma_progress_end(&progress, &a);
    ma_progress_end(&progress, &a);
    tell(&progress, "notifications/progress", "{\"progressToken\":1}");
    assert_string_equal(text, "");
    ma_progress_end(&progress, &b);

    /* The token is not given to anybody else. */
    ma_progress_begin(&progress, &a, &call);
    tell(&progress, "notifications/progress", "{\"progressToken\":1}");
    assert_string_equal(text, "");
    assert_int_equal(a.token, 3);
}

static void tokens_of_nobody_are_passed_over_T_120(void **state)
{
    static const struct {
        const char *method, *params;
    } rows[] = {
        {"notifications/progress", "{\"progressToken\":2}"},
        {"notifications/progress", "{\"progressToken\":\"1\"}"},
        {"notifications/progress", "{\"progressToken\":1.5}"},
        {"notifications/progress", "{}"},
        {"notifications/message", "{\"progressToken\":1}"},
    };
    char text[100] = "";
    const mcpauth_call call = {.progress = told, .ctx = text};
    ma_progress progress = {0};
    ma_progress_call at;
    (void)state;
    ma_progress_begin(&progress, &at, &call);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        tell(&progress, rows[i].method, rows[i].params);
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_call_is_told_of_its_own_T_120),
        cmocka_unit_test(nothing_is_told_behind_the_end_T_120),
        cmocka_unit_test(tokens_of_nobody_are_passed_over_T_120),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
