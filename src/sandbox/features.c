/* features.c - see features.h. */
#include "sandbox/features.h"

#include <string.h>

#include "base/alloc.h"

enum { TEXT_MAX = 64 * 1024, TOOLS_PER_PAGE = 2 };
enum { NOT_FOUND = -32002, NO_METHOD = -32601, BAD_PARAMS = -32602 };

#define NEWEST "2025-11-25"

bool ma_features_speaks(const char *version)
{
    static const char *const spoken[] = {NEWEST, "2025-06-18", "2025-03-26"};
    for (size_t i = 0; i < sizeof spoken / sizeof *spoken; i++)
        if (!strcmp(version, spoken[i]))
            return true;
    return false;
}

static void write_error(ma_buf *to, int code, const char *message)
{
    ma_buf_addf(
        to, "\"error\":{\"code\":%d,\"message\":\"%s\"}", code, message);
}

/* --- lifecycle ----------------------------------------------------------- */

static void initialize(const char *prefix, const ma_json *params, ma_buf *to)
{
    (void)prefix;
    const char *version = ma_json_text(params, "protocolVersion");
    bool spoken = version && ma_features_speaks(version);
    ma_buf_addf(to,
        "\"result\":{\"protocolVersion\":\"%s\",\"capabilities\":{"
        "\"tools\":{\"listChanged\":false},"
        "\"resources\":{\"subscribe\":false,\"listChanged\":false},"
        "\"prompts\":{\"listChanged\":false},\"logging\":{}},"
        "\"serverInfo\":{\"name\":\"mcpauth-sandbox\",\"version\":\"1.0.0\"},"
        "\"instructions\":\"A stand-in: try everything.\"}",
        spoken ? version : NEWEST);
}

static void answer_nothing(
    const char *prefix, const ma_json *params, ma_buf *to)
{
    (void)prefix;
    (void)params;
    ma_buf_add_text(to, "\"result\":{}");
}

/* --- tools --------------------------------------------------------------- */

typedef bool tool_fn(const ma_json *arguments, ma_buf *to);

static bool read_numbers(const ma_json *arguments, double *out_a, double *out_b)
{
    return ma_json_number(arguments, "a", out_a) &&
           ma_json_number(arguments, "b", out_b);
}

static bool add_numbers(const ma_json *arguments, ma_buf *to)
{
    double a = 0;
    double b = 0;
    if (!read_numbers(arguments, &a, &b))
        return false;
    ma_buf_addf(to, "%.15g", a + b);
    return true;
}

static bool multiply_numbers(const ma_json *arguments, ma_buf *to)
{
    double a = 0;
    double b = 0;
    if (!read_numbers(arguments, &a, &b))
        return false;
    ma_buf_addf(to, "%.15g", a * b);
    return true;
}

static bool greet_user(const ma_json *arguments, ma_buf *to)
{
    const char *name = ma_json_text(arguments, "name");
    if (!name)
        return false;
    ma_buf_addf(to, "Hello, %s! Nice to meet you.", name);
    return true;
}

#define TWO_NUMBERS                                                            \
    "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"},"       \
    "\"b\":{\"type\":\"integer\"}},\"required\":[\"a\",\"b\"]}"

static const struct {
    const char *name;
    const char *description;
    const char *schema;
    tool_fn *call;
} tools[] = {
    {"add_numbers", "Add two numbers together", TWO_NUMBERS, add_numbers},
    {"multiply_numbers", "Multiply two numbers together", TWO_NUMBERS,
        multiply_numbers},
    {"greet_user", "Greet a user by name",
        "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"}},"
        "\"required\":[\"name\"]}",
        greet_user},
};

enum { TOOLS = sizeof tools / sizeof *tools };

/* The cursor says at which tool a page begins; TOOLS: it says nothing. */
static size_t read_cursor(const char *cursor)
{
    if (!cursor)
        return 0;
    return !strcmp(cursor, "page-2") ? TOOLS_PER_PAGE : TOOLS;
}

static void list_tools(const char *prefix, const ma_json *params, ma_buf *to)
{
    size_t from = read_cursor(ma_json_text(params, "cursor"));
    if (from == TOOLS) {
        write_error(to, BAD_PARAMS, "Invalid cursor");
        return;
    }
    ma_buf_add_text(to, "\"result\":{\"tools\":[");
    for (size_t i = from; i < TOOLS && i < from + TOOLS_PER_PAGE; i++)
        ma_buf_addf(to,
            "%s{\"name\":\"%s%s\",\"description\":\"%s\",\"inputSchema\":%s}",
            i > from ? "," : "", prefix, tools[i].name, tools[i].description,
            tools[i].schema);
    ma_buf_add_text(to, from ? "]}" : "],\"nextCursor\":\"page-2\"}");
}

static size_t find_tool(const char *prefix, const char *name)
{
    size_t len = strlen(prefix);
    size_t i = 0;
    if (!name || strncmp(name, prefix, len) != 0)
        return TOOLS;
    while (i < TOOLS && strcmp(tools[i].name, name + len) != 0)
        i++;
    return i;
}

/* T-106: a tool that fails is a result. */
static void call_tool(const char *prefix, const ma_json *params, ma_buf *to)
{
    size_t i = find_tool(prefix, ma_json_text(params, "name"));
    if (i == TOOLS) {
        write_error(to, BAD_PARAMS, "Unknown tool");
        return;
    }
    MA_SCOPED(ma_buf) text = ma_buf_init(TEXT_MAX);
    bool done = tools[i].call(ma_json_get_object(params, "arguments"), &text);
    if (!done)
        ma_buf_addf(
            &text, "Error executing tool %s: bad arguments", tools[i].name);
    ma_buf_add_text(to, "\"result\":{\"content\":[{\"type\":\"text\","
                        "\"text\":");
    ma_json_write_string(to, ma_buf_span(&text));
    ma_buf_addf(to, "}],\"isError\":%s}", done ? "false" : "true");
}

/* --- resources ----------------------------------------------------------- */

static const struct {
    const char *uri;
    const char *name;
    const char *text;
} resources[] = {
    {"sandbox://readme", "readme", "This server is a stand-in."},
    {"sandbox://numbers", "numbers", "1 2 3"},
};

enum { RESOURCES = sizeof resources / sizeof *resources };

static void list_resources(
    const char *prefix, const ma_json *params, ma_buf *to)
{
    (void)prefix;
    (void)params;
    ma_buf_add_text(to, "\"result\":{\"resources\":[");
    for (size_t i = 0; i < RESOURCES; i++)
        ma_buf_addf(to,
            "%s{\"uri\":\"%s\",\"name\":\"%s\",\"mimeType\":\"text/plain\"}",
            i ? "," : "", resources[i].uri, resources[i].name);
    ma_buf_add_text(to, "]}");
}

static void list_templates(
    const char *prefix, const ma_json *params, ma_buf *to)
{
    (void)prefix;
    (void)params;
    ma_buf_add_text(to, "\"result\":{\"resourceTemplates\":[{\"uriTemplate\":"
                        "\"sandbox://greeting/{name}\",\"name\":\"greeting\","
                        "\"mimeType\":\"text/plain\"}]}");
}

static void write_contents(ma_buf *to, const char *uri, const char *text)
{
    ma_buf_add_text(to, "\"result\":{\"contents\":[{\"uri\":");
    ma_json_write_string(to, ma_span_of(uri));
    ma_buf_add_text(to, ",\"mimeType\":\"text/plain\",\"text\":");
    ma_json_write_string(to, ma_span_of(text));
    ma_buf_add_text(to, "}]}");
}

static void read_resource(const char *prefix, const ma_json *params, ma_buf *to)
{
    static const char greeting[] = "sandbox://greeting/";
    (void)prefix;
    const char *uri = ma_json_text(params, "uri");
    for (size_t i = 0; uri && i < RESOURCES; i++) {
        if (strcmp(uri, resources[i].uri) != 0)
            continue;
        write_contents(to, uri, resources[i].text);
        return;
    }
    if (!uri || strncmp(uri, greeting, strlen(greeting)) != 0) {
        write_error(to, NOT_FOUND, "Resource not found");
        return;
    }
    MA_SCOPED(ma_buf) text = ma_buf_init(TEXT_MAX);
    ma_buf_addf(&text, "Hello, %s!", uri + strlen(greeting));
    write_contents(to, uri, ma_buf_text(&text));
}

/* --- prompts ------------------------------------------------------------- */

static void list_prompts(const char *prefix, const ma_json *params, ma_buf *to)
{
    (void)prefix;
    (void)params;
    ma_buf_add_text(to,
        "\"result\":{\"prompts\":[{\"name\":\"summarise\",\"description\":"
        "\"Asks for a summary\",\"arguments\":[{\"name\":\"topic\","
        "\"required\":true}]}]}");
}

static void get_prompt(const char *prefix, const ma_json *params, ma_buf *to)
{
    (void)prefix;
    const char *name = ma_json_text(params, "name");
    const char *topic =
        ma_json_text(ma_json_get_object(params, "arguments"), "topic");
    if (!name || strcmp(name, "summarise") != 0 || !topic) {
        write_error(to, BAD_PARAMS, "Unknown prompt or missing argument");
        return;
    }
    MA_SCOPED(ma_buf) text = ma_buf_init(TEXT_MAX);
    ma_buf_addf(&text, "Please summarise %s.", topic);
    ma_buf_add_text(to, "\"result\":{\"messages\":[{\"role\":\"user\","
                        "\"content\":{\"type\":\"text\",\"text\":");
    ma_json_write_string(to, ma_buf_span(&text));
    ma_buf_add_text(to, "}}]}");
}

/* --- all ----------------------------------------------------------------- */

void ma_features_write(
    const char *prefix, const char *method, const ma_json *params, ma_buf *to)
{
    static const struct {
        const char *method;
        void (*write)(const char *prefix, const ma_json *params, ma_buf *to);
    } rows[] = {
        {"initialize", initialize},
        {"ping", answer_nothing},
        {"logging/setLevel", answer_nothing},
        {"tools/list", list_tools},
        {"tools/call", call_tool},
        {"resources/list", list_resources},
        {"resources/templates/list", list_templates},
        {"resources/read", read_resource},
        {"prompts/list", list_prompts},
        {"prompts/get", get_prompt},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].method, method) != 0)
            continue;
        rows[i].write(prefix, params, to);
        return;
    }
    write_error(to, NO_METHOD, "Method not found");
}
