/* params.c - members are copied as spans, and only commas are ours. */
#include "mcp/params.h"

#include "base/error.h"

static const char meta[] = "_meta";
static const char responses_name[] = "inputResponses";
static const char state_name[] = "requestState";

/* An object being written: whether a comma is due. */
typedef struct {
    ma_buf *to;
    bool begun;
} object;

static void put_raw(object *into, ma_span name, ma_span value)
{
    ma_buf_add_text(into->to, into->begun ? "," : "");
    ma_buf_add_span(into->to, name);
    ma_buf_add_byte(into->to, ':');
    ma_buf_add_span(into->to, value);
    into->begun = true;
}

static void put(object *into, const char *name, ma_span value)
{
    if (!value.at)
        return;
    ma_buf_addf(into->to, "%s\"%s\":", into->begun ? "," : "", name);
    ma_buf_add_span(into->to, value);
    into->begun = true;
}

static ma_span not_null(ma_span value)
{
    return ma_value_is_null(value) ? ma_span_make(NULL, 0) : value;
}

static mcpauth_status check_object(
    ma_span value, const char *what, mcpauth_error *err)
{
    if (!value.at || ma_value_is_object(value))
        return MCPAUTH_OK;
    return ma_error_set(
        err, MCPAUTH_E_USAGE, "%s of a request must be a JSON object", what);
}

/* _meta: the caller's members that owned does not have, then owned. */
static void write_merged(ma_buf *to, ma_span theirs, ma_span owned)
{
    object merged = {to, false};
    ma_span name, value;
    ma_buf_add_byte(to, '{');
    ma_value_walk walk = ma_value_walk_init(theirs);
    while (ma_value_walk_next(&walk, &name, &value)) {
        if (!ma_value_find(owned, name).at)
            put_raw(&merged, name, value);
    }
    walk = ma_value_walk_init(owned);
    while (ma_value_walk_next(&walk, &name, &value))
        put_raw(&merged, name, value);
    ma_buf_add_byte(to, '}');
}

mcpauth_status ma_params_write_meta(
    ma_buf *to, ma_span params, ma_span owned, mcpauth_error *err)
{
    object whole = {to, false};
    ma_span given = not_null(params);
    ma_span theirs = not_null(ma_value_member(given, meta));
    ma_span name, value;
    mcpauth_status st = check_object(given, "the params", err);
    if (!st)
        st = check_object(theirs, "the _meta", err);
    if (st)
        return st;
    ma_buf_add_byte(to, '{');
    ma_value_walk walk = ma_value_walk_init(given);
    while (ma_value_walk_next(&walk, &name, &value)) {
        if (!ma_value_says(name, meta))
            put_raw(&whole, name, value);
    }
    ma_buf_addf(to, "%s\"%s\":", whole.begun ? "," : "", meta);
    write_merged(to, theirs, owned);
    ma_buf_add_byte(to, '}');
    return MCPAUTH_OK;
}

mcpauth_status ma_params_write_retry(ma_buf *to, ma_span params,
    ma_span responses, ma_span state, mcpauth_error *err)
{
    object whole = {to, false};
    ma_span given = not_null(params);
    ma_span name, value;
    mcpauth_status st = check_object(given, "the params", err);
    if (st)
        return st;
    ma_buf_add_byte(to, '{');
    ma_value_walk walk = ma_value_walk_init(given);
    while (ma_value_walk_next(&walk, &name, &value)) {
        if (!ma_value_says(name, responses_name) &&
            !ma_value_says(name, state_name))
            put_raw(&whole, name, value);
    }
    put(&whole, responses_name, responses);
    put(&whole, state_name, state);
    ma_buf_add_byte(to, '}');
    return MCPAUTH_OK;
}

static bool is_one_of(ma_span name, const char *const *names)
{
    for (; *names; names++)
        if (ma_value_says(name, *names))
            return true;
    return false;
}

void ma_params_write_without(ma_buf *to, ma_span from, const char *const *names)
{
    object kept = {to, false};
    ma_span name, value;
    ma_buf_add_byte(to, '{');
    ma_value_walk walk = ma_value_walk_init(from);
    while (ma_value_walk_next(&walk, &name, &value))
        if (!is_one_of(name, names))
            put_raw(&kept, name, value);
    ma_buf_add_byte(to, '}');
}
