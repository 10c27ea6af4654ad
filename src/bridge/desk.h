/* desk.h - tokens for a loop that must not wait: a thread does what takes
 * long, one wish after the other, and the rest find it done. */
#ifndef MA_BRIDGE_DESK_H
#define MA_BRIDGE_DESK_H

#include <mcpauth/client.h>

#include "base/auto.h"

typedef struct ma_desk ma_desk;

/* Filled in and kept by whoever wishes, until it is granted. */
typedef struct ma_desk_wish {
    mcpauth_caller *caller;       /* nobody else uses it meanwhile */
    const mcpauth_answer *answer; /* the challenge; NULL: the first header */

    /* Called by ma_desk_grant when it is over. */
    void (*granted)(void *ctx);
    void *ctx;

    /* What came of it. */
    mcpauth_status status;
    mcpauth_error *why; /* of whoever wishes */
    bool again;         /* of an answer: send it once more */

    struct ma_desk_wish *next; /* the desk's */
} ma_desk_wish;

/* E_NOMEM: no memory, thread or descriptor. */
mcpauth_status ma_desk_new(ma_desk **out, mcpauth_error *err);

/* Waits until the wish in hand has ended; the others never will.  NULL is
 * allowed. */
void ma_desk_free(ma_desk *desk);
MA_AUTO_DEFINE(ma_desk, ma_desk_free)

void ma_desk_ask(ma_desk *desk, ma_desk_wish *wish);

/* Readable when wishes are over. */
int ma_desk_fd(const ma_desk *desk);

/* Calls granted for each of them, in this thread. */
void ma_desk_grant(ma_desk *desk);

/* Nobody is at work, and nobody waits. */
bool ma_desk_is_idle(ma_desk *desk);

#endif
