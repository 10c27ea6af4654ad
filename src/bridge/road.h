/* road.h - what all trips of a bridge share. */
#ifndef MA_BRIDGE_ROAD_H
#define MA_BRIDGE_ROAD_H

#include <mcpauth/client.h>

#include "bridge/budget.h"
#include "bridge/crossing.h"
#include "bridge/desk.h"
#include "bridge/outlet.h"
#include "net/multi.h"

struct ma_trip;

enum { MA_ROAD_CALLERS = 64 }; /* kept for the next trip */

/* The first members are filled in by its owner. */
typedef struct {
    ma_crossing *crossing;
    ma_outlet *outlet;
    const ma_multi_ops *net;
    ma_multi *multi;
    ma_desk *desk;
    mcpauth_provider *provider; /* NULL: no authorization */
    const char *server;
    const mcpauth_headers *headers; /* the user's */
    void (*advise)(void *ctx, mcpauth_status status, mcpauth_error *err);
    void *advise_ctx; /* adds to an error what to do; advise NULL: nothing */

    struct ma_trip *waiting; /* for a time to come */
    struct ma_trip *paused;  /* for the outlet, or the budget */
    ma_budget budget;
    mcpauth_caller *callers[MA_ROAD_CALLERS];
    size_t caller_count;
    mcpauth_status failed; /* the bridge has to end */
    mcpauth_error *why;    /* of its owner */
} ma_road;

/* After all trips were dropped. */
void ma_road_done(ma_road *road);

/* A caller for one trip; NULL in *out: no authorization is needed. */
mcpauth_status ma_road_take_caller(
    ma_road *road, mcpauth_caller **out, mcpauth_error *err);

/* And back again; NULL is allowed. */
void ma_road_put_caller(ma_road *road, mcpauth_caller *caller);

/* The first failure that nobody can be told ends the bridge; OK is none. */
void ma_road_fail(
    ma_road *road, mcpauth_status status, const mcpauth_error *why);

#endif
