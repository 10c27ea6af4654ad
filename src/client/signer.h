/* signer.h - AWS signatures for requests to the MCP server: credentials that
 * all callers of a provider share, read anew before they expire.
 *
 * Any thread may use it at any time. */
#ifndef MA_CLIENT_SIGNER_H
#define MA_CLIENT_SIGNER_H

#include <mcpauth/client.h>

#include "base/auto.h"

typedef struct ma_signer ma_signer;

/* Both are borrowed.  NULL: out of memory. */
ma_signer *ma_signer_new(const mcpauth_config *config, mcpauth_http *http);

/* NULL is allowed. */
void ma_signer_free(ma_signer *signer);

/* Credentials are there that have not expired: nothing waits. */
bool ma_signer_is_ready(ma_signer *signer);

/* Reads them unless they are there.  Whoever comes meanwhile waits, and shares
 * what came of it. */
mcpauth_status ma_signer_prepare(ma_signer *signer, mcpauth_error *err);

/* Sets in headers what signs the request; they are all that it is sent with.
 * *out_number is that of the credentials used. */
mcpauth_status ma_signer_sign(ma_signer *signer,
    const mcpauth_http_request *request, mcpauth_headers *headers,
    uint64_t *out_number, mcpauth_error *err);

/* Those of that number have expired: reads them anew, unless somebody did.
 * *out_other: there are others now. */
mcpauth_status ma_signer_renew(
    ma_signer *signer, uint64_t number, bool *out_other, mcpauth_error *err);

#endif
