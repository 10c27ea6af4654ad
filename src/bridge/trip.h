/* trip.h - an errand on its way, until it is answered: with a token, with
 * patience, and with the rest of a stream that broke off.
 *
 * Nothing that may have been processed is sent twice (T-025).  What comes is
 * told to the crossing. */
#ifndef MA_BRIDGE_TRIP_H
#define MA_BRIDGE_TRIP_H

#include <mcpauth/client.h>

#include "bridge/crossing.h"
#include "bridge/desk.h"
#include "bridge/outlet.h"
#include "net/multi.h"

typedef struct ma_trip ma_trip;

enum { MA_ROAD_CALLERS = 16 }; /* kept for the next trip */

/* What all trips share. */
typedef struct {
    ma_crossing *crossing;
    ma_outlet *outlet;
    const ma_multi_ops *net;
    ma_multi *multi;
    ma_desk *desk;
    mcpauth_provider *provider; /* NULL: no authorization */
    const char *server;
    const mcpauth_headers *headers; /* the user's */
    void (*advise)(void *ctx, mcpauth_status status, mcpauth_error *err);
    void *advise_ctx; /* adds to an error what to do; advise NULL: nothing */

    ma_trip *waiting; /* for a time to come */
    ma_trip *paused;  /* for the outlet */
    mcpauth_caller *callers[MA_ROAD_CALLERS];
    size_t caller_count;
    mcpauth_status failed; /* the bridge has to end */
    mcpauth_error *why;
} ma_road;

/* After all trips were dropped. */
void ma_road_done(ma_road *road);

/* Sends errand, whose carrier it becomes.  A failure is the bridge's end. */
mcpauth_status ma_trip_start(
    ma_road *road, ma_errand *errand, mcpauth_error *err);

/* Nobody waits for it; the errand may be freed. */
void ma_trip_drop(ma_road *road, ma_errand *errand);

/* When the next waiting trip goes on, by ma_clock_boot_ms; INT64_MAX: never. */
int64_t ma_road_due_ms(const ma_road *road);

/* Goes on with those whose time has come. */
void ma_road_go_on(ma_road *road, int64_t now_ms);

/* Those that the outlet was too full for go on when it is not any more. */
void ma_road_resume(ma_road *road);

#endif
