/* vouching.h - what the company's identity provider has to say for a person at
 * an MCP server: a login there, and an exchange. */
#ifndef MA_CLIENT_VOUCHING_H
#define MA_CLIENT_VOUCHING_H

#include <mcpauth/client.h>

#include "base/buf.h"

/* Carries out an ASSERT step without `assertion`: appends an assertion made for
 * this step alone.
 * E_LOGIN_REQUIRED: somebody has to log in at the identity provider first. */
mcpauth_status ma_vouching_bring(const mcpauth_provider_options *options,
    const mcpauth_step *step, ma_buf *to, mcpauth_error *err);

#endif
