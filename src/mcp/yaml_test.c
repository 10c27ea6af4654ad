/* yaml_test.c - a text that is read means what YAML says, and the rest is
 * refused. */
#include "mcp/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

static void assert_reads(const char *yaml, const char *json)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(ma_fields) read = ma_fields_init();
    MA_SCOPED(ma_fields) wanted = ma_fields_init();
    ma_fields_difference found = {0};
    mcpauth_status st = ma_yaml_read(ma_span_of(yaml), 1, &read, err);
    if (st)
        fail_msg("%s: %s", yaml, mcpauth_error_message(err));
    assert_int_equal(ma_fields_add_json(&wanted, ma_span_of(json), err), 0);
    st = ma_fields_compare(&read, &wanted, &found, err);
    if (st)
        fail_msg("%s: %s", yaml, mcpauth_error_message(err));
    if (found.place.at)
        fail_msg("%s: at %.*s: %.*s, not %.*s", yaml, (int)found.place.len,
            found.place.at, (int)found.one.len, found.one.at,
            (int)found.other.len, found.other.at);
}

static void assert_refused(const char *yaml, const char *words)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(ma_fields) read = ma_fields_init();
    mcpauth_status st = ma_yaml_read(ma_span_of(yaml), 1, &read, err);
    if (st != MCPAUTH_E_PROTOCOL)
        fail_msg("was read: %s", yaml);
    if (!strstr(mcpauth_error_message(err), words))
        fail_msg("%s: %s", yaml, mcpauth_error_message(err));
}

static void a_mapping_of_scalars_is_read_T_242(void **state)
{
    (void)state;
    assert_reads("name: pdf\ndescription: Fill, and join, PDFs\n",
        "{\"description\":\"Fill, and join, PDFs\",\"name\":\"pdf\"}");
    assert_reads("a: 1\nb: 1.0\nc: -3\nd: +4\ne: .5\nf: 6.\ng: 1e3\n",
        "{\"a\":1,\"b\":1,\"c\":-3,\"d\":4,\"e\":0.5,\"f\":6,\"g\":1000}");
    assert_reads("a: true\nb: False\nc: ~\nd: null\ne:\nf: yes\ng: 2026-01-02",
        "{\"a\":true,\"b\":false,\"c\":null,\"d\":null,\"e\":null,"
        "\"f\":\"yes\",\"g\":\"2026-01-02\"}");
    assert_reads("u: http://a.example/#b\nv: 1.2.3\nw: a#b # c\nx: a b  \n",
        "{\"u\":\"http://a.example/#b\",\"v\":\"1.2.3\",\"w\":\"a#b\","
        "\"x\":\"a b\"}");
    assert_reads("", "{}");
    assert_reads("# a\n\n  # b\n", "{}");
    assert_reads("a: 1\r\nb: 2\r\n", "{\"a\":1,\"b\":2}");
    assert_reads("a b: 1\n\"c: d\": 2\n'e': 3\nf : 4\n",
        "{\"a b\":1,\"c: d\":2,\"e\":3,\"f\":4}");
}

static void quotes_say_what_they_say_T_242(void **state)
{
    (void)state;
    assert_reads("a: \"x: y # z\"\nb: 'it''s'\nc: \"\\u00e9\\n\\\"\"\nd: ''\n",
        "{\"a\":\"x: y # z\",\"b\":\"it's\",\"c\":\"\xC3\xA9\\n\\\"\","
        "\"d\":\"\"}");
    assert_reads("a: \"1\" # one\nb: 'true'\n", "{\"a\":\"1\",\"b\":\"true\"}");
    assert_refused("a: \"x\" y\n", "line 1 has something behind a quote");
    assert_refused("a: \"x\n  y\"\n", "does not end in its line");
    assert_refused("a: \"\\x41\"\n", "escape");
}

static void mappings_and_lists_nest_T_242(void **state)
{
    (void)state;
    assert_reads("metadata:\n  version: \"1\"\n  by:\n    name: x\nz: 1\n",
        "{\"metadata\":{\"version\":\"1\",\"by\":{\"name\":\"x\"}},\"z\":1}");
    assert_reads("a:\n- x\n- y\nb:\n  - 1\n  -\n  - - 2\n    - 3\n",
        "{\"a\":[\"x\",\"y\"],\"b\":[1,null,[2,3]]}");
    assert_reads("a:\n  - n: 1\n    m: 2\n  - n: 3\n",
        "{\"a\":[{\"n\":1,\"m\":2},{\"n\":3}]}");
    assert_reads("a:\n  - b:\n    - 1\n    - 2\n  - c\n",
        "{\"a\":[{\"b\":[1,2]},\"c\"]}");
    assert_reads("a:\n  text\n", "{\"a\":\"text\"}");
    assert_refused("- a\n", "indentation");
    assert_refused("a: 1\n  b: 2\n", "colon");
    assert_refused("a:\n  b: 1\n c: 2\n", "line 3");
    assert_refused("a\n", "indentation");
    assert_refused("a: [1]\n  b: 2\n", "indentation");
}

static void texts_go_over_lines_T_242(void **state)
{
    (void)state;
    assert_reads("a: one\n  two\n\n  three\nb: 1\n",
        "{\"a\":\"one two\\nthree\",\"b\":1}");
    assert_reads("a: |\n  one\n   two\n\n  three\n\nb: 1\n",
        "{\"a\":\"one\\n two\\n\\nthree\\n\",\"b\":1}");
    assert_reads("a: >\n  one\n  two\n\n  three\n\nb: 1\n",
        "{\"a\":\"one two\\nthree\\n\",\"b\":1}");
    assert_reads("a: |-\n  one: # x\n\nb: >+\n  two\n\n\nc: 1\n",
        "{\"a\":\"one: # x\",\"b\":\"two\\n\\n\\n\",\"c\":1}");
    assert_reads("a: |\n\n  one\nb: |\nc: |+\n\n",
        "{\"a\":\"\\none\\n\",\"b\":\"\",\"c\":\"\\n\"}");
    assert_reads("a:\n  - |\n   one\n  - two\n   more\n",
        "{\"a\":[\"one\\n\",\"two more\"]}");
    assert_refused("a: >\n  one\n    two\n", "folded");
    assert_refused("a: |2\n  one\n", "indicator");
    assert_refused("a: one\n  b: two\n", "colon");
    assert_refused("a: |\n    \n  one\n", "blank");
}

static void brackets_are_read_T_242(void **state)
{
    (void)state;
    assert_reads("a: [x, \"y, z\", 3]\nb: {c: 1, \"d\":2, e: {f: []}}\ng: {}\n",
        "{\"a\":[\"x\",\"y, z\",3],\"b\":{\"c\":1,\"d\":2,\"e\":{\"f\":[]}},"
        "\"g\":{}}");
    assert_reads(
        "a: [x,\n  y,\n] # z\nb: 1\n", "{\"a\":[\"x\",\"y\"],\"b\":1}");
    assert_reads(
        "a:\n  - [1]\n  - {b: c d}\n", "{\"a\":[[1],{\"b\":\"c d\"}]}");
    assert_refused("a: [x\n", "not closed");
    assert_refused("a: [x] y\n", "behind a bracket");
    assert_refused("a: [x: y]\n", "brackets");
    assert_refused("a: {x}\n", "names");
    assert_refused("a: [,]\n", "brackets");
    assert_refused("a: [x y: 1\n", "brackets");
}

static void what_is_not_read_is_refused_T_242(void **state)
{
    static const char *const rows[] = {"a: &b c\n", "a: *b\n", "a: !!str 1\n",
        "? a\n: b\n", "a: @b\n", "a: `b`\n", "a: %b\n", "\ta: 1\n", "a:\t1\n",
        "a: x\ty\n", "a: 012\n", "a: 0x1F\n", "a: .inf\n", "a: b: c\n",
        "a: b:\n", "a: 1\n--- \nb: 2\n", "...\n", "<<: 1\n", "a: - b\n",
        "a: \x01\n", "a: \xFF\n", "a: \xE2\x80\xA8\n", "a: \xC2\x85\n",
        "a: x\ry\n", "!a: 1\n", ": 1\n", "  a: 1\nb: 2\n"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_refused(rows[i], "line ");
}

static void nesting_has_a_limit_S_015(void **state)
{
    MA_SCOPED(ma_buf) lists = ma_buf_init(1 << 20);
    MA_SCOPED(ma_buf) brackets = ma_buf_init(1 << 20);
    (void)state;
    ma_buf_add_text(&lists, "a: \n  ");
    ma_buf_add_text(&brackets, "a: ");
    for (int i = 0; i < 10000; i++) {
        ma_buf_add_text(&lists, "- ");
        ma_buf_add_byte(&brackets, '[');
    }
    assert_refused(ma_buf_text(&lists), "nest");
    assert_refused(ma_buf_text(&brackets), "nest");
}

static void a_name_twice_is_no_mapping_S_016(void **state)
{
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(ma_fields) read = ma_fields_init();
    MA_SCOPED(ma_fields) none = ma_fields_init();
    ma_fields_difference found = {0};
    (void)state;
    assert_int_equal(
        ma_yaml_read(ma_span_of("a: 1\nb: 2\n\"a\": 3\n"), 1, &read, err), 0);
    assert_int_equal(
        ma_fields_compare(&read, &none, &found, err), MCPAUTH_E_PROTOCOL);
    assert_string_equal(mcpauth_error_message(err), "it has .a twice");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mapping_of_scalars_is_read_T_242),
        cmocka_unit_test(quotes_say_what_they_say_T_242),
        cmocka_unit_test(mappings_and_lists_nest_T_242),
        cmocka_unit_test(texts_go_over_lines_T_242),
        cmocka_unit_test(brackets_are_read_T_242),
        cmocka_unit_test(what_is_not_read_is_refused_T_242),
        cmocka_unit_test(nesting_has_a_limit_S_015),
        cmocka_unit_test(a_name_twice_is_no_mapping_S_016),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
