/* agentcore.h - MCP servers on AWS Bedrock AgentCore, found by their names.
 *
 * AgentCore hosts MCP servers as runtimes (known by an ARN, reached at a URL
 * that holds that ARN percent-encoded) and as gateways (a host of their own).
 * These functions turn the names into URLs and fill a mcpauth_config, which
 * then works like that of any other server.  They do no I/O, except that
 * mcpauth_agentcore_read_environment reads the environment, and the file of a
 * private key that it names. */
#ifndef MCPAUTH_AGENTCORE_H
#define MCPAUTH_AGENTCORE_H

#include <mcpauth/config.h>

MCPAUTH_BEGIN_DECLS

/* Longest URL made here, with its NUL. */
#define MCPAUTH_AGENTCORE_URL_MAX 8193

/* What a name may leave open.  A member that is NULL or "" is not given. */
typedef struct mcpauth_agentcore_options {
    size_t size;           /* sizeof(mcpauth_agentcore_options), for growth */
    const char *region;    /* as "us-west-2".  A gateway id needs it.  An ARN
                              brings its own, which wins; one without a region
                              and without this means us-west-2 */
    const char *qualifier; /* version or endpoint of a runtime; "DEFAULT" */
    const char *endpoint;  /* where the service is reached instead of at its
                              public host, as "https://vpce.example" */
    bool by_id;            /* a runtime's URL without the encoded ARN, as
                              /runtimes/<id>/invocations?accountId=... */
} mcpauth_agentcore_options;

/* Whether url leads to AgentCore: by its host, or because its path is that of
 * a runtime and carries an ARN.  Such a server may answer 403 where others
 * answer 401.  False for anything that is no URL. */
MCPAUTH_API bool mcpauth_agentcore_is_url(const char *url);

/* Writes the URL of the MCP endpoint that name stands for: a runtime's ARN, a
 * gateway's ARN, a gateway's id, or a URL, which stays as it is.  options may
 * be NULL.  MCPAUTH_AGENTCORE_URL_MAX bytes are always enough.
 * E_USAGE: name is none of these, or damaged; the message says which part.
 * E_LIMIT: room bytes are too few. */
MCPAUTH_API mcpauth_status mcpauth_agentcore_url(const char *name,
    const mcpauth_agentcore_options *options, char *out_url, size_t room,
    mcpauth_error *err);

/* Sets `server` to that URL.  When it leads to AgentCore, also sets
 * `resource_metadata`, `challenge_403` and `origin_fallback` to what AgentCore
 * needs, unless they have a value.  E_USAGE: as above. */
MCPAUTH_API mcpauth_status mcpauth_agentcore_configure(mcpauth_config *config,
    const char *name, const mcpauth_agentcore_options *options,
    mcpauth_error *err);

/* Fills the settings that have no value from the environment, then checks
 * that nothing needed is missing.  Set `mode` before, when auto is not meant.
 *
 *   server         MCPAUTH_SERVER, AGENTCORE_RUNTIME_ARN,
 *                  AGENTCORE_GATEWAY_URL or AGENTCORE_GATEWAY_ID, the first
 *                  that is set, with AGENTCORE_REGION, AGENTCORE_QUALIFIER
 *                  and MCPAUTH_AGENTCORE_ENDPOINT (or
 *                  BEDROCK_AGENTCORE_DP_ENDPOINT) as options
 *   auth           MCPAUTH_AUTH
 *   discovery_url  OAUTH_DISCOVERY_URL
 *   client_id      MCPAUTH_CLIENT_ID, else OAUTH_CLIENT_ID
 *   client_secret  MCPAUTH_CLIENT_SECRET, else OAUTH_CLIENT_SECRET
 *   private_key    the file that MCPAUTH_PRIVATE_KEY_FILE names, which nobody
 *                  else may read, unless client_secret was set before
 *   scope          MCPAUTH_SCOPE, else OAUTH_M2M_SCOPES in mode m2m
 *   provider       MCPAUTH_PROVIDER
 *   client_metadata_url, initial_access_token, redirect_uri
 *                  MCPAUTH_ and the name in capitals
 *   username       OAUTH_TEST_USERNAME
 *   password       OAUTH_TEST_PASSWORD
 *
 * A variable that is empty or blank counts as unset; line ends behind a value
 * are dropped.
 * E_USAGE: a value is bad, or something is missing; one message names every
 * missing variable.  Settings made before the failure stay. */
MCPAUTH_API mcpauth_status mcpauth_agentcore_read_environment(
    mcpauth_config *config, mcpauth_error *err);

MCPAUTH_END_DECLS

#endif
