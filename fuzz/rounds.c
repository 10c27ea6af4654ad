/* rounds.c - any result ends the rounds, begins another or is refused; and
 * what is sent again has an answer for every question and the same state. */
#include "mcp/rounds.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void require(bool truth)
{
    if (!truth)
        abort();
}

static void check_answers(ma_span requests, ma_span responses)
{
    size_t asked = 0;
    size_t answered = 0;
    ma_span name, value;
    ma_value_walk walk = ma_value_walk_init(requests);
    for (; ma_value_walk_next(&walk, &name, &value); asked++)
        require(ma_span_is(ma_value_find(responses, name), "{}"));
    walk = ma_value_walk_init(responses);
    while (ma_value_walk_next(&walk, &name, &value))
        answered++;
    require(asked == answered);
}

static void check_retry(ma_rounds *rounds, ma_span result)
{
    MA_SCOPED(ma_buf) written = ma_buf_init(1 << 24);
    ma_rounds_request request;
    ma_span params;
    while (ma_rounds_next(rounds, &request)) {
        require(ma_value_is_string(request.method));
        require(!ma_rounds_answer(rounds, ma_span_of("{}"), NULL));
    }
    require(!ma_rounds_write_params(
        rounds, ma_span_of("{\"a\":1}"), &written, NULL));
    require(!ma_value_parse(ma_buf_span(&written), &params, NULL));
    require(ma_span_is(ma_value_member(params, "a"), "1"));
    check_answers(ma_value_member(result, "inputRequests"),
        ma_value_member(params, "inputResponses"));
    ma_span state = ma_value_member(result, "requestState");
    require(ma_value_is_string(state) ==
            (ma_value_member(params, "requestState").at != NULL));
    if (ma_value_is_string(state))
        require(ma_span_eq(state, ma_value_member(params, "requestState")));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    MA_SCOPED(ma_rounds) rounds = ma_rounds_init(0);
    ma_span result;
    bool more;
    if (ma_value_parse(ma_span_make((const char *)bytes, len), &result, NULL))
        return 0;
    if (!ma_rounds_feed(&rounds, "tools/call", result, &more, NULL) && more)
        check_retry(&rounds, result);
    return 0;
}
