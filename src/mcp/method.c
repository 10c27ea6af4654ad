/* method.c - one table. */
#include "mcp/method.h"

#include <string.h>

static const struct row {
    const char *method;
    const char *name; /* the member of params that says what it is about */
    bool repeatable;
} rows[] = {
    {"initialize", NULL, true},
    {"server/discover", NULL, true},
    {"ping", NULL, true},
    {"tools/list", NULL, true},
    {"tools/call", "name", false},
    {"resources/list", NULL, true},
    {"resources/templates/list", NULL, true},
    {"resources/read", "uri", true},
    {"resources/subscribe", NULL, true},
    {"resources/unsubscribe", NULL, true},
    {"subscriptions/listen", NULL, true},
    {"prompts/list", NULL, true},
    {"prompts/get", "name", true},
    {"completion/complete", NULL, true},
    {"logging/setLevel", NULL, true},
    {"tasks/get", "taskId", false},
    {"tasks/update", "taskId", false},
    {"tasks/cancel", "taskId", false},
};

static const struct row *find(const char *method)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(method, rows[i].method))
            return &rows[i];
    return NULL;
}

bool ma_method_repeatable(const char *method)
{
    const struct row *row = find(method);
    return row && row->repeatable;
}

ma_span ma_method_name(const char *method, ma_span params)
{
    const struct row *row = find(method);
    return row && row->name ? ma_value_member(params, row->name)
                            : ma_span_make(NULL, 0);
}
