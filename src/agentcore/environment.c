/* environment.c - a configuration from environment variables, by table. */
#include "agentcore/environment.h"

#include <stdlib.h>

#include "agentcore/cognito.h"
#include "agentcore/privatekey.h"
#include "agentcore/target.h"
#include "base/alloc.h"
#include "base/error.h"
#include "oauth/config.h"

enum { NAMES_MAX = 4, LIST_MAX = 512 };

/* --- values -------------------------------------------------------------- */

static const char *get_variable(void *ctx, const char *name)
{
    (void)ctx;
    return getenv(name);
}

ma_environment ma_environment_process(void)
{
    return (ma_environment){get_variable, NULL};
}

/* Without the line end that a file read by a script leaves behind; empty when
 * it is blank. */
static ma_span clean(const char *value)
{
    ma_span span = ma_span_of(value);
    while (ma_span_ends(span, "\n") || ma_span_ends(span, "\r"))
        span.len--;
    return ma_span_trim(span).len ? span : (ma_span){0};
}

/* The first of names that has a value: its position and a copy (wiped at the
 * end, since it may be a secret).  *out_value NULL: none has. */
static mcpauth_status get_first(const ma_environment *environment,
    const char *const names[NAMES_MAX], const char **out_name,
    ma_secret **out_value, mcpauth_error *err)
{
    for (size_t i = 0; i < NAMES_MAX && names[i]; i++) {
        ma_span value = clean(environment->get(environment->ctx, names[i]));
        if (!value.len)
            continue;
        *out_value = ma_secret_new(value);
        *out_name = names[i];
        return *out_value ? MCPAUTH_OK : ma_error_nomem(err);
    }
    return MCPAUTH_OK;
}

/* --- the server ---------------------------------------------------------- */

static const char *const server_names[NAMES_MAX] = {"MCPAUTH_SERVER",
    "AGENTCORE_RUNTIME_ARN", "AGENTCORE_GATEWAY_URL", "AGENTCORE_GATEWAY_ID"};
static const char *const region_names[NAMES_MAX] = {"AGENTCORE_REGION"};
static const char *const qualifier_names[NAMES_MAX] = {"AGENTCORE_QUALIFIER"};
static const char *const endpoint_names[NAMES_MAX] = {
    "MCPAUTH_AGENTCORE_ENDPOINT", "BEDROCK_AGENTCORE_DP_ENDPOINT"};

mcpauth_status ma_environment_server(
    const ma_environment *environment, char **out_word, mcpauth_error *err)
{
    const char *name = NULL;
    MA_AUTO(ma_secret) value = NULL;
    mcpauth_status st =
        get_first(environment, server_names, &name, &value, err);
    if (st)
        return st;
    char *word = ma_strdup(ma_secret_text(value));
    if (value && !word)
        return ma_error_nomem(err);
    *out_word = word;
    return MCPAUTH_OK;
}

static mcpauth_status resolve_with(const ma_environment *environment,
    const char *word, const mcpauth_agentcore_options *given, ma_target *out,
    mcpauth_error *err)
{
    const char *name = NULL;
    mcpauth_agentcore_options options = *given;
    MA_AUTO(ma_secret) region = NULL;
    MA_AUTO(ma_secret) qualifier = NULL;
    MA_AUTO(ma_secret) endpoint = NULL;
    mcpauth_status st =
        get_first(environment, region_names, &name, &region, err);
    if (!st)
        st = get_first(environment, qualifier_names, &name, &qualifier, err);
    if (!st)
        st = get_first(environment, endpoint_names, &name, &endpoint, err);
    if (st)
        return st;
    if (!options.region)
        options.region = ma_secret_text(region);
    if (!options.qualifier)
        options.qualifier = ma_secret_text(qualifier);
    if (!options.endpoint)
        options.endpoint = ma_secret_text(endpoint);
    return ma_target_require(word, &options, out, err);
}

static mcpauth_status apply_server(const ma_environment *environment,
    const char *word, const mcpauth_agentcore_options *options,
    mcpauth_config *config, mcpauth_error *err)
{
    MA_SCOPED(ma_target) target = {0};
    mcpauth_status st = resolve_with(environment, word, options, &target, err);
    return st ? st : ma_target_set(&target, config, err);
}

static mcpauth_status find_and_apply_server(const ma_environment *environment,
    const char *word, const mcpauth_agentcore_options *options,
    mcpauth_config *config, mcpauth_error *err)
{
    if (mcpauth_config_has(config, "server"))
        word = mcpauth_config_get(config, "server");
    if (word)
        return apply_server(environment, word, options, config, err);
    const char *name = NULL;
    MA_AUTO(ma_secret) value = NULL;
    mcpauth_status st =
        get_first(environment, server_names, &name, &value, err);
    if (st || !value)
        return st;
    st = apply_server(environment, ma_secret_text(value), options, config, err);
    return st ? ma_error_in(err, st, "the environment variable %s", name) : st;
}

/* --- settings ------------------------------------------------------------ */

static const struct variable {
    const char *setting;
    const char *names[NAMES_MAX];
} variables[] = {
    {"auth", {"MCPAUTH_AUTH"}},
    {"provider", {"MCPAUTH_PROVIDER"}},
    {"discovery_url", {"OAUTH_DISCOVERY_URL"}},
    {"client_id", {"MCPAUTH_CLIENT_ID", "OAUTH_CLIENT_ID"}},
    {"client_secret", {"MCPAUTH_CLIENT_SECRET", "OAUTH_CLIENT_SECRET"}},
    {"assertion", {"MCPAUTH_ASSERTION"}},
    {"assertion_header", {"MCPAUTH_ASSERTION_HEADER"}},
    {"idp_issuer", {"MCPAUTH_IDP_ISSUER"}},
    {"idp_client_id", {"MCPAUTH_IDP_CLIENT_ID"}},
    {"idp_client_secret", {"MCPAUTH_IDP_CLIENT_SECRET"}},
    {"idp_scope", {"MCPAUTH_IDP_SCOPE"}},
    {"client_metadata_url", {"MCPAUTH_CLIENT_METADATA_URL"}},
    {"initial_access_token", {"MCPAUTH_INITIAL_ACCESS_TOKEN"}},
    {"redirect_uri", {"MCPAUTH_REDIRECT_URI"}},
    {"username", {"OAUTH_TEST_USERNAME"}},
    {"password", {"OAUTH_TEST_PASSWORD"}},
    {"scope", {"MCPAUTH_SCOPE"}},
};
static const struct variable m2m_scope = {"scope", {"OAUTH_M2M_SCOPES"}};

/* Over what config has. */
static mcpauth_status force_variable(const ma_environment *environment,
    const struct variable *variable, mcpauth_config *config, mcpauth_error *err)
{
    const char *name = NULL;
    MA_AUTO(ma_secret) value = NULL;
    mcpauth_status st =
        get_first(environment, variable->names, &name, &value, err);
    if (st || !value)
        return st;
    st = mcpauth_config_set(
        config, variable->setting, ma_secret_text(value), err);
    return st ? ma_error_in(err, st, "the environment variable %s", name) : st;
}

static mcpauth_status apply_variable(const ma_environment *environment,
    const struct variable *variable, mcpauth_config *config, mcpauth_error *err)
{
    return mcpauth_config_has(config, variable->setting)
               ? MCPAUTH_OK
               : force_variable(environment, variable, config, err);
}

static const char *const key_names[NAMES_MAX] = {"MCPAUTH_PRIVATE_KEY_FILE"};

/* A secret that was given for one use is not to be outdone by a key that is
 * always there. */
static mcpauth_status apply_key(const ma_environment *environment,
    mcpauth_config *config, mcpauth_error *err)
{
    const char *name = NULL;
    MA_AUTO(ma_secret) path = NULL;
    if (mcpauth_config_has(config, "private_key") ||
        mcpauth_config_has(config, "client_secret"))
        return MCPAUTH_OK;
    mcpauth_status st = get_first(environment, key_names, &name, &path, err);
    if (st || !path)
        return st;
    st = ma_privatekey_read(config, ma_secret_text(path), err);
    return st ? ma_error_in(err, st, "the environment variable %s", name) : st;
}

mcpauth_status ma_environment_apply_machine(const ma_environment *environment,
    mcpauth_config *config, mcpauth_error *err)
{
    return mcpauth_config_mode(config) == MCPAUTH_MODE_M2M
               ? force_variable(environment, &m2m_scope, config, err)
               : MCPAUTH_OK;
}

mcpauth_status ma_environment_apply(const ma_environment *environment,
    const char *word, const mcpauth_agentcore_options *options,
    mcpauth_config *config, mcpauth_error *err)
{
    ma_config_set_password_grant(config, ma_cognito_password_grant());
    mcpauth_status st =
        find_and_apply_server(environment, word, options, config, err);
    if (!st)
        st = apply_key(environment, config, err);
    size_t count = sizeof variables / sizeof *variables;
    for (size_t i = 0; !st && i < count; i++)
        st = apply_variable(environment, &variables[i], config, err);
    if (st || mcpauth_config_mode(config) != MCPAUTH_MODE_M2M)
        return st;
    return apply_variable(environment, &m2m_scope, config, err);
}

/* --- what is missing ----------------------------------------------------- */

static bool lacks_server(const mcpauth_config *config)
{
    return !mcpauth_config_has(config, "server");
}

/* A password is not sent to an issuer that only the MCP server names. */
static bool needs_discovery(const mcpauth_config *config)
{
    return lacks_server(config) ||
           mcpauth_config_mode(config) == MCPAUTH_MODE_PASSWORD;
}

static bool is_m2m(const mcpauth_config *config)
{
    return mcpauth_config_mode(config) == MCPAUTH_MODE_M2M;
}

static bool is_password(const mcpauth_config *config)
{
    return mcpauth_config_mode(config) == MCPAUTH_MODE_PASSWORD;
}

/* Whom the platform vouches for needs neither client nor secret. */
static bool is_vouched(const mcpauth_config *config)
{
    return mcpauth_config_has(config, "assertion");
}

static bool has_key(const mcpauth_config *config)
{
    return mcpauth_config_has(config, "private_key") ||
           ma_config_proves_by_certificate(config);
}

static bool needs_secret(const mcpauth_config *config)
{
    return is_m2m(config) && !ma_config_proves_itself(config);
}

/* Cognito registers nobody; the other modes act for a client that exists. */
static bool needs_client(const mcpauth_config *config)
{
    const char *discovery = mcpauth_config_get(config, "discovery_url");
    return lacks_server(config) || (is_m2m(config) && !is_vouched(config)) ||
           is_password(config) || mcpauth_config_has(config, "client_secret") ||
           (has_key(config) &&
               !mcpauth_config_has(config, "client_metadata_url")) ||
           (discovery && ma_cognito_is_issuer(discovery));
}

static const struct need {
    const char *setting;
    const char *name;
    bool (*holds)(const mcpauth_config *config);
} needs[] = {
    {"discovery_url", "OAUTH_DISCOVERY_URL", needs_discovery},
    {"client_id", "OAUTH_CLIENT_ID", needs_client},
    {"client_secret", "OAUTH_CLIENT_SECRET", needs_secret},
    {"username", "OAUTH_TEST_USERNAME", is_password},
    {"password", "OAUTH_TEST_PASSWORD", is_password},
    {"server", "AGENTCORE_RUNTIME_ARN", lacks_server},
};

mcpauth_status ma_environment_check(
    const mcpauth_config *config, mcpauth_error *err)
{
    MA_SCOPED(ma_buf) missing = ma_buf_init(LIST_MAX);
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
        bool tokens = needs[i].holds != lacks_server;
        if (mcpauth_config_has(config, needs[i].setting) ||
            (tokens && !ma_config_wants_tokens(config)) ||
            !needs[i].holds(config))
            continue;
        ma_buf_add_text(&missing, missing.len ? ", " : "");
        ma_buf_add_text(&missing, needs[i].name);
    }
    mcpauth_status st = ma_buf_status(&missing, "the missing names", err);
    if (st || !missing.len)
        return st;
    st = ma_error_set(
        err, MCPAUTH_E_USAGE, "not set: %s", ma_buf_text(&missing));
    if (lacks_server(config))
        ma_error_hint(err, "name a server (a URL, an ARN, a gateway's id), or "
                           "set these environment variables");
    ma_error_hint(err, "set these environment variables");
    return st;
}
