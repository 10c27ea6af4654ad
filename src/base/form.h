/* form.h - application/x-www-form-urlencoded, as OAuth uses it. */
#ifndef MA_BASE_FORM_H
#define MA_BASE_FORM_H

#include "base/buf.h"

/* Appends "&name=value" ('&' only when to holds something that does not end
 * in '?' or '&'), both encoded: unreserved bytes as they are, space as '+',
 * the rest as %XX. */
void ma_form_add(ma_buf *to, const char *name, ma_span value);

/* Appends one value so encoded (RFC 6749 2.3.1 wants it for Basic). */
void ma_form_write_value(ma_buf *to, ma_span value);

/* Finds name in the encoded pairs and appends its decoded value.
 * 0: absent, 1: found once, -1: more than once or undecodable, as %00 is
 * (nothing is appended). */
int ma_form_find(ma_span pairs, const char *name, ma_buf *to);

#endif
