/* metadata.h - the protected resource metadata of an MCP server (RFC 9728). */
#ifndef MA_SANDBOX_METADATA_H
#define MA_SANDBOX_METADATA_H

#include "sandbox/idp.h"

/* Answers with the document of server, whose tokens come from idp.
 * scopes NULL: it names none. */
void ma_metadata_answer(const ma_idp *idp, ma_sandbox_server server,
    const char *scopes, ma_visit *visit);

#endif
