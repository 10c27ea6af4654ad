/* textformat.h - the formats that a text of a form may be asked to have:
 * email, uri, date, date-time (T-141). */
#ifndef MA_MCP_TEXTFORMAT_H
#define MA_MCP_TEXTFORMAT_H

#include "mcp/value.h"

/* NULL when text has the format, or nobody here knows it; else what it should
 * be, for a person: "a date such as 2026-07-28".  format is a string value, or
 * absent. */
const char *ma_textformat_lacks(ma_span format, ma_span text);

#endif
