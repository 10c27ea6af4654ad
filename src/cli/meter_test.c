/* meter_test.c - one line, when there is time for it. */
#include "cli/meter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

enum { BEGUN_MS = 5000, LATER_MS = BEGUN_MS + 1000 };

typedef struct {
    char said[1024];
    FILE *to;
    ma_meter *meter;
} stage;

static void set_stage(stage *s, size_t columns)
{
    memset(s, 0, sizeof *s);
    s->to = fmemopen(s->said, sizeof s->said, "w");
    assert_non_null(s->to);
    s->meter = ma_meter_new(s->to, columns);
    assert_non_null(s->meter);
    ma_meter_begin(s->meter, BEGUN_MS);
}

static void close_stage(stage *s)
{
    ma_meter_free(s->meter);
    fclose(s->to);
}

static void tell(stage *s, const char *params)
{
    ma_meter_tell(s->meter, ma_span_of(params), LATER_MS);
    fflush(s->to);
}

static void the_line_says_how_far_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *params;
        const char *line;
    } rows[] = {
        {"{\"progress\":3,\"total\":10}", "30 % (3 of 10)"},
        {"{\"progress\":1.5,\"total\":2,\"message\":\"half\\nway\"}",
            "75 % (1.5 of 2) half way"},
        {"{\"progress\":12,\"total\":10}", "100 % (12 of 10)"},
        {"{\"progress\":3}", "3"},
        {"{\"progress\":3,\"total\":0,\"message\":\"hm\"}", "3 hm"},
        {"{\"message\":\"\\u001b[2J\"}", "\\x1b[2J"},
        {"{\"progress\":\"3\"}", "working, 1 s"},
        {"{\"progress\":3,\"total\":1e999}", "0 % (3 of 1e999)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stage s;
        set_stage(&s, 80);
        tell(&s, rows[i].params);
        assert_string_equal(s.said, rows[i].line);
        close_stage(&s);
    }
}

static void it_is_cut_to_the_terminal_and_wiped_whole(void **state)
{
    (void)state;
    stage s;
    set_stage(&s, 4);
    tell(&s, "{\"message\":\"\xc3\xa6\xc3\xb8\xc3\xa5"
             "abc\"}");
    assert_string_equal(s.said, "\xc3\xa6\xc3\xb8\xc3\xa5"
                                "a");
    ma_meter_end(s.meter);
    assert_string_equal(s.said, "\xc3\xa6\xc3\xb8\xc3\xa5"
                                "a\r    \r");
    close_stage(&s);
}

static void nothing_is_shown_out_of_time_or_while_held(void **state)
{
    (void)state;
    stage s;
    set_stage(&s, 80);
    ma_meter_tell(s.meter, ma_span_of("{\"progress\":1}"), BEGUN_MS - 1);
    ma_meter_tell(s.meter, ma_span_of("{\"progress\":1}"), LATER_MS - 1);
    ma_meter_tick(s.meter, LATER_MS - 1);
    ma_meter_hold(s.meter, true);
    tell(&s, "{\"progress\":2}");
    ma_meter_hold(s.meter, false);
    ma_meter_end(s.meter);
    tell(&s, "{\"progress\":3}");
    ma_meter_tick(s.meter, LATER_MS);
    fflush(s.to);
    assert_string_equal(s.said, "");
    close_stage(&s);
}

static void a_tick_says_what_was_told_last_or_how_long_it_takes(void **state)
{
    (void)state;
    stage s;
    set_stage(&s, 80);
    ma_meter_tick(s.meter, BEGUN_MS + 2999);
    ma_meter_tell(s.meter, ma_span_of("{\"progress\":1}"), BEGUN_MS);
    ma_meter_tick(s.meter, BEGUN_MS + 3000);
    ma_meter_begin(s.meter, BEGUN_MS);
    ma_meter_tick(s.meter, BEGUN_MS + 4000);
    fflush(s.to);
    assert_string_equal(
        s.said, "working, 2 s\r            \r1\r \rworking, 4 s");
    close_stage(&s);
}

static void other_words_find_the_line_empty(void **state)
{
    (void)state;
    stage s;
    set_stage(&s, 80);
    tell(&s, "{\"progress\":1}");
    ma_meter_lift(s.meter);
    fputs("news\n", s.to);
    ma_meter_lower(s.meter);
    tell(&s, "{\"progress\":2}");
    assert_string_equal(s.said, "1\r \rnews\n2");
    close_stage(&s);
}

static void no_meter_does_nothing(void **state)
{
    (void)state;
    ma_meter_begin(NULL, 0);
    ma_meter_tell(NULL, ma_span_of("{}"), 0);
    ma_meter_tick(NULL, 0);
    ma_meter_lift(NULL);
    ma_meter_lower(NULL);
    ma_meter_hold(NULL, true);
    ma_meter_end(NULL);
    ma_meter_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_says_how_far_it_is),
        cmocka_unit_test(it_is_cut_to_the_terminal_and_wiped_whole),
        cmocka_unit_test(nothing_is_shown_out_of_time_or_while_held),
        cmocka_unit_test(a_tick_says_what_was_told_last_or_how_long_it_takes),
        cmocka_unit_test(other_words_find_the_line_empty),
        cmocka_unit_test(no_meter_does_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
