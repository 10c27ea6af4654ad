/* skill.c - one entry, held until something contradicts it. */
#include <mcpauth/skill.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/quote.h"
#include "mcp/session.h"
#include "mcp/skillentry.h"

struct mcpauth_skill {
    mcpauth_client *client;
    char *text;
    ma_skillentry entry;   /* of text */
    mcpauth_error *broken; /* what contradicted it; empty: nothing yet */
};

MA_AUTO_DEFINE(mcpauth_skill, mcpauth_skill_free)

static mcpauth_status read_entry(mcpauth_skill *skill, mcpauth_error *err)
{
    ma_span entry;
    mcpauth_status st = ma_value_parse(ma_span_of(skill->text), &entry, err);
    if (!st)
        st = ma_skillentry_read(entry, &skill->entry, err);
    if (st || skill->entry.resources.at)
        return st;
    return ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
        "the MCP server generates the files of this skill, so that there is "
        "nothing to verify them by");
}

mcpauth_status mcpauth_skill_new(mcpauth_client *client, const char *entry,
    mcpauth_skill **out_skill, mcpauth_error *err)
{
    MA_AUTO(mcpauth_skill) skill = ma_calloc(1, sizeof *skill);
    if (!skill)
        return ma_error_nomem(err);
    skill->client = client;
    skill->text = ma_strdup(entry);
    skill->broken = mcpauth_error_new();
    if (!skill->text || !skill->broken)
        return ma_error_nomem(err);
    mcpauth_status st = read_entry(skill, err);
    if (!st)
        *out_skill = ma_move(&skill);
    return st;
}

void mcpauth_skill_free(mcpauth_skill *skill)
{
    if (!skill)
        return;
    mcpauth_error_free(skill->broken);
    ma_free(skill->text);
    ma_free(skill);
}

/* uri: a string value. */
static mcpauth_status fetch(mcpauth_skill *skill, ma_span uri,
    char **out_result, size_t *out_len, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) params = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    ma_buf_add_text(&params, "{\"uri\":");
    ma_buf_add_span(&params, uri);
    ma_buf_add_byte(&params, '}');
    mcpauth_status st = ma_buf_status(&params, "the request", err);
    return st ? st
              : mcpauth_client_request(skill->client, "resources/read",
                    ma_buf_text(&params), out_result, out_len, err);
}

/* A file that is not listed is not even asked for. */
static mcpauth_status open_file(
    mcpauth_skill *skill, ma_span uri, ma_buf *out_bytes, mcpauth_error *err)
{
    MA_AUTO(ma_text) result = NULL;
    size_t len = 0;
    mcpauth_status st = MCPAUTH_OK;
    if (ma_skillentry_find(&skill->entry, uri).at)
        st = fetch(skill, uri, &result, &len, err);
    return st ? st
              : ma_skillentry_open(&skill->entry, uri,
                    ma_span_make(result, len), out_bytes, err);
}

static mcpauth_status read_file(mcpauth_skill *skill, const char *uri,
    ma_buf *out_bytes, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) value = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(uri));
    ma_json_write_string(&value, ma_span_of(uri));
    mcpauth_status st = ma_buf_status(&value, "the request", err);
    if (!st)
        st = open_file(skill, ma_buf_span(&value), out_bytes, err);
    return st ? ma_error_in(err, st, "reading %s", shown ? shown : "") : st;
}

mcpauth_status mcpauth_skill_read(mcpauth_skill *skill, const char *uri,
    char **out_bytes, size_t *out_len, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) bytes = ma_buf_init(MA_SESSION_MESSAGE_MAX);
    mcpauth_status st = mcpauth_error_status(skill->broken);
    if (!st)
        st = read_file(skill, uri, &bytes, skill->broken);
    if (st) {
        ma_error_copy(err, skill->broken);
        if (st != MCPAUTH_E_MISMATCH)
            mcpauth_error_clear(skill->broken);
        return st;
    }
    size_t len = bytes.len;
    char *text = ma_buf_take(&bytes);
    if (!text)
        return ma_error_nomem(err);
    *out_bytes = text;
    *out_len = len;
    return MCPAUTH_OK;
}
