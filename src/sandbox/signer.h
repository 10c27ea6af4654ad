/* signer.h - tokens that only this sandbox could have made.
 *
 * A key drawn at the start signs everything, so nothing needs to be kept to
 * recognise it again.  Signatures are HS256 although the documents say RS256:
 * no client may look inside a token. */
#ifndef MA_SANDBOX_SIGNER_H
#define MA_SANDBOX_SIGNER_H

#include "base/buf.h"
#include "base/json.h"

typedef struct {
    unsigned char key[32];
} ma_signer;

mcpauth_status ma_signer_init(ma_signer *signer, mcpauth_error *err);

/* Appends a text that stands for two numbers, as "code-CANARY-7-0-<mac>". */
void ma_signer_seal(const ma_signer *signer, const char *kind, unsigned first,
    unsigned second, ma_buf *to);

/* False when text is not such a seal of this kind. */
bool ma_signer_unseal(const ma_signer *signer, const char *kind,
    const char *text, unsigned *out_first, unsigned *out_second);

/* Appends a JWT of these claims, a JSON object. */
void ma_signer_write_jwt(const ma_signer *signer, ma_span claims, ma_buf *to);

typedef enum {
    MA_JWT_GOOD,
    MA_JWT_FORGED,    /* a JWT, but not of this sandbox */
    MA_JWT_UNPARSABLE /* not even that */
} ma_jwt_verdict;

/* The claims come for a forged one too. */
ma_jwt_verdict ma_signer_read_jwt(
    const ma_signer *signer, ma_span token, ma_json **out_claims);

#endif
