/* moment.h - points in time for people and for machines. */
#ifndef MA_CLI_MOMENT_H
#define MA_CLI_MOMENT_H

#include <stdint.h>

enum { MA_MOMENT_MAX = 80 };

/* "2026-11-23T09:30:00Z" (RFC 3339). */
void ma_moment_write(int64_t at_ms, char out[MA_MOMENT_MAX]);

/* "at 2026-11-23T09:30:00Z (in 12 minutes)", "... (3 hours ago)", or "at a
 * time the server did not tell" for 0. */
void ma_moment_write_until(int64_t at_ms, char out[MA_MOMENT_MAX]);

#endif
