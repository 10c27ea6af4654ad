/* render.c - lists, content and messages of MCP in plain words. */
#include "cli/render.h"

#include "base/quote.h"
#include "base/utf8.h"
#include "mcp/value.h"

/* How much of a description a list shows, in bytes. */
enum { DESCRIPTION_MAX = 100 };

const ma_render_kind ma_render_tools = {
    "tools/list", "tools", "tool", "tools", NULL};
const ma_render_kind ma_render_resources = {
    "resources/list", "resources", "resource", "resources", "uri"};
const ma_render_kind ma_render_templates = {"resources/templates/list",
    "resourceTemplates", "resource template", "resource templates",
    "uriTemplate"};
const ma_render_kind ma_render_prompts = {
    "prompts/list", "prompts", "prompt", "prompts", NULL};

/* --- words --------------------------------------------------------------- */

static bool is_space(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* Appends text with each run of white space as one blank. */
static void join_lines(ma_span text, ma_buf *to)
{
    bool due = false;
    for (size_t i = 0; i < text.len; i++) {
        if (is_space(text.at[i])) {
            due = to->len > 0;
            continue;
        }
        if (due)
            ma_buf_add_byte(to, ' ');
        due = false;
        ma_buf_add_byte(to, text.at[i]);
    }
}

/* Appends a string value on one line, cut after max_len bytes. */
static void write_words(ma_span string, size_t max_len, ma_buf *to)
{
    MA_SCOPED(ma_buf) said = ma_buf_init(string.len);
    MA_SCOPED(ma_buf) line = ma_buf_init(string.len);
    MA_SCOPED(ma_buf) shown = ma_buf_init(MA_RENDER_MAX);
    if (!ma_value_write_text(&said, string))
        return;
    join_lines(ma_buf_span(&said), &line);
    ma_span words = ma_buf_span(&line);
    size_t len = words.len;
    if (len > max_len)
        for (len = max_len; len > 0 && (words.at[len] & 0xC0) == 0x80; len--)
            ;
    ma_quote_lines(&shown, ma_span_make(words.at, len));
    ma_buf_add_span(to, ma_buf_span(&shown));
    if (len < words.len)
        ma_buf_add_text(to, "...");
}

void ma_render_line(ma_span string, ma_buf *to)
{
    write_words(string, SIZE_MAX, to);
}

/* Appends a text of several lines; a CR before its LF is dropped. */
static void write_lines(ma_span text, ma_buf *to)
{
    bool ended = ma_span_ends(text, "\n");
    while (text.at) {
        ma_span line = ma_span_cut(&text, '\n');
        if (text.at && ma_span_ends(line, "\r"))
            line.len--;
        ma_quote_lines(to, line);
        if (text.at)
            ma_buf_add_byte(to, '\n');
        if (text.len == 0)
            break;
    }
    if (!ended)
        ma_buf_add_byte(to, '\n');
}

/* --- lists --------------------------------------------------------------- */

static void write_separator(bool *first, ma_buf *to)
{
    ma_buf_add_text(to, *first ? "\n     arguments: " : ", ");
    *first = false;
}

static bool is_required(ma_span schema, ma_span name)
{
    ma_value_walk walk =
        ma_value_walk_init(ma_value_member(schema, "required"));
    MA_SCOPED(ma_buf) said = ma_buf_init(name.len);
    ma_value_write_text(&said, name);
    ma_span none, item;
    while (ma_value_walk_next(&walk, &none, &item))
        if (ma_value_says(item, ma_buf_text(&said)))
            return true;
    return false;
}

/* Of a tool: the properties of its JSON Schema. */
static void write_properties(ma_span schema, ma_buf *to)
{
    ma_value_walk walk =
        ma_value_walk_init(ma_value_member(schema, "properties"));
    ma_span name, property;
    bool first = true;
    while (ma_value_walk_next(&walk, &name, &property)) {
        write_separator(&first, to);
        ma_render_line(name, to);
        ma_span type = ma_value_member(property, "type");
        bool optional = !is_required(schema, name);
        if (!ma_value_is_string(type) && !optional)
            continue;
        ma_buf_add_text(to, " (");
        ma_render_line(type, to);
        if (optional)
            ma_buf_add_text(
                to, ma_value_is_string(type) ? ", optional" : "optional");
        ma_buf_add_byte(to, ')');
    }
}

/* Of a prompt. */
static void write_parameters(ma_span parameters, ma_buf *to)
{
    ma_value_walk walk = ma_value_walk_init(parameters);
    ma_span none, item;
    bool first = true;
    while (ma_value_walk_next(&walk, &none, &item)) {
        write_separator(&first, to);
        ma_render_line(ma_value_member(item, "name"), to);
        if (!ma_span_is(ma_value_member(item, "required"), "true"))
            ma_buf_add_text(to, " (optional)");
    }
}

static void write_entry(
    const ma_render_kind *kind, size_t number, ma_span entry, ma_buf *to)
{
    ma_span title = ma_value_member(entry, "title");
    ma_span description = ma_value_member(entry, "description");
    ma_buf_addf(to, "%3zu. ", number);
    ma_render_line(ma_value_member(entry, "name"), to);
    if (ma_value_is_string(title)) {
        ma_buf_add_text(to, " - ");
        ma_render_line(title, to);
    }
    if (kind->address) {
        ma_buf_add_text(to, "\n     ");
        ma_render_line(ma_value_member(entry, kind->address), to);
    }
    if (ma_value_is_string(description)) {
        ma_buf_add_text(to, "\n     ");
        write_words(description, DESCRIPTION_MAX, to);
    }
    write_properties(ma_value_member(entry, "inputSchema"), to);
    write_parameters(ma_value_member(entry, "arguments"), to);
    ma_buf_add_byte(to, '\n');
}

void ma_render_list(const ma_render_kind *kind, ma_span array, ma_buf *to)
{
    MA_SCOPED(ma_buf) entries = ma_buf_init(MA_RENDER_MAX);
    ma_value_walk walk = ma_value_walk_init(array);
    ma_span none, entry;
    size_t count = 0;
    while (ma_value_walk_next(&walk, &none, &entry))
        write_entry(kind, ++count, entry, &entries);
    ma_buf_addf(
        to, "Found %zu %s\n", count, count == 1 ? kind->one : kind->many);
    ma_buf_add_span(to, ma_buf_span(&entries));
}

/* --- content ------------------------------------------------------------- */

/* How many bytes a base64 text stands for. */
static size_t decoded_len(ma_span string)
{
    size_t len = string.len >= 2 ? string.len - 2 : 0;
    ma_span digits = ma_span_make(string.at + 1, len);
    while (ma_span_ends(digits, "="))
        digits.len--;
    return digits.len / 4 * 3 + digits.len % 4 * 3 / 4;
}

static void write_string(ma_span string, ma_buf *to)
{
    MA_SCOPED(ma_buf) said = ma_buf_init(string.len);
    if (ma_value_write_text(&said, string))
        write_lines(ma_buf_span(&said), to);
}

/* "[image: image/png, 1234 bytes]" */
static void write_notice(
    const char *what, ma_span block, const char *data, ma_buf *to)
{
    static const char *const members[] = {"name", "uri", "mimeType"};
    const char *before = ": ";
    ma_buf_addf(to, "[%s", what);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        ma_span value = ma_value_member(block, members[i]);
        if (!ma_value_is_string(value))
            continue;
        ma_buf_add_text(to, before);
        ma_render_line(value, to);
        before = ", ";
    }
    ma_span bytes = ma_value_member(block, data);
    if (ma_value_is_string(bytes))
        ma_buf_addf(to, "%s%zu bytes", before, decoded_len(bytes));
    ma_buf_add_text(to, "]\n");
}

static void write_resource(ma_span resource, ma_buf *to)
{
    ma_span text = ma_value_member(resource, "text");
    if (ma_value_is_string(text))
        write_string(text, to);
    else
        write_notice("resource", resource, "blob", to);
}

static void write_block(ma_span block, ma_buf *to)
{
    ma_span type = ma_value_member(block, "type");
    if (ma_value_says(type, "text"))
        write_string(ma_value_member(block, "text"), to);
    else if (ma_value_says(type, "image"))
        write_notice("image", block, "data", to);
    else if (ma_value_says(type, "audio"))
        write_notice("audio", block, "data", to);
    else if (ma_value_says(type, "resource_link"))
        write_notice("resource link", block, "", to);
    else if (ma_value_says(type, "resource"))
        write_resource(ma_value_member(block, "resource"), to);
    else
        write_notice("content of an unknown type", block, "data", to);
}

void ma_render_content(ma_span content, ma_buf *to)
{
    if (ma_value_is_object(content)) {
        write_block(content, to);
        return;
    }
    ma_value_walk walk = ma_value_walk_init(content);
    ma_span none, block;
    while (ma_value_walk_next(&walk, &none, &block))
        write_block(block, to);
}

/* structuredContent says again what the blocks say, where there are any
 * (MCP 2025-06-18, Structured Content). */
void ma_render_tool_result(ma_span result, ma_buf *to)
{
    MA_SCOPED(ma_buf) blocks = ma_buf_init(MA_RENDER_MAX);
    ma_span structured = ma_value_member(result, "structuredContent");
    ma_render_content(ma_value_member(result, "content"), &blocks);
    ma_buf_add_span(to, ma_buf_span(&blocks));
    if (blocks.len > 0 || !structured.at)
        return;
    ma_render_json(structured, true, to);
    ma_buf_add_byte(to, '\n');
}

void ma_render_contents(ma_span contents, ma_buf *to)
{
    ma_value_walk walk = ma_value_walk_init(contents);
    ma_span none, item;
    while (ma_value_walk_next(&walk, &none, &item))
        write_resource(item, to);
}

void ma_render_messages(ma_span result, ma_buf *to)
{
    ma_span description = ma_value_member(result, "description");
    ma_value_walk walk =
        ma_value_walk_init(ma_value_member(result, "messages"));
    ma_span none, message;
    if (ma_value_is_string(description)) {
        ma_render_line(description, to);
        ma_buf_add_text(to, "\n\n");
    }
    while (ma_value_walk_next(&walk, &none, &message)) {
        ma_render_line(ma_value_member(message, "role"), to);
        ma_buf_add_text(to, ": ");
        ma_render_content(ma_value_member(message, "content"), to);
    }
}

/* --- JSON ---------------------------------------------------------------- */

static bool is_harmless(uint32_t code)
{
    return code == '\n' || code == '\t' || !ma_utf8_is_control(code);
}

/* Such a character can stand in a string only, but for CR; all of them have
 * four digits. */
static void write_escape(uint32_t code, ma_buf *to)
{
    if (code == '\r')
        ma_buf_add_byte(to, ' ');
    else
        ma_buf_addf(to, "\\u%04x", (unsigned)code);
}

void ma_render_json(ma_span json, bool safe, ma_buf *to)
{
    if (!safe) {
        ma_buf_add_span(to, json);
        return;
    }
    while (json.len > 0) {
        uint32_t code = 0xFFFD;
        size_t len = ma_utf8_next(json, &code);
        if (len > 0 && is_harmless(code))
            ma_buf_add(to, json.at, len);
        else
            write_escape(code, to);
        len = len > 0 ? len : 1;
        json = ma_span_make(json.at + len, json.len - len);
    }
}
