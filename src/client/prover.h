/* prover.h - proofs of possession for requests to the MCP server (RFC 9449 7):
 * which nonce it wants, and what its clock says, for all callers of a provider.
 *
 * Any thread may use it at any time. */
#ifndef MA_CLIENT_PROVER_H
#define MA_CLIENT_PROVER_H

#include <mcpauth/config.h>

#include "oauth/dpop.h"

typedef struct ma_prover ma_prover;

/* NULL: out of memory. */
ma_prover *ma_prover_new(void);

/* NULL is allowed. */
void ma_prover_free(ma_prover *prover);

/* Appends a proof for one request with token to url, dated and with the nonce
 * as the server there wants it. */
mcpauth_status ma_prover_write(ma_prover *prover, const mcpauth_config *config,
    const ma_dpop *proof, const char *url, ma_buf *to, mcpauth_error *err);

/* Takes the nonce of any answer from url, 2xx too. */
void ma_prover_note(
    ma_prover *prover, const char *url, const mcpauth_headers *headers);

/* A proof was refused with these.  True: the server's clock is another, and
 * from now on proofs are dated by it. */
bool ma_prover_redate(ma_prover *prover, const mcpauth_headers *headers);

#endif
