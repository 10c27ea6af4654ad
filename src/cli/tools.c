/* tools.c - mcpauth tools list, mcpauth tools call. */
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/json.h"
#include "base/quote.h"
#include "cli/arguments.h"
#include "cli/ask.h"
#include "mcp/session.h"
#include "mcp/value.h"

/* How many tools a message names. */
enum { NAMED_MAX = 50 };

mcpauth_status ma_tools_list(ma_context *context, mcpauth_error *err)
{
    return ma_ask_list(context, &ma_render_tools, err);
}

/* The entry of that name, or an absent value. */
static ma_span find_tool(ma_span tools, const char *name)
{
    ma_value_walk walk = ma_value_walk_init(tools);
    ma_span none, tool;
    while (ma_value_walk_next(&walk, &none, &tool))
        if (ma_value_says(ma_value_member(tool, "name"), name))
            return tool;
    return (ma_span){0};
}

static void write_names(ma_span tools, ma_buf *to)
{
    ma_value_walk walk = ma_value_walk_init(tools);
    ma_span none, tool;
    for (size_t i = 0; ma_value_walk_next(&walk, &none, &tool); i++) {
        if (i > 0)
            ma_buf_add_text(to, ", ");
        if (i == NAMED_MAX) {
            ma_buf_add_text(to, "...");
            return;
        }
        ma_render_line(ma_value_member(tool, "name"), to);
    }
}

/* After a failed call: true when the server does not even list the tool; the
 * advice says which it has. */
static bool is_unknown(
    ma_context *context, const char *name, mcpauth_error *err)
{
    MA_SCOPED(ma_reply) tools = {0};
    MA_SCOPED(ma_buf) names = ma_buf_init(MA_RENDER_MAX);
    if (ma_ask_entries(context, &ma_render_tools, &tools, NULL) ||
        find_tool(ma_ask_reply_span(&tools), name).at)
        return false;
    write_names(ma_ask_reply_span(&tools), &names);
    ma_error_hint(err, "the server has no such tool; it has: %s",
        names.len ? ma_buf_text(&names) : "none");
    return true;
}

/* The tool to call, and the arguments to call it with unless others are
 * given. */
typedef struct {
    const char *name;
    const char *params; /* NULL: none */
} wanted;

static mcpauth_status choose_tool(
    ma_context *context, wanted *out, mcpauth_error *err)
{
    const char *given = NULL;
    mcpauth_status st = ma_ask_open(context, &given, err);
    if (st)
        return st;
    const char *usual =
        ma_settings_variable(&context->settings, "MCP_TEST_TOOL_NAME");
    out->name = given ? given : usual;
    if (!out->name) {
        st = ma_error_set(err, MCPAUTH_E_USAGE, "which tool is to be called?");
        ma_error_hint(err, "mcpauth tools call [SERVER] NAME, or set "
                           "MCP_TEST_TOOL_NAME; mcpauth tools list shows them");
        return st;
    }
    if (!usual || !strcmp(usual, out->name))
        out->params =
            ma_settings_variable(&context->settings, "MCP_TEST_TOOL_PARAMS");
    return MCPAUTH_OK;
}

/* Appends the params of tools/call. */
static mcpauth_status write_call(
    ma_context *context, const wanted *tool, ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(ma_reply) tools = {0};
    mcpauth_status st = MCPAUTH_OK;
    if (ma_arguments_want_schema(context->options))
        st = ma_ask_entries(context, &ma_render_tools, &tools, err);
    if (st)
        return st;
    ma_span entry = find_tool(ma_ask_reply_span(&tools), tool->name);
    ma_buf_add_text(to, "{\"name\":");
    ma_json_write_string(to, ma_span_of(tool->name));
    ma_buf_add_text(to, ",\"arguments\":");
    st = ma_arguments_write(context->options, tool->params,
        ma_value_member(entry, "inputSchema"), to, err);
    ma_buf_add_byte(to, '}');
    return st;
}

static void write_result(ma_context *context, ma_span result, ma_buf *to)
{
    if (!ma_context_json(context)) {
        ma_render_tool_result(result, to);
        return;
    }
    ma_render_json(result, ma_ask_on_terminal(context), to);
    ma_buf_add_byte(to, '\n');
}

/* What a tool says of its failure is its answer; what a server says instead
 * of one is not. */
static mcpauth_status show_failure(ma_context *context, const char *name,
    const ma_buf *text, mcpauth_error *err)
{
    mcpauth_status st =
        ma_error_set(err, MCPAUTH_E_RPC, "the tool reported an error");
    bool unknown = is_unknown(context, name, err);
    if (!unknown || ma_context_json(context))
        ma_context_write(context, ma_buf_span(text));
    else
        ma_error_server(
            err, (ma_span){0}, ma_span_trim(ma_buf_span(text)), (ma_span){0});
    return st;
}

static mcpauth_status call(
    ma_context *context, const wanted *tool, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) params = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_RENDER_MAX);
    MA_SCOPED(ma_reply) reply = {0};
    mcpauth_status st = write_call(context, tool, &params, err);
    if (st)
        return st;
    st = ma_ask_request(context, "tools/call", &params, &reply, err);
    if (st == MCPAUTH_E_RPC)
        is_unknown(context, tool->name, err);
    if (st)
        return st;
    ma_span result = ma_ask_reply_span(&reply);
    write_result(context, result, &text);
    st = ma_buf_status(&text, "the answer", err);
    if (!st && ma_span_is(ma_value_member(result, "isError"), "true"))
        return show_failure(context, tool->name, &text, err);
    return st ? st : ma_ask_show(context, &text, err);
}

mcpauth_status ma_tools_call(ma_context *context, mcpauth_error *err)
{
    wanted tool = {0};
    mcpauth_status st = choose_tool(context, &tool, err);
    if (st)
        return st;
    st = call(context, &tool, err);
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(tool.name));
    return st ? ma_error_in(err, st, "calling %s", shown ? shown : "") : st;
}
