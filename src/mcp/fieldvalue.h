/* fieldvalue.h - any text as the value of an Mcp-Name or Mcp-Param field.
 *
 * What HTTP can carry goes as it is; anything else, and what would pass for an
 * encoded value, goes as =?base64?...?= around its UTF-8 (T-066). */
#ifndef MA_MCP_FIELDVALUE_H
#define MA_MCP_FIELDVALUE_H

#include "base/buf.h"

/* Appends it.  The empty text appends nothing, and its field is sent empty. */
void ma_fieldvalue_write(ma_buf *to, ma_span text);

#endif
