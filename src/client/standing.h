/* standing.h - what a session was told that holds until it ends, to be told to
 * the next one (T-054): the level of logging, and resources subscribed to. */
#ifndef MA_CLIENT_STANDING_H
#define MA_CLIENT_STANDING_H

#include <mcpauth/error.h>

#include "base/auto.h"
#include "base/span.h"

typedef struct ma_standing ma_standing;

/* NULL: out of memory. */
ma_standing *ma_standing_new(void);

/* NULL is allowed. */
void ma_standing_free(ma_standing *standing);
MA_AUTO_DEFINE(ma_standing, ma_standing_free)

/* A request of that method was answered well.  Only what holds is kept, and
 * each thing once; without memory it is not. */
void ma_standing_note(
    ma_standing *standing, const char *method, ma_span params);

/* The requests to make again, in order; false behind the last. */
bool ma_standing_at(const ma_standing *standing, size_t index,
    const char **out_method, ma_span *out_params);

#endif
