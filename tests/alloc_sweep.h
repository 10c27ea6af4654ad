/* alloc_sweep.h - memory that runs out at a chosen allocation.
 *
 * jansson keeps its own: the lexer of 2.14 writes past its buffer when an
 * allocation of its fails. */
#ifndef MA_TESTS_ALLOC_SWEEP_H
#define MA_TESTS_ALLOC_SWEEP_H

#include <stdbool.h>
#include <stddef.h>

/* The allocation at that position from now on fails, the first being 1, and
 * with `all` so does every later one. */
void alloc_sweep_start(size_t position, bool all);

/* Memory is plentiful again; whether an allocation failed. */
bool alloc_sweep_stop(void);

#endif
