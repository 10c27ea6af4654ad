/* json.c - the only file that knows jansson. */
#include "base/json.h"

#include <jansson.h>
#include <string.h>

#include "base/error.h"
#include "base/quote.h"
#include "base/utf8.h"

/* --- parsing ------------------------------------------------------------- */

/* The deepest nesting of text, found without recursion.  Brackets that do not
 * match are the parser's affair. */
static size_t measure_depth(ma_span text)
{
    size_t depth = 0;
    size_t deepest = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (in_string && c == '\\')
            i++;
        else if (c == '"')
            in_string = !in_string;
        else if (in_string)
            continue;
        else if (c == '[' || c == '{')
            deepest = ++depth > deepest ? depth : deepest;
        else if ((c == ']' || c == '}') && depth)
            depth--;
    }
    return deepest;
}

/* What is wrong, without a word of the text itself. */
static const char *describe(const json_error_t *why)
{
    switch (json_error_code(why)) {
    case json_error_premature_end_of_input:
        return "ends too early";
    case json_error_end_of_input_expected:
        return "goes on behind its end";
    case json_error_duplicate_key:
        return "names a member twice";
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "holds a NUL in a string";
    case json_error_invalid_utf8:
        return "is not UTF-8";
    case json_error_numeric_overflow:
        return "holds a number that is too large";
    default:
        return "is not valid JSON";
    }
}

static json_t *load(ma_span text, json_error_t *out_why)
{
    static const size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY;
    json_t *json = json_loadb(text.at, text.len, flags, out_why);
    if (json || json_error_code(out_why) != json_error_numeric_overflow)
        return json;
    return json_loadb(
        text.at, text.len, flags | JSON_DECODE_INT_AS_REAL, out_why);
}

static ma_span skip_bom(ma_span text)
{
    bool bom = ma_span_starts(text, "\xEF\xBB\xBF");
    return bom ? ma_span_make(text.at + 3, text.len - 3) : text;
}

mcpauth_status ma_json_parse(
    ma_span text, size_t max_depth, ma_json **out, mcpauth_error *err)
{
    text = text.len ? skip_bom(text) : ma_span_of("");
    if (measure_depth(text) > max_depth)
        return ma_error_set(err, MCPAUTH_E_LIMIT,
            "the JSON text is nested deeper than %zu levels", max_depth);
    json_error_t why;
    json_t *json = load(text, &why);
    if (!json && json_error_code(&why) == json_error_out_of_memory)
        return ma_error_nomem(err);
    if (!json)
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the JSON text %s (line %d, column %d)", describe(&why), why.line,
            why.column);
    *out = json;
    return MCPAUTH_OK;
}

mcpauth_status ma_json_parse_object(
    ma_span text, ma_json **out, mcpauth_error *err)
{
    MA_AUTO(ma_json) json = NULL;
    mcpauth_status st = ma_json_parse(text, MA_JSON_DOCUMENT_DEPTH, &json, err);
    if (st)
        return st;
    if (!json_is_object(json))
        return ma_error_set(
            err, MCPAUTH_E_PROTOCOL, "the JSON text is not an object");
    *out = ma_move(&json);
    return MCPAUTH_OK;
}

/* --- life ---------------------------------------------------------------- */

/* Texts may be tokens, and jansson frees without wiping (S-055).  What others
 * still hold stays; the depth was limited when the value was parsed. */
static void wipe(json_t *json)
{
    if (!json || json->refcount != 1)
        return;
    if (json_is_string(json))
        explicit_bzero(
            (char *)json_string_value(json), json_string_length(json));
    size_t index;
    json_t *item;
    json_array_foreach(json, index, item) wipe(item);
    const char *name;
    json_object_foreach(json, name, item) wipe(item);
}

void ma_json_free(ma_json *json)
{
    wipe(json);
    json_decref(json);
}

ma_json *ma_json_object(void)
{
    return json_object();
}

ma_json *ma_json_array(void)
{
    return json_array();
}

ma_json *ma_json_dup(const ma_json *json)
{
    return json_deep_copy(json);
}

/* --- reading ------------------------------------------------------------- */

const ma_json *ma_json_get(const ma_json *object, const char *name)
{
    const json_t *member = json_object_get(object, name);
    return json_is_null(member) ? NULL : member;
}

const char *ma_json_text(const ma_json *object, const char *name)
{
    return json_string_value(ma_json_get(object, name));
}

bool ma_json_true(const ma_json *object, const char *name)
{
    return json_is_true(ma_json_get(object, name));
}

int64_t ma_json_int(const ma_json *object, const char *name, int64_t fallback)
{
    const json_t *member = ma_json_get(object, name);
    if (json_is_integer(member))
        return json_integer_value(member);
    if (!json_is_real(member))
        return fallback;
    /* An integer beside one that is too large was read as a real, too. */
    double value = json_real_value(member);
    if (value < -0x1p63 || value >= 0x1p63)
        return fallback;
    int64_t whole = (int64_t)value;
    return (double)whole == value ? whole : fallback;
}

const ma_json *ma_json_get_object(const ma_json *object, const char *name)
{
    const json_t *member = ma_json_get(object, name);
    return json_is_object(member) ? member : NULL;
}

const ma_json *ma_json_get_array(const ma_json *object, const char *name)
{
    const json_t *member = ma_json_get(object, name);
    return json_is_array(member) ? member : NULL;
}

bool ma_json_is_object(const ma_json *json)
{
    return json_is_object(json);
}

bool ma_json_is_array(const ma_json *json)
{
    return json_is_array(json);
}

bool ma_json_is_null(const ma_json *json)
{
    return json_is_null(json);
}

bool ma_json_is_boolean(const ma_json *json)
{
    return json_is_boolean(json);
}

bool ma_json_number(const ma_json *object, const char *name, double *out)
{
    const json_t *member = ma_json_get(object, name);
    MA_AUTO(ma_json) inner = NULL;
    if (json_is_string(member)) {
        json_error_t why;
        ma_span text =
            ma_span_make(json_string_value(member), json_string_length(member));
        inner = json_loadb(
            text.at, text.len, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, &why);
        member = inner;
    }
    if (!json_is_number(member))
        return false;
    *out = json_number_value(member);
    return true;
}

const char *ma_json_string(const ma_json *json)
{
    return json_string_value(json);
}

size_t ma_json_count(const ma_json *array_or_object)
{
    return json_is_array(array_or_object) ? json_array_size(array_or_object)
                                          : json_object_size(array_or_object);
}

const ma_json *ma_json_at(const ma_json *array, size_t index)
{
    return json_array_get(array, index);
}

bool ma_json_has(const ma_json *array, const char *text)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *item = json_string_value(json_array_get(array, i));
        if (item && ma_span_is(ma_span_of(item), text))
            return true;
    }
    return false;
}

char *ma_json_quote_texts(const ma_json *array)
{
    MA_SCOPED(ma_buf) list = ma_buf_init(4 * MA_QUOTE_MAX);
    size_t count = ma_json_count(array);
    for (size_t i = 0; i < count && list.len < MA_QUOTE_MAX; i++) {
        ma_span text = ma_span_of(ma_json_string(ma_json_at(array, i)));
        ma_buf_add_text(&list, list.len ? ", " : "");
        ma_quote_write(&list, text, MA_QUOTE_MAX / 2);
    }
    return list.len ? ma_buf_take(&list) : NULL;
}

bool ma_json_each(const ma_json *object, void **iter, const char **out_name,
    const ma_json **out_value)
{
    /* jansson only reads here, but does not say so. */
    json_t *walked = (json_t *)object;
    *iter =
        *iter ? json_object_iter_next(walked, *iter) : json_object_iter(walked);
    if (!*iter)
        return false;
    *out_name = json_object_iter_key(*iter);
    *out_value = json_object_iter_value(*iter);
    return true;
}

/* --- writing ------------------------------------------------------------- */

static mcpauth_status refuse_text(const char *text, mcpauth_error *err)
{
    if (ma_utf8_valid(ma_span_of(text)))
        return ma_error_nomem(err);
    return ma_error_set(
        err, MCPAUTH_E_USAGE, "a text for a JSON document is not UTF-8");
}

mcpauth_status ma_json_put(
    ma_json *object, const char *name, ma_json *value, mcpauth_error *err)
{
    wipe(json_object_get(object, name));
    if (!value) {
        json_object_del(object, name);
        return MCPAUTH_OK;
    }
    if (json_object_set_new(object, name, value))
        return refuse_text(name, err);
    return MCPAUTH_OK;
}

/* Like ma_json_put, for a value that was made just before: NULL is lack of
 * memory. */
static mcpauth_status put_made(
    ma_json *object, const char *name, ma_json *value, mcpauth_error *err)
{
    return value ? ma_json_put(object, name, value, err) : ma_error_nomem(err);
}

mcpauth_status ma_json_put_text(
    ma_json *object, const char *name, const char *value, mcpauth_error *err)
{
    json_t *text = value ? json_string(value) : NULL;
    if (value && !text)
        return refuse_text(value, err);
    return ma_json_put(object, name, text, err);
}

mcpauth_status ma_json_put_int(
    ma_json *object, const char *name, int64_t value, mcpauth_error *err)
{
    return put_made(object, name, json_integer(value), err);
}

mcpauth_status ma_json_put_true(
    ma_json *object, const char *name, bool value, mcpauth_error *err)
{
    return put_made(object, name, json_boolean(value), err);
}

mcpauth_status ma_json_push(ma_json *array, ma_json *value, mcpauth_error *err)
{
    return json_array_append_new(array, value) ? ma_error_nomem(err)
                                               : MCPAUTH_OK;
}

mcpauth_status ma_json_push_text(
    ma_json *array, const char *value, mcpauth_error *err)
{
    json_t *text = json_string(value);
    return text ? ma_json_push(array, text, err) : refuse_text(value, err);
}

/* Controls above ASCII, all below U+10000, need not be escaped in JSON but
 * must not reach a terminal (S-022). */
static bool is_raw_control(uint32_t code)
{
    return code >= 0x7F && ma_utf8_is_control(code);
}

static void write_character(ma_buf *to, ma_span raw, uint32_t code)
{
    if (is_raw_control(code))
        ma_buf_addf(to, "\\u%04x", (unsigned)code);
    else
        ma_buf_add_span(to, raw);
}

/* Takes what jansson writes: whole characters, always. */
static int write_chunk(const char *bytes, size_t len, void *to)
{
    ma_span rest = ma_span_make(bytes, len);
    while (rest.len) {
        uint32_t code = 0;
        size_t step = ma_utf8_next(rest, &code);
        if (!step)
            return -1;
        write_character(to, ma_span_make(rest.at, step), code);
        rest = ma_span_make(rest.at + step, rest.len - step);
    }
    return ((ma_buf *)to)->failed ? -1 : 0;
}

static void dump(ma_buf *to, const ma_json *json, size_t flags)
{
    if (json_dump_callback(json, write_chunk, to, flags | JSON_ENCODE_ANY) &&
        !to->failed)
        to->failed = MCPAUTH_E_NOMEM;
}

void ma_json_write(ma_buf *to, const ma_json *json)
{
    dump(to, json, JSON_COMPACT);
}

void ma_json_write_pretty(ma_buf *to, const ma_json *json)
{
    dump(to, json, JSON_INDENT(2));
}

void ma_json_write_sorted(ma_buf *to, const ma_json *json)
{
    dump(to, json, JSON_COMPACT | JSON_SORT_KEYS);
}

void ma_json_write_string(ma_buf *to, ma_span text)
{
    ma_buf_add_byte(to, '"');
    while (text.len) {
        uint32_t code = 0;
        size_t len = ma_utf8_next(text, &code);
        size_t step = len ? len : 1;
        ma_span raw = ma_span_make(text.at, step);
        if (!len)
            ma_buf_add_text(to, "\xEF\xBF\xBD");
        else if (code == '"' || code == '\\')
            ma_buf_addf(to, "\\%c", (char)code);
        else if (code < 0x20)
            ma_buf_addf(to, "\\u%04x", (unsigned)code);
        else
            write_character(to, raw, code);
        text = ma_span_make(text.at + step, text.len - step);
    }
    ma_buf_add_byte(to, '"');
}
