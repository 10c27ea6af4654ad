/* modern.h - 2026-07-28, without sessions: every request says who asks, and in
 * which revision, and its header fields say once more what it is about. */
#ifndef MA_MCP_MODERN_H
#define MA_MCP_MODERN_H

#include "mcp/era.h"

extern const ma_era ma_modern_era;

#endif
