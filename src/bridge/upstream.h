/* upstream.h - how the server speaks, as far as it is known. */
#ifndef MA_BRIDGE_UPSTREAM_H
#define MA_BRIDGE_UPSTREAM_H

#include "bridge/errand.h"
#include "mcp/era.h"

typedef struct {
    const ma_era *era; /* NULL: not known yet */
    void *state;       /* of the era */
    bool open;         /* its opening was answered */
    unsigned session;  /* how many there were, this one included */
    ma_session_peer peer;
    ma_buf opening; /* what peer lies in */
} ma_upstream;

ma_upstream ma_upstream_init(void);
void ma_upstream_done(ma_upstream *upstream);

/* It speaks in that era, and is not open.  options: of mcp/session.h. */
mcpauth_status ma_upstream_speak(ma_upstream *upstream, const ma_era *era,
    const ma_session_options *options, mcpauth_error *err);

/* Its session is gone, or was none. */
void ma_upstream_reset(ma_upstream *upstream);

/* Takes the result of the opening; session_id: of its answer, or NULL.  OK, and
 * not open: it is of an older era (T-072).
 * E_UNSUPPORTED: no version in common. */
mcpauth_status ma_upstream_agree(ma_upstream *upstream, ma_span result,
    const ma_secret *session_id, mcpauth_error *err);

/* Adds the fields that errand carries in the present session. */
mcpauth_status ma_upstream_add_fields(const ma_upstream *upstream,
    const ma_errand *errand, mcpauth_headers *to, mcpauth_error *err);

/* What may come back for it. */
void ma_upstream_set_rules(
    const ma_upstream *upstream, ma_exchange_rules *rules);

#endif
