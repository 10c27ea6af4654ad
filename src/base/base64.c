/* base64.c - no padding is asked for, but wrong padding is refused. */
#include "base/base64.h"

#include <stdint.h>

static const char standard[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Appends the characters of one group of at most three bytes. */
static void write_group(ma_buf *to, ma_span group, const char *alphabet)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < 3; i++)
        bits = bits << 8 | (i < group.len ? (unsigned char)group.at[i] : 0U);
    for (size_t i = 0; i <= group.len; i++)
        ma_buf_add_byte(to, alphabet[bits >> (18 - 6 * i) & 63]);
}

static void write_groups(ma_buf *to, ma_span bytes, const char *alphabet)
{
    for (size_t at = 0; at < bytes.len; at += 3) {
        size_t left = bytes.len - at;
        ma_span group = ma_span_make(bytes.at + at, left < 3 ? left : 3);
        write_group(to, group, alphabet);
    }
}

void ma_base64_write(ma_buf *to, ma_span bytes)
{
    write_groups(to, bytes, standard);
    for (size_t len = bytes.len; len % 3; len++)
        ma_buf_add_byte(to, '=');
}

void ma_base64_write_url(ma_buf *to, ma_span bytes)
{
    write_groups(to, bytes, url);
}

/* The six bits that a character stands for in either alphabet, or -1. */
static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

/* Drops the padding; false when it does not complete a group of four. */
static bool strip_padding(ma_span *text)
{
    size_t padding = 0;
    while (padding < text->len && text->at[text->len - 1 - padding] == '=')
        padding++;
    if (padding && (padding > 2 || text->len % 4))
        return false;
    text->len -= padding;
    return text->len % 4 != 1;
}

/* Appends the bytes of one group of two to four characters.  False for a
 * foreign character, or bits behind the last byte (RFC 4648 3.5). */
static bool read_group(ma_buf *to, ma_span group)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < 4; i++) {
        int value = i < group.len ? value_of(group.at[i]) : 0;
        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
    }
    const char bytes[] = {
        (char)(bits >> 16), (char)(bits >> 8 & 255), (char)(bits & 255)};
    size_t len = group.len - 1;
    ma_buf_add(to, bytes, len);
    return len == 3 || (bits & (0xFFFFFFU >> 8 * len)) == 0;
}

bool ma_base64_read(ma_buf *to, ma_span text)
{
    size_t before = to->len;
    if (!strip_padding(&text))
        return false;
    for (size_t at = 0; at < text.len; at += 4) {
        size_t left = text.len - at;
        ma_span group = ma_span_make(text.at + at, left < 4 ? left : 4);
        if (read_group(to, group))
            continue;
        ma_buf_cut(to, before);
        return false;
    }
    return !to->failed;
}
