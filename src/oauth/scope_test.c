/* scope_test.c - scopes as ordered sets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "oauth/scope.h"

static void legal_bytes_and_single_spaces_A_025(void **state)
{
    (void)state;
    static const struct {
        const char *scope;
        bool valid;
    } rows[] = {
        {"read", true},
        {"read write", true},
        {"mcp-server/read https://a.example/x:y", true},
        {"!#[]~", true},
        {"", false},
        {" read", false},
        {"read ", false},
        {"read  write", false},
        {"re\"ad", false},
        {"re\\ad", false},
        {"read\twrite", false},
        {"read\nwrite", false},
        {"r\x7f", false},
        {"r\xc3\xa9", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (ma_scope_valid(ma_span_of(rows[i].scope)) != rows[i].valid)
            fail_msg("%s", rows[i].scope);
    assert_false(ma_scope_valid(ma_span_of(NULL)));
}

static void adding_keeps_order_and_drops_duplicates_A_143(void **state)
{
    (void)state;
    MA_SCOPED(ma_buf) scope = ma_buf_init(MA_SCOPE_MAX);
    ma_scope_add(&scope, ma_span_of("b a  b"));
    ma_scope_add(&scope, ma_span_of("A a c"));
    ma_scope_add(&scope, ma_span_of(NULL));
    assert_string_equal(ma_buf_text(&scope), "b a A c");
}

static void array_entries_that_are_no_tokens_are_skipped_A_140(void **state)
{
    (void)state;
    MA_AUTO(ma_json) array = NULL;
    assert_int_equal(
        ma_json_parse(
            ma_span_of("[\"a\", \"b c\", 1, null, \"\", \"d\", \"a\"]"),
            MA_JSON_DOCUMENT_DEPTH, &array, NULL),
        MCPAUTH_OK);
    MA_SCOPED(ma_buf) scope = ma_buf_init(MA_SCOPE_MAX);
    ma_scope_add_array(&scope, array);
    ma_scope_add_array(&scope, NULL);
    assert_string_equal(ma_buf_text(&scope), "a d");
}

static void sets_are_compared_without_order_A_143(void **state)
{
    (void)state;
    ma_span abc = ma_span_of("a b c");
    assert_true(ma_scope_has(abc, ma_span_of("b")));
    assert_false(ma_scope_has(abc, ma_span_of("B")));
    assert_false(ma_scope_has(abc, ma_span_of("")));
    assert_false(ma_scope_has(abc, ma_span_of("a b")));
    assert_true(ma_scope_covers(abc, ma_span_of("c a")));
    assert_true(ma_scope_covers(abc, ma_span_of("")));
    assert_false(ma_scope_covers(abc, ma_span_of("a d")));
    assert_true(ma_scope_same(abc, ma_span_of("c b a a")));
    assert_false(ma_scope_same(abc, ma_span_of("a b")));
}

static void number_and_length_have_an_end_S_034(void **state)
{
    (void)state;
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    MA_SCOPED(ma_buf) scope = ma_buf_init(MA_SCOPE_MAX);
    for (int i = 0; i < MA_SCOPE_TOKENS_MAX; i++) {
        MA_SCOPED(ma_buf) token = ma_buf_init(16);
        ma_buf_addf(&token, "s%d", i);
        ma_scope_add(&scope, ma_buf_span(&token));
    }
    assert_int_equal(ma_scope_status(&scope, err), MCPAUTH_OK);
    ma_scope_add(&scope, ma_span_of("s0"));
    assert_int_equal(ma_scope_status(&scope, err), MCPAUTH_OK);
    ma_scope_add(&scope, ma_span_of("one-more"));
    assert_int_equal(ma_scope_status(&scope, err), MCPAUTH_E_LIMIT);
    assert_non_null(strstr(mcpauth_error_message(err), "64"));
    assert_non_null(strstr(mcpauth_error_hint(err), "--scope"));

    MA_SCOPED(ma_buf) small = ma_buf_init(4);
    ma_scope_add(&small, ma_span_of("abc def"));
    assert_int_equal(ma_scope_status(&small, NULL), MCPAUTH_E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(legal_bytes_and_single_spaces_A_025),
        cmocka_unit_test(adding_keeps_order_and_drops_duplicates_A_143),
        cmocka_unit_test(array_entries_that_are_no_tokens_are_skipped_A_140),
        cmocka_unit_test(sets_are_compared_without_order_A_143),
        cmocka_unit_test(number_and_length_have_an_end_S_034),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
