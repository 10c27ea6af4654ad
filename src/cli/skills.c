/* skills.c - by the list, or by asking for the one that is not listed. */
#include "cli/skills.h"

#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "mcp/session.h"

static const char main_file[] = "/SKILL.md";

static const ma_render_kind kind = {
    "skills/list", "skills", "skill", "skills", "uri"};

bool ma_skills_offered(const ma_context *context)
{
    return ma_skillentry_offered(
        ma_span_of(mcpauth_client_server_capabilities(context->client)));
}

mcpauth_status ma_skills_entries(
    ma_context *context, ma_reply *out_array, mcpauth_error *err)
{
    return ma_ask_entries(context, &kind, out_array, err);
}

/* --- the list ------------------------------------------------------------ */

static void write_member(ma_buf *to, const char *name, ma_span value)
{
    if (value.at)
        ma_buf_addf(to, "\"%s\":", name);
    ma_buf_add_span(to, value);
    if (value.at)
        ma_buf_add_byte(to, ',');
}

/* As an entry of any other list. */
static void write_entry(ma_buf *to, ma_span entry)
{
    ma_span frontmatter = ma_value_member(entry, "frontmatter");
    ma_buf_add_text(to, to->len > 1 ? ",{" : "{");
    write_member(to, "name", ma_value_member(frontmatter, "name"));
    write_member(
        to, "description", ma_value_member(frontmatter, "description"));
    write_member(to, "uri", ma_value_member(entry, "uri"));
    ma_buf_add_text(to, "\"skill\":true}");
}

void ma_skills_render(ma_span array, ma_buf *to)
{
    MA_SCOPED(ma_buf) entries = ma_buf_init(MA_RENDER_MAX);
    ma_value_walk walk = ma_value_walk_init(array);
    ma_span none, entry;
    ma_buf_add_byte(&entries, '[');
    while (ma_value_walk_next(&walk, &none, &entry))
        write_entry(&entries, entry);
    ma_buf_add_byte(&entries, ']');
    ma_render_list(&kind, ma_buf_span(&entries), to);
}

/* --- one skill ----------------------------------------------------------- */

/* How a resource belongs to a skill: of several skills that nest, the one
 * whose own file it is comes first. */
enum { NOT, INSIDE, LISTED, ITSELF };

static bool is_inside(ma_span main_uri, const char *uri)
{
    MA_SCOPED(ma_buf) said = ma_buf_init(main_uri.len);
    if (!ma_value_write_text(&said, main_uri) ||
        !ma_span_ends(ma_buf_span(&said), main_file))
        return false;
    ma_buf_cut(&said, said.len - (sizeof main_file - 2));
    return ma_span_starts(ma_span_of(uri), ma_buf_text(&said));
}

static int judge(ma_span entry, const char *uri)
{
    ma_span main_uri = ma_value_member(entry, "uri");
    ma_value_walk walk =
        ma_value_walk_init(ma_value_member(entry, "resources"));
    ma_span none, file;
    if (ma_value_says(main_uri, uri))
        return ITSELF;
    while (ma_value_walk_next(&walk, &none, &file))
        if (ma_value_says(ma_value_member(file, "uri"), uri))
            return LISTED;
    return is_inside(main_uri, uri) ? INSIDE : NOT;
}

static ma_span choose(ma_span array, const char *uri)
{
    ma_value_walk walk = ma_value_walk_init(array);
    ma_span none, entry, best = {NULL, 0};
    int most = NOT;
    while (ma_value_walk_next(&walk, &none, &entry)) {
        int how = judge(entry, uri);
        if (how > most)
            best = entry;
        most = how > most ? how : most;
    }
    return best;
}

/* A list may be empty or partial, so the server is asked for what looks like
 * a skill, and may say that it is none. */
static mcpauth_status ask_for_one(ma_context *context, const char *uri,
    ma_reply *out_text, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) params = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    ma_buf_add_text(&params, "{\"uri\":");
    ma_json_write_string(&params, ma_span_of(uri));
    ma_buf_add_byte(&params, '}');
    mcpauth_status st =
        ma_ask_plainly(context, "skills/get", &params, out_text, err);
    const char *code = mcpauth_error_server_code(err);
    if (st != MCPAUTH_E_RPC || !code || strcmp(code, "-32602") != 0)
        return st;
    mcpauth_error_clear(err);
    return MCPAUTH_OK;
}

mcpauth_status ma_skills_find(ma_context *context, const char *uri,
    ma_reply *out_text, ma_skillentry *out, mcpauth_error *err)
{
    mcpauth_status st = ma_skills_entries(context, out_text, err);
    if (st)
        return st;
    ma_span entry = choose(ma_ask_reply_span(out_text), uri);
    if (!entry.at && ma_span_ends(ma_span_of(uri), main_file)) {
        ma_ask_reply_done(out_text);
        st = ask_for_one(context, uri, out_text, err);
        entry = ma_value_member(ma_ask_reply_span(out_text), "skill");
    }
    *out = (ma_skillentry){0};
    return st || !entry.at ? st : ma_skillentry_read(entry, out, err);
}
