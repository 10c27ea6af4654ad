/* agentcore.h - an AgentCore Runtime and an AgentCore Gateway, each in front
 * of a small MCP server. */
#ifndef MA_SANDBOX_AGENTCORE_H
#define MA_SANDBOX_AGENTCORE_H

#include "sandbox/guard.h"
#include "sandbox/mcpserver.h"

void ma_agentcore_answer_runtime(
    const ma_idp *idp, ma_mcpserver *mcp, ma_visit *visit);
void ma_agentcore_answer_gateway(
    const ma_idp *idp, ma_mcpserver *mcp, ma_visit *visit);

#endif
