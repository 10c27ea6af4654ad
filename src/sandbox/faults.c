/* faults.c - the table, and the faults that spoil any document. */
#include "sandbox/faults.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

typedef enum {
    TAKES_NOTHING,
    TAKES_COUNT,
    TAKES_SECONDS,
    TAKES_TEXT,
    TAKES_PLACE
} takes;

typedef struct {
    const char *name;
    takes takes;
    int64_t number; /* when nothing is given */
    const char *help;
} fault_row;

static const char *const value_words[] = {
    [TAKES_COUNT] = "TIMES",
    [TAKES_SECONDS] = "SECONDS",
    [TAKES_TEXT] = "VALUE",
    [TAKES_PLACE] = "metadata|token|mcp",
};

static const char *const place_words[] = {
    [MA_PLACE_OTHER] = "",
    [MA_PLACE_METADATA] = "metadata",
    [MA_PLACE_TOKEN] = "token",
    [MA_PLACE_MCP] = "mcp",
};

/* clang-format off */
static const fault_row rows[MA_FAULTS] = {
    [MA_FAULT_EXPIRED_TOKEN] = {"expired-token", TAKES_NOTHING, 0,
        "access tokens have expired when they are issued"},
    [MA_FAULT_SHORT_LIFETIME] = {"short-lifetime", TAKES_SECONDS, 5,
        "access tokens live so long"},
    [MA_FAULT_EXPIRES_IN] = {"expires-in", TAKES_TEXT, 0,
        "token answers carry this JSON value as expires_in"},
    [MA_FAULT_TOKEN_TYPE] = {"token-type", TAKES_TEXT, 0,
        "token answers carry this text as token_type"},
    [MA_FAULT_ROTATE] = {"rotate", TAKES_NOTHING, 0,
        "Cognito rotates refresh tokens; reuse revokes the login"},
    [MA_FAULT_401_MISSING] = {"401-missing", TAKES_COUNT, 0,
        "the token is overlooked: 401 as for a request without one"},
    [MA_FAULT_401_CLAIM] = {"401-claim", TAKES_COUNT, 0,
        "every token is of the wrong client"},
    [MA_FAULT_403_ALWAYS] = {"403-always", TAKES_COUNT, 0,
        "403 with or without a token, and no challenge"},
    [MA_FAULT_403_MISSING] = {"403-missing", TAKES_NOTHING, 0,
        "a missing token gets 403 and no challenge, as in 2025"},
    [MA_FAULT_403_UNPARSABLE] = {"403-unparsable", TAKES_COUNT, 0,
        "no token can be parsed"},
    [MA_FAULT_403_INSUFFICIENT_SCOPE] = {"403-insufficient-scope", TAKES_COUNT,
        0, "every token lacks a scope"},
    [MA_FAULT_403_METHOD_MISMATCH] = {"403-method-mismatch", TAKES_COUNT, 0,
        "the server expects SigV4 instead of a token"},
    [MA_FAULT_MCP_429] = {"mcp-429", TAKES_COUNT, 0,
        "MCP servers answer 429 with Retry-After"},
    [MA_FAULT_MCP_5XX] = {"mcp-5xx", TAKES_COUNT, 0,
        "MCP servers answer 503"},
    [MA_FAULT_THROTTLED] = {"throttled", TAKES_COUNT, 1,
        "JSON-RPC error -32003 in HTTP 200, once"},
    [MA_FAULT_CONFLICT] = {"conflict", TAKES_COUNT, 1,
        "JSON-RPC error -32005 in HTTP 200, once"},
    [MA_FAULT_SESSION_LOST] = {"session-lost", TAKES_COUNT, 1,
        "404 for the session of the next request, once"},
    [MA_FAULT_SSE] = {"sse", TAKES_NOTHING, 0,
        "MCP servers answer with event streams instead of JSON"},
    [MA_FAULT_TOKEN_429] = {"token-429", TAKES_COUNT, 0,
        "token endpoints answer 429 with Retry-After"},
    [MA_FAULT_TOKEN_5XX] = {"token-5xx", TAKES_COUNT, 0,
        "token endpoints answer 503"},
    [MA_FAULT_REDIRECT_TOKEN] = {"redirect-token", TAKES_NOTHING, 0,
        "token endpoints redirect (307) to another origin"},
    [MA_FAULT_REFRESH_REFUSED] = {"refresh-refused", TAKES_COUNT, 0,
        "every refresh token gets invalid_grant"},
    [MA_FAULT_ECHO_SECRET] = {"echo-secret", TAKES_NOTHING, 0,
        "token errors repeat the secret they were sent"},
    [MA_FAULT_BASIC_ONLY] = {"basic-only", TAKES_NOTHING, 0,
        "token endpoints take no client_secret_post"},
    [MA_FAULT_POST_ONLY] = {"post-only", TAKES_NOTHING, 0,
        "token endpoints take no client_secret_basic"},
    [MA_FAULT_WRONG_STATE] = {"wrong-state", TAKES_NOTHING, 0,
        "the browser comes back with another state"},
    [MA_FAULT_WRONG_ISS] = {"wrong-iss", TAKES_NOTHING, 0,
        "the browser comes back with the iss of somebody else"},
    [MA_FAULT_REFUSED_LOGIN] = {"refused-login", TAKES_NOTHING, 0,
        "the browser comes back with access_denied"},
    [MA_FAULT_BAD_ISSUER] = {"bad-issuer", TAKES_NOTHING, 0,
        "discovery documents name another issuer"},
    [MA_FAULT_BAD_RESOURCE] = {"bad-resource", TAKES_NOTHING, 0,
        "resource metadata names another resource"},
    [MA_FAULT_MOVED_ISSUER] = {"moved-issuer", TAKES_NOTHING, 0,
        "resource metadata names another authorization server"},
    [MA_FAULT_NO_S256] = {"no-s256", TAKES_NOTHING, 0,
        "the standard server does not announce PKCE"},
    [MA_FAULT_NO_DOMAIN] = {"no-domain", TAKES_NOTHING, 0,
        "discovery documents name no endpoints"},
    [MA_FAULT_NO_REGISTRATION] = {"no-registration", TAKES_NOTHING, 0,
        "the standard server registers no clients"},
    [MA_FAULT_REDIRECT_METADATA] = {"redirect-metadata", TAKES_NOTHING, 0,
        "metadata is redirected (302) to another origin"},
    [MA_FAULT_SLOW] = {"slow", TAKES_SECONDS, 2,
        "every answer is that late"},
    [MA_FAULT_OVERSIZED] = {"oversized", TAKES_PLACE, 0,
        "documents are larger than anybody should read"},
    [MA_FAULT_TRUNCATED] = {"truncated", TAKES_PLACE, 0,
        "the connection breaks half-way through a document"},
    [MA_FAULT_HTML] = {"html", TAKES_PLACE, 0,
        "a login page with status 200 instead of a document"},
    [MA_FAULT_MALFORMED_JSON] = {"malformed-json", TAKES_PLACE, 0,
        "documents are not JSON, though they say so"},
};
/* clang-format on */

/* --- setting ------------------------------------------------------------- */

static ma_fault find_row(ma_span name)
{
    for (int i = 0; i < MA_FAULTS; i++)
        if (ma_span_is(name, rows[i].name))
            return (ma_fault)i;
    return MA_FAULTS;
}

static bool read_number(const char *text, int64_t *out)
{
    char *end = NULL;
    long long number = strtoll(text, &end, 10);
    if (end == text || *end || number < 1 || number > INT32_MAX)
        return false;
    *out = number;
    return true;
}

static bool is_place(const char *text)
{
    for (int i = MA_PLACE_METADATA; i <= MA_PLACE_MCP; i++)
        if (!strcmp(text, place_words[i]))
            return true;
    return false;
}

/* text NULL: nothing was given. */
static bool read_value(
    const fault_row *row, const char *text, ma_fault_state *out)
{
    *out = (ma_fault_state){.on = true, .number = row->number};
    if (!text)
        return row->takes != TAKES_TEXT;
    size_t len = strlen(text);
    if (len >= sizeof out->text)
        return false;
    memcpy(out->text, text, len + 1);
    if (row->takes == TAKES_COUNT || row->takes == TAKES_SECONDS)
        return read_number(text, &out->number);
    return row->takes == TAKES_TEXT ||
           (row->takes == TAKES_PLACE && is_place(text));
}

mcpauth_status ma_faults_set(
    ma_faults *faults, const char *word, mcpauth_error *err)
{
    ma_span rest = ma_span_of(word);
    ma_span name = ma_span_cut(&rest, '=');
    ma_fault fault = find_row(name);
    if (fault == MA_FAULTS) {
        mcpauth_status st =
            ma_error_set(err, MCPAUTH_E_USAGE, "the sandbox has no such fault");
        ma_error_hint(err, "mcpauth sandbox --list-faults names them");
        return st;
    }
    const fault_row *row = &rows[fault];
    ma_fault_state state;
    if (!read_value(row, rest.at, &state))
        return ma_error_set(err, MCPAUTH_E_USAGE, "the fault %s takes %s",
            row->name, row->takes ? value_words[row->takes] : "no value");
    faults->states[fault] = state;
    return MCPAUTH_OK;
}

void ma_faults_clear(ma_faults *faults)
{
    *faults = (ma_faults){0};
}

bool ma_faults_row(size_t index, ma_sandbox_word *out_word)
{
    if (index >= MA_FAULTS)
        return false;
    const fault_row *row = &rows[index];
    *out_word = (ma_sandbox_word){
        .name = row->name,
        .value = row->takes ? value_words[row->takes] : NULL,
        .help = row->help,
    };
    return true;
}

/* --- asking -------------------------------------------------------------- */

bool ma_faults_on(const ma_faults *faults, ma_fault fault)
{
    return faults->states[fault].on;
}

bool ma_faults_strike(ma_faults *faults, ma_fault fault)
{
    ma_fault_state *state = &faults->states[fault];
    if (!state->on)
        return false;
    if (state->number && --state->number == 0)
        state->on = false;
    return true;
}

int64_t ma_faults_seconds(const ma_faults *faults, ma_fault fault)
{
    return faults->states[fault].number;
}

const char *ma_faults_text(const ma_faults *faults, ma_fault fault)
{
    return faults->states[fault].text;
}

/* --- spoiling ------------------------------------------------------------ */

/* Past the caps of S-011: documents and token answers, messages. */
static size_t find_padding(ma_place place)
{
    return place == MA_PLACE_MCP ? 80u << 20 : 4u << 20;
}

static bool spoils(const ma_faults *faults, ma_fault fault, ma_place place)
{
    const char *only = ma_faults_text(faults, fault);
    return ma_faults_on(faults, fault) && place != MA_PLACE_OTHER &&
           (!*only || !strcmp(only, place_words[place]));
}

void ma_faults_spoil(ma_faults *faults, ma_visit *visit)
{
    if (ma_faults_on(faults, MA_FAULT_SLOW))
        visit->delay_ms = ma_faults_seconds(faults, MA_FAULT_SLOW) * 1000;
    if (spoils(faults, MA_FAULT_HTML, visit->place)) {
        ma_visit_answer(visit, 200, "text/html; charset=utf-8");
        ma_buf_add_text(&visit->reply, "<!DOCTYPE html><title>Sign in</title>"
                                       "<form><input name=password></form>\n");
    }
    if (spoils(faults, MA_FAULT_MALFORMED_JSON, visit->place))
        ma_buf_add_text(&visit->reply, ",}");
    if (spoils(faults, MA_FAULT_OVERSIZED, visit->place))
        visit->padding = find_padding(visit->place);
    visit->cut = spoils(faults, MA_FAULT_TRUNCATED, visit->place);
}
