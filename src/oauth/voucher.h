/* voucher.h - an assertion of somebody else in place of a login (RFC 7521 4.1,
 * RFC 7523 2.1): the platform that a workload runs on vouches for it. */
#ifndef MA_OAUTH_VOUCHER_H
#define MA_OAUTH_VOUCHER_H

#include "oauth/flowstate.h"

/* One is wanted, then the token request with it.
 * E_UNSUPPORTED: the server does not take any. */
mcpauth_status ma_voucher_start(mcpauth_flow *flow, mcpauth_error *err);

mcpauth_status ma_voucher_ask(mcpauth_flow *flow, mcpauth_error *err);

/* E_PROTOCOL: it is no JWT.  E_REFUSED: it has expired. */
mcpauth_status ma_voucher_got(
    mcpauth_flow *flow, ma_span text, mcpauth_error *err);

/* There is none.  Somebody may have to be asked for it first. */
mcpauth_status ma_voucher_failed(mcpauth_flow *flow, mcpauth_status status,
    const mcpauth_error *why, mcpauth_error *err);

/* What to do about a refusal that err tells of; nothing for most. */
void ma_voucher_add_hint(mcpauth_error *err);

/* The server has refused it, with status and err.  True: its file may have been
 * replaced meanwhile, which is looked at once. */
bool ma_voucher_try_another(
    mcpauth_flow *flow, mcpauth_status status, const mcpauth_error *err);

#endif
