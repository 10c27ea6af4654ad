/* tokens.h - the token and revocation endpoints of either authorization
 * server (RFC 6749 3.2, RFC 7009). */
#ifndef MA_SANDBOX_TOKENS_H
#define MA_SANDBOX_TOKENS_H

#include "sandbox/idp.h"

void ma_tokens_answer(ma_idp *idp, ma_visit *visit);
void ma_tokens_revoke(ma_idp *idp, ma_visit *visit);

#endif
