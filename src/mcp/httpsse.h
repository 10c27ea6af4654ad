/* httpsse.h - HTTP+SSE of 2024-11-05: one stream brings every message of the
 * server, and names the place to which ours are POSTed (T-170 to T-172). */
#ifndef MA_MCP_HTTPSSE_H
#define MA_MCP_HTTPSSE_H

#include "mcp/era.h"

extern const ma_era ma_httpsse_era;

#endif
