/* pair.h - the inside of a crossing, for the files that are its pairs.
 *
 *     sessions   both have sessions, or the server is one of 2024-11-05
 *     lifting    the host has sessions, the server has none (2026-07-28)
 *     lowering   the other way round
 *     plain      neither has
 *     finding    the host has none, and whether the server has is being asked
 *
 * crossing.c owns what they share: the host's requests by id, what is under
 * way, and the ways to the ops. */
#ifndef MA_BRIDGE_PAIR_H
#define MA_BRIDGE_PAIR_H

#include "bridge/calls.h"
#include "bridge/crossing.h"
#include "bridge/toolgate.h"
#include "bridge/upstream.h"
#include "client/standing.h"

/* What one pair of eras makes of what is said.  An errand that came to its end
 * is the pair's: ma_crossing_finish, or sent once more. */
typedef struct {
    const char *name;

    /* A message of the host, of any kind but a batch. */
    mcpauth_status (*heard)(
        ma_crossing *crossing, const ma_envelope *message, mcpauth_error *err);

    /* Adds what the era alone does not know; NULL: nothing. */
    mcpauth_status (*prepare)(const ma_crossing *crossing,
        const ma_errand *errand, mcpauth_headers *headers, mcpauth_error *err);

    mcpauth_status (*came)(ma_crossing *crossing, ma_errand *errand,
        const ma_exchange_event *event, const ma_inbound *from,
        mcpauth_error *err);

    mcpauth_status (*failed)(ma_crossing *crossing, ma_errand *errand,
        mcpauth_status status, const mcpauth_error *why, mcpauth_error *err);

    /* The crossing that its errands are of, if that is another one; NULL: they
     * are its own. */
    ma_crossing *(*inner)(const ma_crossing *crossing);

    /* Takes leave of the server; what the host waits for is answered, and gone,
     * when it returns. */
    mcpauth_status (*end)(ma_crossing *crossing, mcpauth_error *err);

    /* Releases what it kept in crossing->own. */
    void (*done)(ma_crossing *crossing);
} ma_pair;

extern const ma_pair ma_pair_sessions;
extern const ma_pair ma_pair_lifting;
extern const ma_pair ma_pair_lowering;
extern const ma_pair ma_pair_plain;
extern const ma_pair ma_pair_finding;

/* Why the server was given up on as one of another era; status OK: it was not.
 */
typedef struct {
    mcpauth_status status;
    mcpauth_error *why; /* NULL: none */
} ma_pair_refusal;

/* The pair goes on with a host's initialize that is in no list and not under
 * way; refusal: what the server has said to it, moved out. */
mcpauth_status ma_sessions_adopt(ma_crossing *crossing, ma_errand *initialize,
    ma_pair_refusal *refusal, mcpauth_error *err);
mcpauth_status ma_lifting_adopt(ma_crossing *crossing, ma_errand *initialize,
    ma_pair_refusal *refusal, mcpauth_error *err);

/* The pair goes on with what is held. */
mcpauth_status ma_plain_adopt(ma_crossing *crossing, mcpauth_error *err);
mcpauth_status ma_lowering_adopt(ma_crossing *crossing, mcpauth_error *err);

struct ma_crossing {
    ma_crossing_options options;
    ma_crossing_ops ops;
    void *ctx;
    const ma_pair *pair; /* NULL: the host said nothing yet */
    void *own;           /* of the pair */
    ma_upstream upstream;
    ma_toolgate gate;
    ma_calls calls;       /* what the host waits for */
    ma_errands held;      /* of the host, until the server is ready */
    bool initialized;     /* the host said so before it could be told */
    ma_errand *under_way; /* everything that is, by next_under_way */
    uint64_t last_id;
    char id_prefix[32]; /* of ours: nobody can guess it (T-182) */
    bool closed;        /* the host says no more */
    mcpauth_error *why; /* for words on their way to the host */
};

/* --- what the pairs need ------------------------------------------------- */

/* Says text, one message. */
mcpauth_status ma_crossing_say(
    ma_crossing *crossing, ma_span text, mcpauth_error *err);

/* Answers the host's request of that id with an error of ours. */
mcpauth_status ma_crossing_complain(ma_crossing *crossing, ma_span id,
    mcpauth_status status, const mcpauth_error *why, mcpauth_error *err);

/* The same with a code of JSON-RPC. */
mcpauth_status ma_crossing_refuse(ma_crossing *crossing, ma_span id, int code,
    const char *message, mcpauth_error *err);

/* The same of an errand of the host's, and finishes it. */
mcpauth_status ma_crossing_turn_down(ma_crossing *crossing, ma_errand *errand,
    int code, const char *message, mcpauth_error *err);

/* Answers it with a result of ours. */
mcpauth_status ma_crossing_answer(
    ma_crossing *crossing, ma_span id, ma_span result, mcpauth_error *err);

/* An errand for a message of the host; a request counts among the calls from
 * then on.  NULL in *out: the host was told that its id is taken, or that there
 * is no such tool. */
mcpauth_status ma_crossing_take(ma_crossing *crossing,
    const ma_envelope *message, ma_errand **out, mcpauth_error *err);

/* One for a request or notification of ours.  params: an object, or absent. */
mcpauth_status ma_crossing_ask(ma_crossing *crossing,
    ma_exchange_purpose purpose, const char *method, ma_span params,
    ma_errand **out, mcpauth_error *err);

/* One without a message: a stream, or the end of a session. */
mcpauth_status ma_crossing_open(ma_crossing *crossing,
    ma_exchange_purpose purpose, ma_errand **out, mcpauth_error *err);

/* Has it carried; not while it is. */
mcpauth_status ma_crossing_send(
    ma_crossing *crossing, ma_errand *errand, mcpauth_error *err);

/* Nobody waits for it any more: hangs up if it is on its way, and frees it. */
void ma_crossing_finish(ma_crossing *crossing, ma_errand *errand);

/* Finishes it with an error for the host, if that still waits for it. */
mcpauth_status ma_crossing_fail(ma_crossing *crossing, ma_errand *errand,
    mcpauth_status status, const mcpauth_error *why, mcpauth_error *err);

/* Says the result that came for it, and finishes it; of a list of tools what
 * the host may see. */
mcpauth_status ma_crossing_pass_result(ma_crossing *crossing, ma_errand *errand,
    const ma_exchange_event *event, mcpauth_error *err);

/* The same with a refusal: an error of the server's own passes as it is
 * (T-180), anything else becomes one of ours (T-023). */
mcpauth_status ma_crossing_pass_refusal(ma_crossing *crossing,
    ma_errand *errand, const ma_exchange_event *event, const ma_inbound *from,
    mcpauth_error *err);

void ma_crossing_log(const ma_crossing *crossing, int level, const char *event,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Another pair goes on; it knows what stands in the crossing. */
void ma_crossing_change(ma_crossing *crossing, const ma_pair *pair);

#endif
