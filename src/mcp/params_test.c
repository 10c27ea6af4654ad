/* params_test.c - what is ours is put in, and what is theirs stays. */
#include "mcp/params.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

#define OWNED "\"io.m/v\":\"2026\",\"io.m/c\":{}"

static void assert_merged(const char *params, const char *expected)
{
    MA_SCOPED(ma_buf) written = ma_buf_init(1000);
    assert_int_equal(ma_params_write_meta(&written, ma_span_of(params),
                         ma_span_of("{" OWNED "}"), NULL),
        0);
    assert_string_equal(ma_buf_text(&written), expected);
}

static void what_is_missing_is_made_T_060(void **state)
{
    (void)state;
    assert_merged(NULL, "{\"_meta\":{" OWNED "}}");
    assert_merged("null", "{\"_meta\":{" OWNED "}}");
    assert_merged("{ }", "{\"_meta\":{" OWNED "}}");
    assert_merged("{\"a\":1}", "{\"a\":1,\"_meta\":{" OWNED "}}");
    assert_merged(
        "{\"a\":1,\"_meta\":null}", "{\"a\":1,\"_meta\":{" OWNED "}}");
    assert_merged("{\"_meta\":{}}", "{\"_meta\":{" OWNED "}}");
}

static void members_of_the_caller_keep_their_bytes_T_007(void **state)
{
    (void)state;
    assert_merged("{\"n\" : 1.10, \"_meta\" : { \"progressToken\" : "
                  "123456789012345678901234567890, \"\\u0061\":[ 1 ] },"
                  "\"x\":\"\\u00e9\\/\" }",
        "{\"n\":1.10,\"x\":\"\\u00e9\\/\",\"_meta\":{\"progressToken\":"
        "123456789012345678901234567890,\"\\u0061\":[ 1 ]," OWNED "}}");
}

static void what_is_ours_is_ours_alone_T_060(void **state)
{
    (void)state;
    assert_merged("{\"_meta\":{\"io.m/v\":\"1999\",\"b\":2}}",
        "{\"_meta\":{\"b\":2," OWNED "}}");
    assert_merged("{\"_meta\":{\"b\":2,\"io.m\\u002fv\":1,\"io.m\\/v\":3}}",
        "{\"_meta\":{\"b\":2," OWNED "}}");
}

static void an_escaped_or_repeated_meta_is_one_meta_T_060(void **state)
{
    (void)state;
    assert_merged("{\"_m\\u0065ta\":{\"b\":2},\"a\":1}",
        "{\"a\":1,\"_meta\":{\"b\":2," OWNED "}}");
    assert_merged("{\"_meta\":{\"b\":2},\"_meta\":{\"c\":3}}",
        "{\"_meta\":{\"c\":3," OWNED "}}");
}

static void what_cannot_be_merged_is_refused(void **state)
{
    static const char *const params[] = {"[]", "1", "\"a\"", "{\"_meta\":[]}",
        "{\"_meta\":\"a\"}", "{\"_meta\":{},\"_m\\u0065ta\":1}"};
    (void)state;
    for (size_t i = 0; i < sizeof params / sizeof *params; i++) {
        MA_SCOPED(ma_buf) written = ma_buf_init(1000);
        MA_AUTO(mcpauth_error) err = mcpauth_error_new();
        assert_int_equal(ma_params_write_meta(&written, ma_span_of(params[i]),
                             ma_span_of("{}"), err),
            MCPAUTH_E_USAGE);
        assert_non_null(strstr(mcpauth_error_message(err), "JSON object"));
        assert_int_equal(written.len, 0);
    }
}

static void assert_retry(const char *params, const char *responses,
    const char *state_text, const char *expected)
{
    MA_SCOPED(ma_buf) written = ma_buf_init(1000);
    assert_int_equal(ma_params_write_retry(&written, ma_span_of(params),
                         ma_span_of(responses), ma_span_of(state_text), NULL),
        0);
    assert_string_equal(ma_buf_text(&written), expected);
}

static void a_retry_adds_the_answers_and_the_state_T_091(void **state)
{
    (void)state;
    assert_retry("{\"name\":\"x\",\"arguments\":{\"n\": 1.0}}",
        "{\"k\":{\"action\":\"accept\"}}", "\"a\\u0062\\/=\"",
        "{\"name\":\"x\",\"arguments\":{\"n\": 1.0},"
        "\"inputResponses\":{\"k\":{\"action\":\"accept\"}},"
        "\"requestState\":\"a\\u0062\\/=\"}");
}

static void a_retry_leaves_out_what_was_not_given_T_091(void **state)
{
    (void)state;
    assert_retry("{\"a\":1}", NULL, "\"\"", "{\"a\":1,\"requestState\":\"\"}");
    assert_retry("{\"a\":1}", "{}", NULL, "{\"a\":1,\"inputResponses\":{}}");
    assert_retry(NULL, NULL, NULL, "{}");
}

static void nothing_of_another_round_goes_along_T_092(void **state)
{
    (void)state;
    assert_retry("{\"requestStat\\u0065\":\"old\",\"a\":1,"
                 "\"inputResponses\":{\"old\":{}}}",
        NULL, "\"new\"", "{\"a\":1,\"requestState\":\"new\"}");
}

static void a_retry_of_no_object_is_refused(void **state)
{
    MA_SCOPED(ma_buf) written = ma_buf_init(1000);
    ma_span none = {NULL, 0};
    (void)state;
    assert_int_equal(
        ma_params_write_retry(&written, ma_span_of("[]"), none, none, NULL),
        MCPAUTH_E_USAGE);
    assert_int_equal(written.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_missing_is_made_T_060),
        cmocka_unit_test(members_of_the_caller_keep_their_bytes_T_007),
        cmocka_unit_test(what_is_ours_is_ours_alone_T_060),
        cmocka_unit_test(an_escaped_or_repeated_meta_is_one_meta_T_060),
        cmocka_unit_test(what_cannot_be_merged_is_refused),
        cmocka_unit_test(a_retry_adds_the_answers_and_the_state_T_091),
        cmocka_unit_test(a_retry_leaves_out_what_was_not_given_T_091),
        cmocka_unit_test(nothing_of_another_round_goes_along_T_092),
        cmocka_unit_test(a_retry_of_no_object_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
