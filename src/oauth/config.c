/* config.c - settings of one MCP server, as a table of names and rules. */
#include "oauth/config.h"

#include <ctype.h>
#include <mcpauth/store.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/crypto.h"
#include "base/error.h"
#include "base/quote.h"
#include "oauth/alphabet.h"
#include "oauth/clientauth.h"
#include "oauth/clientdocument.h"
#include "oauth/quirks.h"
#include "oauth/scope.h"

/* Longest value of a setting. */
enum { VALUE_MAX = 16384, LOG_LINE_MAX = 1024 };

struct mcpauth_config {
    ma_secret *values[MA_CONFIG_COUNT];
    ma_url server;
    char *server_text;
    ma_key *private_key;
    char *account;
    const struct ma_password_grant *password_grant;
    bool identity;
    mcpauth_log_fn *log;
    void *log_ctx;
    mcpauth_random_fn *random;
    void *random_ctx;
    ma_config_variable_fn *variable;
    void *variable_ctx;
};

/* --- what a value may be -------------------------------------------------
 * Each check returns NULL, or what the value should have been. */

static const char *check_text(ma_span value)
{
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.at[i] < 0x20 || value.at[i] == 0x7f)
            return "a text without control characters";
    return NULL;
}

/* What is sent in a header (RFC 6749 A.1, A.2). */
static const char *check_visible(ma_span value)
{
    return ma_alphabet_vschar(value) ? NULL : "printable ASCII";
}

/* What is sent behind "Bearer " (RFC 6750 2.1). */
static const char *check_b64token(ma_span value)
{
    return ma_alphabet_b64token(value) ? NULL : "a bearer token";
}

static const char *check_url(ma_span value)
{
    return ma_url_valid(value) ? NULL : "an absolute http or https URL";
}

static const char *check_scope(ma_span value)
{
    return ma_scope_valid(value) ? NULL : "scope tokens with spaces between";
}

static const char *check_mode(ma_span value)
{
    bool known = ma_span_is(value, "auto") ||
                 ma_span_is(value, "interactive") || ma_span_is(value, "m2m") ||
                 ma_span_is(value, "password") ||
                 ma_span_is(value, "enterprise");
    return known ? NULL : "auto, interactive, m2m, password or enterprise";
}

static const char *check_auth(ma_span value)
{
    bool known = ma_span_is(value, "oauth") || ma_span_is(value, "sigv4") ||
                 ma_span_is(value, "none");
    return known ? NULL : "oauth, sigv4 or none";
}

/* It stands in a list of a header field. */
static const char *check_region(ma_span value)
{
    bool odd = false;
    for (size_t i = 0; i < value.len; i++)
        odd |= value.at[i] != '-' && !isalnum((unsigned char)value.at[i]);
    return odd ? "the name of an AWS region" : NULL;
}

static const char *check_policy(ma_span value)
{
    bool known = ma_span_is(value, "auto") || ma_span_is(value, "always") ||
                 ma_span_is(value, "never");
    return known ? NULL : "auto, always or never";
}

static const char *check_403(ma_span value)
{
    bool known = ma_span_is(value, "auto") || ma_span_is(value, "always");
    return known ? NULL : "auto or always";
}

static const char *check_match(ma_span value)
{
    bool known = ma_span_is(value, "prefix") || ma_span_is(value, "exact");
    return known ? NULL : "prefix or exact";
}

static const char *check_fallback(ma_span value)
{
    bool known = ma_span_is(value, "auto") || ma_span_is(value, "never");
    return known ? NULL : "auto or never";
}

static const char *check_true(ma_span value)
{
    bool known = ma_span_is(value, "true") || ma_span_is(value, "false");
    return known ? NULL : "true or false";
}

static const char *check_s256(ma_span value)
{
    return ma_span_is(value, "S256") ? NULL : "S256";
}

static const char *check_port(ma_span value)
{
    long port = 0;
    for (size_t i = 0; i < value.len && port <= 65535; i++) {
        if (value.at[i] < '0' || value.at[i] > '9')
            return "a port number, 0 to 65535";
        port = port * 10 + (value.at[i] - '0');
    }
    return port <= 65535 ? NULL : "a port number, 0 to 65535";
}

static const char *check_method(ma_span value)
{
    ma_clientauth_method method;
    MA_AUTO(ma_text) text = ma_strndup(value.at, value.len);
    if (text && ma_clientauth_parse(text, &method))
        return NULL;
    return "client_secret_basic, client_secret_post, private_key_jwt, "
           "tls_client_auth, self_signed_tls_client_auth or none";
}

static const char *check_alg(ma_span value)
{
    return ma_key_knows_alg(value) ? NULL
                                   : "ES256, EdDSA, Ed25519, RS256 or PS256";
}

static const char *check_audience(ma_span value)
{
    bool known = ma_span_is(value, "issuer") || ma_span_is(value, "endpoint");
    return known ? NULL : "issuer or endpoint";
}

/* It is read in whole, and by who knows more to say of it. */
static const char *check_key(ma_span value)
{
    (void)value;
    return NULL;
}

static const char *check_source(ma_span value)
{
    static const char *const kinds[] = {"file:", "env:", "command:"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (ma_span_starts(value, kinds[i]))
            return value.len > strlen(kinds[i]) ? check_text(value)
                                                : "more than its kind";
    return ma_url_valid(value)
               ? NULL
               : "file:PATH, env:NAME, command:WORDS or an http(s) URL";
}

static const char *check_field(ma_span value)
{
    ma_span name = ma_span_cut(&value, ':');
    return name.len && value.at && !check_text(value) ? NULL : "Name: value";
}

static const char *check_client_document(ma_span value)
{
    return ma_clientdocument_valid(value)
               ? NULL
               : "an https URL with a path, without fragment or dot segments";
}

static const char *check_provider(ma_span value)
{
    MA_AUTO(ma_text) text = ma_strndup(value.at, value.len);
    return text && ma_quirks_known(text) ? NULL : "the name of a provider row";
}

static const struct setting {
    const char *name;
    const char *(*check)(ma_span value);
    bool secret;
} settings[MA_CONFIG_COUNT] = {
    [MA_CONFIG_SERVER] = {"server", check_url, false},
    [MA_CONFIG_ACCOUNT] = {"account", check_text, false},
    [MA_CONFIG_AUTH] = {"auth", check_auth, false},
    [MA_CONFIG_MODE] = {"mode", check_mode, false},
    [MA_CONFIG_DISCOVERY_URL] = {"discovery_url", check_url, false},
    [MA_CONFIG_CLIENT_ID] = {"client_id", check_visible, false},
    [MA_CONFIG_CLIENT_SECRET] = {"client_secret", check_visible, true},
    [MA_CONFIG_PRIVATE_KEY] = {"private_key", check_key, true},
    [MA_CONFIG_CERTIFICATE] = {"certificate_file", check_text, false},
    [MA_CONFIG_CERTIFICATE_KEY] = {"certificate_key_file", check_text, false},
    [MA_CONFIG_ASSERTION] = {"assertion", check_source, false},
    [MA_CONFIG_ASSERTION_HEADER] = {"assertion_header", check_field, true},
    [MA_CONFIG_AUTH_METHOD] = {"token_endpoint_auth_method", check_method,
        false},
    [MA_CONFIG_AUTH_ALG] = {"token_endpoint_auth_signing_alg", check_alg,
        false},
    [MA_CONFIG_ASSERTION_AUDIENCE] = {"client_assertion_audience",
        check_audience, false},
    [MA_CONFIG_IDP_ISSUER] = {"idp_issuer", check_url, false},
    [MA_CONFIG_IDP_CLIENT_ID] = {"idp_client_id", check_visible, false},
    [MA_CONFIG_IDP_CLIENT_SECRET] = {"idp_client_secret", check_visible, true},
    [MA_CONFIG_IDP_SCOPE] = {"idp_scope", check_scope, false},
    [MA_CONFIG_DPOP] = {"dpop", check_policy, false},
    [MA_CONFIG_CLIENT_METADATA_URL] = {"client_metadata_url",
        check_client_document, false},
    [MA_CONFIG_SCOPE] = {"scope", check_scope, false},
    [MA_CONFIG_PROVIDER] = {"provider", check_provider, false},
    [MA_CONFIG_RESOURCE_POLICY] = {"resource_policy", check_policy, false},
    [MA_CONFIG_RESOURCE_METADATA] = {"resource_metadata", check_url, false},
    [MA_CONFIG_RESOURCE_MATCH] = {"resource_match", check_match, false},
    [MA_CONFIG_AUTHORIZATION_ENDPOINT] = {"authorization_endpoint", check_url,
        false},
    [MA_CONFIG_TOKEN_ENDPOINT] = {"token_endpoint", check_url, false},
    [MA_CONFIG_TRUSTED_ISSUER] = {"trusted_issuer", check_text, false},
    [MA_CONFIG_CODE_CHALLENGE_METHODS] = {"code_challenge_methods_supported",
        check_s256, false},
    [MA_CONFIG_CHALLENGE_403] = {"challenge_403", check_403, false},
    [MA_CONFIG_ORIGIN_FALLBACK] = {"origin_fallback", check_fallback, false},
    [MA_CONFIG_REDIRECT_URI] = {"redirect_uri", check_visible, false},
    [MA_CONFIG_CALLBACK_PORT] = {"callback_port", check_port, false},
    [MA_CONFIG_LOGIN_HINT] = {"login_hint", check_text, false},
    [MA_CONFIG_USERNAME] = {"username", check_text, false},
    [MA_CONFIG_PASSWORD] = {"password", check_text, true},
    [MA_CONFIG_CLIENT_NAME] = {"client_name", check_text, false},
    [MA_CONFIG_INITIAL_ACCESS_TOKEN] = {"initial_access_token", check_b64token,
        true},
    [MA_CONFIG_AWS_PROFILE] = {"aws_profile", check_text, false},
    [MA_CONFIG_AWS_REGION] = {"aws_region", check_region, false},
    [MA_CONFIG_ALLOW_HTTP] = {"allow_http", check_visible, false},
    [MA_CONFIG_ALLOW_PRIVATE] = {"allow_private", check_true, false},
};

/* --- life ---------------------------------------------------------------- */

mcpauth_config *mcpauth_config_new(void)
{
    return ma_calloc(1, sizeof(mcpauth_config));
}

void mcpauth_config_free(mcpauth_config *config)
{
    if (!config)
        return;
    for (int i = 0; i < MA_CONFIG_COUNT; i++)
        ma_secret_free(config->values[i]);
    ma_url_done(&config->server);
    ma_free(config->server_text);
    ma_key_free(config->private_key);
    ma_free(config->account);
    ma_free(config);
}

/* --- setting ------------------------------------------------------------- */

static int find_setting(const char *name)
{
    for (int i = 0; i < MA_CONFIG_COUNT; i++)
        if (!strcmp(settings[i].name, name))
            return i;
    return -1;
}

static mcpauth_status parse_server(
    mcpauth_config *config, ma_span value, mcpauth_error *err)
{
    MA_SCOPED(ma_url) server = {0};
    mcpauth_status st = ma_url_parse(value, &server, err);
    if (st)
        return ma_error_in(err, st, "server");
    MA_SCOPED(ma_buf) canonical = ma_buf_init(MA_URL_MAX);
    ma_url_write_canonical(&canonical, &server);
    st = ma_buf_status(&canonical, "the server's URL", err);
    if (st)
        return st;
    char *text = ma_buf_take(&canonical);
    if (!text)
        return ma_error_nomem(err);
    ma_free(config->server_text);
    config->server_text = text;
    ma_url_done(&config->server);
    config->server = server;
    memset(&server, 0, sizeof server);
    return MCPAUTH_OK;
}

static mcpauth_status read_key(
    mcpauth_config *config, ma_span value, mcpauth_error *err)
{
    ma_key *key = NULL;
    mcpauth_status st = ma_key_read(value, &key, err);
    if (st)
        return ma_error_in(
            err, st == MCPAUTH_E_NOMEM ? st : MCPAUTH_E_USAGE, "private_key");
    ma_key_free(config->private_key);
    config->private_key = key;
    return MCPAUTH_OK;
}

/* Who a workload is its assertion says, and which that is the place that it
 * comes from; a command or a URL is not for everybody to read. */
static mcpauth_status write_workload(
    const mcpauth_config *config, ma_buf *account, mcpauth_error *err)
{
    char digest[MA_SHA256_HEX];
    const char *client = ma_config_text(config, MA_CONFIG_CLIENT_ID);
    mcpauth_status st = ma_crypto_sha256_hex(
        ma_config_span(config, MA_CONFIG_ASSERTION), digest, err);
    if (!st)
        ma_buf_addf(account, "workload:%.16s%s%s", digest, client ? ":" : "",
            client ? client : "");
    return st;
}

static mcpauth_status write_machine(
    const mcpauth_config *config, ma_buf *account, mcpauth_error *err)
{
    const char *client = ma_config_text(config, MA_CONFIG_CLIENT_ID);
    if (ma_config_text(config, MA_CONFIG_ASSERTION))
        return write_workload(config, account, err);
    ma_buf_addf(account, "client:%s", client ? client : "");
    return MCPAUTH_OK;
}

/* The account part of the store's key.  A machine's token and a person's login
 * at one server must not overwrite each other. */
static mcpauth_status derive_account(mcpauth_config *config, mcpauth_error *err)
{
    const char *name = ma_config_text(config, MA_CONFIG_ACCOUNT);
    MA_SCOPED(ma_buf) account = ma_buf_init(3 * VALUE_MAX);
    mcpauth_status st = mcpauth_config_mode(config) == MCPAUTH_MODE_M2M
                            ? write_machine(config, &account, err)
                            : MCPAUTH_OK;
    if (st)
        return st;
    if (account.len && name)
        ma_buf_add_byte(&account, '/');
    ma_buf_add_text(&account, name ? name : account.len ? "" : "default");
    st = ma_buf_status(&account, "the account", err);
    if (st)
        return st;
    char *text = ma_buf_take(&account);
    if (!text)
        return ma_error_nomem(err);
    ma_free(config->account);
    config->account = text;
    return MCPAUTH_OK;
}

static mcpauth_status refuse_value(
    int setting, const char *value, const char *wanted, mcpauth_error *err)
{
    const char *name = settings[setting].name;
    MA_AUTO(ma_text)
    shown = settings[setting].secret ? NULL : ma_quote(ma_span_of(value));
    if (!shown)
        return ma_error_set(
            err, MCPAUTH_E_USAGE, "%s must be %s", name, wanted);
    return ma_error_set(err, MCPAUTH_E_USAGE, "%s must be %s, and is \"%s\"",
        name, wanted, shown);
}

mcpauth_status mcpauth_config_set(mcpauth_config *config, const char *name,
    const char *value, mcpauth_error *err)
{
    int setting = find_setting(name);
    if (setting < 0) {
        MA_AUTO(ma_text) shown = ma_quote(ma_span_of(name));
        return ma_error_set(err, MCPAUTH_E_USAGE, "there is no setting \"%s\"",
            shown ? shown : "");
    }
    ma_span span = ma_span_of(value);
    if (span.len > VALUE_MAX)
        return ma_error_set(err, MCPAUTH_E_LIMIT, "%s is longer than %d bytes",
            name, VALUE_MAX);
    const char *wanted = span.len ? settings[setting].check(span) : NULL;
    if (wanted)
        return refuse_value(setting, value, wanted, err);
    mcpauth_status st = MCPAUTH_OK;
    if (setting == MA_CONFIG_SERVER && span.len)
        st = parse_server(config, span, err);
    if (setting == MA_CONFIG_PRIVATE_KEY && span.len)
        st = read_key(config, span, err);
    if (!st)
        st = ma_secret_set(&config->values[setting],
            span.len ? span : (ma_span){NULL, 0}, err);
    if (!st)
        st = derive_account(config, err);
    return st;
}

/* --- asking -------------------------------------------------------------- */

const char *mcpauth_config_get(const mcpauth_config *config, const char *name)
{
    int setting = find_setting(name);
    if (setting < 0 || ma_config_is_secret(name))
        return NULL;
    return ma_secret_text(config->values[setting]);
}

bool mcpauth_config_has(const mcpauth_config *config, const char *name)
{
    int setting = find_setting(name);
    return setting >= 0 && config->values[setting];
}

bool ma_config_is_secret(const char *name)
{
    int setting = find_setting(name);
    return setting >= 0 && settings[setting].secret;
}

const char *ma_config_name(ma_config_setting setting)
{
    return settings[setting].name;
}

const char *ma_config_text(
    const mcpauth_config *config, ma_config_setting setting)
{
    return ma_secret_text(config->values[setting]);
}

ma_span ma_config_span(const mcpauth_config *config, ma_config_setting setting)
{
    return ma_secret_span(config->values[setting]);
}

bool ma_config_is(
    const mcpauth_config *config, ma_config_setting setting, const char *value)
{
    return config->values[setting] &&
           ma_span_is(ma_config_span(config, setting), value);
}

bool ma_config_wants_tokens(const mcpauth_config *config)
{
    return !config->values[MA_CONFIG_AUTH] ||
           ma_config_is(config, MA_CONFIG_AUTH, "oauth");
}

const ma_url *ma_config_server(const mcpauth_config *config)
{
    return config->values[MA_CONFIG_SERVER] ? &config->server : NULL;
}

const char *ma_config_server_text(const mcpauth_config *config)
{
    return config->values[MA_CONFIG_SERVER] ? config->server_text : NULL;
}

const ma_key *ma_config_private_key(const mcpauth_config *config)
{
    return config->values[MA_CONFIG_PRIVATE_KEY] ? config->private_key : NULL;
}

bool ma_config_proves_by_certificate(const mcpauth_config *config)
{
    ma_clientauth_method method;
    return ma_clientauth_parse(
               ma_config_text(config, MA_CONFIG_AUTH_METHOD), &method) &&
           ma_clientauth_is_tls(method);
}

/* By what nobody has but a machine, beside a client secret. */
static bool is_proved(const mcpauth_config *config)
{
    return config->values[MA_CONFIG_PRIVATE_KEY] ||
           config->values[MA_CONFIG_ASSERTION] ||
           ma_config_proves_by_certificate(config);
}

bool ma_config_proves_itself(const mcpauth_config *config)
{
    return is_proved(config) || config->values[MA_CONFIG_CERTIFICATE];
}

/* A certificate that nobody says to be a proof may be for somebody on the
 * way. */
static bool is_machine(const mcpauth_config *config)
{
    return is_proved(config) || config->values[MA_CONFIG_CLIENT_SECRET];
}

mcpauth_mode mcpauth_config_mode(const mcpauth_config *config)
{
    if (ma_config_is(config, MA_CONFIG_MODE, "interactive"))
        return MCPAUTH_MODE_INTERACTIVE;
    if (ma_config_is(config, MA_CONFIG_MODE, "password"))
        return MCPAUTH_MODE_PASSWORD;
    if (ma_config_is(config, MA_CONFIG_MODE, "m2m"))
        return MCPAUTH_MODE_M2M;
    if (ma_config_is(config, MA_CONFIG_MODE, "enterprise") ||
        config->values[MA_CONFIG_IDP_ISSUER])
        return MCPAUTH_MODE_ENTERPRISE;
    return is_machine(config) ? MCPAUTH_MODE_M2M : MCPAUTH_MODE_INTERACTIVE;
}

const char *mcpauth_mode_name(mcpauth_mode mode)
{
    static const char *const names[] = {
        [MCPAUTH_MODE_INTERACTIVE] = "interactive",
        [MCPAUTH_MODE_M2M] = "m2m",
        [MCPAUTH_MODE_PASSWORD] = "password",
        [MCPAUTH_MODE_ENTERPRISE] = "enterprise",
    };
    const size_t count = sizeof names / sizeof *names;
    return (size_t)mode < count ? names[mode] : "unknown";
}

mcpauth_status mcpauth_config_key(const mcpauth_config *config,
    mcpauth_store_key *out_key, mcpauth_error *err)
{
    const char *server = ma_config_server_text(config);
    if (!server)
        return ma_error_set(err, MCPAUTH_E_USAGE, "no MCP server is named");
    *out_key = (mcpauth_store_key){server, config->account};
    return MCPAUTH_OK;
}

/* --- what comes in from outside ------------------------------------------ */

void mcpauth_config_set_log(
    mcpauth_config *config, mcpauth_log_fn *log, void *ctx)
{
    config->log = log;
    config->log_ctx = ctx;
}

void mcpauth_config_set_random(
    mcpauth_config *config, mcpauth_random_fn *random, void *ctx)
{
    config->random = random;
    config->random_ctx = ctx;
}

void ma_config_set_variables(
    mcpauth_config *config, ma_config_variable_fn *variable, void *ctx)
{
    config->variable = variable;
    config->variable_ctx = ctx;
}

const char *ma_config_variable(const mcpauth_config *config, const char *name)
{
    const char *value = config->variable
                            ? config->variable(config->variable_ctx, name)
                            : getenv(name);
    return value && *value ? value : NULL;
}

void ma_config_set_identity(mcpauth_config *config)
{
    config->identity = true;
}

bool ma_config_is_identity(const mcpauth_config *config)
{
    return config->identity;
}

void ma_config_inherit(mcpauth_config *config, const mcpauth_config *from)
{
    config->log = from->log;
    config->log_ctx = from->log_ctx;
    config->random = from->random;
    config->random_ctx = from->random_ctx;
    config->variable = from->variable;
    config->variable_ctx = from->variable_ctx;
}

void ma_config_set_password_grant(
    mcpauth_config *config, const struct ma_password_grant *grant)
{
    config->password_grant = grant;
}

const struct ma_password_grant *ma_config_password_grant(
    const mcpauth_config *config)
{
    return config->password_grant;
}

mcpauth_status ma_config_random(
    const mcpauth_config *config, void *out, size_t len, mcpauth_error *err)
{
    if (config->random)
        return config->random(config->random_ctx, out, len, err);
    return ma_crypto_random(out, len, err);
}

void ma_config_log(const mcpauth_config *config, int level, const char *event,
    const char *format, ...)
{
    if (!config->log)
        return;
    char line[LOG_LINE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    config->log(config->log_ctx, level, event, line);
}
