/* budget.c - see budget.h. */
#include "bridge/budget.h"

enum { HELD_MAX = 16 * 1024 * 1024, SMALL_MAX = 64 * 1024, PATIENCE_MS = 1000 };

void ma_budget_hold(
    ma_budget *budget, const void *who, size_t *share, size_t len)
{
    budget->held = budget->held - *share + len;
    *share = len;
    if (!len && budget->favoured == who)
        budget->favoured = NULL;
}

bool ma_budget_is_strained(const ma_budget *budget, size_t share)
{
    return budget->held > HELD_MAX && share > SMALL_MAX;
}

bool ma_budget_favours(ma_budget *budget, const void *who, int64_t now_ms)
{
    if (budget->favoured && budget->favoured != who)
        return false;
    budget->favoured = who;
    budget->until_ms = now_ms + PATIENCE_MS;
    return true;
}

void ma_budget_lapse(ma_budget *budget, int64_t now_ms)
{
    if (now_ms >= budget->until_ms)
        budget->favoured = NULL;
}
