/* legacy.h - the revisions with initialize and sessions, up to 2025-11-25.
 *
 * 2024-11-05 is offered only when it is asked for by name, but taken from a
 * server that speaks it over Streamable HTTP. */
#ifndef MA_MCP_LEGACY_H
#define MA_MCP_LEGACY_H

#include "mcp/era.h"

enum { MA_LEGACY_SESSION_ID_MAX = 1024 }; /* T-050 */

extern const ma_era ma_legacy_era;

/* Of that era's state, until it is reset: offers this version, one of ours, in
 * place of the newest, unless one is asked for by name. */
void ma_legacy_offer(void *state, const char *version);

#endif
