/* redismodule.c - see redismodule.h. */
#include "store/redismodule.h"

const ma_redismodule *ma_redismodule_get(void)
{
    static const ma_redismodule module = {
        sizeof module, mcpauth_store_redis_new};
    return &module;
}
