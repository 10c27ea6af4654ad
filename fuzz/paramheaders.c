/* paramheaders.c - [schema, arguments]: fields come of a schema that is judged
 * good, and of no other; and a list of tools without the bad ones is a list
 * that has none left out a second time; a book of tools knows each by name. */
#include "mcp/paramheaders.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/headers.h"
#include "mcp/toolbook.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void require(bool truth)
{
    if (!truth)
        abort();
}

static void check_fields(ma_span schema, ma_span arguments)
{
    MA_AUTO(mcpauth_headers) headers = mcpauth_headers_new();
    bool any = false;
    bool good = !ma_paramheaders_check(schema, &any, NULL);
    mcpauth_status st = ma_paramheaders_add(headers, schema, arguments, NULL);
    size_t count = mcpauth_headers_count(headers);
    require(good || st);
    require(count == 0 || (!st && any));
    require(count <= MA_PARAMHEADERS_MAX);
    for (size_t i = 0; i < count; i++)
        require(ma_span_starts(
            ma_span_of(mcpauth_headers_name(headers, i)), "Mcp-Param-"));
}

static void count_drop(void *context, ma_span name, const mcpauth_error *reason)
{
    size_t *count = context;
    (void)name;
    (void)reason;
    ++*count;
}

static void check_list(ma_span result)
{
    MA_SCOPED(ma_buf) once = ma_buf_init(1 << 24);
    MA_SCOPED(ma_buf) twice = ma_buf_init(1 << 24);
    ma_span whole;
    size_t first = 0;
    size_t second = 0;
    require(
        !ma_paramheaders_write_tools(&once, result, count_drop, &first, NULL));
    require(first > 0 || ma_span_eq(ma_buf_span(&once), result));
    require(!ma_value_parse(ma_buf_span(&once), &whole, NULL));
    require(
        !ma_paramheaders_write_tools(&twice, whole, count_drop, &second, NULL));
    require(second == 0 && ma_span_eq(ma_buf_span(&twice), whole));
}

/* A tool that is left out of lists is one that the book refuses. */
static void check_book(ma_span tools)
{
    MA_SCOPED(ma_toolbook) book = ma_toolbook_init(0);
    ma_toolbook_page page;
    ma_span name, tool;
    require(!ma_toolbook_feed(&book, tools, NULL));
    ma_value_walk walk = ma_value_walk_init(tools);
    while (ma_value_walk_next(&walk, &name, &tool)) {
        ma_span called = ma_value_member(tool, "name");
        require(ma_toolbook_find(&book, called, &page) ==
                ma_value_is_string(called));
        if (ma_value_is_string(called) && page.schema.at)
            check_fields(page.schema, ma_span_make(NULL, 0));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    ma_span text = ma_span_make((const char *)bytes, len);
    ma_span value, name;
    ma_span schema = {NULL, 0};
    ma_span arguments = {NULL, 0};
    if (ma_value_parse(text, &value, NULL))
        return 0;
    check_list(value);
    if (ma_value_is_array(ma_value_member(value, "tools")))
        check_book(ma_value_member(value, "tools"));
    if (!ma_value_is_array(value))
        return 0;
    ma_value_walk walk = ma_value_walk_init(value);
    if (ma_value_walk_next(&walk, &name, &schema))
        ma_value_walk_next(&walk, &name, &arguments);
    check_fields(schema, arguments);
    return 0;
}
