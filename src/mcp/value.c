/* value.c - one scanner for all of JSON, without recursion. */
#include "mcp/value.h"

#include <limits.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"

/* --- the grammar --------------------------------------------------------- */

/* Each skip_ function moves *in behind what it names, or returns false with
 * *in where the text went wrong. */

static void skip_bytes(ma_span *in, size_t len)
{
    in->at += len;
    in->len -= len;
}

static void skip_space(ma_span *in)
{
    while (in->len > 0 && (*in->at == ' ' || *in->at == '\t' ||
                              *in->at == '\n' || *in->at == '\r'))
        skip_bytes(in, 1);
}

static bool skip_byte(ma_span *in, char byte)
{
    if (in->len == 0 || *in->at != byte)
        return false;
    skip_bytes(in, 1);
    return true;
}

static bool skip_digits(ma_span *in)
{
    const char *start = in->at;
    while (in->len > 0 && *in->at >= '0' && *in->at <= '9')
        skip_bytes(in, 1);
    return in->at > start;
}

static bool skip_number(ma_span *in)
{
    skip_byte(in, '-');
    if (!skip_byte(in, '0') && !skip_digits(in))
        return false;
    if (skip_byte(in, '.') && !skip_digits(in))
        return false;
    if (!skip_byte(in, 'e') && !skip_byte(in, 'E'))
        return true;
    if (!skip_byte(in, '+'))
        skip_byte(in, '-');
    return skip_digits(in);
}

static int hex_digit(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    if (byte >= 'a' && byte <= 'f')
        return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'F')
        return byte - 'A' + 10;
    return -1;
}

static bool skip_escape(ma_span *in)
{
    if (!skip_byte(in, '\\') || in->len == 0)
        return false;
    if (!skip_byte(in, 'u')) {
        if (*in->at == '\0' || !strchr("\"\\/bfnrt", *in->at))
            return false;
        skip_bytes(in, 1);
        return true;
    }
    for (int digit = 0; digit < 4; digit++) {
        if (in->len == 0 || hex_digit(*in->at) < 0)
            return false;
        skip_bytes(in, 1);
    }
    return true;
}

/* Bytes that stand for themselves. */
static void skip_plain(ma_span *in)
{
    static const bool special[UCHAR_MAX + 1] = {
        [0 ... 0x1F] = true, ['"'] = true, ['\\'] = true};
    size_t len = 0;
    while (len < in->len && !special[(unsigned char)in->at[len]])
        len++;
    skip_bytes(in, len);
}

static bool skip_string(ma_span *in)
{
    if (!skip_byte(in, '"'))
        return false;
    skip_plain(in);
    while (in->len > 0 && *in->at == '\\') {
        if (!skip_escape(in))
            return false;
        skip_plain(in);
    }
    return skip_byte(in, '"');
}

static bool skip_word(ma_span *in, const char *word)
{
    while (*word && skip_byte(in, *word))
        word++;
    return !*word;
}

static bool skip_scalar(ma_span *in)
{
    if (in->len == 0)
        return false;
    switch (*in->at) {
    case '"':
        return skip_string(in);
    case 't':
        return skip_word(in, "true");
    case 'f':
        return skip_word(in, "false");
    case 'n':
        return skip_word(in, "null");
    default:
        return skip_number(in);
    }
}

/* A member's name with its colon; the name itself goes to *out_name. */
static bool skip_name(ma_span *in, ma_span *out_name)
{
    skip_space(in);
    const char *start = in->at;
    if (!skip_string(in))
        return false;
    *out_name = ma_span_make(start, (size_t)(in->at - start));
    skip_space(in);
    if (!skip_byte(in, ':'))
        return false;
    skip_space(in);
    return true;
}

/* --- nested values ------------------------------------------------------- */

/* The containers that are open around the place of the scan. */
typedef struct {
    size_t depth;
    bool object[MA_JSON_MESSAGE_DEPTH];
    bool too_deep;
} nesting;

/* What one step of the scan left behind. */
typedef enum { BROKEN, VALUE_DUE, VALUE_ENDED } step;

static step enter_item(ma_span *in, const nesting *open)
{
    ma_span name;
    if (open->object[open->depth - 1] && !skip_name(in, &name))
        return BROKEN;
    return VALUE_DUE;
}

static step begin_value(ma_span *in, nesting *open)
{
    skip_space(in);
    bool object = in->len > 0 && *in->at == '{';
    if (!object && (in->len == 0 || *in->at != '['))
        return skip_scalar(in) ? VALUE_ENDED : BROKEN;
    if (open->depth == MA_JSON_MESSAGE_DEPTH) {
        open->too_deep = true;
        return BROKEN;
    }
    skip_bytes(in, 1);
    skip_space(in);
    if (skip_byte(in, object ? '}' : ']'))
        return VALUE_ENDED;
    open->object[open->depth++] = object;
    return enter_item(in, open);
}

/* Behind a value inside a container: the next item, or the container's end. */
static step end_value(ma_span *in, nesting *open)
{
    skip_space(in);
    if (skip_byte(in, ','))
        return enter_item(in, open);
    if (!skip_byte(in, open->object[open->depth - 1] ? '}' : ']'))
        return BROKEN;
    open->depth--;
    return VALUE_ENDED;
}

/* depth: of what it stands in. */
static bool skip_value(ma_span *in, size_t depth, bool *out_too_deep)
{
    nesting open;
    open.depth = depth;
    open.too_deep = false;
    do {
        step done = begin_value(in, &open);
        while (done == VALUE_ENDED && open.depth > depth)
            done = end_value(in, &open);
        if (done == BROKEN) {
            *out_too_deep = open.too_deep;
            return false;
        }
    } while (open.depth > depth);
    return true;
}

mcpauth_status ma_value_parse(
    ma_span text, ma_span *out_value, mcpauth_error *err)
{
    ma_span in = text;
    bool too_deep = false;
    if (ma_span_starts(in, "\xEF\xBB\xBF"))
        skip_bytes(&in, 3);
    skip_space(&in);
    const char *start = in.at;
    bool whole = skip_value(&in, 0, &too_deep);
    ma_span value = ma_span_make(start, (size_t)(in.at - start));
    skip_space(&in);
    if (too_deep)
        return ma_error_set(err, MCPAUTH_E_LIMIT,
            "JSON nested more than %d levels deep", MA_JSON_MESSAGE_DEPTH);
    if (!whole && in.len == 0)
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "incomplete JSON: it ends after %zu bytes", text.len);
    if (!whole || in.len > 0)
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "not JSON: unexpected byte at offset %zu", text.len - in.len);
    *out_value = value;
    return MCPAUTH_OK;
}

/* --- reading ------------------------------------------------------------- */

static bool begins_with(ma_span value, char byte)
{
    return value.len > 0 && *value.at == byte;
}

bool ma_value_is_object(ma_span value)
{
    return begins_with(value, '{');
}

bool ma_value_is_array(ma_span value)
{
    return begins_with(value, '[');
}

bool ma_value_is_string(ma_span value)
{
    return begins_with(value, '"');
}

bool ma_value_is_null(ma_span value)
{
    return ma_span_is(value, "null");
}

static bool skip_end(ma_span *in, const ma_value_walk *walk)
{
    skip_space(in);
    return skip_byte(in, walk->object ? '}' : ']');
}

ma_value_walk ma_value_walk_init(ma_span value)
{
    ma_value_walk walk = {.object = ma_value_is_object(value)};
    if (!walk.object && !ma_value_is_array(value))
        return walk;
    skip_bytes(&value, 1);
    if (skip_end(&value, &walk))
        walk.behind = value;
    else
        walk.rest = value;
    return walk;
}

bool ma_value_walk_next(
    ma_value_walk *walk, ma_span *out_name, ma_span *out_value)
{
    ma_span in = walk->rest;
    ma_span name = {NULL, 0};
    bool too_deep = false;
    walk->rest = ma_span_make(NULL, 0);
    skip_space(&in);
    if (walk->object && !skip_name(&in, &name))
        return false;
    const char *start = in.at;
    if (!skip_value(&in, 1, &too_deep))
        return false;
    *out_name = name;
    *out_value = ma_span_make(start, (size_t)(in.at - start));
    if (skip_end(&in, walk))
        walk->behind = in;
    else if (skip_byte(&in, ','))
        walk->rest = in;
    return true;
}

ma_span ma_value_member(ma_span object, const char *name)
{
    ma_span found = {NULL, 0};
    if (!ma_value_is_object(object))
        return found;
    ma_span this_name, value;
    ma_value_walk walk = ma_value_walk_init(object);
    while (ma_value_walk_next(&walk, &this_name, &value)) {
        if (ma_value_says(this_name, name))
            found = value;
    }
    return found;
}

ma_span ma_value_find(ma_span object, ma_span name)
{
    ma_span found = {NULL, 0};
    if (!ma_value_is_object(object))
        return found;
    ma_span this_name, value;
    ma_value_walk walk = ma_value_walk_init(object);
    while (ma_value_walk_next(&walk, &this_name, &value)) {
        if (ma_value_same(this_name, name))
            found = value;
    }
    return found;
}

/* --- a tour -------------------------------------------------------------- */

ma_value_tour ma_value_tour_init(ma_span value)
{
    return (ma_value_tour){.rest = value};
}

static ma_value_step end_tour(ma_value_tour *tour)
{
    *tour = ma_value_tour_init(ma_span_make(NULL, 0));
    tour->begun = true;
    return MA_VALUE_OVER;
}

static ma_value_step open_container(ma_value_tour *tour)
{
    if (tour->depth == MA_JSON_MESSAGE_DEPTH)
        return end_tour(tour);
    tour->opened = tour->rest.at;
    tour->object[tour->depth++] = *tour->rest.at == '{';
    skip_bytes(&tour->rest, 1);
    return MA_VALUE_OPENED;
}

/* Behind an opening bracket or an item: the end of the container, or the
 * comma before its next item.  False when neither stands there. */
static bool skip_between(ma_value_tour *tour, bool first, bool *out_closed)
{
    skip_space(&tour->rest);
    *out_closed =
        skip_byte(&tour->rest, tour->object[tour->depth - 1] ? '}' : ']');
    return *out_closed || first || skip_byte(&tour->rest, ',');
}

ma_value_step ma_value_tour_next(
    ma_value_tour *tour, ma_span *out_name, ma_span *out_value)
{
    bool first = tour->opened || !tour->begun;
    bool closed = false;
    ma_span name = {NULL, 0};
    if (tour->begun && tour->depth == 0)
        return MA_VALUE_OVER;
    tour->begun = true;
    tour->opened = NULL;
    if (tour->depth > 0 && !skip_between(tour, first, &closed))
        return end_tour(tour);
    if (closed) {
        tour->depth--;
        return MA_VALUE_CLOSED;
    }
    bool named = tour->depth > 0 && tour->object[tour->depth - 1];
    if (named && !skip_name(&tour->rest, &name))
        return end_tour(tour);
    skip_space(&tour->rest);
    *out_name = name;
    if (begins_with(tour->rest, '{') || begins_with(tour->rest, '['))
        return open_container(tour);
    const char *start = tour->rest.at;
    if (!skip_scalar(&tour->rest))
        return end_tour(tour);
    *out_value = ma_span_make(start, (size_t)(tour->rest.at - start));
    return MA_VALUE_SCALAR;
}

ma_span ma_value_tour_skip(ma_value_tour *tour)
{
    bool too_deep = false;
    const char *start = tour->opened;
    if (!start)
        return ma_span_make(NULL, 0);
    tour->rest.len += (size_t)(tour->rest.at - start);
    tour->rest.at = start;
    if (!skip_value(&tour->rest, 0, &too_deep)) {
        end_tour(tour);
        return ma_span_make(NULL, 0);
    }
    tour->opened = NULL;
    tour->depth--;
    return ma_span_make(start, (size_t)(tour->rest.at - start));
}

/* --- strings and numbers ------------------------------------------------- */

static unsigned take_hex(ma_span *in)
{
    unsigned unit = 0;
    for (int digit = 0; digit < 4; digit++) {
        unit = unit << 4 | (unsigned)hex_digit(*in->at);
        skip_bytes(in, 1);
    }
    return unit;
}

/* The code point behind "\u", whose pair may follow as a second escape. */
static unsigned take_code_point(ma_span *in)
{
    unsigned high = take_hex(in);
    if (high < 0xD800 || high > 0xDFFF)
        return high;
    ma_span second = *in;
    if (high > 0xDBFF || !skip_word(&second, "\\u"))
        return 0xFFFD;
    unsigned low = take_hex(&second);
    if (low < 0xDC00 || low > 0xDFFF)
        return 0xFFFD;
    *in = second;
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

static size_t encode_utf8(unsigned point, char out[4])
{
    static const unsigned char marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t len = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (point & 0x3F));
        point >>= 6;
    }
    out[0] = (char)(marks[len] | point);
    return len;
}

/* Takes what the next byte or escape of a string's content stands for. */
static size_t take_char(ma_span *in, char out[4])
{
    static const char escapes[] = "bfnrt";
    static const char meanings[] = "\b\f\n\r\t";
    if (!skip_byte(in, '\\')) {
        out[0] = *in->at;
        skip_bytes(in, 1);
        return 1;
    }
    if (skip_byte(in, 'u'))
        return encode_utf8(take_code_point(in), out);
    const char *escape = strchr(escapes, *in->at);
    out[0] = escape ? meanings[escape - escapes] : *in->at;
    skip_bytes(in, 1);
    return 1;
}

/* The text between the quotes; false when value is not one whole string. */
static bool open_string(ma_span value, ma_span *out_content)
{
    ma_span rest = value;
    if (!skip_string(&rest) || rest.len > 0)
        return false;
    *out_content = ma_span_make(value.at + 1, value.len - 2);
    return true;
}

/* Most names have no escape, and then no other text is what they say. */
bool ma_value_says(ma_span value, const char *text)
{
    ma_span content;
    ma_span wanted = ma_span_of(text);
    bool plain = value.len && !memchr(value.at, '\\', value.len);
    bool same = plain && value.len == wanted.len + 2 &&
                memcmp(value.at + 1, wanted.at, wanted.len) == 0;
    if (plain && !same)
        return false;
    if (!open_string(value, &content))
        return false;
    if (same)
        return true;
    while (content.len > 0) {
        char bytes[4];
        size_t len = take_char(&content, bytes);
        if (wanted.len < len || memcmp(wanted.at, bytes, len) != 0)
            return false;
        skip_bytes(&wanted, len);
    }
    return wanted.len == 0;
}

/* A string's content, byte by byte of what it says. */
typedef struct {
    ma_span content;
    char bytes[4]; /* of the latest character */
    size_t at, len;
} byte_reader;

static int next_byte(byte_reader *reader)
{
    if (reader->at == reader->len) {
        if (reader->content.len == 0)
            return -1;
        reader->len = take_char(&reader->content, reader->bytes);
        reader->at = 0;
    }
    return (unsigned char)reader->bytes[reader->at++];
}

static int lower(int byte)
{
    return byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte;
}

bool ma_value_says_nocase(ma_span value, const char *text)
{
    byte_reader said = {0};
    ma_span wanted = ma_span_of(text);
    if (!open_string(value, &said.content))
        return false;
    for (size_t i = 0; i < wanted.len; i++) {
        if (lower(next_byte(&said)) != lower((unsigned char)wanted.at[i]))
            return false;
    }
    return next_byte(&said) < 0;
}

bool ma_value_same(ma_span a, ma_span b)
{
    byte_reader one = {0}, other = {0};
    if (!open_string(a, &one.content) || !open_string(b, &other.content))
        return false;
    for (;;) {
        int byte = next_byte(&one);
        if (byte != next_byte(&other))
            return false;
        if (byte < 0)
            return true;
    }
}

bool ma_value_write_text(ma_buf *to, ma_span value)
{
    ma_span content;
    if (!open_string(value, &content))
        return false;
    while (content.len > 0) {
        char bytes[4];
        size_t plain = ma_span_find(content, '\\');
        ma_buf_add(to, content.at, plain);
        skip_bytes(&content, plain);
        if (content.len > 0)
            ma_buf_add(to, bytes, take_char(&content, bytes));
    }
    return true;
}

bool ma_value_integer(ma_span value, int64_t *out)
{
    ma_span digits = value;
    int64_t number = 0;
    bool negative = skip_byte(&digits, '-');
    if (digits.len == 0)
        return false;
    for (; digits.len > 0; skip_bytes(&digits, 1)) {
        int digit = *digits.at - '0';
        if (digit < 0 || digit > 9 ||
            __builtin_mul_overflow(number, 10, &number) ||
            __builtin_sub_overflow(number, digit, &number))
            return false;
    }
    if (!negative && number == INT64_MIN)
        return false;
    *out = negative ? number : -number;
    return true;
}
