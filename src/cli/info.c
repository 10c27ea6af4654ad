/* info.c - mcpauth info: what a server says of itself. */
#include "base/error.h"
#include "base/json.h"
#include "cli/ask.h"
#include "mcp/revision.h"

/* How wide the names in front are. */
#define LINE "%-14s"

static void write_line(const char *name, ma_span value, ma_buf *to)
{
    if (!ma_value_is_string(value))
        return;
    ma_buf_addf(to, LINE, name);
    ma_render_line(value, to);
    ma_buf_add_byte(to, '\n');
}

static void write_names(const char *title, ma_span object, ma_buf *to)
{
    ma_value_walk walk = ma_value_walk_init(object);
    ma_span name, value;
    const char *before = "";
    ma_buf_addf(to, LINE, title);
    for (; ma_value_walk_next(&walk, &name, &value); before = ", ") {
        ma_buf_add_text(to, before);
        ma_render_line(name, to);
    }
    ma_buf_add_text(to, before[0] ? "\n" : "none\n");
}

static bool is_stateless(const mcpauth_client *client)
{
    const ma_revision *revision =
        ma_revision_named(mcpauth_client_protocol_version(client));
    return revision && revision->stateless;
}

static void write_words(ma_context *context, ma_buf *to)
{
    const mcpauth_client *client = context->client;
    ma_span info = ma_span_of(mcpauth_client_server_info(client));
    ma_span capabilities =
        ma_span_of(mcpauth_client_server_capabilities(client));
    ma_span extensions = ma_value_member(capabilities, "extensions");
    ma_buf_addf(to, LINE "%s\n", "server",
        mcpauth_config_get(context->settings.config, "server"));
    write_line("name", ma_value_member(info, "name"), to);
    write_line("title", ma_value_member(info, "title"), to);
    write_line("version", ma_value_member(info, "version"), to);
    ma_buf_addf(to, LINE "%s, %s\n", "protocol",
        mcpauth_client_protocol_version(client),
        is_stateless(client) ? "stateless" : "with sessions");
    write_names("capabilities", capabilities, to);
    if (extensions.at)
        write_names("extensions", extensions, to);
    write_line("instructions",
        ma_span_of(mcpauth_client_server_instructions(client)), to);
}

static void write_member(
    const char *name, const char *json, bool safe, ma_buf *to)
{
    ma_buf_addf(to, ",\"%s\":", name);
    ma_render_json(ma_span_of(json ? json : "null"), safe, to);
}

static void write_json(ma_context *context, ma_buf *to)
{
    const mcpauth_client *client = context->client;
    bool safe = ma_ask_on_terminal(context);
    ma_buf_add_text(to, "{\"server\":");
    ma_json_write_string(
        to, ma_span_of(mcpauth_config_get(context->settings.config, "server")));
    ma_buf_addf(to, ",\"era\":\"%s\",\"protocolVersion\":",
        is_stateless(client) ? "stateless" : "sessions");
    ma_json_write_string(
        to, ma_span_of(mcpauth_client_protocol_version(client)));
    write_member("serverInfo", mcpauth_client_server_info(client), safe, to);
    write_member(
        "capabilities", mcpauth_client_server_capabilities(client), safe, to);
    write_member(
        "instructions", mcpauth_client_server_instructions(client), safe, to);
    ma_buf_add_text(to, "}\n");
}

mcpauth_status ma_info_run(ma_context *context, mcpauth_error *err)
{
    mcpauth_status st =
        ma_context_open_client(context, ma_context_word(context, 0), err);
    if (!st)
        st = ma_ask_know(context, err);
    if (st)
        return st;
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_RENDER_MAX);
    if (ma_context_json(context))
        write_json(context, &text);
    else
        write_words(context, &text);
    return ma_ask_show(context, &text, err);
}
