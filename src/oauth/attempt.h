/* attempt.h - what was sent and tried for one request to the MCP server. */
#ifndef MA_OAUTH_ATTEMPT_H
#define MA_OAUTH_ATTEMPT_H

#include <mcpauth/flow.h>

#include "base/auto.h"
#include "base/json.h"

MA_AUTO_DEFINE(mcpauth_attempt, mcpauth_attempt_free)

/* Most authorization requests for one request, the first included, and
 * how many of them may be for more scope (S-034). */
enum { MA_ATTEMPT_AUTHORIZATIONS_MAX = 3, MA_ATTEMPT_STEP_UPS_MAX = 2 };

/* The token that was sent last; NULL: none. */
const mcpauth_token *ma_attempt_token(const mcpauth_attempt *attempt);

/* A refresh (or a full authorization) was done for this request. */
void ma_attempt_note_refresh(mcpauth_attempt *attempt);
void ma_attempt_note_authorization(mcpauth_attempt *attempt);

/* A person was sent to the browser for this request, whatever came of it. */
void ma_attempt_note_browse(mcpauth_attempt *attempt);
int ma_attempt_browses(const mcpauth_attempt *attempt);

bool ma_attempt_refreshed(const mcpauth_attempt *attempt);
bool ma_attempt_authorized(const mcpauth_attempt *attempt);

/* The last judgement was insufficient_scope: the next authorization asks for
 * more than before. */
bool ma_attempt_steps_up(const mcpauth_attempt *attempt);

/* A token obtained for this request was refused with 403: it should be marked
 * in its record, so that it is not taken for expired again. */
bool ma_attempt_must_mark(const mcpauth_attempt *attempt);

/* What a refusal says to people: `message` (AWS), the message of a JSON-RPC
 * error, or an error_description; NULL when body has none.  Lent. */
const char *ma_attempt_message(const ma_json *body);

#endif
