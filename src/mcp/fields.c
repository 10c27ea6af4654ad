/* fields.c - places as text, sorted. */
#include "mcp/fields.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"
#include "mcp/number.h"

enum {
    TEXT_MAX = 4 * 1024 * 1024,
    PLACE_MAX = 64 * 1024,
};

/* Offsets, as the text moves while it grows. */
typedef struct {
    size_t at, place_len, value_len;
} row;

ma_fields ma_fields_init(void)
{
    ma_fields fields = {0};
    fields.text = ma_buf_init(TEXT_MAX);
    fields.rows = ma_buf_init(MA_FIELDS_MAX * sizeof(row));
    fields.place = ma_buf_init(PLACE_MAX);
    return fields;
}

void ma_fields_done(ma_fields *fields)
{
    ma_buf_done(&fields->text);
    ma_buf_done(&fields->rows);
    ma_buf_done(&fields->place);
}

/* --- building ------------------------------------------------------------ */

static bool is_plain(ma_span name)
{
    for (size_t i = 0; i < name.len; i++) {
        char byte = name.at[i];
        bool plain = (byte >= 'a' && byte <= 'z') ||
                     (byte >= 'A' && byte <= 'Z') ||
                     (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';
        if (!plain)
            return false;
    }
    return name.len > 0;
}

static bool enter(ma_fields *fields)
{
    if (fields->depth == MA_FIELDS_DEPTH)
        return false;
    fields->before[fields->depth++] = fields->place.len;
    return true;
}

bool ma_fields_enter_name(ma_fields *fields, ma_span name)
{
    if (!enter(fields))
        return false;
    if (is_plain(name)) {
        ma_buf_add_byte(&fields->place, '.');
        ma_buf_add_span(&fields->place, name);
        return true;
    }
    ma_buf_add_byte(&fields->place, '[');
    ma_json_write_string(&fields->place, name);
    ma_buf_add_byte(&fields->place, ']');
    return true;
}

bool ma_fields_enter_index(ma_fields *fields, size_t index)
{
    if (!enter(fields))
        return false;
    ma_buf_addf(&fields->place, "[%zu]", index);
    return true;
}

void ma_fields_leave(ma_fields *fields)
{
    size_t before = fields->before[--fields->depth];
    if (before < fields->place.len)
        ma_buf_cut(&fields->place, before);
}

void ma_fields_add(ma_fields *fields, ma_span value)
{
    const row added = {fields->text.len, fields->place.len, value.len};
    ma_buf_add_span(&fields->text, ma_buf_span(&fields->place));
    ma_buf_add_span(&fields->text, value);
    ma_buf_add(&fields->rows, &added, sizeof added);
    fields->count++;
}

void ma_fields_fail(ma_fields *fields, const ma_buf *buf)
{
    if (buf->failed == MCPAUTH_E_NOMEM)
        fields->text.failed = buf->failed;
}

void ma_fields_add_text(ma_fields *fields, ma_span text)
{
    MA_SCOPED(ma_buf) value = ma_buf_init(TEXT_MAX);
    ma_json_write_string(&value, text);
    ma_fields_fail(fields, &value);
    ma_fields_add(fields, ma_buf_span(&value));
}

/* Goes to where the next value of the tour stands: a member when it has a
 * name, else the item with that index; at depth 0, the whole. */
static bool enter_next(ma_fields *fields, ma_span name, size_t *index)
{
    MA_SCOPED(ma_buf) said = ma_buf_init(name.len);
    if (!name.at)
        return ma_fields_enter_index(fields, (*index)++);
    ma_value_write_text(&said, name);
    ma_fields_fail(fields, &said);
    return ma_fields_enter_name(fields, ma_buf_span(&said));
}

mcpauth_status ma_fields_add_json(
    ma_fields *fields, ma_span value, mcpauth_error *err)
{
    ma_value_tour tour = ma_value_tour_init(value);
    ma_span name = {NULL, 0}, scalar = {NULL, 0};
    size_t next[MA_FIELDS_DEPTH + 2] = {0}; /* index, by open containers */
    size_t depth = 0;
    for (;;) {
        ma_value_step step = ma_value_tour_next(&tour, &name, &scalar);
        if (step == MA_VALUE_OVER)
            return MCPAUTH_OK;
        if (step == MA_VALUE_CLOSED) {
            if (--depth > 0)
                ma_fields_leave(fields);
            continue;
        }
        if (depth > 0 && !enter_next(fields, name, &next[depth]))
            return ma_error_set(err, MCPAUTH_E_PROTOCOL,
                "it is nested more than %d deep", MA_FIELDS_DEPTH);
        bool opened = step == MA_VALUE_OPENED;
        ma_fields_add(fields, opened ? ma_span_make(tour.opened, 1) : scalar);
        if (opened)
            next[++depth] = 0;
        else if (depth > 0)
            ma_fields_leave(fields);
    }
}

/* --- comparing ----------------------------------------------------------- */

static const row *rows_of(const ma_fields *fields)
{
    return (const row *)(const void *)ma_buf_text(&fields->rows);
}

static ma_span place_of(const ma_fields *fields, size_t i)
{
    const row *it = &rows_of(fields)[i];
    return ma_span_make(ma_buf_text(&fields->text) + it->at, it->place_len);
}

static ma_span value_of(const ma_fields *fields, size_t i)
{
    const row *it = &rows_of(fields)[i];
    return ma_span_make(
        ma_buf_text(&fields->text) + it->at + it->place_len, it->value_len);
}

static int compare_spans(ma_span a, ma_span b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len > 0 ? memcmp(a.at, b.at, len) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare_rows(const void *a, const void *b, void *text)
{
    const row *one = a, *other = b;
    const char *at = text;
    return compare_spans(ma_span_make(at + one->at, one->place_len),
        ma_span_make(at + other->at, other->place_len));
}

mcpauth_status ma_fields_sort(ma_fields *fields, mcpauth_error *err)
{
    mcpauth_status st = ma_buf_status(&fields->place, "the name", err);
    if (!st)
        st = ma_buf_status(&fields->text, "the list of fields", err);
    if (!st)
        st = ma_buf_status(&fields->rows, "the list of fields", err);
    if (st || fields->count == 0)
        return st;
    qsort_r(fields->rows.at, fields->count, sizeof(row), compare_rows,
        fields->text.at);
    for (size_t i = 1; i < fields->count; i++) {
        ma_span place = place_of(fields, i);
        if (!ma_span_eq(place, place_of(fields, i - 1)))
            continue;
        MA_AUTO(ma_text) shown = ma_quote(place);
        return ma_error_set(err, MCPAUTH_E_PROTOCOL, "it has %s twice",
            shown && place.len > 0 ? shown : "a field");
    }
    return MCPAUTH_OK;
}

static bool is_same(ma_span one, ma_span other)
{
    if (ma_value_is_string(one))
        return ma_value_same(one, other);
    if (ma_number_is(one) && ma_number_is(other))
        return ma_number_compare(one, other) == 0;
    return ma_span_eq(one, other);
}

/* Compares the i-th of one with the j-th of the other; 0: the same. */
static int compare_at(const ma_fields *one, size_t i, const ma_fields *other,
    size_t j, ma_fields_difference *out)
{
    int order = i == one->count ? 1
                : j == other->count
                    ? -1
                    : compare_spans(place_of(one, i), place_of(other, j));
    ma_fields_difference found = {0};
    found.place = order > 0 ? place_of(other, j) : place_of(one, i);
    if (order <= 0)
        found.one = value_of(one, i);
    if (order >= 0)
        found.other = value_of(other, j);
    if (order == 0 && is_same(found.one, found.other))
        return 0;
    *out = found;
    return order ? order : 1;
}

mcpauth_status ma_fields_compare(ma_fields *one, ma_fields *other,
    ma_fields_difference *out, mcpauth_error *err)
{
    mcpauth_status st = ma_fields_sort(one, err);
    if (!st)
        st = ma_fields_sort(other, err);
    if (st)
        return st;
    *out = (ma_fields_difference){0};
    for (size_t i = 0; i < one->count || i < other->count; i++)
        if (compare_at(one, i, other, i, out))
            break;
    return MCPAUTH_OK;
}
