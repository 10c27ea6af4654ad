/* asking.h - a call whose server answers it with questions until it knows
 * enough: each is put to a host with sessions, and the call made again with
 * what that said (T-090 to T-094, T-204). */
#ifndef MA_BRIDGE_ASKING_H
#define MA_BRIDGE_ASKING_H

#include "bridge/introduction.h"
#include "bridge/pair.h"
#include "mcp/rounds.h"

typedef struct ma_asking {
    ma_errand *call;  /* the host's */
    ma_errand *retry; /* ours; NULL: it is the host's turn */
    ma_rounds rounds;
    char *question; /* the id of the one that the host has; NULL: none */
    struct ma_asking *next;
} ma_asking;

/* Those under way. */
typedef struct {
    ma_asking *first;
} ma_askings;

/* Ends them all. */
void ma_askings_done(ma_askings *askings, ma_crossing *crossing);

/* Whether a result asks for more, or is of a kind that is not known. */
bool ma_asking_is_due(ma_span result);

/* Takes such a result, and puts the first question. */
mcpauth_status ma_asking_go_on(ma_askings *askings, ma_crossing *crossing,
    const ma_introduction *host, ma_errand *errand, ma_span result,
    mcpauth_error *err);

/* Takes what the host says to a question; false: it is to none. */
mcpauth_status ma_asking_answered(ma_askings *askings, ma_crossing *crossing,
    const ma_introduction *host, const ma_envelope *message,
    mcpauth_error *err);

/* The one that errand, a call or a retry, belongs to; NULL: none. */
ma_asking *ma_askings_find(const ma_askings *askings, const ma_errand *errand);

/* It is over: the host is told to forget a question, a retry is hung up, and
 * the call stays. */
mcpauth_status ma_asking_end(ma_askings *askings, ma_crossing *crossing,
    ma_asking *asking, mcpauth_error *err);

#endif
