/* complaint.c - an error, told in JSON-RPC. */
#include "bridge/complaint.h"

#include "base/json.h"

static int code_of(mcpauth_status status)
{
    switch (status) {
    case MCPAUTH_E_LOGIN_REQUIRED:
        return MA_COMPLAINT_LOGIN_REQUIRED;
    case MCPAUTH_E_REFUSED:
    case MCPAUTH_E_UNTRUSTED:
        return MA_COMPLAINT_REFUSED;
    case MCPAUTH_E_NETWORK:
        return MA_COMPLAINT_NETWORK;
    case MCPAUTH_E_TIMEOUT:
        return MA_COMPLAINT_TIMEOUT;
    case MCPAUTH_E_PROTOCOL:
    case MCPAUTH_E_UNSUPPORTED:
    case MCPAUTH_E_LIMIT:
        return MA_COMPLAINT_PROTOCOL;
    case MCPAUTH_E_HTTP:
    case MCPAUTH_E_RPC:
        return MA_COMPLAINT_HTTP;
    case MCPAUTH_E_CANCELLED:
        return MA_COMPLAINT_ENDED;
    default:
        return MA_COMPLAINT_FAILED;
    }
}

/* What hosts show is the message: so what to do next stands in it. */
static void write_message(ma_buf *to, const mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(64 * 1024);
    const char *hint = mcpauth_error_hint(err);
    ma_buf_addf(&text, "mcpauth: %s", mcpauth_error_message(err));
    if (hint)
        ma_buf_addf(&text, "; %s", hint);
    ma_json_write_string(to, ma_buf_span(&text));
}

static void write_member(ma_buf *to, const char *name, const char *text)
{
    if (!text)
        return;
    ma_buf_addf(to, ",\"%s\":", name);
    ma_json_write_string(to, ma_span_of(text));
}

static void write_data(
    ma_buf *to, mcpauth_status status, const mcpauth_error *err)
{
    const char *data = mcpauth_error_server_data(err);
    int http_status = mcpauth_error_http_status(err);
    ma_buf_add_text(to, "{\"status\":");
    ma_json_write_string(to, ma_span_of(mcpauth_status_name(status)));
    if (http_status)
        ma_buf_addf(to, ",\"http_status\":%d", http_status);
    write_member(to, "server_code", mcpauth_error_server_code(err));
    write_member(
        to, "server_description", mcpauth_error_server_description(err));
    if (data)
        ma_buf_addf(to, ",\"server_data\":%s", data);
    ma_buf_add_byte(to, '}');
}

static void write_head(ma_buf *to, ma_span id)
{
    ma_buf_add_text(to, "{\"jsonrpc\":\"2.0\",");
    if (!id.at)
        return;
    ma_buf_add_text(to, "\"id\":");
    ma_buf_add_span(to, id);
    ma_buf_add_byte(to, ',');
}

void ma_complaint_write(
    ma_buf *to, ma_span id, mcpauth_status status, const mcpauth_error *err)
{
    write_head(to, id);
    ma_buf_addf(to, "\"error\":{\"code\":%d,\"message\":", code_of(status));
    write_message(to, err);
    ma_buf_add_text(to, ",\"data\":");
    write_data(to, status, err);
    ma_buf_add_text(to, "}}");
}

void ma_complaint_write_plain(
    ma_buf *to, ma_span id, int code, const char *message)
{
    write_head(to, id);
    ma_buf_addf(to, "\"error\":{\"code\":%d,\"message\":", code);
    ma_json_write_string(to, ma_span_of(message));
    ma_buf_add_text(to, "}}");
}
