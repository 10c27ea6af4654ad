/* rounds_test.c - questions, their answers, and where rounds end. */
#include "mcp/rounds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

#define ASK(inside) "{\"resultType\":\"input_required\"" inside "}"
#define ROOTS       "{\"method\":\"roots/list\"}"
#define FORM        "{\"method\":\"elicitation/create\",\"params\":{\"n\":1.10}}"

static mcpauth_status feed_as(ma_rounds *rounds, const char *method,
    const char *result, bool *out_more, mcpauth_error *err)
{
    return ma_rounds_feed(rounds, method, ma_span_of(result), out_more, err);
}

/* Feeds a result of tools/call that must be good; tells whether more is due. */
static bool feed(ma_rounds *rounds, const char *result)
{
    bool more;
    assert_int_equal(feed_as(rounds, "tools/call", result, &more, NULL), 0);
    return more;
}

static mcpauth_status answer(ma_rounds *rounds, const char *result)
{
    return ma_rounds_answer(rounds, ma_span_of(result), NULL);
}

static void assert_params(
    const ma_rounds *rounds, const char *params, const char *expected)
{
    MA_SCOPED(ma_buf) written = ma_buf_init(1000);
    assert_int_equal(
        ma_rounds_write_params(rounds, ma_span_of(params), &written, NULL), 0);
    assert_string_equal(ma_buf_text(&written), expected);
}

static void most_results_are_complete_T_080(void **state)
{
    static const char *const results[] = {"{}", "{\"resultType\":\"complete\"}",
        "{\"resultType\":null}", "{\"content\":[],\"requestState\":\"x\"}",
        "{\"resultType\":\"compl\\u0065te\",\"inputRequests\":{\"k\":1}}"};
    static const char *const methods[] = {"tools/call", "tools/list", "ping"};
    (void)state;
    for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
        for (size_t j = 0; j < sizeof methods / sizeof *methods; j++) {
            MA_SCOPED(ma_rounds) rounds = ma_rounds_init(0);
            bool more = true;
            assert_int_equal(
                feed_as(&rounds, methods[j], results[i], &more, NULL), 0);
            assert_false(more);
            assert_false(ma_rounds_asks(&rounds));
        }
    }
}

static void assert_refused(const char *method, const char *result,
    mcpauth_status status, const char *words)
{
    MA_SCOPED(ma_rounds) rounds = ma_rounds_init(0);
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    ma_rounds_request request;
    bool more = false;
    assert_int_equal(feed_as(&rounds, method, result, &more, err), status);
    assert_non_null(strstr(mcpauth_error_message(err), words));
    assert_false(more);
    assert_false(ma_rounds_next(&rounds, &request));
    assert_int_equal(rounds.count, 0);
}

static void other_kinds_are_invalid_T_080_T_082(void **state)
{
    static const struct {
        const char *result, *words;
    } rows[] = {
        {"{\"resultType\":\"task\"}", "unknown here: \"task\""},
        {"{\"resultType\":\"Complete\"}", "\"Complete\""},
        {"{\"resultType\":\"\"}", "unknown"},
        {"{\"resultType\":1}", "unknown here: \"1\""},
        {"{\"resultType\":\"\\u001b[2J\"}", "\\x1b"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_refused(
            "tools/call", rows[i].result, MCPAUTH_E_PROTOCOL, rows[i].words);
}

static void only_three_methods_lead_to_questions_T_090(void **state)
{
    static const char *const allowed[] = {
        "tools/call", "prompts/get", "resources/read"};
    static const char *const others[] = {
        "tools/list", "server/discover", "completion/complete", "ping", ""};
    (void)state;
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
        MA_SCOPED(ma_rounds) rounds = ma_rounds_init(0);
        bool more = false;
        assert_int_equal(feed_as(&rounds, allowed[i],
                             ASK(",\"requestState\":\"s\""), &more, NULL),
            0);
        assert_true(more);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_refused(others[i], ASK(",\"requestState\":\"s\""),
            MCPAUTH_E_PROTOCOL, "does not allow");
}

static void malformed_rounds_are_refused_T_090(void **state)
{
    static const struct {
        const char *result, *words;
    } rows[] = {
        {ASK(""), "neither"},
        {ASK(",\"inputRequests\":null,\"requestState\":null"), "neither"},
        {ASK(",\"requestState\":1"), "no string: \"1\""},
        {ASK(",\"requestState\":{}"), "no string"},
        {ASK(",\"inputRequests\":[]"), "no object"},
        {ASK(",\"inputRequests\":{\"k\":1}"), "without a method: \"k\""},
        {ASK(",\"inputRequests\":{\"k\":{\"method\":2}}"), "without a method"},
        {ASK(",\"inputRequests\":{\"k\":{\"method\":\"roots/list\","
             "\"params\":[]}}"),
            "params are no object: \"k\""},
        {ASK(",\"inputRequests\":{\"a\":" ROOTS ",\"\\u0061\":" ROOTS "}"),
            "one key: \"a\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_refused(
            "tools/call", rows[i].result, MCPAUTH_E_PROTOCOL, rows[i].words);
}

static void only_three_things_can_be_asked_T_093(void **state)
{
    static const char *const asked[] = {"elicitation/create",
        "sampling/createMessage", "roots/list", "tools/call", "ping",
        "Roots/list"};
    (void)state;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        MA_SCOPED(ma_buf) result = ma_buf_init(1000);
        MA_SCOPED(ma_rounds) rounds = ma_rounds_init(0);
        bool more;
        ma_buf_addf(&result,
            ASK(",\"inputRequests\":{\"k\":{\"method\":\"%s\"}}"), asked[i]);
        assert_int_equal(
            feed_as(&rounds, "tools/call", ma_buf_text(&result), &more, NULL),
            i < 3 ? MCPAUTH_OK : MCPAUTH_E_PROTOCOL);
    }
}

static void questions_come_in_their_order_T_091(void **state)
{
    MA_SCOPED(ma_rounds) rounds = ma_rounds_init(0);
    ma_rounds_request request;
    (void)state;
    assert_true(feed(&rounds,
        ASK(",\"inputRequests\":{\"b\\u0062\" : " FORM " ,\"a\":" ROOTS "}")));
    assert_true(ma_rounds_asks(&rounds));
    assert_true(ma_rounds_next(&rounds, &request));
    assert_true(ma_rounds_next(&rounds, &request));
    assert_true(ma_span_is(request.key, "\"b\\u0062\""));
    assert_true(ma_value_says(request.method, "elicitation/create"));
    assert_true(ma_span_is(request.params, "{\"n\":1.10}"));
    assert_int_equal(answer(&rounds, "{\"action\": \"decline\"}"), 0);
    assert_true(ma_rounds_next(&rounds, &request));
    assert_true(ma_span_is(request.key, "\"a\""));
    assert_null(request.params.at);
    assert_int_equal(answer(&rounds, "{\"roots\":[]}"), 0);
    assert_false(ma_rounds_next(&rounds, &request));
    assert_params(&rounds, "{\"name\":\"x\"}",
        "{\"name\":\"x\",\"inputResponses\":{\"b\\u0062\":{\"action\": "
        "\"decline\"},\"a\":{\"roots\":[]}}}");
}

static void a_refusal_of_the_person_is_an_answer_T_094(void **state)
{
    static const char *const answers[] = {
        "{\"action\":\"decline\"}", "{\"action\":\"cancel\"}"};
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        MA_SCOPED(ma_rounds) rounds = ma_rounds_init(0);
        MA_SCOPED(ma_buf) expected = ma_buf_init(1000);
        assert_true(feed(&rounds, ASK(",\"inputRequests\":{\"k\":" FORM "}")));
        assert_int_equal(answer(&rounds, answers[i]), 0);
        ma_buf_addf(&expected, "{\"inputResponses\":{\"k\":%s}}", answers[i]);
        assert_params(&rounds, NULL, ma_buf_text(&expected));
    }
}

static void the_state_goes_back_byte_for_byte_T_091(void **state)
{
    MA_SCOPED(ma_rounds) rounds = ma_rounds_init(0);
    (void)state;
    assert_true(
        feed(&rounds, ASK(",\"requestState\" : \"\\u0061\\/\xc3\xa9=\"")));
    assert_false(ma_rounds_asks(&rounds));
    assert_params(&rounds, "{\"name\":\"x\"}",
        "{\"name\":\"x\",\"requestState\":\"\\u0061\\/\xc3\xa9=\"}");
}

static void an_empty_state_is_a_state_T_091(void **state)
{
    MA_SCOPED(ma_rounds) rounds = ma_rounds_init(0);
    (void)state;
    assert_true(feed(&rounds, ASK(",\"requestState\":\"\"")));
    assert_params(&rounds, "{}", "{\"requestState\":\"\"}");
}

static void no_questions_have_no_answers_T_091(void **state)
{
    MA_SCOPED(ma_rounds) rounds = ma_rounds_init(0);
    (void)state;
    assert_true(feed(&rounds, ASK(",\"inputRequests\":{ }")));
    assert_false(ma_rounds_asks(&rounds));
    assert_params(&rounds, "{}", "{\"inputResponses\":{}}");
}

static void only_the_latest_round_counts_T_092(void **state)
{
    MA_SCOPED(ma_rounds) rounds = ma_rounds_init(0);
    (void)state;
    assert_true(feed(&rounds,
        ASK(",\"inputRequests\":{\"one\":" ROOTS "},\"requestState\":\"1\"")));
    assert_int_equal(answer(&rounds, "{}"), 0);
    assert_true(feed(&rounds, ASK(",\"inputRequests\":{\"two\":" ROOTS "}")));
    assert_int_equal(answer(&rounds, "{\"r\":2}"), 0);
    assert_params(&rounds, "{}", "{\"inputResponses\":{\"two\":{\"r\":2}}}");
    assert_true(feed(&rounds, ASK(",\"requestState\":\"3\"")));
    assert_params(&rounds, "{}", "{\"requestState\":\"3\"}");
    assert_false(feed(&rounds, "{}"));
    assert_params(&rounds, "{}", "{}");
}

static void a_round_outlives_the_result_it_came_in_T_092(void **state)
{
    MA_SCOPED(ma_rounds) rounds = ma_rounds_init(0);
    char result[] =
        ASK(",\"inputRequests\":{\"k\":" ROOTS "},\"requestState\":\"s\"");
    (void)state;
    assert_true(feed(&rounds, result));
    memset(result, 'x', sizeof result - 1);
    assert_int_equal(answer(&rounds, "{}"), 0);
    assert_params(&rounds, "{}",
        "{\"inputResponses\":{\"k\":{}},\"requestState\":\"s\"}");
}

static void rounds_end_T_092(void **state)
{
    MA_SCOPED(ma_rounds) usual = ma_rounds_init(0);
    MA_SCOPED(ma_rounds) few = ma_rounds_init(2);
    MA_AUTO(mcpauth_error) err = mcpauth_error_new();
    bool more;
    (void)state;
    for (int i = 0; i < MA_ROUNDS_MAX; i++)
        assert_true(feed(&usual, ASK(",\"requestState\":\"s\"")));
    assert_int_equal(feed_as(&usual, "tools/call",
                         ASK(",\"requestState\":\"s\""), &more, NULL),
        MCPAUTH_E_LIMIT);
    assert_true(feed(&few, ASK(",\"requestState\":\"s\"")));
    assert_true(feed(&few, ASK(",\"requestState\":\"s\"")));
    assert_int_equal(
        feed_as(&few, "tools/call", ASK(",\"requestState\":\"s\""), &more, err),
        MCPAUTH_E_LIMIT);
    assert_non_null(strstr(mcpauth_error_message(err), "2 times"));
    assert_false(feed(&few, "{}"));
}

static void write_questions(ma_buf *to, int count)
{
    ma_buf_add_text(
        to, "{\"resultType\":\"input_required\",\"inputRequests\":{");
    for (int i = 0; i < count; i++)
        ma_buf_addf(to, "%s\"k%d\":" ROOTS, i ? "," : "", i);
    ma_buf_add_text(to, "}}");
}

static void questions_of_one_round_are_limited_S_011(void **state)
{
    MA_SCOPED(ma_rounds) rounds = ma_rounds_init(0);
    MA_SCOPED(ma_buf) most = ma_buf_init(1 << 20);
    MA_SCOPED(ma_buf) more = ma_buf_init(1 << 20);
    (void)state;
    write_questions(&most, MA_ROUNDS_REQUESTS_MAX);
    write_questions(&more, MA_ROUNDS_REQUESTS_MAX + 1);
    assert_true(feed(&rounds, ma_buf_text(&most)));
    assert_refused("tools/call", ma_buf_text(&more), MCPAUTH_E_LIMIT,
        "more than 64 questions");
}

static void the_state_has_a_limited_length_S_011(void **state)
{
    MA_SCOPED(ma_buf) result = ma_buf_init(2 * MA_ROUNDS_BYTES_MAX);
    MA_SCOPED(ma_buf) filler = ma_buf_init(2 * MA_ROUNDS_BYTES_MAX);
    (void)state;
    ma_buf_addf(&filler, "%0*d", MA_ROUNDS_BYTES_MAX, 0);
    ma_buf_add_text(
        &result, "{\"resultType\":\"input_required\",\"requestState\":\"");
    ma_buf_add_span(&result, ma_buf_span(&filler));
    ma_buf_add_text(&result, "\"}");
    assert_refused(
        "tools/call", ma_buf_text(&result), MCPAUTH_E_LIMIT, "requestState");
}

static void answers_are_objects_and_due(void **state)
{
    MA_SCOPED(ma_rounds) rounds = ma_rounds_init(0);
    MA_SCOPED(ma_buf) written = ma_buf_init(1000);
    (void)state;
    assert_int_equal(answer(&rounds, "{}"), MCPAUTH_E_STATE);
    assert_true(feed(&rounds, ASK(",\"inputRequests\":{\"k\":" ROOTS "}")));
    assert_int_equal(answer(&rounds, "[]"), MCPAUTH_E_USAGE);
    assert_int_equal(answer(&rounds, NULL), MCPAUTH_E_USAGE);
    assert_int_equal(
        ma_rounds_write_params(&rounds, ma_span_of("{}"), &written, NULL),
        MCPAUTH_E_STATE);
    assert_int_equal(answer(&rounds, "{}"), 0);
    assert_int_equal(answer(&rounds, "{}"), MCPAUTH_E_STATE);
    assert_int_equal(
        ma_rounds_write_params(&rounds, ma_span_of("1"), &written, NULL),
        MCPAUTH_E_USAGE);
    assert_int_equal(written.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(most_results_are_complete_T_080),
        cmocka_unit_test(other_kinds_are_invalid_T_080_T_082),
        cmocka_unit_test(only_three_methods_lead_to_questions_T_090),
        cmocka_unit_test(malformed_rounds_are_refused_T_090),
        cmocka_unit_test(only_three_things_can_be_asked_T_093),
        cmocka_unit_test(questions_come_in_their_order_T_091),
        cmocka_unit_test(a_refusal_of_the_person_is_an_answer_T_094),
        cmocka_unit_test(the_state_goes_back_byte_for_byte_T_091),
        cmocka_unit_test(an_empty_state_is_a_state_T_091),
        cmocka_unit_test(no_questions_have_no_answers_T_091),
        cmocka_unit_test(only_the_latest_round_counts_T_092),
        cmocka_unit_test(a_round_outlives_the_result_it_came_in_T_092),
        cmocka_unit_test(rounds_end_T_092),
        cmocka_unit_test(questions_of_one_round_are_limited_S_011),
        cmocka_unit_test(the_state_has_a_limited_length_S_011),
        cmocka_unit_test(answers_are_objects_and_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
