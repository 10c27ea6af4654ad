/* config.h - what the engine reads of a configuration. */
#ifndef MA_OAUTH_CONFIG_H
#define MA_OAUTH_CONFIG_H

#include <mcpauth/config.h>

#include "base/auto.h"
#include "base/key.h"
#include "base/secret.h"
#include "base/span.h"
#include "base/url.h"

MA_AUTO_DEFINE(mcpauth_config, mcpauth_config_free)

typedef enum {
    MA_CONFIG_SERVER,
    MA_CONFIG_ACCOUNT,
    MA_CONFIG_AUTH,
    MA_CONFIG_MODE,
    MA_CONFIG_DISCOVERY_URL,
    MA_CONFIG_CLIENT_ID,
    MA_CONFIG_CLIENT_SECRET,
    MA_CONFIG_PRIVATE_KEY,
    MA_CONFIG_CERTIFICATE,
    MA_CONFIG_CERTIFICATE_KEY,
    MA_CONFIG_ASSERTION,
    MA_CONFIG_ASSERTION_HEADER,
    MA_CONFIG_AUTH_METHOD,
    MA_CONFIG_AUTH_ALG,
    MA_CONFIG_ASSERTION_AUDIENCE,
    MA_CONFIG_IDP_ISSUER,
    MA_CONFIG_IDP_CLIENT_ID,
    MA_CONFIG_IDP_CLIENT_SECRET,
    MA_CONFIG_IDP_SCOPE,
    MA_CONFIG_DPOP,
    MA_CONFIG_CLIENT_METADATA_URL,
    MA_CONFIG_SCOPE,
    MA_CONFIG_PROVIDER,
    MA_CONFIG_RESOURCE_POLICY,
    MA_CONFIG_RESOURCE_METADATA,
    MA_CONFIG_RESOURCE_MATCH,
    MA_CONFIG_AUTHORIZATION_ENDPOINT,
    MA_CONFIG_TOKEN_ENDPOINT,
    MA_CONFIG_TRUSTED_ISSUER,
    MA_CONFIG_CODE_CHALLENGE_METHODS,
    MA_CONFIG_CHALLENGE_403,
    MA_CONFIG_ORIGIN_FALLBACK,
    MA_CONFIG_REDIRECT_URI,
    MA_CONFIG_CALLBACK_PORT,
    MA_CONFIG_LOGIN_HINT,
    MA_CONFIG_USERNAME,
    MA_CONFIG_PASSWORD,
    MA_CONFIG_CLIENT_NAME,
    MA_CONFIG_INITIAL_ACCESS_TOKEN,
    MA_CONFIG_AWS_PROFILE,
    MA_CONFIG_AWS_REGION,
    MA_CONFIG_ALLOW_HTTP,
    MA_CONFIG_ALLOW_PRIVATE,
    MA_CONFIG_COUNT
} ma_config_setting;

/* What mcpauth_config_set calls it. */
const char *ma_config_name(ma_config_setting setting);

/* The setting of that name is kept from being shown. */
bool ma_config_is_secret(const char *name);

/* The value, secrets included; NULL when unset.  Lent. */
const char *ma_config_text(
    const mcpauth_config *config, ma_config_setting setting);
ma_span ma_config_span(const mcpauth_config *config, ma_config_setting setting);

/* The setting is set and is exactly this. */
bool ma_config_is(
    const mcpauth_config *config, ma_config_setting setting, const char *value);

/* The parsed server; NULL until it is set. */
const ma_url *ma_config_server(const mcpauth_config *config);

/* Its canonical text. */
const char *ma_config_server_text(const mcpauth_config *config);

/* The parsed private_key; NULL when unset.  Lent. */
const ma_key *ma_config_private_key(const mcpauth_config *config);

/* The client's token_endpoint_auth_method is one of RFC 8705. */
bool ma_config_proves_by_certificate(const mcpauth_config *config);

/* A machine needs no client secret: it has a key, a certificate or an
 * assertion. */
bool ma_config_proves_itself(const mcpauth_config *config);

/* Tokens are to be had at all: auth is neither sigv4 nor none. */
bool ma_config_wants_tokens(const mcpauth_config *config);

/* Where environment variables come from, in place of the process's own. */
typedef const char *ma_config_variable_fn(void *ctx, const char *name);
void ma_config_set_variables(
    mcpauth_config *config, ma_config_variable_fn *variable, void *ctx);

/* NULL: it is not set, or empty.  Lent until the next call. */
const char *ma_config_variable(const mcpauth_config *config, const char *name);

mcpauth_status ma_config_random(
    const mcpauth_config *config, void *out, size_t len, mcpauth_error *err);

/* Says something to the configuration's log; nothing happens without one. */
void ma_config_log(const mcpauth_config *config, int level, const char *event,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Its token is an ID token (identity.h). */
void ma_config_set_identity(mcpauth_config *config);
bool ma_config_is_identity(const mcpauth_config *config);

/* Takes over what comes in from outside: log, random source and variables. */
void ma_config_inherit(mcpauth_config *config, const mcpauth_config *from);

/* How a password login is done; see passwordgrant.h.  NULL: not at all. */
struct ma_password_grant;
void ma_config_set_password_grant(
    mcpauth_config *config, const struct ma_password_grant *grant);
const struct ma_password_grant *ma_config_password_grant(
    const mcpauth_config *config);

#endif
