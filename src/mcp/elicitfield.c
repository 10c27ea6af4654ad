/* elicitfield.c - one row for each kind of field: how its schema is read, how
 * a value is judged, and what a typed text becomes. */
#include "mcp/elicitfield.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/json.h"
#include "base/quote.h"
#include "mcp/number.h"
#include "mcp/textformat.h"

enum { TEXT_MAX = 1024 * 1024 };

static ma_span not_null(ma_span value)
{
    return ma_value_is_null(value) ? ma_span_make(NULL, 0) : value;
}

static ma_span optional(ma_span schema, const char *name)
{
    return not_null(ma_value_member(schema, name));
}

char *ma_elicitfield_label(const ma_elicitfield *field)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(TEXT_MAX);
    ma_value_write_text(&text, field->title.at ? field->title : field->name);
    return ma_quote(ma_buf_span(&text));
}

/* --- reading a schema ---------------------------------------------------- */

static mcpauth_status refuse(
    const ma_elicitfield *field, const char *why, mcpauth_error *err)
{
    MA_AUTO(ma_text) label = ma_elicitfield_label(field);
    return ma_error_set(err, MCPAUTH_E_PROTOCOL,
        "the MCP server's form has a field \"%s\" %s", label ? label : "", why);
}

static bool is_count(ma_span value)
{
    int64_t count;
    return !value.at || (ma_number_read(value, &count) && count >= 0);
}

static mcpauth_status read_counts(ma_elicitfield *field, ma_span schema,
    const char *minimum, const char *maximum, mcpauth_error *err)
{
    field->minimum = optional(schema, minimum);
    field->maximum = optional(schema, maximum);
    if (is_count(field->minimum) && is_count(field->maximum))
        return MCPAUTH_OK;
    return refuse(field, "whose limits are no whole numbers", err);
}

/* A choice is a string, or an object with const and title. */
static bool read_choice(ma_span choice, ma_span *out_value, ma_span *out_title)
{
    bool plain = ma_value_is_string(choice);
    *out_value = plain ? choice : ma_value_member(choice, "const");
    *out_title = plain ? ma_span_make(NULL, 0) : optional(choice, "title");
    return ma_value_is_string(*out_value) &&
           (!out_title->at || ma_value_is_string(*out_title));
}

static mcpauth_status read_choices(
    ma_elicitfield *field, ma_span choices, mcpauth_error *err)
{
    size_t count = 0;
    ma_span name, choice, value, title;
    ma_value_walk walk = ma_value_walk_init(choices);
    field->choices = choices;
    for (; ma_value_walk_next(&walk, &name, &choice); count++) {
        if (count == MA_ELICITFIELD_CHOICES_MAX)
            return ma_error_set(err, MCPAUTH_E_LIMIT,
                "the MCP server's form has a field with more than %d choices",
                MA_ELICITFIELD_CHOICES_MAX);
        if (!read_choice(choice, &value, &title))
            return refuse(field, "with a choice that is no text", err);
    }
    if (count == 0 || !ma_value_is_array(choices))
        return refuse(field, "without anything to choose", err);
    return MCPAUTH_OK;
}

static mcpauth_status read_text(
    ma_elicitfield *field, ma_span schema, mcpauth_error *err)
{
    ma_span plain = optional(schema, "enum");
    ma_span titled = optional(schema, "oneOf");
    if (plain.at || titled.at) {
        field->kind = MA_ELICITFIELD_CHOICE;
        field->titles = plain.at ? optional(schema, "enumNames") : plain;
        return read_choices(field, plain.at ? plain : titled, err);
    }
    field->format = optional(schema, "format");
    return read_counts(field, schema, "minLength", "maxLength", err);
}

static mcpauth_status read_number(
    ma_elicitfield *field, ma_span schema, mcpauth_error *err)
{
    field->minimum = optional(schema, "minimum");
    field->maximum = optional(schema, "maximum");
    if ((field->minimum.at && !ma_number_is(field->minimum)) ||
        (field->maximum.at && !ma_number_is(field->maximum)))
        return refuse(field, "whose limits are no numbers", err);
    return MCPAUTH_OK;
}

static mcpauth_status read_boolean(
    ma_elicitfield *field, ma_span schema, mcpauth_error *err)
{
    (void)field;
    (void)schema;
    (void)err;
    return MCPAUTH_OK;
}

static mcpauth_status read_list(
    ma_elicitfield *field, ma_span schema, mcpauth_error *err)
{
    ma_span items = optional(schema, "items");
    ma_span plain = optional(items, "enum");
    ma_span titled = optional(items, "anyOf");
    if (!titled.at)
        titled = optional(items, "oneOf");
    mcpauth_status st = read_counts(field, schema, "minItems", "maxItems", err);
    return st ? st : read_choices(field, plain.at ? plain : titled, err);
}

typedef mcpauth_status read_fn(
    ma_elicitfield *field, ma_span schema, mcpauth_error *err);

static mcpauth_status read_by_type(
    ma_elicitfield *field, ma_span schema, mcpauth_error *err)
{
    static const struct {
        const char *type;
        ma_elicitfield_kind kind;
        read_fn *read;
    } types[] = {
        {"string", MA_ELICITFIELD_TEXT, read_text},
        {"number", MA_ELICITFIELD_NUMBER, read_number},
        {"integer", MA_ELICITFIELD_INTEGER, read_number},
        {"boolean", MA_ELICITFIELD_BOOLEAN, read_boolean},
        {"array", MA_ELICITFIELD_CHOICES, read_list},
    };
    ma_span type = ma_value_member(schema, "type");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (!ma_value_says(type, types[i].type))
            continue;
        field->kind = types[i].kind;
        return types[i].read(field, schema, err);
    }
    return refuse(field, "that is no text, number, boolean or choice", err);
}

/* False when there is such a member, but no text. */
static bool read_words(ma_span schema, const char *name, ma_span *out)
{
    ma_span words = optional(schema, name);
    if (words.at && !ma_value_is_string(words))
        return false;
    *out = words;
    return true;
}

mcpauth_status ma_elicitfield_read(
    ma_span name, ma_span schema, ma_elicitfield *out, mcpauth_error *err)
{
    ma_elicitfield field = {.name = name};
    if (!read_words(schema, "title", &field.title) ||
        !read_words(schema, "description", &field.description))
        return refuse(&field, "whose title or description is no text", err);
    mcpauth_status st = read_by_type(&field, schema, err);
    if (st)
        return st;
    ma_span initial = optional(schema, "default");
    if (initial.at && !ma_elicitfield_check(&field, initial, NULL))
        field.initial = initial;
    *out = field;
    return MCPAUTH_OK;
}

/* --- choices ------------------------------------------------------------- */

ma_elicitfield_walk ma_elicitfield_choices(const ma_elicitfield *field)
{
    return (ma_elicitfield_walk){
        ma_value_walk_init(field->choices), ma_value_walk_init(field->titles)};
}

bool ma_elicitfield_next_choice(
    ma_elicitfield_walk *walk, ma_span *out_value, ma_span *out_title)
{
    ma_span name, choice, title;
    if (!ma_value_walk_next(&walk->choices, &name, &choice))
        return false;
    read_choice(choice, out_value, out_title);
    if (ma_value_walk_next(&walk->titles, &name, &title) &&
        ma_value_is_string(title))
        *out_title = title;
    return true;
}

static size_t count_items(ma_span array)
{
    size_t count = 0;
    ma_span name, item;
    ma_value_walk walk = ma_value_walk_init(array);
    while (ma_value_walk_next(&walk, &name, &item))
        count++;
    return count;
}

static bool is_choice(const ma_elicitfield *field, ma_span value)
{
    ma_span choice, title;
    ma_elicitfield_walk walk = ma_elicitfield_choices(field);
    while (ma_elicitfield_next_choice(&walk, &choice, &title)) {
        if (ma_value_same(choice, value))
            return true;
    }
    return false;
}

static bool is_twice_in(ma_span array, ma_span value)
{
    size_t found = 0;
    ma_span name, item;
    ma_value_walk walk = ma_value_walk_init(array);
    while (ma_value_walk_next(&walk, &name, &item))
        found += ma_value_same(item, value);
    return found > 1;
}

/* --- judging a value ----------------------------------------------------- */

/* bound, when it is there, ends the sentence; unit follows it. */
static mcpauth_status lacks(const ma_elicitfield *field, const char *what,
    ma_span bound, const char *unit, mcpauth_error *err)
{
    enum { BOUND_MAX = 40 };
    MA_AUTO(ma_text) label = ma_elicitfield_label(field);
    int len = (int)(bound.len < BOUND_MAX ? bound.len : BOUND_MAX);
    return ma_error_set(err, MCPAUTH_E_USAGE, "\"%s\" must %s%s%.*s%s",
        label ? label : "", what, len ? " " : "", len, len ? bound.at : "",
        unit);
}

static mcpauth_status must_be(
    const ma_elicitfield *field, const char *what, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) words = ma_buf_init(200);
    ma_buf_addf(&words, "be %s", what);
    return lacks(field, ma_buf_text(&words), ma_span_make(NULL, 0), "", err);
}

static mcpauth_status check_count(const ma_elicitfield *field, size_t count,
    const char *verb, const char *unit, mcpauth_error *err)
{
    int64_t minimum = 0;
    int64_t maximum = MA_NUMBER_SAFE_MAX;
    MA_SCOPED(ma_buf) words = ma_buf_init(100);
    ma_number_read(field->minimum, &minimum);
    ma_number_read(field->maximum, &maximum);
    if ((int64_t)count < minimum) {
        ma_buf_addf(&words, "%s at least", verb);
        return lacks(field, ma_buf_text(&words), field->minimum, unit, err);
    }
    if ((int64_t)count > maximum) {
        ma_buf_addf(&words, "%s at most", verb);
        return lacks(field, ma_buf_text(&words), field->maximum, unit, err);
    }
    return MCPAUTH_OK;
}

/* JSON Schema counts code points, so everything but UTF-8's continuations. */
static size_t count_characters(ma_span text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += ((unsigned char)text.at[i] & 0xC0) != 0x80;
    return count;
}

static mcpauth_status check_text(
    const ma_elicitfield *field, ma_span value, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(TEXT_MAX);
    if (!ma_value_write_text(&text, value))
        return must_be(field, "a text", err);
    mcpauth_status st = ma_buf_status(&text, "the text of a field", err);
    if (st)
        return st;
    ma_span said = ma_buf_span(&text);
    st = check_count(field, count_characters(said), "have", " characters", err);
    if (st)
        return st;
    const char *words = ma_textformat_lacks(field->format, said);
    return words ? must_be(field, words, err) : MCPAUTH_OK;
}

static mcpauth_status check_number(
    const ma_elicitfield *field, ma_span value, mcpauth_error *err)
{
    bool whole = field->kind == MA_ELICITFIELD_INTEGER;
    if (!(whole ? ma_number_is_whole(value) : ma_number_is(value)))
        return must_be(field, whole ? "a whole number" : "a number", err);
    if (field->minimum.at && ma_number_compare(value, field->minimum) < 0)
        return lacks(field, "be at least", field->minimum, "", err);
    if (field->maximum.at && ma_number_compare(value, field->maximum) > 0)
        return lacks(field, "be at most", field->maximum, "", err);
    return MCPAUTH_OK;
}

static mcpauth_status check_boolean(
    const ma_elicitfield *field, ma_span value, mcpauth_error *err)
{
    if (ma_span_is(value, "true") || ma_span_is(value, "false"))
        return MCPAUTH_OK;
    return must_be(field, "yes or no", err);
}

static mcpauth_status check_choice(
    const ma_elicitfield *field, ma_span value, mcpauth_error *err)
{
    return is_choice(field, value) ? MCPAUTH_OK
                                   : must_be(field, "one of its choices", err);
}

static mcpauth_status check_choices(
    const ma_elicitfield *field, ma_span value, mcpauth_error *err)
{
    ma_span name, item;
    size_t count = count_items(value);
    if (!ma_value_is_array(value))
        return must_be(field, "a list of its choices", err);
    /* First, as the search for each item is then short enough. */
    if (count > count_items(field->choices))
        return must_be(field, "a list of its choices, each once", err);
    ma_value_walk walk = ma_value_walk_init(value);
    while (ma_value_walk_next(&walk, &name, &item)) {
        if (!is_choice(field, item))
            return must_be(field, "a list of its choices", err);
        if (is_twice_in(value, item))
            return must_be(field, "a list of its choices, each once", err);
    }
    return check_count(field, count, "have", " of its choices", err);
}

mcpauth_status ma_elicitfield_check(
    const ma_elicitfield *field, ma_span value, mcpauth_error *err)
{
    static mcpauth_status (*const checks[])(
        const ma_elicitfield *field, ma_span value, mcpauth_error *err) = {
        [MA_ELICITFIELD_TEXT] = check_text,
        [MA_ELICITFIELD_NUMBER] = check_number,
        [MA_ELICITFIELD_INTEGER] = check_number,
        [MA_ELICITFIELD_BOOLEAN] = check_boolean,
        [MA_ELICITFIELD_CHOICE] = check_choice,
        [MA_ELICITFIELD_CHOICES] = check_choices,
    };
    return checks[field->kind](field, value, err);
}

/* --- what a person typed ------------------------------------------------- */

static bool is_word(ma_span typed, const char *const *words)
{
    for (; *words; words++) {
        if (ma_span_is_nocase(typed, *words))
            return true;
    }
    return false;
}

static void write_boolean(ma_buf *to, ma_span typed)
{
    static const char *const yes[] = {"yes", "y", "true", NULL};
    static const char *const no[] = {"no", "n", "false", NULL};
    ma_buf_add_text(to, is_word(typed, yes)  ? "true"
                        : is_word(typed, no) ? "false"
                                             : "");
}

static void write_number(ma_buf *to, ma_span typed)
{
    ma_span value;
    if (!ma_value_parse(typed, &value, NULL))
        ma_buf_add_span(to, value);
}

static bool says_number(size_t place, const char *typed)
{
    int64_t number;
    return ma_value_integer(ma_span_of(typed), &number) &&
           number == (int64_t)place;
}

/* How a choice may be meant, the surest first: a choice called "2" is not the
 * second one. */
typedef enum { BY_VALUE, BY_TITLE, BY_EITHER, BY_PLACE, NO_WAY } way;

static bool is_meant(
    way by, size_t place, ma_span value, ma_span title, const char *typed)
{
    switch (by) {
    case BY_VALUE:
        return ma_value_says(value, typed);
    case BY_TITLE:
        return ma_value_says(title, typed);
    case BY_EITHER:
        return ma_value_says_nocase(value, typed) ||
               ma_value_says_nocase(title, typed);
    default:
        return says_number(place, typed);
    }
}

static ma_span find_choice(const ma_elicitfield *field, const char *typed)
{
    for (int by = BY_VALUE; by < NO_WAY; by++) {
        ma_span value, title;
        size_t place = 0;
        ma_elicitfield_walk walk = ma_elicitfield_choices(field);
        while (ma_elicitfield_next_choice(&walk, &value, &title)) {
            if (is_meant((way)by, ++place, value, title, typed))
                return value;
        }
    }
    return ma_span_make(NULL, 0);
}

/* Nothing is appended for what is no choice. */
static void write_choice(const ma_elicitfield *field, ma_buf *to, ma_span typed)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(TEXT_MAX);
    ma_buf_add_span(&text, typed);
    if (text.failed)
        to->failed = text.failed;
    else
        ma_buf_add_span(to, find_choice(field, ma_buf_text(&text)));
}

/* A title may hold a comma, so the whole is tried first. */
static void write_choices(
    const ma_elicitfield *field, ma_buf *to, ma_span typed)
{
    MA_SCOPED(ma_buf) whole = ma_buf_init(TEXT_MAX);
    ma_span rest = typed;
    write_choice(field, &whole, typed);
    if (whole.failed)
        to->failed = whole.failed;
    ma_buf_add_byte(to, '[');
    ma_buf_add_span(to, ma_buf_span(&whole));
    while (whole.len == 0 && typed.len > 0 && rest.at) {
        size_t len = to->len;
        write_choice(field, to, ma_span_trim(ma_span_cut(&rest, ',')));
        if (to->len == len)
            ma_buf_add_text(to, "null"); /* is no choice */
        ma_buf_add_text(to, rest.at ? "," : "");
    }
    ma_buf_add_byte(to, ']');
}

static void write_value(const ma_elicitfield *field, ma_buf *to, ma_span typed)
{
    ma_span trimmed = ma_span_trim(typed);
    switch (field->kind) {
    case MA_ELICITFIELD_TEXT:
        ma_json_write_string(to, typed);
        return;
    case MA_ELICITFIELD_NUMBER:
    case MA_ELICITFIELD_INTEGER:
        write_number(to, trimmed);
        return;
    case MA_ELICITFIELD_BOOLEAN:
        write_boolean(to, trimmed);
        return;
    case MA_ELICITFIELD_CHOICE:
        write_choice(field, to, trimmed);
        return;
    case MA_ELICITFIELD_CHOICES:
        write_choices(field, to, trimmed);
        return;
    }
}

mcpauth_status ma_elicitfield_write_typed(
    const ma_elicitfield *field, ma_span typed, ma_buf *to, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) value = ma_buf_init(TEXT_MAX);
    write_value(field, &value, typed);
    mcpauth_status st = ma_buf_status(&value, "the text of a field", err);
    if (!st)
        st = ma_elicitfield_check(field, ma_buf_span(&value), err);
    if (!st)
        ma_buf_add_span(to, ma_buf_span(&value));
    return st;
}
