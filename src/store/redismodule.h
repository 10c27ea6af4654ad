/* redismodule.h - the Redis store as one object, which the program loads when
 * that store is chosen, so that the others start without hiredis and libssl. */
#ifndef MA_STORE_REDISMODULE_H
#define MA_STORE_REDISMODULE_H

#include <mcpauth/store.h>

/* Each member is the function of the same name. */
typedef struct {
    size_t size; /* sizeof(ma_redismodule): both sides of one build */
    mcpauth_status (*redis_new)(const mcpauth_redis_options *options,
        mcpauth_store **out_store, mcpauth_error *err);
} ma_redismodule;

/* The one symbol of mcpauth-redis.so, for dlsym. */
MCPAUTH_API const ma_redismodule *ma_redismodule_get(void);

#endif
