/* frontmatter.c - what a file says of itself, beside what was said of it. */
#include "mcp/frontmatter.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"
#include "mcp/yaml.h"

/* Line 1 is the dashes. */
enum { FIRST_LINE = 2 };

static ma_span take_line(ma_span *rest)
{
    ma_span line = ma_span_cut(rest, '\n');
    if (ma_span_ends(line, "\r"))
        line.len--;
    return line;
}

static bool is_fence(ma_span line)
{
    return ma_span_starts(line, "---") && ma_span_is(ma_span_trim(line), "---");
}

static mcpauth_status cut(ma_span file, ma_span *out, mcpauth_error *err)
{
    ma_span rest = file;
    if (ma_span_starts(rest, "\xEF\xBB\xBF"))
        rest = ma_span_make(rest.at + 3, rest.len - 3);
    if (!is_fence(take_line(&rest)))
        return ma_error_set(
            err, MCPAUTH_E_PROTOCOL, "its first line is not three dashes");
    const char *begin = rest.at;
    while (rest.at && (size_t)(rest.at - begin) <= MA_FRONTMATTER_MAX) {
        const char *end = rest.at;
        if (!is_fence(take_line(&rest)))
            continue;
        *out = ma_span_make(begin, (size_t)(end - begin));
        return MCPAUTH_OK;
    }
    return ma_error_set(err, MCPAUTH_E_PROTOCOL,
        "no line of three dashes ends it within %d KiB",
        MA_FRONTMATTER_MAX / 1024);
}

mcpauth_status ma_frontmatter_read(
    ma_span file, ma_fields *to, mcpauth_error *err)
{
    ma_span yaml = {NULL, 0};
    mcpauth_status st = cut(file, &yaml, err);
    return st ? st : ma_yaml_read(yaml, FIRST_LINE, to, err);
}

/* Appends a value as a message shows it. */
static void write_value(ma_buf *to, ma_span value)
{
    MA_SCOPED(ma_buf) said = ma_buf_init(value.len);
    if (!value.at)
        ma_buf_add_text(to, "nothing");
    else if (ma_span_is(value, "{"))
        ma_buf_add_text(to, "a mapping");
    else if (ma_span_is(value, "["))
        ma_buf_add_text(to, "a list");
    else if (!ma_value_write_text(&said, value))
        ma_quote_write(to, value, MA_QUOTE_MAX);
    else {
        ma_buf_add_byte(to, '"');
        ma_quote_write(to, ma_buf_span(&said), MA_QUOTE_MAX);
        ma_buf_add_byte(to, '"');
    }
}

static mcpauth_status set_difference(
    const ma_fields_difference *found, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) file = ma_buf_init(8 * MA_QUOTE_MAX);
    MA_SCOPED(ma_buf) entry = ma_buf_init(8 * MA_QUOTE_MAX);
    ma_span place = found->place;
    if (ma_span_starts(place, "."))
        place = ma_span_make(place.at + 1, place.len - 1);
    MA_AUTO(ma_text) shown = ma_quote(place);
    write_value(&file, found->one);
    write_value(&entry, found->other);
    return ma_error_set(err, MCPAUTH_E_MISMATCH,
        "its frontmatter is not that of the skill's entry: %s is %s in the "
        "file, and %s in the entry",
        shown ? shown : "a field", ma_buf_text(&file), ma_buf_text(&entry));
}

mcpauth_status ma_frontmatter_check(
    ma_span file, ma_span object, mcpauth_error *err)
{
    static const char context[] = "its frontmatter cannot be compared";
    MA_SCOPED(ma_fields) found = ma_fields_init();
    MA_SCOPED(ma_fields) wanted = ma_fields_init();
    ma_fields_difference difference = {0};
    mcpauth_status st = ma_frontmatter_read(file, &found, err);
    if (!st)
        st = ma_fields_add_json(&wanted, object, err);
    if (!st)
        st = ma_fields_compare(&found, &wanted, &difference, err);
    if (st == MCPAUTH_E_PROTOCOL || st == MCPAUTH_E_LIMIT) {
        MA_AUTO(mcpauth_error) why = mcpauth_error_new();
        ma_error_copy(why, err);
        return ma_error_set(err, MCPAUTH_E_MISMATCH, "%s: %s", context,
            mcpauth_error_message(why));
    }
    if (st)
        return ma_error_in(err, st, "%s", context);
    return difference.place.at ? set_difference(&difference, err) : MCPAUTH_OK;
}
