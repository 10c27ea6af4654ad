/* clientstate.h - what the parts of an MCP client share.
 *
 *     client     the face, and lists in pages
 *     opening    which revision, and the handshake
 *     request    one request with all that belongs to it: progress, and rounds
 *                of questions
 *     toolfields arguments of tools that go as header fields
 *     carry      one exchange until it is answered
 *     transfer   one exchange on the wire
 *     limit      how long the server may take
 *     listener   the stream of what the server says unasked
 *     keeper     sessions that are lost while somebody listens
 *     answerer   answers to what the server asks
 *     mailbox    answers that come on another stream (2024-11-05)
 *
 * Locks, in the order they are taken: opening, mutex; telling stands alone.
 * None is held while anything is sent, but opening, which is a turn for that
 * reason: who waits for it can give up. */
#ifndef MA_CLIENT_CLIENTSTATE_H
#define MA_CLIENT_CLIENTSTATE_H

#include <mcpauth/client.h>
#include <pthread.h>

#include "base/cancel.h"
#include "client/answerer.h"
#include "client/keeper.h"
#include "client/limit.h"
#include "client/listener.h"
#include "client/mailbox.h"
#include "client/progress.h"
#include "client/standing.h"
#include "client/turn.h"
#include "mcp/cache.h"
#include "mcp/session.h"
#include "mcp/toolbook.h"

enum { MA_CLIENT_LINES = 8 }; /* callers kept for the next request */

/* What the server said of itself; older ones stay, since they are lent. */
typedef struct ma_client_peer {
    const char *version;
    char *info;
    char *capabilities;
    char *instructions;
    struct ma_client_peer *before;
} ma_client_peer;

struct mcpauth_client {
    mcpauth_client_options options; /* of its pointers server is ours; name,
                                       version, headers and capabilities are
                                       not kept */
    mcpauth_headers *headers;
    mcpauth_cancel *stop; /* asked when the client is freed */

    ma_turn *opening;        /* one thread opens at a time; guards noted */
    mcpauth_cancel *closing; /* used in that turn; asked while somebody closes,
                                and when the client is freed */
    const char *noted;       /* the revision that the store knows; NULL: it was
                                not asked yet; "": none */
    pthread_mutex_t mutex;   /* guards what follows */
    int closers;             /* who close */
    ma_limit *limits;        /* of what is under way */
    int holds;               /* reasons for their clocks to stand still */
    bool serves;             /* a serve is under way, in this thread: */
    pthread_t server;
    ma_session *session;
    mcpauth_caller *callers[MA_CLIENT_LINES];
    size_t caller_count;
    ma_client_peer *peer; /* NULL until it was open once */
    ma_standing *standing;
    ma_toolbook tools;
    ma_cache cache;

    pthread_mutex_t telling; /* one callback of the program's at a time */
    ma_progress progress;

    ma_turn *serving; /* one serve at a time */
    ma_answerer *answerer;
    ma_listener *listener;
    ma_keeper *keeper;
    ma_mailbox *mailbox;
};

/* A caller of its own for one exchange, NULL without authorization; given
 * back behind it. */
mcpauth_status ma_client_take_caller(
    mcpauth_client *client, mcpauth_caller **out, mcpauth_error *err);
void ma_client_put_caller(mcpauth_client *client, mcpauth_caller *caller);

bool ma_client_is_open(mcpauth_client *client);

/* 2026-07-28: requests stand alone. */
bool ma_client_is_stateless(mcpauth_client *client);

/* Makes exchange ready to be sent once more. */
mcpauth_status ma_client_renew(
    mcpauth_client *client, ma_exchange *exchange, mcpauth_error *err);

/* Hands a notification of the server to who wants it. */
void ma_client_tell(mcpauth_client *client, const ma_envelope *message);

#endif
