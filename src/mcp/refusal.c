/* refusal.c - finds the server's own words, whoever wrote them. */
#include "mcp/refusal.h"

#include <inttypes.h>

#include "base/error.h"

enum { WORDS_MAX = 64 * 1024 };

/* The server's words: code may be empty, description is a string value. */
static void add_words(mcpauth_error *err, ma_span code, ma_span description)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(WORDS_MAX);
    ma_value_write_text(&text, description);
    ma_error_server(err, code, ma_buf_span(&text), ma_span_make(NULL, 0));
}

static void add_message_words(mcpauth_error *err, const ma_envelope *message)
{
    MA_SCOPED(ma_buf) code = ma_buf_init(32);
    ma_buf_addf(&code, "%" PRId64, message->code);
    add_words(err, ma_buf_span(&code), message->message);
    ma_error_data(err, message->data);
}

mcpauth_status ma_refusal_of_message(
    const ma_envelope *error, int http_status, mcpauth_error *err)
{
    mcpauth_status st = ma_error_set(
        err, MCPAUTH_E_RPC, "the MCP server answered with an error");
    ma_error_http_status(err, http_status);
    add_message_words(err, error);
    return st;
}

/* API Gateway, AgentCore and others answer {"message": ...}, OAuth proxies
 * {"error": ..., "error_description": ...}. */
static void add_body_words(mcpauth_error *err, ma_span body)
{
    static const char *const names[] = {
        "message", "Message", "error_description", "detail", "error"};
    ma_span value;
    ma_envelope message;
    if (!ma_envelope_parse(body, &message, NULL) &&
        message.kind == MA_ENVELOPE_ERROR) {
        add_message_words(err, &message);
        return;
    }
    if (ma_value_parse(body, &value, NULL))
        return;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        ma_span words = ma_value_member(value, names[i]);
        if (!ma_value_is_string(words))
            continue;
        add_words(err, ma_span_make(NULL, 0), words);
        return;
    }
}

static const char *advise(int http_status)
{
    switch (http_status) {
    case 404:
    case 405:
        return "check the path of the URL: there is no MCP endpoint at it";
    case 424:
        return "the server behind this address failed to start or to answer; "
               "its own log says why";
    case 429:
    case 503:
        return "try again later";
    default:
        return http_status / 100 == 3
                   ? "use the address that the server redirects to"
                   : NULL;
    }
}

mcpauth_status ma_refusal_of_status(
    const ma_refusal *refusal, mcpauth_error *err)
{
    int http_status = refusal->http_status;
    bool auth = http_status == 401 || http_status == 403;
    bool moved = http_status / 100 == 3 && refusal->location;
    mcpauth_status st =
        ma_error_set(err, auth ? MCPAUTH_E_REFUSED : MCPAUTH_E_HTTP,
            "the MCP server answered HTTP %d%s%s", http_status,
            moved ? ", a redirect that is not followed, to " : "",
            moved ? refusal->location : "");
    ma_error_http_status(err, http_status);
    add_body_words(err, refusal->body);
    if (advise(http_status))
        ma_error_hint(err, "%s", advise(http_status));
    return st;
}
