/* enrol.h - dynamic client registration (RFC 7591) and its end (RFC 7592). */
#ifndef MA_SANDBOX_ENROL_H
#define MA_SANDBOX_ENROL_H

#include "sandbox/idp.h"

#define MA_ENROL_PREFIX "/register/"

void ma_enrol_answer(ma_idp *idp, ma_visit *visit);

/* DELETE of what stands behind the prefix, with the registration token. */
void ma_enrol_manage(ma_idp *idp, ma_visit *visit);

#endif
