/* stateless.h - what both pairs have in common whose server has no sessions: a
 * tool is called when it is known which of its arguments go as fields (T-069).
 */
#ifndef MA_BRIDGE_STATELESS_H
#define MA_BRIDGE_STATELESS_H

#include "bridge/pair.h"
#include "mcp/page.h"

typedef struct {
    ma_errand *listing; /* a tools/list of ours; NULL: there is none */
    ma_page page;       /* of it */
    ma_buf meta;        /* the _meta it goes with, an object */
    ma_errands waiting; /* calls, until it is over */
} ma_stateless;

ma_stateless ma_stateless_init(void);

/* The host's calls are nothing to it any more: they are the crossing's. */
void ma_stateless_stop(ma_stateless *own, ma_crossing *crossing);

/* Does that, and releases it. */
void ma_stateless_done(ma_stateless *own, ma_crossing *crossing);

/* Sends a request of the host; a tools/call may wait for a list.  meta: the
 * _meta it carries, an object. */
mcpauth_status ma_stateless_send(ma_stateless *own, ma_crossing *crossing,
    ma_errand *errand, ma_span meta, mcpauth_error *err);

/* Takes the end of the listing.  message NULL: it failed. */
mcpauth_status ma_stateless_listed(ma_stateless *own, ma_crossing *crossing,
    const ma_envelope *message, mcpauth_error *err);

/* The server knows another schema than we do, and says so for the first time:
 * then it is listed anew, and the errand sent once more. */
bool ma_stateless_is_stale(
    const ma_errand *errand, const ma_exchange_event *event);
mcpauth_status ma_stateless_refresh(ma_stateless *own, ma_crossing *crossing,
    ma_errand *errand, ma_span meta, mcpauth_error *err);

/* The call waits and was not sent: then it is taken out. */
bool ma_stateless_takes_back(ma_stateless *own, const ma_errand *errand);

#endif
