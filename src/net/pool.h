/* pool.h - idle connections, kept for the next request of the same kind.
 *
 * What an item is stays the owner's business; a key names everything that two
 * requests must share to use the same one. */
#ifndef MA_NET_POOL_H
#define MA_NET_POOL_H

#include "base/auto.h"

enum { MA_POOL_IDLE_MAX = 16 };

typedef struct ma_pool ma_pool;

/* close_item releases what the pool does not keep.  NULL: out of memory. */
ma_pool *ma_pool_new(void (*close_item)(void *item));

/* NULL is allowed. */
void ma_pool_free(ma_pool *pool);
MA_AUTO_DEFINE(ma_pool, ma_pool_free)

/* Moves out the item put last under key; NULL when there is none. */
void *ma_pool_take(ma_pool *pool, const char *key);

/* Moves item in.  The one idle longest goes when there are too many. */
void ma_pool_put(ma_pool *pool, const char *key, void *item);

#endif
