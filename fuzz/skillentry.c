/* skillentry.c - an entry, a NUL, a file: whatever a server says of a skill
 * and sends for it, only bytes with that digest, size and front matter are
 * given out; and a front matter that is read once has each field once. */
#include "mcp/skillentry.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mcp/frontmatter.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void require(bool truth)
{
    if (!truth)
        abort();
}

static void check_front_matter(ma_span file)
{
    MA_SCOPED(ma_fields) once = ma_fields_init();
    MA_SCOPED(ma_fields) again = ma_fields_init();
    ma_fields_difference found = {0};
    if (ma_frontmatter_read(file, &once, NULL))
        return;
    require(once.depth == 0 && once.count > 0);
    require(!ma_frontmatter_read(file, &again, NULL));
    if (ma_fields_compare(&once, &again, &found, NULL) == MCPAUTH_OK)
        require(!found.place.at);
}

static void write_result(ma_span uri, ma_span file, ma_buf *to)
{
    ma_buf_add_text(to, "{\"contents\":[{\"uri\":");
    ma_buf_add_span(to, uri);
    ma_buf_add_text(to, ",\"text\":");
    ma_json_write_string(to, file);
    ma_buf_add_text(to, "}]}");
}

static void check_entry(ma_span text, ma_span file)
{
    MA_SCOPED(ma_buf) result = ma_buf_init(1 << 24);
    MA_SCOPED(ma_buf) opened = ma_buf_init(1 << 24);
    ma_skillentry entry = {0};
    ma_span value;
    if (ma_value_parse(text, &value, NULL) ||
        ma_skillentry_read(value, &entry, NULL))
        return;
    write_result(entry.uri, file, &result);
    if (ma_skillentry_open(
            &entry, entry.uri, ma_buf_span(&result), &opened, NULL)) {
        require(opened.len == 0);
        return;
    }
    require(ma_span_eq(ma_buf_span(&opened), file));
    require(!ma_frontmatter_check(file, entry.frontmatter, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    ma_span file = ma_span_make((const char *)bytes, len);
    ma_span entry = ma_span_cut(&file, '\0');
    check_entry(entry, file);
    check_front_matter(file.at ? file : entry);
    return 0;
}
