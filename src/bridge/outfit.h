/* outfit.h - the HTTP request that an errand is sent as. */
#ifndef MA_BRIDGE_OUTFIT_H
#define MA_BRIDGE_OUTFIT_H

#include <mcpauth/client.h>

#include "bridge/crossing.h"

/* What it is made of; all lent as long as it is used. */
typedef struct {
    ma_crossing *crossing;
    ma_errand *errand;
    const char *server;         /* where it goes, unless the era says else */
    const mcpauth_headers *own; /* the user's; NULL: none */
    mcpauth_caller *caller;     /* NULL: no authorization */
    bool resumes;               /* it asks for the rest of a stream, */
    const char *resume_id;      /* from there on; NULL: from anywhere */
} ma_outfit_facts;

/* Zeroed: there is none. */
typedef struct {
    mcpauth_http_request request;
    ma_exchange_rules rules; /* for what comes back */
    mcpauth_headers *headers;
    char *url; /* what rules.url lends; NULL: the server's */
} ma_outfit;

void ma_outfit_done(ma_outfit *outfit);

/* It is sent by GET: only an event stream will do. */
bool ma_outfit_is_get(const ma_outfit_facts *facts);

/* *out is zeroed, and done with whatever comes of it. */
mcpauth_status ma_outfit_make(
    const ma_outfit_facts *facts, ma_outfit *out, mcpauth_error *err);

#endif
