/* elicit.c - a request for a person's input, read whole before it is shown. */
#include "mcp/elicit.h"

#include "base/alloc.h"
#include "base/error.h"

void ma_elicit_done(ma_elicit *elicit)
{
    ma_url_done(&elicit->url);
}

static ma_span not_null(ma_span value)
{
    return ma_value_is_null(value) ? ma_span_make(NULL, 0) : value;
}

static ma_span optional(ma_span object, const char *name)
{
    return not_null(ma_value_member(object, name));
}

static mcpauth_status refuse(mcpauth_error *err, const char *why)
{
    return ma_error_set(err, MCPAUTH_E_PROTOCOL,
        "the MCP server asks for input in a way that MCP does not allow: %s",
        why);
}

/* --- a URL --------------------------------------------------------------- */

static bool has_punycode(const ma_url *url)
{
    ma_span rest = ma_span_of(url->host);
    while (rest.at) {
        if (ma_span_starts(ma_span_cut(&rest, '.'), "xn--"))
            return true;
    }
    return false;
}

static mcpauth_status read_url(
    ma_span params, ma_elicit *elicit, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_URL_MAX + 1);
    elicit->id = optional(params, "elicitationId");
    if (elicit->id.at && !ma_value_is_string(elicit->id))
        return refuse(err, "its elicitationId is no text");
    if (!ma_value_write_text(&text, ma_value_member(params, "url")))
        return refuse(err, "it has no url");
    mcpauth_status st = ma_buf_status(&text, "the URL to open", err);
    if (st)
        return st;
    st = ma_url_parse(ma_buf_span(&text), &elicit->url, err);
    if (st == MCPAUTH_E_NOMEM)
        return st;
    if (st)
        return ma_error_in(err, MCPAUTH_E_UNTRUSTED,
            "the MCP server wants something opened that is no web address");
    if (!elicit->url.https && !ma_url_loopback(&elicit->url))
        return ma_error_set(err, MCPAUTH_E_UNTRUSTED,
            "the MCP server wants %s opened in clear text", elicit->url.host);
    elicit->punycode = has_punycode(&elicit->url);
    return MCPAUTH_OK;
}

/* --- a form -------------------------------------------------------------- */

static size_t count_named(ma_span object, ma_span wanted)
{
    size_t found = 0;
    ma_span name, value;
    ma_value_walk walk = ma_value_walk_init(object);
    while (ma_value_walk_next(&walk, &name, &value))
        found += ma_value_same(name, wanted);
    return found;
}

static mcpauth_status read_fields(ma_span fields, mcpauth_error *err)
{
    size_t count = 0;
    ma_span name, schema;
    ma_value_walk walk = ma_value_walk_init(fields);
    if (fields.at && !ma_value_is_object(fields))
        return refuse(err, "the properties of its form are no object");
    for (; ma_value_walk_next(&walk, &name, &schema); count++) {
        ma_elicitfield field;
        if (count == MA_ELICIT_FIELDS_MAX)
            return ma_error_set(err, MCPAUTH_E_LIMIT,
                "the MCP server's form has more than %d fields",
                MA_ELICIT_FIELDS_MAX);
        if (count_named(fields, name) > 1)
            return refuse(err, "two fields of its form have one name");
        mcpauth_status st = ma_elicitfield_read(name, schema, &field, err);
        if (st)
            return st;
    }
    return MCPAUTH_OK;
}

/* A field that must be there, and is none of the form's, could never be. */
static mcpauth_status check_required(
    ma_span required, ma_span fields, mcpauth_error *err)
{
    size_t count = 0;
    ma_span name, item;
    ma_value_walk walk = ma_value_walk_init(required);
    if (required.at && !ma_value_is_array(required))
        return refuse(err, "what its form requires is no list");
    for (; ma_value_walk_next(&walk, &name, &item); count++) {
        if (count == MA_ELICIT_FIELDS_MAX || !ma_value_find(fields, item).at)
            return refuse(err, "its form requires fields that it lacks");
    }
    return MCPAUTH_OK;
}

static mcpauth_status read_form(
    ma_span params, ma_elicit *elicit, mcpauth_error *err)
{
    ma_span schema = optional(params, "requestedSchema");
    ma_span type = optional(schema, "type");
    ma_span fields = optional(schema, "properties");
    if (!ma_value_is_object(schema))
        return refuse(err, "it has no form");
    if (schema.len > MA_ELICIT_SCHEMA_MAX)
        return ma_error_set(err, MCPAUTH_E_LIMIT,
            "the MCP server's form is larger than %d bytes",
            MA_ELICIT_SCHEMA_MAX);
    if (type.at && !ma_value_says(type, "object"))
        return refuse(err, "its form is no object");
    mcpauth_status st = read_fields(fields, err);
    if (!st)
        st = check_required(optional(schema, "required"), fields, err);
    elicit->schema = schema;
    return st;
}

/* --- the request --------------------------------------------------------- */

mcpauth_status ma_elicit_read(
    ma_span params, ma_elicit *out, mcpauth_error *err)
{
    ma_span mode = optional(params, "mode");
    bool url = ma_value_says(mode, "url");
    MA_SCOPED(ma_elicit)
    elicit = {.mode = url ? MA_ELICIT_URL : MA_ELICIT_FORM};
    if (mode.at && !url && !ma_value_says(mode, "form"))
        return ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
            "the MCP server asks for input in a mode that is unknown here");
    elicit.message = ma_value_member(params, "message");
    if (!ma_value_is_string(elicit.message))
        return refuse(err, "it has no message");
    mcpauth_status st =
        url ? read_url(params, &elicit, err) : read_form(params, &elicit, err);
    if (st)
        return st;
    *out = elicit;
    elicit.url = (ma_url){0};
    return MCPAUTH_OK;
}

static bool is_required(const ma_elicit *elicit, ma_span field)
{
    ma_span name, item;
    ma_value_walk walk =
        ma_value_walk_init(ma_value_member(elicit->schema, "required"));
    while (ma_value_walk_next(&walk, &name, &item)) {
        if (ma_value_same(item, field))
            return true;
    }
    return false;
}

ma_value_walk ma_elicit_fields(const ma_elicit *elicit)
{
    return ma_value_walk_init(ma_value_member(elicit->schema, "properties"));
}

bool ma_elicit_next_field(
    const ma_elicit *elicit, ma_value_walk *walk, ma_elicitfield *out)
{
    ma_span name, schema;
    if (!ma_value_walk_next(walk, &name, &schema) ||
        ma_elicitfield_read(name, schema, out, NULL))
        return false;
    out->required = is_required(elicit, name);
    return true;
}

/* --- the answer ---------------------------------------------------------- */

static void write_member(ma_buf *to, bool *begun, ma_span name, ma_span value)
{
    ma_buf_add_text(to, *begun ? "," : "");
    ma_buf_add_span(to, name);
    ma_buf_add_byte(to, ':');
    ma_buf_add_span(to, value);
    *begun = true;
}

void ma_elicit_write_defaults(
    const ma_elicit *elicit, ma_span given, ma_buf *to)
{
    bool begun = false;
    ma_elicitfield field;
    ma_span name, value;
    ma_value_walk walk = ma_value_walk_init(given);
    ma_buf_add_byte(to, '{');
    while (ma_value_walk_next(&walk, &name, &value))
        write_member(to, &begun, name, value);
    walk = ma_elicit_fields(elicit);
    while (ma_elicit_next_field(elicit, &walk, &field)) {
        if (field.initial.at && !ma_value_find(given, field.name).at)
            write_member(to, &begun, field.name, field.initial);
    }
    ma_buf_add_byte(to, '}');
}

/* Members that are none of the form's, or there twice. */
static mcpauth_status check_names(
    const ma_elicit *elicit, ma_span content, mcpauth_error *err)
{
    ma_span fields = ma_value_member(elicit->schema, "properties");
    ma_span name, value;
    ma_value_walk walk = ma_value_walk_init(content);
    while (ma_value_walk_next(&walk, &name, &value)) {
        bool known = ma_value_find(fields, name).at;
        if (known && count_named(content, name) == 1)
            continue;
        MA_AUTO(ma_text)
        label = ma_elicitfield_label(&(ma_elicitfield){.name = name});
        return ma_error_set(err, MCPAUTH_E_USAGE, "\"%s\" %s",
            label ? label : "",
            known ? "is given twice" : "is no field of the form");
    }
    return MCPAUTH_OK;
}

static mcpauth_status check_field(
    const ma_elicitfield *field, ma_span content, mcpauth_error *err)
{
    ma_span value = ma_value_find(content, field->name);
    if (value.at)
        return ma_elicitfield_check(field, value, err);
    if (!field->required)
        return MCPAUTH_OK;
    MA_AUTO(ma_text) label = ma_elicitfield_label(field);
    return ma_error_set(
        err, MCPAUTH_E_USAGE, "\"%s\" must be given", label ? label : "");
}

mcpauth_status ma_elicit_check(
    const ma_elicit *elicit, ma_span content, mcpauth_error *err)
{
    ma_elicitfield field;
    ma_value_walk walk = ma_elicit_fields(elicit);
    if (!ma_value_is_object(content))
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "what fills in the MCP server's form must be a JSON object");
    mcpauth_status st = check_names(elicit, content, err);
    while (!st && ma_elicit_next_field(elicit, &walk, &field))
        st = check_field(&field, content, err);
    return st;
}

void ma_elicit_write_result(const ma_elicit *elicit, ma_elicit_action action,
    ma_span content, ma_buf *to)
{
    static const char *const actions[] = {
        [MA_ELICIT_ACCEPT] = "accept",
        [MA_ELICIT_DECLINE] = "decline",
        [MA_ELICIT_CANCEL] = "cancel",
    };
    ma_buf_addf(to, "{\"action\":\"%s\"", actions[action]);
    if (action == MA_ELICIT_ACCEPT && elicit->mode == MA_ELICIT_FORM) {
        ma_buf_add_text(to, ",\"content\":");
        ma_buf_add_span(to, content.at ? content : ma_span_of("{}"));
    }
    ma_buf_add_byte(to, '}');
}
