/* guard.h - what an MCP server thinks of the token it was sent. */
#ifndef MA_SANDBOX_GUARD_H
#define MA_SANDBOX_GUARD_H

#include "sandbox/idp.h"

typedef enum {
    MA_GUARD_GOOD,
    MA_GUARD_MISSING,    /* no token, or one that is empty or "undefined" */
    MA_GUARD_MISMATCH,   /* another scheme than Bearer is used or expected */
    MA_GUARD_UNPARSABLE, /* not a JWT */
    MA_GUARD_CLAIM,      /* of a client that is not allowed */
    MA_GUARD_AUDIENCE,   /* for another resource */
    MA_GUARD_INVALID,    /* forged, expired, or of another issuer */
    MA_GUARD_SCOPE,      /* good, but lacks a scope */
    MA_GUARD_DENIED      /* whatever it is */
} ma_guard_verdict;

typedef struct {
    const ma_idp *idp;    /* whose tokens are good */
    const char *clients;  /* allowed ones; NULL: any */
    const char *audience; /* NULL: any */
    const char *scopes;   /* one of them is enough; NULL: none is needed */
} ma_guard;

/* Judges Authorization, or does as a fault says. */
ma_guard_verdict ma_guard_judge(const ma_guard *guard, ma_visit *visit);

#endif
