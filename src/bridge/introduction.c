/* introduction.c - see introduction.h. */
#include "bridge/introduction.h"

#include "base/json.h"
#include "base/url.h"
#include "bridge/pair.h"
#include "mcp/era.h"
#include "mcp/params.h"

/* Of the host with sessions who names none that we know (T-200). */
static const char newest_version[] = "2025-11-25";

ma_introduction ma_introduction_init(void)
{
    return (ma_introduction){.hello = ma_buf_init(MA_SESSION_MESSAGE_MAX)};
}

void ma_introduction_done(ma_introduction *introduction)
{
    ma_buf_done(&introduction->hello);
}

mcpauth_status ma_introduction_read(
    ma_introduction *introduction, ma_span params, mcpauth_error *err)
{
    ma_buf *hello = &introduction->hello;
    ma_buf_clear(hello);
    ma_buf_add_span(hello, params);
    mcpauth_status st = ma_buf_status(hello, "the message", err);
    if (st)
        return st;
    ma_span said = ma_buf_span(hello);
    const ma_revision *spoken =
        ma_revision_find(ma_value_member(said, "protocolVersion"));
    introduction->version =
        spoken && !spoken->stateless ? spoken->name : newest_version;
    introduction->visits =
        ma_span_is(ma_span_of(introduction->version), newest_version);
    introduction->capabilities = ma_era_object_member(said, "capabilities");
    introduction->info = ma_era_object_member(said, "clientInfo");
    return MCPAUTH_OK;
}

static bool knows_pages(const ma_introduction *introduction)
{
    ma_span modes = ma_value_member(introduction->capabilities, "elicitation");
    return introduction->visits &&
           ma_value_is_object(ma_value_member(modes, "url"));
}

bool ma_introduction_declares(
    const ma_introduction *introduction, ma_span method, ma_span params)
{
    static const char *const asked[][2] = {
        {"elicitation/create", "elicitation"},
        {"sampling/createMessage", "sampling"},
        {"roots/list", "roots"},
    };
    if (ma_value_says(ma_value_member(params, "mode"), "url") &&
        !knows_pages(introduction))
        return false;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        if (ma_value_says(method, asked[i][0]))
            return ma_value_is_object(
                ma_value_member(introduction->capabilities, asked[i][1]));
    return false;
}

/* What only a session can have goes; elicitation without a mode was by form. */
static void write_capabilities(const ma_introduction *introduction, ma_buf *to)
{
    static const char *const replaced[] = {
        "tasks", "roots", "elicitation", NULL};
    ma_span theirs = introduction->capabilities;
    ma_span elicitation = ma_era_object_member(theirs, "elicitation");
    ma_value_walk modes = ma_value_walk_init(elicitation);
    ma_span name, value;
    size_t start = to->len;
    ma_params_write_without(to, theirs, replaced);
    ma_buf_cut(to, to->len - 1);
    const char *comma = to->len > start + 1 ? "," : "";
    if (ma_value_is_object(ma_value_member(theirs, "roots"))) {
        ma_buf_addf(to, "%s\"roots\":{}", comma);
        comma = ",";
    }
    if (elicitation.at) {
        bool bare =
            !introduction->visits || !ma_value_walk_next(&modes, &name, &value);
        ma_buf_addf(to, "%s\"elicitation\":", comma);
        ma_buf_add_span(to, bare ? ma_span_of("{\"form\":{}}") : elicitation);
    }
    ma_buf_add_byte(to, '}');
}

void ma_introduction_write_meta(const ma_introduction *introduction,
    const char *version, ma_span log_level, ma_buf *to)
{
    ma_buf_addf(to,
        "{\"" MA_META("protocolVersion") "\":\"%s\",\"" MA_META(
            "clientCapabilities") "\":",
        version);
    write_capabilities(introduction, to);
    if (introduction->info.at)
        ma_buf_add_text(to, ",\"" MA_META("clientInfo") "\":");
    ma_buf_add_span(to, introduction->info);
    if (log_level.at)
        ma_buf_add_text(to, ",\"" MA_META("logLevel") "\":");
    ma_buf_add_span(to, log_level);
    ma_buf_add_byte(to, '}');
}

/* Who does not say who he is is called by his host's name. */
static void write_info(ma_span info, const char *server, ma_buf *to)
{
    MA_SCOPED(ma_url) url = {0};
    if (info.at) {
        ma_buf_add_span(to, info);
        return;
    }
    bool named = !ma_url_parse(ma_span_of(server), &url, NULL);
    ma_buf_add_text(to, "{\"name\":");
    ma_json_write_string(to, ma_span_of(named ? url.host : "unknown"));
    ma_buf_add_text(to, ",\"version\":\"unknown\"}");
}

void ma_introduction_write_result(const ma_introduction *introduction,
    const ma_session_peer *peer, const char *server, ma_buf *to)
{
    static const char *const left_out[] = {"tasks", NULL};
    ma_buf_addf(to,
        "{\"protocolVersion\":\"%s\",\"capabilities\":", introduction->version);
    ma_params_write_without(to, peer->capabilities, left_out);
    ma_buf_add_text(to, ",\"serverInfo\":");
    write_info(peer->info, server, to);
    if (peer->instructions.at)
        ma_buf_add_text(to, ",\"instructions\":");
    ma_buf_add_span(to, peer->instructions);
    ma_buf_add_byte(to, '}');
}
