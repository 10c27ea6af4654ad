/* dialect.h - messages of a server with sessions, in the words of a host that
 * has none, and the other way round (T-211). */
#ifndef MA_BRIDGE_DIALECT_H
#define MA_BRIDGE_DIALECT_H

#include "bridge/errand.h"

/* The response with that result to a call of the host. */
void ma_dialect_write_result(ma_buf *to, const ma_errand *call, ma_span result);

/* The response to id with the error that message is. */
void ma_dialect_write_error(
    ma_buf *to, const char *id, const ma_envelope *message);

/* What the host says, without what only its revision knows. */
void ma_dialect_write_lowered(ma_buf *to, const ma_errand *errand);

#endif
