/* signin.h - the JSON API of a Cognito user pool, as far as it logs test users
 * in (InitiateAuth). */
#ifndef MA_SANDBOX_SIGNIN_H
#define MA_SANDBOX_SIGNIN_H

#include "sandbox/idp.h"

void ma_signin_answer(ma_idp *idp, ma_visit *visit);

#endif
