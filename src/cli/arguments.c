/* arguments.c - one JSON object out of what the command line says. */
#include "cli/arguments.h"

#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/json.h"
#include "base/quote.h"
#include "cli/input.h"
#include "mcp/session.h"
#include "mcp/value.h"

/* --- where the JSON comes from ------------------------------------------- */

static mcpauth_status read_whole(const ma_options *options,
    const char *fallback, ma_buf *to, mcpauth_error *err)
{
    const char *given = ma_options_text(options, MA_OPTION_ARGS);
    if (given && !strcmp(given, "-"))
        return ma_input_fd(STDIN_FILENO, "stdin", to, err);
    if (given && given[0] == '@')
        return ma_input_file(given + 1, to, err);
    ma_buf_add_text(to, given ? given : fallback ? fallback : "{}");
    return ma_buf_status(to, "the arguments", err);
}

static mcpauth_status parse_whole(
    bool given, ma_span text, ma_span *out_object, mcpauth_error *err)
{
    const char *origin = given ? "--args" : "MCP_TEST_TOOL_PARAMS";
    ma_span value;
    mcpauth_status st = ma_value_parse(text, &value, err);
    if (st) {
        ma_error_hint(err, "as in --args '{\"city\": \"Oslo\"}', or name each "
                           "with --arg city=Oslo");
        return ma_error_in(err, MCPAUTH_E_USAGE, "%s", origin);
    }
    if (!ma_value_is_object(value))
        return ma_error_set(
            err, MCPAUTH_E_USAGE, "%s is not a JSON object", origin);
    *out_object = value;
    return MCPAUTH_OK;
}

/* --- one by one ---------------------------------------------------------- */

typedef struct {
    ma_span name;
    ma_span value;
    bool json; /* K:=V */
} argument;

static mcpauth_status split(
    const char *given, argument *out, mcpauth_error *err)
{
    ma_span value = ma_span_of(given);
    ma_span name = ma_span_cut(&value, '=');
    bool json = ma_span_ends(name, ":");
    if (json)
        name.len--;
    if (value.at && name.len > 0) {
        *out = (argument){name, value, json};
        return MCPAUTH_OK;
    }
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(given));
    return ma_error_set(err, MCPAUTH_E_USAGE,
        "--arg %s: a name and a value are wanted, as in --arg city=Oslo",
        shown ? shown : "");
}

bool ma_arguments_want_schema(const ma_options *options)
{
    for (size_t i = 0; i < ma_options_count(options, MA_OPTION_ARG); i++) {
        argument one = {0};
        const char *given = ma_options_at(options, MA_OPTION_ARG, i);
        if (!split(given, &one, NULL) && !one.json)
            return true;
    }
    return false;
}

static bool is_number(ma_span value)
{
    return *value.at == '-' || (*value.at >= '0' && *value.at <= '9');
}

static bool is_integer(ma_span value)
{
    for (size_t i = 0; i < value.len; i++)
        if (strchr(".eE", value.at[i]))
            return false;
    return is_number(value);
}

static bool is_boolean(ma_span value)
{
    return ma_span_is(value, "true") || ma_span_is(value, "false");
}

/* The types of JSON Schema that are no text. */
static const struct type {
    const char *name;
    bool (*has)(ma_span value);
} types[] = {
    {"number", is_number},
    {"integer", is_integer},
    {"boolean", is_boolean},
    {"array", ma_value_is_array},
    {"object", ma_value_is_object},
};

/* NULL: a text. */
static const struct type *find_type(ma_span schema, const char *name)
{
    ma_span property =
        ma_value_member(ma_value_member(schema, "properties"), name);
    ma_span said = ma_value_member(property, "type");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (ma_value_says(said, types[i].name))
            return &types[i];
    return NULL;
}

/* type NULL: any JSON is wanted. */
static mcpauth_status refuse(const char *name, const struct type *type,
    ma_span value, mcpauth_error *err)
{
    MA_AUTO(ma_text) shown_name = ma_quote(ma_span_of(name));
    MA_AUTO(ma_text) shown = ma_quote(value);
    return ma_error_set(err, MCPAUTH_E_USAGE,
        "the argument %s must be %s%s, not \"%s\"",
        shown_name ? shown_name : "",
        type ? "of type " : "JSON behind :=", type ? type->name : "",
        shown ? shown : "");
}

/* Appends the value as JSON. */
static mcpauth_status write_value(const argument *one, const char *name,
    ma_span schema, ma_buf *to, mcpauth_error *err)
{
    const struct type *type = one->json ? NULL : find_type(schema, name);
    if (!one->json && !type) {
        ma_json_write_string(to, one->value);
        return MCPAUTH_OK;
    }
    ma_span value;
    bool good = !ma_value_parse(one->value, &value, NULL) &&
                (!type || type->has(value));
    if (!good)
        return refuse(name, type, one->value, err);
    ma_buf_add_span(to, value);
    return MCPAUTH_OK;
}

static void write_name(ma_span name, ma_buf *to)
{
    if (to->len > 1)
        ma_buf_add_byte(to, ',');
    ma_json_write_string(to, name);
    ma_buf_add_byte(to, ':');
}

/* Whether an --arg from number `from` on gives this member. */
static bool is_given(const ma_options *options, size_t from, ma_span name)
{
    for (size_t i = from; i < ma_options_count(options, MA_OPTION_ARG); i++) {
        argument one = {0};
        const char *given = ma_options_at(options, MA_OPTION_ARG, i);
        if (!split(given, &one, NULL) && ma_span_eq(one.name, name))
            return true;
    }
    return false;
}

static mcpauth_status write_one(const ma_options *options, size_t index,
    ma_span schema, ma_buf *to, mcpauth_error *err)
{
    argument one = {0};
    mcpauth_status st =
        split(ma_options_at(options, MA_OPTION_ARG, index), &one, err);
    if (st || is_given(options, index + 1, one.name))
        return st;
    MA_AUTO(ma_text) name = ma_strndup(one.name.at, one.name.len);
    if (!name)
        return ma_error_nomem(err);
    write_name(one.name, to);
    return write_value(&one, name, schema, to, err);
}

/* Appends the members of object that no --arg gives. */
static void write_rest(const ma_options *options, ma_span object, ma_buf *to)
{
    ma_value_walk walk = ma_value_walk_init(object);
    ma_span name, value;
    while (ma_value_walk_next(&walk, &name, &value)) {
        MA_SCOPED(ma_buf) said = ma_buf_init(name.len);
        ma_value_write_text(&said, name);
        if (is_given(options, 0, ma_buf_span(&said)))
            continue;
        write_name(ma_buf_span(&said), to);
        ma_buf_add_span(to, value);
    }
}

mcpauth_status ma_arguments_write(const ma_options *options,
    const char *fallback, ma_span schema, ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) whole = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    MA_SCOPED(ma_buf) object = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    ma_span rest;
    mcpauth_status st = read_whole(options, fallback, &whole, err);
    if (!st)
        st = parse_whole(ma_options_has(options, MA_OPTION_ARGS),
            ma_buf_span(&whole), &rest, err);
    if (st)
        return st;
    ma_buf_add_byte(&object, '{');
    write_rest(options, rest, &object);
    for (size_t i = 0; i < ma_options_count(options, MA_OPTION_ARG); i++) {
        st = write_one(options, i, schema, &object, err);
        if (st)
            return st;
    }
    ma_buf_add_byte(&object, '}');
    ma_buf_add_span(to, ma_buf_span(&object));
    st = ma_buf_status(&object, "the arguments", err);
    return st ? st : ma_buf_status(to, "the arguments", err);
}
