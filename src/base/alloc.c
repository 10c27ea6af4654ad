/* alloc.c - memory, from the C library. */
#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *ma_malloc(size_t len)
{
    return malloc(len ? len : 1);
}

void *ma_calloc(size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        return NULL;
    return calloc(count, size);
}

void *ma_realloc(void *at, size_t len)
{
    return realloc(at, len ? len : 1);
}

void ma_free(void *at)
{
    free(at);
}

char *ma_strdup(const char *text)
{
    return text ? strdup(text) : NULL;
}

char *ma_strndup(const char *text, size_t len)
{
    return text ? strndup(text, len) : NULL;
}
