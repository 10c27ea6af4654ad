/* legacy.c - initialize, Mcp-Session-Id and MCP-Protocol-Version. */
#include "mcp/legacy.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/headers.h"
#include "base/json.h"
#include "base/quote.h"

enum { HELLO_MAX = 64 * 1024 };

typedef struct {
    const char *name;
    bool batches; /* T-005 */
    bool header;  /* T-055: MCP-Protocol-Version is defined */
} version;

/* Newest first; the first is offered (T-010). */
static const version versions[] = {
    {"2025-11-25", false, true},
    {"2025-06-18", false, true},
    {"2025-03-26", true, false},
    {"2024-11-05", true, false},
};

enum { VERSIONS = sizeof versions / sizeof *versions };

typedef struct {
    const version *pinned; /* NULL: any of ours */
    const version *offered;
    const version *agreed; /* NULL until open */
    bool offered_twice;
    ma_secret *session_id; /* T-051: it opens what the user opened */
    ma_buf hello;          /* capabilities and clientInfo */
} legacy_state;

static const version *find_version(ma_span name)
{
    for (size_t i = 0; i < VERSIONS; i++) {
        if (ma_value_says(name, versions[i].name))
            return &versions[i];
    }
    return NULL;
}

static const version *find_version_text(const char *name)
{
    for (size_t i = 0; i < VERSIONS; i++) {
        if (ma_span_is(ma_span_of(name), versions[i].name))
            return &versions[i];
    }
    return NULL;
}

/* --- life ---------------------------------------------------------------- */

static void reset(void *state)
{
    legacy_state *legacy = state;
    legacy->offered = legacy->pinned ? legacy->pinned : &versions[0];
    legacy->agreed = NULL;
    legacy->offered_twice = false;
    ma_secret_free(ma_move(&legacy->session_id));
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

static mcpauth_status write_hello(
    ma_buf *to, const ma_session_options *options, mcpauth_error *err)
{
    ma_span capabilities = ma_span_of("{}");
    if (options->capabilities.at &&
        (ma_value_parse(options->capabilities, &capabilities, NULL) ||
            !ma_value_is_object(capabilities)))
        return ma_error_set(err, MCPAUTH_E_USAGE,
            "the client's capabilities are not a JSON object");
    ma_buf_add_text(to, "\"capabilities\":");
    ma_buf_add_span(to, capabilities);
    ma_buf_add_text(to, ",\"clientInfo\":{\"name\":");
    ma_json_write_string(to, ma_span_of(options->client_name));
    ma_buf_add_text(to, ",\"version\":");
    ma_json_write_string(to, ma_span_of(options->client_version));
    ma_buf_add_text(to, "}");
    return ma_buf_status(to, "the client's introduction", err);
}

static mcpauth_status refuse_option(const char *name, mcpauth_error *err)
{
    MA_AUTO(ma_text) shown = ma_quote(ma_span_of(name));
    return ma_error_set(err, MCPAUTH_E_USAGE,
        "\"%s\" is no protocol version of MCP that this client speaks",
        shown ? shown : "?");
}

static mcpauth_status new_state(
    const ma_session_options *options, void **out_state, mcpauth_error *err)
{
    MA_AUTO(legacy_state) legacy = ma_calloc(1, sizeof *legacy);
    if (!legacy)
        return ma_error_nomem(err);
    legacy->hello = ma_buf_init(HELLO_MAX);
    legacy->pinned = find_version_text(options->protocol_version);
    if (options->protocol_version && !legacy->pinned)
        return refuse_option(options->protocol_version, err);
    mcpauth_status st = write_hello(&legacy->hello, options, err);
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

/* T-011: both sides are named. */
static mcpauth_status refuse_version(
    const legacy_state *legacy, ma_span theirs, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) ours = ma_buf_init(256);
    for (size_t i = 0; i < VERSIONS; i++) {
        if (!legacy->pinned || legacy->pinned == &versions[i])
            ma_buf_addf(&ours, "%s%s", ours.len ? ", " : "", versions[i].name);
    }
    MA_AUTO(ma_text) shown = ma_quote(theirs);
    return ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
        "the MCP server wants protocol version %s; this client speaks %s",
        shown ? shown : "?", ma_buf_text(&ours));
}

static mcpauth_status agree(
    legacy_state *legacy, ma_span theirs, mcpauth_error *err)
{
    const version *found = find_version(theirs);
    if (!ma_value_is_string(theirs))
        return ma_error_set(err, MCPAUTH_E_PROTOCOL,
            "the MCP server's answer to initialize has no protocolVersion");
    if (!found || (legacy->pinned && found != legacy->pinned))
        return refuse_version(legacy, theirs, err);
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

static ma_span object_member(ma_span object, const char *name)
{
    ma_span member = ma_value_member(object, name);
    return ma_value_is_object(member) ? member : ma_span_make(NULL, 0);
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
    out_server->info = object_member(result, "serverInfo");
    out_server->capabilities = object_member(result, "capabilities");
    if (ma_value_is_string(instructions))
        out_server->instructions = instructions;
    return MCPAUTH_OK;
}

/* T-011: -32602 may list what the server speaks; asked so once. */
static bool retry_opening(void *state, const ma_envelope *error)
{
    legacy_state *legacy = state;
    ma_span no_name, item;
    const version *best = NULL;
    ma_value_walk walk =
        ma_value_walk_init(ma_value_member(error->data, "supported"));
    while (ma_value_walk_next(&walk, &no_name, &item)) {
        const version *found = find_version(item);
        if (found && (!best || found < best))
            best = found;
    }
    if (error->code != MA_ENVELOPE_INVALID_PARAMS || !best ||
        best == legacy->offered || legacy->pinned || legacy->offered_twice)
        return false;
    legacy->offered = best;
    legacy->offered_twice = true;
    return true;
}

/* --- every message ------------------------------------------------------- */

static mcpauth_status add_headers(
    const void *state, mcpauth_headers *to, mcpauth_error *err)
{
    const legacy_state *legacy = state;
    mcpauth_status st = MCPAUTH_OK;
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
    rules->in_session = legacy->session_id;
}

const ma_era ma_legacy_era = {
    .opening = "initialize",
    .opened = "notifications/initialized",
    .new = new_state,
    .free = free_state,
    .reset = reset,
    .write_opening = write_opening,
    .read_opening = read_opening,
    .retry_opening = retry_opening,
    .add_headers = add_headers,
    .set_rules = set_rules,
};
