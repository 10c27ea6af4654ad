/* era.h - what each era of MCP does its own way, as a table of functions.
 *
 * session.c walks through the table and knows no revision; legacy.c fills it
 * for those with sessions. */
#ifndef MA_MCP_ERA_H
#define MA_MCP_ERA_H

#include "mcp/session.h"

typedef struct {
    const char *opening; /* the request that opens a session */
    const char *opened;  /* the notification that follows, or NULL */

    /* state is the era's own; it outlives the sessions of one ma_session. */
    mcpauth_status (*new)(const ma_session_options *options, void **out_state,
        mcpauth_error *err);
    void (*free)(void *state);

    /* Forgets the present session. */
    void (*reset)(void *state);

    /* Appends the params of the opening. */
    void (*write_opening)(const void *state, ma_buf *to);

    /* Reads its result; the spans of *out_server lie in result.  session_id is
     * what the answer's header said, or NULL. */
    mcpauth_status (*read_opening)(void *state, ma_span result,
        const ma_secret *session_id, ma_session_peer *out_server,
        mcpauth_error *err);

    /* After an error: true when another write_opening may do better. */
    bool (*retry_opening)(void *state, const ma_envelope *error);

    /* Adds the fields that every message of this moment carries. */
    mcpauth_status (*add_headers)(
        const void *state, mcpauth_headers *to, mcpauth_error *err);

    /* Sets what the era decides: batches, server_requests, in_session. */
    void (*set_rules)(const void *state, ma_exchange_rules *rules);
} ma_era;

#endif
