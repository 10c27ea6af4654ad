/* rounds.h - a request that a server answers with questions until it knows
 * enough to give its result (SEP-2322).
 *
 * Feed every result.  While more is due, answer the questions in their order,
 * then send the request again, with a new id, and with params that write_params
 * makes of those of the first time.  Only the latest round counts (T-092). */
#ifndef MA_MCP_ROUNDS_H
#define MA_MCP_ROUNDS_H

#include "mcp/value.h"

enum {
    MA_ROUNDS_MAX = 16,
    MA_ROUNDS_REQUESTS_MAX = 64, /* questions of one round */
    MA_ROUNDS_BYTES_MAX = 16 * 1024 * 1024,
    MA_ROUNDS_PAUSE_MS = 1000 /* before a retry that answers nothing */
};

/* A question: values (value.h), params an object or absent. */
typedef struct {
    ma_span key;
    ma_span method; /* says one of the three of T-093 */
    ma_span params;
} ma_rounds_request;

typedef struct {
    size_t rounds_max;
    size_t count;    /* rounds so far */
    ma_buf requests; /* the latest round's inputRequests, empty without */
    ma_buf state;    /* its requestState, empty without */
    ma_buf answers;  /* the members of inputResponses so far */
    ma_value_walk due;
} ma_rounds;

/* rounds_max 0 means MA_ROUNDS_MAX. */
ma_rounds ma_rounds_init(size_t rounds_max);
void ma_rounds_done(ma_rounds *rounds);
MA_SCOPED_DEFINE(ma_rounds, ma_rounds_done)

/* Takes the result of a request of that method.  *out_more is false when it is
 * the last, also where the server names no kind (T-080), and true when another
 * round is due.  E_PROTOCOL: a kind that is unknown here, or questions that are
 * malformed or that this method must not lead to (T-090); E_LIMIT: too many
 * rounds or questions. */
mcpauth_status ma_rounds_feed(ma_rounds *rounds, const char *method,
    ma_span result, bool *out_more, mcpauth_error *err);

/* False when the latest round has no questions: then wait
 * MA_ROUNDS_PAUSE_MS. */
bool ma_rounds_asks(const ma_rounds *rounds);

/* The question that is due; false when all are answered.  Lent until the next
 * feed. */
bool ma_rounds_next(const ma_rounds *rounds, ma_rounds_request *out);

/* Answers it with the bare result, an object.  E_STATE: none is due.  E_USAGE:
 * no object. */
mcpauth_status ma_rounds_answer(
    ma_rounds *rounds, ma_span result, mcpauth_error *err);

/* Appends the params of the next round; params are those of the first, an
 * object or absent.  E_STATE: a question is open. */
mcpauth_status ma_rounds_write_params(
    const ma_rounds *rounds, ma_span params, ma_buf *to, mcpauth_error *err);

#endif
