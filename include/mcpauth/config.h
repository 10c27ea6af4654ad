/* config.h - what is known about one MCP server before talking to it.
 *
 * A setting has the name it has in the configuration file; values are texts.
 * mcpauth_config_set refuses an unknown name or a bad value and leaves the
 * configuration as it was.  An empty value unsets.
 *
 *   server              URL of the MCP endpoint (required)
 *   account             which of several logins at that server; "default"
 *   auth                oauth | sigv4 | none: what requests to the MCP server
 *                       carry: a token, the default; an AWS signature, for an
 *                       AgentCore server that is set up for IAM; nothing
 *   mode                auto | interactive | m2m | enterprise | password, which
 *                       only mcpauth_agentcore_read_environment makes possible
 *   discovery_url       the authorization server: its issuer, or the URL of
 *                       its discovery document (hyphen or underscore); the
 *                       MCP server is not asked for it then
 *   client_id           pre-registered client (RFC 6749 2.2)
 *   client_secret       its secret; with mode auto it means m2m
 *   private_key         the key it is registered with, in place of a secret
 *                       (RFC 7523 2.2): P-256, Ed25519 or RSA, the text of an
 *                       unencrypted PEM or of a JWK; with mode auto it means
 *                       m2m
 *   certificate_file, certificate_key_file
 *                       PEM files of the client's certificate and its key,
 *                       which the HTTP driver shows: what proves the client,
 *                       where token_endpoint_auth_method says so, and what
 *                       tokens are bound to where that can be (RFC 8705)
 *   assertion           where the JWT is that the platform vouches with for
 *                       this workload (RFC 7523 2.1), in place of a client's
 *                       secret: file:PATH, env:NAME, command:WORDS for a
 *                       shell, or a URL that answers with it; with mode auto
 *                       it means m2m
 *   assertion_header    "Name: value", sent to that URL
 *   token_endpoint_auth_method
 *                       client_secret_basic | client_secret_post |
 *                       private_key_jwt | tls_client_auth |
 *                       self_signed_tls_client_auth | none; one of tls means
 *                       m2m with mode auto
 *   token_endpoint_auth_signing_alg
 *                       ES256 | EdDSA | Ed25519 | RS256 | PS256, when the
 *                       server does not tell which one it takes
 *   client_assertion_audience
 *                       issuer | endpoint: whom assertions are for
 *   idp_issuer          the company's identity provider, which vouches for a
 *                       person there (ID-JAG); with mode auto it means
 *                       enterprise
 *   idp_client_id, idp_client_secret
 *                       the client at the identity provider; client_id is the
 *                       one at the MCP server's authorization server
 *   idp_scope           what a login there asks for; "openid offline_access".
 *                       With `assertion` there is none: that is the ID token
 *   dpop                auto | always | never bind tokens to a key of ours
 *                       (RFC 9449); auto: where the MCP server takes them
 *   client_metadata_url the client's id where a server takes client ID
 *                       metadata documents: the https URL of ours
 *   scope               what to ask for, space separated; wins over servers
 *   provider            cognito | entra | standard, when the issuer does not
 *                       tell
 *   resource_policy     auto | always | never send RFC 8707 `resource`
 *   resource_metadata   URL to try for RFC 9728 metadata before the
 *                       well-known places
 *   resource_match      prefix | exact: what that metadata's `resource` must
 *                       be of the server's URL
 *   authorization_endpoint, token_endpoint
 *                       supply what a discovery document lacks; they never
 *                       override it
 *   trusted_issuer      the one other `issuer` value the authorization
 *                       server's document may carry (RFC 8414 3.3)
 *   code_challenge_methods_supported
 *                       "S256": this server takes PKCE though it does not
 *                       say so
 *   challenge_403       auto | always take a bare 403 as a challenge
 *   origin_fallback     auto | never take a server that has never published
 *                       RFC 9728 metadata for its own authorization server,
 *                       as MCP 2025-03-26 has it; without any metadata a
 *                       machine needs token_endpoint then
 *   redirect_uri        used byte for byte (RFC 8252; Cognito compares so)
 *   callback_port       port of the loopback redirect URI; 0: any
 *   login_hint          who is to log in, told to the authorization server
 *                       (OpenID Connect Core 3.1.2.1)
 *   username, password  a test user, for mode password
 *   client_name         shown by servers that register clients
 *   initial_access_token
 *                       sent where registration is protected (RFC 7591 3)
 *   aws_profile         with auth sigv4: the profile of the files that AWS
 *                       tools share; else AWS_PROFILE, else "default"
 *   aws_region          the region to sign for, where neither the server's
 *                       host nor an ARN in its path names one; else
 *                       AGENTCORE_REGION, AWS_REGION, AWS_DEFAULT_REGION or
 *                       that of the profile
 *   allow_http          a host that may be spoken to in clear, if the HTTP
 *                       driver may too
 *   allow_private       true: servers may name hosts on private addresses */
#ifndef MCPAUTH_CONFIG_H
#define MCPAUTH_CONFIG_H

#include <mcpauth/error.h>
#include <stdbool.h>

MCPAUTH_BEGIN_DECLS

typedef struct mcpauth_config mcpauth_config;

/* With nothing set, or NULL when out of memory. */
MCPAUTH_API mcpauth_config *mcpauth_config_new(void);

/* Wipes its secrets.  NULL is allowed. */
MCPAUTH_API void mcpauth_config_free(mcpauth_config *config);

/* Sets one setting; value is copied.  E_USAGE: unknown name or bad value.
 * E_LIMIT: more than 16384 bytes. */
MCPAUTH_API mcpauth_status mcpauth_config_set(mcpauth_config *config,
    const char *name, const char *value, mcpauth_error *err);

/* The value as it stands, lent; NULL when unset, and for secrets always. */
MCPAUTH_API const char *mcpauth_config_get(
    const mcpauth_config *config, const char *name);

/* Whether a setting has a value: also answers for secrets. */
MCPAUTH_API bool mcpauth_config_has(
    const mcpauth_config *config, const char *name);

typedef enum {
    MCPAUTH_MODE_INTERACTIVE = 0, /* a person and a browser, once */
    MCPAUTH_MODE_M2M = 1,         /* client_credentials, nobody present */
    MCPAUTH_MODE_PASSWORD = 2,    /* a test user (Cognito InitiateAuth) */
    MCPAUTH_MODE_ENTERPRISE = 3   /* a person that the company's identity
                                     provider vouches for */
} mcpauth_mode;

/* The mode in force: as set, or by auto enterprise when an identity provider is
 * configured, else m2m when a client secret, a private key
 * or an assertion is configured, else interactive. */
MCPAUTH_API mcpauth_mode mcpauth_config_mode(const mcpauth_config *config);

/* "interactive", "m2m", "password", "enterprise"; "unknown" for any other
 * value. */
MCPAUTH_API const char *mcpauth_mode_name(mcpauth_mode mode);

/* The configuration of a login at the identity provider: its `server` is the
 * identity provider itself, and its token the ID token.  For
 * mcpauth_config_free.  E_USAGE: none is configured. */
MCPAUTH_API mcpauth_status mcpauth_config_identity(const mcpauth_config *config,
    mcpauth_config **out_config, mcpauth_error *err);

struct mcpauth_store_key;

/* The key of its record in a store: the canonical server, and an account that
 * in mode m2m has the client id in it, and of `assertion` a digest.  Lent until
 * the next set. E_USAGE: no server is set. */
MCPAUTH_API mcpauth_status mcpauth_config_key(const mcpauth_config *config,
    struct mcpauth_store_key *out_key, mcpauth_error *err);

/* What the library says while it works: level 0 warning, 1 what it does,
 * 2 every step.  event is a fixed word such as "discovery"; text is one line,
 * fit to print, without secrets.  Called in whichever thread uses the
 * configuration.  NULL: silence (the default). */
typedef void mcpauth_log_fn(
    void *ctx, int level, const char *event, const char *text);

/* log may be NULL; ctx is handed to it. */
MCPAUTH_API void mcpauth_config_set_log(
    mcpauth_config *config, mcpauth_log_fn *log, void *ctx);

/* Where random bytes come from; the default is getrandom(2). */
typedef mcpauth_status mcpauth_random_fn(
    void *ctx, void *out, size_t len, mcpauth_error *err);

/* random NULL: back to the default; ctx is handed to it. */
MCPAUTH_API void mcpauth_config_set_random(
    mcpauth_config *config, mcpauth_random_fn *random, void *ctx);

MCPAUTH_END_DECLS

#endif
