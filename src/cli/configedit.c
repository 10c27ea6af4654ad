/* configedit.c - see configedit.h. */
#include "cli/configedit.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "cli/input.h"
#include "mcp/value.h"
#include "store/safefile.h"

enum { INDENT = 2 };

/* --- the text ------------------------------------------------------------ */

/* Replaces what text has from `from` to `to`, two places in it. */
static mcpauth_status put_between(ma_buf *text, const char *from,
    const char *to, const ma_buf *by, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) edited = ma_buf_init(MA_INPUT_MAX);
    ma_buf_add(&edited, text->at, (size_t)(from - text->at));
    ma_buf_add_span(&edited, ma_buf_span(by));
    ma_buf_add(&edited, to, (size_t)(text->at + text->len - to));
    mcpauth_status st = ma_buf_status(by, "an entry", err);
    if (!st)
        st = ma_buf_status(&edited, "the configuration file", err);
    if (st)
        return st;
    ma_buf_done(text);
    *text = edited;
    edited = ma_buf_init(0);
    return MCPAUTH_OK;
}

static void new_line(ma_buf *to, size_t depth)
{
    ma_buf_add_byte(to, '\n');
    for (size_t i = 0; i < depth * INDENT; i++)
        ma_buf_add_byte(to, ' ');
}

/* The entry, with its lines where they belong below depth. */
static void write_entry(ma_buf *to, const ma_json *entry, size_t depth)
{
    MA_SCOPED(ma_buf) lines = ma_buf_init(MA_INPUT_MAX);
    ma_json_write_pretty(&lines, entry);
    if (lines.failed)
        to->failed = lines.failed;
    ma_span rest = ma_buf_span(&lines);
    ma_buf_add_span(to, ma_span_cut(&rest, '\n'));
    while (rest.at) {
        new_line(to, depth);
        ma_buf_add_span(to, ma_span_cut(&rest, '\n'));
    }
}

static void write_member(
    ma_buf *to, const char *name, const ma_json *value, size_t depth)
{
    new_line(to, depth);
    ma_json_write_string(to, ma_span_of(name));
    ma_buf_add_text(to, ": ");
    write_entry(to, value, depth);
}

/* Adds a member at the end of an object that stands in text. */
static mcpauth_status add_member(ma_buf *text, ma_span object, const char *name,
    const ma_json *value, size_t depth, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) member = ma_buf_init(MA_INPUT_MAX);
    const char *close = object.at + object.len - 1;
    const char *last = close;
    while (memchr(" \t\r\n", last[-1], 4))
        last--;
    if (last[-1] != '{')
        ma_buf_add_byte(&member, ',');
    write_member(&member, name, value, depth);
    new_line(&member, depth - 1);
    return put_between(text, last, close, &member, err);
}

static mcpauth_status add_first(ma_buf *text, ma_span root, const char *name,
    const ma_json *entry, mcpauth_error *err)
{
    MA_AUTO(ma_json) servers = ma_json_object();
    ma_json *copy = ma_json_dup(entry);
    if (!servers || !copy) {
        ma_json_free(copy);
        return ma_error_nomem(err);
    }
    mcpauth_status st = ma_json_put(servers, name, copy, err);
    return st ? st : add_member(text, root, "mcpServers", servers, 1, err);
}

static mcpauth_status replace(
    ma_buf *text, ma_span value, const ma_json *entry, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) written = ma_buf_init(MA_INPUT_MAX);
    write_entry(&written, entry, 2);
    return put_between(text, value.at, value.at + value.len, &written, err);
}

mcpauth_status ma_configedit_put(
    ma_buf *text, const char *name, const ma_json *entry, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) key = ma_buf_init(MA_INPUT_MAX);
    ma_span root = {0};
    if (!text->len)
        ma_buf_add_text(text, "{}\n");
    ma_json_write_string(&key, ma_span_of(name));
    mcpauth_status st = ma_buf_status(&key, "a server's name", err);
    if (!st)
        st = ma_buf_status(text, "the configuration file", err);
    if (!st)
        st = ma_value_parse(ma_buf_span(text), &root, err);
    if (st)
        return st == MCPAUTH_E_NOMEM ? st
                                     : ma_error_in(err, MCPAUTH_E_USAGE,
                                           "the configuration file");
    ma_span servers = ma_value_member(root, "mcpServers");
    if (!ma_value_is_object(root) ||
        (servers.at && !ma_value_is_object(servers)))
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "the configuration file: %s is no object",
            servers.at ? "mcpServers" : "it");
    if (!servers.at)
        return add_first(text, root, name, entry, err);
    ma_span there = ma_value_find(servers, ma_buf_span(&key));
    return there.at ? replace(text, there, entry, err)
                    : add_member(text, servers, name, entry, 2, err);
}

/* --- the file ------------------------------------------------------------ */

static mcpauth_status write_file(
    char *path, const ma_buf *text, mcpauth_error *err)
{
    char *slash = strrchr(path, '/');
    MA_SCOPED(ma_directory) directory = {.fd = -1};
    MA_AUTO(ma_text) parent = NULL;
    mcpauth_status st = MCPAUTH_OK;
    *slash = '\0';
    st = ma_directory_make_absolute(slash == path ? "/" : path, &parent, err);
    if (!st)
        st = ma_directory_open(parent, &directory, err);
    return st ? st
              : ma_safefile_replace(
                    &directory, slash + 1, ma_buf_span(text), err);
}

/* A link stays one: what it leads to is written. */
mcpauth_status ma_configedit_save(
    const char *path, const ma_buf *text, mcpauth_error *err)
{
    char target[PATH_MAX];
    MA_SCOPED(ma_buf) place = ma_buf_init(PATH_MAX);
    const char *end = realpath(path, target);
    if (!end && path[0] != '/')
        ma_buf_add_text(&place, "./");
    ma_buf_add_text(&place, end ? end : path);
    mcpauth_status st = ma_buf_status(&place, "the file's path", err);
    if (st)
        return st;
    MA_AUTO(ma_text) written = ma_buf_take(&place);
    return written ? write_file(written, text, err) : ma_error_nomem(err);
}
