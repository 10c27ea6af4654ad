/* rounds.c - MCP 2026-07-28, multi round-trip requests. */
#include "mcp/rounds.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"
#include "mcp/params.h"

ma_rounds ma_rounds_init(size_t rounds_max)
{
    return (ma_rounds){
        .rounds_max = rounds_max ? rounds_max : MA_ROUNDS_MAX,
        .requests = ma_buf_init(MA_ROUNDS_BYTES_MAX),
        .state = ma_buf_init(MA_ROUNDS_BYTES_MAX),
        .answers = ma_buf_init(MA_ROUNDS_BYTES_MAX),
    };
}

void ma_rounds_done(ma_rounds *rounds)
{
    ma_buf_done(&rounds->requests);
    ma_buf_done(&rounds->state);
    ma_buf_done(&rounds->answers);
}

/* --- judging a result ---------------------------------------------------- */

static mcpauth_status refuse(mcpauth_error *err, const char *why, ma_span what)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_ROUNDS_BYTES_MAX);
    if (!ma_value_write_text(&text, what))
        ma_buf_add_span(&text, what);
    MA_AUTO(ma_text) shown = ma_quote(ma_buf_span(&text));
    return ma_error_set(err, MCPAUTH_E_PROTOCOL,
        "the MCP server's result %s \"%s\"", why, shown ? shown : "");
}

static ma_span not_null(ma_span value)
{
    return ma_value_is_null(value) ? ma_span_make(NULL, 0) : value;
}

/* T-090. */
static bool may_ask(const char *method)
{
    return strcmp(method, "tools/call") == 0 ||
           strcmp(method, "prompts/get") == 0 ||
           strcmp(method, "resources/read") == 0;
}

/* T-093. */
static bool is_askable(ma_span method)
{
    return ma_value_says(method, "elicitation/create") ||
           ma_value_says(method, "sampling/createMessage") ||
           ma_value_says(method, "roots/list");
}

static bool read_request(ma_value_walk *walk, ma_rounds_request *out)
{
    ma_span value;
    if (!ma_value_walk_next(walk, &out->key, &value))
        return false;
    out->method = ma_value_member(value, "method");
    out->params = not_null(ma_value_member(value, "params"));
    return true;
}

static mcpauth_status check_request(
    const ma_rounds_request *request, mcpauth_error *err)
{
    if (!ma_value_is_string(request->method))
        return refuse(err, "has a question without a method:", request->key);
    if (!is_askable(request->method))
        return refuse(err, "asks what no client can answer:", request->method);
    if (request->params.at && !ma_value_is_object(request->params))
        return refuse(
            err, "has a question whose params are no object:", request->key);
    return MCPAUTH_OK;
}

/* Two questions of one key could get one answer only. */
static bool is_among(const ma_span *keys, size_t count, ma_span key)
{
    for (size_t i = 0; i < count; i++) {
        if (ma_value_same(keys[i], key))
            return true;
    }
    return false;
}

static mcpauth_status check_requests(ma_span requests, mcpauth_error *err)
{
    ma_span keys[MA_ROUNDS_REQUESTS_MAX];
    ma_rounds_request request;
    ma_value_walk walk = ma_value_walk_init(requests);
    if (!ma_value_is_object(requests))
        return refuse(err, "has inputRequests that are no object:", requests);
    for (size_t count = 0; read_request(&walk, &request); count++) {
        if (count == MA_ROUNDS_REQUESTS_MAX)
            return ma_error_set(err, MCPAUTH_E_LIMIT,
                "the MCP server asks more than %d questions at once",
                MA_ROUNDS_REQUESTS_MAX);
        mcpauth_status st = check_request(&request, err);
        if (st)
            return st;
        if (is_among(keys, count, request.key))
            return refuse(err, "has two questions of one key:", request.key);
        keys[count] = request.key;
    }
    return MCPAUTH_OK;
}

static mcpauth_status check_round(const ma_rounds *rounds, const char *method,
    ma_span requests, ma_span state, mcpauth_error *err)
{
    if (!may_ask(method))
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the MCP server answers %s with questions, which MCP does not "
            "allow there",
            method);
    if (!requests.at && !state.at)
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the MCP server wants input, but its result has neither "
            "inputRequests nor requestState");
    if (state.at && !ma_value_is_string(state))
        return refuse(err, "has a requestState that is no string:", state);
    if (rounds->count >= rounds->rounds_max)
        return ma_error_set(err, MCPAUTH_E_LIMIT,
            "the MCP server wanted input %zu times and still has no result",
            rounds->count);
    return requests.at ? check_requests(requests, err) : MCPAUTH_OK;
}

/* --- the rounds ---------------------------------------------------------- */

static void clear(ma_rounds *rounds)
{
    ma_buf_clear(&rounds->requests);
    ma_buf_clear(&rounds->state);
    ma_buf_clear(&rounds->answers);
    rounds->due = ma_value_walk_init(ma_span_make(NULL, 0));
}

static mcpauth_status begin_round(
    ma_rounds *rounds, ma_span requests, ma_span state, mcpauth_error *err)
{
    ma_buf_add_span(&rounds->requests, requests);
    ma_buf_add_span(&rounds->state, state);
    mcpauth_status st = ma_buf_status(&rounds->requests, "inputRequests", err);
    if (!st)
        st = ma_buf_status(&rounds->state, "requestState", err);
    if (st) {
        clear(rounds);
        return st;
    }
    rounds->due = ma_value_walk_init(ma_buf_span(&rounds->requests));
    rounds->count++;
    return MCPAUTH_OK;
}

mcpauth_status ma_rounds_feed(ma_rounds *rounds, const char *method,
    ma_span result, bool *out_more, mcpauth_error *err)
{
    ma_span kind = not_null(ma_value_member(result, "resultType"));
    ma_span requests = not_null(ma_value_member(result, "inputRequests"));
    ma_span state = not_null(ma_value_member(result, "requestState"));
    clear(rounds);
    if (!kind.at || ma_value_says(kind, "complete")) {
        *out_more = false;
        return MCPAUTH_OK;
    }
    /* Other kinds belong to extensions, and none is declared (T-082). */
    if (!ma_value_says(kind, "input_required"))
        return refuse(err, "is of a kind that is unknown here:", kind);
    mcpauth_status st = check_round(rounds, method, requests, state, err);
    if (!st)
        st = begin_round(rounds, requests, state, err);
    if (!st)
        *out_more = true;
    return st;
}

bool ma_rounds_asks(const ma_rounds *rounds)
{
    ma_span name, value;
    ma_value_walk walk = ma_value_walk_init(ma_buf_span(&rounds->requests));
    return ma_value_walk_next(&walk, &name, &value);
}

bool ma_rounds_next(const ma_rounds *rounds, ma_rounds_request *out)
{
    ma_value_walk due = rounds->due;
    return read_request(&due, out);
}

mcpauth_status ma_rounds_answer(
    ma_rounds *rounds, ma_span result, mcpauth_error *err)
{
    ma_rounds_request request;
    if (!ma_value_is_object(result))
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "the answer to a question of the MCP server must be a JSON object");
    if (!read_request(&rounds->due, &request))
        return ma_error_set(err, MCPAUTH_E_STATE,
            "the MCP server asked nothing that is not answered");
    ma_buf_add_byte(&rounds->answers, rounds->answers.len ? ',' : '{');
    ma_buf_add_span(&rounds->answers, request.key);
    ma_buf_add_byte(&rounds->answers, ':');
    ma_buf_add_span(&rounds->answers, result);
    return ma_buf_status(&rounds->answers, "inputResponses", err);
}

/* An empty buf is an absent value. */
static ma_span value_in(const ma_buf *buf)
{
    return buf->len ? ma_buf_span(buf) : ma_span_make(NULL, 0);
}

mcpauth_status ma_rounds_write_params(
    const ma_rounds *rounds, ma_span params, ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) responses = ma_buf_init(MA_ROUNDS_BYTES_MAX + 2);
    ma_rounds_request open;
    if (ma_rounds_next(rounds, &open))
        return ma_error_set(err, MCPAUTH_E_STATE,
            "a question of the MCP server is not answered yet");
    if (rounds->requests.len > 0) {
        ma_buf_add_text(&responses, rounds->answers.len ? "" : "{");
        ma_buf_add_span(&responses, ma_buf_span(&rounds->answers));
        ma_buf_add_byte(&responses, '}');
    }
    mcpauth_status st = ma_buf_status(&rounds->answers, "inputResponses", err);
    if (!st)
        st = ma_buf_status(&responses, "inputResponses", err);
    return st ? st
              : ma_params_write_retry(to, params, value_in(&responses),
                    value_in(&rounds->state), err);
}
