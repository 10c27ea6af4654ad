/* standard.h - an authorization server that does what the standards say:
 * RFC 8414 metadata, RFC 7591/7592 registration, RFC 9207 redirects, RFC 7009
 * revocation, RFC 8707 resources, rotating refresh tokens (RFC 9700). */
#ifndef MA_SANDBOX_STANDARD_H
#define MA_SANDBOX_STANDARD_H

#include "sandbox/idp.h"

void ma_standard_answer(ma_idp *idp, ma_visit *visit);

#endif
