/* meter.h - one line at the terminal that says how far the work has got, once
 * it has taken a second.
 *
 * Whatever else is written there lifts it first.  NULL is allowed as the meter
 * everywhere, and does nothing. */
#ifndef MA_CLI_METER_H
#define MA_CLI_METER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/auto.h"
#include "base/span.h"

typedef struct ma_meter ma_meter;

/* The line gets no longer than columns.  NULL: out of memory. */
ma_meter *ma_meter_new(FILE *to, size_t columns);

/* Clears the line. */
void ma_meter_free(ma_meter *meter);
MA_AUTO_DEFINE(ma_meter, ma_meter_free)

/* Work begins at now_ms and ends: only between the two is there a line. */
void ma_meter_begin(ma_meter *meter, int64_t now_ms);
void ma_meter_end(ma_meter *meter);

/* The params of a notifications/progress: they are the line from then on.  From
 * any thread, as what follows. */
void ma_meter_tell(ma_meter *meter, ma_span params, int64_t now_ms);

/* Time goes by: shows what was told last, or for how long nothing was. */
void ma_meter_tick(ma_meter *meter, int64_t now_ms);

/* Clears the line, and keeps it away while something else is written. */
void ma_meter_lift(ma_meter *meter);
void ma_meter_lower(ma_meter *meter);

/* Clears the line; nothing is shown until it is false again. */
void ma_meter_hold(ma_meter *meter, bool held);

#endif
