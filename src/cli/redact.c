/* redact.c - the two nets. */
#include "cli/redact.h"

#include <string.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "base/form.h"
#include "base/headers.h"
#include "base/json.h"
#include "base/url.h"
#include "mcp/sse.h"
#include "mcp/value.h"

/* Shorter values stand in texts by chance. */
enum { KNOWN_MIN = 6, EVENT_MAX = 1024 * 1024 };

#define MASK "[masked]"

/* --- by value ------------------------------------------------------------ */

void ma_redact_done(ma_redact *seen)
{
    for (size_t i = 0; i < seen->count; i++)
        ma_secret_free(seen->known[i]);
    ma_free(seen->known);
    *seen = (ma_redact){0};
}

static bool is_known(const ma_redact *seen, ma_span value)
{
    for (size_t i = 0; i < seen->count; i++)
        if (ma_secret_is(seen->known[i], value))
            return true;
    return false;
}

static void learn_exactly(ma_redact *seen, ma_span value)
{
    if (value.len < KNOWN_MIN || is_known(seen, value))
        return;
    MA_AUTO(ma_secret) secret = ma_secret_new(value);
    ma_secret **known =
        ma_realloc(seen->known, (seen->count + 1) * sizeof *known);
    if (known)
        seen->known = known;
    if (!known || !secret) {
        seen->failed = MCPAUTH_E_NOMEM;
        return;
    }
    seen->known[seen->count++] = ma_move(&secret);
}

typedef void encode_fn(ma_buf *to, ma_span bytes);

/* Also as it looks in a query, a path, and a Basic credential. */
static void learn(ma_redact *seen, ma_span value)
{
    static encode_fn *const encodings[] = {ma_form_write_value,
        ma_url_write_escaped, ma_base64_write, ma_base64_write_url};
    learn_exactly(seen, value);
    for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++) {
        MA_SCOPED(ma_buf) encoded = ma_buf_init(3 * value.len + 4);
        encodings[i](&encoded, value);
        if (encoded.failed)
            seen->failed = encoded.failed;
        learn_exactly(seen, ma_buf_span(&encoded));
    }
}

/* The length of the longest known value that text begins with. */
static size_t match_known(const ma_redact *seen, ma_span text)
{
    size_t longest = 0;
    for (size_t i = 0; i < seen->count; i++) {
        ma_span known = ma_secret_span(seen->known[i]);
        if (known.len > longest && known.len <= text.len &&
            !memcmp(known.at, text.at, known.len))
            longest = known.len;
    }
    return longest;
}

void ma_redact_text(const ma_redact *seen, ma_span text, ma_buf *to)
{
    MA_SCOPED(ma_buf) masked = ma_buf_init(2 * text.len + sizeof MASK);
    while (text.len > 0) {
        size_t len = match_known(seen, text);
        if (len > 0)
            ma_buf_add_text(&masked, MASK);
        else
            ma_buf_add_byte(&masked, *text.at);
        len = len > 0 ? len : 1;
        text = ma_span_make(text.at + len, text.len - len);
    }
    ma_json_write_string(to, ma_buf_span(&masked));
}

/* Appends the fingerprint, without quotes. */
static void hide(ma_redact *seen, const char *kind, ma_span value, ma_buf *to)
{
    char fingerprint[MA_FINGERPRINT_MAX];
    MA_AUTO(ma_secret) secret = ma_secret_new(value);
    learn(seen, value);
    if (!secret)
        return;
    ma_secret_fingerprint(secret, kind, fingerprint);
    ma_buf_add_text(to, fingerprint);
}

static void hide_quoted(ma_redact *seen, ma_span value, ma_buf *to)
{
    ma_buf_add_byte(to, '"');
    hide(seen, "value", value, to);
    ma_buf_add_byte(to, '"');
}

/* --- by name: header fields and parameters ------------------------------- */

static bool is_listed(ma_span name, const char *const *list)
{
    for (; *list; list++)
        if (ma_span_is_nocase(name, *list))
            return true;
    return false;
}

static const char *const harmless_fields[] = {"Accept", "Allow",
    "Cache-Control", "Connection", "Content-Length", "Content-Type", "Date",
    "Host", "Keep-Alive", "Last-Event-ID", "MCP-Protocol-Version", "Mcp-Method",
    "Mcp-Name", "Retry-After", "Server", "Transfer-Encoding", "User-Agent",
    "Via", "WWW-Authenticate", "X-Amz-Target", "X-Amzn-ErrorType",
    "X-Amzn-RequestId", NULL};

static const char *const harmless_parameters[] = {"audience", "client_id",
    "client_assertion_type", "code_challenge_method", "error",
    "error_description", "error_uri", "grant_type", "iss", "prompt",
    "qualifier", "redirect_uri", "resource", "response_mode", "response_type",
    "scope", "token_type_hint", NULL};

/* A Basic credential may come back taken apart. */
static void learn_basic(ma_redact *seen, ma_span credential)
{
    MA_SCOPED(ma_buf) pair = ma_buf_init(credential.len + 4);
    if (!ma_base64_read(&pair, credential))
        return;
    ma_span secret = ma_buf_span(&pair);
    ma_span_cut(&secret, ':');
    if (!secret.at)
        return;
    learn(seen, secret);
    MA_SCOPED(ma_buf) field = ma_buf_init(secret.len + sizeof "s=");
    ma_buf_addf(&field, "s=%.*s", (int)secret.len, secret.at);
    MA_SCOPED(ma_buf) decoded = ma_buf_init(secret.len + 1);
    if (ma_form_find(ma_buf_span(&field), "s", &decoded) == 1)
        learn(seen, ma_buf_span(&decoded));
}

static void write_credential(ma_redact *seen, ma_span value, ma_buf *to)
{
    ma_span rest = value;
    ma_span scheme = ma_span_cut(&rest, ' ');
    if (!rest.at) {
        hide_quoted(seen, value, to);
        return;
    }
    if (ma_span_is_nocase(scheme, "Basic"))
        learn_basic(seen, rest);
    ma_buf_addf(to, "\"%s ",
        ma_span_is_nocase(scheme, "Bearer")  ? "Bearer"
        : ma_span_is_nocase(scheme, "DPoP")  ? "DPoP"
        : ma_span_is_nocase(scheme, "Basic") ? "Basic"
                                             : "?");
    hide(seen, "token", rest, to);
    ma_buf_add_byte(to, '"');
}

static void write_field(
    ma_redact *seen, ma_span name, ma_span value, ma_buf *to)
{
    if (ma_span_is_nocase(name, "Authorization"))
        write_credential(seen, value, to);
    else if (ma_span_is_nocase(name, "Location"))
        ma_redact_url(seen, value, to);
    else if (is_listed(name, harmless_fields))
        ma_redact_text(seen, value, to);
    else
        hide_quoted(seen, value, to);
}

void ma_redact_headers(
    ma_redact *seen, const mcpauth_headers *headers, ma_buf *to)
{
    ma_buf_add_byte(to, '[');
    for (size_t i = 0; i < mcpauth_headers_count(headers); i++) {
        ma_span name = ma_span_of(mcpauth_headers_name(headers, i));
        ma_buf_add_text(to, i > 0 ? ",{\"name\":" : "{\"name\":");
        ma_json_write_string(to, name);
        ma_buf_add_text(to, ",\"value\":");
        write_field(
            seen, name, ma_span_of(mcpauth_headers_value(headers, i)), to);
        ma_buf_add_byte(to, '}');
    }
    ma_buf_add_byte(to, ']');
}

/* Appends one pair of a query, as it was or with its value replaced. */
static void write_pair(ma_redact *seen, ma_span pair, ma_buf *to)
{
    ma_span value = pair;
    ma_span name = ma_span_cut(&value, '=');
    if (!value.at || is_listed(name, harmless_parameters)) {
        ma_buf_add_span(to, pair);
        return;
    }
    ma_buf_add_span(to, name);
    ma_buf_add_byte(to, '=');
    hide(seen, "value", value, to);
}

void ma_redact_url(ma_redact *seen, ma_span url, ma_buf *to)
{
    MA_SCOPED(ma_buf) shown = ma_buf_init(SIZE_MAX / 2);
    ma_span fragment = url;
    ma_span query = ma_span_cut(&fragment, '#');
    ma_buf_add_span(&shown, ma_span_cut(&query, '?'));
    for (char before = '?'; query.at; before = '&') {
        ma_buf_add_byte(&shown, before);
        write_pair(seen, ma_span_cut(&query, '&'), &shown);
    }
    if (fragment.len > 0) {
        ma_buf_add_byte(&shown, '#');
        hide(seen, "value", fragment, &shown);
    }
    ma_redact_text(seen, ma_buf_span(&shown), to);
}

static void write_parameter(ma_redact *seen, ma_span pair, ma_buf *to)
{
    ma_span rest = pair;
    ma_span name = ma_span_cut(&rest, '=');
    MA_SCOPED(ma_buf) key = ma_buf_init(name.len);
    MA_SCOPED(ma_buf) value = ma_buf_init(pair.len);
    ma_buf_add_span(&key, name);
    ma_buf_add_text(to, "{\"name\":");
    ma_json_write_string(to, name);
    ma_buf_add_text(to, ",\"value\":");
    ma_form_find(pair, ma_buf_text(&key), &value);
    if (is_listed(name, harmless_parameters))
        ma_redact_text(seen, ma_buf_span(&value), to);
    else
        hide_quoted(seen, ma_buf_span(&value), to);
    ma_buf_add_byte(to, '}');
}

static void write_form(ma_redact *seen, ma_span body, ma_buf *to)
{
    for (char before = '['; body.at; before = ',') {
        ma_buf_add_byte(to, before);
        write_parameter(seen, ma_span_cut(&body, '&'), to);
    }
    ma_buf_add_byte(to, ']');
}

/* --- by name: JSON ------------------------------------------------------- */

static bool contains(ma_span text, const char *part)
{
    for (size_t len = strlen(part); text.len >= len; text.at++, text.len--)
        if (ma_span_is_nocase(ma_span_make(text.at, len), part))
            return true;
    return false;
}

/* token_endpoint and its like are about secrets, and are none. */
static bool is_secret_name(ma_span name)
{
    static const char *const smells[] = {"assertion", "authorization", "cookie",
        "credential", "passw", "secret", "session", "signature", "token",
        "verifier"};
    static const char *const secrets[] = {"apikey", "api_key", "code",
        "device_code", "nonce", "state", "user_code", NULL};
    static const char *const harmless[] = {"_endpoint", "_method", "_servers",
        "_supported", "_type", "_uri", "TokenType"};
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        if (ma_span_ends(name, harmless[i]))
            return false;
    for (size_t i = 0; i < sizeof smells / sizeof *smells; i++)
        if (contains(name, smells[i]))
            return true;
    return is_listed(name, secrets);
}

static void write_string(
    ma_redact *seen, ma_span value, bool secret, ma_buf *to)
{
    MA_SCOPED(ma_buf) said = ma_buf_init(value.len);
    ma_value_write_text(&said, value);
    ma_span text = ma_buf_span(&said);
    bool is_jwt = ma_span_starts(text, "eyJ");
    if (secret || is_jwt)
        hide_quoted(seen, text, to);
    else if (ma_span_starts(text, "https:") || ma_span_starts(text, "http:"))
        ma_redact_url(seen, text, to);
    else
        ma_redact_text(seen, text, to);
}

/* Appends the name of a member; true when it smells. */
static bool write_name(const ma_redact *seen, ma_span name, ma_buf *to)
{
    MA_SCOPED(ma_buf) said = ma_buf_init(name.len);
    ma_value_write_text(&said, name);
    ma_redact_text(seen, ma_buf_span(&said), to);
    ma_buf_add_byte(to, ':');
    return is_secret_name(ma_buf_span(&said));
}

/* value was parsed, so its depth is limited. */
static void write_json(ma_redact *seen, ma_span value, bool secret, ma_buf *to)
{
    bool object = ma_value_is_object(value);
    if (ma_value_is_string(value)) {
        write_string(seen, value, secret, to);
        return;
    }
    if (!object && !ma_value_is_array(value)) {
        ma_buf_add_span(to, value);
        return;
    }
    ma_value_walk walk = ma_value_walk_init(value);
    ma_span name, item;
    char before = object ? '{' : '[';
    for (; ma_value_walk_next(&walk, &name, &item); before = ',') {
        ma_buf_add_byte(to, before);
        bool is_secret = object && write_name(seen, name, to);
        write_json(seen, item, secret || is_secret, to);
    }
    if (before != ',')
        ma_buf_add_byte(to, before);
    ma_buf_add_byte(to, object ? '}' : ']');
}

/* --- bodies -------------------------------------------------------------- */

static void write_size(size_t len, ma_buf *to)
{
    ma_buf_addf(to, "{\"bytes\":%zu}", len);
}

/* What an MCP message is, without what it holds. */
static void write_summary(ma_redact *seen, ma_span message, ma_buf *to)
{
    static const char *const members[] = {"id", "method", "error"};
    ma_buf_add_text(to, "{\"jsonrpc\":\"2.0\"");
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        ma_span value = ma_value_member(message, members[i]);
        if (!value.at)
            continue;
        ma_buf_addf(to, ",\"%s\":", members[i]);
        write_json(seen, value, false, to);
    }
    ma_span result = ma_value_member(message, "result");
    if (result.at) {
        ma_buf_add_text(to, ",\"result\":");
        write_size(result.len, to);
    }
    ma_buf_add_byte(to, '}');
}

static void write_message(
    ma_redact *seen, ma_span value, bool whole, ma_buf *to)
{
    if (!whole && ma_value_member(value, "jsonrpc").at)
        write_summary(seen, value, to);
    else
        write_json(seen, value, false, to);
}

/* False, and nothing is appended, when text is not JSON. */
static bool write_document(
    ma_redact *seen, ma_span text, bool whole, ma_buf *to)
{
    ma_span value;
    if (ma_value_parse(text, &value, NULL))
        return false;
    if (!ma_value_is_array(value)) {
        write_message(seen, value, whole, to);
        return true;
    }
    ma_value_walk walk = ma_value_walk_init(value);
    ma_span name, item;
    ma_buf_add_byte(to, '[');
    for (bool first = true; ma_value_walk_next(&walk, &name, &item);
         first = false) {
        if (!first)
            ma_buf_add_byte(to, ',');
        write_message(seen, item, whole, to);
    }
    ma_buf_add_byte(to, ']');
    return true;
}

static void write_events(ma_redact *seen, ma_span body, bool whole, ma_buf *to)
{
    MA_AUTO(ma_sse) sse = NULL;
    const ma_sse_event *event = NULL;
    ma_buf_add_byte(to, '[');
    if (ma_sse_new(EVENT_MAX, 0, &sse, NULL) || ma_sse_feed(sse, body, NULL))
        seen->failed = MCPAUTH_E_NOMEM;
    bool first = true;
    while (!seen->failed && !ma_sse_next(sse, &event, NULL) && event) {
        if (!first)
            ma_buf_add_byte(to, ',');
        first = false;
        if (!write_document(seen, event->data, whole, to))
            write_size(event->data.len, to);
    }
    ma_buf_add_byte(to, ']');
}

void ma_redact_body(ma_redact *seen, const mcpauth_headers *headers,
    ma_span body, bool whole, ma_buf *to)
{
    if (body.len == 0)
        ma_buf_add_text(to, "null");
    else if (ma_headers_is_type(headers, "application/x-www-form-urlencoded"))
        write_form(seen, body, to);
    else if (ma_headers_is_type(headers, "text/event-stream"))
        write_events(seen, body, whole, to);
    else if (!write_document(seen, body, whole, to))
        write_size(body.len, to);
}
