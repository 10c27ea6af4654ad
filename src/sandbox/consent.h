/* consent.h - the authorization endpoint, where a person would agree. */
#ifndef MA_SANDBOX_CONSENT_H
#define MA_SANDBOX_CONSENT_H

#include "sandbox/idp.h"

/* Consents at once: 302 to the redirect URI with a code. */
void ma_consent_answer(ma_idp *idp, ma_visit *visit);

#endif
