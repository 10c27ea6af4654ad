/* yamlscalar.c - the core schema, and two kinds of quotes. */
#include "mcp/yamlscalar.h"

#include <string.h>

/* --- plain --------------------------------------------------------------- */

static bool is_one_of(ma_span text, const char *words)
{
    ma_span rest = ma_span_of(words);
    while (rest.at)
        if (ma_span_eq(ma_span_cut(&rest, ' '), text))
            return true;
    return false;
}

static size_t count_digits(ma_span text)
{
    size_t count = 0;
    while (count < text.len && text.at[count] >= '0' && text.at[count] <= '9')
        count++;
    return count;
}

static ma_span skip(ma_span text, size_t len)
{
    return ma_span_make(text.at + len, text.len - len);
}

static bool begins_with(ma_span text, const char *bytes)
{
    return text.len > 0 && strchr(bytes, *text.at) && *text.at;
}

/* A number, taken apart. */
typedef struct {
    bool negative;
    ma_span whole, fraction, exponent; /* the last one with its sign */
} number;

static bool read_exponent(ma_span text, number *out)
{
    if (text.len == 0)
        return true;
    if (!begins_with(text, "eE"))
        return false;
    out->exponent = skip(text, 1);
    ma_span digits = begins_with(out->exponent, "+-") ? skip(out->exponent, 1)
                                                      : out->exponent;
    return digits.len > 0 && count_digits(digits) == digits.len;
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool read_number(ma_span text, number *out)
{
    *out = (number){.negative = begins_with(text, "-")};
    ma_span rest = begins_with(text, "+-") ? skip(text, 1) : text;
    out->whole = ma_span_make(rest.at, count_digits(rest));
    rest = skip(rest, out->whole.len);
    if (begins_with(rest, ".")) {
        rest = skip(rest, 1);
        out->fraction = ma_span_make(rest.at, count_digits(rest));
        rest = skip(rest, out->fraction.len);
    }
    bool has_digits = out->whole.len + out->fraction.len > 0;
    return has_digits && read_exponent(rest, out);
}

static const char *write_number(ma_buf *to, const number *it)
{
    if (it->whole.len > 1 && *it->whole.at == '0')
        return "a number that begins with 0";
    if (it->negative)
        ma_buf_add_byte(to, '-');
    ma_buf_add_span(to, it->whole.len > 0 ? it->whole : ma_span_of("0"));
    if (it->fraction.len > 0) {
        ma_buf_add_byte(to, '.');
        ma_buf_add_span(to, it->fraction);
    }
    if (it->exponent.len > 0) {
        ma_buf_add_byte(to, 'e');
        ma_buf_add_span(to, it->exponent);
    }
    return NULL;
}

/* 0x1F, 0o17 */
static bool is_other_base(ma_span text)
{
    size_t len = 2;
    bool hex = ma_span_starts(text, "0x");
    if (!hex && !ma_span_starts(text, "0o"))
        return false;
    while (len < text.len && strchr("0123456789abcdefABCDEF", text.at[len]) &&
           text.at[len])
        len++;
    return len > 2 && len == text.len;
}

/* What a plain scalar cannot be; a text that has it is some other YAML. */
static const char *check_plain(ma_span text)
{
    if (begins_with(text, "&*"))
        return "an anchor or alias";
    if (begins_with(text, "!"))
        return "a tag";
    if (begins_with(text, "[]{},#|>@`\"'%"))
        return "a text that begins like something else";
    if (begins_with(text, "-?:") && (text.len == 1 || text.at[1] == ' '))
        return "an entry where a value is due";
    if (ma_span_find(text, '\t') < text.len)
        return "a tab";
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] == ':' && (i + 1 == text.len || text.at[i + 1] == ' '))
            return "a text with a colon in it and no quotes around it";
    return NULL;
}

const char *ma_yamlscalar_write_plain(ma_buf *to, ma_span text)
{
    number parts;
    const char *why = check_plain(text);
    if (why)
        return why;
    if (text.len == 0 || is_one_of(text, "~ null Null NULL"))
        ma_buf_add_text(to, "null");
    else if (is_one_of(text, "true True TRUE"))
        ma_buf_add_text(to, "true");
    else if (is_one_of(text, "false False FALSE"))
        ma_buf_add_text(to, "false");
    else if (is_one_of(text, ".nan .NaN .NAN .inf .Inf .INF -.inf -.Inf -.INF "
                             "+.inf +.Inf +.INF") ||
             is_other_base(text))
        return "a number that JSON cannot say";
    else if (read_number(text, &parts))
        return write_number(to, &parts);
    else
        ma_json_write_string(to, text);
    return NULL;
}

/* --- quoted -------------------------------------------------------------- */

bool ma_yamlscalar_is_quoted(ma_span text)
{
    return begins_with(text, "\"'");
}

/* How long a quoted scalar is, or 0 when it does not end in this line. */
static size_t measure(ma_span text)
{
    char quote = *text.at;
    for (size_t i = 1; i < text.len && text.at[i] != '\n'; i++) {
        if (quote == '"' && text.at[i] == '\\') {
            i++;
            continue;
        }
        if (text.at[i] != quote)
            continue;
        if (quote == '"' || i + 1 == text.len || text.at[i + 1] != quote)
            return i + 1;
        i++;
    }
    return 0;
}

static void write_single(ma_buf *to, ma_span content)
{
    for (size_t i = 0; i < content.len; i++) {
        ma_buf_add_byte(to, content.at[i]);
        if (content.at[i] == '\'')
            i++;
    }
}

/* Of the escapes of YAML, those that JSON has too are read. */
const char *ma_yamlscalar_take_quoted(ma_buf *to, ma_span *in)
{
    size_t len = measure(*in);
    ma_span whole = ma_span_make(in->at, len), read;
    if (len == 0)
        return "a quote that does not end in its line";
    if (*whole.at == '\'')
        write_single(to, ma_span_make(whole.at + 1, len - 2));
    else if (ma_value_parse(whole, &read, NULL) ||
             !ma_value_write_text(to, read))
        return "an escape that JSON does not have";
    *in = skip(*in, len);
    return NULL;
}
