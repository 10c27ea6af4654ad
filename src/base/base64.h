/* base64.h - RFC 4648, both alphabets. */
#ifndef MA_BASE_BASE64_H
#define MA_BASE_BASE64_H

#include "base/buf.h"

/* Appends the standard alphabet with padding (section 4). */
void ma_base64_write(ma_buf *to, ma_span bytes);

/* Appends the URL alphabet without padding (section 5). */
void ma_base64_write_url(ma_buf *to, ma_span bytes);

/* Appends the decoded bytes of either alphabet, padding optional.  False, and
 * nothing appended, when text is not base64. */
bool ma_base64_read(ma_buf *to, ma_span text);

#endif
