/* calls.h - the requests that somebody waits for the answers to, by their ids
 * (T-002). */
#ifndef MA_BRIDGE_CALLS_H
#define MA_BRIDGE_CALLS_H

#include "bridge/errand.h"

/* Starts zeroed. */
typedef struct {
    ma_errand **rooms; /* chains, by what the id comes to */
    size_t room_count;
    size_t count;
} ma_calls;

/* Frees the table, not what is in it. */
void ma_calls_done(ma_calls *calls);

/* E_STATE, and nothing happens: one of that id is there already. */
mcpauth_status ma_calls_put(
    ma_calls *calls, ma_errand *errand, mcpauth_error *err);

/* NULL: there is none. */
ma_errand *ma_calls_find(const ma_calls *calls, ma_span id);

/* Takes it out; it need not be there. */
void ma_calls_drop(ma_calls *calls, const ma_errand *errand);

/* Any whose answer comes on another stream; NULL: there is none. */
ma_errand *ma_calls_accepted(const ma_calls *calls);

/* The one that is wanted; NULL: there is none, or more than one. */
ma_errand *ma_calls_only(
    const ma_calls *calls, bool (*wanted)(const ma_errand *errand));

/* Takes any out; NULL: there is none left. */
ma_errand *ma_calls_take(ma_calls *calls);

#endif
