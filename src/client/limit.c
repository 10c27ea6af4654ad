/* limit.c - a timer for each, and a list of them. */
#include "client/limit.h"

#include "base/cancel.h"
#include "base/clock.h"
#include "base/error.h"
#include "client/clientstate.h"

/* --- life ---------------------------------------------------------------- */

static void enlist(ma_limit *limit)
{
    mcpauth_client *client = limit->client;
    pthread_mutex_lock(&client->mutex);
    limit->next = client->limits;
    client->limits = limit;
    pthread_mutex_unlock(&client->mutex);
}

static void strike(const ma_limit *limit)
{
    mcpauth_client *client = limit->client;
    pthread_mutex_lock(&client->mutex);
    ma_limit **link = &client->limits;
    while (*link && *link != limit)
        link = &(*link)->next;
    if (*link)
        *link = limit->next;
    pthread_mutex_unlock(&client->mutex);
}

mcpauth_status ma_limit_init(ma_limit *limit, mcpauth_client *client,
    int64_t length_ms, const mcpauth_cancel *cancel, mcpauth_error *err)
{
    *limit =
        (ma_limit){.client = client, .length_ms = length_ms, .cancel = cancel};
    if (!length_ms)
        return MCPAUTH_OK;
    limit->timer = ma_cancel_timer();
    if (limit->timer && cancel)
        limit->either = ma_cancel_either(limit->timer, cancel);
    if (!limit->timer || (cancel && !limit->either))
        return ma_error_nomem(err);
    enlist(limit);
    return MCPAUTH_OK;
}

void ma_limit_done(ma_limit *limit)
{
    if (!limit->timer)
        return;
    strike(limit);
    mcpauth_cancel_free(limit->either);
    mcpauth_cancel_free(limit->timer);
}

const mcpauth_cancel *ma_limit_cancel(const ma_limit *limit)
{
    if (limit->either)
        return limit->either;
    return limit->timer ? limit->timer : limit->cancel;
}

/* --- the clock; the mutex is held ---------------------------------------- */

static void go_on(ma_limit *limit)
{
    limit->until_ms = ma_clock_boot_ms() + limit->left_ms;
    ma_cancel_set(limit->timer, limit->left_ms);
}

/* What is over stays over. */
static void stand_still(ma_limit *limit)
{
    limit->left_ms = limit->until_ms - ma_clock_boot_ms();
    if (limit->left_ms > 0)
        ma_cancel_set(limit->timer, INT64_MAX);
}

/* --- one ----------------------------------------------------------------- */

void ma_limit_start(ma_limit *limit)
{
    if (!limit->timer)
        return;
    pthread_mutex_lock(&limit->client->mutex);
    limit->runs = true;
    limit->left_ms = limit->length_ms;
    if (!limit->client->holds)
        go_on(limit);
    pthread_mutex_unlock(&limit->client->mutex);
}

mcpauth_status ma_limit_stop(ma_limit *limit, mcpauth_status status,
    const char *what, mcpauth_error *err)
{
    if (!limit->timer)
        return status;
    bool over = mcpauth_cancel_asked(limit->timer);
    pthread_mutex_lock(&limit->client->mutex);
    limit->runs = false;
    ma_cancel_set(limit->timer, INT64_MAX);
    pthread_mutex_unlock(&limit->client->mutex);
    if (status != MCPAUTH_E_CANCELLED || !over ||
        mcpauth_cancel_asked(limit->cancel))
        return status;
    return ma_error_set(err, MCPAUTH_E_TIMEOUT, "%s within %lld ms", what,
        (long long)limit->length_ms);
}

/* --- all ----------------------------------------------------------------- */

void ma_limit_hold_all(mcpauth_client *client)
{
    pthread_mutex_lock(&client->mutex);
    bool first = client->holds++ == 0;
    for (ma_limit *limit = client->limits; limit; limit = limit->next)
        if (first && limit->runs)
            stand_still(limit);
    pthread_mutex_unlock(&client->mutex);
}

void ma_limit_release_all(mcpauth_client *client)
{
    pthread_mutex_lock(&client->mutex);
    bool last = --client->holds == 0;
    for (ma_limit *limit = client->limits; limit; limit = limit->next)
        if (last && limit->runs)
            go_on(limit);
    pthread_mutex_unlock(&client->mutex);
}
