/* keeper.c - a few tries, with pauses that grow. */
#include "client/keeper.h"

#include "base/alloc.h"
#include "client/clientstate.h"
#include "client/opening.h"

enum { TRIES_MAX = 6, PAUSE_MS = 1000 };

struct ma_keeper {
    mcpauth_client *client;
    pthread_mutex_t mutex; /* guards what follows; taken last */
    pthread_cond_t changed;
    bool woken;
    bool started;
    bool stopped;
    pthread_t thread;
};

ma_keeper *ma_keeper_new(mcpauth_client *client)
{
    ma_keeper *keeper = ma_calloc(1, sizeof *keeper);
    if (!keeper)
        return NULL;
    keeper->client = client;
    pthread_mutex_init(&keeper->mutex, NULL);
    pthread_cond_init(&keeper->changed, NULL);
    return keeper;
}

void ma_keeper_free(ma_keeper *keeper)
{
    if (!keeper)
        return;
    ma_keeper_stop(keeper);
    pthread_cond_destroy(&keeper->changed);
    pthread_mutex_destroy(&keeper->mutex);
    ma_free(keeper);
}

/* False: it is over. */
static bool await_wake(ma_keeper *keeper)
{
    pthread_mutex_lock(&keeper->mutex);
    while (!keeper->woken && !keeper->stopped)
        pthread_cond_wait(&keeper->changed, &keeper->mutex);
    keeper->woken = false;
    bool goes_on = !keeper->stopped;
    pthread_mutex_unlock(&keeper->mutex);
    return goes_on;
}

static void open_again(mcpauth_client *client, int64_t pause_ms)
{
    for (int turn = 0; turn < TRIES_MAX; turn++) {
        if (!ma_cancel_pause(client->stop, pause_ms) ||
            !ma_opening_keep(client, NULL))
            return;
        pause_ms = (int64_t)PAUSE_MS << turn;
    }
}

static void *work(void *ctx)
{
    ma_keeper *keeper = ctx;
    int64_t pause_ms = 0;
    while (await_wake(keeper)) {
        open_again(keeper->client, pause_ms);
        /* A server that loses every session at once is not hurried. */
        pause_ms = PAUSE_MS;
    }
    return NULL;
}

void ma_keeper_wake(ma_keeper *keeper)
{
    pthread_mutex_lock(&keeper->mutex);
    if (!keeper->started && !keeper->stopped)
        keeper->started = !pthread_create(&keeper->thread, NULL, work, keeper);
    keeper->woken = true;
    pthread_cond_signal(&keeper->changed);
    pthread_mutex_unlock(&keeper->mutex);
}

void ma_keeper_stop(ma_keeper *keeper)
{
    pthread_mutex_lock(&keeper->mutex);
    bool runs = keeper->started && !keeper->stopped;
    keeper->stopped = true;
    pthread_cond_signal(&keeper->changed);
    pthread_mutex_unlock(&keeper->mutex);
    if (runs)
        pthread_join(keeper->thread, NULL);
}
