/* mcpserver.h - a small MCP server over Streamable HTTP, of the revisions with
 * sessions (2025-03-26 to 2025-11-25). */
#ifndef MA_SANDBOX_MCPSERVER_H
#define MA_SANDBOX_MCPSERVER_H

#include "sandbox/world.h"

/* How it treats Mcp-Session-Id. */
typedef enum {
    MA_SESSIONS_NONE,     /* Gateway: never sent */
    MA_SESSIONS_ASSIGNED, /* Runtime: always sent, made up when missing */
    MA_SESSIONS_REQUIRED  /* given by initialize, demanded afterwards */
} ma_mcpserver_sessions;

typedef struct {
    ma_world *world;
    ma_mcpserver_sessions sessions;
    const char *tool_prefix;  /* "TARGET___" at a Gateway */
    int not_acceptable_code;  /* JSON-RPC error that comes with 406 */
    const char *session_kind; /* of seals, see signer.h */
    bool *lost;               /* by session number */
    unsigned session_count;
} ma_mcpserver;

void ma_mcpserver_done(ma_mcpserver *server);

/* Answers a visit to the MCP endpoint by somebody who may. */
void ma_mcpserver_answer(ma_mcpserver *server, ma_visit *visit);

#endif
