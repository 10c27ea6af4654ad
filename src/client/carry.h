/* carry.h - one exchange until it is answered.
 *
 * Acts on what is no answer yet: a challenge, a lost session, a stream that
 * broke off, a server that asks for patience.  Nothing that may have been
 * processed is sent twice (T-025). */
#ifndef MA_CLIENT_CARRY_H
#define MA_CLIENT_CARRY_H

#include <mcpauth/client.h>

#include "mcp/exchange.h"

typedef struct {
    mcpauth_client *client;
    ma_exchange *exchange;
    bool opening;       /* it belongs to the handshake */
    bool repeatable;    /* being processed twice does no harm */
    int64_t timeout_ms; /* for each time that it is sent; 0: none */
    const mcpauth_cancel *cancel;

    /* Takes the answer while it is fresh: RESPONSE or ACCEPTED, and of the
     * handshake ERROR and REFUSED as well.  NULL: nobody wants it. */
    mcpauth_status (*answered)(
        void *ctx, const ma_exchange_event *event, mcpauth_error *err);
    void *ctx;
} ma_carry_job;

/* Other final events become errors, in the server's own words. */
mcpauth_status ma_carry(const ma_carry_job *job, mcpauth_error *err);

#endif
