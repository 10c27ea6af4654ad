/* world.h - what all servers of a sandbox share: the time, the faults, the
 * journal, the signer, and where each of them is. */
#ifndef MA_SANDBOX_WORLD_H
#define MA_SANDBOX_WORLD_H

#include "sandbox/faults.h"
#include "sandbox/journal.h"
#include "sandbox/signer.h"

#define MA_WORLD_RUNTIME_ARN                                                   \
    "arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/"                \
    "sandbox_server-AbCdEf1234"
#define MA_WORLD_RUNTIME_PATH                                                  \
    "/runtimes/arn%3Aaws%3Abedrock-agentcore%3Aus-west-2%3A123456789012%3A"    \
    "runtime%2Fsandbox_server-AbCdEf1234/invocations"
#define MA_WORLD_POOL_PATH       "/us-east-1_Sandbox"
#define MA_WORLD_M2M_SECRET      "m2m-secret-CANARY-51c8"
#define MA_WORLD_WEB_SECRET      "web-secret-CANARY-7e20"
#define MA_WORLD_USERNAME        "sandbox-user"
#define MA_WORLD_PASSWORD        "password-CANARY-93ad"
#define MA_WORLD_POOL_SCOPES     "mcp-server/read mcp-server/write"
#define MA_WORLD_STANDARD_SCOPES "mcp:read mcp:write"

typedef struct {
    ma_faults faults;
    ma_journal journal;
    ma_signer signer;
    int64_t advance_ms;       /* how far the sandbox's clock is ahead */
    int64_t token_lifetime_s; /* unless a fault says otherwise */
    unsigned tokens_issued;   /* numbers the access tokens */
    unsigned tokens_dead;     /* those up to this number have expired */
    char *redirects;          /* of the user pool's clients, by spaces */
    char *origins[MA_SANDBOX_SERVERS];
    char *mcp_urls[MA_SANDBOX_SERVERS]; /* NULL: no MCP server */
} ma_world;

/* The name of a server in the journal. */
const char *ma_world_name(ma_sandbox_server server);

mcpauth_status ma_world_init(
    ma_world *world, const ma_sandbox_options *options, mcpauth_error *err);
void ma_world_done(ma_world *world);

/* Says on which port a server listens. */
mcpauth_status ma_world_place(
    ma_world *world, ma_sandbox_server server, int port, mcpauth_error *err);

int64_t ma_world_now_ms(const ma_world *world);

/* The lifetime of the next access token. */
int64_t ma_world_lifetime_s(const ma_world *world);

#endif
