/* nearest.h - which of the words there are was probably meant. */
#ifndef MA_CLI_NEAREST_H
#define MA_CLI_NEAREST_H

#include <stddef.h>

typedef struct {
    const char *word;
    const char *best; /* lent by whoever offered it */
    size_t distance;
} ma_nearest;

ma_nearest ma_nearest_init(const char *word);

/* Of a candidate of several words the first is compared. */
void ma_nearest_offer(ma_nearest *nearest, const char *candidate);

/* The best of what was offered, when it is near enough to be a slip; NULL. */
const char *ma_nearest_found(const ma_nearest *nearest);

#endif
