/* crossing.h - a host on stdio and a server behind HTTP: what of the one means
 * what to the other, without the I/O.
 *
 * What either says goes in; what is to be done comes out through the ops.
 * Messages pass byte for byte (T-180) unless the two speak different eras of
 * MCP; which pair of eras it is decides the first message of the host and how
 * the server takes it (pair.h). */
#ifndef MA_BRIDGE_CROSSING_H
#define MA_BRIDGE_CROSSING_H

#include "bridge/errand.h"
#include "bridge/toolgate.h"
#include "mcp/session.h"

typedef struct ma_crossing ma_crossing;

/* What a crossing has done.  None of these calls back into it at once. */
typedef struct {
    /* Says a message to the host, on a line of its own. */
    mcpauth_status (*say)(void *ctx, ma_span message, mcpauth_error *err);

    /* Has errand carried to the server, or carried once more.  What comes of
     * it is told by ma_crossing_came, and its end by that or by
     * ma_crossing_failed. */
    mcpauth_status (*send)(void *ctx, ma_errand *errand, mcpauth_error *err);

    /* Nobody waits for what comes of errand: its connection is hung up, and
     * nothing more is told of it.  Never while something is told of it. */
    void (*drop)(void *ctx, ma_errand *errand);

    /* Something worth knowing, as mcpauth_log_fn. */
    void (*log)(void *ctx, int level, const char *event, const char *text);
} ma_crossing_ops;

typedef struct {
    const char *server;           /* URL of the MCP endpoint */
    const char *client_name;      /* of us, where the host does not say who */
    const char *client_version;   /* it is */
    const char *protocol_version; /* spoken to the server; NULL: any */
    const char *known_version;    /* it spoke the last time; NULL: not known */
    ma_toolgate_names allowed_tools; /* only these; none: all */
    ma_toolgate_names ignored_tools; /* not these */
    int64_t retry_codes[MA_EXCHANGE_RETRY_CODES];
} ma_crossing_options;

/* The texts of options, and ops, are borrowed. */
mcpauth_status ma_crossing_new(const ma_crossing_options *options,
    const ma_crossing_ops *ops, void *ctx, ma_crossing **out,
    mcpauth_error *err);

/* Drops what is under way.  NULL is allowed. */
void ma_crossing_free(ma_crossing *crossing);
MA_AUTO_DEFINE(ma_crossing, ma_crossing_free)

/* --- from the host -------------------------------------------------------
 * A failure of these and of those below is the end of the bridge. */

/* One line. */
mcpauth_status ma_crossing_heard(
    ma_crossing *crossing, ma_span line, mcpauth_error *err);

/* One that is too long to be read (T-154). */
mcpauth_status ma_crossing_heard_too_much(
    ma_crossing *crossing, mcpauth_error *err);

/* --- from the server ----------------------------------------------------- */

/* How errand is to be sent at this moment: its fields are added to headers.
 * And what may come back for it; rules are zeroed. */
mcpauth_status ma_crossing_prepare(ma_crossing *crossing, ma_errand *errand,
    mcpauth_headers *headers, ma_exchange_rules *rules, mcpauth_error *err);

/* What came for errand, out of `from`.  A final event is its end. */
mcpauth_status ma_crossing_came(ma_crossing *crossing, ma_errand *errand,
    const ma_exchange_event *event, const ma_inbound *from, mcpauth_error *err);

/* Its end without one. */
mcpauth_status ma_crossing_failed(ma_crossing *crossing, ma_errand *errand,
    mcpauth_status status, const mcpauth_error *why, mcpauth_error *err);

/* A message too long to be held was said to the host piece by piece in answer
 * to errand, to its end. */
mcpauth_status ma_crossing_answered(
    ma_crossing *crossing, ma_errand *errand, mcpauth_error *err);

/* --- the end ------------------------------------------------------------- */

/* The host says no more.  What it waits for goes on. */
mcpauth_status ma_crossing_close(ma_crossing *crossing, mcpauth_error *err);

/* How many requests the host waits for; none: it is idle. */
size_t ma_crossing_waiting(const ma_crossing *crossing);
bool ma_crossing_is_idle(const ma_crossing *crossing);

/* Behind the end: nothing is under way any more. */
bool ma_crossing_is_done(const ma_crossing *crossing);

/* Time is over: what the host still waits for is answered with an error
 * (T-183), and the session ended (T-052). */
mcpauth_status ma_crossing_end(ma_crossing *crossing, mcpauth_error *err);

/* The revision that the server spoke, NULL: not known. */
const char *ma_crossing_protocol_version(const ma_crossing *crossing);

#endif
