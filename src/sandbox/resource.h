/* resource.h - the MCP server of the standards pair: RFC 9728 metadata at the
 * place inserted before its path, tokens bound to it (RFC 8707). */
#ifndef MA_SANDBOX_RESOURCE_H
#define MA_SANDBOX_RESOURCE_H

#include "sandbox/guard.h"
#include "sandbox/mcpserver.h"

void ma_resource_answer(const ma_idp *idp, ma_mcpserver *mcp, ma_visit *visit);

#endif
