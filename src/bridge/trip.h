/* trip.h - an errand on its way, until it is answered: with a token, with
 * patience, and with the rest of a stream that broke off.
 *
 * Nothing that may have been processed is sent twice (T-025).  What comes is
 * told to the crossing. */
#ifndef MA_BRIDGE_TRIP_H
#define MA_BRIDGE_TRIP_H

#include "bridge/road.h"

typedef struct ma_trip ma_trip;

/* Sends errand, whose carrier it becomes.  A failure is the bridge's end. */
mcpauth_status ma_trip_start(
    ma_road *road, ma_errand *errand, mcpauth_error *err);

/* Nobody waits for it; the errand may be freed. */
void ma_trip_drop(ma_road *road, ma_errand *errand);

/* Ends those that nobody waits for any more, too. */
void ma_trip_end_all(ma_road *road);

/* When the next waiting one goes on, by ma_clock_boot_ms; INT64_MAX: never. */
int64_t ma_trip_due_ms(const ma_road *road);

/* Goes on with those whose time has come. */
void ma_trip_go_on(ma_road *road, int64_t now_ms);

/* Those that the outlet was too full for go on when it is not any more. */
void ma_trip_resume(ma_road *road);

#endif
