/* modern.c - server/discover, _meta and the Mcp- fields. */
#include "mcp/modern.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/headers.h"
#include "mcp/fieldvalue.h"
#include "mcp/method.h"
#include "mcp/params.h"

enum { META_MAX = 64 * 1024, FIELD_MAX = 8 * 1024 /* T-006 */ };

typedef struct {
    const ma_revision *spoken;
    bool pinned;
    bool asked_twice;
    ma_buf meta; /* an object: what _meta has of ours (T-060) */
} modern_state;

static bool speaks(const ma_revision *revision)
{
    return revision->stateless;
}

/* --- life ---------------------------------------------------------------- */

static void reset(void *state)
{
    modern_state *modern = state;
    modern->asked_twice = false;
}

static void free_state(void *state)
{
    modern_state *modern = state;
    if (!modern)
        return;
    ma_buf_done(&modern->meta);
    ma_free(modern);
}
MA_AUTO_DEFINE(modern_state, free_state)

static mcpauth_status write_meta(
    modern_state *modern, const ma_session_options *options, mcpauth_error *err)
{
    ma_buf *meta = &modern->meta;
    ma_buf_addf(meta, "{\"" MA_META("protocolVersion") "\":\"%s\",",
        modern->spoken->name);
    mcpauth_status st = ma_era_write_client(options,
        MA_META("clientCapabilities"), MA_META("clientInfo"), meta, err);
    ma_buf_add_byte(meta, '}');
    return st ? st : ma_buf_status(meta, "the client's introduction", err);
}

static mcpauth_status new_state(
    const ma_session_options *options, void **out_state, mcpauth_error *err)
{
    const ma_revision *pinned = NULL;
    MA_AUTO(modern_state) modern = ma_calloc(1, sizeof *modern);
    if (!modern)
        return ma_error_nomem(err);
    modern->meta = ma_buf_init(META_MAX);
    mcpauth_status st = ma_era_pinned(options, &pinned, err);
    if (st)
        return st;
    modern->pinned = pinned;
    modern->spoken = pinned ? pinned : ma_revision_at(0);
    st = write_meta(modern, options, err);
    if (!st)
        *out_state = ma_move(&modern);
    return st;
}

/* --- server/discover ----------------------------------------------------- */

static void write_opening(const void *state, ma_buf *to)
{
    (void)state;
    ma_buf_add_text(to, "{}");
}

/* Servers of before the final text have it beside the rest (T-071). */
static ma_span find_info(ma_span result)
{
    ma_span meta = ma_era_object_member(result, "_meta");
    ma_span info = ma_era_object_member(meta, MA_META("serverInfo"));
    return info.at ? info : ma_era_object_member(result, "serverInfo");
}

/* T-072: who does not list what it speaks does not know the question. */
static mcpauth_status read_opening(void *state, ma_span result,
    const ma_secret *session_id, ma_session_peer *out_server,
    mcpauth_error *err)
{
    const modern_state *modern = state;
    ma_span versions = ma_value_member(result, "supportedVersions");
    (void)session_id; /* T-064 */
    bool ours = ma_revision_best(versions, true) == modern->spoken;
    bool older = ma_revision_best(versions, false);
    if (!ma_value_is_array(versions) || (!ours && older && !modern->pinned))
        return MCPAUTH_OK;
    if (!ours)
        return ma_revision_refuse(
            versions, modern->pinned ? modern->spoken : NULL, err);
    ma_span instructions = ma_value_member(result, "instructions");
    out_server->version = modern->spoken->name;
    out_server->info = find_info(result);
    out_server->capabilities = ma_era_object_member(result, "capabilities");
    if (ma_value_is_string(instructions))
        out_server->instructions = instructions;
    return MCPAUTH_OK;
}

/* T-070, T-072, T-073: three codes are this era's own; whatever else is said
 * instead of an answer, an older server may have said it. */
static ma_era_verdict judge_refusal(void *state, const ma_exchange_event *event)
{
    modern_state *modern = state;
    ma_span supported = ma_value_member(event->message.data, "supported");
    if (event->kind == MA_EXCHANGE_REFUSED)
        return event->http_status / 100 == 4 ? MA_ERA_OLDER : MA_ERA_FAILED;
    switch (event->message.code) {
    case MA_ENVELOPE_UNSUPPORTED_VERSION:
        if (!modern->asked_twice &&
            ma_revision_best(supported, true) == modern->spoken) {
            modern->asked_twice = true;
            return MA_ERA_AGAIN;
        }
        return ma_revision_best(supported, false) ? MA_ERA_OLDER
                                                  : MA_ERA_FAILED;
    case MA_ENVELOPE_HEADER_MISMATCH:
    case MA_ENVELOPE_MISSING_CAPABILITY:
        return MA_ERA_FAILED;
    default:
        return event->http_status / 100 == 5 ? MA_ERA_FAILED : MA_ERA_OLDER;
    }
}

/* --- every message ------------------------------------------------------- */

static mcpauth_status write_params(
    const void *state, ma_span params, ma_buf *to, mcpauth_error *err)
{
    const modern_state *modern = state;
    ma_buf_add_text(to, ",\"params\":");
    mcpauth_status st =
        ma_params_write_meta(to, params, ma_buf_span(&modern->meta), err);
    return st ? st : ma_buf_status(to, "the message", err);
}

static mcpauth_status add_name(
    ma_span name, mcpauth_headers *to, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(FIELD_MAX);
    MA_SCOPED(ma_buf) value = ma_buf_init(FIELD_MAX);
    if (!ma_value_write_text(&text, name))
        return MCPAUTH_OK;
    ma_fieldvalue_write(&value, ma_buf_span(&text));
    mcpauth_status st = ma_buf_status(&text, "Mcp-Name", err);
    if (!st)
        st = ma_buf_status(&value, "Mcp-Name", err);
    return st ? st
              : mcpauth_headers_add(to, "Mcp-Name", ma_buf_text(&value), err);
}

static mcpauth_status add_headers(const void *state,
    const ma_session_call *message, mcpauth_headers *to, mcpauth_error *err)
{
    const modern_state *modern = state;
    const char *method = message->method;
    mcpauth_status st = mcpauth_headers_add(
        to, "MCP-Protocol-Version", modern->spoken->name, err);
    if (!st && method)
        st = mcpauth_headers_add(to, "Mcp-Method", method, err);
    if (!st && method)
        st = add_name(ma_method_name(method, message->params), to, err);
    return st ? st : ma_headers_append(to, message->fields, err);
}

static void set_rules(const void *state, ma_exchange_rules *rules)
{
    (void)state;
    (void)rules;
}

const ma_era ma_modern_era = {
    .opening = "server/discover",
    .channel = MA_SESSION_CHANNEL_SUBSCRIPTION,
    .speaks = speaks,
    .new = new_state,
    .free = free_state,
    .reset = reset,
    .write_opening = write_opening,
    .read_opening = read_opening,
    .judge_refusal = judge_refusal,
    .write_params = write_params,
    .add_headers = add_headers,
    .set_rules = set_rules,
};
