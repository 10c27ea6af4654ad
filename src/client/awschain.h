/* awschain.h - where AWS credentials and a region are, in the order that AWS
 * tools look for them: the environment, the files they share, a
 * credential_process named there, and the service of a container. */
#ifndef MA_CLIENT_AWSCHAIN_H
#define MA_CLIENT_AWSCHAIN_H

#include <mcpauth/config.h>
#include <mcpauth/http.h>

#include "agentcore/awskeys.h"
#include "base/buf.h"

/* Reads them anew.  A profile that is configured goes before the environment.
 * The message names the place, and never what it gave.
 * E_USAGE: there are none, or they cannot be read.  E_NETWORK, E_TIMEOUT,
 * E_HTTP, E_PROTOCOL, E_LIMIT, E_UNTRUSTED. */
mcpauth_status ma_awschain_load(const mcpauth_config *config,
    mcpauth_http *http, ma_awskeys *out, mcpauth_error *err);

/* The region to sign for, for ma_free.  E_USAGE: nobody names one. */
mcpauth_status ma_awschain_region(
    const mcpauth_config *config, char **out, mcpauth_error *err);

/* Appends where load would look first, in words; reads no secret and runs
 * nothing. */
void ma_awschain_describe(const mcpauth_config *config, ma_buf *to);

#endif
