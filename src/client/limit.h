/* limit.h - how long the server may take for something.
 *
 * Its clock stands still while the server waits for us: while serve runs, or a
 * token is being got, which may take a person's time. */
#ifndef MA_CLIENT_LIMIT_H
#define MA_CLIENT_LIMIT_H

#include <mcpauth/client.h>
#include <stdint.h>

#include "base/auto.h"

typedef struct ma_limit {
    mcpauth_client *client;
    int64_t length_ms;            /* 0: no limit */
    const mcpauth_cancel *cancel; /* of who waits; NULL: nobody cancels */
    mcpauth_cancel *timer;
    mcpauth_cancel *either; /* of both; NULL: there is one only */

    /* Guarded by the client's mutex. */
    bool runs;
    int64_t left_ms; /* while it stands still */
    int64_t until_ms;
    struct ma_limit *next;
} ma_limit;

/* Makes one that does not run.  Whatever came of it, done is to be called. */
mcpauth_status ma_limit_init(ma_limit *limit, mcpauth_client *client,
    int64_t length_ms, const mcpauth_cancel *cancel, mcpauth_error *err);
void ma_limit_done(ma_limit *limit);
MA_SCOPED_DEFINE(ma_limit, ma_limit_done)

/* Asked when the time is over, or who waits cancels; NULL: never. */
const mcpauth_cancel *ma_limit_cancel(const ma_limit *limit);

/* The whole length from now on. */
void ma_limit_start(ma_limit *limit);

/* What was done meanwhile ended with status; that the time was over makes
 * E_TIMEOUT of E_CANCELLED: "WHAT within 5000 ms". */
mcpauth_status ma_limit_stop(ma_limit *limit, mcpauth_status status,
    const char *what, mcpauth_error *err);

/* All clocks of the client stand still from hold to release. */
void ma_limit_hold_all(mcpauth_client *client);
void ma_limit_release_all(mcpauth_client *client);

#endif
