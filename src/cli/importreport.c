/* importreport.c - see importreport.h. */
#include "cli/importreport.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"
#include "base/url.h"

/* --- in words ------------------------------------------------------------ */

static void write_line(ma_buf *to, const char *name, const char *value)
{
    if (!value)
        return;
    ma_buf_addf(to, "  %-10s ", name);
    ma_quote_write(to, ma_span_of(value), MA_IMPORTREPORT_MAX);
    ma_buf_add_byte(to, '\n');
}

static const struct {
    const char *state;
    const char *words;
    const char *dry; /* with --dry-run */
} states[] = {
    {"taken", "taken", "would be taken"},
    {"there", "there already", "there already"},
    {"replaced", "replaced", "would be replaced"},
    {"kept",
        "not taken: mcpauth has others of that name, which stay (see "
        "--replace)",
        "would not be taken: mcpauth has others of that name"},
    {"left", "not taken", "would not be taken"},
    {"failed", "not taken", "not taken"},
};

static const char *name_state(const ma_importreport *self, const char *state)
{
    for (size_t i = 0; state && i < sizeof states / sizeof *states; i++)
        if (!strcmp(states[i].state, state))
            return self->dry_run ? states[i].dry : states[i].words;
    return NULL;
}

static const char *name_login(
    const ma_importreport *self, const ma_json *server)
{
    const char *state = ma_json_text(server, "login");
    if (!state)
        return "none at mcp-remote";
    if (!strcmp(state, "failed"))
        return ma_json_text(server, "login_error");
    if (!strcmp(state, "ended"))
        return "not taken: it has ended, and cannot be renewed";
    if (!strcmp(state, "kept"))
        return "not taken: mcpauth has one of its own that is newer or still "
               "good";
    return name_state(self, state);
}

static void write_server(
    const ma_importreport *self, const ma_json *server, ma_buf *to)
{
    const ma_json *left = ma_json_get_array(server, "left");
    const char *name = ma_json_text(server, "name");
    const char *url = ma_json_text(server, "url");
    MA_AUTO(ma_text) shown = url ? ma_url_redacted(url) : NULL;
    ma_quote_write(to, ma_span_of(name), MA_QUOTE_MAX);
    ma_buf_addf(to, "%s%s\n", name && shown ? "  " : "", shown ? shown : "");
    write_line(to, "found in", ma_json_text(server, "found_in"));
    write_line(
        to, "settings", name_state(self, ma_json_text(server, "settings")));
    write_line(to, "login", url ? name_login(self, server) : NULL);
    for (size_t i = 0; i < ma_json_count(left); i++)
        write_line(to, "left", ma_json_string(ma_json_at(left, i)));
}

void ma_importreport_write(const ma_importreport *report, ma_buf *to)
{
    for (size_t i = 0; i < ma_json_count(report->servers); i++)
        write_server(report, ma_json_at(report->servers, i), to);
}

/* --- as JSON ------------------------------------------------------------- */

static mcpauth_status put_copy(
    ma_json *root, const char *name, const ma_json *value, mcpauth_error *err)
{
    ma_json *copy = ma_json_dup(value);
    return copy ? ma_json_put(root, name, copy, err) : ma_error_nomem(err);
}

mcpauth_status ma_importreport_write_json(
    const ma_importreport *report, ma_buf *to, mcpauth_error *err)
{
    MA_AUTO(ma_json) root = ma_json_object();
    if (!root)
        return ma_error_nomem(err);
    mcpauth_status st = ma_json_put_text(root, "file", report->file, err);
    if (!st)
        st = ma_json_put_true(root, "dry_run", report->dry_run, err);
    if (!st)
        st = put_copy(root, "servers", report->servers, err);
    if (!st)
        st = put_copy(root, "unread", report->unread, err);
    if (!st)
        st = put_copy(root, "unknown_logins", report->unknown_logins, err);
    if (st)
        return st;
    ma_json_write_pretty(to, root);
    ma_buf_add_byte(to, '\n');
    return MCPAUTH_OK;
}
