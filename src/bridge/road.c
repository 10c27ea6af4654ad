/* road.c - see road.h. */
#include "bridge/road.h"

#include "base/error.h"

void ma_road_done(ma_road *road)
{
    while (road->caller_count)
        mcpauth_caller_free(road->callers[--road->caller_count]);
}

mcpauth_status ma_road_take_caller(
    ma_road *road, mcpauth_caller **out, mcpauth_error *err)
{
    *out = NULL;
    if (!road->provider)
        return MCPAUTH_OK;
    if (!road->caller_count)
        return mcpauth_caller_new(road->provider, out, err);
    *out = road->callers[--road->caller_count];
    return MCPAUTH_OK;
}

void ma_road_put_caller(ma_road *road, mcpauth_caller *caller)
{
    if (caller && road->caller_count < MA_ROAD_CALLERS)
        road->callers[road->caller_count++] = caller;
    else
        mcpauth_caller_free(caller);
}

void ma_road_fail(
    ma_road *road, mcpauth_status status, const mcpauth_error *why)
{
    if (!status || road->failed)
        return;
    road->failed = status;
    ma_error_copy(road->why, why);
}
