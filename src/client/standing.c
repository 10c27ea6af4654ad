/* standing.c - requests, each with what it is about. */
#include "client/standing.h"

#include <string.h>

#include "base/alloc.h"
#include "mcp/value.h"

enum { ORDERS_MAX = 1024 };

typedef struct {
    const char *method;
    char *params;
} order;

struct ma_standing {
    order orders[ORDERS_MAX];
    size_t count;
};

static const char set_level[] = "logging/setLevel";
static const char subscribe[] = "resources/subscribe";

ma_standing *ma_standing_new(void)
{
    return ma_calloc(1, sizeof(ma_standing));
}

void ma_standing_free(ma_standing *standing)
{
    if (!standing)
        return;
    for (size_t i = 0; i < standing->count; i++)
        ma_free(standing->orders[i].params);
    ma_free(standing);
}

/* Says the same thing anew, or about the same resource. */
static bool replaces(const order *old, const char *method, ma_span params)
{
    MA_SCOPED(ma_buf) uri = ma_buf_init(params.len);
    ma_span theirs = ma_value_member(ma_span_of(old->params), "uri");
    if (old->method == set_level)
        return !strcmp(method, set_level);
    if (!ma_value_write_text(&uri, ma_value_member(params, "uri")) ||
        ma_buf_status(&uri, "uri", NULL))
        return false;
    return strcmp(method, set_level) != 0 &&
           ma_value_says(theirs, ma_buf_text(&uri));
}

static void drop(ma_standing *standing, const char *method, ma_span params)
{
    size_t kept = 0;
    for (size_t i = 0; i < standing->count; i++) {
        if (replaces(&standing->orders[i], method, params))
            ma_free(standing->orders[i].params);
        else
            standing->orders[kept++] = standing->orders[i];
    }
    standing->count = kept;
}

void ma_standing_note(ma_standing *standing, const char *method, ma_span params)
{
    static const char *const kept[] = {set_level, subscribe};
    bool ends = !strcmp(method, "resources/unsubscribe");
    const char *keeps = NULL;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (!strcmp(method, kept[i]))
            keeps = kept[i];
    if (!keeps && !ends)
        return;
    drop(standing, method, params);
    bool fits = keeps && params.at && standing->count < ORDERS_MAX;
    char *copy = fits ? ma_strndup(params.at, params.len) : NULL;
    if (copy)
        standing->orders[standing->count++] = (order){keeps, copy};
}

bool ma_standing_at(const ma_standing *standing, size_t index,
    const char **out_method, ma_span *out_params)
{
    if (index >= standing->count)
        return false;
    *out_method = standing->orders[index].method;
    *out_params = ma_span_of(standing->orders[index].params);
    return true;
}
