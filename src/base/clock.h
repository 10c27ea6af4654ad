/* clock.h - the time, for drivers and programs; the engine is told it. */
#ifndef MA_BASE_CLOCK_H
#define MA_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds since 1970. */
int64_t ma_clock_now_ms(void);

/* Milliseconds since boot, suspend included: for deadlines and durations. */
int64_t ma_clock_boot_ms(void);

#endif
