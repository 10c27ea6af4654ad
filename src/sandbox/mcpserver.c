/* mcpserver.c - Streamable HTTP; what the messages mean is in features.c. */
#include "sandbox/mcpserver.h"

#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "sandbox/features.h"

enum { SESSION_MAX = 256, RETRY_AFTER_S = 1 };
enum { PARSE_ERROR = -32700, INVALID_REQUEST = -32600, PLAIN_ERROR = -32000 };

void ma_mcpserver_done(ma_mcpserver *server)
{
    ma_free(server->lost);
    *server = (ma_mcpserver){0};
}

static void refuse(ma_visit *visit, int status, int code, const char *message)
{
    ma_visit_json(visit, status,
        "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":%d,"
        "\"message\":\"%s\"}}",
        code, message);
}

/* --- sessions ------------------------------------------------------------ */

/* Starts one and says so. */
static void give_session(ma_mcpserver *server, ma_visit *visit)
{
    size_t len = (server->session_count + 1) * sizeof *server->lost;
    bool *lost = ma_realloc(server->lost, len);
    if (!lost) {
        visit->failed = MCPAUTH_E_NOMEM;
        return;
    }
    server->lost = lost;
    MA_SCOPED(ma_buf) id = ma_buf_init(SESSION_MAX);
    ma_signer_seal(&server->world->signer, server->session_kind,
        server->session_count, 0, &id);
    lost[server->session_count++] = false;
    ma_visit_set(visit, "Mcp-Session-Id", "%s", ma_buf_text(&id));
}

/* Where the session's mark is; NULL when there is no such session. */
static bool *find_session(const ma_mcpserver *server, const char *id)
{
    unsigned number = 0;
    unsigned unused = 0;
    bool ours = ma_signer_unseal(
        &server->world->signer, server->session_kind, id, &number, &unused);
    return ours && number < server->session_count && !server->lost[number]
               ? &server->lost[number]
               : NULL;
}

/* Answers and returns false when the session will not do. */
static bool check_session(const ma_mcpserver *server, ma_visit *visit)
{
    const char *id = ma_visit_field(visit, "Mcp-Session-Id");
    if (server->sessions == MA_SESSIONS_NONE)
        return true;
    if (!id && server->sessions == MA_SESSIONS_ASSIGNED)
        return true;
    if (!id) {
        refuse(visit, 400, PLAIN_ERROR, "Bad Request: Missing session ID");
        return false;
    }
    bool *lost = find_session(server, id);
    if (lost && !*lost)
        return true;
    refuse(visit, 404, INVALID_REQUEST, "Session not found");
    return false;
}

/* The answer carries the session it belongs to. */
static void tell_session(ma_mcpserver *server, ma_visit *visit, bool fresh)
{
    const char *id = ma_visit_field(visit, "Mcp-Session-Id");
    if (server->sessions == MA_SESSIONS_NONE)
        return;
    if (fresh || !id)
        give_session(server, visit);
    else
        ma_visit_set(visit, "Mcp-Session-Id", "%s", id);
}

static void end_session(const ma_mcpserver *server, ma_visit *visit)
{
    if (!check_session(server, visit))
        return;
    const char *id = ma_visit_field(visit, "Mcp-Session-Id");
    bool *lost = id ? find_session(server, id) : NULL;
    if (lost)
        *lost = true;
    ma_visit_answer(visit, lost ? 200 : 405, NULL);
}

/* --- headers ------------------------------------------------------------- */

static bool mentions(const char *field, const char *type)
{
    return field && (strcasestr(field, type) || strstr(field, "*/*"));
}

/* T-020: both media types, always. */
static bool check_fields(const ma_mcpserver *server, ma_visit *visit)
{
    const char *accept = ma_visit_field(visit, "Accept");
    const char *version = ma_visit_field(visit, "MCP-Protocol-Version");
    if (!mentions(accept, "application/json") ||
        !mentions(accept, "text/event-stream")) {
        refuse(visit, 406, server->not_acceptable_code,
            "Not Acceptable: Client must accept both application/json and "
            "text/event-stream");
        return false;
    }
    if (!mentions(ma_visit_field(visit, "Content-Type"), "application/json")) {
        refuse(visit, 415, PLAIN_ERROR, "Unsupported Media Type");
        return false;
    }
    if (version && !ma_features_speaks(version)) {
        refuse(visit, 400, PLAIN_ERROR,
            "Bad Request: Unsupported protocol version (supported versions: "
            "2025-11-25, 2025-06-18, 2025-03-26)");
        return false;
    }
    return true;
}

/* --- messages ------------------------------------------------------------ */

/* The JSON text of the answer as the body, plain or as an event (T-022). */
static void wrap(
    const ma_mcpserver *server, const ma_buf *text, ma_visit *visit)
{
    if (!ma_faults_on(&server->world->faults, MA_FAULT_SSE)) {
        ma_visit_json(visit, 200, "%s", ma_buf_text(text));
        return;
    }
    ma_visit_answer(visit, 200, "text/event-stream");
    ma_visit_set(visit, "Cache-Control", "no-cache, no-transform");
    ma_buf_addf(
        &visit->reply, "event: message\ndata: %s\n\n", ma_buf_text(text));
}

/* What a fault answers instead of the server; NULL: nothing. */
static const char *find_trouble(ma_faults *faults)
{
    if (ma_faults_strike(faults, MA_FAULT_THROTTLED))
        return "\"error\":{\"code\":-32003,\"message\":"
               "\"Rate limit exceeded - Too many requests\"}";
    if (ma_faults_strike(faults, MA_FAULT_CONFLICT))
        return "\"error\":{\"code\":-32005,\"message\":"
               "\"Session operation in progress, please retry\"}";
    return NULL;
}

static void answer_request(ma_mcpserver *server, const ma_json *message,
    const char *method, ma_visit *visit)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(MA_VISIT_BODY_MAX);
    const char *trouble = find_trouble(&server->world->faults);
    ma_buf_add_text(&text, "{\"jsonrpc\":\"2.0\",\"id\":");
    ma_json_write(&text, ma_json_get(message, "id"));
    ma_buf_add_byte(&text, ',');
    if (trouble)
        ma_buf_add_text(&text, trouble);
    else
        ma_features_write(server->tool_prefix, method,
            ma_json_get_object(message, "params"), &text);
    ma_buf_add_byte(&text, '}');
    wrap(server, &text, visit);
    visit->place = MA_PLACE_MCP;
}

static void lose_session(const ma_mcpserver *server, const ma_visit *visit)
{
    const char *id = ma_visit_field(visit, "Mcp-Session-Id");
    bool *lost = id ? find_session(server, id) : NULL;
    if (lost && ma_faults_strike(&server->world->faults, MA_FAULT_SESSION_LOST))
        *lost = true;
}

static void answer_message(
    ma_mcpserver *server, const ma_json *message, ma_visit *visit)
{
    const char *method = ma_json_text(message, "method");
    bool request = method && ma_json_get(message, "id");
    bool fresh = method && !strcmp(method, "initialize");
    if (method)
        ma_visit_note(visit, "rpc", ma_span_of(method));
    if (request && !fresh)
        lose_session(server, visit);
    if (!fresh && !check_session(server, visit))
        return;
    if (request)
        answer_request(server, message, method, visit);
    else
        ma_visit_answer(visit, 202, NULL);
    tell_session(server, visit, fresh);
}

static void answer_post(ma_mcpserver *server, ma_visit *visit)
{
    MA_AUTO(ma_json) message = NULL;
    if (!check_fields(server, visit))
        return;
    if (ma_json_parse(
            ma_buf_span(&visit->body), MA_JSON_MESSAGE_DEPTH, &message, NULL)) {
        refuse(visit, 400, PARSE_ERROR, "Parse error");
        return;
    }
    if (!ma_json_is_object(message)) {
        refuse(visit, 400, INVALID_REQUEST, "Invalid Request");
        return;
    }
    answer_message(server, message, visit);
}

/* --- endpoint ------------------------------------------------------------ */

static bool fails(ma_mcpserver *server, ma_visit *visit)
{
    ma_faults *faults = &server->world->faults;
    if (ma_faults_strike(faults, MA_FAULT_MCP_429)) {
        ma_visit_json(visit, 429, "{\"message\":\"Too Many Requests\"}");
        ma_visit_set(visit, "Retry-After", "%d", RETRY_AFTER_S);
        return true;
    }
    if (!ma_faults_strike(faults, MA_FAULT_MCP_5XX))
        return false;
    ma_visit_json(visit, 503, "{\"message\":\"Service Unavailable\"}");
    return true;
}

static void note_fields(ma_visit *visit)
{
    const char *version = ma_visit_field(visit, "MCP-Protocol-Version");
    const char *session = ma_visit_field(visit, "Mcp-Session-Id");
    if (version)
        ma_visit_note(visit, "protocol", ma_span_of(version));
    if (session)
        ma_visit_note(visit, "session", ma_span_of(session));
}

void ma_mcpserver_answer(ma_mcpserver *server, ma_visit *visit)
{
    note_fields(visit);
    if (fails(server, visit))
        return;
    if (!strcmp(visit->method, "POST")) {
        answer_post(server, visit);
        return;
    }
    if (!strcmp(visit->method, "DELETE")) {
        end_session(server, visit);
        return;
    }
    ma_visit_answer(visit, 405, NULL);
    ma_visit_set(visit, "Allow", "POST, DELETE");
}
