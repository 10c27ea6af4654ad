/* response.h - an answer of ours to a request of the host. */
#ifndef MA_BRIDGE_RESPONSE_H
#define MA_BRIDGE_RESPONSE_H

#include "base/buf.h"

/* Appends it; id and result as they stand in JSON. */
void ma_response_write(ma_buf *to, ma_span id, ma_span result);

#endif
