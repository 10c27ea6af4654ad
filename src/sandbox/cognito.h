/* cognito.h - a Cognito user pool and its domain, at one origin. */
#ifndef MA_SANDBOX_COGNITO_H
#define MA_SANDBOX_COGNITO_H

#include "sandbox/idp.h"

void ma_cognito_answer(ma_idp *idp, ma_visit *visit);

#endif
