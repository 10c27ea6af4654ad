/* alloc_sweep.c - base/alloc.h, with memory that runs out when told to.
 *
 * A program that links this file does not link base/alloc.c. */
#include "alloc_sweep.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static struct {
    bool on;
    bool all;
    bool failed;
    size_t left; /* allocations until one fails */
} sweep;

void alloc_sweep_start(size_t position, bool all)
{
    sweep.on = true;
    sweep.all = all;
    sweep.failed = false;
    sweep.left = position;
}

bool alloc_sweep_stop(void)
{
    sweep.on = false;
    return sweep.failed;
}

static bool runs_out(void)
{
    if (!sweep.on || (sweep.failed && !sweep.all))
        return false;
    if (!sweep.failed && --sweep.left)
        return false;
    sweep.failed = true;
    return true;
}

void *ma_malloc(size_t len)
{
    return runs_out() ? NULL : malloc(len ? len : 1);
}

void *ma_calloc(size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        return NULL;
    return runs_out() ? NULL : calloc(count, size);
}

void *ma_realloc(void *at, size_t len)
{
    return runs_out() ? NULL : realloc(at, len ? len : 1);
}

void ma_free(void *at)
{
    free(at);
}

char *ma_strdup(const char *text)
{
    return text ? ma_strndup(text, strlen(text)) : NULL;
}

char *ma_strndup(const char *text, size_t len)
{
    if (!text || runs_out())
        return NULL;
    return strndup(text, len);
}
