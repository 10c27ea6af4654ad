/* yamlflow.c - one bracket after the other. */
#include "mcp/yamlflow.h"

#include <string.h>

#include "mcp/yamlscalar.h"

typedef struct {
    bool mapping;
    bool filled; /* behind an entry: a comma or the end is due */
    size_t count;
} bracket;

typedef struct {
    ma_fields *to;
    ma_span rest;
    size_t depth;
    bracket open[MA_FIELDS_DEPTH];
} reader;

/* A text could not be built. */
static const char *give_up(reader *in, const ma_buf *text)
{
    ma_fields_fail(in->to, text);
    return "a text that is too long";
}

static void skip_bytes(reader *in, size_t len)
{
    in->rest.at += len;
    in->rest.len -= len;
}

static bool next_is(const reader *in, const char *bytes)
{
    return in->rest.len > 0 && *in->rest.at && strchr(bytes, *in->rest.at);
}

static void skip_space(reader *in)
{
    while (next_is(in, " \t\r\n"))
        skip_bytes(in, 1);
}

/* Whether a plain scalar ends before that byte. */
static bool ends_plain(ma_span text, size_t at)
{
    char byte = text.at[at];
    if (byte == ':')
        return at + 1 == text.len || strchr(" \r\n,[]{}", text.at[at + 1]);
    return byte == '\n' || strchr(",[]{}", byte) ||
           (byte == '#' && at > 0 && text.at[at - 1] == ' ');
}

static ma_span take_plain(reader *in)
{
    size_t len = 0;
    while (len < in->rest.len && !ends_plain(in->rest, len))
        len++;
    ma_span text = ma_span_make(in->rest.at, len);
    skip_bytes(in, len);
    while (text.len > 0 && strchr(" \t\r", text.at[text.len - 1]))
        text.len--;
    return text;
}

static const char *take_name(reader *in)
{
    MA_SCOPED(ma_buf) said = ma_buf_init(MA_YAMLSCALAR_MAX);
    const char *why = NULL;
    bool quoted = ma_yamlscalar_is_quoted(in->rest);
    if (quoted)
        why = ma_yamlscalar_take_quoted(&said, &in->rest);
    else
        ma_buf_add_span(&said, take_plain(in));
    skip_space(in);
    if (why)
        return why;
    if (said.failed)
        return give_up(in, &said);
    if (!next_is(in, ":") || (!quoted && said.len == 0))
        return "a mapping in brackets with something else than names in it";
    if (!quoted && strchr("&*!?|>@`%#", *said.at))
        return "a name that begins like something else";
    skip_bytes(in, 1);
    return ma_fields_enter_name(in->to, ma_buf_span(&said))
               ? NULL
               : "brackets nested too deeply";
}

static const char *take_scalar(reader *in)
{
    MA_SCOPED(ma_buf) value = ma_buf_init(MA_YAMLSCALAR_MAX);
    if (ma_yamlscalar_is_quoted(in->rest)) {
        const char *why = ma_yamlscalar_take_quoted(&value, &in->rest);
        ma_fields_add_text(in->to, ma_buf_span(&value));
        return value.failed ? give_up(in, &value) : why;
    }
    ma_span text = take_plain(in);
    if (text.len == 0 || next_is(in, ":#"))
        return "brackets with something in them that is not read here";
    const char *why = ma_yamlscalar_write_plain(&value, text);
    ma_fields_add(in->to, ma_buf_span(&value));
    return value.failed ? give_up(in, &value) : why;
}

/* The entry is whole. */
static void fill(reader *in)
{
    if (in->depth == 0)
        return;
    ma_fields_leave(in->to);
    in->open[in->depth - 1].filled = true;
}

static const char *open_bracket(reader *in)
{
    bool mapping = *in->rest.at == '{';
    if (in->depth == MA_FIELDS_DEPTH)
        return "brackets nested too deeply";
    ma_fields_add(in->to, ma_span_make(in->rest.at, 1));
    in->open[in->depth++] = (bracket){.mapping = mapping};
    skip_bytes(in, 1);
    return NULL;
}

/* A name or an index, then a value or the beginning of one. */
static const char *take_entry(reader *in)
{
    if (in->depth > 0) {
        bracket *top = &in->open[in->depth - 1];
        const char *why = NULL;
        if (top->mapping)
            why = take_name(in);
        else if (!ma_fields_enter_index(in->to, top->count++))
            why = "brackets nested too deeply";
        if (why)
            return why;
        skip_space(in);
    }
    if (next_is(in, "[{"))
        return open_bracket(in);
    const char *why = take_scalar(in);
    if (!why)
        fill(in);
    return why;
}

static const char *take_step(reader *in)
{
    bracket *top = in->depth > 0 ? &in->open[in->depth - 1] : NULL;
    skip_space(in);
    if (in->rest.len == 0)
        return "a bracket that is not closed";
    if (top && next_is(in, top->mapping ? "}" : "]")) {
        skip_bytes(in, 1);
        in->depth--;
        fill(in);
        return NULL;
    }
    if (!top || !top->filled)
        return take_entry(in);
    if (!next_is(in, ","))
        return "brackets with a comma missing";
    skip_bytes(in, 1);
    top->filled = false;
    return NULL;
}

bool ma_yamlflow_begins(ma_span text)
{
    return ma_span_starts(text, "[") || ma_span_starts(text, "{");
}

const char *ma_yamlflow_take(ma_fields *fields, ma_span *in)
{
    reader it = {.to = fields, .rest = *in};
    const char *why = NULL;
    do
        why = take_step(&it);
    while (!why && it.depth > 0);
    *in = it.rest;
    return why;
}
