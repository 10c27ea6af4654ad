/* endpoint.h - the URLs of AgentCore: made from an ARN, and recognised. */
#ifndef MA_AGENTCORE_ENDPOINT_H
#define MA_AGENTCORE_ENDPOINT_H

#include <mcpauth/agentcore.h>

#include "agentcore/arn.h"
#include "base/url.h"

typedef enum {
    MA_ENDPOINT_NONE,    /* not AgentCore */
    MA_ENDPOINT_RUNTIME, /* .../runtimes/<ARN or id>/invocations */
    MA_ENDPOINT_GATEWAY, /* any path on a gateway's host */
    MA_ENDPOINT_OTHER    /* another path on the runtimes' host */
} ma_endpoint_kind;

/* Appends the URL of the runtime or gateway, as its kind says.  The region is
 * the ARN's, else the option's, else us-west-2; a custom endpoint replaces
 * scheme and host.  E_USAGE: an option is bad. */
mcpauth_status ma_endpoint_write(ma_buf *to, const ma_arn *arn,
    const mcpauth_agentcore_options *options, mcpauth_error *err);

/* Appends a runtime's URL in its form without an encoded ARN:
 * /runtimes/<id>/invocations?accountId=...&qualifier=...  libcurl before 8.9
 * cannot sign the other one. */
mcpauth_status ma_endpoint_write_by_id(ma_buf *to, const ma_arn *arn,
    const mcpauth_agentcore_options *options, mcpauth_error *err);

/* What stands behind url: judged by its host, or by an ARN in its path. */
ma_endpoint_kind ma_endpoint_find(const ma_url *url);

/* The region in the host's name, lent; empty when that is none of AWS. */
ma_span ma_endpoint_region(const ma_url *url);

/* The region a request to url has to be signed for, lent: that of its host, or
 * of a runtime's ARN in its path; empty: neither names one. */
ma_span ma_endpoint_signing_region(const ma_url *url);

/* Appends where AgentCore serves the RFC 9728 document of url: behind a
 * runtime's path, with the same query; at the root of a gateway's host; nothing
 * for the other kinds, which follow the RFC. */
void ma_endpoint_write_metadata(
    ma_buf *to, const ma_url *url, ma_endpoint_kind kind);

#endif
