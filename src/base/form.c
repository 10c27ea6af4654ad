/* form.c - pairs of names and values, both ways. */
#include "base/form.h"

#include "base/url.h"

void ma_form_write_value(ma_buf *to, ma_span value)
{
    while (value.at) {
        ma_url_write_escaped(to, ma_span_cut(&value, ' '));
        if (value.at)
            ma_buf_add_byte(to, '+');
    }
}

void ma_form_add(ma_buf *to, const char *name, ma_span value)
{
    ma_span before = ma_buf_span(to);
    if (before.len && !ma_span_ends(before, "?") && !ma_span_ends(before, "&"))
        ma_buf_add_byte(to, '&');
    ma_form_write_value(to, ma_span_of(name));
    ma_buf_add_byte(to, '=');
    ma_form_write_value(to, value);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Takes one decoded byte from the front of *rest; -1 when it is undecodable.
 * NUL is: it would end the text for whoever reads it as one (S-017). */
static int take_byte(ma_span *rest)
{
    const char *at = rest->at;
    bool escaped = at[0] == '%';
    if (escaped && rest->len < 3)
        return -1;
    size_t len = escaped ? 3 : 1;
    *rest = ma_span_make(at + len, rest->len - len);
    if (!escaped)
        return at[0] == '+' ? ' ' : (at[0] ? (unsigned char)at[0] : -1);
    int high = hex_value(at[1]);
    int low = hex_value(at[2]);
    int byte = high < 0 || low < 0 ? -1 : high * 16 + low;
    return byte ? byte : -1;
}

static bool is_name(ma_span encoded, const char *name)
{
    /* No byte taken equals the NUL at the end of name. */
    while (encoded.len) {
        if (take_byte(&encoded) != (unsigned char)*name)
            return false;
        name++;
    }
    return !*name;
}

static bool decode_value(ma_buf *to, ma_span encoded)
{
    size_t before = to->len;
    while (encoded.len) {
        int byte = take_byte(&encoded);
        if (byte < 0) {
            ma_buf_cut(to, before);
            return false;
        }
        ma_buf_add_byte(to, (char)byte);
    }
    return true;
}

int ma_form_find(ma_span pairs, const char *name, ma_buf *to)
{
    int count = 0;
    ma_span found = {0};
    while (pairs.at) {
        ma_span value = ma_span_cut(&pairs, '&');
        ma_span key = ma_span_cut(&value, '=');
        if (!is_name(key, name))
            continue;
        if (count++)
            return -1;
        found = value;
    }
    return count && !decode_value(to, found) ? -1 : count;
}
