/* token.c - mcpauth token. */
#include <mcpauth/token.h>

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/key.h"
#include "cli/advice.h"
#include "cli/context.h"
#include "cli/moment.h"
#include "oauth/token.h"

enum { ANSWER_MAX = 512 * 1024, MIN_VALID_MAX = 31536000, THUMBPRINT_MAX = 64 };

/* --- formats ------------------------------------------------------------- */

static void write_raw(ma_buf *to, const mcpauth_token *token)
{
    ma_buf_add_text(to, mcpauth_token_access(token));
}

static void write_header(ma_buf *to, const mcpauth_token *token)
{
    ma_buf_addf(to, "Authorization: %s %s", mcpauth_token_type(token),
        mcpauth_token_access(token));
}

static void write_env(ma_buf *to, const mcpauth_token *token)
{
    ma_buf_add_text(to, "export MCPAUTH_ACCESS_TOKEN=");
    ma_advice_write_word(to, mcpauth_token_access(token));
}

/* Writes `"name":"value"`, the token itself never through a JSON library. */
static void write_member(ma_buf *to, const char *name, const char *value)
{
    ma_buf_addf(to, "\"%s\":", name);
    ma_json_write_string(to, ma_span_of(value));
}

static void write_expiry(
    ma_buf *to, const char *name, const mcpauth_token *token)
{
    char moment[MA_MOMENT_MAX];
    if (!mcpauth_token_expires_at_ms(token))
        return;
    ma_moment_write(mcpauth_token_expires_at_ms(token), moment);
    ma_buf_add_byte(to, ',');
    write_member(to, name, moment);
}

/* RFC 9449 6: by which key it is to be proved.  A key that cannot be read is as
 * none. */
static void write_binding(ma_buf *to, const mcpauth_token *token)
{
    MA_AUTO(ma_key) key = NULL;
    MA_SCOPED(ma_buf) thumbprint = ma_buf_init(THUMBPRINT_MAX);
    if (!ma_token_is_bound(token) ||
        ma_key_read(ma_secret_span(ma_token_key(token)), &key, NULL) ||
        ma_key_write_thumbprint(&thumbprint, key, NULL))
        return;
    ma_buf_add_text(to, ",\"cnf\":{");
    write_member(to, "jkt", ma_buf_text(&thumbprint));
    ma_buf_add_byte(to, '}');
}

static void write_json(ma_buf *to, const mcpauth_token *token)
{
    ma_buf_add_byte(to, '{');
    write_member(to, "access_token", mcpauth_token_access(token));
    ma_buf_add_byte(to, ',');
    write_member(to, "token_type", mcpauth_token_type(token));
    write_expiry(to, "expires_at", token);
    if (mcpauth_token_scope(token)) {
        ma_buf_add_byte(to, ',');
        write_member(to, "scope", mcpauth_token_scope(token));
    }
    ma_buf_add_byte(to, ',');
    write_member(to, "issuer", mcpauth_token_issuer(token));
    write_binding(to, token);
    ma_buf_add_byte(to, '}');
}

/* The headersHelper of Claude Code. */
static void write_headers_helper(ma_buf *to, const mcpauth_token *token)
{
    MA_SCOPED(ma_buf) value = ma_buf_init(ANSWER_MAX);
    ma_buf_addf(&value, "%s %s", mcpauth_token_type(token),
        mcpauth_token_access(token));
    ma_buf_add_byte(to, '{');
    write_member(to, "Authorization", ma_buf_text(&value));
    ma_buf_add_byte(to, '}');
}

/* client.authentication.k8s.io, for kubectl and its like. */
static void write_exec_credential(ma_buf *to, const mcpauth_token *token)
{
    ma_buf_add_byte(to, '{');
    write_member(to, "apiVersion", "client.authentication.k8s.io/v1");
    ma_buf_add_byte(to, ',');
    write_member(to, "kind", "ExecCredential");
    ma_buf_add_text(to, ",\"status\":{");
    write_member(to, "token", mcpauth_token_access(token));
    write_expiry(to, "expirationTimestamp", token);
    ma_buf_add_text(to, "}}");
}

typedef void format_fn(ma_buf *to, const mcpauth_token *token);

typedef struct {
    const char *name;
    format_fn *write;
    bool bearer; /* whoever reads it can send nothing else */
} format;

static const format formats[] = {
    {"raw", write_raw, false},
    {"header", write_header, false},
    {"json", write_json, false},
    {"env", write_env, false},
    {"headers-helper", write_headers_helper, true},
    {"exec-credential", write_exec_credential, true},
};

static mcpauth_status find_format(
    const ma_context *context, const format **out_format, mcpauth_error *err)
{
    const char *name = ma_options_text(context->options, MA_OPTION_FORMAT);
    if (!name)
        name = ma_context_json(context) ? "json" : "raw";
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (strcmp(formats[i].name, name) != 0)
            continue;
        *out_format = &formats[i];
        return MCPAUTH_OK;
    }
    return ma_error_set(err, MCPAUTH_E_USAGE, "--format must be one of: %s",
        ma_options_row(MA_OPTION_FORMAT)->choices);
}

/* --- command ------------------------------------------------------------- */

/* Every request with a bound token would be refused. */
static mcpauth_status refuse_bound(const format *as, mcpauth_error *err)
{
    mcpauth_status st = ma_error_set(err, MCPAUTH_E_UNSUPPORTED,
        "the token is bound to a key (DPoP) that stays here, and whoever reads "
        "--format %s cannot prove that key",
        as->name);
    ma_error_hint(err, "use mcpauth connect, which proves it, or --dpop never "
                       "where the server takes tokens without a key");
    return st;
}

static mcpauth_status answer(ma_context *context, const format *as,
    const mcpauth_token *token, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) text = ma_buf_init(ANSWER_MAX);
    if (!token)
        return ma_error_set(err, MCPAUTH_E_STATE,
            "the server asks for no login, so there is no token");
    if (as->bearer && ma_token_is_bound(token))
        return refuse_bound(as, err);
    as->write(&text, token);
    ma_buf_add_byte(&text, '\n');
    mcpauth_status st = ma_buf_status(&text, "the answer", err);
    if (!st)
        ma_context_write(context, ma_buf_span(&text));
    return st;
}

/* Whoever has a bound token needs a proof for each request, too, which nobody
 * can make beforehand. */
static void warn_if_bound(
    ma_context *context, const format *as, const mcpauth_token *token)
{
    if (ma_token_is_bound(token) && !as->bearer)
        ma_context_warn(context,
            "the token is bound to a key (DPoP) that stays here; it is of no "
            "use to other programs but through this one");
}

/* A new token is all there is, also when it does not live that long. */
static void warn_if_short(
    ma_context *context, const mcpauth_token *token, int64_t min_valid_ms)
{
    int64_t left_ms = mcpauth_token_expires_at_ms(token) - ma_clock_now_ms();
    if (mcpauth_token_expires_at_ms(token) && left_ms < min_valid_ms)
        ma_context_warn(context, "the token is good for %lld seconds only",
            (long long)(left_ms / 1000));
}

mcpauth_status ma_token_run(ma_context *context, mcpauth_error *err)
{
    const format *as = NULL;
    int64_t min_valid_s = 0;
    MA_AUTO(mcpauth_token) token = NULL;
    mcpauth_status st = find_format(context, &as, err);
    if (!st)
        st = ma_options_number(context->options, MA_OPTION_MIN_VALID, 0,
            MIN_VALID_MAX, &min_valid_s, err);
    if (!st)
        st = ma_context_choose(context, ma_context_word(context, 0), err);
    if (!st)
        st = ma_context_open_provider(context, MA_CONTEXT_ASK_IF_PRESENT, err);
    if (!st)
        st = mcpauth_provider_token(
            context->provider, min_valid_s * 1000, &token, err);
    if (!st && token)
        warn_if_short(context, token, min_valid_s * 1000);
    if (!st && token)
        warn_if_bound(context, as, token);
    return st ? st : answer(context, as, token, err);
}
