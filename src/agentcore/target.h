/* target.h - what a SERVER word leads to.
 *
 * A URL, a runtime's or gateway's ARN, or a gateway's id.  Any other word is a
 * name, which only the configuration file can explain; ask it first, since a
 * name may look like a gateway's id. */
#ifndef MA_AGENTCORE_TARGET_H
#define MA_AGENTCORE_TARGET_H

#include "agentcore/endpoint.h"

typedef struct {
    char *url;          /* the MCP endpoint; NULL: the word is a name */
    char *metadata_url; /* its RFC 9728 document; NULL: as the RFC says */
    char *region;       /* for SigV4; NULL: not known */
    char *warning;      /* what a person should be told; NULL: nothing */
    ma_endpoint_kind kind;
} ma_target;

void ma_target_done(ma_target *target);
MA_SCOPED_DEFINE(ma_target, ma_target_done)

/* Resolves word.  A URL is taken as it is, whatever the options say.
 * E_USAGE: an ARN, URL or option that is damaged, or a gateway's id without a
 * region. */
mcpauth_status ma_target_resolve(const char *word,
    const mcpauth_agentcore_options *options, ma_target *out,
    mcpauth_error *err);

/* The same, and E_USAGE for a name too. */
mcpauth_status ma_target_require(const char *word,
    const mcpauth_agentcore_options *options, ma_target *out,
    mcpauth_error *err);

/* Sets `server`, and for AgentCore `resource_metadata` and `challenge_403`
 * where they have no value; the warning goes to the configuration's log. */
mcpauth_status ma_target_set(
    const ma_target *target, mcpauth_config *config, mcpauth_error *err);

#endif
