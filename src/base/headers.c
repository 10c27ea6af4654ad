/* headers.c - fields of HTTP; one that could inject another never enters. */
#include "base/headers.h"

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"

/* Both in one piece of memory. */
struct field {
    char *name;
    char *value;
};

struct mcpauth_headers {
    struct field *fields;
    size_t count;
    size_t room;
};

mcpauth_headers *mcpauth_headers_new(void)
{
    return ma_calloc(1, sizeof(mcpauth_headers));
}

static void release(struct field *field)
{
    explicit_bzero(field->value, strlen(field->value));
    ma_free(field->name);
}

void mcpauth_headers_free(mcpauth_headers *headers)
{
    for (size_t i = 0; i < mcpauth_headers_count(headers); i++)
        release(&headers->fields[i]);
    if (headers)
        ma_free(headers->fields);
    ma_free(headers);
}

/* RFC 9110 5.6.2. */
static bool is_tchar(char byte)
{
    bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    return letter || byte == '-' ||
           (byte && strchr("!#$%&'*+.^_`|~0123456789", byte));
}

static bool is_token(ma_span name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!is_tchar(name.at[i]))
            return false;
    return name.len > 0;
}

static bool is_value(ma_span value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.at[i];
        if ((c < 0x20 && c != '\t') || c == 0x7F)
            return false;
    }
    return true;
}

static mcpauth_status grow(mcpauth_headers *headers, mcpauth_error *err)
{
    if (headers->count < headers->room)
        return MCPAUTH_OK;
    size_t room = headers->room ? headers->room * 2 : 8;
    if (room > SIZE_MAX / sizeof(struct field))
        return ma_error_nomem(err);
    struct field *grown =
        ma_realloc(headers->fields, room * sizeof(struct field));
    if (!grown)
        return ma_error_nomem(err);
    headers->fields = grown;
    headers->room = room;
    return MCPAUTH_OK;
}

static char *write_text(char *to, ma_span text)
{
    if (text.len)
        memcpy(to, text.at, text.len);
    to[text.len] = '\0';
    return to + text.len + 1;
}

static bool fill(struct field *field, ma_span name, ma_span value)
{
    field->name = ma_malloc(name.len + value.len + 2);
    if (!field->name)
        return false;
    field->value = write_text(field->name, name);
    write_text(field->value, value);
    return true;
}

mcpauth_status ma_headers_add(
    mcpauth_headers *headers, ma_span name, ma_span value, mcpauth_error *err)
{
    if (!is_token(name))
        return ma_error_set(
            err, MCPAUTH_E_PROTOCOL, "the name of a header is not a token");
    if (!is_value(value))
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the value of header %.*s holds a control character",
            (int)(name.len < 64 ? name.len : 64), name.at);
    mcpauth_status st = grow(headers, err);
    if (st)
        return st;
    if (!fill(&headers->fields[headers->count], name, value))
        return ma_error_nomem(err);
    headers->count++;
    return MCPAUTH_OK;
}

mcpauth_status mcpauth_headers_add(mcpauth_headers *headers, const char *name,
    const char *value, mcpauth_error *err)
{
    return ma_headers_add(headers, ma_span_of(name), ma_span_of(value), err);
}

static bool has_name(const struct field *field, const char *name)
{
    return ma_span_is_nocase(ma_span_of(field->name), name);
}

mcpauth_status ma_headers_set(mcpauth_headers *headers, const char *name,
    const char *value, mcpauth_error *err)
{
    /* The new field first: value may be one of those that go. */
    mcpauth_status st = mcpauth_headers_add(headers, name, value, err);
    if (st)
        return st;
    struct field *fields = headers->fields;
    size_t last = headers->count - 1;
    size_t kept = 0;
    for (size_t i = 0; i < last; i++) {
        if (has_name(&fields[i], name))
            release(&fields[i]);
        else
            fields[kept++] = fields[i];
    }
    fields[kept++] = fields[last];
    headers->count = kept;
    return MCPAUTH_OK;
}

const char *mcpauth_headers_get(
    const mcpauth_headers *headers, const char *name)
{
    for (size_t i = 0; i < mcpauth_headers_count(headers); i++)
        if (has_name(&headers->fields[i], name))
            return headers->fields[i].value;
    return NULL;
}

size_t mcpauth_headers_count(const mcpauth_headers *headers)
{
    return headers ? headers->count : 0;
}

const char *mcpauth_headers_name(const mcpauth_headers *headers, size_t index)
{
    if (index >= mcpauth_headers_count(headers))
        return NULL;
    return headers->fields[index].name;
}

const char *mcpauth_headers_value(const mcpauth_headers *headers, size_t index)
{
    if (index >= mcpauth_headers_count(headers))
        return NULL;
    return headers->fields[index].value;
}

mcpauth_status ma_headers_append(
    mcpauth_headers *headers, const mcpauth_headers *from, mcpauth_error *err)
{
    for (size_t i = 0; i < mcpauth_headers_count(from); i++) {
        mcpauth_status st = mcpauth_headers_add(headers,
            mcpauth_headers_name(from, i), mcpauth_headers_value(from, i), err);
        if (st)
            return st;
    }
    return MCPAUTH_OK;
}

mcpauth_status ma_headers_dup(
    const mcpauth_headers *from, mcpauth_headers **out, mcpauth_error *err)
{
    MA_AUTO(mcpauth_headers) copy = mcpauth_headers_new();
    if (!copy)
        return ma_error_nomem(err);
    mcpauth_status st = ma_headers_append(copy, from, err);
    if (!st)
        *out = ma_move(&copy);
    return st;
}

bool ma_headers_is_type(const mcpauth_headers *headers, const char *type)
{
    ma_span rest = ma_span_of(mcpauth_headers_get(headers, "Content-Type"));
    return ma_span_is_nocase(ma_span_trim(ma_span_cut(&rest, ';')), type);
}
