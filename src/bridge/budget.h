/* budget.h - how much of answers that are not whole yet all of a bridge's
 * requests may hold together (S-064).
 *
 * Past it those that hold much wait, all but the favoured one: that one goes on
 * until it is through, or has brought nothing for a while. */
#ifndef MA_BRIDGE_BUDGET_H
#define MA_BRIDGE_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed: nothing is held. */
typedef struct {
    size_t held;
    const void *favoured; /* NULL: nobody */
    int64_t until_ms;     /* by ma_clock_boot_ms; later it lapses */
} ma_budget;

/* who holds as much as that now, instead of *share. */
void ma_budget_hold(
    ma_budget *budget, const void *who, size_t *share, size_t len);

/* Too much is held, of which who's share is no small one. */
bool ma_budget_is_strained(const ma_budget *budget, size_t share);

/* Asked when it is: who is the favoured one, now if nobody was. */
bool ma_budget_favours(ma_budget *budget, const void *who, int64_t now_ms);

/* Favour that has brought nothing ends. */
void ma_budget_lapse(ma_budget *budget, int64_t now_ms);

#endif
