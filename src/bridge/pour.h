/* pour.h - a response too long to be held, which goes to the host while it
 * arrives (T-183).
 *
 * It has the outlet for itself until it ends, and takes no more than that has
 * room for. */
#ifndef MA_BRIDGE_POUR_H
#define MA_BRIDGE_POUR_H

#include "bridge/outlet.h"

/* Starts with the outlet set, and zeroed else. */
typedef struct {
    ma_outlet *outlet;
    bool open;    /* some of the line was said */
    ma_span rest; /* of the piece at hand, lent by whoever set it */
} ma_pour;

/* Says what of rest there is room for. */
mcpauth_status ma_pour_go_on(ma_pour *pour, mcpauth_error *err);

/* Some of it waits: for room, or for another pour to end. */
bool ma_pour_is_stuck(const ma_pour *pour);

/* Going on would say some of it. */
bool ma_pour_can_go_on(const ma_pour *pour);

/* Ends the line, if it was begun. */
mcpauth_status ma_pour_end(ma_pour *pour, mcpauth_error *err);

#endif
