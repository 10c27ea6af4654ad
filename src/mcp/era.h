/* era.h - what each era of MCP does its own way, as a table of functions.
 *
 * session.c walks through the tables and knows no revision; modern.c,
 * legacy.c and httpsse.c each fill one. */
#ifndef MA_MCP_ERA_H
#define MA_MCP_ERA_H

#include "mcp/revision.h"
#include "mcp/session.h"

/* What a refused opening means. */
typedef enum {
    MA_ERA_FAILED, /* what it says */
    MA_ERA_AGAIN,  /* another write_opening may do better */
    MA_ERA_OLDER,  /* the server may be of an older era */
    MA_ERA_NEWER   /* or of a newer one */
} ma_era_verdict;

typedef struct {
    const char *opening; /* the request that opens a session */
    const char *opened;  /* the notification that follows, or NULL */

    /* A stream of the server's comes first, and says where to POST. */
    bool streamed;

    /* How the server is listened to, and how a request is cancelled. */
    ma_session_channel channel;
    bool cancel_is_said; /* by a notification; else by hanging up (T-110) */

    bool (*speaks)(const ma_revision *revision);

    /* state is the era's own; it outlives the sessions of one ma_session. */
    mcpauth_status (*new)(const ma_session_options *options, void **out_state,
        mcpauth_error *err);
    void (*free)(void *state);

    /* Forgets the present session. */
    void (*reset)(void *state);

    /* Where to POST, as the stream said.  Of a streamed era only. */
    mcpauth_status (*set_endpoint)(
        void *state, ma_span endpoint, mcpauth_error *err);

    /* Appends the params of the opening. */
    void (*write_opening)(const void *state, ma_buf *to);

    /* Reads its result; the spans of *out_server lie in result.  session_id is
     * what the answer's header said, or NULL.  OK, and no version in
     * *out_server: this is the answer of a server of an older era. */
    mcpauth_status (*read_opening)(void *state, ma_span result,
        const ma_secret *session_id, ma_session_peer *out_server,
        mcpauth_error *err);

    /* Reads an ERROR or REFUSED instead. */
    ma_era_verdict (*judge_refusal)(
        void *state, const ma_exchange_event *event);

    /* Appends the params of a request, which may be absent: `,"params":{}`. */
    mcpauth_status (*write_params)(
        const void *state, ma_span params, ma_buf *to, mcpauth_error *err);

    /* Adds the fields that this message carries at this moment; an answer, and
     * what is no message, has no method. */
    mcpauth_status (*add_headers)(const void *state,
        const ma_session_call *message, mcpauth_headers *to,
        mcpauth_error *err);

    /* Sets what the era decides of the rules. */
    void (*set_rules)(const void *state, ma_exchange_rules *rules);
} ma_era;

/* For an era whose messages carry the caller's params as they are. */
mcpauth_status ma_era_write_plain_params(
    const void *state, ma_span params, ma_buf *to, mcpauth_error *err);

/* Appends `"capabilities":{...}` under that name, and `clientInfo` under that
 * one: what a client says of itself, in every era. */
mcpauth_status ma_era_write_client(const ma_session_options *options,
    const char *capabilities_name, const char *info_name, ma_buf *to,
    mcpauth_error *err);

/* E_USAGE: no era speaks what is pinned. */
mcpauth_status ma_era_pinned(const ma_session_options *options,
    const ma_revision **out_pinned, mcpauth_error *err);

/* A member that is an object, or absent. */
ma_span ma_era_object_member(ma_span object, const char *name);

#endif
