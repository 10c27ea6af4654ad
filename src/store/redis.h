/* redis.h - the Redis store, as its tests and its module see it. */
#ifndef MA_STORE_REDIS_H
#define MA_STORE_REDIS_H

#include <mcpauth/store.h>

/* mcpauth_store_redis_new, with locks that live for life_ms unless renewed. */
mcpauth_status ma_redis_new(const mcpauth_redis_options *options,
    int64_t life_ms, mcpauth_store **out_store, mcpauth_error *err);

#endif
