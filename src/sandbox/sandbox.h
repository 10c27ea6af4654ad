/* sandbox.h - stand-ins for Cognito, AgentCore and a standards-following pair
 * of authorization server and MCP server, on loopback, in this process.
 *
 * They answer as the real ones were seen to answer, consent to every login
 * without a page, and misbehave on command.  Nothing here is shared with what
 * is tested against it, except base.  The secrets are fixed, public, and hold
 * the word CANARY, so that a test finds them wherever they leak. */
#ifndef MA_SANDBOX_SANDBOX_H
#define MA_SANDBOX_SANDBOX_H

#include <mcpauth/error.h>

#include "base/auto.h"
#include "base/buf.h"

typedef struct ma_sandbox ma_sandbox;

/* One loopback port each; with a base port they take it and the next four. */
typedef enum {
    MA_SANDBOX_COGNITO,  /* user pool, its domain and its JSON API */
    MA_SANDBOX_RUNTIME,  /* AgentCore Runtime; also the control endpoint */
    MA_SANDBOX_GATEWAY,  /* AgentCore Gateway */
    MA_SANDBOX_STANDARD, /* authorization server of the standards pair */
    MA_SANDBOX_RESOURCE, /* MCP server of the standards pair */
    MA_SANDBOX_SERVERS
} ma_sandbox_server;

typedef struct {
    const char *profile;       /* whose environment is written; NULL: "m2m" */
    const char *const *faults; /* NAME or NAME=VALUE */
    size_t fault_count;
    int port;                     /* the first port; 0: the kernel chooses */
    int64_t token_lifetime_s;     /* of access tokens; 0: 3600 */
    const char *const *redirects; /* callback URLs of the user pool's clients */
    size_t redirect_count;        /* 0: http://localhost:3000 */
} ma_sandbox_options;

/* Starts all servers.  E_USAGE: unknown profile or fault, bad value.
 * E_STATE: a port is taken. */
mcpauth_status ma_sandbox_new(const ma_sandbox_options *options,
    ma_sandbox **out_sandbox, mcpauth_error *err);

/* Stops them.  NULL is allowed. */
void ma_sandbox_free(ma_sandbox *sandbox);
MA_AUTO_DEFINE(ma_sandbox, ma_sandbox_free)

/* "http://127.0.0.1:PORT", without a slash behind it; lent. */
const char *ma_sandbox_origin(
    const ma_sandbox *sandbox, ma_sandbox_server server);

/* The URL of an MCP endpoint, lent; NULL for the authorization servers. */
const char *ma_sandbox_mcp_url(
    const ma_sandbox *sandbox, ma_sandbox_server server);

/* Appends shell lines that point mcpauth at the profile's server; those of the
 * other profiles follow as comments. */
void ma_sandbox_write_environment(const ma_sandbox *sandbox, ma_buf *out);

/* Serves until stop_fd is readable or at its end. */
mcpauth_status ma_sandbox_run(
    ma_sandbox *sandbox, int stop_fd, mcpauth_error *err);

/* The lists behind --fault and --profile: false when index is past the end. */
typedef struct {
    const char *name;
    const char *value; /* what may stand behind '='; NULL: nothing */
    const char *help;  /* one line */
} ma_sandbox_word;
bool ma_sandbox_fault(size_t index, ma_sandbox_word *out_word);
bool ma_sandbox_profile(size_t index, ma_sandbox_word *out_word);

#endif
