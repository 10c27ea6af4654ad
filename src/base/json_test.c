/* json_test.c - what is refused, what is read, what is written. */
#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"

static ma_json *parse(const char *text)
{
    ma_json *json = NULL;
    mcpauth_status st =
        ma_json_parse(ma_span_of(text), MA_JSON_DOCUMENT_DEPTH, &json, NULL);
    assert_int_equal(st, MCPAUTH_OK);
    assert_non_null(json);
    return json;
}

/* unit repeated count times, with something behind. */
static char *repeat(const char *unit, size_t count, const char *tail)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(1 << 20);
    for (size_t i = 0; i < count; i++)
        ma_buf_add_text(&text, unit);
    ma_buf_add_text(&text, tail);
    return ma_buf_take(&text);
}

static void depth_is_limited_before_any_recursion_S_015(void **state)
{
    (void)state;
    static const struct {
        const char *unit;
        size_t count;
        const char *tail;
        mcpauth_status status;
    } rows[] = {
        {"[", 200000, "", MCPAUTH_E_LIMIT},
        {"{\"a\":", 100000, "", MCPAUTH_E_LIMIT},
        {"[{\"a\":", 100000, "", MCPAUTH_E_LIMIT},
        {"[", 4, "1]]]]", MCPAUTH_OK},
        {"[", 5, "1]]]]]", MCPAUTH_E_LIMIT},
        {"[", 5, "", MCPAUTH_E_LIMIT},
        {"[", 4, "[\"", MCPAUTH_E_LIMIT},
        {"[", 3, "[],[],[],[]]]]", MCPAUTH_OK},
        {"[", 3, "\"[[[[\\\"[[[[\"]]]", MCPAUTH_OK},
        {"]", 9, "", MCPAUTH_E_PROTOCOL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(ma_text)
        text = repeat(rows[i].unit, rows[i].count, rows[i].tail);
        MA_AUTO(ma_json) json = NULL;
        mcpauth_status st = ma_json_parse(ma_span_of(text), 4, &json, NULL);
        assert_int_equal(st, rows[i].status);
        assert_true(!json == !!st);
    }
}

static void a_document_may_be_32_deep_S_015(void **state)
{
    (void)state;
    MA_AUTO(ma_json) json = NULL;
    MA_AUTO(ma_text) open = repeat("{\"a\":", 32, "1");
    MA_AUTO(ma_text) fits = repeat("}", 32, "");
    MA_SCOPED(ma_buf) text = ma_buf_init(1000);
    ma_buf_addf(&text, "%s%s", open, fits);
    assert_int_equal(
        ma_json_parse_object(ma_buf_span(&text), &json, NULL), MCPAUTH_OK);
    ma_buf_clear(&text);
    ma_buf_addf(&text, "{\"a\":%s%s}", open, fits);
    assert_int_equal(
        ma_json_parse_object(ma_buf_span(&text), &json, NULL), MCPAUTH_E_LIMIT);
}

struct refusal {
    const char *text;
    size_t len; /* 0: to the NUL */
    const char *why;
};

static void check_refusal(const struct refusal *row)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_AUTO(ma_json) json = NULL;
    size_t len = row->len ? row->len : strlen(row->text);
    mcpauth_status st =
        ma_json_parse_object(ma_span_make(row->text, len), &json, err);
    if (st != MCPAUTH_E_PROTOCOL)
        fail_msg("%s: not refused", row->text);
    assert_null(json);
    if (!strstr(mcpauth_error_message(err), row->why))
        fail_msg("%s: %s", row->text, mcpauth_error_message(err));
    assert_null(strstr(mcpauth_error_message(err), "s3cr3t"));
}

static void duplicate_names_are_refused_S_016(void **state)
{
    (void)state;
    static const struct refusal rows[] = {
        {"{\"token_endpoint\":\"https://good.test\","
         "\"token_endpoint\":\"https://evil.test\"}",
            0, "twice"},
        {"{\"a\":1,\"b\":2,\"a\":1}", 0, "twice"},
        {"{\"a\":{\"b\":1,\"b\":2}}", 0, "twice"},
        {"{\"a\":1,\"\\u0061\":2}", 0, "twice"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_refusal(&rows[i]);
}

static void other_text_is_refused_S_018(void **state)
{
    (void)state;
    static const struct refusal rows[] = {
        {"", 0, "line 1"},
        {" ", 0, "line"},
        {"{", 0, "ends too early"},
        {"{\"a\":\"s3cr3t", 0, "ends too early"},
        {"{\"a\":s3cr3t}", 0, "line 1"},
        {"{\n\"a\": s3cr3t}", 0, "line 2"},
        {"{}{}", 0, "goes on"},
        {"{} s3cr3t", 0, "goes on"},
        {"{}\0", 3, "goes on"},
        {"{'a':1}", 0, "not valid JSON"},
        {"{\"a\":1,}", 0, "not valid JSON"},
        {"{\"a\":01}", 0, "not valid JSON"},
        {"{\"a\":NaN}", 0, "not valid JSON"},
        {"{/**/}", 0, "not valid JSON"},
        {"{\"a\":\"\n\"}", 0, "not valid JSON"},
        {"{\"a\":\"\\u0000\"}", 0, "NUL"},
        {"{\"\\u0000\":1}", 0, "NUL"},
        {"{\"a\":\"\0\"}", 9, "line 1"},
        {"{\"a\":\"\xff\"}", 0, "UTF-8"},
        {"{\"a\":\"\xC0\xAF\"}", 0, "UTF-8"},
        {"{\"a\":\"\xED\xA0\x80\"}", 0, "UTF-8"},
        {"{\"a\":\"\\ud800\"}", 0, "not valid JSON"},
        {"{\"a\":\"\\udc00x\"}", 0, "not valid JSON"},
        {"\xEF\xBB\xBF\xEF\xBB\xBF{}", 0, "line 1"},
        {"\xFF\xFE{\0}\0", 6, "UTF-8"},
        {"{\0}\0", 4, "line 1"},
        {"<html>s3cr3t</html>", 0, "line 1"},
        {"[]", 0, "not an object"},
        {"\"s3cr3t\"", 0, "not an object"},
        {"null", 0, "not an object"},
        {"{\"a\":1e999}", 0, "too large"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_refusal(&rows[i]);
}

static void an_absent_text_is_refused_S_018(void **state)
{
    (void)state;
    MA_AUTO(ma_json) json = NULL;
    assert_int_equal(
        ma_json_parse(ma_span_of(NULL), 1, &json, NULL), MCPAUTH_E_PROTOCOL);
}

static void a_bom_is_tolerated_S_018(void **state)
{
    (void)state;
    MA_AUTO(ma_json) json = parse("\xEF\xBB\xBF{\"a\":\"b\"}");
    assert_string_equal(ma_json_text(json, "a"), "b");
}

static void numbers_are_read_as_servers_send_them_S_019(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool found;
        double number;
        int64_t integer; /* -7: the fallback */
    } rows[] = {
        {"{\"n\":3600}", true, 3600, 3600},
        {"{\"n\":\"3600\"}", true, 3600, -7},
        {"{\"n\":\" 3600 \"}", true, 3600, -7},
        {"{\"n\":\"1e3\"}", true, 1000, -7},
        {"{\"n\":3600.0}", true, 3600, 3600},
        {"{\"n\":3600.5}", true, 3600.5, -7},
        {"{\"n\":0}", true, 0, 0},
        {"{\"n\":-1}", true, -1, -1},
        {"{\"n\":1e30}", true, 1e30, -7},
        {"{\"n\":9223372036854775807}", true, 0x1p63, INT64_MAX},
        {"{\"n\":9223372036854775808}", true, 0x1p63, -7},
        {"{\"n\":-9223372036854775808}", true, -0x1p63, INT64_MIN},
        {"{\"n\":123456789012345678901234567890}", true,
            123456789012345678901234567890.0, -7},
        {"{\"n\":3600,\"big\":99999999999999999999}", true, 3600, 3600},
        {"{\"n\":\"99999999999999999999\"}", true, 99999999999999999999.0, -7},
        {"{\"n\":\"\"}", false, 0, -7},
        {"{\"n\":\"1h\"}", false, 0, -7},
        {"{\"n\":\"0x10\"}", false, 0, -7},
        {"{\"n\":\"NaN\"}", false, 0, -7},
        {"{\"n\":\"inf\"}", false, 0, -7},
        {"{\"n\":\"1e999\"}", false, 0, -7},
        {"{\"n\":\"[1]\"}", false, 0, -7},
        {"{\"n\":\"\\\"1\\\"\"}", false, 0, -7},
        {"{\"n\":true}", false, 0, -7},
        {"{\"n\":null}", false, 0, -7},
        {"{\"n\":[1]}", false, 0, -7},
        {"{}", false, 0, -7},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(ma_json) json = parse(rows[i].text);
        double number = 0;
        if (ma_json_number(json, "n", &number) != rows[i].found)
            fail_msg("%s: wrong verdict", rows[i].text);
        assert_true(number == rows[i].number);
        if (ma_json_int(json, "n", -7) != rows[i].integer)
            fail_msg("%s: wrong integer", rows[i].text);
    }
}

static void members_have_a_type_or_are_not_there(void **state)
{
    (void)state;
    MA_AUTO(ma_json)
    json = parse("{\"t\":\"x\",\"o\":{},\"a\":[1,\"x\"],"
                 "\"y\":true,\"n\":null,\"f\":false}");
    assert_string_equal(ma_json_text(json, "t"), "x");
    assert_null(ma_json_text(json, "o"));
    assert_null(ma_json_text(json, "missing"));
    assert_non_null(ma_json_get_object(json, "o"));
    assert_null(ma_json_get_object(json, "a"));
    assert_non_null(ma_json_get_array(json, "a"));
    assert_null(ma_json_get_array(json, "o"));
    assert_true(ma_json_true(json, "y"));
    assert_false(ma_json_true(json, "f"));
    assert_false(ma_json_true(json, "t"));
    assert_null(ma_json_get(json, "n"));
    assert_non_null(ma_json_get(json, "f"));
    assert_int_equal(ma_json_count(json), 6);
    assert_true(ma_json_is_object(json));
    assert_false(ma_json_is_array(json));
}

static void arrays_are_read_by_index(void **state)
{
    (void)state;
    MA_AUTO(ma_json) json = parse("[1,\"x\",null,\"\"]");
    assert_int_equal(ma_json_count(json), 4);
    assert_null(ma_json_string(ma_json_at(json, 0)));
    assert_string_equal(ma_json_string(ma_json_at(json, 1)), "x");
    assert_true(ma_json_is_null(ma_json_at(json, 2)));
    assert_false(ma_json_is_boolean(ma_json_at(json, 2)));
    assert_null(ma_json_at(json, 4));
    assert_true(ma_json_has(json, "x"));
    assert_true(ma_json_has(json, ""));
    assert_false(ma_json_has(json, "1"));
}

static void nothing_is_an_allowed_document(void **state)
{
    (void)state;
    double number;
    void *iter = NULL;
    const char *name;
    const ma_json *value;
    assert_null(ma_json_get(NULL, "a"));
    assert_null(ma_json_text(NULL, "a"));
    assert_null(ma_json_string(NULL));
    assert_null(ma_json_at(NULL, 0));
    assert_null(ma_json_dup(NULL));
    assert_false(ma_json_true(NULL, "a"));
    assert_false(ma_json_has(NULL, "a"));
    assert_false(ma_json_is_null(NULL));
    assert_false(ma_json_is_boolean(NULL));
    assert_false(ma_json_is_object(NULL));
    assert_false(ma_json_number(NULL, "a", &number));
    assert_false(ma_json_each(NULL, &iter, &name, &value));
    assert_int_equal(ma_json_int(NULL, "a", 5), 5);
    assert_int_equal(ma_json_count(NULL), 0);
    ma_json_free(NULL);
}

static void members_are_walked_in_order(void **state)
{
    (void)state;
    MA_AUTO(ma_json) json = parse("{\"z\":\"1\",\"a\":\"2\",\"m\":\"3\"}");
    MA_SCOPED(ma_buf) seen = ma_buf_init(64);
    void *iter = NULL;
    const char *name;
    const ma_json *value;
    while (ma_json_each(json, &iter, &name, &value))
        ma_buf_addf(&seen, "%s%s", name, ma_json_string(value));
    assert_string_equal(ma_buf_text(&seen), "z1a2m3");
}

static void what_is_put_is_written(void **state)
{
    (void)state;
    MA_AUTO(ma_json) json = ma_json_object();
    ma_json *list = ma_json_array();
    assert_int_equal(ma_json_push_text(list, "x", NULL), MCPAUTH_OK);
    assert_int_equal(ma_json_push(list, ma_json_object(), NULL), MCPAUTH_OK);
    assert_int_equal(ma_json_put(json, "l", list, NULL), MCPAUTH_OK);
    assert_int_equal(ma_json_put_text(json, "t", "a\"b", NULL), MCPAUTH_OK);
    assert_int_equal(ma_json_put_text(json, "gone", "1", NULL), MCPAUTH_OK);
    assert_int_equal(ma_json_put_text(json, "gone", NULL, NULL), MCPAUTH_OK);
    assert_int_equal(ma_json_put(json, "never", NULL, NULL), MCPAUTH_OK);
    assert_int_equal(ma_json_put_int(json, "i", INT64_MIN, NULL), MCPAUTH_OK);
    assert_int_equal(ma_json_put_true(json, "b", false, NULL), MCPAUTH_OK);

    MA_AUTO(ma_json) copy = ma_json_dup(json);
    assert_int_equal(ma_json_put_text(json, "t", NULL, NULL), MCPAUTH_OK);
    MA_SCOPED(ma_buf) text = ma_buf_init(1000);
    ma_json_write(&text, copy);
    assert_string_equal(ma_buf_text(&text),
        "{\"l\":[\"x\",{}],\"t\":\"a\\\"b\",\"i\":-9223372036854775808,"
        "\"b\":false}");
    ma_buf_clear(&text);
    ma_json_write_pretty(&text, json);
    assert_non_null(strstr(ma_buf_text(&text), "{\n  \"l\": [\n    \"x\""));
    assert_null(strstr(ma_buf_text(&text), "\"t\""));
}

static void a_text_to_put_is_utf8_S_018(void **state)
{
    (void)state;
    MA_AUTO(ma_json) json = ma_json_object();
    MA_AUTO(ma_json) list = ma_json_array();
    assert_int_equal(
        ma_json_put_text(json, "a", "\xff", NULL), MCPAUTH_E_USAGE);
    assert_int_equal(
        ma_json_put_text(json, "\xff", "a", NULL), MCPAUTH_E_USAGE);
    assert_int_equal(ma_json_push_text(list, "\xff", NULL), MCPAUTH_E_USAGE);
    assert_int_equal(ma_json_count(json), 0);
    assert_int_equal(ma_json_count(list), 0);
}

static void written_controls_are_escaped_S_022(void **state)
{
    (void)state;
    MA_AUTO(ma_json) json = ma_json_object();
    assert_int_equal(ma_json_put_text(json, "k\xC2\x9b",
                         "a\033\x7f\xC2\x85\xE2\x80\xAE\xC3\xA4", NULL),
        MCPAUTH_OK);
    MA_SCOPED(ma_buf) text = ma_buf_init(1000);
    ma_json_write(&text, json);
    assert_string_equal(ma_buf_text(&text),
        "{\"k\\u009b\":\"a\\u001B\\u007f\\u0085\\u202e\xC3\xA4\"}");
    MA_AUTO(ma_json) back = parse(ma_buf_text(&text));
    assert_string_equal(ma_json_text(back, "k\xC2\x9b"),
        "a\033\x7f\xC2\x85\xE2\x80\xAE\xC3\xA4");
}

static void a_full_buf_sticks(void **state)
{
    (void)state;
    MA_AUTO(ma_json) json = parse("[\"abcdef\",\"abcdef\"]");
    MA_SCOPED(ma_buf) text = ma_buf_init(10);
    ma_json_write(&text, json);
    assert_int_equal(text.failed, MCPAUTH_E_LIMIT);
    ma_buf_clear(&text);
    ma_json_write(&text, NULL);
    assert_int_equal(text.failed, MCPAUTH_E_NOMEM);
}

static void any_bytes_become_a_json_string_S_022(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", "\"\""},
        {"abc", "\"abc\""},
        {"a\"b\\c/", "\"a\\\"b\\\\c/\""},
        {"a\n\t\x1f\x7f", "\"a\\u000a\\u0009\\u001f\\u007f\""},
        {"\xC2\x80\xE2\x80\xA8", "\"\\u0080\\u2028\""},
        {"\xC3\xA4\xF0\x9F\x98\x80", "\"\xC3\xA4\xF0\x9F\x98\x80\""},
        {"a\xff\xC3", "\"a\xEF\xBF\xBD\xEF\xBF\xBD\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) text = ma_buf_init(100);
        ma_json_write_string(&text, ma_span_of(rows[i][0]));
        assert_string_equal(ma_buf_text(&text), rows[i][1]);
        MA_AUTO(ma_json) back = parse(ma_buf_text(&text));
        assert_non_null(ma_json_string(back));
    }
}

static void texts_of_an_array_are_told_S_022(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        const char *told; /* NULL: nothing */
    } rows[] = {
        {"[\"a\"]", "a"},
        {"[\"a\",\"b c\",7]", "a, b c, "},
        {"[\"\\u001b[2J\"]", "\\x1b[2J"},
        {"[]", NULL},
        {"7", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_AUTO(ma_json) json = NULL;
        assert_int_equal(ma_json_parse(ma_span_of(rows[i].json),
                             MA_JSON_DOCUMENT_DEPTH, &json, NULL),
            MCPAUTH_OK);
        MA_AUTO(ma_text) told = ma_json_quote_texts(json);
        if (rows[i].told)
            assert_string_equal(told, rows[i].told);
        else
            assert_null(told);
    }
    assert_null(ma_json_quote_texts(NULL));
}

static void members_are_sorted_by_their_names_bytes(void **state)
{
    (void)state;
    static const char text[] = "{\"b\":{\"z\":1,\"y\":\"/\"},\"B\":[]}";
    MA_AUTO(ma_json) json = NULL;
    MA_SCOPED(ma_buf) sorted = ma_buf_init(1024);
    assert_int_equal(ma_json_parse_object(ma_span_of(text), &json, NULL), 0);
    ma_json_write_sorted(&sorted, json);
    assert_string_equal(
        ma_buf_text(&sorted), "{\"B\":[],\"b\":{\"y\":\"/\",\"z\":1}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_sorted_by_their_names_bytes),
        cmocka_unit_test(depth_is_limited_before_any_recursion_S_015),
        cmocka_unit_test(a_document_may_be_32_deep_S_015),
        cmocka_unit_test(duplicate_names_are_refused_S_016),
        cmocka_unit_test(other_text_is_refused_S_018),
        cmocka_unit_test(an_absent_text_is_refused_S_018),
        cmocka_unit_test(a_bom_is_tolerated_S_018),
        cmocka_unit_test(numbers_are_read_as_servers_send_them_S_019),
        cmocka_unit_test(members_have_a_type_or_are_not_there),
        cmocka_unit_test(arrays_are_read_by_index),
        cmocka_unit_test(nothing_is_an_allowed_document),
        cmocka_unit_test(members_are_walked_in_order),
        cmocka_unit_test(what_is_put_is_written),
        cmocka_unit_test(a_text_to_put_is_utf8_S_018),
        cmocka_unit_test(written_controls_are_escaped_S_022),
        cmocka_unit_test(a_full_buf_sticks),
        cmocka_unit_test(any_bytes_become_a_json_string_S_022),
        cmocka_unit_test(texts_of_an_array_are_told_S_022),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
