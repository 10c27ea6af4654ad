/* envelope_test.c - which texts are messages, and of what kind. */
#include "mcp/envelope.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

#define assert_span(span, text) assert_true(ma_span_is(span, text))
#define V                       "\"jsonrpc\":\"2.0\""

static ma_envelope parse(const char *text)
{
    ma_envelope envelope = {.kind = MA_ENVELOPE_BATCH};
    assert_int_equal(ma_envelope_parse(ma_span_of(text), &envelope, NULL), 0);
    return envelope;
}

static void kinds_follow_from_members_T_001_T_002_T_003(void **state)
{
    static const struct {
        const char *text;
        ma_envelope_kind kind;
    } rows[] = {
        {"{" V ",\"id\":1,\"method\":\"ping\"}", MA_ENVELOPE_REQUEST},
        {"{" V ",\"id\":\"a\",\"method\":\"x\",\"params\":{}}",
            MA_ENVELOPE_REQUEST},
        {"{\"method\":\"x\"," V "}", MA_ENVELOPE_NOTIFICATION},
        {"{" V ",\"method\":\"x\",\"params\":null}", MA_ENVELOPE_NOTIFICATION},
        {"{" V ",\"id\":1,\"result\":{}}", MA_ENVELOPE_RESPONSE},
        {"{" V ",\"id\":1,\"result\":{},\"error\":null}", MA_ENVELOPE_RESPONSE},
        {"{" V ",\"id\":1,\"error\":{\"code\":-1,\"message\":\"m\"}}",
            MA_ENVELOPE_ERROR},
        {"{" V ",\"id\":null,\"error\":{\"code\":-1,\"message\":\"m\"}}",
            MA_ENVELOPE_ERROR},
        {"{" V ",\"error\":{\"code\":-1,\"message\":\"m\"}}",
            MA_ENVELOPE_ERROR},
        {"[{" V ",\"method\":\"x\"}]", MA_ENVELOPE_BATCH},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(parse(rows[i].text).kind, rows[i].kind);
}

static void other_json_is_no_message_T_002_T_003_T_004(void **state)
{
    static const char *const texts[] = {
        "1",
        "\"x\"",
        "null",
        "[]",
        "{}",
        "{" V "}",
        "{" V ",\"id\":1}",
        "{\"id\":1,\"method\":\"x\"}",
        "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"x\"}",
        "{\"jsonrpc\":2.0,\"id\":1,\"method\":\"x\"}",
        "{" V ",\"id\":1,\"method\":7}",
        "{" V ",\"id\":null,\"method\":\"x\"}",
        "{" V ",\"id\":{},\"method\":\"x\"}",
        "{" V ",\"id\":true,\"method\":\"x\"}",
        "{" V ",\"id\":1,\"method\":\"x\",\"params\":[]}",
        "{" V ",\"id\":1,\"method\":\"x\",\"result\":{}}",
        "{" V ",\"id\":1,\"result\":{},\"error\":{\"code\":1,"
        "\"message\":\"m\"}}",
        "{" V ",\"id\":1,\"result\":[]}",
        "{" V ",\"id\":1,\"result\":null}",
        "{" V ",\"id\":null,\"result\":{}}",
        "{" V ",\"result\":{}}",
        "{" V ",\"id\":1,\"error\":\"m\"}",
        "{" V ",\"id\":1,\"error\":{\"message\":\"m\"}}",
        "{" V ",\"id\":1,\"error\":{\"code\":\"1\",\"message\":\"m\"}}",
        "{" V ",\"id\":1,\"error\":{\"code\":1}}",
        "{" V ",\"id\":[],\"error\":{\"code\":1,\"message\":\"m\"}}",
        "{" V ",\"id\":1,\"id\":2,\"method\":\"x\"}",
        "{" V ",\"id\":1,\"\\u0069d\":2,\"method\":\"x\"}",
        "{" V ",\"id\":1,\"method\":\"x\",\"method\":\"y\"}",
        "{" V "," V ",\"id\":1,\"method\":\"x\"}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        ma_span value;
        ma_envelope envelope = {.kind = MA_ENVELOPE_BATCH};
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        ma_span text = ma_span_of(texts[i]);
        assert_int_equal(ma_value_parse(text, &value, NULL), 0);
        assert_int_equal(
            ma_envelope_parse(text, &envelope, err), MCPAUTH_E_PROTOCOL);
        assert_non_null(
            strstr(mcpauth_error_message(err), "not a JSON-RPC message"));
        assert_int_equal(envelope.kind, MA_ENVELOPE_BATCH);
    }
}

static void text_that_is_no_json_is_refused_T_003(void **state)
{
    ma_envelope envelope;
    (void)state;
    assert_int_equal(ma_envelope_parse(ma_span_of("<html>"), &envelope, NULL),
        MCPAUTH_E_PROTOCOL);
}

static void ids_keep_text_and_type_T_002(void **state)
{
    ma_envelope big = parse("{" V ",\"id\":-123456789012345678901234567890,"
                            "\"method\":\"x\"}");
    ma_envelope text = parse("{" V ",\"id\":\"1\",\"result\":{}}");
    ma_envelope part = parse("{" V ",\"id\":1.50,\"method\":\"x\"}");
    ma_envelope power = parse("{" V ",\"id\":1E3,\"result\":{}}");
    (void)state;
    assert_span(part.id, "1.50");
    assert_span(power.id, "1E3");
    assert_span(big.id, "-123456789012345678901234567890");
    assert_span(text.id, "\"1\"");
}

static void an_id_is_the_same_by_type_and_value_T_002(void **state)
{
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {
        {"1", "1", true},
        {"1", "1.0", true},
        {"1e3", "1000", true},
        {"1.5", "1.50", true},
        {"-0", "0", true},
        {"\"1\"", "\"\\u0031\"", true},
        {"1", "\"1\"", false},
        {"1.5", "1", false},
        {"-1", "1", false},
        {"12345678901234567890", "12345678901234567891", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ma_span a = ma_span_of(rows[i].a);
        ma_span b = ma_span_of(rows[i].b);
        assert_int_equal(ma_envelope_same_id(a, b), rows[i].same);
        assert_int_equal(ma_envelope_same_id(b, a), rows[i].same);
    }
    assert_false(ma_envelope_same_id(ma_span_of("1"), ma_span_make(NULL, 0)));
}

static void parts_are_lent_byte_for_byte_T_007(void **state)
{
    ma_envelope call = parse("{" V ",\"id\":1,\"method\":\"tools\\/call\","
                             "\"params\":{ \"a\":1.10 },\"extra\":[1]}");
    ma_envelope error =
        parse("{" V ",\"id\":1,\"error\":{\"code\":-32602,\"message\":"
              "\"no \\u0041\",\"data\":[1.0]}}");
    (void)state;
    assert_true(ma_envelope_is(&call, "tools/call"));
    assert_false(ma_envelope_is(&call, "tools/cal"));
    assert_span(call.params, "{ \"a\":1.10 }");
    assert_int_equal(error.code, -32602);
    assert_true(ma_value_says(error.message, "no A"));
    assert_span(error.data, "[1.0]");
    assert_false(ma_envelope_is(&error, "x"));
}

static void of_two_params_the_last_counts_T_004(void **state)
{
    ma_envelope call = parse("{" V ",\"method\":\"x\",\"params\":{\"a\":1},"
                             "\"params\":{\"a\":2}}");
    (void)state;
    assert_span(call.params, "{\"a\":2}");
}

static void a_batch_lends_its_items_T_005(void **state)
{
    ma_envelope batch = parse(" [ {" V ",\"method\":\"x\"} , 1 ] ");
    (void)state;
    assert_span(batch.batch, "[ {" V ",\"method\":\"x\"} , 1 ]");
    assert_null(batch.method.at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_follow_from_members_T_001_T_002_T_003),
        cmocka_unit_test(other_json_is_no_message_T_002_T_003_T_004),
        cmocka_unit_test(text_that_is_no_json_is_refused_T_003),
        cmocka_unit_test(ids_keep_text_and_type_T_002),
        cmocka_unit_test(an_id_is_the_same_by_type_and_value_T_002),
        cmocka_unit_test(parts_are_lent_byte_for_byte_T_007),
        cmocka_unit_test(of_two_params_the_last_counts_T_004),
        cmocka_unit_test(a_batch_lends_its_items_T_005),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
