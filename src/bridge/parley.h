/* parley.h - calls whose server has asked the host something, which has no
 * sessions: the host gets the question as the answer to its call, and brings
 * its own with another one (T-212).
 *
 * Meanwhile the server waits with the first.  What a host must bring along is a
 * handle that nobody can guess, good once, for the same call, and not for
 * ever. */
#ifndef MA_BRIDGE_PARLEY_H
#define MA_BRIDGE_PARLEY_H

#include "bridge/pair.h"

enum { MA_PARLEY_MAX_MS = 10 * 60 * 1000 };

/* What the server has asked and the host has not been told yet. */
typedef struct ma_parley_question {
    char *id, *method, *params; /* as they stand there */
    struct ma_parley_question *next;
} ma_parley_question;

typedef struct ma_parley {
    char *id;        /* of the call that the server waits with */
    ma_errand *call; /* the host's that waits at present; NULL: none */
    char *method;
    char *params;    /* of the first call, as they were written */
    char handle[33]; /* of the question that the host has; "": none */
    int64_t until_ms;
    ma_parley_question *asked; /* the first is the one that the host has */
    char *answer;              /* of the server, that came when nobody waited */
    struct ma_parley *next;
} ma_parley;

typedef struct {
    ma_parley *first;
} ma_parleys;

void ma_parleys_done(ma_parleys *parleys);

/* By the call that the server waits with, or the host's that waits. */
ma_parley *ma_parleys_of_id(const ma_parleys *parleys, ma_span id);
ma_parley *ma_parleys_of_call(const ma_parleys *parleys, const ma_errand *call);

/* One whose host has had the question for too long. */
ma_parley *ma_parleys_late(const ma_parleys *parleys);

/* Takes a question that came on the stream of a call which is call's, or of a
 * parley; the host is told at once, if it waits. */
mcpauth_status ma_parleys_ask(ma_parleys *parleys, ma_crossing *crossing,
    ma_errand *call, ma_span id, const ma_envelope *question,
    mcpauth_error *err);

/* The call goes on with one of them: *out, with the question that is answered
 * by *out_answer taken out of it.  NULL: the handle is none, and the host was
 * told.  retry: a request of the host with a requestState. */
mcpauth_status ma_parleys_go_on(ma_parleys *parleys, ma_crossing *crossing,
    ma_errand *retry, ma_parley **out, ma_parley_question **out_question,
    mcpauth_error *err);

/* Tells the host the next question, if there is one and it waits. */
mcpauth_status ma_parley_tell(
    ma_parley *parley, ma_crossing *crossing, mcpauth_error *err);

/* It is over; its call, if there is one, stays. */
void ma_parleys_drop(ma_parleys *parleys, ma_parley *parley);
void ma_parley_question_free(ma_parley_question *question);

#endif
