/* httpdate.h - what time it is where an answer came from (RFC 9110 5.6.7). */
#ifndef MA_BASE_HTTPDATE_H
#define MA_BASE_HTTPDATE_H

#include <stdint.h>

#include "base/span.h"

/* Reads "Sun, 06 Nov 1994 08:49:37 GMT"; the two older forms, which nobody may
 * send, are not read.  False, and *out_ms untouched, for anything else. */
bool ma_httpdate_parse(ma_span text, int64_t *out_ms);

#endif
