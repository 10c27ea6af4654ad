/* faults_test.c - words, counts, and what they do to documents. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sandbox/caller.h"

static void every_fault_has_one_line_of_help(void **state)
{
    (void)state;
    ma_sandbox_word word;
    size_t count = 0;
    while (ma_sandbox_fault(count, &word)) {
        assert_true(strlen(word.name) > 2);
        assert_non_null(word.help);
        assert_null(strchr(word.help, '\n'));
        count++;
    }
    assert_int_equal(count, MA_FAULTS);
}

static void words_are_judged(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        mcpauth_status expected;
    } rows[] = {
        {"mcp-429", MCPAUTH_OK},
        {"mcp-429=2", MCPAUTH_OK},
        {"mcp-429=0", MCPAUTH_E_USAGE},
        {"mcp-429=x", MCPAUTH_E_USAGE},
        {"mcp-429=", MCPAUTH_E_USAGE},
        {"short-lifetime=7", MCPAUTH_OK},
        {"expires-in=1e400", MCPAUTH_OK},
        {"expires-in", MCPAUTH_E_USAGE},
        {"html=token", MCPAUTH_OK},
        {"html=elsewhere", MCPAUTH_E_USAGE},
        {"rotate=1", MCPAUTH_E_USAGE},
        {"no-such-fault", MCPAUTH_E_USAGE},
        {"", MCPAUTH_E_USAGE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ma_faults faults = {0};
        assert_int_equal(
            ma_faults_set(&faults, rows[i].word, NULL), rows[i].expected);
    }
}

static void a_count_ends(void **state)
{
    (void)state;
    ma_faults faults = {0};
    assert_int_equal(ma_faults_set(&faults, "mcp-5xx=2", NULL), MCPAUTH_OK);
    assert_true(ma_faults_strike(&faults, MA_FAULT_MCP_5XX));
    assert_true(ma_faults_strike(&faults, MA_FAULT_MCP_5XX));
    assert_false(ma_faults_strike(&faults, MA_FAULT_MCP_5XX));
}

static void throttling_strikes_once_unless_told(void **state)
{
    (void)state;
    ma_faults faults = {0};
    assert_int_equal(ma_faults_set(&faults, "throttled", NULL), MCPAUTH_OK);
    assert_true(ma_faults_strike(&faults, MA_FAULT_THROTTLED));
    assert_false(ma_faults_strike(&faults, MA_FAULT_THROTTLED));
}

static ma_visit *spoil(const char *word, ma_place place)
{
    ma_faults faults = {0};
    assert_int_equal(ma_faults_set(&faults, word, NULL), MCPAUTH_OK);
    ma_visit *visit = ma_visit_new("GET", "/");
    ma_visit_json(visit, 200, "{\"a\":1}");
    visit->place = place;
    ma_faults_spoil(&faults, visit);
    return visit;
}

static void documents_are_spoiled_in_their_place_S_011_S_018(void **state)
{
    (void)state;
    MA_AUTO(ma_visit) html = spoil("html", MA_PLACE_TOKEN);
    assert_string_equal(mcpauth_headers_get(html->reply_fields, "Content-Type"),
        "text/html; charset=utf-8");
    MA_AUTO(ma_visit) spared = spoil("html=metadata", MA_PLACE_TOKEN);
    assert_string_equal(ma_buf_text(&spared->reply), "{\"a\":1}");
    MA_AUTO(ma_visit) bad = spoil("malformed-json", MA_PLACE_METADATA);
    assert_string_equal(ma_buf_text(&bad->reply), "{\"a\":1},}");
    MA_AUTO(ma_visit) huge = spoil("oversized=mcp", MA_PLACE_MCP);
    assert_true(huge->padding > 64u << 20);
    MA_AUTO(ma_visit) cut = spoil("truncated", MA_PLACE_MCP);
    assert_true(cut->cut);
    MA_AUTO(ma_visit) page = spoil("truncated", MA_PLACE_OTHER);
    assert_false(page->cut);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_has_one_line_of_help),
        cmocka_unit_test(words_are_judged),
        cmocka_unit_test(a_count_ends),
        cmocka_unit_test(throttling_strikes_once_unless_told),
        cmocka_unit_test(documents_are_spoiled_in_their_place_S_011_S_018),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
