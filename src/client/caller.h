/* caller.h - one thread's way to a provider's tokens. */
#ifndef MA_CLIENT_CALLER_H
#define MA_CLIENT_CALLER_H

#include <mcpauth/client.h>

#include "base/auto.h"

MA_AUTO_DEFINE(mcpauth_caller, mcpauth_caller_free)

/* The next header is there without waiting for anything. */
bool ma_caller_is_ready(const mcpauth_caller *caller);

/* Takes what any answer to a request with its header says of later ones; those
 * that go to mcpauth_caller_answered need not. */
void ma_caller_note(
    const mcpauth_caller *caller, const mcpauth_headers *headers);

/* Whether an answer only wants another proof, with which the same request is to
 * be sent once more; whatever else it wants is left alone, so that nobody is
 * asked for anything.  E_REFUSED: no other will do. */
mcpauth_status ma_caller_judge_proof(mcpauth_caller *caller,
    const mcpauth_answer *answer, bool *out_again, mcpauth_error *err);

#endif
