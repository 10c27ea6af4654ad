/* resources.c - mcpauth resources list, templates, read: skills included. */
#include "base/alloc.h"
#include "base/base64.h"
#include "base/error.h"
#include "base/json.h"
#include "base/quote.h"
#include "cli/ask.h"
#include "cli/skills.h"
#include "mcp/session.h"
#include "mcp/value.h"

/* --- lists --------------------------------------------------------------- */

/* What a server with skills lists of them stands behind its resources. */
static void write_lists(
    ma_context *context, ma_span resources, ma_span skills, ma_buf *to)
{
    bool safe = ma_ask_on_terminal(context);
    if (!ma_context_json(context)) {
        ma_render_list(&ma_render_resources, resources, to);
        if (skills.at)
            ma_skills_render(skills, to);
        return;
    }
    ma_buf_add_text(to, "{\"resources\":");
    ma_render_json(resources, safe, to);
    if (skills.at)
        ma_buf_add_text(to, ",\"skills\":");
    ma_render_json(skills, safe, to);
    ma_buf_add_text(to, "}\n");
}

mcpauth_status ma_resources_list(ma_context *context, mcpauth_error *err)
{
    MA_SCOPED(ma_reply) resources = {0};
    MA_SCOPED(ma_reply) skills = {0};
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_RENDER_MAX);
    context->knows_skills = true;
    mcpauth_status st =
        ma_context_open_client(context, ma_context_word(context, 0), err);
    if (!st)
        st = ma_ask_entries(context, &ma_render_resources, &resources, err);
    if (!st && ma_skills_offered(context))
        st = ma_skills_entries(context, &skills, err);
    if (st)
        return st;
    write_lists(context, ma_ask_reply_span(&resources),
        ma_ask_reply_span(&skills), &text);
    return ma_ask_show(context, &text, err);
}

mcpauth_status ma_resources_templates(ma_context *context, mcpauth_error *err)
{
    return ma_ask_list(context, &ma_render_templates, err);
}

/* --- one of them --------------------------------------------------------- */

/* Appends what a lone blob decodes to; false: it is not that. */
static bool write_blob(ma_span contents, ma_buf *to)
{
    ma_value_walk walk = ma_value_walk_init(contents);
    ma_span none, only, second;
    if (!ma_value_walk_next(&walk, &none, &only) ||
        ma_value_walk_next(&walk, &none, &second))
        return false;
    ma_span blob = ma_value_member(only, "blob");
    MA_SCOPED(ma_buf) digits = ma_buf_init(blob.len);
    return ma_value_write_text(&digits, blob) &&
           ma_base64_read(to, ma_buf_span(&digits));
}

/* Bytes that are no text go into files and pipes only. */
static mcpauth_status show_contents(
    ma_context *context, ma_span result, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_RENDER_MAX);
    ma_span contents = ma_value_member(result, "contents");
    if (ma_ask_on_terminal(context) || !write_blob(contents, &text))
        ma_render_contents(contents, &text);
    return ma_ask_show(context, &text, err);
}

/* uri: a string value.  What is not as the skill's entry says is not shown
 * (SEP-2640). */
static mcpauth_status verify(ma_context *context, const ma_skillentry *entry,
    ma_span uri, ma_span result, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) bytes = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    mcpauth_status st = ma_skillentry_open(entry, uri, result, &bytes, err);
    if (!st)
        ma_context_say(context, "verified: %zu bytes, as the skill's entry %s",
            bytes.len,
            ma_value_same(entry->uri, uri) ? "and frontmatter say" : "says");
    return st;
}

static void warn_unverified(
    ma_context *context, const ma_skillentry *entry, const char *uri)
{
    if (entry->uri.at)
        ma_context_warn(context,
            "not verified: the server generates the files of this skill");
    else if (ma_span_starts(ma_span_of(uri), "skill://"))
        ma_context_warn(
            context, "not verified: no skill of the server has this file");
}

static mcpauth_status find_skill(ma_context *context, const char *uri,
    ma_reply *out_text, ma_skillentry *out, mcpauth_error *err)
{
    mcpauth_status st = ma_ask_know(context, err);
    return st || !ma_skills_offered(context)
               ? st
               : ma_skills_find(context, uri, out_text, out, err);
}

/* uri is asked for, and is as the skill says that has it, if one does; a file
 * that it does not list is not asked for. */
static mcpauth_status read_verified(ma_context *context, const char *uri,
    ma_reply *out_reply, mcpauth_error *err)
{
    MA_SCOPED(ma_reply) text = {0};
    MA_SCOPED(ma_buf) value = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    MA_SCOPED(ma_buf) params = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    ma_skillentry entry = {0};
    ma_json_write_string(&value, ma_span_of(uri));
    ma_buf_addf(&params, "{\"uri\":%s}", ma_buf_text(&value));
    mcpauth_status st = ma_buf_status(&value, "the request", err);
    if (!st)
        st = find_skill(context, uri, &text, &entry, err);
    ma_span wanted = ma_buf_span(&value);
    bool known = ma_skillentry_find(&entry, wanted).at;
    if (!st && (known || !entry.resources.at))
        st = ma_ask_request(context, "resources/read", &params, out_reply, err);
    if (st)
        return st;
    if (entry.resources.at)
        return verify(
            context, &entry, wanted, ma_ask_reply_span(out_reply), err);
    warn_unverified(context, &entry, uri);
    return MCPAUTH_OK;
}

mcpauth_status ma_resources_read(ma_context *context, mcpauth_error *err)
{
    const char *uri = NULL;
    MA_SCOPED(ma_reply) reply = {0};
    context->knows_skills = true;
    mcpauth_status st = ma_ask_open(context, &uri, err);
    if (st)
        return st;
    if (!uri) {
        st =
            ma_error_set(err, MCPAUTH_E_USAGE, "which resource is to be read?");
        ma_error_hint(err, "mcpauth resources read [SERVER] URI; mcpauth "
                           "resources list shows them");
        return st;
    }
    st = read_verified(context, uri, &reply, err);
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(uri));
    if (st)
        return ma_error_in(err, st, "reading %s", shown ? shown : "");
    ma_span result = ma_ask_reply_span(&reply);
    if (ma_context_json(context))
        return ma_ask_show_json(context, result, err);
    return show_contents(context, result, err);
}
