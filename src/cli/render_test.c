/* render_test.c - answers of MCP servers as they are shown. */
#include "cli/render.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TEN     "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static const struct {
    const ma_render_kind *kind;
    const char *array;
    const char *shown;
} lists[] = {
    {&ma_render_tools, "[]", "Found 0 tools\n"},
    {&ma_render_tools, "[{\"name\":\"a\"}]", "Found 1 tool\n  1. a\n"},
    {&ma_render_tools,
        "[{\"name\":\"a\",\"title\":\"A\",\"description\":\"adds\\n  two\","
        "\"inputSchema\":{\"properties\":{\"x\":{\"type\":\"number\"},"
        "\"y\":{},\"z\":{\"type\":\"string\"}},\"required\":[\"x\"]}},"
        "{\"name\":\"b\"}]",
        "Found 2 tools\n"
        "  1. a - A\n"
        "     adds two\n"
        "     arguments: x (number), y (optional), z (string, optional)\n"
        "  2. b\n"},
    {&ma_render_tools,
        "[{\"name\":\"a\",\"description\":\"" HUNDRED "\"},"
        "{\"name\":\"b\",\"description\":\"" HUNDRED "!\"}]",
        "Found 2 tools\n"
        "  1. a\n     " HUNDRED "\n"
        "  2. b\n     " HUNDRED "...\n"},
    {&ma_render_resources, "[{\"name\":\"motto\",\"uri\":\"memo://motto\"}]",
        "Found 1 resource\n  1. motto\n     memo://motto\n"},
    {&ma_render_templates,
        "[{\"name\":\"page\",\"uriTemplate\":\"memo://{n}\"},{\"name\":1}]",
        "Found 2 resource templates\n"
        "  1. page\n     memo://{n}\n"
        "  2. \n     \n"},
    {&ma_render_prompts,
        "[{\"name\":\"greet\",\"arguments\":[{\"name\":\"who\","
        "\"required\":true},{\"name\":\"how\"}]}]",
        "Found 1 prompt\n  1. greet\n     arguments: who, how (optional)\n"},
    {&ma_render_tools, "[{\"name\":\"\\u001b[2J\\u202ex\"}]",
        "Found 1 tool\n  1. \\x1b[2J\\u{202e}x\n"},
};

static void lists_are_numbered_seed_37(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        MA_SCOPED(ma_buf) shown = ma_buf_init(MA_RENDER_MAX);
        ma_render_list(lists[i].kind, ma_span_of(lists[i].array), &shown);
        assert_string_equal(ma_buf_text(&shown), lists[i].shown);
    }
}

typedef void render_fn(ma_span value, ma_buf *to);

static const struct {
    render_fn *render;
    const char *value;
    const char *shown;
} rows[] = {
    {ma_render_tool_result,
        "{\"content\":[{\"type\":\"text\",\"text\":\"a\\nb\"}]}", "a\nb\n"},
    {ma_render_tool_result,
        "{\"content\":[{\"type\":\"text\",\"text\":\"a\\r\\n\\r\\n\"}]}",
        "a\n\n"},
    {ma_render_tool_result,
        "{\"content\":[{\"type\":\"text\",\"text\":\"\\u001b]0;x\\u0007\"}]}",
        "\\x1b]0;x\\x07\n"},
    {ma_render_tool_result,
        "{\"content\":[{\"type\":\"text\",\"text\":\"5\"}],"
        "\"structuredContent\":{\"sum\":5}}",
        "5\n"},
    {ma_render_tool_result,
        "{\"content\":[],\"structuredContent\":{\"sum\": 5.10}}",
        "{\"sum\": 5.10}\n"},
    {ma_render_tool_result, "{}", ""},
    {ma_render_content,
        "[{\"type\":\"image\",\"mimeType\":\"image/png\","
        "\"data\":\"QUJDRA==\"},{\"type\":\"audio\",\"data\":\"QUJD\"}]",
        "[image: image/png, 4 bytes]\n[audio: 3 bytes]\n"},
    {ma_render_content,
        "[{\"type\":\"resource_link\",\"name\":\"n\",\"uri\":\"memo://a\"},"
        "{\"type\":\"resource\",\"resource\":{\"uri\":\"u\",\"text\":\"t\"}},"
        "{\"type\":\"resource\",\"resource\":{\"uri\":\"u\",\"blob\":\"\"}}]",
        "[resource link: n, memo://a]\nt\n[resource: u, 0 bytes]\n"},
    {ma_render_content, "{\"type\":\"new\"}", "[content of an unknown type]\n"},
    {ma_render_content, "7", ""},
    {ma_render_contents, "[{\"uri\":\"u\",\"text\":\"one\\ntwo\\n\"}]",
        "one\ntwo\n"},
    {ma_render_messages,
        "{\"description\":\"d\",\"messages\":[{\"role\":\"user\","
        "\"content\":{\"type\":\"text\",\"text\":\"hi\"}}]}",
        "d\n\nuser: hi\n"},
    {ma_render_line, "\"a\\n\\tb\"", "a b"},
    {ma_render_line, "12", ""},
};

static void answers_are_shown(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MA_SCOPED(ma_buf) shown = ma_buf_init(MA_RENDER_MAX);
        rows[i].render(ma_span_of(rows[i].value), &shown);
        assert_string_equal(ma_buf_text(&shown), rows[i].shown);
    }
}

static const struct {
    const char *json;
    const char *safe;
} documents[] = {
    {"{\"a\": 1.10, \"b\":\t12345678901234567890}\n",
        "{\"a\": 1.10, \"b\":\t12345678901234567890}\n"},
    {"\"\xC2\x9b\x7f\xE2\x80\xAE\"", "\"\\u009b\\u007f\\u202e\""},
    {"[1,\r2,\"\xFF\"]", "[1, 2,\"\\ufffd\"]"},
};

static void json_stays_byte_for_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        MA_SCOPED(ma_buf) same = ma_buf_init(MA_RENDER_MAX);
        ma_render_json(ma_span_of(documents[i].json), false, &same);
        assert_string_equal(ma_buf_text(&same), documents[i].json);
    }
}

static void json_drives_no_terminal_S_022(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        MA_SCOPED(ma_buf) safe = ma_buf_init(MA_RENDER_MAX);
        ma_render_json(ma_span_of(documents[i].json), true, &safe);
        assert_string_equal(ma_buf_text(&safe), documents[i].safe);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_numbered_seed_37),
        cmocka_unit_test(answers_are_shown),
        cmocka_unit_test(json_stays_byte_for_byte),
        cmocka_unit_test(json_drives_no_terminal_S_022),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
