/* alloc.h - the one place memory comes from.
 *
 * Nothing else in the library calls malloc.  A test makes any allocation fail
 * by linking tests/alloc_sweep.c, which supplies these functions instead. */
#ifndef MA_BASE_ALLOC_H
#define MA_BASE_ALLOC_H

#include <stddef.h>

#include "base/auto.h"

/* Uninitialised memory; NULL when there is none.  len 0 gives a unique
 * pointer. */
void *ma_malloc(size_t len);

/* Zeroed memory for count items; NULL when there is none or the product
 * overflows. */
void *ma_calloc(size_t count, size_t size);

/* Never for memory that may hold a secret: the old block is not wiped. */
void *ma_realloc(void *at, size_t len);

void ma_free(void *at);

/* NULL in gives NULL out, which callers tell from failure by their input. */
char *ma_strdup(const char *text);
char *ma_strndup(const char *text, size_t len);

/* A char * that is freed with its scope: MA_AUTO(ma_text) name = ma_strdup().
 */
typedef char ma_text;
MA_AUTO_DEFINE(ma_text, ma_free)

#endif
