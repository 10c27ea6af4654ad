/* nearest.c - words compared by how many letters one must change. */
#include "cli/nearest.h"

#include <string.h>

enum { WORD_MAX = 64, FAR = WORD_MAX };

static size_t least(size_t a, size_t b, size_t c)
{
    size_t low = a < b ? a : b;
    return low < c ? low : c;
}

/* Levenshtein's distance from a to the first word of b; FAR for words of more
 * than WORD_MAX letters. */
static size_t measure(const char *a, const char *b)
{
    size_t a_len = strlen(a);
    size_t b_len = strcspn(b, " ");
    size_t row[WORD_MAX + 1];
    if (a_len > WORD_MAX || b_len > WORD_MAX)
        return FAR;
    for (size_t j = 0; j <= b_len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t above = row[j];
            size_t changed = diagonal + (a[i - 1] != b[j - 1]);
            row[j] = least(above + 1, row[j - 1] + 1, changed);
            diagonal = above;
        }
    }
    return row[b_len];
}

ma_nearest ma_nearest_init(const char *word)
{
    return (ma_nearest){.word = word, .distance = FAR};
}

void ma_nearest_offer(ma_nearest *nearest, const char *candidate)
{
    size_t len = strlen(nearest->word);
    size_t distance = measure(nearest->word, candidate);
    if (len > 1 && strncmp(nearest->word, candidate, len) == 0)
        distance = 1;
    if (distance >= nearest->distance)
        return;
    nearest->best = candidate;
    nearest->distance = distance;
}

const char *ma_nearest_found(const ma_nearest *nearest)
{
    size_t allowed = 1 + strlen(nearest->word) / 4;
    return nearest->distance <= allowed ? nearest->best : NULL;
}
