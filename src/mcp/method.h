/* method.h - what is known of the methods of MCP by their names. */
#ifndef MA_MCP_METHOD_H
#define MA_MCP_METHOD_H

#include "mcp/value.h"

/* It only asks, or only says how things are to be: being processed twice does
 * no harm (T-025). */
bool ma_method_repeatable(const char *method);

/* What it is about, which one of its params names (T-062); absent: nothing, or
 * nobody says. */
ma_span ma_method_name(const char *method, ma_span params);

#endif
