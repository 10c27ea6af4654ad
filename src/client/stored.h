/* stored.h - what a client learns of a server and keeps beside the tokens.
 *
 * It is noted only where something is stored already, and over nothing newer:
 * somebody who saved meanwhile knows better. */
#ifndef MA_CLIENT_STORED_H
#define MA_CLIENT_STORED_H

#include <mcpauth/client.h>

#include "base/buf.h"

/* This token was refused right after it was issued; another one that
 * is stored by now was not. */
mcpauth_status ma_stored_mark_refused(const mcpauth_provider_options *options,
    const mcpauth_token *refused, mcpauth_error *err);

/* The revision of MCP that the server spoke the last time (T-074); appends
 * nothing when that is not known. */
mcpauth_status ma_stored_read_version(
    const mcpauth_provider_options *options, ma_buf *to, mcpauth_error *err);
mcpauth_status ma_stored_note_version(const mcpauth_provider_options *options,
    const char *version, mcpauth_error *err);

#endif
