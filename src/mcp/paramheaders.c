/* paramheaders.c - tours a schema, with the arguments side by side.
 *
 * Every byte of a schema is read once, so that its depth costs nothing, and
 * there is no recursion (S-015).  Of a schema's keywords only those are
 * entered that hold schemas: what stands in `default` or in an unknown keyword
 * is data, and a property may be called x-mcp-header. */
#include "mcp/paramheaders.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/headers.h"
#include "base/json.h"
#include "base/quote.h"
#include "mcp/fieldvalue.h"
#include "mcp/number.h"

static const char annotation[] = "x-mcp-header";

/* Where a schema stands. */
typedef enum {
    ROOT,
    PARAMETER, /* below the root by `properties` alone */
    ELSEWHERE
} place;

/* What the items of a container are. */
typedef enum { KEYWORDS, NAMED_SCHEMAS, LISTED_SCHEMAS } content;

/* A container that is entered.  A schema is judged when it ends, as its type
 * may stand behind its annotation. */
typedef struct {
    content items;
    place where;
    ma_span instance; /* what the arguments have at this place */
    ma_span annotated;
    ma_span type;
} frame;

typedef struct {
    ma_value_tour tour;
    frame frames[MA_JSON_MESSAGE_DEPTH]; /* one for each level of the tour */
    mcpauth_headers *names;              /* every annotation so far */
    mcpauth_headers *fields;             /* those with a value */
} scan;

/* --- one annotation ------------------------------------------------------ */

static mcpauth_status refuse(mcpauth_error *err, ma_span name, const char *why)
{
    MA_AUTO(ma_text) shown = ma_quote(name);
    return ma_error_set(err, MCPAUTH_E_PROTOCOL, "its %s \"%s\" %s", annotation,
        shown ? shown : "", why);
}

static bool is_allowed_type(ma_span type)
{
    return ma_value_says(type, "string") || ma_value_says(type, "integer") ||
           ma_value_says(type, "boolean");
}

/* One of the three, alone or in a list with "null". */
static bool is_allowed(ma_span type)
{
    size_t allowed = 0;
    ma_span name, item;
    ma_value_walk walk = ma_value_walk_init(type);
    if (!ma_value_is_array(type))
        return is_allowed_type(type);
    while (ma_value_walk_next(&walk, &name, &item)) {
        if (is_allowed_type(item))
            allowed++;
        else if (!ma_value_says(item, "null"))
            return false;
    }
    return allowed == 1;
}

static mcpauth_status judge(
    scan *all, const frame *schema, const ma_buf *text, mcpauth_error *err)
{
    ma_span name = ma_buf_span(text);
    if (schema->where != PARAMETER)
        return refuse(err, name,
            "stands where no caller can find the parameter: it must be "
            "reached from the top by \"properties\" alone");
    if (!is_allowed(schema->type))
        return refuse(err, name,
            "is on a parameter whose type is not string, integer or boolean");
    if (mcpauth_headers_get(all->names, ma_buf_text(text)))
        return refuse(err, name, "occurs twice");
    if (mcpauth_headers_count(all->names) == MA_PARAMHEADERS_MAX)
        return ma_error_set(err, MCPAUTH_E_LIMIT,
            "its schema has more than %d parameters with an %s",
            MA_PARAMHEADERS_MAX, annotation);
    mcpauth_status st = ma_headers_add(all->names, name, ma_span_of(""), err);
    return st == MCPAUTH_E_PROTOCOL
               ? refuse(err, name, "is not a legal name of a header")
               : st;
}

static mcpauth_status refuse_value(
    mcpauth_error *err, mcpauth_status status, const char *name)
{
    if (status == MCPAUTH_E_LIMIT)
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "the argument for header Mcp-Param-%s is longer than %d bytes",
            name, MA_PARAMHEADERS_VALUE_MAX);
    return ma_error_set(err, MCPAUTH_E_USAGE,
        "the argument for header Mcp-Param-%s must be a string, a boolean, or "
        "an integer within +-%lld",
        name, (long long)MA_NUMBER_SAFE_MAX);
}

/* False when value has no text as a field. */
static bool write_text(ma_buf *to, ma_span value)
{
    int64_t number;
    if (ma_number_read(value, &number))
        ma_buf_addf(to, "%lld", (long long)number);
    else if (ma_span_is(value, "true") || ma_span_is(value, "false"))
        ma_buf_add_span(to, value);
    else
        return ma_value_write_text(to, value);
    return true;
}

static mcpauth_status add_field(
    scan *all, const char *name, ma_span value, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) field = ma_buf_init(256);
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_PARAMHEADERS_VALUE_MAX);
    MA_SCOPED(ma_buf) encoded = ma_buf_init(MA_PARAMHEADERS_VALUE_MAX);
    if (!value.at || ma_value_is_null(value))
        return MCPAUTH_OK;
    if (!write_text(&text, value))
        return refuse_value(err, MCPAUTH_E_USAGE, name);
    ma_fieldvalue_write(&encoded, ma_buf_span(&text));
    mcpauth_status st = ma_buf_status(&text, "argument", err);
    if (!st)
        st = ma_buf_status(&encoded, "argument", err);
    if (st)
        return st == MCPAUTH_E_LIMIT ? refuse_value(err, st, name) : st;
    ma_buf_addf(&field, "Mcp-Param-%s", name);
    st = ma_buf_status(&field, "the name of a header", err);
    return st ? st
              : ma_headers_add(all->fields, ma_buf_span(&field),
                    ma_buf_span(&encoded), err);
}

static mcpauth_status end_schema(
    scan *all, const frame *schema, mcpauth_error *err)
{
    enum { NAME_MAX = 128 };
    MA_SCOPED(ma_buf) name = ma_buf_init(NAME_MAX);
    if (!schema->annotated.at)
        return MCPAUTH_OK;
    if (!ma_value_write_text(&name, schema->annotated))
        return ma_error_set(
            err, MCPAUTH_E_PROTOCOL, "its %s is not a string", annotation);
    mcpauth_status st = ma_buf_status(&name, "its x-mcp-header", err);
    if (!st)
        st = judge(all, schema, &name, err);
    return st ? st : add_field(all, ma_buf_text(&name), schema->instance, err);
}

/* --- the tour ------------------------------------------------------------ */

static bool says_one_of(ma_span name, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (ma_value_says(name, words[i]))
            return true;
    }
    return false;
}

/* The keywords of every JSON Schema since draft 4 whose values are schemas,
 * lists of schemas, or objects of named ones. */
static bool holds_schemas(ma_span name)
{
    static const char *const words[] = {"items", "prefixItems",
        "additionalItems", "unevaluatedItems", "contains",
        "additionalProperties", "unevaluatedProperties", "propertyNames",
        "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "extends",
        "contentSchema"};
    return says_one_of(name, words, sizeof words / sizeof *words);
}

static bool holds_named_schemas(ma_span name)
{
    static const char *const words[] = {"properties", "patternProperties",
        "$defs", "definitions", "dependentSchemas", "dependencies"};
    return says_one_of(name, words, sizeof words / sizeof *words);
}

/* What the container behind that keyword is entered as; false when it holds no
 * schemas. */
static bool is_entered(
    const frame *schema, ma_span name, bool object, frame *out)
{
    *out = (frame){.where = ELSEWHERE};
    if (holds_schemas(name)) {
        out->items = object ? KEYWORDS : LISTED_SCHEMAS;
        return true;
    }
    if (!object || !holds_named_schemas(name))
        return false;
    out->items = NAMED_SCHEMAS;
    if (ma_value_says(name, "properties") && schema->where != ELSEWHERE) {
        out->where = PARAMETER;
        out->instance = schema->instance;
    }
    return true;
}

static void take_keyword(frame *schema, ma_span name, ma_span value)
{
    if (ma_value_says(name, annotation))
        schema->annotated = value;
    else if (ma_value_says(name, "type"))
        schema->type = value;
}

/* In a list or among named ones, only an object has keywords. */
static void enter(scan *all, ma_span name)
{
    size_t depth = all->tour.depth;
    bool object = all->tour.object[depth - 1];
    frame *from = &all->frames[depth - 2];
    frame *to = &all->frames[depth - 1];
    if (from->items == KEYWORDS) {
        if (!is_entered(from, name, object, to))
            take_keyword(from, name, ma_value_tour_skip(&all->tour));
        return;
    }
    *to = (frame){.items = KEYWORDS, .where = from->where};
    if (object)
        to->instance = ma_value_find(from->instance, name);
    else
        ma_value_tour_skip(&all->tour);
}

static mcpauth_status tour_schema(scan *all, mcpauth_error *err)
{
    mcpauth_status st = MCPAUTH_OK;
    while (!st) {
        ma_span name, value;
        ma_value_step step = ma_value_tour_next(&all->tour, &name, &value);
        frame *last = &all->frames[all->tour.depth]; /* if it was closed */
        if (step == MA_VALUE_OVER)
            return MCPAUTH_OK;
        if (step == MA_VALUE_OPENED && all->tour.depth > 1)
            enter(all, name);
        if (step == MA_VALUE_CLOSED)
            st = end_schema(all, last, err);
        if (step == MA_VALUE_SCALAR && (last - 1)->items == KEYWORDS)
            take_keyword(last - 1, name, value);
    }
    return st;
}

static mcpauth_status collect(ma_span schema, ma_span arguments,
    size_t *out_names, mcpauth_headers *fields, mcpauth_error *err)
{
    MA_AUTO(mcpauth_headers) names = mcpauth_headers_new();
    if (!names || !fields)
        return ma_error_nomem(err);
    scan all = {.tour = ma_value_tour_init(schema),
        .names = names,
        .fields = fields,
        .frames = {{.items = KEYWORDS, .where = ROOT, .instance = arguments}}};
    mcpauth_status st =
        ma_value_is_object(schema) ? tour_schema(&all, err) : MCPAUTH_OK;
    *out_names = mcpauth_headers_count(names);
    return st;
}

mcpauth_status ma_paramheaders_check(
    ma_span schema, bool *out_any, mcpauth_error *err)
{
    MA_AUTO(mcpauth_headers) fields = mcpauth_headers_new();
    size_t count = 0;
    mcpauth_status st =
        collect(schema, ma_span_make(NULL, 0), &count, fields, err);
    if (!st)
        *out_any = count > 0;
    return st;
}

mcpauth_status ma_paramheaders_add(mcpauth_headers *headers, ma_span schema,
    ma_span arguments, mcpauth_error *err)
{
    MA_AUTO(mcpauth_headers) fields = mcpauth_headers_new();
    size_t count;
    mcpauth_status st = collect(schema, arguments, &count, fields, err);
    for (size_t i = 0; !st && i < mcpauth_headers_count(fields); i++)
        st = mcpauth_headers_add(headers, mcpauth_headers_name(fields, i),
            mcpauth_headers_value(fields, i), err);
    return st;
}

/* --- a list of tools ----------------------------------------------------- */

/* Where the tools that are left out are told. */
typedef struct {
    ma_buf *to;
    ma_paramheaders_drop_fn *drop;
    void *context;
} filter;

/* *out_keep tells whether tool may be offered. */
static mcpauth_status judge_tool(
    const filter *into, ma_span tool, bool *out_keep, mcpauth_error *err)
{
    MA_AUTO(mcpauth_error) reason = mcpauth_error_new();
    bool any;
    if (!reason)
        return ma_error_nomem(err);
    mcpauth_status st = ma_paramheaders_check(
        ma_value_member(tool, "inputSchema"), &any, reason);
    *out_keep = !st;
    if (st == MCPAUTH_E_NOMEM)
        return ma_error_nomem(err);
    if (st && into->drop)
        into->drop(into->context, ma_value_member(tool, "name"), reason);
    return MCPAUTH_OK;
}

/* Copies tools, with what stands between two that stay. */
static mcpauth_status write_array(
    const filter *into, ma_span tools, mcpauth_error *err)
{
    const char *gap = tools.at + 1; /* begins behind the tool before */
    bool first = true;
    bool kept_any = false;
    ma_span name, tool;
    ma_value_walk walk = ma_value_walk_init(tools);
    ma_buf_add_byte(into->to, '[');
    for (; ma_value_walk_next(&walk, &name, &tool); first = false) {
        bool keep = false;
        mcpauth_status st = judge_tool(into, tool, &keep, err);
        if (st)
            return st;
        if (keep && (first || kept_any))
            ma_buf_add(into->to, gap, (size_t)(tool.at - gap));
        if (keep)
            ma_buf_add_span(into->to, tool);
        kept_any = kept_any || keep;
        gap = tool.at + tool.len;
    }
    ma_buf_add(into->to, gap, (size_t)(tools.at + tools.len - gap));
    return MCPAUTH_OK;
}

static mcpauth_status write_result(
    const filter *into, ma_span result, mcpauth_error *err)
{
    const char *rest = result.at;
    ma_span name, value;
    ma_value_walk walk = ma_value_walk_init(result);
    while (ma_value_walk_next(&walk, &name, &value)) {
        if (!ma_value_says(name, "tools") || !ma_value_is_array(value))
            continue;
        ma_buf_add(into->to, rest, (size_t)(value.at - rest));
        mcpauth_status st = write_array(into, value, err);
        if (st)
            return st;
        rest = value.at + value.len;
    }
    ma_buf_add(into->to, rest, (size_t)(result.at + result.len - rest));
    return MCPAUTH_OK;
}

mcpauth_status ma_paramheaders_write_tools(ma_buf *to, ma_span result,
    ma_paramheaders_drop_fn *drop, void *context, mcpauth_error *err)
{
    const filter into = {to, drop, context};
    size_t len = to->len;
    if (!ma_value_is_object(result)) {
        ma_buf_add_span(to, result);
        return MCPAUTH_OK;
    }
    mcpauth_status st = write_result(&into, result, err);
    if (st)
        ma_buf_cut(to, len);
    return st;
}
