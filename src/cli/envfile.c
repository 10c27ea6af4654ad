/* envfile.c - a file of KEY=VALUE lines. */
#include "cli/envfile.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/secret.h"
#include "cli/input.h"

typedef struct {
    char *name;
    ma_secret *value;
} entry;

struct ma_envfile {
    entry *entries;
    size_t count;
};

static bool is_name(ma_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        bool letter =
            (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
        if (!letter && (i == 0 || c < '0' || c > '9'))
            return false;
    }
    return text.len > 0;
}

static ma_span unquote(ma_span value)
{
    bool quoted = value.len > 1 && (*value.at == '"' || *value.at == '\'') &&
                  value.at[value.len - 1] == *value.at;
    return quoted ? ma_span_make(value.at + 1, value.len - 2) : value;
}

/* Adds what the line says; E_USAGE without a message when it is no
 * assignment. */
static mcpauth_status read_line(ma_envfile *envfile, ma_span line)
{
    line = ma_span_trim(line);
    if (!line.len || *line.at == '#')
        return MCPAUTH_OK;
    if (ma_span_starts(line, "export "))
        line = ma_span_trim(ma_span_make(line.at + 7, line.len - 7));
    ma_span value = line;
    ma_span name = ma_span_trim(ma_span_cut(&value, '='));
    if (!value.at || !is_name(name))
        return MCPAUTH_E_USAGE;
    entry *next = &envfile->entries[envfile->count++];
    next->name = ma_strndup(name.at, name.len);
    next->value = ma_secret_new(unquote(ma_span_trim(value)));
    return next->name && next->value ? MCPAUTH_OK : MCPAUTH_E_NOMEM;
}

static size_t count_lines(ma_span text)
{
    size_t lines = 1;
    for (size_t i = 0; i < text.len; i++)
        lines += text.at[i] == '\n';
    return lines;
}

static mcpauth_status read_lines(
    ma_envfile *envfile, const char *path, ma_span rest, mcpauth_error *err)
{
    for (int number = 1; rest.at; number++) {
        ma_span line = ma_span_cut(&rest, '\n');
        if (ma_span_ends(line, "\r"))
            line.len--;
        mcpauth_status st = read_line(envfile, line);
        if (st == MCPAUTH_E_NOMEM)
            return ma_error_nomem(err);
        if (st)
            return ma_error_set(
                err, st, "%s, line %d: not KEY=VALUE", path, number);
    }
    return MCPAUTH_OK;
}

mcpauth_status ma_envfile_load(
    const char *path, ma_envfile **out_envfile, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_INPUT_MAX);
    MA_AUTO(ma_envfile) envfile = ma_calloc(1, sizeof *envfile);
    if (!envfile)
        return ma_error_nomem(err);
    mcpauth_status st = ma_input_file(path, &text, err);
    if (st)
        return st;
    envfile->entries =
        ma_calloc(count_lines(ma_buf_span(&text)), sizeof *envfile->entries);
    if (!envfile->entries)
        return ma_error_nomem(err);
    st = read_lines(envfile, path, ma_buf_span(&text), err);
    if (st)
        return st;
    *out_envfile = ma_move(&envfile);
    return MCPAUTH_OK;
}

void ma_envfile_free(ma_envfile *envfile)
{
    if (!envfile)
        return;
    for (size_t i = 0; i < envfile->count; i++) {
        ma_free(envfile->entries[i].name);
        ma_secret_free(envfile->entries[i].value);
    }
    ma_free(envfile->entries);
    ma_free(envfile);
}

const char *ma_envfile_get(const ma_envfile *envfile, const char *name)
{
    for (size_t i = envfile->count; i-- > 0;)
        if (ma_span_is(ma_span_of(name), envfile->entries[i].name))
            return ma_secret_text(envfile->entries[i].value);
    return NULL;
}
