/* number.h - JSON numbers by their digits: nothing is rounded, however many
 * digits or whatever exponent a number has.
 *
 * The arguments are values (value.h); 42, 42.0 and 4.2e1 are one number. */
#ifndef MA_MCP_NUMBER_H
#define MA_MCP_NUMBER_H

#include "mcp/value.h"

/* The largest integer that every JSON implementation keeps (RFC 8259 6). */
#define MA_NUMBER_SAFE_MAX INT64_C(9007199254740991)

bool ma_number_is(ma_span value);

/* A number without a fraction. */
bool ma_number_is_whole(ma_span value);

/* False when value is not whole, or beyond +-MA_NUMBER_SAFE_MAX. */
bool ma_number_read(ma_span value, int64_t *out);

/* Below, at or above zero, as a is less than, equal to or more than b.  Both
 * must be numbers. */
int ma_number_compare(ma_span a, ma_span b);

#endif
