/* challenge.c - a tokenizer for lists of challenges (RFC 9110 11.6.1).
 *
 * A field is a list of elements between commas.  An element is a scheme, alone
 * or with a token68 or its first parameter behind it, or one more parameter of
 * the scheme before it.  What breaks the grammar spoils the challenge it stands
 * in; reading goes on at the next comma outside quotes. */
#include "oauth/challenge.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "oauth/scope.h"

enum parameter {
    RESOURCE_METADATA,
    SCOPE,
    ERROR,
    ERROR_DESCRIPTION,
    ERROR_URI,
    ALGS,
    REALM,
    PARAMETERS
};

static const char *const parameter_names[PARAMETERS] = {
    [RESOURCE_METADATA] = "resource_metadata",
    [SCOPE] = "scope",
    [ERROR] = "error",
    [ERROR_DESCRIPTION] = "error_description",
    [ERROR_URI] = "error_uri",
    [ALGS] = "algs",
    [REALM] = "realm",
};

enum scheme { OTHER, BEARER, DPOP };

/* The field, and the challenge that is open in it. */
typedef struct {
    ma_span rest;
    enum scheme scheme;
    bool token68; /* no parameter may follow */
    bool spoiled;
    char *values[PARAMETERS];
} reader;

static void drop_values(reader *in)
{
    for (size_t i = 0; i < PARAMETERS; i++) {
        ma_free(in->values[i]);
        in->values[i] = NULL;
    }
}
MA_SCOPED_DEFINE(reader, drop_values)

static void drop_shared(ma_challenge *challenge)
{
    ma_free(challenge->resource_metadata);
    ma_free(challenge->scope);
    ma_free(challenge->error);
    ma_free(challenge->error_description);
    ma_free(challenge->error_uri);
}

void ma_challenge_done(ma_challenge *challenge)
{
    drop_shared(challenge);
    ma_free(challenge->dpop_error);
    ma_free(challenge->dpop_algs);
    *challenge = (ma_challenge){0};
}

/* --- bytes --------------------------------------------------------------- */

static bool is_alnum(char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           (byte >= '0' && byte <= '9');
}

static bool is_token_byte(char byte)
{
    return is_alnum(byte) || (byte && strchr("!#$%&'*+-.^_`|~", byte));
}

static bool is_token68_byte(char byte)
{
    return is_alnum(byte) || (byte && strchr("-._~+/", byte));
}

static bool is_equals(char byte)
{
    return byte == '=';
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

static bool is_separator(char byte)
{
    return is_blank(byte) || byte == ',';
}

/* Takes the bytes that match from the front of *rest. */
static ma_span take_while(ma_span *rest, bool (*match)(char))
{
    size_t len = 0;
    while (len < rest->len && match(rest->at[len]))
        len++;
    ma_span taken = ma_span_make(rest->at, len);
    *rest = ma_span_make(rest->at + len, rest->len - len);
    return taken;
}

static char take_byte(ma_span *rest)
{
    char byte = *rest->at;
    *rest = ma_span_make(rest->at + 1, rest->len - 1);
    return byte;
}

static bool next_is(const ma_span *rest, char byte)
{
    return rest->len && *rest->at == byte;
}

static bool at_element_end(ma_span *rest)
{
    take_while(rest, is_blank);
    return !rest->len || *rest->at == ',';
}

/* --- values -------------------------------------------------------------- */

/* A byte that a quoted-string may hold, escaped or not (RFC 9110 5.6.4). */
static bool is_quotable(char byte)
{
    unsigned char c = (unsigned char)byte;
    return c == '\t' || (c >= 0x20 && c != 0x7f);
}

/* Takes what follows an opening quote, through the closing one, and appends it
 * unescaped.  False: no closing quote, or a control byte inside. */
static bool take_quoted(ma_span *rest, ma_buf *value)
{
    bool legal = true;
    while (rest->len) {
        char byte = take_byte(rest);
        if (byte == '"')
            return legal;
        if (byte == '\\' && rest->len)
            byte = take_byte(rest);
        legal = legal && is_quotable(byte);
        ma_buf_add_byte(value, byte);
    }
    return false;
}

/* Takes the value behind a '=' and checks that the element ends there. */
static bool take_value(ma_span *rest, ma_buf *value)
{
    take_while(rest, is_blank);
    if (!next_is(rest, '"')) {
        ma_buf_add_span(value, take_while(rest, is_token_byte));
        return value->len && at_element_end(rest);
    }
    take_byte(rest);
    return take_quoted(rest, value) && at_element_end(rest);
}

/* Gives up on the open challenge and goes on to the next comma. */
static void spoil(reader *in)
{
    ma_buf nowhere = ma_buf_init(0);
    in->spoiled = true;
    while (in->rest.len && *in->rest.at != ',')
        if (take_byte(&in->rest) == '"')
            take_quoted(&in->rest, &nowhere);
}

/* --- challenges ---------------------------------------------------------- */

/* Moves the values of the open challenge to *into, in place of what it has. */
static void move_values(reader *in, ma_challenge *into)
{
    drop_shared(into);
    into->resource_metadata = ma_move(&in->values[RESOURCE_METADATA]);
    into->scope = ma_move(&in->values[SCOPE]);
    into->error = ma_move(&in->values[ERROR]);
    into->error_description = ma_move(&in->values[ERROR_DESCRIPTION]);
    into->error_uri = ma_move(&in->values[ERROR_URI]);
}

static bool is_better(const reader *in, const ma_challenge *into)
{
    if (!into->bearer && !into->dpop)
        return true;
    if (into->resource_metadata || in->values[RESOURCE_METADATA])
        return !into->resource_metadata;
    bool said = into->scope || into->error;
    return !said && (in->values[SCOPE] || in->values[ERROR]);
}

static mcpauth_status keep_text(const char *text, char **at, mcpauth_error *err)
{
    if (*at || !text)
        return MCPAUTH_OK;
    *at = ma_strdup(text);
    return *at ? MCPAUTH_OK : ma_error_nomem(err);
}

/* What only DPoP says is kept whichever challenge is the better one. */
static mcpauth_status keep_dpop(
    const reader *in, ma_challenge *into, mcpauth_error *err)
{
    into->dpop = true;
    mcpauth_status st = keep_text(in->values[ERROR], &into->dpop_error, err);
    return st ? st : keep_text(in->values[ALGS], &into->dpop_algs, err);
}

static mcpauth_status keep_challenge(
    reader *in, ma_challenge *into, mcpauth_error *err)
{
    if (!ma_scope_valid(ma_span_of(in->values[SCOPE]))) {
        ma_free(in->values[SCOPE]);
        in->values[SCOPE] = NULL;
    }
    bool better = is_better(in, into);
    mcpauth_status st =
        in->scheme == DPOP ? keep_dpop(in, into, err) : MCPAUTH_OK;
    if (st)
        return st;
    if (better)
        move_values(in, into);
    into->bearer = into->bearer || in->scheme == BEARER;
    return MCPAUTH_OK;
}

/* Ends the open challenge: keeps what it says when it is usable. */
static mcpauth_status close_challenge(
    reader *in, ma_challenge *into, mcpauth_error *err)
{
    mcpauth_status st = in->scheme != OTHER && !in->spoiled
                            ? keep_challenge(in, into, err)
                            : MCPAUTH_OK;
    drop_values(in);
    in->scheme = OTHER;
    in->token68 = false;
    in->spoiled = false;
    return st;
}

/* Keeps one parameter of the open challenge; a second of that name spoils it.
 */
static mcpauth_status keep_parameter(
    reader *in, ma_span name, ma_buf *value, mcpauth_error *err)
{
    for (size_t i = 0; i < PARAMETERS; i++) {
        if (!ma_span_is_nocase(name, parameter_names[i]))
            continue;
        in->spoiled = in->spoiled || in->values[i];
        ma_free(in->values[i]);
        in->values[i] = ma_buf_take(value);
        return in->values[i] ? MCPAUTH_OK : ma_error_nomem(err);
    }
    return MCPAUTH_OK;
}

/* Reads a parameter whose name was taken and whose '=' comes next. */
static mcpauth_status read_parameter(
    reader *in, ma_span name, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) value = ma_buf_init(in->rest.len);
    take_byte(&in->rest);
    bool legal = take_value(&in->rest, &value);
    if (value.failed)
        return ma_error_nomem(err);
    if (legal && !in->token68)
        return keep_parameter(in, name, &value, err);
    spoil(in);
    return MCPAUTH_OK;
}

/* Whether what follows is `name = value`, and not a token68 such as abc==. */
static bool is_parameter(ma_span rest)
{
    if (!take_while(&rest, is_token_byte).len)
        return false;
    take_while(&rest, is_blank);
    if (!next_is(&rest, '='))
        return false;
    take_byte(&rest);
    take_while(&rest, is_blank);
    return rest.len && (*rest.at == '"' || is_token_byte(*rest.at));
}

/* Reads what stands behind a scheme, in the same element. */
static mcpauth_status read_first(reader *in, mcpauth_error *err)
{
    if (is_parameter(in->rest)) {
        ma_span name = take_while(&in->rest, is_token_byte);
        take_while(&in->rest, is_blank);
        return read_parameter(in, name, err);
    }
    in->token68 = take_while(&in->rest, is_token68_byte).len > 0;
    take_while(&in->rest, is_equals);
    if (!in->token68 || !at_element_end(&in->rest))
        spoil(in);
    return MCPAUTH_OK;
}

static enum scheme read_scheme(ma_span word)
{
    if (ma_span_is_nocase(word, "Bearer"))
        return BEARER;
    return ma_span_is_nocase(word, "DPoP") ? DPOP : OTHER;
}

static mcpauth_status read_element(
    reader *in, ma_challenge *into, mcpauth_error *err)
{
    ma_span word = take_while(&in->rest, is_token_byte);
    bool spaced = take_while(&in->rest, is_blank).len > 0;
    bool ended = at_element_end(&in->rest);
    if (word.len && next_is(&in->rest, '='))
        return read_parameter(in, word, err);
    if (!word.len || (!spaced && !ended)) {
        spoil(in);
        return MCPAUTH_OK;
    }
    mcpauth_status st = close_challenge(in, into, err);
    if (st)
        return st;
    in->scheme = read_scheme(word);
    return ended ? MCPAUTH_OK : read_first(in, err);
}

mcpauth_status ma_challenge_parse_field(
    ma_span field, ma_challenge *into, mcpauth_error *err)
{
    MA_SCOPED(reader) in = {.rest = field};
    while (take_while(&in.rest, is_separator), in.rest.len) {
        mcpauth_status st = read_element(&in, into, err);
        if (st)
            return st;
    }
    return close_challenge(&in, into, err);
}

mcpauth_status ma_challenge_parse(
    const mcpauth_headers *headers, ma_challenge *out, mcpauth_error *err)
{
    MA_SCOPED(ma_challenge) challenge = {0};
    for (size_t i = 0; i < mcpauth_headers_count(headers); i++) {
        ma_span name = ma_span_of(mcpauth_headers_name(headers, i));
        if (!ma_span_is_nocase(name, "WWW-Authenticate"))
            continue;
        ma_span field = ma_span_of(mcpauth_headers_value(headers, i));
        mcpauth_status st = ma_challenge_parse_field(field, &challenge, err);
        if (st)
            return st;
    }
    *out = challenge;
    challenge = (ma_challenge){0};
    return MCPAUTH_OK;
}
