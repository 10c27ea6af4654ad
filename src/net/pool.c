/* pool.c - see pool.h. */
#include "net/pool.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

struct slot {
    char *key;
    void *item;
};

struct ma_pool {
    pthread_mutex_t lock;
    void (*close_item)(void *item);
    pid_t owner;
    size_t count;
    struct slot slots[MA_POOL_IDLE_MAX]; /* oldest first */
};

ma_pool *ma_pool_new(void (*close_item)(void *item))
{
    ma_pool *pool = ma_calloc(1, sizeof *pool);
    if (!pool)
        return NULL;
    pthread_mutex_init(&pool->lock, NULL);
    pool->close_item = close_item;
    pool->owner = getpid();
    return pool;
}

/* After a fork the connections are the parent's; closing one here would say
 * goodbye to its server, so the child forgets them (S-072). */
static void forget_inherited(ma_pool *pool)
{
    if (pool->owner == getpid())
        return;
    for (size_t i = 0; i < pool->count; i++)
        ma_free(pool->slots[i].key);
    pool->count = 0;
    pool->owner = getpid();
}

void ma_pool_free(ma_pool *pool)
{
    if (!pool)
        return;
    forget_inherited(pool);
    for (size_t i = 0; i < pool->count; i++) {
        pool->close_item(pool->slots[i].item);
        ma_free(pool->slots[i].key);
    }
    pthread_mutex_destroy(&pool->lock);
    ma_free(pool);
}

static struct slot remove_at(ma_pool *pool, size_t index)
{
    struct slot slot = pool->slots[index];
    pool->count--;
    memmove(&pool->slots[index], &pool->slots[index + 1],
        (pool->count - index) * sizeof slot);
    return slot;
}

static struct slot find_newest(ma_pool *pool, const char *key)
{
    for (size_t i = pool->count; i > 0; i--)
        if (strcmp(pool->slots[i - 1].key, key) == 0)
            return remove_at(pool, i - 1);
    return (struct slot){0};
}

void *ma_pool_take(ma_pool *pool, const char *key)
{
    pthread_mutex_lock(&pool->lock);
    forget_inherited(pool);
    struct slot found = find_newest(pool, key);
    pthread_mutex_unlock(&pool->lock);
    ma_free(found.key);
    return found.item;
}

void ma_pool_put(ma_pool *pool, const char *key, void *item)
{
    struct slot added = {ma_strdup(key), item};
    struct slot dropped = {0};
    if (!added.key) {
        pool->close_item(item);
        return;
    }
    pthread_mutex_lock(&pool->lock);
    forget_inherited(pool);
    if (pool->count == MA_POOL_IDLE_MAX)
        dropped = remove_at(pool, 0);
    pool->slots[pool->count++] = added;
    pthread_mutex_unlock(&pool->lock);
    if (!dropped.item)
        return;
    pool->close_item(dropped.item);
    ma_free(dropped.key);
}
