/* answerer.h - answers what the server asks of us (T-045).
 *
 * What nobody needs to think about is answered at once; the rest waits in a
 * line for the program's serve, in a thread of its own, so that a person who
 * is asked something holds up no stream.  That thread is started by the first
 * question. */
#ifndef MA_CLIENT_ANSWERER_H
#define MA_CLIENT_ANSWERER_H

#include <mcpauth/client.h>

#include "mcp/envelope.h"

typedef struct ma_answerer ma_answerer;

/* NULL: out of memory.  client must outlive it. */
ma_answerer *ma_answerer_new(mcpauth_client *client);

/* Ends the thread, behind the serve that is under way.  NULL is allowed. */
void ma_answerer_free(ma_answerer *answerer);

/* Answers a request of the server, now or later.  generation: of the exchange
 * it came in; in another session nobody waits for the answer.  cancel: of that
 * exchange, for an answer that is sent at once; NULL: nobody cancels. */
mcpauth_status ma_answerer_take(ma_answerer *answerer,
    const ma_envelope *request, unsigned generation,
    const mcpauth_cancel *cancel, mcpauth_error *err);

/* A notification; one that cancels a request takes it out of the line. */
void ma_answerer_heard(ma_answerer *answerer, const ma_envelope *message);

#endif
