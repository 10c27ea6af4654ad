/* work.h - waiting for an MCP server, while a person at the terminal sees that
 * it goes on. */
#ifndef MA_CLI_WORK_H
#define MA_CLI_WORK_H

#include "cli/meter.h"

typedef struct ma_work ma_work;

/* Begins the meter and keeps it up to date until the work is freed.  NULL:
 * there is no meter, or no memory to show it. */
ma_work *ma_work_new(ma_meter *meter);

/* NULL is allowed. */
void ma_work_free(ma_work *work);

#endif
