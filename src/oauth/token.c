/* token.c - a token read from its record. */
#include "oauth/token.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "oauth/config.h"
#include "oauth/record.h"
#include "oauth/resource.h"
#include "oauth/scope.h"
#include "oauth/wellknown.h"

/* A token is renewed this long before its end, or at half its life when that
 * is shorter. */
enum { MARGIN_MS = 60000 };

enum text {
    ISSUER,
    TRUSTED_ISSUER,
    RESOURCE,
    CLIENT_ID,
    SCOPE,
    REQUESTED_SCOPE,
    REVOCATION_ENDPOINT,
    ASSERTION_AUDIENCE,
    ASSERTION_ALG,
    TEXTS
};

static const char *const text_names[TEXTS] = {
    [ISSUER] = "issuer",
    [TRUSTED_ISSUER] = "trusted_issuer",
    [RESOURCE] = "resource",
    [CLIENT_ID] = "client_id",
    [SCOPE] = "scope",
    [REQUESTED_SCOPE] = "requested_scope",
    [REVOCATION_ENDPOINT] = "revocation_endpoint",
    [ASSERTION_AUDIENCE] = "assertion_audience",
    [ASSERTION_ALG] = "assertion_alg",
};

struct mcpauth_token {
    ma_secret *access;
    ma_secret *refresh;
    ma_secret *key; /* PEM; NULL: none */
    bool bound;
    bool identity;
    bool certified;
    char *texts[TEXTS];
    int64_t expires_at_ms;
    int64_t obtained_at_ms;
    mcpauth_mode mode;
    bool refused;
    unsigned char delay; /* of its renewal: 255 is half the margin */
};

static mcpauth_mode parse_mode(const char *name)
{
    if (name && !strcmp(name, mcpauth_mode_name(MCPAUTH_MODE_M2M)))
        return MCPAUTH_MODE_M2M;
    if (name && !strcmp(name, mcpauth_mode_name(MCPAUTH_MODE_PASSWORD)))
        return MCPAUTH_MODE_PASSWORD;
    if (name && !strcmp(name, mcpauth_mode_name(MCPAUTH_MODE_ENTERPRISE)))
        return MCPAUTH_MODE_ENTERPRISE;
    return MCPAUTH_MODE_INTERACTIVE;
}

/* There may be none. */
static mcpauth_status put_text(
    mcpauth_token *token, size_t which, const char *text, mcpauth_error *err)
{
    token->texts[which] = ma_strdup(text);
    return text && !token->texts[which] ? ma_error_nomem(err) : MCPAUTH_OK;
}

static mcpauth_status read_secrets(
    const ma_json *json, mcpauth_token *token, mcpauth_error *err)
{
    mcpauth_status st = ma_secret_set(
        &token->access, ma_span_of(ma_json_text(json, "access_token")), err);
    const char *refresh = ma_json_text(json, "refresh_token");
    if (!st && refresh)
        st = ma_secret_set(&token->refresh, ma_span_of(refresh), err);
    const char *key = ma_json_text(json, "dpop_key");
    if (!st && key)
        st = ma_secret_set(&token->key, ma_span_of(key), err);
    ma_span type = ma_span_of(ma_json_text(json, "token_type"));
    token->bound = ma_span_is_nocase(type, "DPoP");
    token->identity = ma_span_is_nocase(type, "N_A");
    return st;
}

mcpauth_status ma_token_from(
    const ma_json *json, mcpauth_token **out_token, mcpauth_error *err)
{
    const char *access = ma_json_text(json, "access_token");
    if (!access || !*access) {
        *out_token = NULL;
        return MCPAUTH_OK;
    }
    MA_AUTO(mcpauth_token) token = ma_calloc(1, sizeof *token);
    if (!token)
        return ma_error_nomem(err);
    mcpauth_status st = read_secrets(json, token, err);
    for (size_t i = 0; !st && i < TEXTS; i++)
        st = put_text(token, i, ma_json_text(json, text_names[i]), err);
    if (st)
        return st;
    token->expires_at_ms = ma_json_int(json, "expires_at_ms", 0);
    token->obtained_at_ms = ma_json_int(json, "obtained_at_ms", 0);
    token->mode = parse_mode(ma_json_text(json, "mode"));
    token->refused = ma_json_true(json, "refused");
    token->certified = ma_json_true(json, "certified");
    *out_token = ma_move(&token);
    return MCPAUTH_OK;
}

mcpauth_status mcpauth_token_parse(
    const mcpauth_record *record, mcpauth_token **out_token, mcpauth_error *err)
{
    MA_SCOPED(ma_record) parsed = {0};
    mcpauth_status st =
        ma_record_parse(ma_span_make(record->bytes, record->len), &parsed, err);
    if (st == MCPAUTH_E_PROTOCOL)
        return ma_error_in(err, MCPAUTH_E_STORE, "reading a stored token");
    if (st)
        return st;
    return ma_record_token(&parsed, out_token, err);
}

void mcpauth_token_free(mcpauth_token *token)
{
    if (!token)
        return;
    ma_secret_free(token->access);
    ma_secret_free(token->refresh);
    ma_secret_free(token->key);
    for (size_t i = 0; i < TEXTS; i++)
        ma_free(token->texts[i]);
    ma_free(token);
}

mcpauth_status ma_token_dup(
    const mcpauth_token *token, mcpauth_token **out_token, mcpauth_error *err)
{
    MA_AUTO(mcpauth_token) copy = ma_calloc(1, sizeof *copy);
    if (!copy)
        return ma_error_nomem(err);
    copy->expires_at_ms = token->expires_at_ms;
    copy->obtained_at_ms = token->obtained_at_ms;
    copy->mode = token->mode;
    copy->refused = token->refused;
    copy->bound = token->bound;
    copy->identity = token->identity;
    copy->delay = token->delay;
    mcpauth_status st =
        ma_secret_set(&copy->access, ma_secret_span(token->access), err);
    if (!st && token->refresh)
        st = ma_secret_set(&copy->refresh, ma_secret_span(token->refresh), err);
    if (!st && token->key)
        st = ma_secret_set(&copy->key, ma_secret_span(token->key), err);
    for (size_t i = 0; !st && i < TEXTS; i++)
        st = put_text(copy, i, token->texts[i], err);
    if (st)
        return st;
    *out_token = ma_move(&copy);
    return MCPAUTH_OK;
}

const char *mcpauth_token_access(const mcpauth_token *token)
{
    return ma_secret_text(token->access);
}

ma_span ma_token_access_span(const mcpauth_token *token)
{
    return ma_secret_span(token->access);
}

const ma_secret *ma_token_refresh(const mcpauth_token *token)
{
    return token->refresh;
}

bool ma_token_is_bound(const mcpauth_token *token)
{
    return token->bound;
}

const ma_secret *ma_token_key(const mcpauth_token *token)
{
    return token->key;
}

bool ma_token_is_identity(const mcpauth_token *token)
{
    return token->identity;
}

const char *mcpauth_token_type(const mcpauth_token *token)
{
    return token->identity ? "N_A" : token->bound ? "DPoP" : "Bearer";
}

const char *mcpauth_token_issuer(const mcpauth_token *token)
{
    return token->texts[ISSUER];
}

const char *mcpauth_token_resource(const mcpauth_token *token)
{
    return token->texts[RESOURCE];
}

const char *mcpauth_token_client_id(const mcpauth_token *token)
{
    return token->texts[CLIENT_ID];
}

const char *mcpauth_token_scope(const mcpauth_token *token)
{
    return token->texts[SCOPE];
}

const char *ma_token_trusted_issuer(const mcpauth_token *token)
{
    return token->texts[TRUSTED_ISSUER];
}

const char *ma_token_requested_scope(const mcpauth_token *token)
{
    return token->texts[REQUESTED_SCOPE];
}

const char *ma_token_revocation_endpoint(const mcpauth_token *token)
{
    return token->texts[REVOCATION_ENDPOINT];
}

bool ma_token_certified(const mcpauth_token *token)
{
    return token->certified;
}

const char *ma_token_assertion_audience(const mcpauth_token *token)
{
    return token->texts[ASSERTION_AUDIENCE];
}

const char *ma_token_assertion_alg(const mcpauth_token *token)
{
    return token->texts[ASSERTION_ALG];
}

mcpauth_mode mcpauth_token_mode(const mcpauth_token *token)
{
    return token->mode;
}

int64_t mcpauth_token_expires_at_ms(const mcpauth_token *token)
{
    return token->expires_at_ms;
}

int64_t mcpauth_token_obtained_at_ms(const mcpauth_token *token)
{
    return token->obtained_at_ms;
}

bool mcpauth_token_renewable(const mcpauth_token *token)
{
    return token->refresh || token->mode == MCPAUTH_MODE_M2M ||
           token->mode == MCPAUTH_MODE_ENTERPRISE;
}

bool ma_token_refused(const mcpauth_token *token)
{
    return token->refused;
}

void ma_token_mark_refused(mcpauth_token *token)
{
    token->refused = true;
}

bool ma_token_expired(const mcpauth_token *token, int64_t now_ms)
{
    return token->expires_at_ms && token->expires_at_ms <= now_ms;
}

int64_t ma_token_fresh_until_ms(const mcpauth_token *token)
{
    if (!token->expires_at_ms)
        return INT64_MAX;
    bool lives = token->obtained_at_ms >= 0 &&
                 token->expires_at_ms > token->obtained_at_ms;
    int64_t half_ms =
        lives ? (token->expires_at_ms - token->obtained_at_ms) / 2 : 0;
    int64_t margin_ms = half_ms < MARGIN_MS ? half_ms : MARGIN_MS;
    return token->expires_at_ms - margin_ms +
           margin_ms / 2 * token->delay / 255;
}

void ma_token_delay_renewal(mcpauth_token *token, unsigned char delay)
{
    token->delay = delay;
}

bool mcpauth_token_fresh(
    const mcpauth_token *token, int64_t now_ms, int64_t min_valid_ms)
{
    if (!token->expires_at_ms)
        return true;
    if (now_ms >= ma_token_fresh_until_ms(token))
        return false;
    return token->expires_at_ms - now_ms > min_valid_ms;
}

/* --- whether it is the right one ------------------------------------------ */

static mcpauth_status judge_issuer(const mcpauth_config *config,
    const char *issuer, bool *out_fits, mcpauth_error *err)
{
    const char *url = ma_config_text(config, MA_CONFIG_DISCOVERY_URL);
    MA_SCOPED(ma_buf) configured = ma_buf_init(MA_URL_MAX);
    mcpauth_status st =
        url ? ma_wellknown_issuer_of(ma_span_of(url), &configured, err)
            : MCPAUTH_OK;
    *out_fits =
        !url || (issuer && ma_span_is(ma_buf_span(&configured), issuer));
    return st;
}

/* A test user is a person too: what a login with a password has brought serves
 * the runs after it, which would open a browser. */
static bool fits_mode(mcpauth_mode has, mcpauth_mode wanted)
{
    return has == wanted ||
           (has == MCPAUTH_MODE_PASSWORD && wanted == MCPAUTH_MODE_INTERACTIVE);
}

/* A bound one is of no use without its key, or where none is to be shown. */
static bool fits_possession(
    const mcpauth_token *token, const mcpauth_config *config)
{
    if (ma_config_is(config, MA_CONFIG_DPOP, "always"))
        return token->bound && token->key;
    return !token->bound ||
           (token->key && !ma_config_is(config, MA_CONFIG_DPOP, "never"));
}

/* It is of the mode, the client and the scope that the user named. */
static bool fits_settings(
    const mcpauth_token *token, const mcpauth_config *config)
{
    const char *client = ma_config_text(config, MA_CONFIG_CLIENT_ID);
    ma_span scope = ma_config_span(config, MA_CONFIG_SCOPE);
    ma_span requested = ma_span_of(token->texts[REQUESTED_SCOPE]);
    if (!fits_mode(token->mode, mcpauth_config_mode(config)) ||
        token->identity != ma_config_is_identity(config))
        return false;
    if (client &&
        (!token->texts[CLIENT_ID] || strcmp(client, token->texts[CLIENT_ID])))
        return false;
    if (!scope.len)
        return true;
    return token->mode == MCPAUTH_MODE_M2M ? ma_scope_same(requested, scope)
                                           : ma_scope_covers(requested, scope);
}

mcpauth_status ma_token_fits(const mcpauth_token *token,
    const mcpauth_config *config, bool *out_fits, mcpauth_error *err)
{
    bool fits = false;
    mcpauth_status st = judge_issuer(config, token->texts[ISSUER], &fits, err);
    if (st)
        return st;
    *out_fits = false;
    if (!fits || !token->texts[ISSUER] || !token->texts[RESOURCE] ||
        !fits_settings(token, config) || !fits_possession(token, config))
        return MCPAUTH_OK;
    return ma_resource_covers(ma_span_of(token->texts[RESOURCE]),
        ma_config_server(config), out_fits, err);
}
