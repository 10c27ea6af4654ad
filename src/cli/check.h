/* check.h - what an issuer says of a stored login (RFC 7662), for people and
 * for machines. */
#ifndef MA_CLI_CHECK_H
#define MA_CLI_CHECK_H

#include "cli/context.h"

/* Has the issuer of one login asked, as ma_onelogin_run does it.  *out_check is
 * what can be told, whatever comes of it: `active` and what the issuer said
 * beside it, or the `reason` why that is not known; NULL: out of memory.
 * E_LOGIN_REQUIRED: it is not active.  Any other: it could not be asked; that
 * it would not answer this client is E_HTTP, for a refusal is no verdict. */
mcpauth_status ma_check_run(const ma_context *context,
    const mcpauth_store_key *key, const char *word, ma_json **out_check,
    mcpauth_error *err);

/* An issuer's answer as *out_check. */
mcpauth_status ma_check_read(
    ma_span answer, ma_json **out_check, mcpauth_error *err);

/* Appends it in lines. */
void ma_check_write(ma_buf *to, const ma_json *check);

#endif
