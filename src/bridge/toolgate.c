/* toolgate.c - names against patterns, and lists into the book. */
#include "bridge/toolgate.h"

#include "base/error.h"
#include "mcp/paramheaders.h"

enum { NAME_MAX_LEN = 64 * 1024 };

ma_toolgate ma_toolgate_init(
    ma_toolgate_names allowed, ma_toolgate_names ignored)
{
    return (ma_toolgate){
        .allowed = allowed, .ignored = ignored, .book = ma_toolbook_init(0)};
}

void ma_toolgate_done(ma_toolgate *gate)
{
    ma_toolbook_done(&gate->book);
}

/* Nothing but the '*' means more than itself. */
static bool matches(const char *pattern, const char *text)
{
    const char *star = NULL;
    const char *resume = NULL;
    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            resume = text;
        } else if (*pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

static bool has(const ma_toolgate_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (matches(names->at[i], name))
            return true;
    return false;
}

static bool filters(const ma_toolgate *gate)
{
    return gate->allowed.count || gate->ignored.count;
}

bool ma_toolgate_passes(const ma_toolgate *gate, ma_span name)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(NAME_MAX_LEN);
    if (!filters(gate) || !ma_value_write_text(&text, name))
        return true;
    const char *called = ma_buf_text(&text);
    return !text.failed && !has(&gate->ignored, called) &&
           (!gate->allowed.count || has(&gate->allowed, called));
}

/* --- lists --------------------------------------------------------------- */

static void write_passing(const ma_toolgate *gate, ma_span tools, ma_buf *to)
{
    ma_value_walk walk = ma_value_walk_init(tools);
    ma_span no_name, tool;
    const char *before = "";
    ma_buf_add_byte(to, '[');
    while (ma_value_walk_next(&walk, &no_name, &tool)) {
        if (!ma_toolgate_passes(gate, ma_value_member(tool, "name")))
            continue;
        ma_buf_add_text(to, before);
        ma_buf_add_span(to, tool);
        before = ",";
    }
    ma_buf_add_byte(to, ']');
}

/* The result with another list in the place of its own. */
static void write_filtered(const ma_toolgate *gate, ma_span result, ma_buf *to)
{
    ma_span tools = ma_value_member(result, "tools");
    if (!filters(gate) || !ma_value_is_array(tools)) {
        ma_buf_add_span(to, result);
        return;
    }
    ma_buf_add(to, result.at, (size_t)(tools.at - result.at));
    write_passing(gate, tools, to);
    const char *behind = tools.at + tools.len;
    ma_buf_add(to, behind, (size_t)(result.at + result.len - behind));
}

/* The first page of a list begins the book anew.  A tool that finds no room is
 * called without fields, and the server says so. */
static void learn(ma_toolgate *gate, ma_span params, ma_span result)
{
    if (!ma_value_member(params, "cursor").at)
        ma_toolbook_clear(&gate->book);
    mcpauth_status st =
        ma_toolbook_feed(&gate->book, ma_value_member(result, "tools"), NULL);
    (void)st;
}

mcpauth_status ma_toolgate_write_list(ma_toolgate *gate, ma_span params,
    ma_span result, ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) offered = ma_buf_init(result.len);
    if (!gate->fields) {
        write_filtered(gate, result, to);
        return ma_buf_status(to, "the list of tools", err);
    }
    learn(gate, params, result);
    mcpauth_status st =
        ma_paramheaders_write_tools(&offered, result, NULL, NULL, err);
    if (!st)
        st = ma_buf_status(&offered, "the list of tools", err);
    if (st)
        return st;
    write_filtered(gate, ma_buf_span(&offered), to);
    return ma_buf_status(to, "the list of tools", err);
}

/* --- calls --------------------------------------------------------------- */

bool ma_toolgate_knows(const ma_toolgate *gate)
{
    return !gate->fields || gate->book.listed;
}

mcpauth_status ma_toolgate_add_fields(const ma_toolgate *gate, ma_span params,
    mcpauth_headers *to, mcpauth_error *err)
{
    ma_toolbook_page page;
    ma_span name = ma_value_member(params, "name");
    if (!gate->fields || !ma_toolbook_find(&gate->book, name, &page))
        return MCPAUTH_OK;
    if (page.refused)
        return ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
            "the tool must not be called: %s", page.refused);
    return ma_paramheaders_add(
        to, page.schema, ma_value_member(params, "arguments"), err);
}
