/* legacy.c - initialize, Mcp-Session-Id and MCP-Protocol-Version. */
#include "mcp/legacy.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/headers.h"

enum { HELLO_MAX = 64 * 1024 };

typedef struct {
    const ma_revision *pinned; /* NULL: any of ours */
    const ma_revision *offered;
    const ma_revision *agreed; /* NULL until open */
    bool offered_twice;
    ma_secret *session_id; /* T-051: it opens what the user opened */
    ma_buf hello;          /* capabilities and clientInfo */
} legacy_state;

static bool speaks(const ma_revision *revision)
{
    return !revision->stateless;
}

/* T-010 */
static const ma_revision *newest(void)
{
    size_t position = 0;
    while (!speaks(ma_revision_at(position)))
        position++;
    return ma_revision_at(position);
}

/* --- life ---------------------------------------------------------------- */

static void reset(void *state)
{
    legacy_state *legacy = state;
    legacy->offered = legacy->pinned ? legacy->pinned : newest();
    legacy->agreed = NULL;
    legacy->offered_twice = false;
    ma_secret_free(ma_move(&legacy->session_id));
}

void ma_legacy_offer(void *state, const char *version)
{
    legacy_state *legacy = state;
    if (!legacy->pinned)
        legacy->offered = ma_revision_named(version);
}

static void free_state(void *state)
{
    legacy_state *legacy = state;
    if (!legacy)
        return;
    ma_secret_free(legacy->session_id);
    ma_buf_done(&legacy->hello);
    ma_free(legacy);
}
MA_AUTO_DEFINE(legacy_state, free_state)

static mcpauth_status new_state(
    const ma_session_options *options, void **out_state, mcpauth_error *err)
{
    MA_AUTO(legacy_state) legacy = ma_calloc(1, sizeof *legacy);
    if (!legacy)
        return ma_error_nomem(err);
    legacy->hello = ma_buf_init(HELLO_MAX);
    mcpauth_status st = ma_era_pinned(options, &legacy->pinned, err);
    if (!st)
        st = ma_era_write_client(
            options, "capabilities", "clientInfo", &legacy->hello, err);
    if (st)
        return st;
    reset(legacy);
    *out_state = ma_move(&legacy);
    return MCPAUTH_OK;
}

/* --- initialize ---------------------------------------------------------- */

static void write_opening(const void *state, ma_buf *to)
{
    const legacy_state *legacy = state;
    ma_buf_addf(to, "{\"protocolVersion\":\"%s\",", legacy->offered->name);
    ma_buf_add_span(to, ma_buf_span(&legacy->hello));
    ma_buf_add_byte(to, '}');
}

static mcpauth_status agree(
    legacy_state *legacy, ma_span theirs, mcpauth_error *err)
{
    const ma_revision *found = ma_revision_find(theirs);
    if (!ma_value_is_string(theirs))
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the MCP server's answer to initialize has no protocolVersion");
    if (!found || !speaks(found) || (legacy->pinned && found != legacy->pinned))
        return ma_revision_refuse(theirs, legacy->pinned, err);
    legacy->agreed = found;
    return MCPAUTH_OK;
}

static mcpauth_status check_session_id(ma_span id, mcpauth_error *err)
{
    bool legal = id.len > 0 && id.len <= MA_LEGACY_SESSION_ID_MAX;
    for (size_t i = 0; legal && i < id.len; i++)
        legal = id.at[i] >= 0x21 && id.at[i] <= 0x7E;
    if (legal)
        return MCPAUTH_OK;
    return ma_error_set(err, MCPAUTH_E_PROTOCOL,
        "the MCP server's session id is empty, longer than %d bytes, or holds "
        "a byte that is not visible ASCII",
        MA_LEGACY_SESSION_ID_MAX);
}

static mcpauth_status read_opening(void *state, ma_span result,
    const ma_secret *session_id, ma_session_peer *out_server,
    mcpauth_error *err)
{
    legacy_state *legacy = state;
    ma_span id = ma_secret_span(session_id);
    mcpauth_status st = session_id ? check_session_id(id, err) : MCPAUTH_OK;
    if (!st)
        st = ma_secret_set(&legacy->session_id, id, err);
    if (!st)
        st = agree(legacy, ma_value_member(result, "protocolVersion"), err);
    if (st)
        return st;
    ma_span instructions = ma_value_member(result, "instructions");
    out_server->version = legacy->agreed->name;
    out_server->info = ma_era_object_member(result, "serverInfo");
    out_server->capabilities = ma_era_object_member(result, "capabilities");
    if (ma_value_is_string(instructions))
        out_server->instructions = instructions;
    return MCPAUTH_OK;
}

/* T-011: -32602 may list what the server speaks; asked so once. */
static bool offer_another(legacy_state *legacy, const ma_envelope *error)
{
    const ma_revision *best =
        ma_revision_best(ma_value_member(error->data, "supported"), false);
    if (error->code != MA_ENVELOPE_INVALID_PARAMS || !best ||
        best == legacy->offered || legacy->pinned || legacy->offered_twice)
        return false;
    legacy->offered = best;
    legacy->offered_twice = true;
    return true;
}

/* T-170: these statuses are what a server without Streamable HTTP answers. */
static ma_era_verdict judge_refusal(void *state, const ma_exchange_event *event)
{
    int http_status = event->http_status;
    int64_t code = event->message.code;
    if (event->kind == MA_EXCHANGE_ERROR &&
        offer_another(state, &event->message))
        return MA_ERA_AGAIN;
    if (code <= MA_ENVELOPE_HEADER_MISMATCH &&
        code >= MA_ENVELOPE_UNSUPPORTED_VERSION)
        return MA_ERA_NEWER;
    return http_status == 400 || http_status == 404 || http_status == 405
               ? MA_ERA_OLDER
               : MA_ERA_FAILED;
}

/* --- every message ------------------------------------------------------- */

static mcpauth_status add_headers(const void *state,
    const ma_session_call *message, mcpauth_headers *to, mcpauth_error *err)
{
    const legacy_state *legacy = state;
    mcpauth_status st = MCPAUTH_OK;
    (void)message;
    if (legacy->session_id)
        st = ma_headers_add(to, ma_span_of("Mcp-Session-Id"),
            ma_secret_span(legacy->session_id), err);
    if (!st && legacy->agreed && legacy->agreed->header)
        st = mcpauth_headers_add(
            to, "MCP-Protocol-Version", legacy->agreed->name, err);
    return st;
}

static void set_rules(const void *state, ma_exchange_rules *rules)
{
    const legacy_state *legacy = state;
    rules->batches = legacy->agreed && legacy->agreed->batches;
    rules->server_requests = true;
    rules->resumes = true;
    rules->in_session = legacy->session_id;
}

const ma_era ma_legacy_era = {
    .opening = "initialize",
    .opened = "notifications/initialized",
    .channel = MA_SESSION_CHANNEL_STREAM,
    .cancel_is_said = true,
    .speaks = speaks,
    .new = new_state,
    .free = free_state,
    .reset = reset,
    .write_opening = write_opening,
    .read_opening = read_opening,
    .judge_refusal = judge_refusal,
    .write_params = ma_era_write_plain_params,
    .add_headers = add_headers,
    .set_rules = set_rules,
};
