/* errand.h - one HTTP request that is to be made for a message. */
#ifndef MA_BRIDGE_ERRAND_H
#define MA_BRIDGE_ERRAND_H

#include <mcpauth/http.h>

#include "base/buf.h"
#include "mcp/inbound.h"

/* What it is made for decides what comes back (mcp/inbound.h). */
typedef struct ma_errand {
    ma_exchange_purpose purpose;
    char *id;     /* of the request in it, as it stands there; NULL: none */
    char *method; /* of MCP; NULL: it has none */
    ma_buf body;  /* the message; empty: none is sent */
    size_t params_at, params_len; /* where in it its params stand; 0: none */
    mcpauth_headers *fields;      /* of this message alone; NULL: none */
    bool repeatable;        /* being processed twice does no harm (T-025) */
    bool ours;              /* the host knows nothing of it (T-182) */
    unsigned session;       /* which one it was sent in, counted */
    bool accepted;          /* its answer comes on another stream (T-171) */
    bool cancelled;         /* the host does not wait for it any more */
    bool heard;             /* something came for it */
    bool again;             /* it was sent in a session that was lost */
    bool sent;              /* and on its way */
    bool whole;             /* its answer must not come in pieces */
    int64_t delay_ms;       /* it is to be sent so much later */
    void *carrier;          /* of whoever carries it out; NULL: nobody */
    struct ma_errand *next; /* in the list it stands in */
    struct ma_errand *next_call;      /* in calls.h */
    struct ma_errand *next_under_way; /* in pair.h, */
    struct ma_errand **under_way_at;  /* and what points to it there */
} ma_errand;

/* For a message, which is copied; NULL: there is none to send. */
mcpauth_status ma_errand_new(ma_exchange_purpose purpose,
    const ma_envelope *message, ma_errand **out, mcpauth_error *err);

/* Wipes and frees.  NULL is allowed. */
void ma_errand_free(ma_errand *errand);
MA_AUTO_DEFINE(ma_errand, ma_errand_free)

/* Gives its message these params, an object. */
mcpauth_status ma_errand_set_params(
    ma_errand *errand, ma_span params, mcpauth_error *err);

/* The params of its message, or absent.  Lent. */
ma_span ma_errand_params(const ma_errand *errand);

/* Its message is of that method. */
bool ma_errand_is(const ma_errand *errand, const char *method);

/* Lists, in the order things were put in. */
typedef struct {
    ma_errand *first;
    ma_errand **end; /* NULL: it is empty */
} ma_errands;

void ma_errands_put(ma_errands *list, ma_errand *errand);

/* NULL: it is empty. */
ma_errand *ma_errands_take(ma_errands *list);

/* Takes this one out; it need not be there. */
void ma_errands_drop(ma_errands *list, const ma_errand *errand);

#endif
