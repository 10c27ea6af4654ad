/* envelope.c - tells the five kinds of JSON-RPC text apart, strictly. */
#include "mcp/envelope.h"

#include "base/error.h"
#include "mcp/number.h"

/* The members of a message, before they are judged. */
typedef struct {
    ma_span jsonrpc, id, method, params, result, error;
    bool ambiguous; /* a name that decides who is answered came twice */
} members;

static mcpauth_status refuse(mcpauth_error *err, const char *why)
{
    return ma_error_set(
        err, MCPAUTH_E_PROTOCOL, "not a JSON-RPC message: %s", why);
}

static ma_span not_null(ma_span value)
{
    return ma_value_is_null(value) ? ma_span_make(NULL, 0) : value;
}

/* T-004: of two equal names the last counts, but two parsers must not see
 * different ids or methods. */
static void put_unique(members *all, ma_span *member, ma_span value)
{
    all->ambiguous = all->ambiguous || member->at;
    *member = value;
}

static void put_member(members *all, ma_span name, ma_span value)
{
    if (ma_value_says(name, "jsonrpc"))
        put_unique(all, &all->jsonrpc, value);
    else if (ma_value_says(name, "id"))
        put_unique(all, &all->id, value);
    else if (ma_value_says(name, "method"))
        put_unique(all, &all->method, value);
    else if (ma_value_says(name, "params"))
        all->params = not_null(value);
    else if (ma_value_says(name, "result"))
        all->result = not_null(value);
    else if (ma_value_says(name, "error"))
        all->error = not_null(value);
}

/* MCP wants an integer; whoever passes messages on is not to judge that. */
static bool is_id(ma_span value)
{
    return ma_value_is_string(value) || ma_number_is(value);
}

static mcpauth_status read_call(
    const members *all, ma_envelope *out, mcpauth_error *err)
{
    if (all->result.at || all->error.at)
        return refuse(err, "it has a method and an answer");
    if (!ma_value_is_string(all->method))
        return refuse(err, "its method is not a string");
    if (all->params.at && !ma_value_is_object(all->params))
        return refuse(err, "its params are not an object");
    if (all->id.at && !is_id(all->id))
        return refuse(err, "its id is neither a string nor a number");
    out->kind = all->id.at ? MA_ENVELOPE_REQUEST : MA_ENVELOPE_NOTIFICATION;
    out->id = all->id;
    out->method = all->method;
    out->params = all->params;
    return MCPAUTH_OK;
}

static mcpauth_status read_error(
    const members *all, ma_envelope *out, mcpauth_error *err)
{
    ma_span message = ma_value_member(all->error, "message");
    if (!ma_value_integer(ma_value_member(all->error, "code"), &out->code) ||
        !ma_value_is_string(message))
        return refuse(err, "its error lacks an integer code or a message");
    out->kind = MA_ENVELOPE_ERROR;
    out->id = not_null(all->id);
    out->message = message;
    out->data = ma_value_member(all->error, "data");
    if (out->id.at && !is_id(out->id))
        return refuse(err, "its id is neither a string nor a number");
    return MCPAUTH_OK;
}

static mcpauth_status read_answer(
    const members *all, ma_envelope *out, mcpauth_error *err)
{
    if (all->result.at && all->error.at)
        return refuse(err, "it has a result and an error");
    if (all->error.at)
        return read_error(all, out, err);
    if (!all->result.at)
        return refuse(err, "it has neither method, result nor error");
    if (!ma_value_is_object(all->result))
        return refuse(err, "its result is not an object");
    if (!is_id(all->id))
        return refuse(err, "its id is neither a string nor a number");
    out->kind = MA_ENVELOPE_RESPONSE;
    out->id = all->id;
    out->result = all->result;
    return MCPAUTH_OK;
}

static mcpauth_status read_batch(
    ma_span array, ma_envelope *out, mcpauth_error *err)
{
    ma_span name, item;
    ma_value_walk walk = ma_value_walk_init(array);
    if (!ma_value_walk_next(&walk, &name, &item))
        return refuse(err, "it is an empty batch");
    out->kind = MA_ENVELOPE_BATCH;
    out->batch = array;
    return MCPAUTH_OK;
}

/* True: text is one object, from its first byte to its last. */
static bool read_members(ma_span text, members *out)
{
    ma_span name, member;
    *out = (members){.ambiguous = false};
    if (!ma_value_is_object(text))
        return false;
    ma_value_walk walk = ma_value_walk_init(text);
    while (ma_value_walk_next(&walk, &name, &member))
        put_member(out, name, member);
    return walk.behind.at && !walk.behind.len;
}

static mcpauth_status read_message(
    const members *all, ma_envelope *out, mcpauth_error *err)
{
    if (all->ambiguous)
        return refuse(err, "its jsonrpc, id or method occurs twice");
    if (!ma_value_says(all->jsonrpc, "2.0"))
        return refuse(err, "its jsonrpc is not \"2.0\"");
    return all->method.at ? read_call(all, out, err)
                          : read_answer(all, out, err);
}

/* What is no message as it stands is looked at once more, for what is around
 * it, or wrong with it. */
static mcpauth_status read_text(
    ma_span text, ma_envelope *out, mcpauth_error *err)
{
    members all;
    out->text = text;
    if (read_members(text, &all))
        return read_message(&all, out, err);
    mcpauth_status st = ma_value_parse(text, &out->text, err);
    if (st)
        return st;
    if (ma_value_is_array(out->text))
        return read_batch(out->text, out, err);
    return read_members(out->text, &all) ? read_message(&all, out, err)
                                         : refuse(err, "it is not an object");
}

mcpauth_status ma_envelope_parse(
    ma_span text, ma_envelope *out, mcpauth_error *err)
{
    ma_envelope envelope = {.kind = MA_ENVELOPE_REQUEST};
    mcpauth_status st = read_text(text, &envelope, err);
    if (!st)
        *out = envelope;
    return st;
}

bool ma_envelope_is(const ma_envelope *envelope, const char *method)
{
    return ma_value_says(envelope->method, method);
}

bool ma_envelope_same_id(ma_span a, ma_span b)
{
    if (ma_number_is(a) && ma_number_is(b))
        return ma_number_compare(a, b) == 0;
    return ma_span_eq(a, b) || ma_value_same(a, b);
}

/* A member of the message, out of its beginning: an answer has a result or an
 * error, and nothing else has one. */
static bool is_answers(ma_span name)
{
    return ma_value_says(name, "result") || ma_value_says(name, "error");
}

bool ma_envelope_begins_answer(ma_span beginning, ma_span id)
{
    ma_value_tour tour = ma_value_tour_init(beginning);
    bool answer = false;
    for (;;) {
        ma_span name = {NULL, 0};
        ma_span value = {NULL, 0};
        ma_value_step step = ma_value_tour_next(&tour, &name, &value);
        if (step == MA_VALUE_OVER)
            return answer;
        size_t depth = tour.depth - (step == MA_VALUE_OPENED);
        if (depth != 1 || step == MA_VALUE_CLOSED)
            continue;
        answer = answer || is_answers(name);
        bool other = ma_value_says(name, "id") ? !ma_envelope_same_id(value, id)
                                               : ma_value_says(name, "method");
        if (other)
            return false;
        if (answer && step == MA_VALUE_OPENED)
            return true;
    }
}
