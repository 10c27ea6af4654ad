/* toolgate_test.c - tools that pass, and arguments that go as fields. */
#include "bridge/toolgate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/headers.h"

#define TOOLS                                                                  \
    "{\"tools\": [{\"name\":\"read_a\"}, {\"name\":\"read_b\"},"               \
    "{\"name\":\"write\"}],\"x\":1.10}"

static void check(
    const char *allowed, const char *ignored, const char *expected)
{
    const ma_toolgate_names yes = {&allowed, allowed ? 1 : 0};
    const ma_toolgate_names no = {&ignored, ignored ? 1 : 0};
    MA_SCOPED(ma_buf) got = ma_buf_init(1 << 16);
    ma_toolgate gate = ma_toolgate_init(yes, no);
    assert_int_equal(ma_toolgate_write_list(&gate, ma_span_make(NULL, 0),
                         ma_span_of(TOOLS), &got, NULL),
        0);
    assert_string_equal(ma_buf_text(&got), expected);
    ma_toolgate_done(&gate);
}

static void a_list_shows_what_passes_and_keeps_its_bytes_T_007(void **state)
{
    (void)state;
    check(NULL, NULL, TOOLS);
    check("read_*", NULL,
        "{\"tools\": "
        "[{\"name\":\"read_a\"},{\"name\":\"read_b\"}],\"x\":1.10}");
    check(NULL, "*_a",
        "{\"tools\": [{\"name\":\"read_b\"},{\"name\":\"write\"}],\"x\":1.10}");
    check(
        "read_*", "read_a", "{\"tools\": [{\"name\":\"read_b\"}],\"x\":1.10}");
    check("nothing", NULL, "{\"tools\": [],\"x\":1.10}");
}

static void a_pattern_is_the_whole_name(void **state)
{
    static const struct {
        const char *pattern, *name;
        bool passes;
    } rows[] = {
        {"a", "\"a\"", true},
        {"a", "\"ab\"", false},
        {"*", "\"\"", true},
        {"a*c", "\"abbc\"", true},
        {"a*c", "\"abcd\"", false},
        {"*b*b*", "\"abab\"", true},
        {"a?", "\"ab\"", false},
        {"a", "\"\\u0061\"", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const ma_toolgate_names allowed = {&rows[i].pattern, 1};
        const ma_toolgate_names none = {NULL, 0};
        ma_toolgate gate = ma_toolgate_init(allowed, none);
        assert_int_equal(ma_toolgate_passes(&gate, ma_span_of(rows[i].name)),
            rows[i].passes);
        ma_toolgate_done(&gate);
    }
}

static void arguments_go_as_fields_once_a_list_was_seen_T_065_T_068_T_069(
    void **state)
{
    static const char list[] =
        "{\"tools\":[{\"name\":\"t\",\"inputSchema\":{\"properties\":{\"a\":{"
        "\"type\":\"string\",\"x-mcp-header\":\"A\"}}}},"
        "{\"name\":\"bad\",\"inputSchema\":{\"properties\":{\"a\":{"
        "\"type\":\"object\",\"x-mcp-header\":\"A\"}}}}]}";
    const ma_toolgate_names none = {NULL, 0};
    MA_SCOPED(ma_buf) shown = ma_buf_init(1 << 16);
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    ma_toolgate gate = ma_toolgate_init(none, none);
    (void)state;
    assert_true(ma_toolgate_knows(&gate));
    gate.fields = true;
    assert_false(ma_toolgate_knows(&gate));
    assert_int_equal(ma_toolgate_write_list(&gate, ma_span_make(NULL, 0),
                         ma_span_of(list), &shown, NULL),
        0);
    assert_null(strstr(ma_buf_text(&shown), "bad"));
    assert_true(ma_toolgate_knows(&gate));
    assert_int_equal(
        ma_toolgate_add_fields(&gate,
            ma_span_of("{\"name\":\"t\",\"arguments\":{\"a\":\"v\"}}"), headers,
            NULL),
        0);
    assert_string_equal(mcpauth_headers_get(headers, "Mcp-Param-A"), "v");
    assert_int_equal(ma_toolgate_add_fields(&gate,
                         ma_span_of("{\"name\":\"bad\"}"), headers, NULL),
        MCPAUTH_E_UNSUPPORTED);
    ma_toolgate_done(&gate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_shows_what_passes_and_keeps_its_bytes_T_007),
        cmocka_unit_test(a_pattern_is_the_whole_name),
        cmocka_unit_test(
            arguments_go_as_fields_once_a_list_was_seen_T_065_T_068_T_069),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
