/* transfer.h - one exchange of MCP on the wire, with the token attached.
 *
 * What the server says by the way goes where it belongs: notifications to the
 * program, requests to the answerer.  Nothing is sent twice
 * here, but for ma_transfer_say. */
#ifndef MA_CLIENT_TRANSFER_H
#define MA_CLIENT_TRANSFER_H

#include <mcpauth/client.h>

#include "base/buf.h"
#include "client/limit.h"
#include "mcp/exchange.h"

typedef struct {
    mcpauth_client *client;
    mcpauth_caller *caller; /* NULL: no authorization */
    ma_exchange *exchange;
    int64_t timeout_ms;           /* 0: none */
    ma_limit *limit;              /* runs as long as one exchange; NULL */
    const mcpauth_cancel *cancel; /* NULL: nobody cancels */
    bool once;                    /* a second time could do harm (T-025) */

    /* Told of every event, while it is fresh, behind those; NULL: nobody. */
    mcpauth_status (*took)(
        void *ctx, const ma_exchange_event *event, mcpauth_error *err);
    /* Told when an event stream begins; NULL: nobody. */
    void (*started)(void *ctx);
    void *ctx;

    /* What came of it. */
    bool has_final;
    bool began;              /* a good answer did */
    bool said;               /* and there was something in it */
    ma_exchange_event final; /* kind, http_status, retry_after_ms and the code
                                of an error; its spans are stale */
    mcpauth_headers *head;   /* of a 401 or 403 */
    ma_buf refusal;          /* its body */
    bool enough;             /* nobody waits for the rest */
} ma_transfer;

/* The result of the last run, not what it was made of. */
void ma_transfer_done(ma_transfer *at);
MA_SCOPED_DEFINE(ma_transfer, ma_transfer_done)

/* Sends the exchange and takes its answer to the end, or as far as anybody
 * waits for it. */
mcpauth_status ma_transfer_run(ma_transfer *at, mcpauth_error *err);

/* The same for what is said in passing: a server that wants another proof of
 * the token's key gets it once more, and nobody is asked for a token. */
mcpauth_status ma_transfer_say(ma_transfer *at, mcpauth_error *err);

/* Tells the caller how the server answered.  *out_again: with another token it
 * may answer otherwise; renew the exchange and send it once more.
 * E_REFUSED: the server refuses for good. */
mcpauth_status ma_transfer_judge(
    ma_transfer *at, bool *out_again, mcpauth_error *err);

#endif
