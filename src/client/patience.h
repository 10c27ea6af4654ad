/* patience.h - how long to wait before the same is asked once more, and when to
 * give up. */
#ifndef MA_CLIENT_PATIENCE_H
#define MA_CLIENT_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

/* Of one exchange.  Starts zeroed. */
typedef struct {
    int refusals; /* "not now", in a row */
    int resumes;  /* that failed in a row */
    int silences; /* streams in a row that said nothing */
} ma_patience;

/* The server refused for now.  harmless: a second time does no harm, or the
 * server said that it did not process the first (T-024).  said_ms: what it
 * says to wait, -1: it does not say.  False: there is no use in waiting. */
bool ma_patience_waits(ma_patience *patience, bool harmless, int64_t said_ms,
    int64_t *out_delay_ms);

/* A stream broke off; began: a good answer did, said: and there was something
 * in it.  A server may send its reader away as often as it likes, but not
 * break off as often (T-042). */
bool ma_patience_resumes(ma_patience *patience, bool began, bool said);

/* How long to wait before: said_ms is what the server said, or -1. */
int64_t ma_patience_resume_ms(const ma_patience *patience, int64_t said_ms);

#endif
