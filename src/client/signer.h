/* signer.h - AWS signatures for requests to the MCP server: credentials that
 * all callers of a provider share, read anew before they expire.
 *
 * Any thread may use it at any time. */
#ifndef MA_CLIENT_SIGNER_H
#define MA_CLIENT_SIGNER_H

#include <mcpauth/client.h>

#include "agentcore/awskeys.h"
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

/* The credentials that signed a request. */
typedef struct {
    ma_awskeys keys;
    uint64_t number; /* others have another one */
} ma_signer_used;

/* Allowed on zeroed ones. */
void ma_signer_used_done(ma_signer_used *used);

/* Sets in headers what signs the request; they are all that it is sent with. */
mcpauth_status ma_signer_sign(ma_signer *signer,
    const mcpauth_http_request *request, mcpauth_headers *headers,
    ma_signer_used *used, mcpauth_error *err);

/* What was used has expired: reads them anew, unless somebody did.  *out_other:
 * there are others now. */
mcpauth_status ma_signer_renew(ma_signer *signer, const ma_signer_used *used,
    bool *out_other, mcpauth_error *err);

/* Takes what is secret of them out of err: AWS repeats the request that it
 * expected, session token included, where a signature is wrong (S-054). */
void ma_signer_mask(const ma_signer_used *used, mcpauth_error *err);

#endif
