/* value_test.c - the grammar of JSON, and values that stay as they came. */
#include "mcp/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/json.h"

#define assert_span(span, text) assert_true(ma_span_is(span, text))

static ma_span parse(const char *text)
{
    ma_span value = {NULL, 0};
    assert_int_equal(ma_value_parse(ma_span_of(text), &value, NULL), 0);
    return value;
}

static void legal_text_is_taken_whole(void **state)
{
    static const char *const texts[] = {"{}", "[]", "[[]]", "{\"a\":{}}",
        "null", "true", "false", "\"\"", "0", "-0", "10", "1.10", "1e5", "1E+5",
        "-1.5e-300", "123456789012345678901234567890",
        "[1,2,[3,{\"a\":[4]}],5]", "{\"a\":1,\"a\":2,\"b\":[{},{}]}",
        "[ 1 , 2 ]", "{ \"a\" : \"\\u00e9\\n\\\"\\\\\\/\" }",
        "\"\xff raw bytes pass\""};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_span(parse(texts[i]), texts[i]);
}

static void broken_text_is_refused_S_018(void **state)
{
    static const char *const texts[] = {"", " ", "{", "[", "{]", "[}", "[1,]",
        "{\"a\":1,}", "{,}", "[,1]", "{a:1}", "{\"a\"}", "{\"a\":}", "{1:2}",
        "[1 2]", "01", "-", "1.", ".5", "1e", "1e+", "+1", "0x10", "NaN", "tru",
        "nulls", "'a'", "\"", "\"\\x\"", "\"\\u12g4\"", "\"\\u12", "\"\\u12\"",
        "\"\\u\"", "\"\\\"", "\"a\nb\"", "\"\t\"", "{} {}", "[]]", "1,2",
        "<html>", "\xEF\xBB\xBF", "\xEF\xBB{}", "{\"a\":1", "[\"a\""};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        ma_span value = {NULL, 0};
        assert_int_equal(ma_value_parse(ma_span_of(texts[i]), &value, NULL),
            MCPAUTH_E_PROTOCOL);
        assert_null(value.at);
    }
}

static void every_cut_of_a_text_is_incomplete_S_014(void **state)
{
    static const char text[] = "{\"a\":[1,\"\\u0041\",{\"b\":null}],\"c\":{}}";
    (void)state;
    for (size_t len = 0; len < sizeof text - 1; len++) {
        ma_span value;
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        assert_int_equal(ma_value_parse(ma_span_make(text, len), &value, err),
            MCPAUTH_E_PROTOCOL);
        assert_non_null(strstr(mcpauth_error_message(err), "incomplete"));
    }
}

static void the_place_of_a_fault_is_named(void **state)
{
    ma_span value;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    (void)state;
    assert_int_equal(ma_value_parse(ma_span_of("{\"a\":x}"), &value, err),
        MCPAUTH_E_PROTOCOL);
    assert_non_null(strstr(mcpauth_error_message(err), "offset 5"));
}

static void a_bom_and_space_around_are_trimmed_T_001(void **state)
{
    (void)state;
    assert_span(parse("\xEF\xBB\xBF \r\n{\"a\":1}\t\n"), "{\"a\":1}");
}

static mcpauth_status parse_nested(
    const char *opening, const char *closing, size_t depth)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(8 * 1024 * 1024);
    ma_span value;
    for (size_t i = 0; i < depth; i++)
        ma_buf_add_text(&text, opening);
    ma_buf_add_text(&text, "1");
    for (size_t i = 0; i < depth; i++)
        ma_buf_add_text(&text, closing);
    return ma_value_parse(ma_buf_span(&text), &value, NULL);
}

static void nesting_is_limited_S_015(void **state)
{
    (void)state;
    assert_int_equal(parse_nested("[", "]", MA_JSON_MESSAGE_DEPTH), 0);
    assert_int_equal(parse_nested("{\"a\":", "}", MA_JSON_MESSAGE_DEPTH), 0);
    assert_int_equal(
        parse_nested("[", "]", MA_JSON_MESSAGE_DEPTH + 1), MCPAUTH_E_LIMIT);
    assert_int_equal(parse_nested("[", "", 200000), MCPAUTH_E_LIMIT);
    assert_int_equal(parse_nested("{\"a\":", "", 100000), MCPAUTH_E_LIMIT);
}

static void members_keep_their_bytes_T_007(void **state)
{
    ma_span object = parse("{\"a\" : 1.10 ,\"b\":{\"a\":9},\"big\":"
                           "123456789012345678901234567890,\"s\":\"\\u0061\"}");
    (void)state;
    assert_span(ma_value_member(object, "a"), "1.10");
    assert_span(ma_value_member(object, "b"), "{\"a\":9}");
    assert_span(
        ma_value_member(object, "big"), "123456789012345678901234567890");
    assert_span(ma_value_member(object, "s"), "\"\\u0061\"");
    assert_null(ma_value_member(object, "c").at);
    assert_null(ma_value_member(parse("[1]"), "a").at);
    assert_null(ma_value_member(ma_span_make(NULL, 0), "a").at);
}

static void names_are_compared_unescaped_and_the_last_wins_T_004(void **state)
{
    (void)state;
    assert_span(ma_value_member(parse("{\"\\u0069d\":1}"), "id"), "1");
    assert_span(ma_value_member(parse("{\"a\":1,\"a\":2}"), "a"), "2");
}

static void a_name_may_be_given_as_a_value(void **state)
{
    ma_span object = parse("{\"a\\\"b\":1,\"\\u0063\":2,\"c\":3}");
    (void)state;
    assert_span(ma_value_find(object, ma_span_of("\"\\u0061\\\"b\"")), "1");
    assert_span(ma_value_find(object, ma_span_of("\"c\"")), "3");
    assert_null(ma_value_find(object, ma_span_of("\"d\"")).at);
    assert_null(ma_value_find(object, ma_span_of("c")).at);
    assert_null(ma_value_find(parse("[1]"), ma_span_of("\"c\"")).at);
}

static void strings_are_the_same_by_what_they_say(void **state)
{
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {
        {"\"\"", "\"\"", true},
        {"\"ab\"", "\"\\u0061b\"", true},
        {"\"\\u00e9\"", "\"\xc3\xa9\"", true},
        {"\"a\\u0000b\"", "\"a\\u0000c\"", false},
        {"\"a\"", "\"ab\"", false},
        {"\"ab\"", "\"a\"", false},
        {"\"a\"", "\"A\"", false},
        {"\"\\n\"", "\"\\u000a\"", true},
        {"1", "1", false},
        {"", "", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(
            ma_value_same(ma_span_of(rows[i].a), ma_span_of(rows[i].b)),
            rows[i].same);
}

static void case_may_be_ignored(void **state)
{
    (void)state;
    assert_true(ma_value_says_nocase(ma_span_of("\"a\\u0042c\""), "AbC"));
    assert_true(ma_value_says_nocase(ma_span_of("\"\""), ""));
    assert_true(
        ma_value_says_nocase(ma_span_of("\"@[\xc3\xa9\""), "@[\xc3\xa9"));
    assert_false(ma_value_says_nocase(ma_span_of("\"@[\""), "`{"));
    assert_false(ma_value_says_nocase(ma_span_of("\"\\u00c9\""), "\xc3\xa9"));
    assert_false(ma_value_says_nocase(ma_span_of("\"ab\""), "a"));
    assert_false(ma_value_says_nocase(ma_span_of("\"a\""), "ab"));
    assert_false(ma_value_says_nocase(ma_span_of("\"a\\u0000\""), "a"));
    assert_false(ma_value_says_nocase(ma_span_of("a"), "a"));
}

static void a_walk_visits_every_item(void **state)
{
    ma_span name, value;
    ma_value_walk walk = ma_value_walk_init(parse("[ 1 , [2,3] ,\"x\"]"));
    (void)state;
    assert_true(ma_value_walk_next(&walk, &name, &value));
    assert_span(value, "1");
    assert_null(name.at);
    assert_true(ma_value_walk_next(&walk, &name, &value));
    assert_span(value, "[2,3]");
    assert_true(ma_value_walk_next(&walk, &name, &value));
    assert_span(value, "\"x\"");
    assert_false(ma_value_walk_next(&walk, &name, &value));
    assert_false(ma_value_walk_next(&walk, &name, &value));
}

static void a_walk_over_nothing_ends_at_once(void **state)
{
    static const char *const texts[] = {"[]", "{}", "[ ]", "1", "\"a\"", ""};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        ma_span name, value;
        ma_value_walk walk = ma_value_walk_init(ma_span_of(texts[i]));
        assert_false(ma_value_walk_next(&walk, &name, &value));
    }
}

/* Every step of a tour: brackets, names and scalars, and what is called "skip"
 * as a whole. */
static void write_tour(ma_buf *to, const char *text)
{
    ma_span name, value;
    ma_value_tour tour = ma_value_tour_init(ma_span_of(text));
    for (;;) {
        ma_value_step step = ma_value_tour_next(&tour, &name, &value);
        if (step == MA_VALUE_OVER)
            return;
        if (step == MA_VALUE_CLOSED) {
            ma_buf_add_text(to, ") ");
            continue;
        }
        ma_buf_add_span(to, name);
        if (step == MA_VALUE_OPENED && ma_value_says(name, "skip")) {
            value = ma_value_tour_skip(&tour);
            step = MA_VALUE_SCALAR;
        }
        if (step == MA_VALUE_OPENED)
            ma_buf_add_byte(to, '(');
        else
            ma_buf_add_span(to, value);
        ma_buf_add_byte(to, ' ');
    }
}

static void a_tour_visits_everything_once(void **state)
{
    static const struct {
        const char *text, *steps;
    } rows[] = {
        {"1", "1 "},
        {" \"a\" ", "\"a\" "},
        {"{}", "( ) "},
        {"[ ]", "( ) "},
        {"[1,[],[2 , {\"a\":3}],4]", "( 1 ( ) ( 2 ( \"a\"3 ) ) 4 ) "},
        {"{ \"a\" : { \"b\" : [ null ] } , \"c\" : 1.10 }",
            "( \"a\"( \"b\"( null ) ) \"c\"1.10 ) "},
        {"{\"skip\":[1,{\"a\":2}],\"b\":3}",
            "( \"skip\"[1,{\"a\":2}] \"b\"3 ) "},
        {"{\"skip\":{}}", "( \"skip\"{} ) "},
        {"{\"skip\":1,\"\\u0073kip\":[]}", "( \"skip\"1 \"\\u0073kip\"[] ) "},
        {"1 2", "1 "},
        {"{}{}", "( ) "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) steps = ma_buf_init(1000);
        write_tour(&steps, rows[i].text);
        assert_string_equal(ma_buf_text(&steps), rows[i].steps);
    }
}

static void a_tour_ends_where_the_text_is_broken_S_018(void **state)
{
    static const struct {
        const char *text, *steps;
    } rows[] = {
        {"", ""},
        {"x", ""},
        {"[", "( "},
        {"[1", "( 1 "},
        {"[1,", "( 1 "},
        {"[1,]", "( 1 "},
        {"[1 2]", "( 1 "},
        {"[,1]", "( "},
        {"[1}", "( 1 "},
        {"{1:2}", "( "},
        {"{\"a\" 1}", "( "},
        {"{\"a\":}", "( "},
        {"{\"a\":1,}", "( \"a\"1 "},
        {"{\"skip\":[1,", "( \"skip\" "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) steps = ma_buf_init(1000);
        write_tour(&steps, rows[i].text);
        assert_string_equal(ma_buf_text(&steps), rows[i].steps);
    }
}

static void a_tour_goes_as_deep_as_a_message_S_015(void **state)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(10000);
    MA_SCOPED(ma_buf) steps = ma_buf_init(10000);
    (void)state;
    for (int i = 0; i <= MA_JSON_MESSAGE_DEPTH; i++)
        ma_buf_add_byte(&text, '[');
    write_tour(&steps, ma_buf_text(&text));
    assert_int_equal(steps.len, 2 * MA_JSON_MESSAGE_DEPTH);
}

static void strings_are_read_as_utf8(void **state)
{
    static const struct {
        const char *json, *text;
    } rows[] = {
        {"\"\"", ""},
        {"\"plain\"", "plain"},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"},
        {"\"\\u0041\\u00e9\\u4e16\"", "A\xc3\xa9\xe4\xb8\x96"},
        {"\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80"},
        {"\"\\ud83d\"", "\xef\xbf\xbd"},
        {"\"\\ud83dx\"", "\xef\xbf\xbdx"},
        {"\"\\ude00\"", "\xef\xbf\xbd"},
        {"\"\\ud83d\\u0041\"", "\xef\xbf\xbd"
                               "A"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) text = ma_buf_init(100);
        assert_true(ma_value_write_text(&text, ma_span_of(rows[i].json)));
        assert_string_equal(ma_buf_text(&text), rows[i].text);
        assert_true(ma_value_says(ma_span_of(rows[i].json), rows[i].text));
        assert_false(ma_value_says(ma_span_of(rows[i].json), "other"));
    }
}

static void a_nul_does_not_end_a_string_S_017(void **state)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(100);
    ma_span value = ma_span_of("\"a\\u0000b\"");
    (void)state;
    assert_true(ma_value_write_text(&text, value));
    assert_int_equal(text.len, 3);
    assert_memory_equal(text.at, "a\0b", 3);
    assert_false(ma_value_says(value, "a"));
}

static void only_strings_are_strings(void **state)
{
    static const char *const texts[] = {
        "1", "null", "", "[\"a\"]", "\"a", "\"a\"b"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        MA_SCOPED(ma_buf) text = ma_buf_init(100);
        assert_false(ma_value_write_text(&text, ma_span_of(texts[i])));
        assert_false(ma_value_says(ma_span_of(texts[i]), "a"));
        assert_int_equal(text.len, 0);
    }
}

static void integers_are_read_or_refused(void **state)
{
    static const struct {
        const char *text;
        bool fits;
        int64_t number;
    } rows[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"-32603", true, -32603},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"123456789012345678901234567890", false, 0},
        {"1.0", false, 0},
        {"1e3", false, 0},
        {"-", false, 0},
        {"", false, 0},
        {"\"1\"", false, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t number = 0;
        assert_int_equal(
            ma_value_integer(ma_span_of(rows[i].text), &number), rows[i].fits);
        assert_true(number == rows[i].number);
    }
}

static void kinds_are_told_apart(void **state)
{
    (void)state;
    assert_true(ma_value_is_object(parse("{}")));
    assert_true(ma_value_is_array(parse("[]")));
    assert_true(ma_value_is_string(parse("\"\"")));
    assert_true(ma_value_is_null(parse("null")));
    assert_false(ma_value_is_null(parse("\"null\"")));
    assert_false(ma_value_is_object(ma_span_make(NULL, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(legal_text_is_taken_whole),
        cmocka_unit_test(broken_text_is_refused_S_018),
        cmocka_unit_test(every_cut_of_a_text_is_incomplete_S_014),
        cmocka_unit_test(the_place_of_a_fault_is_named),
        cmocka_unit_test(a_bom_and_space_around_are_trimmed_T_001),
        cmocka_unit_test(nesting_is_limited_S_015),
        cmocka_unit_test(members_keep_their_bytes_T_007),
        cmocka_unit_test(names_are_compared_unescaped_and_the_last_wins_T_004),
        cmocka_unit_test(a_name_may_be_given_as_a_value),
        cmocka_unit_test(strings_are_the_same_by_what_they_say),
        cmocka_unit_test(case_may_be_ignored),
        cmocka_unit_test(a_walk_visits_every_item),
        cmocka_unit_test(a_walk_over_nothing_ends_at_once),
        cmocka_unit_test(a_tour_visits_everything_once),
        cmocka_unit_test(a_tour_ends_where_the_text_is_broken_S_018),
        cmocka_unit_test(a_tour_goes_as_deep_as_a_message_S_015),
        cmocka_unit_test(strings_are_read_as_utf8),
        cmocka_unit_test(a_nul_does_not_end_a_string_S_017),
        cmocka_unit_test(only_strings_are_strings),
        cmocka_unit_test(integers_are_read_or_refused),
        cmocka_unit_test(kinds_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
